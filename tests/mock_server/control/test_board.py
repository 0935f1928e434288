"""The board over HTTP: what it shows, that it escapes, and its live log. Real browsers drive it in
tests/end_to_end.
"""

import html
import json
import re
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path

import httpx
import pytest

from mock_server.serve import serving
from tallystick import load_contract
from tests.mock_server.conftest import Serve, client
from tests.mock_server.documented import LABELS, VALID, create, path

HOSTILE = r"""
openapi: 3.1.0
info: {title: '<img src=x onerror=alert(1)>', version: "1"}
paths:
  "/a/'\"><script>alert(2)</script>/{id}":
    parameters: [{name: id, in: path, required: true, schema: {type: string}}]
    post:
      responses:
        "200": {description: OK}
        "400": {description: "Bad.Thing — </span><script>alert(3)</script> is required"}
"""


class _Elements(HTMLParser):
    """The start tags of a page."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))


def events(lines: Iterator[str], count: int) -> list[tuple[str, str]]:
    """The next events of a stream, each with its data."""
    found: list[tuple[str, str]] = []
    name = ""
    while len(found) < count:
        line = next(lines)
        if line.startswith("event: "):
            name = line.removeprefix("event: ")
        elif line.startswith("data:"):
            found.append((name, line.removeprefix("data:").strip()))
    return found


def test_the_board_is_the_start_page(mock: httpx.Client) -> None:
    """`/` leads to it, and it shows each case with a button that forces it."""
    assert mock.get("/").headers["location"] == "/_tallystick/"
    text = mock.get("/_tallystick/").text
    assert re.findall(r'data-force="([^"]*)"', text) == LABELS


def test_nothing_runs_but_its_own_script(mock: httpx.Client) -> None:
    """One script file, no inline script or style, nothing from elsewhere, no frame."""
    answer = mock.get("/_tallystick/")
    policy = answer.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "script-src 'self'" in policy
    assert "frame-ancestors 'none'" in policy
    assert "unsafe" not in policy
    elements = _Elements(answer.text).found
    assert [a for tag, a in elements if tag == "script"] == [
        {"src": "static/board.js", "defer": None}
    ]
    assert not [tag for tag, a in elements if "style" in a or any(n.startswith("on") for n in a)]
    for place in ("static/board.js", "static/mock.css"):
        assert mock.get(f"/_tallystick/{place}").status_code == 200


def test_a_hostile_document(serve: Serve) -> None:
    """Markup in a document stays text."""
    mock = serve(HOSTILE)
    text = mock.get("/_tallystick/").text
    assert [a for tag, a in _Elements(text).found if tag == "script"] == [
        {"src": "static/board.js", "defer": None}
    ]
    assert not [tag for tag, _ in _Elements(text).found if tag == "img"]
    assert "&lt;script&gt;alert(3)" in text


GUARDED = """
openapi: 3.1.0
info: {title: Guarded, version: '1'}
paths:
  /either:
    get:
      security: [{token: []}, {key: [], basic: []}]
      responses: {'200': {description: x}}
  /open: {get: {responses: {'200': {description: x}}}}
components:
  securitySchemes:
    token: {type: oauth2, flows: {}}
    key: {type: apiKey, in: query, name: '<key>'}
    basic: {type: http, scheme: basic}
