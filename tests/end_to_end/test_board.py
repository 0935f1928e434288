"""The board in a real browser: what a click does to the next request, and what it never does."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from mock_server.serve import serving
from tallystick import load_contract
from tests.end_to_end.browser import ORGANISATION, Seen, new_page
from tests.end_to_end.mock import running_mock

OTHER = "0b9c1d52-7a0e-4d83-8f3c-5f5b8c1f6a20"
BODY = {"returnUrl": "https://app.example.com/return", "refreshUrl": "https://app.example.com/new"}
NO_CODE = (200, None)
DISCONNECTED = (409, "PaymentAccount.Disconnected")
PROVIDER_ERROR = (502, "PaymentAccount.ProviderError")

HOSTILE = "<img src=x onerror=alert(1)>\"><script>alert(2)</script>'"
HOSTILE_DOCUMENT = {
    "openapi": "3.1.1",
    "info": {"title": HOSTILE, "version": "1", "description": HOSTILE},
    "paths": {
        "/things/<img src=x onerror=alert(3)>/{id}": {
            "post": {
                "summary": HOSTILE,
                "parameters": [
                    {"name": "id", "in": "path", "required": True, "schema": {"type": "string"}}
                ],
                "responses": {
                    "200": {"description": HOSTILE},
                    "409": {
                        "description": "An error",
                        "x-tallystick-cases": {HOSTILE: {"description": HOSTILE}},
                    },
                },
            }
        }
    },
}


@pytest.fixture
def board(page: Page, seen: Seen, mock: httpx.Client, mock_url: str) -> Iterator[Page]:
    """The board. Afterwards: no script complained, and nobody but the mock was asked."""
    page.goto(mock_url)
    assert page.url == f"{mock_url}/_tallystick/"
    expect(page.locator("#live")).to_have_text("live")
    page.evaluate("window.notReloaded = true")
    yield page
    assert page.evaluate("window.notReloaded") is True
    assert (seen.errors, seen.dialogs) == ([], [])
    assert seen.origins == {mock_url}


def ask(
    mock: httpx.Client, organisation: str = ORGANISATION, before: str = ""
) -> tuple[int, str | None]:
    """Status and title of the answer to a valid request."""
    answer = mock.post(f"{before}/organisations/{organisation}/payment-account/link", json=BODY)
    return answer.status_code, answer.json().get("title")


def force(page: Page, case: str) -> None:
    """Click a case's button, and see it queued."""
    page.get_by_role("button", name=f"Force {case}", exact=True).click()
    expect(page.locator("#forces")).to_contain_text(f"forced: {case}")


def row(page: Page, place: int = 0) -> Locator:
    """A row of the live log; 0 is the newest."""
    return page.locator("#rows li").nth(place)


def test_forcing_once(board: Page, mock: httpx.Client) -> None:
    """The next request gets the case, the one after it does not; the log shows both at once."""
    force(board, "409 PaymentAccount.Disconnected")
    assert ask(mock) == DISCONNECTED
    expect(row(board)).to_contain_text("409 PaymentAccount.Disconnected")
    expect(row(board)).to_contain_text("queued force")
    expect(board.locator("#forces")).to_contain_text("Nothing is forced")
    assert ask(mock) == NO_CODE
    expect(row(board).locator(".case")).to_have_text("200")
    expect(row(board, 1).locator(".case")).to_have_text("409 PaymentAccount.Disconnected")


def test_forcing_three_times(board: Page, mock: httpx.Client) -> None:
    """Three requests get it, the fourth does not."""
    board.get_by_role("radio", name="times").check()
    board.get_by_label("How many times").fill("3")
    force(board, "502 PaymentAccount.ProviderError")
    expect(board.locator("#forces")).to_contain_text("3 left")
    assert [ask(mock) for _ in range(4)] == [*[PROVIDER_ERROR] * 3, NO_CODE]


