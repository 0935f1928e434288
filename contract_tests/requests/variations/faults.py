"""Requests that certainly break the document's schema, each in one place.

Rules: a fault is a required value left out, a value of the wrong type, beyond a bound, outside an
enum or beside a pattern, or a member where none may be; at any depth of the body. Whether a value
is wrong is decided by the whole schema, so a fault that a branch allows is none. Formats are left
alone: servers differ on them. What many parsers turn into the right type is `lenient`: a number as
a text, a number or a boolean where a text stands, a boolean as a number, null for what may be left
out. Of each operation, a few faults for each place are enough.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import islice
from typing import Any

from contract_tests.checks.schemas import fits_schema, schema_at
from contract_tests.http.bodies import FilePart, format_of, part_types
from contract_tests.http.exchange import OperationRequest
from contract_tests.http.styles import text_of
from contract_tests.requests.reaching import as_json, value_at, with_value, without
from contract_tests.requests.variations.limits import items_of
from contract_tests.requests.variations.members import BodyMember, members
from contract_tests.target.target import Target
from tallystick.contract import Contract
from tallystick.reader.operations import Field, Parameter, branches
from tallystick.reader.pointers import Path

_MOST = 3
"""The most faults of one parameter, and the most wrong types of a property."""

_MOST_VALUES, _MOST_OF_BODY = 5, 90

_OTHERS: tuple[tuple[str, Any], ...] = (
    ("an object", {"tallystick": []}),
    ("a text", "tallystick"),
    ("a number", 7.5),
    ("true", True),
)
_LONGEST, _MOST_ITEMS = 100_000, 50


@dataclass(frozen=True, slots=True)
class Fault:
    """A request with one fault, and what it is in a few words."""

    what: str
    request: OperationRequest
    is_lenient: bool = False


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
    for member in members(contract, request):
        yield from _of_member(contract, schema, request, member)
    for name, value in request.body.items():
        if body and isinstance(value, bytes) and _names_types(part_types(body, name)):
            part = FilePart(b"tallystick", "text/plain")
            what = f"body.{name} as text/plain"
            yield Fault(what, with_value(request, Field("body", name), part), is_lenient=True)
    extra = Field("body", "xTallystickProbe")
    if _is_wrong(contract, schema, request, extra, True):
        yield Fault("a member that may not be", with_value(request, extra, True))


def _names_types(types: Sequence[str]) -> bool:
    """Whether the media types of a part are named, and text is none of them."""
    return bool(types) and not any(t in ("application/octet-stream", "text/plain") for t in types)


def _of_member(
    contract: Contract, schema: Path, request: OperationRequest, member: BodyMember
) -> Iterator[Fault]:
    """The faults of one place in a body."""
    shorter = without(request, member.field)
    may_be_missing = _fits(contract, schema, as_json(shorter.body))
    if member.is_there and not may_be_missing and not member.is_item:
        yield Fault(f"{member.name} left out", shorter)

    def wrong(values: Iterable[tuple[str, Any]], *, is_lenient: bool = False) -> Iterator[Fault]:
        return (
            Fault(f"{member.name} = {what}", with_value(request, member.field, value), is_lenient)
            for what, value in values
            if _is_wrong(contract, schema, request, member.field, value)
        )

    own = value_at(request.body, member.field.name)
    found = [each for each, _ in branches(contract.document, member.schema)]
    beyond = [pair for each in found for pair in (*_beyond(each), *_beside(each, own))]
    many = [
        pair
        for each in branches(contract.document, member.schema)
        for pair in _too_many(contract, *each)
    ]
    yield from islice(wrong([*beyond, *many]), _MOST_VALUES)
    as_texts = [
        (what, value)
        for what, value in (("a number", 7.5), ("true", True))
        if "string" in _kinds(found) and _fits_as_text(contract, schema, request, member, value)
    ]
    convertible = dict([*_convertible(found, own), *as_texts])
    others = [pair for pair in _OTHERS if pair[0] not in convertible]
    yield from islice(wrong(others), _MOST)
    if request.has_json:
        yield from wrong([("null", None)], is_lenient=may_be_missing)
        yield from wrong(convertible.items(), is_lenient=True)


def _beside(schema: Mapping[str, Any], own: Any) -> Iterator[tuple[str, Any]]:
    """Texts that are nearly right: beside a pattern, or an enum but for its capitals."""
    if "pattern" in schema and isinstance(own, str):
        yield "more behind it", f"{own}x"
        yield "more before it", f"x{own}"
        yield "small letters for capitals", own.swapcase()
    for choice in schema.get("enum", ())[:1] if isinstance(schema.get("enum"), list) else ():
        if isinstance(choice, str):
            yield "capitals for small letters", choice.swapcase()


def _too_many(
    contract: Contract, schema: Mapping[str, Any], path: Path
) -> Iterator[tuple[str, Any]]:
    """Arrays with more or fewer items than they may have, or with equal ones."""
    if not isinstance(schema.get("items"), dict):
        return
    most, least = schema.get("maxItems"), schema.get("minItems")
    longest = most + 1 if isinstance(most, int) and most < _MOST_ITEMS else 1
    items = list(islice(items_of(contract, (*path, "items")), longest))
    if isinstance(most, int) and len(items) > most:
        yield f"{most + 1} items", items
    if isinstance(least, int) and 0 < least <= len(items):
        yield f"{least - 1} items", items[: least - 1]
    if schema.get("uniqueItems") is True and items:
        yield "the same item twice", [items[0], items[0]]


def _convertible(schemas: Sequence[Mapping[str, Any]], own: Any) -> Iterator[tuple[str, Any]]:
    """What many parsers turn into the right type."""
    kinds = _kinds(schemas)
    is_number = isinstance(own, int | float) and not isinstance(own, bool)
    if kinds & {"integer", "number"}:
        yield "a number as text", str(own) if is_number else "2"
        yield "true", True
    if any(schema.get("format") in _MOMENTS for schema in schemas):
        yield "a number", 7.5
    if "boolean" in kinds:
        yield "true as text", "true"
        yield "1", 1


def _fits_as_text(
    contract: Contract, schema: Path, request: OperationRequest, member: BodyMember, value: Any
) -> bool:
    """Whether a value fits once it is a text, formats included: parsers such as Jackson's and REST
    framework's make it one.
    """
    body = with_value(request, member.field, text_of(value)).body
    return fits_schema(contract.document, schema, as_json(body), "request")


_MOMENTS = ("date", "date-time", "time", "duration")
"""Formats that a number of seconds may stand for."""


def _kinds(schemas: Sequence[Mapping[str, Any]]) -> set[str]:
    types = (schema.get("type") for schema in schemas)
    return {kind for each in types for kind in (each if isinstance(each, list) else [each]) if kind}


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
    yield from _between_multiples(schema)
    longest, shortest = schema.get("maxLength"), schema.get("minLength")
    if isinstance(longest, int) and longest < _LONGEST:
        yield f"{longest + 1} characters", "a" * (longest + 1)
    if isinstance(shortest, int) and shortest > 0:
        yield f"{shortest - 1} characters", "a" * (min(shortest, _LONGEST) - 1)
    if "enum" in schema or "const" in schema:
        yield "outside the enum", "tallystick-none"


def _between_multiples(schema: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    """A number above the lowest that is no multiple of what it should be."""
    step, low = schema.get("multipleOf"), schema.get("minimum", 0)
    if not all(isinstance(n, int | float) and not isinstance(n, bool) for n in (step, low)):
        return
    unit = Fraction(str(step))
    if unit > 0:
        beside = Fraction(1) if unit.denominator == 1 and unit > 1 else unit / 2
        value = (Fraction(str(low)) // unit + 1) * unit + beside
        number = int(value) if value.denominator == 1 else float(value)
        yield f"{number:g}, which is no multiple of {step:g}", number


def _fits(contract: Contract, schema: Path, value: Any) -> bool:
    return fits_schema(contract.document, schema, value, "request", has_formats=False)


_NOT_PARAMETERS = ("accept", "content-type", "authorization")
"""Header parameters of these names are ignored (OpenAPI 3.1.1 section 4.8.12.1)."""
