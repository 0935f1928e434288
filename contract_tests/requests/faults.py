"""Requests that certainly break the document's schema, each in one place.

Rules: a fault is a required value left out, a value of the wrong type, beyond a bound or outside an
enum, or a member where none may be. Whether a value is wrong is decided by the whole schema, so a
fault that a branch allows is none. Formats are left alone: servers differ on them. Of each
operation, a few faults for each place are enough.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import islice
from typing import Any

from contract_tests.checks.schemas import fits_schema, is_read_only, schema_at
from contract_tests.http.bodies import format_of
from contract_tests.http.exchange import OperationRequest
from contract_tests.http.styles import text_of
from contract_tests.requests.reaching import as_json, with_value, without
from contract_tests.target.target import Target
from tallystick.contract import Contract
from tallystick.reader.operations import Field, Parameter, properties
from tallystick.reader.pointers import Path

_MOST = 3
"""The most faults of one parameter, and the most wrong values and wrong types of a property."""

_MOST_OF_BODY = 40

_OTHERS: tuple[tuple[str, Any], ...] = (
    ("an object", {"tallystick": []}),
    ("a text", "tallystick"),
    ("a number", 7.5),
    ("true", True),
)
_LONGEST = 100_000


@dataclass(frozen=True, slots=True)
class Fault:
    """A request with one fault, and what it is in a few words."""

    what: str
    request: OperationRequest


def faults(
    contract: Contract, request: OperationRequest, target: Target | None = None
) -> Iterator[Fault]:
    """The faults of a request that should succeed. What the target keeps stays as it is."""
    for parameter in request.operation.parameters:
        field = Field(parameter.location, parameter.name)
        if target and target.keeps(request.operation, field):
            continue
        yield from islice(_of_parameter(contract, request, parameter), _MOST)
    if request.body is not ...:
        yield from islice(_of_body(contract, request), _MOST_OF_BODY)


def _of_parameter(
    contract: Contract, request: OperationRequest, parameter: Parameter
) -> Iterator[Fault]:
    field = Field(parameter.location, parameter.name)
    name = f"{parameter.location}.{parameter.name}"
    if parameter.location == "header" and parameter.name.lower() in _NOT_PARAMETERS:
        return
    if parameter.required and parameter.location in ("query", "header", "cookie"):
        yield Fault(f"{name} left out", without(request, field))
    if parameter.schema is None:
        return
    schema = schema_at(contract.document, parameter.schema)
    if schema.get("type") == "object":
        return  # its members are parameters of their own names, and an unknown one is no fault
    wrong = [*_beyond(schema), ("a text", "tallystick")]
    for what, value in wrong:
        # On the wire it is a text: what reads as a right value of another type is no fault.
        readings = (value, str(value), [value], [str(value)])
        if isinstance(value, dict | list) or value == "":
            continue
        if not any(_fits(contract, parameter.schema, reading) for reading in readings):
            yield Fault(f"{name} = {what}", with_value(request, field, value))


def _of_body(contract: Contract, request: OperationRequest) -> Iterator[Fault]:
    body = format_of(request.operation, request.media_type or "")
    schema = body.media.schema if body else None
    if schema is None or not isinstance(request.body, dict):
        return
    names = dict(properties(contract.document, schema))
    for name in request.body:
        changed = without(request, Field("body", name))
        if not _fits(contract, schema, as_json(changed.body)):
            yield Fault(f"body.{name} left out", changed)
    for name, path in names.items():
        if is_read_only(contract.document, path):
            continue
        found = schema_at(contract.document, path)
        field = Field("body", name)
        for values in (_beyond(found), _OTHERS):
            wrong = (
                Fault(f"body.{name} = {what}", with_value(request, field, value))
                for what, value in values
                if _is_wrong(contract, schema, request, field, value)
            )
            yield from islice(wrong, _MOST)
    extra = Field("body", "xTallystickProbe")
    if _is_wrong(contract, schema, request, extra, True):
        yield Fault("a member that may not be", with_value(request, extra, True))


def _is_wrong(
    contract: Contract, schema: Path, request: OperationRequest, field: Field, value: Any
) -> bool:
    # Where it is no JSON it is a text on the wire, which may read as a right value of another type.
    readings = [value] if request.has_json else [value, text_of(value)]
    bodies = (as_json(with_value(request, field, reading).body) for reading in readings)
    return not any(_fits(contract, schema, body) for body in bodies)


def _beyond(schema: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    """Values beyond the bounds of a schema, or outside its enum."""
    for keyword, step in (
        ("minimum", -1),
        ("maximum", 1),
        ("exclusiveMinimum", 0),
        ("exclusiveMaximum", 0),
    ):
        bound = schema.get(keyword)
        if isinstance(bound, int | float) and not isinstance(bound, bool):
            yield f"{bound + step:g}", bound + step
    longest, shortest = schema.get("maxLength"), schema.get("minLength")
    if isinstance(longest, int) and longest < _LONGEST:
        yield f"{longest + 1} characters", "a" * (longest + 1)
    if isinstance(shortest, int) and shortest > 0:
        yield f"{shortest - 1} characters", "a" * (min(shortest, _LONGEST) - 1)
    if "enum" in schema or "const" in schema:
        yield "outside the enum", "tallystick-none"
    most = schema.get("maxItems")
    if isinstance(most, int) and most < 100:
        yield f"{most + 1} items", ["tallystick"] * (most + 1)


def _fits(contract: Contract, schema: Path, value: Any) -> bool:
    return fits_schema(contract.document, schema, value, "request", has_formats=False)


_NOT_PARAMETERS = ("accept", "content-type", "authorization")
"""Header parameters of these names are ignored (OpenAPI 3.1.1 section 4.8.12.1)."""