def test_forcing_always_until_removed(board: Page, mock: httpx.Client) -> None:
    """Every request gets it, until the force is removed."""
    board.get_by_role("radio", name="always").check()
    force(board, "502 PaymentAccount.ProviderError")
    assert [ask(mock) for _ in range(5)] == [PROVIDER_ERROR] * 5
    expect(board.locator("#forces")).to_contain_text("always")
    board.get_by_role("button", name="Remove the force 502 PaymentAccount.ProviderError").click()
    expect(board.locator("#forces")).to_contain_text("Nothing is forced")
    assert ask(mock) == NO_CODE


def test_forcing_for_one_organisation(board: Page, mock: httpx.Client) -> None:
    """Another organisation's requests neither get nor use up the case."""
    board.get_by_label("only where the path has this value").fill(ORGANISATION)
    force(board, "409 PaymentAccount.Disconnected")
    assert ask(mock, OTHER) == NO_CODE
    assert ask(mock) == DISCONNECTED
    assert ask(mock) == NO_CODE


def test_a_sequence(board: Page, mock: httpx.Client) -> None:
    """The cases come in the order in which they were typed."""
    board.get_by_label("Queue several in turn").fill("502, PaymentAccount.Disconnected, 200")
    board.get_by_role("button", name="Queue").click()
    expect(board.locator("#forces")).to_contain_text("502, PaymentAccount.Disconnected, 200")
    assert [ask(mock) for _ in range(3)] == [PROVIDER_ERROR, DISCONNECTED, NO_CODE]


def test_a_case_that_there_is_not(page: Page, mock: httpx.Client, mock_url: str) -> None:
    """A typo is refused with its reason, and nothing is queued."""
    page.goto(f"{mock_url}/_tallystick/")
    page.get_by_label("Queue several in turn").fill("PaymentAccount.Disconected")
    page.get_by_role("button", name="Queue").click()
    field = page.get_by_label("Queue several in turn")
    expect(page.get_by_role("alert")).to_contain_text("No documented case is called")
    expect(field).to_be_focused()
    expect(field).to_have_attribute("aria-invalid", "true")
    expect(field).to_have_accessible_description(re.compile("No documented case is called"))
    below = page.get_by_role("alert").bounding_box()
    above = field.bounding_box()
    assert above
    assert below
    assert 0 <= below["y"] - above["y"] < 90
    expect(page.locator("#forces")).to_contain_text("Nothing is forced")
    field.fill("502")
    expect(page.get_by_role("alert")).to_have_count(0)


def test_a_fault(board: Page, mock: httpx.Client) -> None:
    """The next answer arrives as chosen, the one after it as it should."""
    board.get_by_label("Answers arrive").select_option("bad-gateway")
    board.get_by_role("button", name="Add", exact=True).click()
    expect(board.locator("#faults")).to_contain_text("bad-gateway")
    answer = mock.post(f"/organisations/{ORGANISATION}/payment-account/link", json=BODY)
    assert answer.status_code == 502
    assert answer.headers["content-type"].startswith("text/html")
    assert ask(mock) == NO_CODE
    expect(board.locator("#faults")).to_contain_text("Answers arrive as they should.")


def test_the_clock(board: Page, mock: httpx.Client) -> None:
    """The button that advances the time kills the links that were made before."""
    mock.post("/_tallystick/clock", json={"freeze": True})
    expect(board.locator("#time")).to_contain_text("frozen")
    before = datetime.fromisoformat(mock.get("/_tallystick/clock").json()["now"])
    assert ask(mock) == NO_CODE
    expect(board.locator("#links li")).to_contain_text("alive until")
    board.get_by_role("button", name="+ 301 s").click()
    later = (before + timedelta(seconds=301)).isoformat()
    expect(board.locator("#time time")).to_have_attribute("datetime", later)
    assert mock.get("/_tallystick/clock").json() == {"now": later, "frozen": True}
    expect(board.locator("#links li")).to_contain_text("it expired")


def test_the_state_of_an_organisation(board: Page, mock: httpx.Client) -> None:
    """What is set decides what the organisation's requests get."""
    board.get_by_role("textbox", name="Organisation", exact=True).fill(ORGANISATION)
    board.get_by_role("combobox", name="Payment account", exact=True).select_option("Disconnected")
    board.get_by_role("button", name="Set", exact=True).click()
    listed = board.get_by_label(f"Payment account of {ORGANISATION}")
    expect(listed).to_have_value("Disconnected")
    assert ask(mock) == DISCONNECTED
    listed.select_option("NotEnabled")
    expect(board.get_by_role("status")).to_have_text("Done.")
    assert ask(mock) == (409, "PaymentAccount.NotEnabled")
    assert ask(mock, OTHER) == NO_CODE


