"""Holds one response to the contract: `validate` in a test, `violations_of` to look at them.

Rules: the checks are those of the suite (`checks/table.py`), for a request of which nothing is
known but that it was sent: what the document does not exclude is right. As in the suite, advice
fails nothing unless you ask for it. No text of a violation has a credential of the request.
"""

from __future__ import annotations

import os
import time
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from contract_tests.api.locating import operation_of
from contract_tests.api.messages import plain_request, plain_response, request_of
from contract_tests.checks.context import CheckContext, Expectation, ExpectationKind, Violation
from contract_tests.checks.levels import ADVISORY
from contract_tests.checks.promises import check_promises
from contract_tests.checks.table import UNDOCUMENTED_REFUSAL, Check, violations
from contract_tests.http.exchange import Response, request_text
from contract_tests.http.redaction import SECRET_NAME, Redactor
from contract_tests.results.findings import (
    cut,
    lines_of,
    location_of,
    place_in_text,
    shown,
    source_of,
)
from tallystick.contract import Contract, load_contract
from tallystick.errors import Source
from tallystick.printing import printable

Document = str | os.PathLike[str]
"""A path or an http(s) URL."""

_SENT = Expectation(ExpectationKind.HANDLED, "a request of a test")


@dataclass(frozen=True, slots=True)
class ContractViolation:
    """How a response breaks the contract. `level` is `documented`, `standard` or `advisory`;
    `source` is what demands it, a place in the document or a standard; `place` is where in the
    document it stands (`file`, `line`, `pointer`); `remedy` says what to do.
    """

    operation: str
    check: str
    level: str
    message: str
    source: str
    place: Source
    remedy: str
    response: str

    def __str__(self) -> str:
        known = {"quote": "", "curl": "", "response": self.response, "remedy": self.remedy}
        is_place = self.source == place_in_text(self.place)
        source = self.source if is_place else f"{self.source}; {place_in_text(self.place)}"
        texts = {"check": self.check, "level": self.level, "message": self.message}
        return "\n".join(lines_of({**known, **texts, "source": source}))


class ContractViolationError(AssertionError):
    """A response breaks the contract; `violations` says how."""

    def __init__(self, found: Sequence[ContractViolation]) -> None:
        self.violations = list(found)
        head = f"The response of {found[0].operation} breaks the contract:"
        super().__init__("\n\n".join([printable(head), *map(str, found)]))


def validate(
    contract: Contract | Document,
    request: Any,
    response: Any = None,
    *,
    base_path: str | None = None,
    advisory: bool = False,
) -> None:
    """Fail where a response of any client breaks the contract: a loaded one, or the path or URL of
    a document, which is read once. A response that carries its request may stand alone.

    With `advisory`, advice fails as well. `base_path` is what all paths start with, where the
    document's servers do not say it. Raises ContractViolationError, UnknownOperationError where
    the document has no such operation, and MessageError where a message is of no known client.
    """
    __tracebackhide__ = True
    found = violations_of(contract, request, response, base_path=base_path)
    heavy = [violation for violation in found if advisory or violation.level != ADVISORY]
    if heavy:
        raise ContractViolationError(heavy)


def violations_of(
    contract: Contract | Document,
    request: Any,
    response: Any = None,
    *,
    base_path: str | None = None,
) -> list[ContractViolation]:
    """How a response breaks the contract, advice included, in the order of the checks. See
    `validate`.
    """
    if response is None:
        request, response = None, request
    sent = request_of(response) if request is None else plain_request(request)
    loaded = contract if isinstance(contract, Contract) else _loaded(contract)
    redactor = Redactor((v for name, v in sent.headers.items() if SECRET_NAME.search(name)), {})
    received = plain_response(response)
    context = CheckContext(
        loaded,
        operation_of(loaded, sent.method, sent.url, base_path),
        Response(received.status, received.headers, received.body, received=time.time()),
        _SENT,
        request_text(sent.url, sent.headers, sent.body),
        redactor.secrets,
    )
    found = list(violations(context))
    if not found and context.is_undocumented_refusal:
        status = context.response.status
        found = [(UNDOCUMENTED_REFUSAL, Violation(f"the document does not have {status}"))]
    return [_violation(context, check, violation, redactor) for check, violation in found]


def _violation(
    context: CheckContext, check: Check, violation: Violation, redactor: Redactor
) -> ContractViolation:
    place = location_of(context.contract, context.operation, _SENT, violation)
    return ContractViolation(
        operation=context.operation.name,
        check=check.name,
        level=check.level,
        message=cut(redactor.clean(violation.message)),
        source=source_of(place, _SENT, check, violation),
        place=place,
        remedy=check.remedy,
        response=cut(redactor.clean(shown(context.response))),
    )


def _loaded(document: Document) -> Contract:
    """A document that is read once; a relative path is one of the working folder."""
    return _read(os.fspath(document), Path.cwd())


@lru_cache(maxsize=16)
def _read(place: str, _folder: Path) -> Contract:
    contract = load_contract(place)
    check_promises(contract)
    return contract
