"""The mock under test, from the outside: a real server on a free port, reached over real HTTP."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import httpx
import pytest

from mock_server.serve import serving
from tallystick import load_contract

Serve = Callable[..., httpx.Client]


def client(url: str) -> httpx.Client:
    """A client that hides nothing: no redirects, no proxies. It needs no certificates, which take
    longer to read than most tests.
    """
    return httpx.Client(base_url=url, timeout=10, trust_env=False, verify=False)


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
def serving_texts(folder: Path) -> Iterator[Serve]:
    """Serves documents given as text, or the bundled contract; gives a client of each mock."""
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
            url = stack.enter_context(serving(contract, seed=seed, max_body=max_body))
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
