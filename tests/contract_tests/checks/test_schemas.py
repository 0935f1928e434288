"""Where values do not fit schemas: by ECMA-262's patterns, within a deadline."""

import json
import time
from pathlib import Path
from typing import Any

import pytest

from contract_tests.checks.schemas import fits_schema, misfits
from tallystick.reader.document import Document, load
from tallystick.reader.options import LoadOptions

IT = ("components", "schemas", "It")


def document(folder: Path, schema: Any, version: str = "3.1.0") -> Document:
    """A document with this one schema."""
    place = folder / "d.json"
    text = {"openapi": version, "info": {"title": "t", "version": "1"}, "paths": {}}
    place.write_text(json.dumps(text | {"components": {"schemas": {"It": schema}}}), "utf-8")
    return load(LoadOptions((str(place),)))


@pytest.mark.parametrize(
    ("schema", "value", "fits"),
    [
        ({"pattern": r"^\p{Lu}\p{L}+$"}, "Ada", True),
        ({"pattern": r"^\p{Lu}\p{L}+$"}, "ada", False),
        ({"pattern": r"^\d+$"}, "१", False),
        ({"pattern": "^a$"}, "a\n", False),
        ({"pattern": "(?<y>[0-9])-\\k<y>"}, "1-1", True),
        ({"pattern": "(?<y>[0-9])-\\k<y>"}, "1-2", False),
        ({"format": "time"}, "12:00:00Z", True),
        ({"format": "time"}, "12 o'clock", False),
        ({"format": "date-time"}, "2026-02-30T00:00:00Z", False),
    ],
)
def test_patterns_and_formats(tmp_path: Path, schema: Any, value: str, fits: bool) -> None:
    """Patterns mean what ECMA-262 says; formats what JSON Schema 2020-12 does."""
    schema = {"type": "string", **schema}
    assert fits_schema(document(tmp_path, schema), IT, value) is fits


@pytest.mark.parametrize(
    ("step", "value", "fits"),
    [
        (0.01, 19.99, True),  # a program that divides floats sees 1998.9999999999998
        (0.01, 4.52, True),
        (0.01, 20, True),
        (0.01, 0.005, False),
        (0.01, 19.999, False),
        (0.1, 0.30000000000000004, False),
        (0.1, 1e300, True),
        (0.01, -1.307198824402403e308, True),
        (2, 10**400 + 1, False),
        (2, 10**400, True),
        (2, 3.0, False),
        (2, 4.0, True),
        (0.01, True, True),  # no number, so the keyword says nothing
    ],
)
def test_multiples(tmp_path: Path, step: float, value: float, fits: bool) -> None:
    """Of decimals as they are written; prices are right with all their cents."""
    assert fits_schema(document(tmp_path, {"multipleOf": step}), IT, value) is fits


def test_a_match_that_is_not_decided_in_time_is_no_misfit(tmp_path: Path) -> None:
    """A hostile response cannot stop a run."""
    schema = {"type": "string", "pattern": "^(?=(a+)+$)(?:a|aa)+$"}
    started = time.monotonic()
    assert fits_schema(document(tmp_path, schema), IT, "a" * 60 + "b") in (True, False)
    assert time.monotonic() - started < 10


def test_the_place_of_a_misfit_in_a_widened_schema(tmp_path: Path) -> None:
    """Where 3.0's `nullable` stands beside a composition, the schema itself is the place."""
    schema = {"nullable": True, "allOf": [{"type": "object", "required": ["a"]}]}
    found = misfits(document(tmp_path, schema, "3.0.3"), IT, {})
    assert [misfit.path[:3] for misfit in found.values()] == [IT]
