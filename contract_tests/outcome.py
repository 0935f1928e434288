"""Checks of an answer's meaning: whether it is what the request should have got."""

from __future__ import annotations

from contract_tests.codes import case_of, holds_text, is_text_of, named_codes
from contract_tests.judged import Breach, Judged, Kind, has_status
from tallystick.cases import Case


def status_is_the_cases(judged: Judged) -> Breach | None:
    """A case that is provoked answers with its documented status."""
    case, status = judged.expectation.case, judged.answer.status
    if judged.expectation.kind is not Kind.CASE or case is None or has_status(case, status):
        return None
    message = f"the documented status of {case.label} is {case.status}, not {_told(judged)}"
    if case.is_success:
        message = f"the request that should get {case.label} gets {_told(judged)}"
    return Breach(message, (status,))


def code_is_the_cases(judged: Judged) -> Breach | None:
    """A case that is provoked names its code, or has its documented text."""
    case = judged.expectation.case
    if judged.expectation.kind is not Kind.CASE or case is None or case.code is None:
        return None
    if not has_status(case, judged.answer.status) or not judged.has_body:
        return None
    if judged.response and not judged.response.media_types and not judged.answer.body:
        return None  # the document names a code, but no content to name it in
    other = _other_code(judged, case)
    if other:
        message = f"the answer should name {case.code}, but names {other}"
        return Breach(message, codes=frozenset({case.code, other}))
    if _codes(judged) or holds_text(judged.value, case):
        return None
    return Breach(f"the answer should name {case.code}; no documented code or text was found")


def text_is_of_no_other_case(judged: Judged) -> Breach | None:
    """An answer that is one case does not tell the documented text of another."""
    case = judged.expectation.case
    if judged.expectation.kind is not Kind.CASE or case is None or is_text_of(judged.value, case):
        return None
    for other in _others(judged, case):
        if other.description != case.description and is_text_of(judged.value, other):
            return Breach(f"the text of {case.label} is that of {other.code}", (other.code,))
    return None


def valid_request_is_accepted(judged: Judged) -> Breach | None:
    """What the document allows gets a success."""
    return None if judged.expectation.source else _accepted(judged)


def equivalent_request_is_accepted(judged: Judged) -> Breach | None:
    """What means the same by a standard gets the same."""
    expectation = judged.expectation
    return _accepted(judged) if expectation.source and not expectation.is_advised else None


def advised_request_is_accepted(judged: Judged) -> Breach | None:
    """What means the same by a standard that few keep gets the same."""
    return _accepted(judged) if judged.expectation.is_advised else None


def _accepted(judged: Judged) -> Breach | None:
    expectation = judged.expectation
    if expectation.kind is not Kind.ACCEPTED or expectation.case is None:
        return None
    found = case_of(judged.operation.cases, judged.answer.status, judged.value)
    if found in expectation.cases:
        return None
    message = f"{expectation.what} should get {expectation.case.label}, not {_told(judged)}"
    return Breach(message, (judged.answer.status, bool(_codes(judged))))


def invalid_request_is_refused(judged: Judged) -> Breach | None:
    """What the document certainly excludes gets a 4xx."""
    if judged.expectation.kind is not Kind.REFUSED or 400 <= judged.answer.status < 500:
        return None
    message = f"{judged.expectation.what} should be refused with a 4xx, not get {_told(judged)}"
    return Breach(message, (judged.answer.status,))


def refusal_names_no_other_case(judged: Judged) -> Breach | None:
    """A refusal names no case that has nothing to do with the request."""
    expectation = judged.expectation
    if expectation.kind not in (Kind.REFUSED, Kind.HANDLED) or expectation.named is None:
        return None
    wrong = [code for code in _codes(judged) if code not in expectation.named]
    if not wrong or not 400 <= judged.answer.status < 500:
        return None
    codes = frozenset({wrong[0], *expectation.named})
    return Breach(f"{expectation.what} is no {wrong[0]}", codes=codes)


def status_is_the_codes(judged: Judged) -> Breach | None:
    """A code that an answer names has the status that the document lists it under."""
    if judged.expectation.kind not in (Kind.REFUSED, Kind.HANDLED):
        return None
    status = judged.answer.status
    for case in judged.operation.cases:
        if case.code in _codes(judged)[:1] and not has_status(case, status):
            message = f"the documented status of {case.code} is {case.status}, not {status}"
            return Breach(message, (status,))
    return None


def undeclared_method_is_refused(judged: Judged) -> Breach | None:
    """What no document describes should do nothing."""
    method, status = judged.expectation.what, judged.answer.status
    if judged.is_spoken_of or method not in UNSAFE or not 200 <= status < 300:
        return None
    return Breach(f"{method}, which the document does not have, succeeds with {status}", (method,))


def allowed_methods_are_named(judged: Judged) -> Breach | None:
    """A 405 says which methods there are."""
    if judged.answer.status != 405 or "allow" in judged.answer.headers:
        return None
    return Breach("the 405 has no Allow header")


UNSAFE = ("PUT", "PATCH", "DELETE", "TRACE", "POST")
"""Methods that nobody sends to find out what is there."""


def _codes(judged: Judged) -> list[str]:
    known = [case.code for case in judged.operation.cases if case.code]
    return [code for code, _ in named_codes(judged.value, known)]


def _other_code(judged: Judged, case: Case) -> str | None:
    return next((code for code in _codes(judged) if code != case.code), None)


def _others(judged: Judged, case: Case) -> list[Case]:
    return [other for other in judged.operation.cases if other.code and other.code != case.code]


def _told(judged: Judged) -> str:
    """The status, and the code that the answer names."""
    return " ".join([str(judged.answer.status), *_codes(judged)[:1]])
