"""The budget adapter: every request of a fuzz goes through it.

Rules: each request (fuzz cases, set-up calls, retries, shrinking) waits here for its permit, is
counted, and gets a line in the ledger. If the target asks for a pause (429, or 503 with
`Retry-After`: RFC 6585 section 4, RFC 9110 section 10.2.3), all workers pause.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import UTC, datetime
from math import inf
from typing import Any
from urllib.parse import urlsplit

import requests
from urllib3 import Timeout

from contract_tests.checks.codes import case_of
from contract_tests.http.bounds import (
    CREATES_NOTHING,
    BoundedAdapter,
    BoundedResponse,
    Cut,
    late_seconds,
    timeout_of,
)
from contract_tests.http.exchange import body_of, value_of
from contract_tests.target.rate import seconds_of
from fuzzing.sending.budget import BudgetSpentError, Permit, RequestRecord
from fuzzing.sending.estimate import kind_of
from fuzzing.sending.ledger import LedgerSink, hashed
from fuzzing.sending.sharing import PermitSource
from tallystick.catalogue.cases import Case
from tallystick.contract import ContractOperation

CLEAN_UP = "clean-up"
"""The kind of requests that delete what the fuzz created."""

_LONGEST_PAUSE = 600.0
"""If the target asks for a longer pause, in seconds, the fuzz stops."""

Observe = Callable[[str, requests.PreparedRequest, requests.Response | None], object]
"""Takes the operation's name, a request and its response, if one came."""


@dataclass(slots=True)
class RequestOrigin:
    """Why the next requests are sent, for the ledger."""

    kind: str = "set-up"
    seed: int | None = None
    worker: int | str = 0
    operation: ContractOperation | None = None