def test_a_link_and_its_preview(board: Page, mock: httpx.Client, mock_url: str) -> None:
    """A created link is listed; the button lets a chat preview use it up."""
    body = {"returnUrl": f"{mock_url}/return", "refreshUrl": f"{mock_url}/new"}
    mock.post(f"/organisations/{ORGANISATION}/payment-account/link", json=body)
    board.get_by_role("button", name="Have a chat preview open the link").click()
    expect(board.locator("#links li")).to_contain_text("by the preview of a messaging client")
    assert mock.get("/_tallystick/links").json()[0]["dead_because"] is not None


def test_resetting(board: Page, mock: httpx.Client) -> None:
    """Everything is as at the start."""
    force(board, "409 PaymentAccount.Disconnected")
    ask(mock)
    force(board, "502 PaymentAccount.ProviderError")
    board.get_by_role("button", name="Reset this session").click()
    expect(board.locator("#forces")).to_contain_text("Nothing is forced")
    expect(board.locator("#rows li")).to_have_count(0)
    assert ask(mock) == NO_CODE


def test_with_the_keyboard_alone(board: Page, mock: httpx.Client) -> None:
    """Tab leads to a button, Enter presses it; the keyboard's place is visible, and is kept."""
    name = "Force 502 PaymentAccount.ProviderError"
    focus = "document.activeElement?.ariaLabel"
    for _ in range(80):
        board.keyboard.press("Tab")
        if board.evaluate(focus) == name:
            break
    assert board.evaluate(focus) == name
    assert board.evaluate("getComputedStyle(document.activeElement).outlineStyle") == "solid"
    board.keyboard.press("Enter")
    expect(board.locator("#forces")).to_contain_text("forced: 502 PaymentAccount.ProviderError")
    assert board.evaluate(focus) == name
    assert ask(mock) == PROVIDER_ERROR
    case = board.locator(".cases li", has_text="PaymentAccount.ProviderError")
    expect(case.locator(".count")).to_have_text("1×")  # so the button has been replaced
    assert board.evaluate(focus) == name


def test_the_board_of_a_session(page: Page, seen: Seen, mock: httpx.Client, mock_url: str) -> None:
    """It controls and shows its own session, and leaves the others alone."""
    page.goto(f"{mock_url}/~session/x/_tallystick/")
    expect(page.locator("#live")).to_have_text("live")
    expect(page.locator("#base-url")).to_have_text(f"{mock_url}/~session/x")
    force(page, "409 PaymentAccount.Disconnected")
    assert ask(mock) == NO_CODE
    assert ask(mock, before="/~session/x") == DISCONNECTED
    expect(page.locator("#rows li")).to_have_count(1)
    expect(row(page)).to_contain_text("409 PaymentAccount.Disconnected")
    assert ask(mock, before="/~session/x") == NO_CODE
    with page.expect_popup() as popup:
        page.get_by_role("link", name="Open").click()
    expect(popup.value.get_by_role("heading", level=1)).to_have_text("Set up payments")
    assert popup.value.url.startswith(f"{mock_url}/~session/x/_tallystick/links/")
    expect(page.locator("#links li")).to_contain_text("it was already opened by a browser")
    assert mock.get("/_tallystick/links").json()[0]["dead_because"] is None
    assert seen.errors == []


def test_why(board: Page, mock: httpx.Client) -> None:
    """A row leads to the explanation of its answer."""
    assert ask(mock) == NO_CODE
    href = board.get_by_role("link", name=re.compile("Why request")).get_attribute("href")
    answer = httpx.get(f"{board.url}{href}", headers={"accept": "text/html"})
    assert answer.status_code == 200
    assert "How to get each other case" in answer.text


