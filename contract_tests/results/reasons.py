"""Why a case is not covered, and what would cover it.

Rules: the reason is decided by the status, at the end of a run, for cases that no response was. A
case that nobody can bring about without an entry in the target file (a server error, a code
without a known trigger, one of several successes) says so, and does not make exit code 3.
"""

from __future__ import annotations

from collections.abc import Mapping

from contract_tests.results.run import Run, Verdict
from tallystick.catalogue.cases import Case
from tallystick.contract import ContractOperation

_BY_STATUS: Mapping[str, str] = {
    "304": "no response had a validator (ETag or Last-Modified) to ask with",
    "400": "no broken request was answered so",
    "401": "no request without right credentials was answered so",
    "402": "it needs a caller who has to pay",
    "403": "it needs an identity that may not do this: [credentials.other] in the target file",
    "404": "no request for what does not exist was answered so",
    "405": "no other method was answered so",
    "406": "no Accept header that nothing meets was answered so",
    "409": "no second equal request was answered so",
    "410": "no request for what was deleted was answered so",
    "412": "no request with another If-Match was answered so",
    "413": "no body was too large; name the limit in the target file: largest_body = …",
    "415": "no other media type was answered so",
    "422": "no broken request was answered so",
    "4XX": "no faulty request was answered so",
}
_ENDED = "the run ended early"
_SERVER_ERROR = "a server error cannot be brought about from outside; say how in the target file"
_DEFAULT = "no response came that the document does not list by its status"
_NO_SCHEME = "the document names no security scheme; say how in the target file"
_NO_TRIGGER = "the document does not say what triggers it; say how in the target file"


def explain(run: Run) -> None:
    """Give the reason of each case that was not covered, and the verdict of those left out."""
    for operation in run.contract.operations:
        reason = run.plan.scope.left_out(operation)
        for case in operation.cases:
            if reason is not None:
                run.unreachable(case, reason)
            elif run.case_result(case).verdict is Verdict.NOT_COVERED:
                _explain(run, operation, case)


def entry_reason(operation: ContractOperation, case: Case) -> str | None:
    """Why a case needs an entry in the target file; None where requests without one may reach it,
    or where nobody can say how it is brought about (`default`).
    """
    if case.is_success or case.status.lower() == "default":
        return None
    reason, needs_entry = _reason(operation, case)
    is_coded = case.code is not None and (case.trigger is None or case.trigger.field is None)
    return reason if needs_entry or is_coded else None


def _explain(run: Run, operation: ContractOperation, case: Case) -> None:
    result = run.case_result(case)
    reason, needs_entry = (_ENDED, False) if run.gone or run.is_ended else _reason(operation, case)
    run.not_covered(case, result.reason or reason, needs_entry=needs_entry or result.needs_entry)


def _reason(operation: ContractOperation, case: Case) -> tuple[str, bool]:
    if case.status.lower() == "default":
        return _DEFAULT, True
    if case.status.startswith("5"):
        return _SERVER_ERROR, True
    if case.code is not None and (case.trigger is None or case.trigger.field is None):
        return _NO_TRIGGER if case.trigger is None else _TRIGGERS[
            case.trigger.kind
        ], case.trigger is None
    if case.status == "401" and not any(operation.security):
        return _NO_SCHEME, True
    needs_entry = case.status.upper() not in _BY_STATUS and not case.is_success
    return _BY_STATUS.get(case.status.upper(), _NO_TRIGGER), needs_entry


_TRIGGERS: Mapping[str, str] = {
    "request": "no faulty request was answered so",
    "caller": "it needs another caller; say how in the target file",
    "resource": "it needs another resource; say how in the target file",
    "state": "it needs a resource in this state; say how in the target file",
    "upstream": "it needs a failure behind the service; say how in the target file",
}
