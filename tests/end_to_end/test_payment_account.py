"""The example app with an API that has the link's neighbours, too: it enables the account, and asks
for its status on return. It needs no control of the mock.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from playwright.sync_api import Page, expect

from mock_server.serve import serving
from tallystick import load_contract
from tests import PATIENCE
from tests.end_to_end.browser import EXAMPLE, ORGANISATION, Seen
from tests.end_to_end.test_onboarding import check_transcript, set_up, start

ACCOUNT = f"/organisations/{ORGANISATION}/payment-account"
CONTROL = f"/_tallystick/organisations/{ORGANISATION}"


@pytest.fixture(scope="module")
def mock_url() -> Iterator[str]:
    """The base URL of a mock of the app's own document, which no page may control."""
    with serving(load_contract(str(EXAMPLE / "payment-account.yaml"))) as url:
        yield url


def put(mock: httpx.Client, state: str) -> None:
    assert mock.put(CONTROL, json={"payment_account": state}).status_code == 200


def come_back(page: Page, app: str, mock: httpx.Client) -> None:
    """Open the page that the returnUrl names."""
    page.goto(f"{app}/return.html?api={str(mock.base_url).rstrip('/')}")


def called(mock: httpx.Client) -> list[str]:
    """The operations that were called, each with the case that answered."""
    entries = mock.get("/_tallystick/requests").json()
    return [f"{e['operation'].rpartition('/')[2]} {e['case']}" for e in entries if e["operation"]]


def test_the_journey(page: Page, seen: Seen, app: str, mock: httpx.Client) -> None:
    """The first click enables the account; the way back ends with its status, by the API."""
    start(page, app, mock)
    set_up(page)
    page.get_by_role("button", name="Complete", exact=True).click()
    page.wait_for_url(f"{app}/return.html")
    expect(page.get_by_role("status")).to_have_text(
        "All is set up: you can take payments. (Active)"
    )
    expect(page.get_by_role("button", name="Check again")).to_be_hidden()
    assert called(mock) == [
        "link 409 PaymentAccount.NotEnabled",
        "enable 200",
        "link 200",
        "status 200",
    ]
    assert [url for url in seen.requests if url.endswith(CONTROL)] == []


def test_an_account_is_enabled_once(page: Page, app: str, mock: httpx.Client) -> None:
    """Who has an account already gets the link at once."""
    mock.post(f"{ACCOUNT}/enable")
    start(page, app, mock)
    set_up(page)
    assert called(mock) == ["enable 200", "link 200"]


def test_an_account_that_cannot_be_enabled(page: Page, app: str, mock: httpx.Client) -> None:
    """The user reads why: in the words for that error."""
    page.route(
        "**/payment-account/enable",
        lambda route: route.fulfill(
            status=403,
            json={"title": "Payment.Forbidden"},
            headers={"access-control-allow-origin": "*"},
        ),
    )
    start(page, app, mock)
    page.get_by_role("button", name="Set up payments").click()
    expect(page.get_by_role("alert")).to_contain_text("You may not set up payments")
    expect(page.get_by_role("alert")).to_contain_text("403 Payment.Forbidden")


@pytest.mark.parametrize(
    ("state", "words", "may_change"),
    [
        ("NotEnabled", "You have not begun the set-up. (NotStarted)", False),
        ("NotStarted", "You have not begun the set-up. (NotStarted)", False),
        (
            "OnboardingInProgress",
            "Your set-up is not complete. You can go on at any time. (OnboardingInProgress)",
            True,
        ),
        ("Active", "All is set up: you can take payments. (Active)", False),
        ("Restricted", "Our payment provider needs more from you. (Restricted)", True),
        (
            "Rejected",
            "Our payment provider does not accept your account. Please talk to our support. "
            "(Rejected)",
            False,
        ),
        ("Disconnected", "The connection to your payment account was cut. (Disconnected)", False),
    ],
)
def test_each_status(
    page: Page, app: str, mock: httpx.Client, state: str, words: str, may_change: bool
) -> None:
    """Each status has words of its own; one that may change soon has a button to ask again."""
    put(mock, state)
    come_back(page, app, mock)
    expect(page.get_by_role("status")).to_have_text(words)
    expect(page.get_by_role("button", name="Check again")).to_be_visible(visible=may_change)


