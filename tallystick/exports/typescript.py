"""TypeScript types of schemas.

Rules: what the schema cannot say in TypeScript is `unknown`, never a guess; names that are no
identifiers are quoted; a schema that is made of itself (`A` is one of `A` and `B`) is unknown.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from typing import Any
from urllib.parse import unquote

from tallystick.exports.escaping import Names, json_text
from tallystick.reader.document import Document
from tallystick.reader.pointers import Path, from_pointer, look_up

_SIMPLE = {
    "string": "string",
    "integer": "number",
    "number": "number",
    "boolean": "boolean",
    "null": "null",
}
_ALTERNATIVES = ("oneOf", "anyOf")
_ANYTHING = "{} | null"
"""Any JSON value. Not `unknown`: what may be `undefined` beside it could still be left out."""
_DEPTH = 30


class Types:
    """Writes types; those that references lead to get a name, and are declared once."""

    def __init__(self, document: Document, names: Names) -> None:
        self.document = document
        self.names = names
        self.declarations: list[str] = []
        self._known: dict[Path, str] = {}
        self._waiting: deque[tuple[str, Path]] = deque()
        """The named types that are not declared yet: one leads to the next, thousands deep."""

    def of(self, path: Path | None) -> str:
        """The type of the schema at a path of the document."""
        found = self._of(None if path is None else self.document.schema_path(path))
        while self._waiting:
            name, named = self._waiting.popleft()
            self.declarations.append(f"export type {name} = {self._of(named)};")
        return found

    def _of(self, path: Path | None, depth: int = 0) -> str:
        """The type of the schema at a path of `schema_root`."""
        if path is None or depth > _DEPTH:
            return "unknown"
        schema = look_up(self.document.schema_root, path)
        if not isinstance(schema, dict):
            return "never" if schema is False else "unknown"
        if "$ref" in schema:
            return self._named(_target(schema))
        for keyword in ("const", "enum"):
            if keyword in schema:
                values = [schema[keyword]] if keyword == "const" else schema[keyword]
                return " | ".join(dict.fromkeys(map(_literal, values))) or "never"
        return self._composed(schema, path, depth)

    def _composed(self, schema: dict[str, Any], path: Path, depth: int) -> str:
        parts = [self._of_types(schema, path, depth)]
        parts += [
            " | ".join(map(_in_brackets, self._branches(schema, path, keyword, depth)))
            for keyword in _ALTERNATIVES
            if schema.get(keyword)
        ]
        parts += self._branches(schema, path, "allOf", depth)
        parts = [part for part in dict.fromkeys(parts) if part != "unknown"]
        return (
            " & ".join(map(_in_brackets, parts)) if len(parts) > 1 else "".join(parts) or "unknown"
        )

    def _branches(self, schema: dict[str, Any], path: Path, keyword: str, depth: int) -> list[str]:
        count = len(schema.get(keyword) or ())
        return [self._of((*path, keyword, str(index)), depth + 1) for index in range(count)]

    def _of_types(self, schema: dict[str, Any], path: Path, depth: int) -> str:
        kinds = schema.get("type")
        if kinds is None and "properties" not in schema:
            return _braces(_demanded(schema)) if "required" in schema else "unknown"
        if kinds is None:
            return self._object(schema, path, depth)
        kinds = [kinds] if isinstance(kinds, str) else kinds
        types = [self._of_type(kind, schema, path, depth) for kind in kinds]
        return " | ".join(dict.fromkeys(types)) or "unknown"

    def _of_type(self, kind: str, schema: dict[str, Any], path: Path, depth: int) -> str:
        if kind == "array":
            items = (*path, "items") if "items" in schema else None
            return f"Array<{self._of(items, depth + 1)}>"
        if kind == "object":
            return self._object(schema, path, depth)
        return _SIMPLE.get(kind, "unknown")

    def _object(self, schema: dict[str, Any], path: Path, depth: int) -> str:
        members, demanded = list(self._members(schema, path, depth)), _demanded(schema)
        if members:
            return _braces([*members, *demanded])
        more = schema.get("additionalProperties")
        value = (*path, "additionalProperties") if isinstance(more, dict) else None
        record = f"Record<string, {self._of(value, depth + 1)}>"
        return f"{record} & {_braces(demanded)}" if demanded else record

    def _members(self, schema: dict[str, Any], path: Path, depth: int) -> Iterator[str]:
        required = schema.get("required") or ()
        for name in schema.get("properties") or {}:
            optional = "" if name in required else "?"
            inner = self._of((*path, "properties", name), depth + 1)
            yield f"{json_text(name)}{optional}: {inner};"

    def _named(self, path: Path) -> str:
        if path not in self._known:
            if self._is_circular(path):
                return "unknown"
            name = self._known[path] = self.names.take(_capital(path[-1]))
            self._waiting.append((name, path))
        return self._known[path]

    def _is_circular(self, start: Path) -> bool:
        """Whether a schema is made of itself with no object or array between."""
        seen: set[Path] = set()
        waiting = list(self._parts(start))
        while waiting:
            path = waiting.pop()
            if path == start:
                return True
            if path not in seen:
                seen.add(path)
                waiting += self._parts(path)
        return False

    def _parts(self, path: Path) -> Iterator[Path]:
        schema = look_up(self.document.schema_root, path)
        if not isinstance(schema, dict):
            return
        if "$ref" in schema:
            yield _target(schema)
        for keyword in (*_ALTERNATIVES, "allOf"):
            for index in range(len(schema.get(keyword) or ())):
                yield (*path, keyword, str(index))


def _target(schema: dict[str, Any]) -> Path:
    return from_pointer(unquote(schema["$ref"].removeprefix("#")))


def _demanded(schema: dict[str, Any]) -> list[str]:
    """Members that are required, and described elsewhere: in another part of an `allOf`."""
    described = schema.get("properties") or {}
    names = dict.fromkeys(schema.get("required") or ())
    return [f"{json_text(name)}: {_ANYTHING};" for name in names if name not in described]


def _braces(members: list[str]) -> str:
    return "{ " + " ".join(members) + " }" if members else "unknown"


def _literal(value: Any) -> str:
    if isinstance(value, dict | list):
        return "unknown"
    return json_text(value)


def _in_brackets(part: str) -> str:
    return f"({part})" if "|" in part or "&" in part else part


def _capital(name: str) -> str:
    return name[:1].upper() + name[1:]
