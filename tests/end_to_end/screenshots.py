"""`make screenshots`: the pictures of `docs/pictures`, of real pages in a real browser.

Rules: a small scale, and what a screen shows, not whole long pages. The mock's clock stands at
nine in the morning of a made-up day, its seed is the same, and the browser finds mock and app at
the ports of the README: so a picture changes when a page does.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import httpx
from playwright.sync_api import Browser, Page, expect

from tests.contract_tests.targets import write_target
from tests.end_to_end.browser import (
    CHROMIUM,
    NO_CHROMIUM,
    ORGANISATION,
    example_app,
    mock_for,
    new_page,
    running_browser,
)
from tests.independent.serve import serving as serving_alone
from tests.mutants import MUTANTS

MOCK, APP = "http://127.0.0.1:8080", "http://127.0.0.1:8081"
FOLDER = Path(__file__).parents[2] / "docs" / "pictures"
OTHER = "0b9c1d52-7a0e-4d83-8f3c-5f5b8c1f6a20"
THIRD = "c4a76f3e-19d2-4b58-9e07-2f8f6f0b7d35"
DESK = {"width": 1280, "height": 640}
PHONE = {"width": 390, "height": 844}
MORNING = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
_SAME_TIMES = "for (const each of document.querySelectorAll('.took')) each.textContent = '1.4 ms'"
"""How long an answer took differs each time."""

BODY = {
    "returnUrl": "https://app.example.com/payments/return",
    "refreshUrl": "https://app.example.com/payments/refresh",
}

Shown = Callable[[Page, httpx.Client], None]


def post(mock: httpx.Client, organisation: str = ORGANISATION, **options: object) -> httpx.Response:
    """A request for a link, by default a valid one; four seconds pass."""
    mock.post("/_tallystick/clock", json={"advance": 4})
    path = f"/organisations/{organisation}/payment-account/link"
    return mock.post(path, **{"json": BODY, **options})  # type: ignore[arg-type]


def board(page: Page, mock: httpx.Client) -> None:
    """The board, with the traces of some work."""
    post(mock)
    post(mock, json={"refreshUrl": BODY["refreshUrl"]})
    post(mock, headers={"prefer": "example=PaymentAccount.ProviderError"})
    mock.put(f"/_tallystick/organisations/{OTHER}", json={"payment_account": "Disconnected"})
    mock.put(f"/_tallystick/organisations/{THIRD}", json={"payment_account": "Restricted"})
    post(mock, OTHER)
    post(mock, THIRD)
    mock.post("/_tallystick/forces", json={"cases": ["502", "502", "200"]})
    page.goto(f"{MOCK}/_tallystick/")
    expect(page.locator("#live")).to_have_text("live")


def panel(page: Page, mock: httpx.Client) -> None:
    """The board's organisations and links."""
    board(page, mock)
    page.get_by_role("tab", name="Faults").click()
    page.locator(".panel").evaluate("panel => panel.scrollIntoView()")


def log(page: Page, mock: httpx.Client) -> None:
    """The board's log on a phone."""
    board(page, mock)
    page.get_by_role("tab", name="Requests").click()


def onboarding(page: Page, mock: httpx.Client) -> None:
    """The onboarding page."""
    urls = {"returnUrl": f"{APP}/return.html", "refreshUrl": f"{APP}/refresh.html"}
    page.goto(post(mock, json=urls).json()["url"])


def refresh_loop(page: Page, mock: httpx.Client) -> None:
    """A refresh loop, explained."""
    url = post(mock).json()["url"]
    for _ in range(3):
        mock.get(httpx.URL(url).path)
    page.goto(url)
    expect(page.get_by_role("heading", level=1)).to_have_text("A refresh loop")


def explanation(page: Page, mock: httpx.Client) -> None:
    """Why a request was answered so. It shows milliseconds, which a first request gets rid of."""
    post(mock)
    last = datetime.fromisoformat(mock.get("/_tallystick/requests").json()[-1]["time"])
    mock.post("/_tallystick/clock", json={"advance": 0.0005 - last.microsecond / 1e6})
    post(mock, json={"refreshUrl": BODY["refreshUrl"]})
    page.goto(f"{MOCK}/_tallystick/requests/2")


def example(page: Page, mock: httpx.Client) -> None:
    """The example app, which shows an error."""
    page.goto(f"{APP}/index.html")
    page.get_by_label("What to try").select_option("PaymentAccount.Disconnected")
    page.get_by_role("button", name="Set up payments").click()
    expect(page.get_by_role("alert")).to_contain_text("409 PaymentAccount.Disconnected")


