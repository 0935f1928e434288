"""Reading application/x-www-form-urlencoded bodies (WHATWG URL, section 5.1).

Rules: the types are those of the schema's properties; each is written as its Encoding Object says,
or else as OpenAPI 3.1.1 section 4.8.15.1 has it: texts, arrays exploded, objects as JSON. Objects
are also read from `address[city]=…`, which many clients send and nothing else could mean.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from urllib.parse import unquote_plus

from mock_server.requests.decoding.contents import (
    PLAIN,
    Content,
    FormField,
    MalformedBodyError,
    json_value,
)
from mock_server.requests.decoding.shapes import ANYTHING, Raw, coerced
from mock_server.requests.decoding.styles import PAIRED, Named, Pairs, deep_object, pairs_of


def read_form(body: bytes, content: Content = PLAIN, /) -> dict[str, Any]:
    """The fields of a form, as an object."""
    pairs = pairs_of(body.decode("utf-8", "replace"))
    value: dict[str, Any] = {}
    taken: set[str] = set()
    for field in content.fields:
        found = list(_values(field, pairs))
        if found:
            value[field.name] = field.best(found)
            taken |= {name for name, _ in pairs if _is_of(name, field)}
    return value | _others(pairs, taken, content)


def _is_of(name: str, field: FormField) -> bool:
    """Whether a pair of this name belongs to a field."""
    return name.partition("[")[0] == field.name or (
        field.style == "form" and field.explode and name in field.shape.properties
    )


def _values(field: FormField, pairs: Pairs) -> Iterator[Any]:
    """What the pairs may mean for a field, the likeliest first."""
    texts = [unquote_plus(value) for name, value in pairs if name == field.name]
    if field.style is None:
        yield from _as_json(field, texts)
    style = (field.style or "form", field.explode)
    named = Named(field.name, field.shape)
    readings: list[Raw] = list(PAIRED.get(style, PAIRED["form", True])(named, pairs) or ())
    if field.style is None:
        readings = [one for one in readings if not isinstance(one, dict)]
        if field.shape.kinds & {"object", "array"}:
            readings += deep_object(named, pairs) or ()
    for raw in readings:
        for typed in (True, False):
            yield coerced(raw, field.shape, unquote_plus, typed=typed)
    yield from texts[:1]


def _as_json(field: FormField, texts: list[str]) -> Iterator[Any]:
    is_meant = "application/json" in field.content_types
    if not texts or not (is_meant or field.shape.kinds & {"object", "array"}):
        return
    try:
        values = [json_value(text.encode()) for text in texts]
    except MalformedBodyError:
        return
    if "array" in field.shape.kinds:
        yield values
    yield values[0]


def _others(pairs: Pairs, taken: set[str], content: Content) -> dict[str, Any]:
    """The fields that the schema does not name: texts, or lists of them."""
    shape = content.shape.others or ANYTHING
    found: dict[str, list[Any]] = {}
    for name, raw in pairs:
        if name not in taken:
            found.setdefault(name, []).append(coerced(raw, shape, unquote_plus, typed=True))
    return {name: values if len(values) > 1 else values[0] for name, values in found.items()}
