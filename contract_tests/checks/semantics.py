"""Checks of an answer's meaning: whether it is what the request should have got."""

from __future__ import annotations

from contract_tests.checks.codes import case_of, holds_text, is_text_of, named_codes
from contract_tests.checks.context import CheckContext, ExpectationKind, Violation, has_status
from tallystick.catalogue.cases import Case


def status_is_the_cases(context: CheckContext) -> Violation | None:
    """A case that is provoked answers with its documented status."""
    case, status = context.expectation.case, context.answer.status
    if (
        context.expectation.kind is not ExpectationKind.CASE
        or case is None
        or has_status(case, status)
    ):
        return None
    message = f"the documented status of {case.label} is {case.status}, not {_told(context)}"
    if case.is_success:
        message = f"the request that should get {case.label} gets {_told(context)}"
    return Violation(message, (status,))


def code_is_the_cases(context: CheckContext) -> Violation | None:
    """A case that is provoked names its code, or has its documented text."""
    case = context.expectation.case
    if context.expectation.kind is not ExpectationKind.CASE or case is None or case.code is None:
        return None
    if not has_status(case, context.answer.status) or not context.has_body:
        return None
    if context.response and not context.response.media_types and not context.answer.body:
        return None  # the document names a code, but no content to name it in
    other = _other_code(context, case)
    if other:
        message = f"the answer should name {case.code}, but names {other}"
        return Violation(message, codes=frozenset({case.code, other}))
    if _codes(context) or holds_text(context.value, case):
        return None
    return Violation(f"the answer should name {case.code}; no documented code or text was found")


def text_is_of_no_other_case(context: CheckContext) -> Violation | None:
    """An answer that is one case does not tell the documented text of another."""
    case = context.expectation.case
    if (
        context.expectation.kind is not ExpectationKind.CASE
        or case is None
        or is_text_of(context.value, case)
    ):
        return None
    for other in _others(context, case):
        if other.description != case.description and is_text_of(context.value, other):
            return Violation(f"the text of {case.label} is that of {other.code}", (other.code,))
    return None


def valid_request_is_accepted(context: CheckContext) -> Violation | None:
    """What the document allows gets a success."""
    return None if context.expectation.source else _accepted(context)


def equivalent_request_is_accepted(context: CheckContext) -> Violation | None:
    """What means the same by a standard gets the same."""
    expectation = context.expectation
    return _accepted(context) if expectation.source and not expectation.is_advised else None


def advised_request_is_accepted(context: CheckContext) -> Violation | None:
    """What means the same by a standard that few keep gets the same."""
    return _accepted(context) if context.expectation.is_advised else None


def _accepted(context: CheckContext) -> Violation | None:
    expectation = context.expectation
    if expectation.kind is not ExpectationKind.ACCEPTED or expectation.case is None:
        return None
    found = case_of(context.operation.cases, context.answer.status, context.value)
    if found in expectation.cases:
        return None
    message = f"{expectation.what} should get {expectation.case.label}, not {_told(context)}"
    return Violation(message, (context.answer.status, bool(_codes(context))))


def invalid_request_is_refused(context: CheckContext) -> Violation | None:
    """What the document certainly excludes gets a 4xx."""
    if (
        context.expectation.kind is not ExpectationKind.REFUSED
        or 400 <= context.answer.status < 500
    ):
        return None
    message = f"{context.expectation.what} should be refused with a 4xx, not get {_told(context)}"
    return Violation(message, (context.answer.status,))


def refusal_names_no_other_case(context: CheckContext) -> Violation | None:
    """A refusal names no case that has nothing to do with the request."""
    expectation = context.expectation
    if (
        expectation.kind not in (ExpectationKind.REFUSED, ExpectationKind.HANDLED)
        or expectation.named is None
    ):
        return None
    wrong = [code for code in _codes(context) if code not in expectation.named]
    if not wrong or not 400 <= context.answer.status < 500:
        return None
    codes = frozenset({wrong[0], *expectation.named})
    return Violation(f"{expectation.what} is no {wrong[0]}", codes=codes)


def status_is_the_codes(context: CheckContext) -> Violation | None:
    """A code that an answer names has the status that the document lists it under."""
    if context.expectation.kind not in (ExpectationKind.REFUSED, ExpectationKind.HANDLED):
        return None
    status = context.answer.status
    for case in context.operation.cases:
        if case.code in _codes(context)[:1] and not has_status(case, status):
            message = f"the documented status of {case.code} is {case.status}, not {status}"
            return Violation(message, (status,))
    return None


def undeclared_method_is_refused(context: CheckContext) -> Violation | None:
    """What no document describes should do nothing."""
    method, status = context.expectation.what, context.answer.status
    if context.is_spoken_of or method not in UNSAFE or not 200 <= status < 300:
        return None
    return Violation(
        f"{method}, which the document does not have, succeeds with {status}", (method,)
    )


def allowed_methods_are_named(context: CheckContext) -> Violation | None:
    """A 405 says which methods there are."""
    if context.answer.status != 405 or "allow" in context.answer.headers:
        return None
    return Violation("the 405 has no Allow header")


UNSAFE = ("PUT", "PATCH", "DELETE", "TRACE", "POST")
"""Methods that nobody sends to find out what is there."""


def _codes(context: CheckContext) -> list[str]:
    known = [case.code for case in context.operation.cases if case.code]
    return [code for code, _ in named_codes(context.value, known)]


def _other_code(context: CheckContext, case: Case) -> str | None:
    return next((code for code in _codes(context) if code != case.code), None)


def _others(context: CheckContext, case: Case) -> list[Case]:
    return [other for other in context.operation.cases if other.code and other.code != case.code]


def _told(context: CheckContext) -> str:
    """The status, and the code that the answer names."""
    return " ".join([str(context.answer.status), *_codes(context)[:1]])