"""


def test_credentials(serve: Serve, tmp_path: Path) -> None:
    """The board says which credentials each operation wants, and which are special."""
    text = serve(GUARDED).get("/_tallystick/").text
    assert re.findall(r"Needs (.*?)</p>", text) == [
        "a bearer token in the header &#39;Authorization&#39;; or an API key in the query "
        "parameter &#39;&lt;key&gt;&#39; and Basic credentials in the header "
        "&#39;Authorization&#39;."
    ]
    assert re.findall(r"<code>(\w+-credential)</code>", text) == [
        "wrong-credential",
        "expired-credential",
        "forbidden-credential",
    ]
    contract = load_contract(str(tmp_path / "document.yaml"))
    with serving(contract, auth=False) as url, client(url) as mocked:
        assert "credential" not in mocked.get("/_tallystick/").text


def test_a_hostile_request(mock: httpx.Client) -> None:
    """Markup in a request stays text, in the log and in its explanation."""
    create(mock, {"returnUrl": "<script>alert(1)</script>"}, headers={"X-A": "<script>"})
    mock.get("/<script>alert(1)</script>")
    for place in ("", "requests/1"):
        page = mock.get(f"/_tallystick/{place}", headers={"Accept": "text/html"})
        assert "<script>alert" not in page.text
        assert page.headers["content-type"].startswith("text/html")


def test_an_explanation_is_a_page_for_browsers_only(mock: httpx.Client) -> None:
    """A script gets JSON under the same address."""
    create(mock)
    assert mock.get("/_tallystick/requests/1").headers["content-type"] == "application/json"
    accept = {"Accept": "text/html,application/xhtml+xml,*/*;q=0.8"}
    page = mock.get("/_tallystick/requests/1", headers=accept).text
    for label in LABELS[1:]:
        assert f"<h3>{label}</h3>" in page


def test_the_live_log(mock: httpx.Client) -> None:
    """The live log sends each answered request with its case and reason, and other changes."""
    with mock.stream("GET", "/_tallystick/events?after=0") as stream:
        assert stream.headers["content-type"].startswith("text/event-stream")
        lines = stream.iter_lines()
        assert events(lines, 1) == [("changed", "")]
        create(mock, {}, headers={"X-Evil": "<b>"})
        found = dict(events(lines, 2))
        assert "400 PaymentAccountLink.<wbr>MissingReturnUrl" in found["request"]
        assert "changed" in found
        mock.post("/_tallystick/clock", json={"freeze": True})
        assert events(lines, 1) == [("changed", "")]
        mock.post("/_tallystick/reset")
        assert [name for name, _ in events(lines, 2)] == ["changed", "reset"]


def test_the_live_log_goes_on_where_it_was(mock: httpx.Client) -> None:
    """A browser that lost the connection gets what it missed, and no more."""
    for _ in range(3):
        create(mock)
    headers = {"Last-Event-ID": "2"}
    with mock.stream("GET", "/_tallystick/events", headers=headers) as stream:
        names = events(stream.iter_lines(), 2)
    assert [name for name, _ in names] == ["changed", "request"]
    assert 'data-id="3"' in names[1][1]


def test_the_live_log_of_a_session(mock: httpx.Client) -> None:
    """A session's board shows its own requests only."""
    with mock.stream("GET", "/~session/board/_tallystick/events?after=0") as stream:
        lines = stream.iter_lines()
        create(mock)
        mock.post(f"/~session/board{path()}", json=VALID, headers={"Prefer": "code=502"})
        found = events(lines, 3)
    mock.delete("/_tallystick/sessions/board")
    rows = [data for name, data in found if name == "request"]
    assert len(rows) == 1
    assert "502 PaymentAccount.<wbr>ProviderError" in rows[0]


OTHER = {"path.id": "another"}


def test_what_is_queued_is_shown(mock: httpx.Client) -> None:
    """Forces, faults, states and links stand on the board."""
    mock.post("/_tallystick/forces", json={"cases": ["502", "200"], "times": None})
    mock.post("/_tallystick/faults", json={"faults": ["slow"], "rate": 0.25, "match": OTHER})
    url = mock.post(path(), json=VALID, headers={"Prefer": "code=200"}).json()["url"]
    text = " ".join(mock.get("/_tallystick/").text.split())
    assert "forced: 502, 200 <small>always</small>" in text
    assert "slow <small>0.0 s, 1 left, 25 %" in text
    assert url.rpartition("/")[2] in text


LONG = "The thing is locked by a person who has opened it in another window of the same application"
TITLES = {
    "It is there.": ("It is there", ""),
    "It is there. Read it.": ("It is there", "Read it."),
    "": ("Conflict", ""),
    "**Locked**, see `owner`": ("Locked, see owner", ""),
    "- Locked:\n  by e.g. somebody": ("Locked", "by e.g. somebody"),
    f"{LONG}, so it waits": (
        "The thing is locked by a person who has opened it in another window of the same …",
        f"{LONG}, so it waits",
    ),
}


def titled(description: str) -> str:
    """A document with one error of this description."""
    responses = {"200": {"description": "OK"}, "409": {"description": description}}
    document = {
        "openapi": "3.1.0",
        "info": {"title": "Titles", "version": "1"},
        "paths": {"/x": {"get": {"responses": responses}}},
    }
    return json.dumps(document)


@pytest.mark.parametrize("description", TITLES)
def test_a_case_without_a_code_has_a_title(serve: Serve, description: str) -> None:
    """It is the first sentence of the description, or else what the status means."""
    text = serve(titled(description)).get("/_tallystick/").text
    found = re.findall(r'class="what"><b>(.*?)</b>\s*(?:<span class="text">(.*?)</span>)?', text)
    assert (found[0], html.unescape("|".join(found[1]))) == (
        ("OK", ""),
        "|".join(TITLES[description]),
    )


def test_what_an_own_answer_stands_for_is_marked(mock: httpx.Client) -> None:
    """An answer of the user's own marks the case that it takes the place of."""
    mock.post("/_tallystick/forces", json={"body": {}, "times": 2})
    mock.post("/_tallystick/forces", json={"status": 502, "times": None})
    text = mock.get("/_tallystick/?live").text
    marks = re.findall(r'data-of="([^"]+)".*?forced, changed: ([^<]*?) <button', text, re.DOTALL)
    assert marks == [("1-1", "2 left"), ("1-10", "always")]
