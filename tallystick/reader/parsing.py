"""Text to JSON values, with the line of every value.

Rules: a document never executes anything. YAML is read with the JSON-compatible core schema of
YAML 1.2 (`on`, `NO` and dates stay strings), tags other than the core ones are refused, and so
are aliases that expand to more than `MAX_NODES` values, duplicate keys, and nesting deeper than
the parser can follow. Text that starts with `{` is read as JSON (RFC 8259).
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import yaml

from tallystick.errors import LoadError, Source
from tallystick.reader.pointers import Path, to_pointer

MAX_NODES = 500_000
"""How many values one document may hold, aliases expanded."""

MAX_DEPTH = 200
"""How deep values may be nested; PyYAML's composers are recursive and would overflow."""


@dataclass(frozen=True, slots=True)
class Span:
    """The first and last line of a value, counted from 1."""

    first: int
    last: int


@dataclass(frozen=True, slots=True)
class Parsed:
    """One text as JSON value, and where in the text each part of it stands."""

    value: Any
    file: str
    text: str
    spans: dict[Path, Span] = field(repr=False)
    offset: int = 0

    def locate(self, path: Path) -> Source:
        """The source of the value at this path, or of its nearest existing parent."""
        span = self._span(path)
        return Source(self.file, to_pointer(path), span.first + self.offset if span else None)

    def line_of(self, path: Path, needle: str) -> int | None:
        """The line, within the value at this path, that holds `needle`; else its first line."""
        span = self._span(path)
        if span is None:
            return None
        lines = self.text.splitlines()
        for number in range(span.first, min(span.last, len(lines)) + 1):
            if needle in lines[number - 1]:
                return number + self.offset
        return span.first + self.offset

    def _span(self, path: Path) -> Span | None:
        while path not in self.spans and path:
            path = path[:-1]
        return self.spans.get(path)


class _CoreLoader(getattr(yaml, "CSafeLoader", yaml.SafeLoader)):  # type: ignore[misc]
    """PyYAML's safe loader with the scalars of YAML 1.2's core schema (its section 10.3.2)."""


CORE_SCALARS: tuple[tuple[str, str, Sequence[str]], ...] = (
    ("bool", r"^(?:true|True|TRUE|false|False|FALSE)$", "tTfF"),
    ("null", r"^(?:~|null|Null|NULL|)$", ["~", "n", "N", ""]),
    ("int", r"^(?:[-+]?[0-9]+|0o[0-7]+|0x[0-9a-fA-F]+)$", "-+0123456789"),
    ("float", r"^[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?$", "-+.0123456789"),
    ("merge", r"^<<$", "<"),
)
"""The scalars that are no strings: tag, pattern, first characters."""

_CoreLoader.yaml_implicit_resolvers = {}
for _tag, _pattern, _first in CORE_SCALARS:
    _CoreLoader.add_implicit_resolver(f"tag:yaml.org,2002:{_tag}", re.compile(_pattern), _first)

_WORDS = {"true": True, "false": False}
_CORE_TAGS = {
    f"tag:yaml.org,2002:{name}"
    for name in ("str", "int", "float", "bool", "null", "map", "seq", "merge")
}


def parse(text: str, file: str, *, offset: int = 0) -> Parsed:
    """Parse YAML or JSON text.

    `offset` is the number of lines of the file that stand before the text (a fenced block of a
    Markdown page). Raises LoadError with the line where the text is not valid.
    """
    is_json = text.lstrip("\ufeff \t\r\n").startswith("{")
    if is_json and (value := _parse_json(text, file, offset)) is not None:
        parsed = _Builder(_as_yaml(text), file, offset).build()
        return Parsed(value, file, text, parsed.spans, offset)
    return _Builder(text, file, offset).build()


def _parse_json(text: str, file: str, offset: int) -> Any:
    """The value of JSON text; None where it may be YAML instead. Raises LoadError."""
    value = _loaded(text, file, offset)
    try:
        json.dumps(value, ensure_ascii=False).encode()
    except UnicodeEncodeError:
        what = "A string holds half of a surrogate pair, which is no character."
        raise LoadError(what, source=Source(file), remedy="Look for \\ud8… and \\udc….") from None
    return value


