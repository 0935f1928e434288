"""The project's pytest root: starts the mock that the contract tests check by default.

It stands outside both programs, since neither may know the other.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from mock_server.serve import serving
from tallystick.contract import load_contract


@pytest.fixture(scope="session")
def default_base_url() -> Iterator[str]:
    """The base URL of a mock of the bundled contract, on a free port."""
    with serving(load_contract()) as url:
        yield url
