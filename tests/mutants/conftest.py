"""A server for the tests of this folder."""

from collections.abc import Iterator

import pytest

from tests.independent.serve import serving

from .hosting import Hosting


@pytest.fixture(scope="package")
def hosting() -> Iterator[Hosting]:
    """A server to which applications are added."""
    hosting = Hosting()
    with serving(hosting) as url:
        hosting.base_url = url
        yield hosting
