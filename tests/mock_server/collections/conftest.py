"""A mock of a shop, with a collection and one inside its items; see `shop.yaml`."""

from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from tallystick import load_contract
from tests.mock_server.conftest import client, replicated
from tests.mock_server.stores import store

__all__ = ["shop", "shop_url", "store"]

DOCUMENT = Path(__file__).with_name("shop.yaml")


@pytest.fixture(scope="package")
def shop_url(store: str | None) -> Iterator[str]:
    """The base URL of one mock of the shop, for all tests."""
    with replicated(load_contract(str(DOCUMENT)), store) as url:
        yield url


@pytest.fixture
def shop(shop_url: str) -> Iterator[httpx.Client]:
    """A client of the mock, which is as at its start."""
    with client(shop_url) as connected:
        assert connected.post("/_tallystick/reset").status_code == 204
        yield connected
