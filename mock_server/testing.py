"""The mock in Python tests: served in this process, and controlled by methods.

    with running_mock() as mock:
        mock.force("502")
        my_app.start(base_url=mock.url)
        mock.verify("502", times=1)

Rules: what is wrong with a call raises ValueError in the words of the control API, and what was
expected and is not so raises AssertionError. Each method is one request to the control API, so
that it does what `docs/mock.md` says of it.
"""

from __future__ import annotations

import os
import warnings
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

import httpx

from mock_server.addresses import PREFIX
from mock_server.control.messages import LONGEST_WAIT
from tallystick.contract import read_contract
from tallystick.reader.options import LOCALE, LoadOptions

with warnings.catch_warnings():
    # Connexion 3.3.0 imports what others have deprecated, none of it used here; in tests that turn
    # warnings into errors it could not be imported.
    warnings.simplefilter("ignore")
    from mock_server.serve import serving

Match = Mapping[str, str | int | float]
"""What requests must look like, such as `{"path.id": "…"}`."""

_CONFLICT = 409


class RunningMock:
    """A mock that is being served, or one session of it. `client` reaches the mock; `path` is the
    base path of the session, empty for the default one.
    """

    def __init__(self, client: httpx.Client, path: str = "") -> None:
        self._client = client
        self._path = path

    @property
    def url(self) -> str:
        """The base URL for the code under test; it leads to this session."""
        return str(self._client.base_url).rstrip("/") + self._path

    def session(self, name: str) -> RunningMock:
        """The same mock in a session of this name: its own states, forces, faults, clock and
        journal. Raises ValueError where a session cannot have the name.
        """
        headers = [(b"Tallystick-Session", name.encode())]
        _checked(self._client.get(f"{PREFIX}/health", headers=headers))
        return RunningMock(self._client, f"/~session/{name}")

    def force(self, *cases: str | int, times: int | None = 1, match: Match | None = None) -> None:
        """Have the next matching requests answered with these cases, in turn. `times` is how often
        the list is played, None for ever.
        """
        self.control("POST", "forces", {"cases": cases, "times": times, "match": match})

    def answer(
        self,
        body: Any,
        *,
        status: int | None = None,
        headers: Mapping[str, str | Sequence[str]] | None = None,
        times: int | None = 1,
        match: Match | None = None,
    ) -> list[str]:
        """Have the next matching requests answered with a body of your own, by default as a
        success. Gives what of it the document does not allow; it is sent all the same.
        """
        own = {"body": body, "status": status, "headers": headers}
        queued = self.control("POST", "forces", {**own, "times": times, "match": match}).json()
        violations: list[str] = queued["violations"]
        return violations

    def fault(
        self,
        *faults: str,
        delay: float = 0.0,
        times: int | None = 1,
        match: Match | None = None,
        rate: float = 1.0,
        seed: int = 0,
    ) -> None:
        """Have the next matching answers arrive with these faults, in turn, each after `delay`
        seconds; without a fault, only late. With a `rate`, each request gets one by that chance.
        """
        options = {"delay": delay, "times": times, "match": match, "rate": rate, "seed": seed}
        self.control("POST", "faults", {"faults": faults or [None], **options})

    def advance(self, seconds: float) -> None:
        """Put the clock forward; what expires follows it."""
        self.control("POST", "clock", {"advance": seconds})

    def freeze(self) -> None:
        """Stop the clock."""
        self.control("POST", "clock", {"freeze": True})

    def thaw(self) -> None:
        """Let a stopped clock go on."""
        self.control("POST", "clock", {"freeze": False})

    def requests(
        self, case: str | int | None = None, *, after: int = 0, wait: float = 0.0
    ) -> list[dict[str, Any]]:
        """The requests that came, oldest first, each with its `id`, `path`, `status`, `case` and
        more: of one case where it is named, only those after an id, and, where there is none yet,
        after waiting so many seconds for one.
        """
        named = {} if case is None else {"case": case}
        return self._rows("requests", {**named, "after": after, "wait": wait})

    def verify(
        self,
        case: str | int | None = None,
        *,
        times: int | None = None,
        at_least: int | None = None,
        at_most: int | None = None,
        within: float = 0.0,
    ) -> None:
        """Assert how many requests were answered, with this case where one is named: `times`, or a
        range, or else at least one. Waits for so many seconds until it is so. Raises
        AssertionError, which says what was expected and what was served.
        """
        __tracebackhide__ = True
        counts = {"times": times, "at_least": at_least, "at_most": at_most}
        given = {name: count for name, count in counts.items() if count is not None}
        response = self._send("POST", "verify", {"case": case, "within": within, **given})
        if response.status_code == _CONFLICT:
            raise AssertionError(_detail(response))
        _checked(response)

    def coverage(self) -> list[dict[str, Any]]:
        """Each documented case by its `operation`, `status` and `code`, and how often it was
        `served`.
        """
        return self._rows("coverage", {})

    def reset(self) -> None:
        """State, forces, faults, clock and journal as at the start."""
        self.control("POST", "reset")

    def control(self, method: str, path: str, json: Any = None) -> httpx.Response:
        """Send a request to the control API, which may have more than there are methods here: the
        states of a behaviour. `path` is what follows `/_tallystick/`. Raises ValueError where the
        mock refuses it.
        """
        return _checked(self._send(method, path, json))

    def _send(self, method: str, path: str, json: Any = None) -> httpx.Response:
        return self._client.request(method, f"{self._path}{PREFIX}/{path}", json=json)

    def _rows(self, path: str, query: Mapping[str, str | int | float]) -> list[dict[str, Any]]:
        address = f"{self._path}{PREFIX}/{path}"
        rows: list[dict[str, Any]] = _checked(self._client.get(address, params=query)).json()
        return rows


@contextmanager
def running_mock(
    document: str | os.PathLike[str] | None = None,
    overlays: Sequence[str | os.PathLike[str]] = (),
    *,
    seed: int = 0,
    locale: str = LOCALE,
) -> Iterator[RunningMock]:
    """Serve a document (a path or an http(s) URL; by default the bundled contract) with overlays
    on a free loopback port while the block lasts. `seed` makes the generated data the same again,
    `locale` is its language and country. Raises TallystickError where the document cannot be
    mocked.
    """
    documents = () if document is None else (os.fspath(document),)
    overlaid = tuple(os.fspath(overlay) for overlay in overlays)
    contract = read_contract(LoadOptions(documents, overlaid, locale=locale))
    with serving(contract, seed=seed) as url, _client(url) as client:
        yield RunningMock(client)


@contextmanager
def connected_mock(url: str) -> Iterator[RunningMock]:
    """A mock that runs already, at this base URL, controlled while the block lasts."""
    with _client(url) as client:
        yield RunningMock(client)


def _client(url: str) -> httpx.Client:
    """A client that no proxy of the environment comes between, that outwaits what waits, and that
    keeps no connection open: the server may close one just when it is used again.
    """
    limits = httpx.Limits(max_keepalive_connections=0)
    return httpx.Client(base_url=url, trust_env=False, timeout=LONGEST_WAIT + 10, limits=limits)


def _checked(response: httpx.Response) -> httpx.Response:
    """The answer, unless it is a refusal. Raises ValueError."""
    if response.is_error:
        raise ValueError(_detail(response))
    return response


def _detail(response: httpx.Response) -> str:
    """What the problem in an answer says."""
    return str(response.json()["detail"])
