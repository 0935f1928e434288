"""A host for the tests of this folder."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from .hosting import Hosting


@pytest.fixture(scope="package")
def hosting() -> Iterator[Hosting]:
    hosting = Hosting()
    yield hosting
    hosting.close()