def _loaded(text: str, file: str, offset: int) -> Any:
    try:
        return json.loads(text.removeprefix("\ufeff"))
    except json.JSONDecodeError as error:
        # Flow-style YAML starts with a brace too: let the YAML parser have the last word.
        if not text.rstrip().endswith("}") or re.search(r'"\s*:', text) is None:
            return None
        raise LoadError(
            f"This is not valid JSON: {error.msg} (column {error.colno}).",
            source=Source(file, "", error.lineno + offset),
            remedy="Correct it there.",
        ) from None
    except RecursionError:
        return None  # the depth check of the YAML parser names the line


def _as_yaml(text: str) -> str:
    """JSON text as YAML text of the same lines, to find the places of its values.

    JSON allows tabs between tokens (inside strings it forbids them), DEL and the like in strings,
    and writes characters beyond U+FFFF as two escapes (RFC 8259 section 7); YAML does not.
    """
    text = _NOT_IN_YAML.sub("\ufffd", text.replace("\t", " "))
    return _ESCAPE.sub(_yaml_escape, text)


def _yaml_escape(match: re.Match[str]) -> str:
    if not match["high"]:
        return "\\ufffd" if match["lone"] else match[0]
    high, low = int(match["high"], 16) - 0xD800, int(match["low"], 16) - 0xDC00
    return f"\\U{0x10000 + (high << 10) + low:08x}"


_NOT_IN_YAML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\ud800-\udfff\ufffe\uffff]")
_ESCAPE = re.compile(
    r"""\\(?: u(?P<high>d[89ab][0-9a-f]{2})\\u(?P<low>d[c-f][0-9a-f]{2})
          | u(?P<lone>d[89a-f][0-9a-f]{2})
          | . )""",
    re.VERBOSE | re.IGNORECASE | re.DOTALL,
)


