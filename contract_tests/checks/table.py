"""Obligations: what the contract demands of an answer, each with its level and its source.

A new obligation is one function and one row of `OBLIGATIONS`. A check gives a breach where an
obligation is broken, and None where it is kept or says nothing about this answer. One cause
breaks one check: a row names those whose breach explains its own (`unless`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial

from contract_tests.checks import conformance, disclosure, semantics
from contract_tests.checks.context import CheckContext, Violation
from contract_tests.checks.levels import ADVISORY, DOCUMENTED, STANDARD
from contract_tests.checks.promises import PROMISES, broken_promise
from tallystick.catalogue.extensions import Promise

CheckFunction = Callable[[CheckContext], Violation | list[Violation] | None]


@dataclass(frozen=True, slots=True)
class Check:
    """One demand. `source` names an RFC and section; for what the document demands it is empty,
    and the place in the document is told instead. `looks_at` says in words what it is about.
    Obligations of one `group` are broken by the same causes, seen from different requests.
    """

    name: str
    level: str
    source: str
    applies_to: str
    check: CheckFunction
    suppressed_by: tuple[str, ...] = ()
    group: str = ""
    quote: str = ""

    def to_json(self) -> dict[str, str | None]:
        """As a report holds it."""
        return {"name": self.name, "level": self.level, "source": self.source or None}

    @property
    def family(self) -> str:
        """What two breaches must have in common to have one cause."""
        return self.group or self.name


def seen_otherwise(_: CheckContext) -> None:
    """The check of what no single answer shows."""


_REFUSED = "a request that is certainly invalid"
_PROVOKED = "the case that was provoked"
_ANY = "any answer"
_STATUS = (
    "server error",
    "documented status",
    "status of the case",
    "valid request accepted",
    "equivalent request accepted",
    "invalid request refused",
)

_PROMISES = ("promise: absolute-url", "promise: not-the-callers-url")
"""Of a URL that is not of the service's making, nothing else is to be said."""


def _is_complete(_: CheckContext) -> None:
    """What came is complete: where nothing did, the client has said so, and there is nothing else
    to look at.
    """


COMPLETE_RESPONSE = Check(
    "complete answer",
    STANDARD,
    "RFC 9112 section 8",
    "any request",
    _is_complete,
)

