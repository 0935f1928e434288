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
from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any
from urllib.parse import urlsplit

import requests

from contract_tests.checks.codes import case_of
from contract_tests.http.client import PromptAdapter
from contract_tests.http.exchange import body_of
from fuzzing.analyses.canary import Canary
from fuzzing.engine.budget import Permit, RequestRecord
from fuzzing.engine.ledger import Lines, hashed
from fuzzing.engine.novelty import kind_of
from fuzzing.engine.sharing import Rationed
from tallystick.catalogue.cases import Case
from tallystick.contract import ContractOperation

_SAFE = frozenset({"GET", "HEAD", "OPTIONS", "TRACE"})
"""RFC 9110 section 9.2.1."""

_PAUSE = 1.0
"""Seconds to leave a target alone that does not say how long."""

_LONGEST_PAUSE = 600.0
"""A target that asks for more seconds than this is left alone for good."""


@dataclass(slots=True)
class Mark:
    """What the ledger says of the requests that are sent now."""

    kind: str = "set-up"
    seed: int | None = None
    worker: int | str = 0
    operation: ContractOperation | None = None


class BudgetAdapter(PromptAdapter):
    """Lets requests through, within the budget. `documented` are the 5xx that are no errors,
    `findings` gives the ids of what was found so far, `clean` takes secrets out of a text.
    """

    def __init__(
        self,
        budget: Rationed,
        ledger: Lines | None = None,
        *,
        documented: Collection[int] = (),
        canary: Canary | None = None,
        worker: int = 0,
        to: str | None = None,
    ) -> None:
        """What goes `to` another implementation than the target is counted and written like the
        rest, but its answers say nothing of the target.
        """
        super().__init__()
        self.budget = budget
        self.ledger = ledger
        self.documented = documented
        self.canary = canary
        self.to = to
        self.mark = Mark(worker=worker)
        self.cases: Counter[tuple[str, str]] = Counter()
        self.kinds: Counter[str] = Counter()
        self.number = 0
        self.answer_kind: str | None = None
        self.clean: Callable[[str], str] = str
        self.findings: Callable[[], Collection[str]] = tuple
        self._told: set[str] = set()

    def send(
        self, request: requests.PreparedRequest, *args: Any, **kwargs: Any
    ) -> requests.Response:
        """See HTTPAdapter. Raises BudgetSpentError."""
        permit = self.budget.take(is_unsafe=request.method not in _SAFE)
        self.number = permit.number
        self.kinds[self.mark.kind] += 1
        begun, sent = time.monotonic(), datetime.now(UTC)
        response: requests.Response | None = None
        try:
            response = super().send(request, *args, **kwargs)
            _ = response.content  # all of it, as long as the permit is held
            return response
        finally:
            seconds = time.monotonic() - begun
            value = _json(response)
            case = self._case(response, value)
            self.answer_kind = self._kind(response, case, value)
            self._settle(permit, response, case, seconds)
            self._write(permit, request, response, case, sent, seconds)
            if self.canary is not None and self.mark.operation is not None:
                self.canary.look(self.mark.operation.name, request, response)

    def _settle(
        self,
        permit: Permit,
        response: requests.Response | None,
        case: Case | None,
        seconds: float,
    ) -> None:
        if response is not None:
            self._heed(response)
        status = None if response is None else response.status_code
        news = tuple(set(self.findings()) - self._told)
        self._told.update(news)
        named = (case.operation, case.label) if case else None
        if self.to is not None:
            told = RequestRecord(status, None, seconds, None, news)
        else:
            told = RequestRecord(
                status, named, seconds, self._is_error(status), news, self.answer_kind
            )
        self.budget.settle(permit, told)

    def _heed(self, response: requests.Response) -> None:
        """Do as the answer asks, if it asks to be left alone."""
        asked = response.headers.get("retry-after", "")
        if response.status_code != 429 and not (response.status_code == 503 and asked):
            return
        seconds = seconds_of(asked)
        if seconds > _LONGEST_PAUSE:
            self.budget.stop("pause")
        else:
            self.budget.pause(seconds)

    def _is_error(self, status: int | None) -> bool:
        return status is None or (status >= 500 and status not in self.documented)

    def _kind(
        self, response: requests.Response | None, case: Case | None, value: Any
    ) -> str | None:
        if response is None or self.mark.operation is None:
            return None
        label = f"{self.mark.operation.name} {case.label if case else ''}"
        return kind_of(response, label, value)

    def _case(self, response: requests.Response | None, value: Any) -> Case | None:
        """The documented case that an answer is; counted."""
        if response is None or self.mark.operation is None:
            return None
        case = case_of(self.mark.operation.cases, response.status_code, value)
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
            "worker": self.mark.worker,
            "seed": self.mark.seed,
            "kind": self.mark.kind,
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


def _json(response: requests.Response | None) -> Any:
    """The JSON value of an answer, or None."""
    try:
        return None if response is None else json.loads(response.content)
    except (ValueError, RecursionError, requests.RequestException, RuntimeError):
        return None


def seconds_of(retry_after: str) -> float:
    """How long a Retry-After asks to wait: seconds or a date (RFC 9110 section 10.2.3)."""
    text = retry_after.strip()
    if text.isascii() and text.isdecimal():
        return float(text[:9])
    try:
        moment = parsedate_to_datetime(text)
    except ValueError:
        return _PAUSE
    moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return max(0.0, (moment - datetime.now(UTC)).total_seconds())
