"""The formats of a report, each as its real consumer takes it: Chromium, Microsoft's SARIF tool, a
Markdown parser, an XML parser.
"""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
from markdown_it import MarkdownIt
from playwright.sync_api import Browser, Page, expect

from contract_tests.results.formats import FORMATS
from tests.end_to_end.browser import Seen, new_page
from tests.end_to_end.peers import Missing, installed

SARIF = "@microsoft/sarif-multitool@5.7.0"
HOSTILE = "</pre><script>alert(1)</script><img src=x onerror=alert(2)> | *a* `b` \ud800 \x00"
GREEN = "GET /organisations/{organisation_id}/payment-accounts/{account_id}/transfers"
FINDING: dict[str, Any] = {
    "id": "0123456789ab",
    "check": "documented status",
    "level": "documented",
    "source": "api.yaml:7 at #/paths/~1x/get",
    "location": {"file": "api.yaml", "pointer": "/paths/~1x/get", "line": 7},
    "quote": HOSTILE,
    "operation": "GET /x",
    "case": "200",
    "cases": ["200"],
    "message": f"the document has no 500 {HOSTILE}",
    "remedy": "Answer with a status that the document has.",
    "response": f"500 text/html {HOSTILE}",
    "curl": f"curl -i '{HOSTILE}'\nand more",
    "exchange": {
        "compared_with": None,
        "request": {"text": f"GET /x\nx-what: {HOSTILE}", "marked": []},
        "response": {"text": f"500 Internal Server Error\n\n{HOSTILE}", "marked": [1]},
    },
}
ADVISED = {
    **FINDING,
    "id": "ba9876543210",
    "check": "promise: https",
    "level": "advisory",
    "quote": None,
    "cases": [],
    "exchange": None,
    "remedy": None,
    "message": "the link is plain http",
    "location": None,
}
REPORT: dict[str, Any] = {
    "target": "http://127.0.0.1:1",
    "document": "api.yaml",
    "seed": 7,
    "requests": 1234,
    "seconds": 1.5,
    "exit_code": 1,
    "cases": [
        {
            "operation": "GET /x",
            "status": "200",
            "code": None,
            "verdict": "failed",
            "reason": HOSTILE,
            "requests": 3,
        },
        {
            "operation": "GET /x",
            "status": "400",
            "code": "X.Bad",
            "verdict": "passed",
            "reason": None,
            "requests": 2,
        },
        {
            "operation": "POST /y",
            "status": "409",
            "code": "Y.Gone",
            "verdict": "not_covered",
            "reason": "nothing says how",
            "requests": 0,
        },
        {
            "operation": "POST /y",
            "status": "502",
            "code": "Y.Down",
            "verdict": "unreachable",
            "reason": "it never fails",
            "requests": 0,
        },
        {
            "operation": GREEN,
            "status": "200",
            "code": None,
            "verdict": "passed",
            "reason": None,
            "requests": 1,
        },
    ],
    "tags": {"GET /x": ["Lamps"], "POST /y": ["Shelves"], GREEN: ["Lamps"]},
    "findings": [FINDING, ADVISED],
    "checks": [{"name": "documented status", "level": "documented", "source": None}],
    "notes": [],
}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A report whose texts are hostile, in all formats."""
    made = tmp_path_factory.mktemp("report")
    for name, render in FORMATS.items():
        (made / name).write_bytes(render(REPORT).encode("utf-8", "replace"))
    return made


@pytest.fixture
def seen(browser: Browser, folder: Path) -> Iterator[tuple[Page, Seen]]:
    """The HTML report in a browser, opened as a file."""
    with new_page(browser) as (page, seen):
        page.goto(f"file://{folder}/report.html")
        yield page, seen


def test_the_page_holds_all_it_needs(seen: tuple[Page, Seen]) -> None:
    """It asks for nothing else, runs nothing of what it shows, and complains of nothing."""
    page, did = seen
    assert [url for url in did.requests if not url.startswith("file://")] == []
    assert len(did.requests) == 1
    assert (did.errors, did.dialogs) == ([], [])
    expect(page.locator("article")).to_have_count(2)
    expect(page.locator("article").first).to_contain_text("<script>alert(1)</script>")
    expect(page.locator(".change")).to_have_text(FINDING["remedy"])
    expect(page.locator(".totals")).to_contain_text("1 not covered")
    expect(page.locator("td.unreachable")).to_have_text("unreachable")


def test_filter_and_search(seen: tuple[Page, Seen]) -> None:
    """By level, and by words that a finding holds."""
    page, _ = seen
    page.get_by_label("Level").select_option("advisory")
    expect(page.locator("article:visible")).to_have_count(1)
    expect(page.locator("article:visible")).to_contain_text("promise: https")
    page.get_by_label("Level").select_option("all")
    page.get_by_label("Search").fill("status DOCUMENT")
    expect(page.locator("article:visible")).to_have_count(1)
    expect(page.locator("#shown")).to_have_text("1 shown")
    page.get_by_label("Search").fill("nowhere")
    expect(page.locator("article:visible")).to_have_count(0)


def test_on_paper_all_is_there(seen: tuple[Page, Seen]) -> None:
    """What the filter hides is printed all the same, black on white."""
    page, _ = seen
    page.get_by_label("Search").fill("nowhere")
    page.emulate_media(media="print", color_scheme="dark")
    expect(page.locator("article:visible")).to_have_count(2)
    expect(page.locator("form:visible")).to_have_count(0)
    colour = page.evaluate("getComputedStyle(document.body).backgroundColor")
    assert colour == "rgb(255, 255, 255)"


def test_findings_come_first_and_what_is_green_is_folded(seen: tuple[Page, Seen]) -> None:
    """Operations stand below their tags."""
    page, _ = seen
    heads = page.locator("h2").all_inner_texts()
    assert heads == ["Findings", "Not covered", "Operations"]
    assert page.locator("main > h3").all_inner_texts() == ["Lamps", "Shelves"]
    folded = page.locator("main > details:not([open]) > summary code").all_inner_texts()
    assert folded == [GREEN]
    expect(page.locator("main > details", has_text="GET /x").first).to_contain_text("1 failed")


def test_request_and_response_stand_side_by_side(seen: tuple[Page, Seen]) -> None:
    """On a phone, one below the other; what is wrong is marked."""
    page, _ = seen
    expect(page.locator("mark")).to_have_text("500 Internal Server Error")
    places = []
    for width in (1280, 390):
        page.set_viewport_size({"width": width, "height": 800})
        boxes = [figure.bounding_box() for figure in page.locator("figure").all()]
        (left, top), (right, below) = ((box["x"], box["y"]) for box in boxes if box)
        places.append((right > left, below > top))
    assert places == [(True, False), (False, True)]


def test_no_column_breaks_letter_by_letter_on_a_phone(browser: Browser, tmp_path: Path) -> None:
    """The label and the verdict of a case stand on one line each, however long the reason is."""
    case = {**REPORT["cases"][0], "code": "Lamp.InvalidColourOfLight", "reason": "because " * 30}
    page_file = tmp_path / "report.html"
    page_file.write_text(FORMATS["report.html"]({**REPORT, "cases": [case]}), "utf-8", "replace")
    with new_page(browser, viewport={"width": 390, "height": 700}) as (page, _):
        page.goto(f"file://{page_file}")
        lines = page.evaluate(
            "[...document.querySelectorAll('td code, td.failed')]"
            ".map((each) => each.getClientRects().length + each.offsetHeight / 1000)"
        )
        assert [round(each) for each in lines] == [1, 1]
        assert max(lines) < 1.04


def test_on_paper_nothing_is_folded(seen: tuple[Page, Seen]) -> None:
    """By the style alone, and by a print from the menu."""
    page, _ = seen
    green = page.locator("details", has_text=GREEN).locator("td").first
    expect(green).not_to_be_visible()
    page.emulate_media(media="print")
    assert page.evaluate("document.querySelector('details:not([open]) table').offsetHeight") > 20
    page.emulate_media(media="screen")
    page.evaluate("dispatchEvent(new Event('beforeprint'))")
    expect(green).to_be_visible()
    page.evaluate("dispatchEvent(new Event('afterprint'))")
    expect(green).not_to_be_visible()


def test_light_dark_and_narrow(browser: Browser, folder: Path) -> None:
    """Two colour schemes, and no sideways scrolling on a phone."""
    grounds = set()
    for scheme in ("light", "dark"):
        with new_page(browser, color_scheme=scheme, viewport={"width": 360, "height": 700}) as (
            page,
            _,
        ):
            page.goto(f"file://{folder}/report.html")
            grounds.add(page.evaluate("getComputedStyle(document.body).backgroundColor"))
            assert page.evaluate("document.documentElement.scrollWidth") <= 360
    assert len(grounds) == 2


def test_sarif_is_valid(folder: Path) -> None:
    """Microsoft's own validator finds no error."""
    try:
        package = installed(SARIF).parent / "sarif-multitool-linux"
    except Missing as reason:
        pytest.skip(str(reason))
    program = package / "Sarif.Multitool"
    program.chmod(0o755)
    output = folder / "validation.sarif"
    subprocess.run(
        [
            program,
            "validate",
            folder / "report.sarif",
            "--output",
            output,
            "--log",
            "ForceOverwrite",
        ],
        capture_output=True,
        timeout=120,
        check=True,
    )
    results = json.loads(output.read_text(encoding="utf-8-sig"))["runs"][0]["results"]
    assert [r["ruleId"] for r in results if r.get("level", "warning") == "error"] == []


