"""The board for people who work with it all day: many operations, many sessions, a phone."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from mock_server.serve import serving
from tallystick import load_contract
from tests.end_to_end.browser import ORGANISATION, Seen, new_page
from tests.end_to_end.test_board import BODY, ask, force, row

PHONE = {"viewport": {"width": 390, "height": 844}}
LINK = f"/organisations/{ORGANISATION}/payment-account/link"


def case(page: Page, name: str) -> Locator:
    """The row of a case."""
    return page.locator(".cases li", has=page.get_by_role("button", name=f"Force {name}"))


def start(page: Page, url: str) -> None:
    """Open a board, and see it live."""
    page.goto(f"{url}/_tallystick/")
    expect(page.locator("#live")).to_have_text("live")


def is_in_sight(locator: Locator) -> bool:
    """Whether an element is within the window, and nothing covers it."""
    return bool(
        locator.evaluate(
            """each => {
              const { top, bottom, left, height } = each.getBoundingClientRect();
              const there = document.elementFromPoint(left + 8, top + height / 2);
              return top >= 0 && bottom <= innerHeight && each.contains(there);
            }"""
        )
    )


# --- forces


def test_a_forced_row_says_so(page: Page, mock: httpx.Client, mock_url: str) -> None:
    """The row of a forced case is marked, counts down, and has a button that undoes the force."""
    start(page, mock_url)
    mock.post("/_tallystick/forces", json={"cases": ["502", "200", "502"]})
    failing = case(page, "502 PaymentAccount.ProviderError")
    expect(failing).to_contain_text("forced: 2 left")
    expect(case(page, "200")).to_contain_text("forced: 1 left")
    assert ask(mock)[0] == 502
    expect(failing).to_contain_text("forced: 1 left")
    expect(failing).to_have_class(re.compile("forced"))
    failing.get_by_role("button", name="Undo").click()
    expect(page.locator(".cases li.forced")).to_have_count(0)
    expect(page.locator("#forces")).to_contain_text("Nothing is forced")
    expect(page.get_by_role("button", name="Force 502 PaymentAccount")).to_be_focused()
    assert ask(mock) == (200, None)


@pytest.mark.parametrize("options", [PHONE, {"viewport": {"width": 1280, "height": 640}}])
def test_the_forces_stay_in_sight(
    browser: Browser, mock: httpx.Client, mock_url: str, options: Any
) -> None:
    """Whoever scrolls to the last case still sees what is forced."""
    with new_page(browser, **options) as (page, _):
        start(page, mock_url)
        force(page, "409 PaymentAccount.Disconnected")
        case(page, "502 PaymentAccount.ProviderError").scroll_into_view_if_needed()
        page.evaluate("scrollBy(0, 200)")
        assert page.evaluate("scrollY") > 200
        assert is_in_sight(page.locator("#forces .queued").first)


# --- many operations

MANY: dict[str, Any] = {
    "openapi": "3.1.1",
    "info": {"title": "Many", "version": "1"},
    "paths": {
        f"/things-{number}/{{id}}": {
            "get": {
                "tags": ["even" if number % 2 == 0 else "odd", *(["rare"] if number == 7 else [])],
                "summary": f"Thing number {number}",
                "parameters": [
                    {"name": "id", "in": "path", "required": True, "schema": {"type": "string"}}
                ],
                "responses": {
                    "200": {"description": "It is there. It has more to say."},
                    "404": {"description": ""},
                    "409": {"description": "Thing.Busy — somebody else has it"},
                },
            }
        }
        for number in range(300)
    },
}


@pytest.fixture(scope="module")
def many_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A mock with 300 operations."""
    document = tmp_path_factory.mktemp("many") / "many.json"
    document.write_text(json.dumps(MANY), "utf-8")
    with serving(load_contract(str(document))) as url:
        yield url


def shown(page: Page, selector: str) -> list[str]:
    """The first words of what can be seen."""
    return [text.split("\n")[0] for text in page.locator(f"{selector}:visible").all_inner_texts()]