def test_a_hostile_document(browser: Browser, tmp_path: Path) -> None:
    """What a document says is shown as text; nothing of it becomes part of the page."""
    path = tmp_path / "hostile.json"
    path.write_text(json.dumps(HOSTILE_DOCUMENT), encoding="utf-8")
    with serving(load_contract(str(path))) as url, new_page(browser) as (page, seen):
        page.goto(f"{url}/_tallystick/")
        expect(page.locator("#live")).to_have_text("live")
        expect(page.get_by_role("heading", level=1)).to_have_text(HOSTILE)
        expect(page.locator("h3")).to_have_text("POST /things/<img src=x onerror=alert(3)>/{id}")
        expect(page.locator(".cases li").nth(1)).to_contain_text(HOSTILE)
        force(page, f"409 {HOSTILE}")
        httpx.post(f"{url}/things/%3Cimg%20src%3Dx%20onerror%3Dalert(3)%3E/%3Cimg%20src=x%3E")
        expect(row(page)).to_contain_text(HOSTILE)
        assert_harmless(page, seen)


def test_a_hostile_request(board: Page, seen: Seen, mock: httpx.Client) -> None:
    """What a request says is text in the live log, too."""
    mock.get('/<img src=x onerror=alert(4)>"><script>alert(5)</script>')
    expect(row(board)).to_contain_text('/<img src=x onerror=alert(4)>"><script>alert(5)</script>')
    mock.post(
        f"/organisations/{HOSTILE.replace('/', '')}/payment-account/link",
        headers={"prefer": f'example="{HOSTILE}"'},
        content=HOSTILE,
    )
    expect(row(board)).to_contain_text('/organisations/<img src=x onerror=alert(1)>"><script>')
    assert_harmless(board, seen)


def test_a_hostile_request_explained(
    page: Page, seen: Seen, mock: httpx.Client, mock_url: str
) -> None:
    """And in its explanation."""
    answer = mock.post(
        f"/organisations/{HOSTILE.replace('/', '')}/payment-account/link",
        headers={"prefer": 'example="Organisation.NotFound"', "x-note": HOSTILE},
        content=HOSTILE,
    )
    assert answer.status_code == 404
    number = mock.get("/_tallystick/requests").json()[-1]["id"]
    page.goto(f"{mock_url}/_tallystick/requests/{number}")
    expect(page.locator("#body")).to_have_text(HOSTILE)
    assert_harmless(page, seen)


def assert_harmless(page: Page, seen: Seen) -> None:
    """No element came from text, and none ran."""
    expect(page.locator("img")).to_have_count(0)
    assert page.eval_on_selector_all("script", "all => all.map(one => one.src.length > 0)") == [
        True
    ]
    assert (seen.errors, seen.dialogs) == ([], [])


@pytest.fixture(scope="module")
def shop_url() -> Iterator[str]:
    """A mock with a collection."""
    document = Path(__file__).parents[1] / "mock_server" / "collections" / "shop.yaml"
    with serving(load_contract(str(document))) as url:
        yield url


def test_items_are_edited_and_deleted(page: Page, seen: Seen, shop_url: str) -> None:
    """What is saved is what the next request gets; what is not valid is said, and stays."""
    page.goto(f"{shop_url}/_tallystick/")
    item = page.locator("details[id='item-/shops/7']")
    item.locator("summary").click()
    text = item.get_by_role("textbox")
    text.fill('{"id": 7}')
    item.get_by_role("button", name="Save").click()
    expect(item.get_by_role("alert")).to_contain_text("not valid")
    expect(text).to_have_value('{"id": 7}')
    shop = {"id": 7, "name": "Mine", "status": "shut", "createdAt": "2026-01-01T00:00:00Z"}
    text.fill(json.dumps(shop))
    item.get_by_role("button", name="Save").click()
    expect(item.locator("summary")).to_contain_text("Mine")
    assert httpx.get(f"{shop_url}/shops/7").json() == shop
    item.get_by_role("button", name="Delete").click()
    expect(item).to_have_count(0)
    assert httpx.get(f"{shop_url}/shops/7").status_code == 404
    # Chromium notes the one refusal.
    assert (len(seen.errors), "400" in seen.errors[0], seen.dialogs) == (1, True, [])