CHECKS: tuple[Check, ...] = (
    COMPLETE_RESPONSE,
    Check(
        "server error",
        STANDARD,
        "RFC 9110 section 15.6",
        "requests that the document does not speak of",
        conformance.no_server_error,
        group="documented status",
    ),
    Check("documented status", DOCUMENTED, "", _ANY, conformance.status_is_documented),
    Check(
        "status of the case",
        DOCUMENTED,
        "",
        _PROVOKED,
        semantics.status_is_the_cases,
        suppressed_by=("documented status",),
        group="status",
    ),
    Check(
        "valid request accepted",
        DOCUMENTED,
        "",
        "a request that is certainly valid",
        semantics.valid_request_is_accepted,
        suppressed_by=("documented status",),
        group="accepted",
    ),
    Check(
        "equivalent request accepted",
        STANDARD,
        "",
        "a request that a standard makes equal to one that succeeds",
        semantics.equivalent_request_is_accepted,
        suppressed_by=("documented status",),
        group="accepted",
    ),
    Check(
        "invalid request refused",
        DOCUMENTED,
        "",
        _REFUSED,
        semantics.invalid_request_is_refused,
        suppressed_by=("documented status",),
        group="status",
    ),
    Check(
        "status of the code",
        DOCUMENTED,
        "",
        "an error that names a documented code",
        semantics.status_is_the_codes,
        suppressed_by=_STATUS,
        group="status",
    ),
    Check(
        "no other case",
        DOCUMENTED,
        "",
        _REFUSED,
        semantics.refusal_names_no_other_case,
        suppressed_by=_STATUS,
        group="code",
    ),
    Check(
        "documented media type",
        DOCUMENTED,
        "",
        _ANY,
        conformance.media_type_is_documented,
        suppressed_by=_STATUS,
    ),
    Check("JSON body", STANDARD, "RFC 8259 section 8.1", _ANY, conformance.body_is_json),
    Check(
        "body schema",
        DOCUMENTED,
        "",
        _ANY,
        conformance.body_fits_schema,
        suppressed_by=(*_STATUS, "documented media type", "JSON body"),
        group="body",
    ),
    Check(
        "code of the case",
        DOCUMENTED,
        "",
        _PROVOKED,
        semantics.code_is_the_cases,
        suppressed_by=(*_STATUS, "documented media type", "JSON body", "body schema"),
        group="code",
    ),
    Check(
        "text of the case",
        DOCUMENTED,
        "",
        _PROVOKED,
        semantics.text_is_of_no_other_case,
        suppressed_by=(*_STATUS, "code of the case"),
    ),
    Check(
        "status member",
        STANDARD,
        "RFC 9457 section 3.1.2",
        "problem details",
        conformance.status_member_agrees,
        suppressed_by=("status of the case",),
        group="body",
    ),
    Check(
        "problem members",
        STANDARD,
        "RFC 9457 section 3.1",
        "problem details",
        conformance.problem_members_have_their_types,
        suppressed_by=("body schema",),
        group="body",
    ),
    Check("no stack trace", STANDARD, "RFC 9457 section 5", _ANY, disclosure.no_stack_trace),
    Check(
        "no source path",
        STANDARD,
        "RFC 9457 section 5",
        _ANY,
        disclosure.no_source_path,
        suppressed_by=("no stack trace",),
    ),
    Check(
        "content coding",
        STANDARD,
        "RFC 9110 section 8.4.1",
        _ANY,
        conformance.content_coding_is_known,
    ),
    Check(
        "message length", STANDARD, "RFC 9112 section 6.2", _ANY, conformance.length_is_told_once
    ),
    Check("no secret", STANDARD, "RFC 9457 section 5", _ANY, disclosure.no_secret),
    Check(
        "advised request accepted",
        ADVISORY,
        "RFC 3986 section 2.3",
        "a request that a standard makes equal to one that succeeds",
        semantics.advised_request_is_accepted,
    ),
    Check("no query", ADVISORY, "RFC 9457 section 5", _ANY, disclosure.no_query),
    Check(
        "undeclared method",
        ADVISORY,
        "RFC 9110 section 15.5.6",
        "methods that the document lacks",
        semantics.undeclared_method_is_refused,
    ),
    Check(
        "allowed methods",
        ADVISORY,
        "RFC 9110 section 15.5.6",
        "a 405",
        semantics.allowed_methods_are_named,
    ),
    Check(
        "status text",
        ADVISORY,
        "RFC 9457 section 3.1.2",
        "problem details",
        conformance.status_text_agrees,
    ),
    Check("unique members", ADVISORY, "RFC 8259 section 4", _ANY, conformance.members_are_unique),
)


def violations(context: CheckContext) -> Iterator[tuple[Check, Violation]]:
    """The obligations that an answer breaks, in the order of the table, with how."""
    broken: set[str] = set()
    for check in (*CHECKS, *_promised(context)):
        if not broken.isdisjoint(check.suppressed_by):
            continue
        found = check.check(context) or []
        for violation in found if isinstance(found, list) else [found]:
            broken |= {check.name, *(f"{check.name} {cause}" for cause in violation.cause)}
            yield check, violation


def _promised(context: CheckContext) -> Iterator[Check]:
    """The promises of the operation, as obligations of its successes."""
    if context.is_spoken_of and context.response and 200 <= context.answer.status < 300:
        order = list(PROMISES)
        for promise in sorted(context.operation.promises, key=lambda p: order.index(p.name)):
            yield _of_promise(promise)


def _schema_of(promise: Promise) -> tuple[str, str]:
    """The breaches of the schema that leave a promise nothing to say: of the body, and of the
    member that it is about.
    """
    member = str(promise.parameters.get("member", PROMISES[promise.name].member))
    return "body schema ", f"body schema /{member.replace('.', '/')}"


def _of_promise(promise: Promise) -> Check:
    return Check(
        name=f"promise: {promise.name}",
        level=PROMISES[promise.name].level,
        source=str(promise.source),
        applies_to="a success",
        check=partial(broken_promise, promise),
        suppressed_by=(
            *_STATUS,
            "documented media type",
            "JSON body",
            *_PROMISES,
            *_schema_of(promise),
        ),
        quote=promise.quote,
    )
