"""The journey of a frontend: the example app on one origin, the mock on another, a real browser."""

from __future__ import annotations

import re
import shutil
import subprocess
from http.server import BaseHTTPRequestHandler
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import Browser, Page, expect

from mock_server.serve import serving
from tallystick import load_contract
from tests.end_to_end.browser import ORGANISATION, Seen, new_page, serving_by

PAGE = Path(__file__).parents[2] / "docs" / "onboarding.md"
LINK = f"/organisations/{ORGANISATION}/payment-account/link"
ONBOARDING = re.compile(r"/_tallystick/links/[^/]+$")

OURS = "This is our mistake, not yours. Please tell our support."
WORDS = {
    "PaymentAccountLink.MissingReturnUrl": f"We did not say where you want to come back to. {OURS}",
    "PaymentAccountLink.InvalidReturnUrl": (
        f"The page that you come back to has a wrong address. {OURS}"
    ),
    "PaymentAccountLink.MissingRefreshUrl": f"We did not say where to get a new link. {OURS}",
    "PaymentAccountLink.InvalidRefreshUrl": (
        f"The page that gets a new link has a wrong address. {OURS}"
    ),
    "Payment.Forbidden": (
        "You may not set up payments for this organisation. Ask one of its administrators."
    ),
    "Organisation.NotFound": "We do not know this organisation. Check its id, and try again.",
    "PaymentAccount.NotEnabled": (
        "Payments are not switched on for this organisation. Ask our support to do that."
    ),
    "PaymentAccount.Disconnected": (
        "The connection to your payment account was cut. Reset it in your settings, then set up "
        "payments again."
    ),
    "PaymentAccount.ProviderError": (
        "Our payment provider has a problem. Wait a few minutes, and try again."
    ),
}
"""What the app says of each documented error."""

NO_STATUS = "Failed to load resource: the server responded with a status of 404 (Not Found)"
"""What the browser's console says where the app asks for the status, which the bundled document
does not have. The app then asks the mock.
"""


def start(page: Page, app: str, mock: httpx.Client) -> None:
    """Open the app's first page."""
    page.goto(f"{app}/index.html?api={str(mock.base_url).rstrip('/')}")


def set_up(page: Page) -> str:
    """Ask for a link by the app's button; gives the address of the onboarding page."""
    page.get_by_role("button", name="Set up payments").click()
    page.wait_for_url(ONBOARDING)
    expect(page.get_by_role("heading", level=1)).to_have_text("Set up payments")
    return page.url


def made_by_hand(mock: httpx.Client, app: str, refresh_url: str | None = None) -> str:
    """The URL of a link that no browser has seen yet."""
    body = {"returnUrl": f"{app}/return.html", "refreshUrl": refresh_url or f"{app}/refresh.html"}
    answer = mock.post(LINK, json=body)
    assert answer.status_code == 200
    return str(answer.json()["url"])


def state(mock: httpx.Client) -> str:
    """The state of the account, as the control API shows it."""
    return str(mock.get(f"/_tallystick/organisations/{ORGANISATION}").json()["payment_account"])


def why_dead(mock: httpx.Client, url: str) -> str | None:
    """What the control API says of a link."""
    (link,) = (one for one in mock.get("/_tallystick/links").json() if one["url"] == url)
    reason: str | None = link["dead_because"]
    return reason


def test_completing(page: Page, seen: Seen, app: str, mock: httpx.Client) -> None:
    """The browser comes back to the very returnUrl, and the account is active."""
    start(page, app, mock)
    set_up(page)
    page.get_by_role("button", name="Complete", exact=True).click()
    page.wait_for_url("**/return.html*")
    expect(page.get_by_role("status")).to_have_text(
        "All is set up: you can take payments. (Active)"
    )
    assert page.url == f"{app}/return.html"
    assert [url for url in seen.requests if url.startswith(page.url)] == [page.url]
    assert state(mock) == "Active"
    assert seen.errors == [NO_STATUS]


def test_completing_where_more_is_needed(page: Page, app: str, mock: httpx.Client) -> None:
    """The browser comes back the same way, and only the account's status says what is missing."""
    start(page, app, mock)
    set_up(page)
    page.get_by_role("button", name="Complete, but more is needed").click()
    page.wait_for_url(f"{app}/return.html")
    expect(page.get_by_role("status")).to_contain_text("needs more from you. (Restricted)")
    assert state(mock) == "Restricted"


