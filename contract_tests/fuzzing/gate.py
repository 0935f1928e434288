"""The gate: the one adapter that every request of a fuzz goes through.

Rules: whatever sends (shots, set-up calls, retries, shrinking), the request waits here for its
permit, is counted, and is written to the ledger. A target that asks to be left alone for a while
(429, or 503 with `Retry-After`: RFC 6585 section 4, RFC 9110 section 10.2.3) is left alone by all
workers.
"""

from __future__ import annotations

import json
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Protocol
from urllib.parse import urlsplit

import requests

from contract_tests.client import PromptAdapter
from contract_tests.codes import case_of
from contract_tests.exchange import body_of
from contract_tests.fuzzing.budget import BudgetSpentError, Permit
from contract_tests.fuzzing.ledger import Ledger, hashed
from tallystick.contract import ContractOperation

_SAFE = frozenset({"GET", "HEAD", "OPTIONS", "TRACE"})
"""RFC 9110 section 9.2.1."""

_LONGEST_PAUSE = 60.0
_NAP = 0.2
"""Seconds after which who waits for a turn looks whether all is over."""


class SharedBudget(Protocol):
    """What is asked of a budget, wherever it is kept."""

    def take(self, *, is_unsafe: bool) -> Permit:
        """See Budget."""

    def settle(self, permit: Permit, *, status: int | None, seconds: float, is_error: bool) -> None:
        """See Budget."""

    def pause(self, seconds: float) -> None:
        """See Budget."""

    def stop(self, reason: str) -> None:
        """See Budget."""

    def spent(self) -> Any:
        """See Budget."""


@dataclass(slots=True)
class Mark:
    """What the ledger says of the requests that are sent now."""

    kind: str = "set-up"
    seed: int | None = None
    worker: int = 0
    operation: ContractOperation | None = None


class Gate(PromptAdapter):
    """Lets requests through, within the budget. `documented` are the 5xx that are no errors."""

    def __init__(
        self,
        budget: SharedBudget,
        ledger: Ledger | None,
        *,
        documented: frozenset[int],
        clean: Callable[[str], str] = str,
    ) -> None:
        super().__init__()
        self.budget = budget
        self.ledger = ledger
        self.documented = documented
        self.clean = clean
        self.mark = Mark()
        self.cases: Counter[tuple[str, str]] = Counter()

    def send(
        self, request: requests.PreparedRequest, *args: Any, **kwargs: Any
    ) -> requests.Response:
        """See HTTPAdapter. Raises BudgetSpentError."""
        permit = self.budget.take(is_unsafe=request.method not in _SAFE)
        self._await(permit)
        begun, sent = time.monotonic(), datetime.now(UTC)
        response: requests.Response | None = None
        try:
            response = super().send(request, *args, **kwargs)
            _ = response.content  # all of it, as long as the permit is held
            self._heed(response)
            return response
        finally:
            seconds = time.monotonic() - begun
            status = None if response is None else response.status_code
            self.budget.settle(
                permit, status=status, seconds=seconds, is_error=self._is_error(status)
            )
            self._write(permit, request, response, sent, seconds)

    def _await(self, permit: Permit) -> None:
        """Wait for a permit's turn; a long wait ends when the fuzz does."""
        end = time.monotonic() + permit.delay
        while (left := end - time.monotonic()) > 0:
            time.sleep(min(left, _NAP))
            if left > _NAP and (reason := self.budget.spent().stopped) is not None:
                self.budget.settle(permit, status=None, seconds=0.0, is_error=False)
                raise BudgetSpentError(reason)

    def _heed(self, response: requests.Response) -> None:
        asked = response.headers.get("retry-after", "")
        if response.status_code == 429 or (response.status_code == 503 and asked):
            self.budget.pause(min(float(asked) if asked.isdecimal() else 1.0, _LONGEST_PAUSE))

    def _is_error(self, status: int | None) -> bool:
        return status is None or (status >= 500 and status not in self.documented)

    def _write(
        self,
        permit: Permit,
        request: requests.PreparedRequest,
        response: requests.Response | None,
        sent: datetime,
        seconds: float,
    ) -> None:
        case = self._case(response)
        if self.ledger is None:
            return
        parts = urlsplit(request.url or "")
        entry = {
            "number": permit.number,
            "time": sent.isoformat(timespec="milliseconds"),
            "worker": self.mark.worker,
            "seed": self.mark.seed,
            "kind": self.mark.kind,
            "method": request.method,
            "path": self.clean(parts.path + ("?" + parts.query if parts.query else "")),
            "body_sha256": hashed(body_of(request)),
            "status": None if response is None else response.status_code,
            "case": case,
            "milliseconds": round(seconds * 1000, 1),
        }
        self.ledger.write(entry)

    def _case(self, response: requests.Response | None) -> str | None:
        """The documented case that an answer is; counted."""
        if response is None or self.mark.operation is None:
            return None
        try:
            value = json.loads(response.content)
        except (ValueError, RecursionError):
            value = None
        case = case_of(self.mark.operation.cases, response.status_code, value)
        if case is None:
            return None
        self.cases[case.operation, case.label] += 1
        return case.label
