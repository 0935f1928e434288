"""Documented examples that come back, right or wrong, and members for requests only."""

from __future__ import annotations

from typing import Any

import pytest

from contract_tests.checks import table
from contract_tests.checks.context import CheckContext
from contract_tests.checks.table import ResponseCheck, violations
from tests.contract_tests.checks.contexts import READINGS, Row, Rows, each_row, got, messages

BREAKS = "the documented example breaks its own schema: "


def reading(body: Any) -> CheckContext:
    """A reading in JSON."""
    return got(200, body, media_type="application/json", operation=READINGS)


ROWS: Rows = {
    table.EXAMPLE: [
        Row("a right body", reading({"watts": 1})),
        Row("a wrong body that is no example", reading({"watts": "x"})),
        Row(
            "the example of a member",
            reading({"watts": "9"}),
            f"{BREAKS}/watts: '9' is not of type 'integer'",
        ),
        Row(
            "the example of an object inside",
            reading({"watts": 1, "bulb": {"size": "E40"}}),
            f"{BREAKS}/bulb/size: 'E40' is not one of ['E14']",
        ),
        Row(
            "almost the example of an object inside", reading({"watts": 1, "bulb": {"size": "E41"}})
        ),
    ],
    table.WRITE_ONLY: [
        Row(
            "a PIN", reading({"watts": 1, "pin": "1234"}), "/pin must not be sent: it is write-only"
        ),
        Row("null for it", reading({"watts": 1, "pin": None})),
        Row("none", reading({"watts": 1})),
        Row(
            "in the branch that fits",
            reading({"watts": 1, "of": {"colour": "red", "pin": 9}}),
            "/of/pin must not be sent: it is write-only",
        ),
        Row("in an undescribed object", reading({"watts": 1, "more": {"pin": 9}})),
    ],
}


@pytest.mark.parametrize(("check", "row"), each_row(ROWS))
def test_examples(check: ResponseCheck, row: Row) -> None:
    """One violation with its message, or none."""
    assert messages(check, row.context) == ([row.message] if row.message else [])


def test_an_example_is_one_advisory() -> None:
    """However many places of it are wrong; they are at one place in the document."""
    found = list(violations(reading({"watts": "none", "bulb": {"size": "E27"}})))
    assert {check.name for check, _ in found} == {"documented example"}
    assert {v.place[-1] for _, v in found} == {"example"}
    assert len(found) == 2
