"""Where a JSON value does not fit a schema of the document, formats included.

Rules: what is not certain is no misfit. A pattern is one of ECMA-262, and matched within a
deadline: Python's own expressions are others, and have none. A mock, and many a service, sends the
documented example: where that breaks its own schema, the document is what has to be mended.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache
from itertools import islice
from typing import Any

from jsonschema import Draft202012Validator, ValidationError, validators

from tallystick.judgement import Judgement
from tallystick.reader.document import Document
from tallystick.reader.operations import MediaType
from tallystick.reader.pointers import Path, look_up
from tallystick.reader.schemas.dialect import PATTERN
from tallystick.reader.schemas.patterns import match
from tallystick.reader.schemas.views import Use

_MOST_VALUES = 50_000
"""How many members and items a value may have, to be held to a schema."""

_MOST_MISFITS, _LONGEST_POINTER, _LONGEST_MESSAGE = 100, 500, 4_000


@dataclass(frozen=True, slots=True)
class Misfit:
    """One place of a value that does not fit. `pointer` leads to it, `path` leads to the keyword
    of the document that asks for something else; `member` is one that is missing there.
    """

    pointer: str
    message: str
    path: Path
    member: str = ""

    @property
    def everywhere(self) -> str:
        """The pointer with `*` for each index of an array, since its items have one schema."""
        tokens = self.pointer.split("/")
        return "/".join("*" if token.isdecimal() else token for token in tokens)

    @property
    def shared(self) -> Path:
        """The keyword's place, where operations may share it; empty where only one has it."""
        return (*self.path, self.member) if self.path[:1] == ("components",) else ()


def schema_at(document: Document, path: Path | None) -> Mapping[str, Any]:
    """The schema at a path as an object, its own reference followed; empty where it is none."""
    found = document.dereferenced(document.schema_at(path)) if path else None
    return found if isinstance(found, dict) else {}


def is_read_only(document: Document, path: Path) -> bool:
    """Whether a property is `readOnly`: by itself, what it refers to, or a part of its `allOf`."""
    own = document.schema_at(path)
    parts = [own, document.dereferenced(own)]
    parts += [part for each in parts if isinstance(each, dict) for part in each.get("allOf", ())]
    parts += [document.dereferenced(part) for part in parts]
    return any(isinstance(part, dict) and part.get("readOnly") is True for part in parts)


def fits_schema(
    document: Document,
    schema: Path,
    value: Any,
    use: Use = "response",
    *,
    has_formats: bool = True,
) -> bool:
    """Whether a value is valid against a schema of the document, in a request or a response.
    Without formats, nothing is invalid by its format alone.
    """
    return bool(_validator(document, schema, use, has_formats).is_valid(value))


def fits_text(document: Document, schema: Path | None, text: str) -> bool:
    """Whether a text in a request may be read as a value that a schema takes."""
    readings = (text, int(text)) if text.isdecimal() else (text,)
    return schema is None or any(fits_schema(document, schema, r, "request") for r in readings)


def misfits(document: Document, schema: Path, value: Any) -> dict[str, Misfit]:
    """The places of a value that do not fit a schema, by their pointers; the first of each, and
    not more than anyone reads. Of a value without end nothing is said: it would take as long.
    """
    found: dict[str, Misfit] = {}
    if not _is_bounded(value):
        return found
    for error in _validator(document, schema, "response", True).iter_errors(value):
        if len(found) >= _MOST_MISFITS:
            break
        pointer = "".join(f"/{token}" for token in error.absolute_path)[:_LONGEST_POINTER]
        wrong = " ".join(error.message[:_LONGEST_MESSAGE].split())
        path = _keyword(document, schema, error)
        found.setdefault(pointer, Misfit(pointer, wrong, path, _missing(error)))
    return found


