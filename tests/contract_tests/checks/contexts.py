"""Check contexts made by hand, on a small document of lamps, and tables of what checks find.

Each check has a row for a response that breaks it, with the message, and one for a response that
keeps it. Nothing is sent.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from _pytest.mark import ParameterSet

from contract_tests.checks.context import CheckContext, Expectation, ExpectationKind
from contract_tests.checks.table import ResponseCheck
from contract_tests.http.exchange import Response
from tallystick.catalogue.cases import Case
from tallystick.contract import load_contract

LAMPS = load_contract(str(Path(__file__).with_name("lamps.yaml")))
OPERATIONS = {operation.name: operation for operation in LAMPS.operations}
SWITCH = "POST /lamps/{id}/switch"
READ = "GET /lamps/{id}"
LOOK = "HEAD /lamps/{id}"
READINGS = "GET /lamps/{id}/readings"
JSON = "application/json"
PROBLEM = "application/problem+json"
LAMP = {"url": "https://lamps.example/1"}
BROKEN = {"title": "Lamp.Broken", "detail": "the lamp is broken"}


def case(label: str, operation: str = SWITCH) -> Case:
    """The documented case of this label."""
    return next(case for case in OPERATIONS[operation].cases if case.label == label)


def reaching(label: str, operation: str = SWITCH) -> Expectation:
    """What the request that reaches a case expects."""
    return Expectation(ExpectationKind.CASE, f"{label}: the request", (case(label, operation),))


def accepted(*labels: str, source: str = "", is_advised: bool = False) -> Expectation:
    """What a request expects that must get one of these cases."""
    cases = tuple(case(label) for label in labels or ("200",))
    kind = ExpectationKind.ACCEPTED
    return Expectation(kind, "a red lamp", cases, source=source, is_advised=is_advised)


def refused(*named: str, is_advised: bool = False) -> Expectation:
    """What a request expects that must be refused, by one of these codes if it names any."""
    kind, codes = ExpectationKind.REFUSED, frozenset(named)
    return Expectation(kind, "a square lamp", named=codes, is_advised=is_advised)


def denied(*, is_advised: bool = False) -> Expectation:
    """What a request without right credentials expects."""
    return Expectation(ExpectationKind.DENIED, "a lamp of nobody", is_advised=is_advised)


def handled(*named: str) -> Expectation:
    """What a request expects of which the document leaves much open."""
    return Expectation(ExpectationKind.HANDLED, "an odd lamp", named=frozenset(named))


def served(method: str) -> Expectation:
    """What a request expects by a method that the document does not describe."""
    return Expectation(ExpectationKind.SERVED, method)


HANDLED = Expectation(ExpectationKind.HANDLED, "an odd lamp")
UNDESCRIBED = Expectation(ExpectationKind.HANDLED, "no JSON", is_undescribed=True)
RED = accepted()


def got(
    status: int,
    body: Any = None,
    expectation: Expectation = HANDLED,
    *,
    media_type: str | None = None,
    operation: str = SWITCH,
    headers: Mapping[str, str] | None = None,
    has_surplus: bool = False,
    **more: Any,
) -> CheckContext:
    """A response with its expectation. A body that is not bytes is sent as JSON, as a problem where
    the status is an error.
    """
    if media_type is None and body is not None:
        media_type = PROBLEM if status >= 400 else JSON
    typed = {} if media_type is None else {"content-type": media_type}
    content = (
        body if isinstance(body, bytes) else b"" if body is None else json.dumps(body).encode()
    )
    response = Response(status, {**typed, **(headers or {})}, content, has_surplus=has_surplus)
    return CheckContext(LAMPS, OPERATIONS[operation], response, expectation, **more)


@dataclass(frozen=True)
class Row:
    """A response, what is particular in it, and the message of its violation, if there is one."""

    what: str
    context: CheckContext
    message: str | None = None


Rows = Mapping[ResponseCheck, Sequence[Row]]


def each_row(rows: Rows) -> list[ParameterSet]:
    """The rows as parameters of a test."""
    return [
        pytest.param(check, row, id=f"{check.name}: {row.what}")
        for check, rows_of_check in rows.items()
        for row in rows_of_check
    ]


def messages(check: ResponseCheck, context: CheckContext) -> list[str]:
    """The messages of a check's violations."""
    return [violation.message for violation in check.violations(context)]