OWN = """
openapi: 3.1.1
info: {title: Lamps, version: '1'}
paths:
  /lamps/{id}:
    get:
      parameters: [{name: id, in: path, required: true, schema: {type: string}}]
      responses:
        '200':
          description: OK
          headers: {X-Total: {schema: {type: integer}, example: 3}}
          content:
            application/json:
              schema: {type: array, items: {type: string}}
              example: [blue]
"""
OVERLAY = "overlay: 1.0.0\ninfo: {title: Ours, version: '1'}\nactions:\n- target: $\n  update: {}\n"


@pytest.fixture
def lamps(tmp_path: Path) -> Iterator[tuple[str, Path]]:
    """The base URL of a mock with an overlay, and its document."""
    document, overlay = tmp_path / "lamps.yaml", tmp_path / "lamps.overlay.yaml"
    document.write_text(OWN, "utf-8")
    overlay.write_text(OVERLAY, "utf-8")
    with running_mock(str(document), "--overlay", str(overlay)) as url:
        yield url, document


def test_an_answer_of_ones_own(page: Page, seen: Seen, lamps: tuple[str, Path]) -> None:
    """It starts as the documented one, is sent as it was changed, and its violations are said;
    saved, it is the example from then on.
    """
    url, _ = lamps
    page.goto(f"{url}/_tallystick/")
    page.get_by_role("button", name="Edit the answer 200", exact=True).click()
    body = page.get_by_label("Body", exact=True)
    expect(body).to_be_focused()
    assert json.loads(body.input_value()) == ["blue"]
    expect(page.get_by_label("Headers", exact=True)).to_have_value("x-total: 3")
    body.fill('[1, "<img src=x>"]')
    page.get_by_label("Headers", exact=True).fill("X-Total: 2\nX-Tag: a:b")
    page.get_by_label("only where the path has this value").fill("7")
    page.get_by_role("button", name="Answer so").click()
    expect(page.locator("#violations")).to_contain_text('1 is not of type "string"')
    expect(page.locator("#forces")).to_contain_text("your own answer (200)")
    assert httpx.get(f"{url}/lamps/8").json() == ["blue"]
    answer = httpx.get(f"{url}/lamps/7")
    assert answer.json() == [1, "<img src=x>"]
    assert (answer.headers["x-total"], answer.headers["x-tag"]) == ("2", "a:b")
    expect(page.locator("#forces")).to_contain_text("Nothing is forced")
    page.get_by_role("link", name=re.compile("Why request 2")).click()
    expect(page.locator("#own")).to_contain_text('1 is not of type "string"')
    page.go_back()
    page.get_by_role("button", name="Edit the answer 200", exact=True).click()
    body.fill("[]")
    page.get_by_role("button", name="Save as example").click()
    expect(page.locator("#edit")).to_contain_text("Read anew")
    assert httpx.get(f"{url}/lamps/8").json() == []
    assert_harmless(page, seen)


def test_an_edited_document(page: Page, seen: Seen, lamps: tuple[str, Path]) -> None:
    """The board shows new cases and operations, and the error of a broken edit, by itself."""
    url, document = lamps
    page.goto(f"{url}/_tallystick/")
    expect(page.locator("#live")).to_have_text("live")
    more = OWN + "        '404': {description: Gone}\n  /more: {get: {responses: {'200': {}}}}\n"
    document.write_text(more, "utf-8")
    added = "added GET /lamps/{id} 404, GET /more 200"
    expect(page.locator("#edit")).to_contain_text(added)
    expect(page.locator("#operations h3")).to_have_text(["GET /lamps/{id}", "GET /more"])
    expect(page.get_by_role("button", name="Force 404", exact=True)).to_be_visible()
    document.write_text("openapi: [", "utf-8")
    expect(page.get_by_role("alert")).to_contain_text("What was read before is still served.")
    document.write_text(OWN, "utf-8")
    expect(page.locator("#edit")).to_contain_text("removed GET /lamps/{id} 404, GET /more 200")
    expect(page.locator("#operations h3")).to_have_text(["GET /lamps/{id}"])
    assert (seen.errors, seen.dialogs) == ([], [])
