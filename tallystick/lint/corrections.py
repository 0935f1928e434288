"""What to write instead of an example that breaks its schema.

Rules: as much of the example as can stays. What is wrong is mended at its place: a missing member
is added, one that is not allowed is removed, JSON in a string is read, null goes, and any other
value is made from the schema. Where that gives no valid example, the example goes.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any, Final

from tallystick.generation.values import instances, is_valid
from tallystick.lint.suggestions import REMOVE, Change, suggestion
from tallystick.reader.document import Document
from tallystick.reader.operations import properties
from tallystick.reader.pointers import Path, look_up
from tallystick.reader.schemas.validators import first_error

_MOST_STEPS = 10
"""How many things are mended in one example."""

_NOTHING: Final = object()


def correction(document: Document, place: Path, schema: Path) -> str:
    """The suggestion for the example at a place."""
    before = look_up(document.root, place)
    after = _mended(document, schema, before)
    if after is _NOTHING:
        return suggestion(document, Change(place, REMOVE))
    return suggestion(document, *_changes(place, before, after))


def likeliest(error: Any) -> Any:
    """Of alternatives, the error of the one that fits best, where its error lies deepest."""
    branches = [branch for branch in error.kind.as_dict().get("context") or () if branch]
    if not branches:
        return error
    found = [likeliest(branch[0]) for branch in branches]
    deepest = max(found, key=lambda one: len(one.instance_path))
    return deepest if len(deepest.instance_path) > len(error.instance_path) else error


def _mended(document: Document, schema: Path, value: Any) -> Any:
    validator = document.validators.at(schema)
    for _ in range(_MOST_STEPS):
        error = first_error(validator, value)
        if error is None:
            return value
        value = _step(document, schema, value, likeliest(error))
        if value is _NOTHING:
            break
    return _NOTHING


def _step(document: Document, schema: Path, value: Any, error: Any) -> Any:
    """The value with one thing mended."""
    inside = tuple(str(token) for token in error.instance_path)
    detail = error.kind.as_dict()
    old = look_up(value, inside)
    own = _schema_inside(document, schema, inside)
    if "unexpected" in detail:
        kept = {name: item for name, item in old.items() if name not in detail["unexpected"]}
        return _with(value, inside, kept)
    if "property" in detail and own is not None:
        name = detail["property"]
        new = _made(document, _property(document, own, name))
        return new if new is _NOTHING else _with(value, inside, {**old, name: new})
    return _with(value, inside, _replacement(document, own, old))


def _replacement(document: Document, schema: Path | None, old: Any) -> Any:
    if isinstance(old, str) and schema is not None:
        try:
            decoded = json.loads(old)
        except ValueError:
            decoded = old
        if is_valid(document, schema, decoded):
            return decoded
    return _NOTHING if old is None else _made(document, schema)


def _made(document: Document, schema: Path | None) -> Any:
    if schema is None:
        return _NOTHING
    return next(instances(document, schema, complete=False), _NOTHING)


def _schema_inside(document: Document, schema: Path, inside: Path) -> Path | None:
    """The schema of a value inside another one, as far as properties and items lead."""
    for token in inside:
        node = document.at(schema)
        items = node.get("items")
        found = _property(document, schema, token) or (items.path if items else None)
        if found is None:
            return None
        schema = found
    return schema


def _property(document: Document, schema: Path, name: str) -> Path | None:
    return next((path for known, path in properties(document, schema) if known == name), None)


def _with(value: Any, path: Path, new: Any) -> Any:
    """The value with another one at a path, or without what is there."""
    if not path:
        return new
    name, rest = path[0], path[1:]
    if isinstance(value, list):
        items = [_with(item, rest, new) if str(i) == name else item for i, item in enumerate(value)]
        return [item for item in items if item is not _NOTHING]
    changed = {**value, name: _with(value[name], rest, new)}
    return {key: item for key, item in changed.items() if item is not _NOTHING}


# --- the changes of an overlay that lead from one value to another


def _changes(place: Path, before: Any, after: Any) -> Iterator[Change]:
    if isinstance(before, dict) and isinstance(after, dict):
        yield from _member_changes(place, before, after)
    elif _is_list_alike(before, after):
        for index, (old, new) in enumerate(zip(before, after, strict=True)):
            yield from _changes((*place, str(index)), old, new)
    elif _kind(before) is not _kind(after) or isinstance(before, list):
        yield Change(place, REMOVE)  # an overlay merges, and these two cannot be merged
        yield Change(place[:-1], {place[-1]: after})
    elif before != after or type(before) is not type(after):
        yield Change(place, after)


def _member_changes(place: Path, before: dict[str, Any], after: dict[str, Any]) -> Iterator[Change]:
    for name in before:
        if name not in after:
            yield Change((*place, name), REMOVE)
        else:
            yield from _changes((*place, name), before[name], after[name])
    added = {name: value for name, value in after.items() if name not in before}
    if added:
        yield Change(place, added)


def _is_list_alike(before: Any, after: Any) -> bool:
    """Whether two lists differ inside their items only, so that no item must be replaced."""
    return (
        isinstance(before, list)
        and isinstance(after, list)
        and len(before) == len(after)
        and all(_kind(old) is _kind(new) for old, new in zip(before, after, strict=True))
    )


def _kind(value: Any) -> type:
    return type(value) if isinstance(value, dict | list) else object
