"""Checks of a response's meaning: whether it is what the request should have got."""

from __future__ import annotations

from contract_tests.checks.codes import case_of, holds_text, is_text_of, named_codes
from contract_tests.checks.context import (
    HEADER,
    STATUS_LINE,
    CheckContext,
    ExpectationKind,
    Violation,
    has_status,
)
from tallystick.catalogue.cases import Case


def status_is_the_cases(context: CheckContext) -> Violation | None:
    """A case has its documented status."""
    case, status = _expected_case(context), context.response.status
    if case is None or has_status(case, status):
        return None
    message = f"the documented status of {case.label} is {case.status}, not {_got(context)}"
    if case.is_success:
        message = f"the request that should get {case.label} gets {_got(context)}"
    return Violation(message, (status,), marks=(STATUS_LINE,))


def code_is_the_cases(context: CheckContext) -> Violation | None:
    """A case names its code, or has its documented text."""
    case = _expected_case(context)
    if case is None or case.code is None or not has_status(case, context.response.status):
        return None
    if not _can_name_codes(context):
        return None
    other = next((code for code in _codes(context) if code != case.code), None)
    if other:
        message = f"the response should name {case.code}, but names {other}"
        return Violation(message, codes=frozenset({case.code, other}))
    if _codes(context) or holds_text(context.value, case):
        return None
    message = f"the response should name {case.code}; no documented code or text was found"
    return Violation(message)


def text_is_of_no_other_case(context: CheckContext) -> Violation | None:
    """A case does not have the documented text of another."""
    case = _expected_case(context)
    if case is None or is_text_of(context.value, case):
        return None
    for other in context.operation.cases:
        is_other = other.code not in (None, case.code) and other.description != case.description
        if is_other and is_text_of(context.value, other):
            return Violation(f"the text of {case.label} is that of {other.code}", (other.code,))
    return None


def valid_request_is_accepted(context: CheckContext) -> Violation | None:
    """A request that the document allows gets a success."""
    is_other = bool(context.expectation.source) or _may_break_a_rule(context)
    return None if is_other else _accepted(context)


def valid_request_is_better_accepted(context: CheckContext) -> Violation | None:
    """The same, where a rule that no schema says may be against it."""
    is_meant = _may_break_a_rule(context) and not context.expectation.source
    return _accepted(context) if is_meant else None


def _may_break_a_rule(context: CheckContext) -> bool:
    """Whether a refusal may be about a rule that no schema says. An error of the server is none."""
    return context.expectation.is_advised and context.response.status < 500


def equivalent_request_is_accepted(context: CheckContext) -> Violation | None:
    """A request that a standard makes equal to one that succeeds gets the same."""
    expectation = context.expectation
    return _accepted(context) if expectation.source and not expectation.is_advised else None


def advised_request_is_accepted(context: CheckContext) -> Violation | None:
    """The same, by a standard that few services keep."""
    expectation = context.expectation
    return _accepted(context) if expectation.is_advised and expectation.source else None


def _accepted(context: CheckContext) -> Violation | None:
    expectation = context.expectation
    if expectation.kind is not ExpectationKind.ACCEPTED or expectation.case is None:
        return None
    found = case_of(context.operation.cases, context.response.status, context.value)
    if found in expectation.cases:
        return None
    message = f"{expectation.what} should get {expectation.case.label}, not {_got(context)}"
    # Whether it takes what a standard makes equal is a habit of the whole server.
    habit = (expectation.what, str(context.response.status)) if expectation.source else ()
    return Violation(
        message, (context.response.status, bool(_codes(context))), place=habit, marks=(STATUS_LINE,)
    )


def invalid_request_is_refused(context: CheckContext) -> Violation | None:
    """A request that the document certainly excludes gets a 4xx."""
    return None if context.expectation.is_advised else _unrefused(context)


def invalid_request_is_better_refused(context: CheckContext) -> Violation | None:
    """The same, where the operation documents no refusal: such a request is not accepted."""
    is_accepted = context.response.is_success and context.expectation.is_advised
    return _unrefused(context) if is_accepted else None


