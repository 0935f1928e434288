"""Values that a schema names itself: its bounds, its enum, its null.

Rules: such a value is certainly valid, since the document says so in as many words; the whole
schema of the request decides that nothing else forbids it. Where a text is filled up to its longest
length or is not of ASCII, a date is long ago, an array is empty, or something optional comes or
goes, a rule that no schema says may still be against it: that is not `stated`. What names the item
of the path has no other value.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from typing import Any

from contract_tests.checks.schemas import fits_schema
from contract_tests.http.bodies import FilePart, format_of, part_types
from contract_tests.http.exchange import OperationRequest
from contract_tests.requests.generated import file_of
from contract_tests.requests.reaching import (
    constraints,
    fits_body,
    full_bodies,
    named_by_path,
    refers,
    with_value,
    without,
)
from contract_tests.requests.variations.members import BodyMember, members
from contract_tests.target.credentials import places_of
from contract_tests.target.target import Target
from tallystick.contract import Contract
from tallystick.reader.operations import Field, Parameter, branches
from tallystick.reader.pointers import Path

_MOST_OF_ONE = 12
"""The most values of one place. Enums have hundreds."""

_LONGEST, _MOST_ITEMS, _MOST_DRAWN = 5_000, 50, 2
_DEEPEST = 2
_FAR = 2_000_000_000
_EXACT = 2**53
"""Beyond it not every reader of JSON has the same number (RFC 8259 section 6)."""

_NOT_PARAMETERS = ("accept", "content-type", "authorization", "if-match", "if-none-match", "range")


@dataclass(frozen=True, slots=True)
class Limit:
    """A valid value for a place in a request, and what it is in a few words. `...` leaves it
    out.
    """

    field: Field
    what: str
    value: Any
    is_stated: bool = True

    def put(self, request: OperationRequest) -> OperationRequest:
        """The request with it."""
        if self.value is ...:
            return without(request, self.field)
        return with_value(request, self.field, self.value)


def limits(
    contract: Contract, request: OperationRequest, target: Target | None = None, number: int = 0
) -> dict[Field, list[Limit]]:
    """The limits of a request that succeeds, by their places. What the target keeps stays. A
    pattern names no values: some are drawn, and `number` chooses which.
    """
    found = {}
    credentials = places_of(request.operation)
    for parameter in request.operation.parameters:
        field = Field(parameter.location, parameter.name)
        is_kept = target is not None and target.keeps(request.operation, field)
        if field not in credentials and not is_kept and _is_varied(parameter):
            found[field] = _of_parameter(contract, parameter)
    full = full_bodies(contract, request, number)
    drawn = [*full[:1], *full[2 : 1 + _MOST_DRAWN]]  # the second has the values of the first
    for name, parts in _of_parts(request).items():
        found[Field("part", name)] = parts
    named = named_by_path(request)
    for member in members(contract, request):
        if member.field.name not in named:
            found[member.field] = _of_member(contract, request, member, drawn)
    # Where the prose has a rule, that decides.
    ruled = constraints(request.operation)
    return {field: each for field, each in found.items() if each and field not in ruled}


def _of_parts(request: OperationRequest) -> dict[str, list[Limit]]:
    """The files of a multipart body in the other media types that the document names."""
    sent = format_of(request.operation, request.media_type or "")
    if sent is None or not sent.name.startswith("multipart/") or not isinstance(request.body, dict):
        return {}
    return {
        name: [
            Limit(
                Field("body", name),
                f"body.{name} as {other}",
                FilePart(file_of(value, other), other),
            )
            for other in part_types(sent, name)[1:]
        ]
        for name, value in request.body.items()
        if isinstance(value, bytes)
    }


def _is_varied(parameter: Parameter) -> bool:
    """A path leads to something that is there; some headers are no parameters, or conditions."""
    is_header = parameter.location == "header"
    is_other = is_header and parameter.name.lower() in _NOT_PARAMETERS
    return parameter.location in ("query", "header", "cookie") and not is_other


def _of_parameter(contract: Contract, parameter: Parameter) -> list[Limit]:
    schema = parameter.schema
    if schema is None or refers(parameter.name):
        return []
    field = Field(parameter.location, parameter.name)
    name = f"{field.location}.{field.name}"
    fitting = (
        Limit(field, f"{name} = {what}", value, is_stated and parameter.required)
        for what, value, is_stated in (*_values(contract, schema), *_far(contract, schema))
        # A free text of a parameter is most often a cursor, a token or a name.
        if value is not None
        and str(value).isascii()
        and fits_schema(contract.document, schema, value, "request")
    )
    return list(islice(fitting, _MOST_OF_ONE))


def _far(contract: Contract, path: Path) -> Iterator[tuple[str, Any, bool]]:
    """A number far out, where none is said to be the highest: a page beyond the end, say."""
    found = [schema for schema, _ in branches(contract.document, path)]
    is_open = not any(schema.keys() & {"maximum", "exclusiveMaximum", "enum"} for schema in found)
    if is_open and any(schema.get("type") == "integer" for schema in found):
        yield f"{_FAR:,}", _FAR, False


def _of_member(
    contract: Contract, request: OperationRequest, member: BodyMember, drawn: Sequence[Any]
) -> list[Limit]:
    own = member.field.name.rpartition(".")[2]
    if refers(own):
        return []
    found = [
        Limit(member.field, f"{member.name} = {what}", value, is_stated)
        for what, value, is_stated in _values(contract, member.schema)
    ]
    if not request.has_json:  # what has no other form than a text may be read as one
        found = [limit for limit in found if limit.value is not None]
    for body in drawn if _has_pattern(contract, member.schema) else ():
        if own in body and own == member.field.name:
            what = f"{member.name} = {body[own]!r}, which its pattern takes"
            found.append(Limit(member.field, what, body[own]))
    if not member.is_there:
        found = [replace(limit, is_stated=False) for limit in found]
    elif not member.is_item:
        found.append(Limit(member.field, f"{member.name} left out", ..., is_stated=False))
    fitting = (limit for limit in found if fits_body(contract, limit.put(request)))
    return list(islice(fitting, _MOST_OF_ONE))


def _has_pattern(contract: Contract, path: Path) -> bool:
    return any("pattern" in schema for schema, _ in branches(contract.document, path))


def _values(
    contract: Contract, path: Path, deepest: int = _DEEPEST
) -> Iterator[tuple[str, Any, bool]]:
    """What is called which way in the schemas at a path, and whether they state it. A schema may
    lead to itself, so arrays are in arrays no deeper than that.
    """
    seen: list[Any] = []
    for schema, place in branches(contract.document, path):
        has_items = deepest > 0 and isinstance(schema.get("items"), dict)
        items = (*place, "items") if has_items else None
        for what, value, is_stated in _named(contract, schema, items, deepest - 1):
            if (type(value), value) not in seen:
                seen.append((type(value), value))
                yield what, value, is_stated


def _named(
    contract: Contract, schema: Mapping[str, Any], items: Path | None, deepest: int
) -> Iterator[tuple[str, Any, bool]]:
    types = schema.get("type")
    kinds = types if isinstance(types, list) else [types]
    if isinstance(choices := schema.get("enum"), list):
        yield from ((f"{value!r} of its enum", value, True) for value in choices)
        return
    if "null" in kinds or schema.get("nullable") is True:
        yield "null", None, True
    if "boolean" in kinds:
        yield from (("true", True, True), ("false", False, True))
    yield from ((f"{value:g}", value, True) for value in _numbers(schema, "integer" in kinds))
    if "string" in kinds:
        yield from _texts(schema)
    if "array" in kinds and items:
        yield from _arrays(contract, schema, items, deepest)


def _numbers(schema: Mapping[str, Any], is_whole: bool) -> Iterator[int | float]:
    for keyword, step in (
        ("minimum", 0),
        ("maximum", 0),
        ("exclusiveMinimum", 1),
        ("exclusiveMaximum", -1),
    ):
        bound = schema.get(keyword)
        if not isinstance(bound, int | float) or isinstance(bound, bool) or abs(bound) > _EXACT:
            continue
        if is_whole or step == 0:
            yield bound + step
        if not is_whole and "multipleOf" not in schema:
            yield bound + (0.5 if keyword.endswith("inimum") else -0.5)


def _texts(schema: Mapping[str, Any]) -> Iterator[tuple[str, Any, bool]]:
    if "pattern" in schema:
        return  # whether a text matches may be disputed
    for text in _OF_FORMAT.get(str(schema.get("format")), ()):
        yield text, text, False
    if "format" not in schema:
        yield "letters beyond ASCII", "größer 🚲", False
    longest, shortest = schema.get("maxLength"), schema.get("minLength")
    if isinstance(longest, int) and 0 < longest <= _LONGEST:
        yield f"{longest} characters", "a" * longest, False
    if isinstance(shortest, int) and 0 < shortest <= _LONGEST:
        yield f"{shortest} characters", "a" * shortest, False


_OF_FORMAT = {
    "date": ("1899-12-31", "2024-02-29"),
    "date-time": ("1899-12-31T23:59:59Z", "2024-02-29T12:00:00.123456+14:00"),
}
"""Values of formats at which programs often fail."""


def _arrays(
    contract: Contract, schema: Mapping[str, Any], items: Path, deepest: int
) -> Iterator[tuple[str, Any, bool]]:
    for what, value, is_stated in _values(contract, items, deepest):
        yield f"one item, {what}", [value], is_stated
    if "minItems" not in schema:
        yield "no items", [], False
    few = list(islice(items_of(contract, items, deepest), _MOST_ITEMS))
    stated = [value for _, value, _ in _values(contract, items, deepest)]
    for keyword in ("minItems", "maxItems"):
        count = schema.get(keyword)
        if isinstance(count, int) and 0 <= count <= len(few):
            # A made text may be the name of something that is not there.
            yield f"{count} items", few[:count], all(item in stated for item in few[:count])


def items_of(contract: Contract, items: Path, deepest: int = _DEEPEST) -> Iterator[Any]:
    """Different items that an array may have, where its items have the schema at a path."""
    made = [value for _, value, is_stated in _values(contract, items, deepest) if is_stated]
    made += [f"tallystick-{number}" for number in range(_MOST_ITEMS)]
    made += list(range(1, _MOST_ITEMS))
    return (value for value in made if fits_schema(contract.document, items, value, "request"))