class BudgetAdapter(BoundedAdapter):
    """Sends requests within the budget. `documented` are the 5xx that count as no error;
    `observe` sees each exchange; `findings` gives the ids of all findings so far; `clean` removes
    secrets from a text.
    """

    def __init__(
        self,
        budget: PermitSource,
        ledger: LedgerSink | None = None,
        *,
        documented: Collection[int] = (),
        observe: Observe | None = None,
        worker: int = 0,
        to: str | None = None,
    ) -> None:
        """`to` names another implementation than the target: its requests count and are recorded,
        but its responses say nothing about the target. `before` is called before each request; it
        reserves what it takes to delete what was created, of which so many are `held` already.
        """
        super().__init__()
        self.budget = budget
        self.ledger = ledger
        self.documented = documented
        self.observe = observe
        self.to = to
        self.origin = RequestOrigin(worker=worker)
        self.cases: Counter[tuple[str, str]] = Counter()
        self.kinds: Counter[str] = Counter()
        self.operations: Counter[str] = Counter()
        self.number = 0
        self.before: Callable[[], None] | None = None
        self.held = 0
        self.clean: Callable[[str], str] = str
        self.findings: Callable[[], Collection[str]] = tuple
        self._reported: set[str] = set()

    @property
    def is_over(self) -> bool:
        """Whether the time of the fuzz is over, as far as its permits say."""
        return time.monotonic() >= self.ends

    def left(self) -> float:
        """See BoundedAdapter. Raises BudgetSpentError."""
        if self.origin.kind == CLEAN_UP:
            return inf
        self._stop_if_late(is_cut=True)
        return self.ends - time.monotonic()

    def send(self, request: requests.PreparedRequest, *args: Any, **kwargs: Any) -> BoundedResponse:
        """See HTTPAdapter. The deadline is cut to what is left of the fuzz. Raises
        BudgetSpentError.
        """
        permit = self._permit(request)
        self.number = permit.number
        self.kinds[self.origin.kind] += 1
        if self.origin.operation is not None and self.to is None:
            self.operations[self.origin.operation.name] += 1
        begun, sent = time.monotonic(), datetime.now(UTC)
        seconds = None if permit.seconds is None else permit.seconds + late_seconds(request.method)
        response: BoundedResponse | None = None
        try:
            response = super().send(request, *args, **_within(seconds, kwargs))
            self._stop_if_late(is_cut=response.cut is Cut.TIME)
            return response
        except requests.RequestException:
            self._stop_if_late(is_cut=True)
            raise
        finally:
            took = time.monotonic() - begun
            value = _json(response)
            case = self._case(response, value)
            self._settle(permit, response, case, value, took)
            self._write(permit, request, response, case, sent, took)
            if self.observe is not None and self.origin.operation is not None:
                self.observe(self.origin.operation.name, request, response)

    def _permit(self, request: requests.PreparedRequest) -> Permit:
        if self.origin.kind == CLEAN_UP:
            return self.budget.clean()
        if self.before is not None:
            self.before()
        permit = self.budget.take(is_unsafe=request.method not in CREATES_NOTHING)
        if permit.seconds is not None:
            self.ends = time.monotonic() + permit.seconds
        return permit

    def _stop_if_late(self, *, is_cut: bool) -> None:
        """What the end of the fuzz has cut says nothing about the target."""
        if is_cut and self.is_over:
            self.budget.stop("time")
            raise BudgetSpentError("time")

    def _settle(
        self,
        permit: Permit,
        response: requests.Response | None,
        case: Case | None,
        value: Any,
        seconds: float,
    ) -> None:
        is_limited = response is not None and self._pause_if_asked(response)
        status = None if response is None else response.status_code
        fresh = tuple(set(self.findings()) - self._reported)
        self._reported.update(fresh)
        is_done = status is None or 200 <= status < 300
        may_create = permit.is_unsafe and is_done and self.before is not None
        self.held += may_create
        record = RequestRecord(
            status, None, seconds, None, fresh, may_create=may_create, is_limited=is_limited
        )
        if self.to is None:
            record = record._replace(
                case=(case.operation, case.label) if case else None,
                is_error=self._is_error(status),
                kind=self._kind(response, case, value),
                operation=self.origin.operation.name if self.origin.operation else None,
            )
        self.budget.settle(permit, record)

    def _pause_if_asked(self, response: requests.Response) -> bool:
        """Whether the target asks for a pause; then it gets one."""
        asked = response.headers.get("retry-after", "")
        if response.status_code != 429 and not (response.status_code == 503 and asked):
            return False
        seconds = seconds_of(asked)
        if seconds > _LONGEST_PAUSE:
            self.budget.stop("pause")
        else:
            self.budget.pause(seconds)
        return True

    def _is_error(self, status: int | None) -> bool:
        return status is None or (status >= 500 and status not in self.documented)

    def _kind(
        self, response: requests.Response | None, case: Case | None, value: Any
    ) -> str | None:
        if response is None or self.origin.operation is None:
            return None
        label = f"{self.origin.operation.name} {case.label if case else ''}"
        return kind_of(response, label, value)

    def _case(self, response: requests.Response | None, value: Any) -> Case | None:
        """The documented case of a response; counted."""
        if response is None or self.origin.operation is None:
            return None
        case = case_of(self.origin.operation.cases, response.status_code, value)
        if case is not None and self.to is None:
            self.cases[case.operation, case.label] += 1
        return case

    def _write(
        self,
        permit: Permit,
        request: requests.PreparedRequest,
        response: requests.Response | None,
        case: Case | None,
        sent: datetime,
        seconds: float,
    ) -> None:
        if self.ledger is None:
            return
        parts = urlsplit(request.url or "")
        entry = {
            "number": permit.number,
            "time": sent.isoformat(timespec="milliseconds"),
            "worker": self.origin.worker,
            "seed": self.origin.seed,
            "kind": self.origin.kind,
            "method": request.method,
            "path": self.clean(parts.path + ("?" + parts.query if parts.query else "")),
            "body_sha256": hashed(body_of(request)),
            "status": None if response is None else response.status_code,
            "case": case.label if case else None,
            "milliseconds": round(seconds * 1000, 1),
        }
        if self.to is not None:
            entry["to"] = self.to
        self.ledger.write(entry)


def _within(seconds: float | None, options: dict[str, Any]) -> dict[str, Any]:
    """The options of a request, with a timeout of so many seconds at the most."""
    given = options.get("timeout")
    if seconds is None or not isinstance(given, Timeout):
        return options
    total = given.total if isinstance(given.total, int | float) else seconds
    return {**options, "timeout": timeout_of(min(seconds, total))}


def _json(response: requests.Response | None) -> Any:
    """The JSON value of a response, or None."""
    try:
        return None if response is None else value_of(response.content)
    except (ValueError, RecursionError, requests.RequestException, RuntimeError):
        return None
