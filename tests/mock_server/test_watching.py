"""`tallystick mock` serves edited files at once, and a broken edit changes nothing."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.mock_server.running import running

DOCUMENT = """
openapi: 3.1.1
info: {title: Lamps, version: '1'}
paths:
  /lamps:
    get: {responses: {'200': {description: OK}, '409': {description: Lamp.Broken — it broke}}}
"""
REFERRING = """
openapi: 3.1.1
info: {title: Lamps, version: '1'}
paths: {/lamps: {$ref: 'lamps.yaml'}}
"""
PATH_ITEM = "get: {responses: {'200': {description: OK}, '409': {description: 'Lamp.A — a'}}}"
OVERLAY = """
overlay: 1.0.0
info: {title: More, version: '1'}
actions:
  - target: $.paths
    update: {/more: {get: {responses: {'200': {description: OK}}}}}
"""


def edit(file: Path, old: str, new: str) -> None:
    """Replace a part of a file."""
    text = file.read_text("utf-8")
    assert old in text
    file.write_text(text.replace(old, new), "utf-8")


@pytest.fixture
def document(tmp_path: Path) -> Path:
    """A document of one operation."""
    file = tmp_path / "lamps.yaml"
    file.write_text(DOCUMENT, "utf-8")
    return file


@pytest.mark.whole
def test_an_edited_document(document: Path) -> None:
    """It is served at once; the terminal and the board say what changed; journal, coverage and
    forces stay.
    """
    with running(document) as mock:
        assert mock.case(Prefer="code=409") == "409 Lamp.Broken"
        mock.client.post("/_tallystick/forces", json={"cases": ["409"], "times": 2})
        mock.client.get("/_tallystick/health?session=old")
        assert mock.client.get("/lights").status_code == 404
        edit(document, "Lamp.Broken — it broke", "Lamp.Lost — it is lost")
        expected = "added GET /lamps 409 Lamp.Lost; removed GET /lamps 409 Lamp.Broken"
        assert mock.line() == f"read anew: {expected}"
        assert mock.case() == "409 Lamp.Lost"
        assert expected in mock.client.get("/_tallystick/").text
        journal = [entry["case"] for entry in mock.client.get("/_tallystick/requests").json()]
        assert journal == ["409 Lamp.Broken", "404", "409 Lamp.Lost"]
        for query in ("", "?session=old", "?session=new"):
            queued = mock.client.post(f"/_tallystick/forces{query}", json={"cases": ["Lamp.Lost"]})
            assert queued.status_code == 201
        edit(document, "/lamps:", "/lights:")
        mock.line()
        assert mock.client.get("/lamps").status_code == 404
        assert mock.case("/lights") == "409 Lamp.Lost"


@pytest.mark.whole
def test_a_broken_edit(document: Path) -> None:
    """The old contract is served on, the error is shown until the file is right again."""
    with running(document) as mock:
        edit(document, "paths:", "paths: [")
        error = mock.line()
        assert re.fullmatch(r"error: (?!\w+Error).*lamps\.yaml:\d+.*", error)
        assert mock.line() == "The contract that was read before is still served."
        assert mock.case() == "200"
        assert "What was read before is still served." in mock.client.get("/_tallystick/").text
        edit(document, "paths: [", "paths:")
        assert mock.line() == "read anew: the cases are the same"
        assert "still served" not in mock.client.get("/_tallystick/").text


@pytest.mark.whole
def test_overlays_and_references(tmp_path: Path) -> None:
    """Files that the document refers to are watched, too, also one that is not there yet, and
    overlays.
    """
    document, inside = tmp_path / "shop.yaml", tmp_path / "lamps.yaml"
    overlay = tmp_path / "shop.overlay.yaml"
    document.write_text(REFERRING, "utf-8")
    inside.write_text(PATH_ITEM, "utf-8")
    overlay.write_text(OVERLAY, "utf-8")
    with running(document, "--overlay", overlay) as mock:
        edit(overlay, "/more", "/most")
        assert mock.line() == "read anew: added GET /most 200; removed GET /more 200"
        assert mock.case("/most") == "200"
        edit(inside, "Lamp.A — a", "Lamp.B — b")
        assert (
            mock.line() == "read anew: added GET /lamps 409 Lamp.B; removed GET /lamps 409 Lamp.A"
        )
        edit(document, "lamps.yaml", "later.yaml")
        assert mock.line() == "read anew: removed GET /lamps 200, GET /lamps 409 Lamp.B"
        assert "later.yaml" in mock.line()  # the diagnostic
        (tmp_path / "later.yaml").write_text(PATH_ITEM, "utf-8")
        assert mock.line() == "read anew: added GET /lamps 200, GET /lamps 409 Lamp.A"


@pytest.mark.whole
def test_a_folder(tmp_path: Path) -> None:
    """A document that is added to it is served with the others."""
    (tmp_path / "lamps.yaml").write_text(DOCUMENT, "utf-8")
    with running(tmp_path) as mock:
        (tmp_path / "more.yaml").write_text(DOCUMENT.replace("/lamps", "/more"), "utf-8")
        assert mock.line() == "read anew: added GET /more 200, GET /more 409 Lamp.Broken"


SHOP = Path(__file__).parent / "collections" / "shop.yaml"


@pytest.mark.whole
def test_state_stays(tmp_path: Path) -> None:
    """What collections keep is there after an edit; so are sessions."""
    document = tmp_path / "shop.yaml"
    document.write_text(SHOP.read_text("utf-8"), "utf-8")
    with running(document) as mock:
        before = mock.client.get("/_tallystick/state?session=one").json()
        path, kept = next(iter(before["collections"].items()))
        item = kept["items"][0]
        name = next(iter(item))
        mock.client.put(f"/_tallystick/state/items?collection={path}&session=one", json=item)
        gone = {"collection": path, "id": kept["items"][1][name], "session": "one"}
        mock.client.delete("/_tallystick/state/items", params=gone)
        after = mock.client.get("/_tallystick/state?session=one").json()
        assert after != before
        document.write_text(SHOP.read_text("utf-8") + "\nx-more: 1\n", "utf-8")
        assert mock.line() == "read anew: the cases are the same"
        assert mock.client.get("/_tallystick/state?session=one").json() == after


@pytest.mark.whole
def test_no_watch(document: Path) -> None:
    """With `--no-watch` an edit is not served."""
    with running(document, "--no-watch") as mock:
        edit(document, "Lamp.Broken", "Lamp.Lost")
        # Three looks of a mock that watches fit in here; each request takes as long as it waits.
        mock.client.get("/_tallystick/requests?wait=1.6")
        assert mock.case(Prefer="code=409") == "409 Lamp.Broken"
