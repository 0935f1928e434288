"""Forcing every documented case of a document at a real server, and judging what comes back.

Rules: each case is asked for in each of its media types, by `Prefer`, in a valid request with
credentials: the smallest that Schemathesis makes. The mock has several bodies of a success in turn,
and is asked for all of them. The same requests go to every server; only the name that asks for an
error code differs, since Prism knows the names of examples only.
"""

from __future__ import annotations

import re
import sys
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlencode

import psutil
import requests
from hypothesis import Phase, find, settings
from hypothesis.errors import HypothesisException, NoSuchExample

from benchmarks.judge import Judge, Received, Wanted
from contract_tests.http.bodies import UnmakeableError
from contract_tests.http.exchange import OperationRequest
from contract_tests.requests import generated
from contract_tests.target.target import Target
from tallystick.catalogue.cases import Case
from tallystick.contract import Contract, ContractOperation
from tallystick.lint import lint
from tallystick.reader.operations import SecurityScheme
from tests.end_to_end.peers import Missing, free_port, prism, served

_SECONDS = 60
"""How long one answer may take."""

_BODIES = 8
"""How many bodies of each success are judged; the mock has so many in turn."""

_MOST_STARTS = 10
"""How often a server is started that ends by itself. The operation at which it did is left."""

_TRIED = 50
"""How many requests are made until one has no empty parameter."""

_SMALLEST = settings(
    generated.SETTINGS, max_examples=_TRIED, derandomize=True, phases=[Phase.generate]
)
_CREDENTIAL = "tallystick-benchmark"


Ask = Callable[[requests.Request, int, Case], None]
"""Lets a request ask for a case, by its status and more."""


@dataclass
class Forced:
    """How a server did: whether it serves, after how many seconds of CPU time, and what is wrong
    with the answer to each case, by the case's name.
    """

    seconds: float | None = None
    faults: dict[str, list[str]] = field(default_factory=dict)
    why_not: str = ""

    def add(self, case: Case, faults: Iterable[str]) -> None:
        """Record what is wrong with the answer to a case."""
        found = list(faults)  # which may end in an error, and then nothing is recorded
        known = self.faults.setdefault(f"{case.operation} {case.label}", [])
        known += [fault for fault in dict.fromkeys(found) if fault not in known]

    def lost(self, operation: ContractOperation) -> None:
        """Record that the server ended before it answered these cases."""
        for case in operation.cases:
            if f"{case.operation} {case.label}" not in self.faults:
                self.add(case, ["no answer: the server has ended"])

    @property
    def wrong(self) -> dict[str, list[str]]:
        """The cases whose answers are not what the document says, and why."""
        return {name: faults for name, faults in self.faults.items() if faults}

    @property
    def is_right(self) -> bool:
        """Whether it serves, and each answer is right."""
        return self.seconds is not None and not self.wrong

    @property
    def score(self) -> str:
        """How many cases got what the document says, of how many."""
        if self.seconds is None:
            return "not served"
        return f"{len(self.faults) - len(self.wrong)} of {len(self.faults)}"

    @property
    def start(self) -> str:
        """What its start took."""
        return "–" if self.seconds is None else f"{self.seconds:.1f} s"