def example_return(page: Page, mock: httpx.Client) -> None:
    """The example's return page after "Save for later"."""
    page.goto(f"{APP}/index.html")
    page.get_by_role("button", name="Set up payments").click()
    page.get_by_role("button", name="Save for later").click()
    expect(page.get_by_role("status")).to_contain_text("(OnboardingInProgress)")


def example_refresh(page: Page, mock: httpx.Client) -> None:
    """The example's refresh page, where new links are dead, too."""
    page.goto(f"{APP}/index.html")
    page.get_by_role("button", name="Set up payments").click()
    page.get_by_role("button", name="Reject the account").click()
    expect(page.get_by_role("alert")).to_contain_text("New links do not work, either.")


def report(page: Page, mock: httpx.Client) -> None:
    """The HTML report on an implementation that gives links for disconnected accounts."""
    make = next(m.app for m in MUTANTS if m.name == "link for a disconnected account")
    with tempfile.TemporaryDirectory() as folder, serving_alone(make()) as url:
        target = write_target(Path(folder), url)
        # Named from the project's root, so that the picture shows no folder of this machine.
        document = "openapi/dolfin-payment-account-link"
        command = [sys.executable, "-m", "tallystick", "test", f"{document}.yaml"]
        options = ["--overlay", f"{document}.overlay.yaml", "--target", str(target)]
        options += ["--seed", "7", "--report-dir", folder]
        run = [*command, *options]
        subprocess.run(run, cwd=FOLDER.parents[1], capture_output=True, timeout=120, check=False)
        page.goto(f"file://{folder}/report.html")
        page.locator("#findings").scroll_into_view_if_needed()


PICTURES: dict[str, tuple[Shown, dict[str, int], str]] = {
    "board-desk-light": (board, DESK, "light"),
    "board-desk-dark": (board, DESK, "dark"),
    "board-phone-light": (board, PHONE, "light"),
    "board-phone-dark": (board, PHONE, "dark"),
    "board-log-phone": (log, PHONE, "light"),
    "board-panel": (panel, {"width": 620, "height": 460}, "light"),
    "onboarding-phone": (onboarding, PHONE, "light"),
    "onboarding-desk-dark": (onboarding, {"width": 1000, "height": 1000}, "dark"),
    "refresh-loop": (refresh_loop, {"width": 800, "height": 400}, "light"),
    "explanation": (explanation, {"width": 1000, "height": 1000}, "light"),
    "example-disconnected": (example, {"width": 390, "height": 780}, "light"),
    "report": (report, {"width": 1000, "height": 1000}, "light"),
    "example-return": (example_return, {"width": 390, "height": 420}, "light"),
    "example-refresh": (example_refresh, {"width": 390, "height": 420}, "light"),
}


def picture(browser: Browser, mock: httpx.Client, name: str) -> Path:
    """Make one picture, of a mock that was just reset."""
    show, viewport, scheme = PICTURES[name]
    mock.post("/_tallystick/reset")
    mock.post("/_tallystick/clock", json={"freeze": True})
    now = datetime.fromisoformat(mock.get("/_tallystick/clock").json()["now"])
    mock.post("/_tallystick/clock", json={"advance": (MORNING - now).total_seconds()})
    options = {"viewport": viewport, "color_scheme": scheme, "reduced_motion": "reduce"}
    path = FOLDER / f"{name}.png"
    with new_page(browser, **options) as (page, _):
        show(page, mock)
        page.evaluate(_SAME_TIMES)
        page.screenshot(path=path, animations="disabled", caret="hide")
    return path


def main() -> None:
    """Make all pictures, or those that are named."""
    if CHROMIUM is None:
        sys.exit(f"No pictures: {NO_CHROMIUM}.")
    FOLDER.mkdir(exist_ok=True)
    with example_app() as app, mock_for(APP) as url:
        found = [f"MAP {shown[7:]} {real[7:]}" for shown, real in ((MOCK, url), (APP, app))]
        hosts = ", ".join([*found, "MAP * ~NOTFOUND"])
        headers = {"host": MOCK[7:]}
        with (
            running_browser(hosts) as browser,
            httpx.Client(base_url=url, headers=headers, trust_env=False) as mock,
        ):
            for name in sys.argv[1:] or PICTURES:
                path = picture(browser, mock, name)
                print(f"{path.stat().st_size / 1024:5.0f} KB  {path.name}")


if __name__ == "__main__":
    main()
