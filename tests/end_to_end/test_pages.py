"""What each page owes its readers: a language, a heading, names, room on a phone, and the dark."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import httpx
import pytest
from playwright.sync_api import Browser, Page, expect

from tests.end_to_end.browser import ORGANISATION, new_page

LINK = f"/organisations/{ORGANISATION}/payment-account/link"
CONTROLS = {"button", "link", "textbox", "combobox", "radio", "spinbutton", "checkbox"}
PHONE = {"viewport": {"width": 360, "height": 740}}


def _link(mock: httpx.Client, refresh_url: str = "https://app.example.com/new") -> str:
    body = {"returnUrl": "https://app.example.com/return", "refreshUrl": refresh_url}
    return str(mock.post(LINK, json=body).json()["url"])


def _board(page: Page, _: str, mock: httpx.Client) -> None:
    _link(mock)
    mock.post(LINK, headers={"prefer": "example=PaymentAccount.Disconnected"})
    mock.post("/_tallystick/forces", json={"cases": ["502", "200"], "match": {"path.id": "x" * 90}})
    mock.post("/_tallystick/faults", json={"faults": ["slow"], "delay": 0.5})
    mock.put(f"/_tallystick/organisations/{ORGANISATION}", json={"payment_account": "Restricted"})
    page.goto(f"{mock.base_url.join('/_tallystick/')}")
    expect(page.locator("#live")).to_have_text("live")


def _onboarding(page: Page, _: str, mock: httpx.Client) -> None:
    page.goto(_link(mock))


def _loop(page: Page, _: str, mock: httpx.Client) -> None:
    url = _link(mock, refresh_url=f"{mock.base_url.join('/refresh')}")
    for _number in range(3):
        mock.get(url)
    page.goto(url)
    expect(page.get_by_role("heading", level=1)).to_have_text("A refresh loop")


def _unknown(page: Page, _: str, mock: httpx.Client) -> None:
    page.goto(f"{mock.base_url.join('/_tallystick/links/unknown')}")


def _explanation(page: Page, _: str, mock: httpx.Client) -> None:
    mock.post(LINK, json={"returnUrl": "https://app.example.com/return"})
    number = mock.get("/_tallystick/requests").json()[-1]["id"]
    page.goto(f"{mock.base_url.join(f'/_tallystick/requests/{number}')}")


def _example(page: Page, app: str, mock: httpx.Client) -> None:
    page.goto(f"{app}/index.html?api={mock.base_url}")
    page.get_by_label("What to try").select_option("PaymentAccount.Disconnected")
    page.get_by_role("button", name="Set up payments").click()
    expect(page.get_by_role("alert")).to_contain_text("409 PaymentAccount.Disconnected")


def _example_return(page: Page, app: str, mock: httpx.Client) -> None:
    page.goto(f"{app}/return.html?api={mock.base_url}")
    expect(page.get_by_role("status")).to_contain_text("(NotStarted)")


def _example_refresh(page: Page, app: str, mock: httpx.Client) -> None:
    mock.put(f"/_tallystick/organisations/{ORGANISATION}", json={"payment_account": "Disconnected"})
    page.goto(f"{app}/refresh.html?api={mock.base_url}")
    expect(page.get_by_role("alert")).to_contain_text("409 PaymentAccount.Disconnected")


PAGES: dict[str, Callable[[Page, str, httpx.Client], None]] = {
    "the board": _board,
    "the onboarding page": _onboarding,
    "a refresh loop": _loop,
    "an unknown link": _unknown,
    "an explanation": _explanation,
    "the example": _example,
    "the example's return page": _example_return,
    "the example's refresh page": _example_refresh,
}


@pytest.mark.parametrize("name", PAGES)
def test_each_page(browser: Browser, app: str, mock: httpx.Client, name: str) -> None:
    """A language, one main heading, a name for each control, no sideways scrolling on a phone."""
    with new_page(browser, **PHONE) as (page, _):
        PAGES[name](page, app, mock)
        assert page.locator("html").get_attribute("lang") == "en"
        expect(page.get_by_role("heading", level=1)).to_have_count(1)
        expect(page.get_by_role("main")).to_have_count(1)
        assert page.title() != ""
        assert _nameless(page) == []
        assert page.evaluate("document.documentElement.scrollWidth") <= 360


@pytest.mark.parametrize("name", PAGES)
def test_each_page_in_the_dark(browser: Browser, app: str, mock: httpx.Client, name: str) -> None:
    """Who prefers a dark page gets dark ground under light letters, others the reverse."""
    with new_page(browser) as (page, _):
        PAGES[name](page, app, mock)
        for scheme in ("light", "dark"):
            page.emulate_media(color_scheme=scheme)
            ground, letters = _brightness(page, "backgroundColor"), _brightness(page, "color")
            assert (ground < 64, letters > 192) == (scheme == "dark",) * 2
            assert (ground > 192, letters < 64) == (scheme == "light",) * 2


def _brightness(page: Page, name: str) -> float:
    """The mean of a colour's red, green and blue."""
    red, green, blue = page.evaluate(
        "name => getComputedStyle(document.body)[name].match(/[0-9]+/g).map(Number)", name
    )
    return float(red + green + blue) / 3


def _nameless(page: Page) -> list[Any]:
    """The controls that have no name, as the browser itself reports to assistive technology."""
    session = page.context.new_cdp_session(page)
    nodes = session.send("Accessibility.getFullAXTree")["nodes"]
    controls = [node for node in nodes if node.get("role", {}).get("value") in CONTROLS]
    return [node["role"]["value"] for node in controls if not node["name"]["value"].strip()]