class Forcing:
    """All cases of a contract, each with its requests."""

    def __init__(self, contract: Contract, document: Path) -> None:
        self.contract, self.path = contract, document
        self.judge = Judge(contract.document, broken_examples(contract))
        self._requests: dict[str, requests.Request] = {}

    def at_mock(self) -> Forced:
        """Every case at Tallystick's mock."""
        port = free_port()
        command = [sys.executable, "-m", "tallystick", "mock", str(self.path), "--port", str(port)]
        return self.at([*command, "--seed", "1"], port, times=_BODIES)

    def at_prism(self, most: int) -> Forced:
        """The cases at Prism, of operations spread over the document, `most` of them at most."""
        port = free_port()
        try:
            command = prism(port, self.path)
        except Missing as missing:
            return Forced(why_not=str(missing))
        return self.at(command, port, _by_query, _spread(self.contract.operations, most))

    def at(
        self,
        command: Sequence[str],
        port: int,
        ask: Ask | None = None,
        operations: Sequence[ContractOperation] | None = None,
        times: int = 1,
    ) -> Forced:
        """The cases at what a command serves on a port; `ask` is how it is asked for a case, and
        `times` how often for a success.
        """
        forced = Forced()
        waiting = deque(self.contract.operations if operations is None else operations)
        for _ in range(_MOST_STARTS):
            if waiting and not forced.why_not:
                self._run(forced, waiting, command, port, ask or _by_prefer, times)
        for operation in waiting if forced.seconds else ():
            forced.lost(operation)
        return forced

    def _run(
        self,
        forced: Forced,
        waiting: deque[ContractOperation],
        command: Sequence[str],
        port: int,
        ask: Ask,
        times: int,
    ) -> None:
        """Ask a server for all that waits, as long as it lives."""
        with ExitStack() as stack:
            try:
                url = stack.enter_context(served(command, port))
            except RuntimeError as error:
                forced.why_not = _reason(str(error))
                return
            forced.seconds = forced.seconds or _seconds_of_children()
            session = stack.enter_context(requests.Session())
            session.trust_env = False
            while waiting:
                operation = waiting.popleft()
                try:
                    for case in operation.cases:
                        for _ in range(times if case.is_success else 1):
                            forced.add(case, self._faults(session, url, operation, case, ask))
                except requests.ConnectionError:
                    forced.lost(operation)
                    return

    def _faults(
        self,
        session: requests.Session,
        url: str,
        operation: ContractOperation,
        case: Case,
        ask: Ask,
    ) -> Iterator[str]:
        status = status_of(operation, case)
        response = next(r for r in operation.responses if r.path == case.response)
        names: list[str | None] = [media_type.name for media_type in response.media_types]
        for media_type in names or [None]:
            request = self._request(operation, url)
            request.headers |= {"Accept": media_type or "*/*", "Connection": "close"}
            ask(request, status, case)
            code = case.code if media_type in (None, case.media_type) else None
            wanted = Wanted(case.response, status, media_type, code, operation.method)
            try:
                received = _send(session, request)
            except requests.ReadTimeout:
                yield f"no answer in {_SECONDS} s"
                continue
            yield from self.judge.faults(wanted, received)

    def _request(self, operation: ContractOperation, url: str) -> requests.Request:
        """A valid request with credentials; a bare one where none can be made."""
        if operation.name not in self._requests:
            self._requests[operation.name] = _valid_request(operation)
        made = self._requests[operation.name]
        address = made.url.replace(_NOWHERE, url)
        parts = ("method", "data", "json", "files", "params", "cookies")
        kept = {name: getattr(made, name) for name in parts}
        return requests.Request(url=address, headers=dict(made.headers), **kept)


def _seconds_of_children() -> float:
    """CPU time of the server: on a busy machine, the time on the wall says nothing."""
    times = [child.cpu_times() for child in psutil.Process().children(recursive=True)]
    return float(sum(one.user + one.system for one in times))


def _reason(text: str) -> str:
    """What a server printed last that reads like a message."""
    found = re.findall(r"(?:ENOENT|[Ee]rror): .+", text)
    return " ".join((found or text.splitlines() or ["nothing"])[-1].split())[:200]


def broken_examples(contract: Contract) -> list[str]:
    """The pointers to the examples that `tallystick lint` lists as broken."""
    found = (d for d in lint(contract) if d.name == "example-breaks-schema")
    return [diagnostic.source.pointer for diagnostic in found if diagnostic.source]