def sent_write_only(document: Document, schema: Path, value: Any) -> dict[str, Misfit]:
    """The places of a value where it has what the schema wants in requests only (OpenAPI 3.0.4
    section 4.7.24.2), by their pointers. Null and an empty text say nothing.
    """
    found: dict[str, Misfit] = {}
    if not _has_write_only(document) or not _is_bounded(value):
        return found
    validator = _WriteOnly(document.json_schema(schema))
    for error in islice(validator.iter_errors(value), _MOST_MISFITS):
        for each in (error, *error.context):
            if each.validator == "writeOnly":
                pointer = "".join(f"/{token}" for token in each.absolute_path)[:_LONGEST_POINTER]
                path = _keyword(document, schema, each)
                found.setdefault(pointer, Misfit(pointer, each.message, path))
    return found


@lru_cache(maxsize=4)
def _has_write_only(document: Document) -> bool:
    left: list[Any] = [document.root]
    while left:
        value = left.pop()
        if isinstance(value, dict):
            if value.get("writeOnly") is True:
                return True
            left += value.values()
        elif isinstance(value, list):
            left += value
    return False


def _write_only(_: Any, is_so: Any, value: Any, __: Any) -> Iterator[ValidationError]:
    if is_so is True and value not in (None, ""):
        yield ValidationError("it is write-only")


def _is_bounded(value: Any) -> bool:
    """Whether a value holds no more values than can be judged."""
    left, inside = _MOST_VALUES, [value]
    while inside and left > 0:
        each = inside.pop()
        if isinstance(each, dict | list):
            left -= len(each)
            inside += islice(each.values() if isinstance(each, dict) else each, max(0, left))
    return left > 0


def _missing(error: ValidationError) -> str:
    """The member that is missing, where that is the error."""
    wanted, instance = error.validator_value, error.instance
    if error.validator != "required" or not isinstance(wanted, list):
        return ""
    assert isinstance(instance, dict)  # the keyword is about objects
    return next((str(name) for name in wanted if name not in instance), "")


def _keyword(document: Document, schema: Path, error: ValidationError) -> Path:
    """Where the broken keyword stands in the document, or else the schema."""
    node, path = document.follow(look_up(document.root, schema), schema)
    for step in error.absolute_schema_path:
        if step == "$ref":  # `follow` has been there
            continue
        if not isinstance(node, dict | list):
            return schema
        path = (*path, str(step))
        try:
            node = look_up(document.root, path)
        except LookupError:  # a keyword that only the converted schema has
            return schema
        if isinstance(node, dict):
            node, path = document.follow(node, path)
    return path


@lru_cache(maxsize=256)
def _validator(document: Document, schema: Path, use: Use, has_formats: bool) -> Any:
    checker = Draft202012Validator.FORMAT_CHECKER if has_formats else None
    return _Validator(document.json_schema(schema, use), format_checker=checker)


def _pattern(_: Any, pattern: str, value: Any, __: Any) -> Iterator[ValidationError]:
    if isinstance(value, str) and match(pattern, value) is Judgement.INVALID:
        yield ValidationError(f"{value!r} does not match {pattern!r}")


def _unique(_: Any, is_wanted: Any, value: Any, __: Any) -> Iterator[ValidationError]:
    """jsonschema compares each item with each other one, which for many takes minutes."""
    is_array = is_wanted is True and isinstance(value, list)
    if is_array and len({_hashable(item) for item in value}) < len(value):
        yield ValidationError("the array has items that are equal")


def _multiple_of(_: Any, step: Any, value: Any, __: Any) -> Iterator[ValidationError]:
    """jsonschema divides floats, and takes 19.99 for no multiple of 0.01. What is one as it is
    written, or as floats divide, is one; so is what is too large for a float to show its cents.
    """
    if not isinstance(value, int | float) or isinstance(value, bool):
        return
    if isinstance(value, int) and isinstance(step, int):
        is_multiple = value % step == 0
    else:
        quotient = Fraction(str(value)) / Fraction(str(step))
        is_multiple = quotient.denominator == 1 or abs(quotient) > _EXACT
        is_multiple = is_multiple or (float(value) / step).is_integer()
    if not is_multiple:
        yield ValidationError(f"{value!r} is not a multiple of {step!r}")


