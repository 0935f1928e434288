"""The mock under test, from the outside: a real server on a free port, reached over real HTTP."""

import uuid
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack, contextmanager
from itertools import cycle
from pathlib import Path
from typing import Any

import httpx
import pytest

from mock_server.serve import serving
from tallystick import load_contract
from tallystick.contract import Contract

Serve = Callable[..., httpx.Client]

_REPLICAS: dict[str, list[int]] = {}
"""The ports of all replicas of a mock, by the base URL of one of them."""


class _TakingTurns(httpx.HTTPTransport):
    """Sends each request to the next of several replicas; what names the first stays."""

    def __init__(self, ports: Iterable[int]) -> None:
        super().__init__(verify=False, trust_env=False)
        self._ports = cycle(ports)

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        named, request.url = request.url, request.url.copy_with(port=next(self._ports))
        try:
            return super().handle_request(request)
        finally:
            request.url = named


def client(url: str) -> httpx.Client:
    """A client that hides nothing: no redirects, no proxies. It needs no certificates, which take
    longer to read than most tests. Of several replicas it asks one after the other.
    """
    ports = _REPLICAS.get(url)
    transport = None if ports is None else _TakingTurns(ports)
    return httpx.Client(
        base_url=url, timeout=10, trust_env=False, verify=False, transport=transport
    )


@contextmanager
def replicated(contract: Contract, store: str | None, **options: Any) -> Iterator[str]:
    """The base URL of a mock; in a store, of two replicas that `client` knows of."""
    with ExitStack() as stack:
        urls = [
            stack.enter_context(serving(contract, store=store, **options))
            for _ in range(1 if store is None else 2)
        ]
        if store is not None:
            _REPLICAS[urls[0]] = [httpx.URL(url).port or 80 for url in urls]
        yield urls[0]
        _REPLICAS.pop(urls[0], None)


@pytest.fixture(scope="session")
def mock_url() -> Iterator[str]:
    """The base URL of one mock of the bundled contract, for all tests."""
    with serving(load_contract()) as url:
        yield url


@pytest.fixture
def mock(mock_url: str) -> Iterator[httpx.Client]:
    """A client of the mock, which is as at its start."""
    with client(mock_url) as connected:
        assert connected.post("/_tallystick/reset").status_code == 204
        yield connected


@pytest.fixture(scope="session")
def address(mock_url: str) -> tuple[str, int]:
    """Where the mock listens, for tests in which the bytes matter."""
    url = httpx.URL(mock_url)
    return url.host, url.port or 80


@contextmanager
def serving_texts(folder: Path, store: str | None = None) -> Iterator[Serve]:
    """Serves documents given as text, or the bundled contract; gives a client of each mock. Mocks
    in a store have a part of their own there.
    """
    with ExitStack() as stack:

        def start(
            text: str | None = None, *, seed: int = 0, max_body: int | None = 1024 * 1024
        ) -> httpx.Client:
            place = None
            if text is not None:
                document = folder / "document.yaml"
                document.write_text(text, encoding="utf-8")
                place = str(document)
            contract = load_contract(*([place] if place else []))
            own = store and f"{store}{uuid.uuid4().hex}:"
            mock = replicated(contract, own, seed=seed, max_body=max_body)
            url = stack.enter_context(mock)
            return stack.enter_context(client(url))

        yield start


@pytest.fixture
def serve(tmp_path: Path) -> Iterator[Serve]:
    """Serves what one test needs."""
    with serving_texts(tmp_path) as start:
        yield start


@pytest.fixture(scope="module")
def serve_for_all(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Serve]:
    """Serves what all tests of a module share."""
    with serving_texts(tmp_path_factory.mktemp("shared")) as start:
        yield start