def test_sarif_points_at_lines(folder: Path, tmp_path: Path) -> None:
    """A finding is at the line of the document that makes the demand, with a steady fingerprint."""
    (run,) = json.loads((folder / "report.sarif").read_text(encoding="utf-8"))["runs"]
    first, second = run["results"]
    place = first["locations"][0]["physicalLocation"]
    assert (place["artifactLocation"]["uri"], place["region"]["startLine"]) == ("api.yaml", 7)
    assert (first["level"], second["level"]) == ("error", "note")
    helps = [rule.get("help") for rule in run["tool"]["driver"]["rules"]]
    assert helps == [{"text": FINDING["remedy"]}, None]
    assert first["partialFingerprints"] == {"tallystick/v1": "0123456789ab"}
    assert [rule["id"] for rule in run["tool"]["driver"]["rules"]] == [
        "documented-status",
        "promise-https",
    ]


def test_markdown(folder: Path) -> None:
    """A table of verdicts and a list of findings; hostile texts stay texts."""
    text = (folder / "summary.md").read_text(encoding="utf-8")
    html = MarkdownIt("commonmark", {"html": True}).enable("table").render(text)
    assert "<h2>Contract: 2 passed, 1 failed, 1 not covered, 1 unreachable</h2>" in html
    assert f"<p>{FINDING['remedy']}</p>" in html
    assert html.count("<tr>") == 3 + 5  # three heads, five cases
    assert "<script>" not in html
    assert "<img" not in html
    assert "<em>a</em>" not in html
    assert "curl -i" in html


def test_junit(folder: Path) -> None:
    """A suite per operation; a failed case fails, one that was not tried is skipped."""
    suites = ElementTree.parse(folder / "junit.xml").getroot()
    counts = [(s.get("name"), s.get("tests"), s.get("failures"), s.get("skipped")) for s in suites]
    assert counts == [
        ("GET /x", "3", "1", "0"),
        ("POST /y", "3", "0", "2"),
        (GREEN, "2", "0", "0"),
    ]
    reasons = [skipped.get("message") for skipped in suites.iter("skipped")]
    assert reasons == ["not covered: nothing says how", "unreachable: it never fails"]
    (failure,) = suites.iter("failure")
    assert "curl -i" in (failure.text or "")


def test_badge(folder: Path) -> None:
    """It says how many of the documented cases passed, to screen readers, too."""
    badge = ElementTree.parse(folder / "badge.svg").getroot()
    assert badge.get("aria-label") == "cases passed: 2 of 5"