_EXACT = 2**53
"""Up to it, a float tells each integer from the next (RFC 8259 section 6)."""


def _hashable(value: Any) -> Any:
    """The same for equal values: 1 equals 1.0, and no boolean equals a number (JSON Schema Core
    2020-12 section 4.2.2).
    """
    if isinstance(value, dict):
        return dict, frozenset((name, _hashable(member)) for name, member in value.items())
    if isinstance(value, list):
        return list, tuple(map(_hashable, value))
    return (bool, value) if isinstance(value, bool) else value


_Validator: Any = validators.extend(  # type: ignore[no-untyped-call]
    Draft202012Validator,
    {
        "pattern": _pattern,
        PATTERN: _pattern,
        "uniqueItems": _unique,
        "multipleOf": _multiple_of,
    },
)

_WriteOnly: Any = validators.extend(  # type: ignore[no-untyped-call]
    _Validator, {"writeOnly": _write_only}
)


# --- documented examples that do not fit


_Shape = frozenset[str] | int

_NAMES = ("example", "examples", "default")


def example_of(document: Document, media_type: MediaType, body: Any, misfit: Misfit) -> Path | None:
    """Where the document has the example that does not fit: the value itself, where its own schema
    has it, or an object or array that the value is in, wherever an example is the same.
    """
    for place, example in _of(document.at(media_type.path).value, media_type.path):
        if example == body:
            return place
    inside = _inside(body, misfit.pointer)
    known = _examples(document)
    for value in inside:
        for path, example in known.get(_shape(value), ()):
            if example == value:
                return path
    schema = misfit.path[:-1]
    try:
        own = look_up(document.root, schema)
    except LookupError:
        return None
    found = _of(own, schema) if isinstance(own, dict) and inside else ()
    return next((path for path, value in found if value == inside[-1]), None)


def _inside(value: Any, pointer: str) -> list[Any]:
    """The values on the way to a place, the whole one first; none where it leads nowhere."""
    found = [value]
    for token in pointer.split("/")[1:]:
        try:
            found.append(look_up(found[-1], (token,)))
        except LookupError:
            return []
    return found


@lru_cache(maxsize=4)
def _examples(document: Document) -> Mapping[_Shape, list[tuple[Path, Any]]]:
    """The objects and arrays that are examples anywhere in a document, with their places, by what
    is quickly seen of them.
    """
    found: dict[_Shape, list[tuple[Path, Any]]] = {}
    left: list[tuple[Path, Any]] = [((), document.root)]
    while left:
        path, value = left.pop()
        if isinstance(value, dict):
            for place, example in _of(value, path):
                if shape := _shape(example):
                    found.setdefault(shape, []).append((place, example))
            left += [((*path, name), member) for name, member in value.items()]
        elif isinstance(value, list):
            left += [((*path, str(index)), item) for index, item in enumerate(value)]
    return found


def _of(value: Mapping[str, Any], path: Path) -> Iterator[tuple[Path, Any]]:
    """The examples of a schema, a media type or a parameter, or the value of an Example Object."""
    for name in _NAMES:
        if name not in value:
            continue
        given, place = value[name], (*path, name)
        if name != "examples":
            yield place, given
        elif isinstance(given, list):
            yield from (((*place, str(index)), item) for index, item in enumerate(given))
        elif isinstance(given, dict):
            for key, each in given.items():
                if isinstance(each, dict) and "value" in each:
                    yield (*place, key, "value"), each["value"]
    if path[:2] == ("components", "examples") and "value" in value:
        yield (*path, "value"), value["value"]


def _shape(value: Any) -> _Shape:
    """The names of an object, the length of an array; nothing of what holds nothing."""
    if isinstance(value, dict):
        return frozenset(value)
    return len(value) if isinstance(value, list) else 0