def test_finding_one_of_300_operations(page: Page, seen: Seen, many_url: str) -> None:
    """A word, a tag or a kind of case leaves what it names, unfolded; folds come back after."""
    start(page, many_url)
    assert shown(page, ".group > summary") == ["even 150 operations", "odd 150 operations"]
    assert len(shown(page, ".operation .cases")) == 1
    page.get_by_label("Find operations and cases").fill("number 299 busy")
    expect(page.locator("#found")).to_have_text("1 of 900 cases, in 1 operation")
    assert shown(page, ".operation h3") == ["GET /things-299/{id}"]
    assert shown(page, ".cases .status") == ["409"]
    page.get_by_role("button", name="Force 409 Thing.Busy").and_(page.locator(":visible")).click()
    expect(page.locator("#forces")).to_contain_text("forced: 409 Thing.Busy")
    page.get_by_label("Find operations and cases").fill("")
    assert len(shown(page, ".operation .cases")) == 1
    page.get_by_label("Tag").select_option("rare")
    assert shown(page, ".operation h3") == ["GET /things-7/{id}"]
    page.get_by_label("Tag").select_option("")
    page.get_by_label("Which cases").select_option("forced")
    assert shown(page, ".operation h3") == ["GET /things-299/{id}"]
    assert httpx.get(f"{many_url}/things-299/1").status_code == 409
    expect(page.locator("#found")).to_have_text("0 of 900 cases, in 0 operations")
    assert seen.errors == []


def test_folds_are_remembered(page: Page, many_url: str) -> None:
    """What was unfolded is so after a reload; one button folds everything."""
    start(page, many_url)
    page.locator("#operation-3 > summary").click()
    expect(page.locator("#operation-3 .cases")).to_be_visible()
    page.reload()
    expect(page.locator("#operation-3 .cases")).to_be_visible()
    page.get_by_role("button", name="Fold all").click()
    expect(page.locator(".operation:visible")).to_have_count(0)
    page.get_by_role("button", name="Unfold all").click()
    expect(page.locator("#operation-300 .cases")).to_be_visible()


def test_a_refresh_is_small(many_url: str) -> None:
    """What is fetched when something changed does not hold the list of operations."""
    whole, live = (httpx.get(f"{many_url}/_tallystick/{query}").text for query in ("", "?live"))
    assert (whole.count("data-case="), live.count("data-case=")) == (900, 0)
    assert len(live) < len(whole) / 20


# --- the log


def test_the_log(page: Page, mock: httpx.Client, mock_url: str) -> None:
    """A line has the query, without secrets, and the time; the answer comes when it is asked for;
    preflights are folded.
    """
    start(page, mock_url)
    mock.post(f"{LINK}?page=2&token=hush", json={})
    preflight = {"Origin": "http://a.example", "Access-Control-Request-Method": "POST"}
    mock.options(LINK, headers=preflight)
    expect(page.get_by_label("Show 1 preflight")).not_to_be_checked()
    expect(page.locator("#rows li:visible")).to_have_count(1)
    line = row(page, 1)
    expect(line).to_contain_text("/payment-account/link?page=2&token=")
    expect(line).not_to_contain_text("hush")
    expect(line.locator(".took")).to_have_text(re.compile(r"^\d+\.\d ms$"))
    expect(line.locator("pre")).to_have_count(0)
    line.get_by_text("Answer", exact=True).click()
    expect(line.locator("pre")).to_contain_text('"title": "PaymentAccountLink.MissingReturnUrl"')
    page.get_by_label("Show 1 preflight").check()
    expect(page.locator("#rows li:visible")).to_have_count(2)


def test_a_late_answer(page: Page, mock: httpx.Client, mock_url: str) -> None:
    """A line stands there when the request came, and gets its time when the answer is out."""
    start(page, mock_url)
    with pytest.raises(httpx.ReadTimeout):
        httpx.post(f"{mock_url}{LINK}", json=BODY, headers={"Prefer": "delay=60"}, timeout=0.2)
    expect(row(page)).to_contain_text("60 s late")
    expect(row(page).locator(".took")).to_have_text(re.compile(r"ms|s"))


def test_the_sessions(page: Page, mock: httpx.Client, mock_url: str) -> None:
    """The switch lists the sessions, the last used first, each with its last request."""
    mock.post(f"/~session/first{LINK}", json=BODY)
    mock.post(f"/~session/failed{LINK}?try=2", json={})
    start(page, mock_url)
    page.locator("#session-menu summary").click()
    items = page.locator("#session-menu li")
    expect(items.nth(0)).to_contain_text("default")
    expect(items.nth(1)).to_contain_text("failed 1 request, last")
    expect(items.nth(1)).to_contain_text("400 PaymentAccountLink.MissingReturnUrl")
    page.keyboard.press("Escape")
    expect(items.nth(1)).not_to_be_visible()
    page.locator("#session-menu summary").click()
    items.nth(1).get_by_role("link").click()
    expect(page.locator("#base-url")).to_have_text(f"{mock_url}/~session/failed")
    expect(page.locator("#session-menu summary")).to_have_text("Session failed")
    (found,) = [s for s in mock.get("/_tallystick/sessions").json() if s["name"] == "failed"]
    assert (found["last"]["status"], found["last"]["query"]) == (400, "try=2")


