"""The schemas of a document as requests are judged by them, and as responses are.

Rules: where a property is `readOnly` and in the `required` list, "the required will take effect on
the response only"; where it is `writeOnly`, on the request only (OpenAPI 3.0.4 section 4.7.24.2,
which later versions leave to annotations). So `required` loses such properties here, in nested
objects and in the parts of an `allOf`, too. They are not refused either: a client may send back
what it got.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal
from urllib.parse import unquote

from tallystick.reader.pointers import from_pointer, look_up
from tallystick.reader.schemas.member_names import NAMES, need_matching, with_names
from tallystick.reader.shapes import SCHEMA, members

_BRANCHES = ("allOf", "anyOf", "oneOf")
_NONE: frozenset[str] = frozenset()


Use = Literal["request", "response"]
_NOT_OF: Mapping[Use, str] = {"request": "readOnly", "response": "writeOnly"}


def for_use(root: dict[str, Any], use: Use) -> dict[str, Any]:
    """The converted root of a document for one use; the same where that makes no difference."""
    view: dict[str, Any] = _View(root, _NOT_OF[use]).of(root, "document")
    return view


def for_compiling(root: dict[str, Any], use: Use) -> dict[str, Any]:
    """The same for compiled validators, which leave some names of members to `member_names`."""
    schemas: list[Any] = []
    view: dict[str, Any] = _View(root, _NOT_OF[use], schemas).of(root, "document")
    return {**view, NAMES: schemas} if schemas else view


class _View:
    """Copies only what changes."""

    def __init__(
        self, root: Mapping[str, Any], keyword: str, held: list[Any] | None = None
    ) -> None:
        """`held` gets the schemas of names that compiled validators leave to `member_names`."""
        self.root = root
        self.keyword = keyword
        self.held = held

    def of(self, value: Any, kind: str, inherited: frozenset[str] = _NONE) -> Any:
        """A value for this use; `inherited` are the names of the other use
        in what it is a part of."""
        if not isinstance(value, dict):
            return value
        names = self._names(value, inherited) if kind == SCHEMA else _NONE
        changed: dict[str, Any] = {}
        for name, member in members(kind, value):
            passed = names if kind == SCHEMA and name in _BRANCHES else _NONE
            new = self._member(value[name], member.kind, member.form, passed)
            if new is not value[name]:
                changed[name] = new
        required = value.get("required")
        if names and isinstance(required, list) and names.intersection(required):
            changed["required"] = [name for name in required if name not in names]
        result = {**value, **changed} if changed else value
        if kind == SCHEMA and self.held is not None and need_matching(result):
            return with_names(result, self.held)
        return result

    def _member(self, item: Any, kind: str, form: str, passed: frozenset[str]) -> Any:
        if form == "map" and isinstance(item, dict):
            new = {key: self.of(one, kind) for key, one in item.items()}
            return new if any(new[key] is not item[key] for key in item) else item
        if form == "list" and isinstance(item, list):
            listed = [self.of(one, kind, passed) for one in item]
            return listed if any(a is not b for a, b in zip(listed, item, strict=True)) else item
        return self.of(item, kind) if form == "one" else item

    def _names(self, schema: dict[str, Any], inherited: frozenset[str]) -> frozenset[str]:
        """The properties of the other use, where anything can require them."""
        if "required" not in schema and not any(name in schema for name in _BRANCHES):
            return _NONE
        return inherited.union(self._of_other_use(schema, set()))

    def _of_other_use(self, schema: Any, seen: set[int]) -> set[str]:
        found: set[str] = set()
        for part in self._parts(schema, seen):
            properties = part.get("properties")
            if isinstance(properties, dict):
                found |= {name for name, one in properties.items() if self._is_of_other_use(one)}
        return found

    def _is_of_other_use(self, schema: Any) -> bool:
        return any(part.get(self.keyword) is True for part in self._parts(schema, set()))

    def _parts(self, schema: Any, seen: set[int]) -> list[dict[str, Any]]:
        """A schema, what its reference leads to, and its branches."""
        if not isinstance(schema, dict) or id(schema) in seen:
            return []
        seen.add(id(schema))
        found = [schema]
        reference = schema.get("$ref")
        if isinstance(reference, str) and reference.startswith("#"):
            found += self._parts(self._resolved(reference), seen)
        for keyword in _BRANCHES:
            branches = schema.get(keyword)
            for branch in branches if isinstance(branches, list) else ():
                found += self._parts(branch, seen)
        return found

    def _resolved(self, reference: str) -> Any:
        try:
            return look_up(self.root, from_pointer(unquote(reference[1:])))
        except LookupError:
            return None
