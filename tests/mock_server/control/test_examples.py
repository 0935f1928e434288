"""A body saved as an example in an overlay, and how overlays of all spellings are added to."""

from __future__ import annotations

import stat
from pathlib import Path
from typing import Any

import pytest
import yaml

from mock_server.control.overlay_file import OverlayFileError, with_actions
from tests.mock_server.documented import check_problem
from tests.mock_server.running import running

DOCUMENT = """
openapi: 3.1.1
info: {title: Lamps, version: '1'}
paths:
  /lamps:
    get:
      responses:
        '200':
          description: OK
          content:
            application/json:
              schema: {type: array, items: {type: string}}
              example: [blue]
        '404':
          description: |
            - Lamp.Gone — it is gone
            - Lamp.Lost — it is lost
          content:
            application/json:
              schema: {type: object, properties: {code: {type: string}, at: {type: string}}}
        '204': {description: None}
        '418': {$ref: 'other.yaml#/Tea'}
  /bulbs:
    get:
      responses:
        '200':
          description: OK
          content:
            application/json:
              examples: {dog: {value: {name: dog, old: 1}}, cat: {value: {name: cat}}}
"""
OTHER = "Tea: {description: Tea, content: {application/json: {schema: {type: object}}}}"
OVERLAY = """# Ours.
overlay: 1.0.0
info: {title: More, version: '1'}
actions:
  # The first.
  - target: $.info  # inside
    update: {description: Lamps}
# The last.
"""
EXAMPLES = "/_tallystick/examples"


def folder(tmp_path: Path) -> tuple[Path, Path]:
    """A document and an overlay."""
    document, overlay = tmp_path / "lamps.yaml", tmp_path / "lamps.overlay.yaml"
    document.write_text(DOCUMENT, "utf-8")
    (tmp_path / "other.yaml").write_text(OTHER, "utf-8")
    overlay.write_text(OVERLAY, "utf-8")
    overlay.chmod(0o640)
    return document, overlay


@pytest.mark.whole
def test_saved_examples(tmp_path: Path) -> None:
    """They are served, each by its case; what stood in the overlay stands there still, and nothing
    else is written.
    """
    document, overlay = folder(tmp_path)
    files = sorted(tmp_path.iterdir())
    with running(document, "--overlay", overlay) as mock:

        def save(operation: str, case: str, body: Any) -> dict[str, Any]:
            sent = {"operation": operation, "case": case, "body": body}
            answer = mock.client.post(EXAMPLES, json=sent)
            assert answer.status_code == 201, answer.text
            assert mock.line() == "read anew: the cases are the same"
            shown: dict[str, Any] = answer.json()
            assert shown.pop("file") == str(overlay)
            return shown

        assert save("GET /lamps", "200", []) == {"example": None, "violations": []}
        assert mock.client.get("/lamps").json() == []
        assert save("GET /lamps", "200", [1]) == {
            "example": None,
            "violations": ['The body is not valid at /0: 1 is not of type "string".'],
        }
        assert mock.client.get("/lamps").json() == [1]
        lost = {"code": "Lamp.Lost", "at": "noon"}
        assert save("GET /lamps", "Lamp.Lost", lost)["example"] == "Lamp.Lost"
        for name, body in (("Lamp.Lost", lost), ("Lamp.Gone", None)):
            answer = mock.client.get("/lamps", headers={"Prefer": f'example="{name}"'})
            assert (answer.json() == lost, answer.json()["code"]) == (body is lost, name)
        assert save("GET /bulbs", "dog", {"name": "dog", "new": 1})["example"] == "dog"
        assert mock.client.get("/bulbs", headers={"Prefer": "example=dog"}).json() == {
            "name": "dog",
            "new": 1,
        }
        assert save("GET /bulbs", "200", {"name": "ours"})["example"] == "saved"
        assert mock.client.get("/bulbs", headers={"Prefer": "example=saved"}).json() == {
            "name": "ours"
        }
    text = overlay.read_text("utf-8")
    assert text.startswith(OVERLAY.removesuffix("# The last.\n"))
    assert "# The last." in text
    assert stat.S_IMODE(overlay.stat().st_mode) == 0o640
    assert document.read_text("utf-8") == DOCUMENT
    assert sorted(tmp_path.iterdir()) == files


