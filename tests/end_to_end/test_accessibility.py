"""axe-core, which finds what people with assistive technology stumble over, on each page."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import httpx
import pytest
from playwright.sync_api import Browser, Page, expect

from tests.end_to_end.browser import new_page
from tests.end_to_end.peers import Missing, installed
from tests.end_to_end.test_pages import PAGES

AXE = "axe-core@4.10.3"
GRAVE = ("serious", "critical")
WIDTHS = (390, 1280)


@pytest.fixture(scope="module")
def axe() -> str:
    """The script of axe-core; where it cannot be had, the test is skipped."""
    try:
        return (installed(AXE) / "axe.min.js").read_text("utf-8")
    except Missing as missing:
        pytest.skip(str(missing))


def _docs(page: Page, _: str, mock: httpx.Client) -> None:
    page.goto(f"{mock.base_url.join('/_tallystick/docs')}")
    page.get_by_role("button", name="Try it out").click()
    expect(page.get_by_role("button", name="Execute")).to_be_visible()


def _unfolded(page: Page, app: str, mock: httpx.Client) -> None:
    """The board with what can be unfolded: sessions, an answer, an error, preflights, a hint."""
    PAGES["the board"](page, app, mock)
    preflight = {"Origin": app, "Access-Control-Request-Method": "POST"}
    mock.options("/organisations/x/payment-account/link", headers=preflight)
    mock.get("/~session/other/nowhere?page=2")
    page.evaluate("for (const fold of document.querySelectorAll('details')) fold.open = true")
    expect(page.locator("#rows pre").first).to_be_attached()
    page.locator("#folded").evaluate("row => row.querySelector('input').click()")
    page.locator("[name=cases]").first.evaluate("field => { field.value = 'No.Such' }")
    page.locator("#cases form").first.evaluate("form => form.requestSubmit()")
    expect(page.get_by_role("alert")).to_be_visible()


CHECKED: dict[str, Callable[[Page, str, httpx.Client], None]] = {
    **{name: PAGES[name] for name in ("the board", "the onboarding page", "an explanation")},
    "the board, unfolded": _unfolded,
    "a refresh loop": PAGES["a refresh loop"],
    "Swagger UI": _docs,
}


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("name", CHECKED)
def test_nothing_serious(
    browser: Browser, app: str, mock: httpx.Client, axe: str, name: str, scheme: str
) -> None:
    """No violation that axe-core calls serious or critical, on a phone and on a desk."""
    found = []
    for width in WIDTHS:
        options = {"viewport": {"width": width, "height": 900}, "color_scheme": scheme}
        with new_page(browser, **options, reduced_motion="reduce") as (page, _):
            CHECKED[name](page, app, mock)
            tabs = (
                ["cases", "requests", "faults"]
                if name.startswith("the board") and width < 1000
                else [""]
            )
            for tab in tabs:
                if tab:
                    page.locator(f"[data-tab={tab}][role=tab]").dispatch_event("click")
                found += [(width, tab, *violation) for violation in _violations(page, axe)]
        mock.post("/_tallystick/reset")
    assert found == []


def _violations(page: Page, axe: str) -> list[tuple[Any, ...]]:
    """What is grave: the rule, and up to five of its elements, each with what is wrong."""
    page.evaluate(axe)
    result = page.evaluate("axe.run()")
    return [
        (v["id"], [(n["target"], n["failureSummary"][:200]) for n in v["nodes"][:5]])
        for v in result["violations"]
        if v["impact"] in GRAVE
    ]
