"""Obligations: what the contract demands of an answer, each with its level and its source.

A new obligation is one function and one row in `OBLIGATIONS`. A check gives words where an
obligation is broken, and None where it is kept or says nothing about this answer.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from jsonschema import Draft202012Validator, FormatChecker

from contract_tests.codes import found_code, names_case
from contract_tests.exchange import Answer, Exchange
from tallystick.cases import Case
from tallystick.contract import Contract, ContractOperation
from tallystick.document import Document
from tallystick.errors import Source
from tallystick.operations import MediaType, Response
from tallystick.pointers import Path

DOCUMENTED, STANDARD, ADVISORY = "documented", "standard", "advisory"


@dataclass(frozen=True)
class Judged:
    """An answer to be judged: of which operation, and, where one was provoked, of which case."""

    contract: Contract
    operation: ContractOperation
    exchange: Exchange
    case: Case | None = None

    @property
    def answer(self) -> Answer:
        """The answer."""
        return self.exchange.answer

    @property
    def response(self) -> Response | None:
        """The documented response of the answer's status (OpenAPI 3.1.1 section 4.8.16: an exact
        code before a range, a range before `default`).
        """
        status = str(self.answer.status)
        responses = {r.status.upper(): r for r in self.operation.operation.responses}
        return responses.get(status) or responses.get(f"{status[0]}XX") or responses.get("DEFAULT")

    @property
    def media_type(self) -> MediaType | None:
        """The documented media type that the answer has."""
        for media_type in self.response.media_types if self.response else ():
            if media_type.name.partition(";")[0].strip().lower() == self.answer.media_type:
                return media_type
        return None

    @property
    def value(self) -> Any:
        """The body as JSON value, or None where it is none."""
        try:
            return self.answer.value
        except ValueError:
            return None


Check = Callable[[Judged], str | None]


@dataclass(frozen=True, slots=True)
class Obligation:
    """One demand. `source` names an RFC and section; for what the document demands it is empty,
    and the place in the document is told instead.
    """

    name: str
    level: str
    source: str
    check: Check


@dataclass(frozen=True, slots=True)
class Finding:
    """A broken obligation, with where the demand stands and how to see the breach."""

    obligation: Obligation
    message: str
    source: str
    sentence: str
    curl: str
    answer: Answer

    def __str__(self) -> str:
        body = self.answer.body[:500].decode("utf-8", "replace")
        said = f'\n  it says: "{self.sentence}"' if self.sentence else ""
        return (
            f"{self.obligation.name} ({self.obligation.level}): {self.message}"
            f"\n  source: {self.source}{said}"
            f"\n  answer: {self.answer.status} {self.answer.media_type} {body}"
            f"\n  repeat: {self.curl}"
        )


def findings(judged: Judged) -> list[Finding]:
    """The obligations that an answer breaks, in the order of the table."""
    found = []
    for obligation in OBLIGATIONS:
        message = obligation.check(judged)
        if message is not None:
            found.append(_finding(judged, obligation, message))
    return found


def is_accepted(operation: ContractOperation, answer: Answer) -> bool:
    """Whether an answer is a success, or a documented case that no fault in the request triggers:
    what a request without fault may get.
    """
    return any(
        case.is_success or not (case.trigger and case.trigger.kind == "request")
        for case in operation.cases
        if answer.status == case.http_status
    )


def _finding(judged: Judged, obligation: Obligation, message: str) -> Finding:
    case = judged.case
    place: Source = (
        case.source
        if case
        else judged.contract.document.locate(judged.operation.operation.location)
    )
    return Finding(
        obligation=obligation,
        message=message,
        source=obligation.source or str(place),
        sentence=case.description if case and obligation.level == DOCUMENTED else "",
        curl=judged.exchange.curl,
        answer=judged.answer,
    )


# --- the checks


def _status_is_the_cases(judged: Judged) -> str | None:
    case = judged.case
    if case is None or _matches(case.status, judged.answer.status):
        return None
    return f"the documented status of {case.label} is {case.status}, not {judged.answer.status}"


def _status_is_documented(judged: Judged) -> str | None:
    """Of the undocumented, only success, redirection and server errors break a promise: which
    other 4xx a request may get, a document rarely lists (405, 413, 415, 429 …).
    """
    status = judged.answer.status
    if judged.response is not None or 400 <= status < 500:
        return None
    return f"the document has no {status}"


def _media_type_is_documented(judged: Judged) -> str | None:
    response = judged.response
    if response is None or not response.media_types or judged.media_type is not None:
        return None
    documented = [media_type.name.lower() for media_type in response.media_types]
    got = judged.answer.media_type
    if any(name == "*/*" or name == got.partition("/")[0] + "/*" for name in documented):
        return None
    return f"the documented media type is {' or '.join(documented)}, not {got or 'none'}"


def _body_is_json(judged: Judged) -> str | None:
    if "json" not in judged.answer.media_type:
        return None
    if judged.answer.body.startswith(b"\xef\xbb\xbf"):
        return "the body starts with a byte order mark"
    try:
        judged.answer.value  # noqa: B018
    except ValueError as error:
        return f"the body is not UTF-8 JSON: {error}"
    return None


def _body_fits_schema(judged: Judged) -> str | None:
    media_type = judged.media_type
    if media_type is None or media_type.schema is None or _body_is_json(judged):
        return None
    validator = _validator(judged.contract.document, media_type.schema)
    error = next(validator.iter_errors(judged.value), None)
    if error is None:
        return None
    place = "".join(f"/{token}" for token in error.absolute_path) or "the body"
    return f"{place} does not fit the schema: {error.message}"


def _code_is_the_cases(judged: Judged) -> str | None:
    case = judged.case
    if case is None or case.code is None or not _matches(case.status, judged.answer.status):
        return None
    others = [other for other in judged.operation.cases if other.code and other != case]
    if names_case(judged.value, case, others):
        return None
    codes = [other.code for other in judged.operation.cases if other.code]
    found = found_code(judged.value, codes)
    told = f"the code found is {found[0]} (in {found[1]})" if found else "no code was found"
    return f"the answer should name {case.code}; {told}"


def _status_member_agrees(judged: Judged) -> str | None:
    value = judged.value
    if judged.answer.media_type != "application/problem+json" or not isinstance(value, dict):
        return None
    member = value.get("status")
    if isinstance(member, bool) or not isinstance(member, int | float):
        return None  # a consumer ignores a member of another type (RFC 9457 section 3.1)
    if member == judged.answer.status:
        return None
    return f"the member status is {member}, the HTTP status {judged.answer.status}"


def _matches(documented: str, status: int) -> bool:
    text = str(status)
    return documented in (text, "default") or documented.upper() == f"{text[0]}XX"


@lru_cache(maxsize=256)
def _validator(document: Document, path: Path) -> Draft202012Validator:
    return Draft202012Validator(document.json_schema(path), format_checker=FormatChecker())


OBLIGATIONS: tuple[Obligation, ...] = (
    Obligation("status of the case", DOCUMENTED, "", _status_is_the_cases),
    Obligation("documented status", DOCUMENTED, "", _status_is_documented),
    Obligation("documented media type", DOCUMENTED, "", _media_type_is_documented),
    Obligation("JSON body", STANDARD, "RFC 8259 section 8.1", _body_is_json),
    Obligation("body schema", DOCUMENTED, "", _body_fits_schema),
    Obligation("code of the case", DOCUMENTED, "", _code_is_the_cases),
    Obligation("status member", STANDARD, "RFC 9457 section 3.1.2", _status_member_agrees),
)
