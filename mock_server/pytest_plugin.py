"""The mock as pytest fixtures, for whoever has Tallystick installed.

Rules: fixtures only, and no options; this module imports nothing but pytest until a fixture is
used, since every run of pytest imports it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from mock_server.testing import RunningMock


@pytest.fixture(scope="session")
def tallystick_document() -> str | None:
    """The document that is mocked, as path or http(s) URL: None is the bundled contract. Override
    it in your `conftest.py`.
    """
    return None


@pytest.fixture(scope="session")
def tallystick_overlays() -> Sequence[str]:
    """The overlays that are applied to the document. Override it in your `conftest.py`."""
    return ()


@pytest.fixture(scope="session")
def tallystick_locale() -> str:
    """The language and country of the generated data. Override it in your `conftest.py`."""
    return "en_US"


@pytest.fixture(scope="session")
def tallystick_server(
    tallystick_document: str | None, tallystick_overlays: Sequence[str], tallystick_locale: str
) -> Iterator[RunningMock]:
    """The mock, served while the test run lasts. Nothing resets it."""
    try:
        from mock_server.testing import running_mock
    except ModuleNotFoundError as error:
        needed = f"The mock needs {error.name}: pip install 'tallystick[mock]'."
        raise pytest.fail.Exception(needed, pytrace=False) from None
    with running_mock(tallystick_document, tallystick_overlays, locale=tallystick_locale) as mock:
        yield mock


@pytest.fixture
def tallystick_mock(tallystick_server: RunningMock) -> RunningMock:
    """The same mock, as at its start."""
    tallystick_server.reset()
    return tallystick_server