def _unrefused(context: CheckContext) -> Violation | None:
    expectation, status = context.expectation, context.response.status
    if expectation.kind is not ExpectationKind.REFUSED or 400 <= status < 500:
        return None
    message = f"{expectation.what} should be refused with a 4xx, not get {_got(context)}"
    return Violation(message, (status,), marks=(STATUS_LINE,))


def credentials_are_required(context: CheckContext) -> Violation | None:
    """A request without the credentials that the document requires is not served."""
    return None if context.expectation.is_advised else _denied(context)


def credentials_are_advised(context: CheckContext) -> Violation | None:
    """The same, where the operation documents no 401 or 403: a `security` for the whole document
    may forget what is public.
    """
    return _denied(context) if context.expectation.is_advised else None


def _denied(context: CheckContext) -> Violation | None:
    expectation, response = context.expectation, context.response
    if expectation.kind is not ExpectationKind.DENIED or not response.is_success:
        return None
    message = f"{expectation.what} should get a 401 or 403, not {_got(context)}"
    path = (*context.operation.location, "security")
    # A server that looks at no credentials has one fault, however many operations show it.
    place = ("credentials not required", expectation.what)
    return Violation(message, (expectation.what,), path=path, place=place, marks=(STATUS_LINE,))


def refusal_names_no_other_case(context: CheckContext) -> Violation | None:
    """A refusal names no case that has nothing to do with the request."""
    named = context.expectation.named
    if named is None or not _may_be_refused(context):
        return None
    # A case without a known trigger may be about the request.
    unknown = {case.code for case in context.operation.cases if case.trigger is None}
    wrong = [code for code in _codes(context) if code not in named and code not in unknown]
    if not wrong or not 400 <= context.response.status < 500:
        return None
    codes = frozenset({wrong[0], *named})
    return Violation(f"{context.expectation.what} is no {wrong[0]}", codes=codes)


def status_is_the_codes(context: CheckContext) -> Violation | None:
    """A code that a response names has the status that the document lists it under."""
    if not _may_be_refused(context):
        return None
    status, codes = context.response.status, _codes(context)[:1]
    for case in context.operation.cases:
        if case.code in codes and not has_status(case, status):
            message = f"the documented status of {case.code} is {case.status}, not {status}"
            return Violation(message, (status,), marks=(STATUS_LINE,))
    return None


def undeclared_method_is_refused(context: CheckContext) -> Violation | None:
    """A method that the document does not describe does nothing."""
    method, status = context.expectation.what, context.response.status
    if context.is_described or method not in _UNSAFE or not 200 <= status < 300:
        return None
    message = f"{method}, which the document does not have, succeeds with {status}"
    return Violation(message, (method,), marks=(STATUS_LINE,))


def allowed_methods_are_named(context: CheckContext) -> Violation | None:
    """A 405 says which methods there are."""
    if context.response.status != 405 or "allow" in context.response.headers:
        return None
    return Violation(
        "the 405 has no Allow header", place=("no Allow header",), marks=(f"{HEADER}allow",)
    )


_UNSAFE = ("PUT", "PATCH", "DELETE", "TRACE", "POST")
"""Methods that nobody sends to find out what is there."""


def _expected_case(context: CheckContext) -> Case | None:
    """The case that the response must be."""
    is_case = context.expectation.kind is ExpectationKind.CASE
    return context.expectation.case if is_case else None


def _may_be_refused(context: CheckContext) -> bool:
    return context.expectation.kind in (ExpectationKind.REFUSED, ExpectationKind.HANDLED)


def _can_name_codes(context: CheckContext) -> bool:
    """Whether there is a body. Some documents name a code, but no content to name it in."""
    has_content = context.documented is None or bool(context.documented.media_types)
    return context.has_body and (has_content or bool(context.response.body))


def _codes(context: CheckContext) -> list[str]:
    known = [case.code for case in context.operation.cases if case.code]
    return [code for code, _ in named_codes(context.value, known)]


def _got(context: CheckContext) -> str:
    """The status, and the code that the response names."""
    return " ".join([str(context.response.status), *_codes(context)[:1]])