class _Builder:
    """Builds values and spans from PyYAML's node graph, in one walk."""

    def __init__(self, text: str, file: str, offset: int) -> None:
        self.text = text
        self.file = file
        self.offset = offset
        self.spans: dict[Path, Span] = {}
        self.open: set[int] = set()
        self.count = 0

    def build(self) -> Parsed:
        node = self._compose()
        value = None if node is None else self._value(node, ())
        return Parsed(value, self.file, self.text, self.spans, self.offset)

    def _compose(self) -> yaml.Node | None:
        try:
            self._check_depth()
            return yaml.compose(self.text, Loader=_CoreLoader)
        except yaml.MarkedYAMLError as error:
            mark = error.problem_mark or error.context_mark
            line = mark.line + 1 + self.offset if mark else None
            raise LoadError(
                f"This is not valid YAML: {error.problem or error.context}.",
                source=Source(self.file, "", line),
                remedy="Correct it there.",
            ) from None
        except (yaml.YAMLError, ValueError) as error:
            raise LoadError(f"This is not valid YAML: {error}.", source=Source(self.file)) from None

    def _check_depth(self) -> None:
        depth = 0
        for event in yaml.parse(self.text, Loader=_CoreLoader):
            if isinstance(event, yaml.CollectionStartEvent):
                depth += 1
            elif isinstance(event, yaml.CollectionEndEvent):
                depth -= 1
            if depth > MAX_DEPTH:
                raise self._too_deep(event)

    def _value(self, node: yaml.Node, path: Path) -> Any:
        self._enter(node, path)
        if isinstance(node, yaml.MappingNode):
            value: Any = self._mapping(node, path)
        elif isinstance(node, yaml.SequenceNode):
            value = [self._value(item, (*path, str(i))) for i, item in enumerate(node.value)]
        elif isinstance(node, yaml.ScalarNode):
            value = self._scalar(node)
        else:  # the three kinds of node are all that YAML has (YAML 1.2.2 section 3.2.1.1)
            raise TypeError(node)
        self.open.discard(id(node))
        return value

    def _enter(self, node: yaml.Node, path: Path) -> None:
        if node.tag not in _CORE_TAGS:
            raise self._error(node, f"The YAML tag {node.tag!r} is not allowed.", "Remove it.")
        if id(node) in self.open:
            raise self._error(node, "A YAML alias refers to itself.", "Use $ref for recursion.")
        if len(self.open) > MAX_DEPTH:  # through aliases
            raise self._too_deep(node)
        self.count += 1
        if self.count > MAX_NODES:
            raise self._error(
                node,
                f"The document holds more than {MAX_NODES:,} values once aliases are expanded.",
                "Use $ref instead of YAML aliases.",
            )
        if not isinstance(node, yaml.ScalarNode):
            self.open.add(id(node))
        end = node.end_mark.line + (1 if node.end_mark.column else 0)
        self.spans[path] = Span(node.start_mark.line + 1, max(end, node.start_mark.line + 1))

    def _mapping(self, node: yaml.MappingNode, path: Path) -> dict[str, Any]:
        result: dict[str, Any] = {}
        merged: dict[str, Any] = {}
        for key_node, value_node in node.value:
            if key_node.tag.endswith(":merge"):
                for name, value in self._merge(value_node, path).items():
                    merged.setdefault(name, value)
                continue
            key = self._key(key_node)
            if key in result:
                raise self._error(key_node, f"The key {key!r} stands here twice.", "Remove one.")
            result[key] = self._value(value_node, (*path, key))
            # The key's line is what a person looks for, not the line of the value below it.
            span = self.spans[(*path, key)]
            self.spans[(*path, key)] = Span(key_node.start_mark.line + 1, span.last)
        return {**merged, **result}

    def _merge(self, node: yaml.Node, path: Path) -> dict[str, Any]:
        nodes = node.value if isinstance(node, yaml.SequenceNode) else [node]
        merged: dict[str, Any] = {}
        span = self.spans[path]
        for item in nodes:
            if not isinstance(item, yaml.MappingNode):
                raise self._error(item, "Only a mapping can be merged with '<<'.", "Correct it.")
            merged = {**self._value(item, path), **merged}
            self.spans[path] = span
        return merged

    def _key(self, node: yaml.Node) -> str:
        if not isinstance(node, yaml.ScalarNode):
            raise self._error(node, "A key must be a string.", "Quote it.")
        return str(node.value)

    def _scalar(self, node: yaml.ScalarNode) -> Any:
        kind = node.tag.rpartition(":")[2]
        text = node.value
        if kind == "bool":
            return self._boolean(node)
        if kind == "null":
            return None
        if kind == "int":
            return self._integer(node)
        return self._float(node) if kind == "float" else text

    def _boolean(self, node: yaml.ScalarNode) -> bool:
        value = _WORDS.get(node.value.lower())
        if value is None:
            raise self._error(node, f"{node.value!r} is neither true nor false.", "Correct it.")
        return value

    def _integer(self, node: yaml.ScalarNode) -> int | float:
        """An integer; one too long for Python to convert is a float, as for JSON readers."""
        base = {"0o": 8, "0x": 16}.get(node.value[:2], 10)
        try:
            return int(node.value, base)
        except ValueError:
            return self._float(node)

    def _float(self, node: yaml.ScalarNode) -> float:
        try:
            return float(node.value)
        except ValueError:
            raise self._error(node, f"{node.value!r} is no number.", "Correct it.") from None

    def _too_deep(self, node: yaml.Node | yaml.Event) -> LoadError:
        what = f"Values are nested more than {MAX_DEPTH} deep."
        return self._error(node, what, "Use $ref to flatten them.")

    def _error(self, node: yaml.Node | yaml.Event, what: str, remedy: str) -> LoadError:
        line = node.start_mark.line + 1 + self.offset if node.start_mark else None
        return LoadError(what, source=Source(self.file, "", line), remedy=remedy)