@pytest.mark.whole
def test_what_cannot_be_saved(tmp_path: Path) -> None:
    """It is refused with a reason, and the overlay is as it was."""
    document, overlay = folder(tmp_path)
    with running(document, "--overlay", overlay) as mock:
        for sent, status, why in (
            ({"case": "200", "body": 1}, 400, "'operation' is missing"),
            ({"operation": "GET /x", "case": "200", "body": 1}, 400, "No operation is called"),
            ({"operation": "GET /lamps", "case": "500", "body": 1}, 400, "No documented case"),
            ({"operation": "GET /lamps", "case": "204", "body": 1}, 400, "has no body"),
            ({"operation": "GET /lamps", "case": "418", "body": 1}, 409, "another file"),
        ):
            answer = mock.client.post(EXAMPLES, json=sent)
            check_problem(answer, status)
            assert why in answer.json()["detail"]
    assert overlay.read_text("utf-8") == OVERLAY
    with running(document) as mock:
        sent = {"operation": "GET /lamps", "case": "200", "body": []}
        answer = mock.client.post(EXAMPLES, json=sent)
        assert (answer.status_code, "--overlay" in answer.json()["detail"]) == (409, True)
        assert "--overlay mine.overlay.yaml" in mock.client.get("/_tallystick/").text


@pytest.mark.whole
def test_the_answer_of_a_case(tmp_path: Path) -> None:
    """It has what a force takes."""
    document, _ = folder(tmp_path)
    with running(document) as mock:
        query = {"operation": "GET /lamps", "case": "200"}
        shown = mock.client.get("/_tallystick/answers", params=query).json()
        assert shown == {
            "operation": "GET /lamps",
            "case": "200",
            "status": 200,
            "media_type": "application/json",
            "headers": {},
            "body": ["blue"],
        }
        query = {"operation": "GET /lamps", "case": "204"}
        shown = mock.client.get("/_tallystick/answers", params=query).json()
        assert (shown["media_type"], "body" in shown) == (None, False)


ACTIONS = [{"target": "$.a", "update": {"b": "yes", "c": [1, "é"]}}]
HEAD = "overlay: 1.0.0\ninfo: {title: A, version: '1'}\n"
FIRST = {"target": "$", "update": {"x-a": 1}}


@pytest.mark.parametrize(
    "text",
    [
        HEAD + "actions:\n- target: $\n  update: {x-a: 1}\n",
        HEAD + "actions:\n    - target: $\n      update: {x-a: 1}",
        "actions:\n  - target: $\n    update: {x-a: 1}\n\n" + HEAD,
        HEAD + "actions: [{target: $, update: {x-a: 1}}]\n",
        HEAD + "actions: [\n  {target: $, update: {x-a: 1}},\n]\n",
        HEAD.replace("\n", "\r\n") + "actions:\r\n- target: $\r\n  update: {x-a: 1}\r\n",
        '{"overlay": "1.0.0", "info": {"title": "A", "version": "1"}, "actions": [\n'
        '  {"target": "$", "update": {"x-a": 1}}\n]}',
        HEAD + "actions:\n- target: $\n  update: {x-a: 1}\n# end\n...\n",
    ],
    ids=str,
)
def test_spellings_of_overlays(text: str) -> None:
    """In each the actions come last, and the rest is as it was."""
    changed = with_actions(text, ACTIONS)
    assert yaml.safe_load(changed)["actions"] == [FIRST, *ACTIONS]
    assert yaml.safe_load(changed) == {**yaml.safe_load(text), "actions": [FIRST, *ACTIONS]}
    assert ("\r\n" in changed) == ("\r\n" in text)


@pytest.mark.parametrize(
    "text", ["", "overlay: 1.0.0\n", "actions: {}\n", "actions: []\n", "- a\n"]
)
def test_no_overlay(text: str) -> None:
    """What has no actions is not added to."""
    with pytest.raises(OverlayFileError):
        with_actions(text, ACTIONS)