# --- a phone


def test_three_tabs_on_a_phone(browser: Browser, mock: httpx.Client, mock_url: str) -> None:
    """One part is shown at a time, chosen by touch, by the arrow keys, or by the address."""
    with new_page(browser, **PHONE) as (page, _):
        start(page, mock_url)
        assert page.get_by_role("tab").all_inner_texts() == ["Cases", "Requests", "Faults"]
        headings = page.locator("section > h2:visible")
        expect(headings).to_have_text(["Cases"])
        mock.post("/_tallystick/forces", json={"cases": ["502"]})
        expect(page.get_by_role("tab", name="Cases")).to_have_text("Cases (1 forced)")
        page.get_by_role("tab", name="Requests").click()
        expect(headings).to_have_text([re.compile("Requests")])
        page.keyboard.press("ArrowRight")
        expect(page.get_by_role("tab", name="Faults")).to_be_focused()
        expect(headings.first).to_contain_text("Faults and delays")
        expect(page.get_by_role("tab", name="Faults")).to_have_attribute("aria-selected", "true")
        page.reload()
        expect(headings.first).to_contain_text("Faults and delays")
        page.set_viewport_size({"width": 1280, "height": 800})
        expect(page.get_by_role("tab")).to_have_count(0)
        expect(page.get_by_role("heading", name="Cases")).to_be_visible()


def test_a_word_explained(page: Page, mock: httpx.Client, mock_url: str) -> None:
    """A question mark explains what a session is, and Escape closes it."""
    start(page, mock_url)
    page.get_by_role("button", name="What is a session?").press("Enter")
    expect(page.get_by_text("A test that runs beside others")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_text("A test that runs beside others")).not_to_be_visible()


# --- other pages


def test_swagger_ui(browser: Browser, many_url: str) -> None:
    """It is dark where that is preferred, and its first operation is open."""
    for scheme, is_dark in (("light", False), ("dark", True)):
        with new_page(browser, color_scheme=scheme) as (page, seen):
            page.goto(f"{many_url}/_tallystick/docs")
            expect(page.locator(".opblock.is-open .opblock-summary-path")).to_have_text(
                re.compile("things-0"), timeout=60_000
            )
            ground = page.evaluate("getComputedStyle(document.body).backgroundColor")
            assert (ground == "rgb(28, 32, 34)") == is_dark
            assert (page.url, seen.errors) == (f"{many_url}/_tallystick/docs", [])


def test_why(page: Page, mock: httpx.Client, mock_url: str) -> None:
    """The page shows what decided, what was sent, what was answered, and how to succeed."""
    body = {**BODY, "returnUrl": "/return"}
    answer = mock.post(f"{LINK}?page=2", json=body)
    page.goto(f"{mock_url}/_tallystick/requests/1")
    expect(page.locator("#decided")).to_contain_text("body.returnUrl")
    expect(page.locator("#decided")).to_contain_text("set returnUrl to 'https://")
    expect(page.get_by_role("main")).to_contain_text(f"POST {LINK}?page=2")
    expect(page.locator("#answer-body")).to_have_text(answer.text)
    expect(page.locator("#answer dd").first).to_have_text("400 PaymentAccountLink.InvalidReturnUrl")


def test_the_onboarding_page_is_of_one_mind(page: Page, mock: httpx.Client) -> None:
    """The link is said to be used up once, and what goes wrong looks dangerous."""
    page.goto(str(mock.post(LINK, json=BODY).json()["url"]))
    expect(page.locator("dl")).to_contain_text("used up by opening this page")
    expect(page.locator("dl")).not_to_contain_text("expire")
    dangerous = page.locator("button.danger").all_inner_texts()
    assert dangerous == [
        "Reject the account",
        "Disconnect the account",
        "Simulate a chat preview",
    ]


def test_another_document(page: Page, tmp_path: Path) -> None:
    """No word of the bundled contract stands on the board of another one."""
    document = tmp_path / "other.json"
    document.write_text(json.dumps({**MANY, "paths": {"/x": MANY["paths"]["/things-1/{id}"]}}))
    with serving(load_contract(str(document))) as url:
        start(page, url)
        text = page.content()
        assert re.findall(r"(?i)organisation|payment|301|onboarding|refreshUrl", text) == []
        titles = page.locator(".what b").all_inner_texts()
        assert titles == ["It is there", "Not Found", "Thing.Busy"]
        expect(page.locator("#no-rows")).to_contain_text(f"curl -i '{url}/x'")
