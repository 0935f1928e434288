"""Obligations: what the contract demands of an answer, each with its level and its source.

A new obligation is one function and one row of `OBLIGATIONS`. A check gives a breach where an
obligation is broken, and None where it is kept or says nothing about this answer. One cause
breaks one obligation: a row names those whose breach explains its own (`unless`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial

from contract_tests import disclosure, outcome, shape
from contract_tests.judged import Breach, Judged
from contract_tests.levels import ADVISORY, DOCUMENTED, STANDARD
from contract_tests.promises import PROMISES, broken_promise
from tallystick.extensions import Promise

Check = Callable[[Judged], Breach | list[Breach] | None]


@dataclass(frozen=True, slots=True)
class Obligation:
    """One demand. `source` names an RFC and section; for what the document demands it is empty,
    and the place in the document is told instead. `looks_at` says in words what it is about.
    Obligations of one `group` are broken by the same causes, seen from different requests.
    """

    name: str
    level: str
    source: str
    looks_at: str
    check: Check
    unless: tuple[str, ...] = ()
    group: str = ""
    says: str = ""

    def to_json(self) -> dict[str, str | None]:
        """As a report holds it."""
        return {"name": self.name, "level": self.level, "source": self.source or None}

    @property
    def family(self) -> str:
        """What two breaches must have in common to have one cause."""
        return self.group or self.name


def seen_otherwise(_: Judged) -> None:
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


def _is_complete(_: Judged) -> None:
    """What came is complete: where nothing did, the client has said so, and there is nothing else
    to look at.
    """


COMPLETE_ANSWER = Obligation(
    "complete answer",
    STANDARD,
    "RFC 9112 section 8",
    "any request",
    _is_complete,
)

OBLIGATIONS: tuple[Obligation, ...] = (
    COMPLETE_ANSWER,
    Obligation(
        "server error",
        STANDARD,
        "RFC 9110 section 15.6",
        "requests that the document does not speak of",
        shape.no_server_error,
        group="documented status",
    ),
    Obligation("documented status", DOCUMENTED, "", _ANY, shape.status_is_documented),
    Obligation(
        "status of the case",
        DOCUMENTED,
        "",
        _PROVOKED,
        outcome.status_is_the_cases,
        unless=("documented status",),
        group="status",
    ),
    Obligation(
        "valid request accepted",
        DOCUMENTED,
        "",
        "a request that is certainly valid",
        outcome.valid_request_is_accepted,
        unless=("documented status",),
        group="accepted",
    ),
    Obligation(
        "equivalent request accepted",
        STANDARD,
        "",
        "a request that a standard makes equal to one that succeeds",
        outcome.equivalent_request_is_accepted,
        unless=("documented status",),
        group="accepted",
    ),
    Obligation(
        "invalid request refused",
        DOCUMENTED,
        "",
        _REFUSED,
        outcome.invalid_request_is_refused,
        unless=("documented status",),
        group="status",
    ),
    Obligation(
        "status of the code",
        DOCUMENTED,
        "",
        "an error that names a documented code",
        outcome.status_is_the_codes,
        unless=_STATUS,
        group="status",
    ),
    Obligation(
        "no other case",
        DOCUMENTED,
        "",
        _REFUSED,
        outcome.refusal_names_no_other_case,
        unless=_STATUS,
        group="code",
    ),
    Obligation(
        "documented media type",
        DOCUMENTED,
        "",
        _ANY,
        shape.media_type_is_documented,
        unless=_STATUS,
    ),
    Obligation("JSON body", STANDARD, "RFC 8259 section 8.1", _ANY, shape.body_is_json),
    Obligation(
        "body schema",
        DOCUMENTED,
        "",
        _ANY,
        shape.body_fits_schema,
        unless=(*_STATUS, "documented media type", "JSON body"),
        group="body",
    ),
    Obligation(
        "code of the case",
        DOCUMENTED,
        "",
        _PROVOKED,
        outcome.code_is_the_cases,
        unless=(*_STATUS, "documented media type", "JSON body", "body schema"),
        group="code",
    ),
    Obligation(
        "text of the case",
        DOCUMENTED,
        "",
        _PROVOKED,
        outcome.text_is_of_no_other_case,
        unless=(*_STATUS, "code of the case"),
    ),
    Obligation(
        "status member",
        STANDARD,
        "RFC 9457 section 3.1.2",
        "problem details",
        shape.status_member_agrees,
        unless=("status of the case",),
        group="body",
    ),
    Obligation(
        "problem members",
        STANDARD,
        "RFC 9457 section 3.1",
        "problem details",
        shape.problem_members_have_their_types,
        unless=("body schema",),
        group="body",
    ),
    Obligation("no stack trace", STANDARD, "RFC 9457 section 5", _ANY, disclosure.no_stack_trace),
    Obligation(
        "no source path",
        STANDARD,
        "RFC 9457 section 5",
        _ANY,
        disclosure.no_source_path,
        unless=("no stack trace",),
    ),
    Obligation(
        "content coding", STANDARD, "RFC 9110 section 8.4.1", _ANY, shape.content_coding_is_known
    ),
    Obligation("message length", STANDARD, "RFC 9112 section 6.2", _ANY, shape.length_is_told_once),
    Obligation("no secret", STANDARD, "RFC 9457 section 5", _ANY, disclosure.no_secret),
    Obligation(
        "advised request accepted",
        ADVISORY,
        "RFC 3986 section 2.3",
        "a request that a standard makes equal to one that succeeds",
        outcome.advised_request_is_accepted,
    ),
    Obligation("no query", ADVISORY, "RFC 9457 section 5", _ANY, disclosure.no_query),
    Obligation(
        "undeclared method",
        ADVISORY,
        "RFC 9110 section 15.5.6",
        "methods that the document lacks",
        outcome.undeclared_method_is_refused,
    ),
    Obligation(
        "allowed methods",
        ADVISORY,
        "RFC 9110 section 15.5.6",
        "a 405",
        outcome.allowed_methods_are_named,
    ),
    Obligation(
        "status text",
        ADVISORY,
        "RFC 9457 section 3.1.2",
        "problem details",
        shape.status_text_agrees,
    ),
    Obligation("unique members", ADVISORY, "RFC 8259 section 4", _ANY, shape.members_are_unique),
)


def breaches(judged: Judged) -> Iterator[tuple[Obligation, Breach]]:
    """The obligations that an answer breaks, in the order of the table, with how."""
    broken: set[str] = set()
    for obligation in (*OBLIGATIONS, *_promised(judged)):
        if not broken.isdisjoint(obligation.unless):
            continue
        found = obligation.check(judged) or []
        for breach in found if isinstance(found, list) else [found]:
            broken |= {obligation.name, *(f"{obligation.name} {cause}" for cause in breach.cause)}
            yield obligation, breach


def _promised(judged: Judged) -> Iterator[Obligation]:
    """The promises of the operation, as obligations of its successes."""
    if judged.is_spoken_of and judged.response and 200 <= judged.answer.status < 300:
        order = list(PROMISES)
        for promise in sorted(judged.operation.promises, key=lambda p: order.index(p.name)):
            yield _of_promise(promise)


def _schema_of(promise: Promise) -> tuple[str, str]:
    """The breaches of the schema that leave a promise nothing to say: of the body, and of the
    member that it is about.
    """
    member = str(promise.parameters.get("member", PROMISES[promise.name].member))
    return "body schema ", f"body schema /{member.replace('.', '/')}"


def _of_promise(promise: Promise) -> Obligation:
    return Obligation(
        name=f"promise: {promise.name}",
        level=PROMISES[promise.name].level,
        source=str(promise.source),
        looks_at="a success",
        check=partial(broken_promise, promise),
        unless=(*_STATUS, "documented media type", "JSON body", *_PROMISES, *_schema_of(promise)),
        says=promise.says,
    )