def test_saving_for_later_and_going_on(page: Page, app: str, mock: httpx.Client) -> None:
    """Who saved for later comes back to the returnUrl, too, and goes on with a new link."""
    start(page, app, mock)
    first = set_up(page)
    page.get_by_role("button", name="Save for later").click()
    page.wait_for_url(f"{app}/return.html")
    expect(page.get_by_role("status")).to_contain_text("(OnboardingInProgress)")
    assert state(mock) == "OnboardingInProgress"
    page.get_by_role("link", name="Back to the set-up").click()
    second = set_up(page)
    assert second != first
    page.get_by_role("button", name="Complete", exact=True).click()
    expect(page.get_by_role("status")).to_contain_text("(Active)")
    assert state(mock) == "Active"


def test_an_expired_link(page: Page, seen: Seen, app: str, mock: httpx.Client) -> None:
    """A link that has expired leads to the refreshUrl, whose page gets a new link."""
    start(page, app, mock)
    url = made_by_hand(mock, app)
    mock.post("/_tallystick/clock", json={"advance": 301})
    page.goto(url)
    page.wait_for_url(ONBOARDING)
    assert f"{app}/refresh.html" in seen.requests
    assert page.url != url
    assert why_dead(mock, url) == "it expired, 300 seconds after it was made"
    expect(page.get_by_role("button", name="Complete", exact=True)).to_be_visible()


def test_a_link_just_before_it_expires(
    page: Page, seen: Seen, app: str, mock: httpx.Client
) -> None:
    """Four minutes old, it still works."""
    mock.post("/_tallystick/clock", json={"freeze": True})
    url = made_by_hand(mock, app)
    mock.post("/_tallystick/clock", json={"advance": 299})
    page.goto(url)
    expect(page.get_by_role("heading", level=1)).to_have_text("Set up payments")
    assert page.url == url
    assert f"{app}/refresh.html" not in seen.requests


def test_reloading_the_onboarding_page(
    page: Page, seen: Seen, app: str, mock: httpx.Client
) -> None:
    """Opening the page used the link up: reloading it leads to the page of a new link."""
    start(page, app, mock)
    first = set_up(page)
    page.reload()
    page.wait_for_url(lambda url: ONBOARDING.search(url) is not None and url != first)
    expect(page.get_by_role("button", name="Complete", exact=True)).to_be_visible()
    assert seen.requests.count(f"{app}/refresh.html") == 1
    assert why_dead(mock, first) == "it was already opened by a browser"


def test_a_preview_that_opens_the_link_first(
    page: Page, seen: Seen, app: str, mock: httpx.Client
) -> None:
    """A messaging client's preview uses a link up; the person gets a new one."""
    start(page, app, mock)
    url = made_by_hand(mock, app)
    preview = mock.get(httpx.URL(url).path, headers={"user-agent": "WhatsApp/2.23.20.0"})
    assert preview.status_code == 200
    assert state(mock) == "NotStarted"
    page.goto(url)
    page.wait_for_url(lambda now: ONBOARDING.search(now) is not None and now != url)
    assert seen.requests.count(f"{app}/refresh.html") == 1
    assert why_dead(mock, url) == "it was already opened by the preview of a messaging client"


def test_the_button_for_a_preview(page: Page, seen: Seen, app: str, mock: httpx.Client) -> None:
    """The page's own button simulates the same."""
    start(page, app, mock)
    first = set_up(page)
    page.get_by_role("button", name="Simulate a chat preview").click()
    page.wait_for_url(lambda url: ONBOARDING.search(url) is not None and url != first)
    assert seen.requests.count(f"{app}/refresh.html") == 1


def test_rejecting(page: Page, seen: Seen, app: str, mock: httpx.Client) -> None:
    """Links of a rejected account are dead at once: the app gives up after three, and says so."""
    start(page, app, mock)
    set_up(page)
    page.get_by_role("button", name="Reject the account").click()
    expect(page.get_by_role("alert")).to_contain_text("New links do not work, either.")
    assert page.url == f"{app}/refresh.html"
    assert state(mock) == "Rejected"
    assert len([url for url in seen.requests if url.endswith("/payment-account/link")]) == 4


def test_disconnecting(page: Page, app: str, mock: httpx.Client) -> None:
    """From then on the app learns that the account is disconnected, and says so to the user."""
    start(page, app, mock)
    set_up(page)
    page.get_by_role("button", name="Disconnect the account").click()
    page.wait_for_url(f"{app}/refresh.html")
    expect(page.get_by_role("alert")).to_contain_text(WORDS["PaymentAccount.Disconnected"])
    assert state(mock) == "Disconnected"
    page.get_by_role("link", name="Back to the start").click()
    page.get_by_role("button", name="Set up payments").click()
    expect(page.get_by_role("alert")).to_contain_text(WORDS["PaymentAccount.Disconnected"])