def status_of(operation: ContractOperation, case: Case) -> int:
    """A status that only the response of this case documents: of a range or `default`, one that
    has no response of its own (OpenAPI 3.1.1 section 4.8.16).
    """
    if case.status.isdecimal():
        return case.http_status
    taken = {response.status.upper() for response in operation.responses}
    is_default = case.status.lower() == "default"
    first = case.http_status
    others = range(400, 600) if is_default else range(first, first + 100)
    status: int
    for status in (first, *others):
        if str(status) not in taken and not (is_default and f"{status // 100}XX" in taken):
            return status
    return first


def _spread(operations: Sequence[ContractOperation], most: int) -> list[ContractOperation]:
    """Operations in the document's order, evenly spread, that have so many cases at most."""
    total = sum(len(operation.cases) for operation in operations)
    step = max(1, -(-total // most))
    return list(operations[::step])


def _by_prefer(request: requests.Request, status: int, case: Case) -> None:
    name = f', example="{case.code}"' if case.code else ""
    request.headers["Prefer"] = f"code={status}{name}"


def _by_query(request: requests.Request, status: int, case: Case) -> None:
    """Prism's own way beside `Prefer`, which it holds to the document's parameter of that name."""
    name = _example(case)
    _add_to_query(request, {"__code": str(status), **({"__example": name} if name else {})})


def _add_to_query(request: requests.Request, members: Mapping[str, str]) -> None:
    request.url = f"{request.url}{'&' if '?' in request.url else '?'}{urlencode(members)}"


def _example(case: Case) -> str | None:
    """The name of the example that a case was read from."""
    return None if case.example is None else case.example[case.example.index("examples") + 1]


_NOWHERE = "http://nowhere.invalid"


def _valid_request(operation: ContractOperation) -> requests.Request:
    method = operation.method.upper()
    strategy = generated.requests_of(operation, Target(_NOWHERE))
    try:
        try:
            made = find(strategy, _is_filled, settings=_SMALLEST)
        except NoSuchExample:
            made = find(strategy, lambda _: True, settings=_SMALLEST)
        content, media_type = (None, None) if made.body is ... else made.content()
    except (HypothesisException, UnmakeableError):
        request = requests.Request(method, _NOWHERE + operation.path)
    else:
        typed = {"content-type": media_type} if media_type else {}
        headers = {**typed, **made.fields()}
        request = requests.Request(method, made.url(_NOWHERE), headers, data=content)
    for scheme in next(iter(operation.security), ()):
        _authenticate(request, scheme)
    return request


def _is_filled(request: OperationRequest) -> bool:
    """Whether no parameter is empty: clients and servers disagree whether it is there then."""
    values = [*request.query.values(), *request.headers.values(), *request.cookies.values()]
    return not any(value in ("", [], [""]) for value in values)


def _authenticate(request: requests.Request, scheme: SecurityScheme) -> None:
    """Put a credential where a scheme wants it."""
    if scheme.kind == "apiKey" and scheme.location == "query":
        _add_to_query(request, {scheme.parameter: _CREDENTIAL})
    elif scheme.kind == "apiKey" and scheme.location == "cookie":
        request.cookies = {**dict(request.cookies or {}), scheme.parameter: _CREDENTIAL}
    elif scheme.kind == "apiKey":
        request.headers[scheme.parameter] = _CREDENTIAL
    elif scheme.kind == "http" and scheme.scheme == "basic":
        request.headers["Authorization"] = "Basic dGFsbHlzdGljazpiZW5jaG1hcms="
    elif scheme.kind in ("http", "oauth2", "openIdConnect"):
        request.headers["Authorization"] = f"Bearer {_CREDENTIAL}"


def _send(session: requests.Session, request: requests.Request) -> Received:
    prepared = session.prepare_request(request)
    with session.send(prepared, timeout=_SECONDS, allow_redirects=False) as response:
        headers: dict[str, list[str]] = {}
        for name, value in response.raw.headers.items():
            headers.setdefault(name.lower(), []).append(value)
        return Received(response.status_code, headers, response.content)
