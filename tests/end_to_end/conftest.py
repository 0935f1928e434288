"""A browser, the example app and a mock that it may control, for the tests of a module.

Not for longer: Playwright keeps an event loop in this thread, in which no other can run.
"""

from __future__ import annotations

from collections.abc import Iterator

import httpx
import pytest
from playwright.sync_api import Browser, Page

from tests.end_to_end.browser import (
    CHROMIUM,
    NO_CHROMIUM,
    Seen,
    example_app,
    mock_for,
    new_page,
    running_browser,
)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Chromium; where there is none, the test is skipped."""
    if CHROMIUM is None:
        pytest.skip(NO_CHROMIUM)
    with running_browser() as running:
        yield running


@pytest.fixture(scope="module")
def app() -> Iterator[str]:
    """The base URL of the example app."""
    with example_app() as url:
        yield url


@pytest.fixture(scope="module")
def mock_url(app: str) -> Iterator[str]:
    """The base URL of a mock that the example app may control."""
    with mock_for(app) as url:
        yield url


@pytest.fixture
def mock(mock_url: str) -> Iterator[httpx.Client]:
    """A client of the mock, which is as at its start."""
    with httpx.Client(base_url=mock_url, timeout=30, trust_env=False) as connected:
        assert connected.post("/_tallystick/reset").status_code == 204
        yield connected


@pytest.fixture
def opened(browser: Browser) -> Iterator[tuple[Page, Seen]]:
    """A fresh page, and what it does."""
    with new_page(browser) as page_and_seen:
        yield page_and_seen


@pytest.fixture
def page(opened: tuple[Page, Seen]) -> Page:
    """A fresh page."""
    return opened[0]


@pytest.fixture
def seen(opened: tuple[Page, Seen]) -> Seen:
    """What the page does."""
    return opened[1]