def test_a_refresh_loop(page: Page, app: str, mock: httpx.Client) -> None:
    """A refresh page that leads back to the dead link is stopped, and the page says what to do."""
    asked: list[str] = []

    class Wrong(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(self.path)
            self.send_response(302)
            self.send_header("location", link)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    with serving_by(Wrong) as wrong:
        link = made_by_hand(mock, app, refresh_url=f"{wrong}/refresh")
        page.goto(link)
        expect(page.get_by_role("heading", level=1)).to_have_text("Set up payments")
        answer = page.reload()
    expect(page.get_by_role("heading", level=1)).to_have_text("A refresh loop")
    expect(page.get_by_role("main")).to_contain_text("must create a new link")
    expect(page.get_by_role("main")).to_contain_text("it was already opened by a browser")
    assert answer is not None
    assert answer.status == 508
    assert asked == ["/refresh", "/refresh"]


@pytest.mark.parametrize(("code", "words"), WORDS.items(), ids=WORDS)
def test_the_user_is_told(page: Page, app: str, mock: httpx.Client, code: str, words: str) -> None:
    """Each documented error is shown in words of the app, with its code in small print."""
    start(page, app, mock)
    page.get_by_label("What to try").select_option(code)
    page.get_by_role("button", name="Set up payments").click()
    expect(page.get_by_role("alert")).to_contain_text(words)
    expect(page.get_by_role("alert")).to_contain_text(code)
    (entry,) = mock.get("/_tallystick/requests", params={"case": code}).json()
    assert entry["reason"] == "header"
    expect(page.get_by_role("button", name="Set up payments")).to_be_enabled()


def test_an_error_that_the_app_does_not_know(page: Page, app: str, mock: httpx.Client) -> None:
    """It gets words, too."""
    page.route(
        "**/payment-account/link",
        lambda route: route.fulfill(
            status=429,
            json={"title": "Too.Many"},
            headers={"access-control-allow-origin": "*"},
        ),
    )
    start(page, app, mock)
    page.get_by_role("button", name="Set up payments").click()
    expect(page.get_by_role("alert")).to_contain_text("That did not work. Try again;")


def test_no_service(page: Page, app: str) -> None:
    """For a service that cannot be reached the app says so, without throwing."""
    page.goto(f"{app}/index.html?api=http://127.0.0.1:9")
    page.get_by_role("button", name="Set up payments").click()
    expect(page.get_by_role("alert")).to_contain_text("We cannot reach the service.")


def test_a_mock_that_the_app_may_not_control(browser: Browser, app: str) -> None:
    """The whole journey works; only the account's state cannot be asked for, and that is said."""
    with serving(load_contract()) as url, new_page(browser) as (page, _):
        page.goto(f"{app}/index.html?api={url}")
        set_up(page)
        page.get_by_role("button", name="Complete", exact=True).click()
        page.wait_for_url(f"{app}/return.html")
        expect(page.get_by_role("alert")).to_contain_text(f"tallystick mock --allow-origin {app}")
        expect(page.get_by_role("status")).to_have_text("The status of your account is not known.")


def test_only_the_app_and_the_mock_are_asked(
    page: Page, seen: Seen, app: str, mock: httpx.Client
) -> None:
    """Neither the app nor the hosted page loads anything from elsewhere."""
    start(page, app, mock)
    set_up(page)
    page.get_by_role("button", name="Save for later").click()
    expect(page.get_by_role("status")).to_contain_text("(OnboardingInProgress)")
    assert seen.origins == {app, str(mock.base_url).rstrip("/")}
    assert seen.errors == [NO_STATUS]


def check_transcript(mark: str, mock_url: str) -> None:
    """Fails unless each command of a transcript of the page prints what stands below it."""
    text = PAGE.read_text(encoding="utf-8")
    (transcript,) = re.findall(rf"<!-- {mark}.*?```console\n(.*?)```", text, re.DOTALL)
    lines = transcript.splitlines()
    script = "\n".join(line[2:] for line in lines if line.startswith("$ "))
    script = script.replace("http://127.0.0.1:8080", mock_url)
    run = subprocess.run(["bash", "-c", script], capture_output=True, text=True, timeout=60)
    printed = [line.rstrip() for line in run.stdout.splitlines()]
    assert printed == [line for line in lines if not line.startswith("$ ")]
    assert run.stderr == ""


@pytest.mark.skipif(shutil.which("curl") is None, reason="curl is not installed")
def test_the_transcript_without_a_browser(mock_url: str, mock: httpx.Client) -> None:
    """Each command of the page's transcript prints what stands below it."""
    check_transcript("transcript", mock_url)