def test_what_is_still_needed(page: Page, app: str, mock: httpx.Client) -> None:
    """Of a restricted account the page shows what the provider asks for."""
    put(mock, "Restricted")
    come_back(page, app, mock)
    due = page.get_by_text("Still needed: individual.verification.document", exact=True)
    expect(due).to_be_visible()


def test_still_in_progress(page: Page, app: str, mock: httpx.Client) -> None:
    """Who checks again later sees the new status, and nothing more to check."""
    put(mock, "OnboardingInProgress")
    come_back(page, app, mock)
    expect(page.get_by_role("status")).to_contain_text("(OnboardingInProgress)")
    page.get_by_role("button", name="Check again").click()
    expect(page.get_by_role("button", name="Check again")).to_be_enabled()
    expect(page.get_by_role("status")).to_contain_text("(OnboardingInProgress)")
    put(mock, "Active")
    page.get_by_role("button", name="Check again").click()
    expect(page.get_by_role("status")).to_contain_text("(Active)")
    expect(page.get_by_role("button", name="Check again")).to_be_hidden()
    assert called(mock) == ["status 200", "status 200", "status 200"]


def test_a_status_that_cannot_be_had(page: Page, app: str, mock: httpx.Client) -> None:
    """While the service is away the page says so, and checks again on demand."""
    put(mock, "Active")
    mock.post("/_tallystick/faults", json={"faults": ["reset"], "times": None})
    come_back(page, app, mock)
    expect(page.get_by_role("alert")).to_contain_text("We cannot reach the service.")
    expect(page.get_by_role("status")).to_have_text("The status of your account is not known.")
    mock.delete("/_tallystick/faults")
    page.get_by_role("button", name="Check again").click()
    expect(page.get_by_role("status")).to_contain_text("(Active)")
    expect(page.get_by_role("alert")).to_have_text("")


@pytest.mark.parametrize(
    ("own", "alert", "status"),
    [
        ({"status": 500, "body": {}}, "That did not work.", "is not known."),
        ({"body": {"status": "Paused"}}, "", "Its status is not known. (Paused)"),
    ],
    ids=["an error", "a status that the app does not know"],
)
def test_what_no_document_has(
    page: Page, app: str, mock: httpx.Client, own: dict[str, Any], alert: str, status: str
) -> None:
    """It gets words, too."""
    match = {"operation": "GET /organisations/{id}/payment-account/status"}
    forced = mock.post("/_tallystick/forces", json={**own, "match": match})
    assert forced.status_code == 201, forced.text
    come_back(page, app, mock)
    expect(page.get_by_role("status")).to_contain_text(status)
    expect(page.get_by_role("alert")).to_contain_text(alert)


@pytest.mark.skipif(shutil.which("curl") is None, reason="curl is not installed")
def test_the_transcript_of_the_neighbours(mock_url: str, mock: httpx.Client) -> None:
    """Each command of the page's second transcript prints what stands below it."""
    check_transcript("neighbours", mock_url)


@pytest.mark.whole
def test_the_document_is_kept(tmp_path: Path) -> None:
    """The contract tests find nothing at the mock of the app's document."""
    command = [sys.executable, "-m", "tallystick", "test", str(EXAMPLE / "payment-account.yaml")]
    options = ["--seed", "1", "--report-dir", str(tmp_path)]
    run = subprocess.run([*command, *options], capture_output=True, text=True, timeout=PATIENCE)
    report = json.loads((tmp_path / "report.json").read_text(encoding="utf-8"))
    assert (run.returncode, report["findings"]) == (0, []), run.stdout
    assert [case["verdict"] for case in report["cases"]] == ["passed"] * 14
