"""The diagnostics of a contract as text, JSON, and SARIF 2.1.0 (OASIS).

Rules: text and JSON show equal diagnostics as one group; SARIF has a result for each place, since
code hosts annotate lines.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from textwrap import indent
from typing import Any
from urllib.parse import quote

from tallystick.errors import Source
from tallystick.printing import as_json, in_line, printable
from tallystick.reader.diagnostics import KINDS, Diagnostic
from tallystick.reader.grouping import SHOWN, Group, counts, grouped

_SCHEMA = (
    "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
)

_MOST_LINES = 24
"""How many lines of a suggestion the text shows."""

Render = Callable[[Sequence[Diagnostic], int], str]
"""From the diagnostics of a contract, and how many cases it has, to the text to print."""


def _text(diagnostics: Sequence[Diagnostic], cases: int) -> str:
    lines = [line for group in grouped(diagnostics) for line in _lines(group)]
    return "\n".join([*lines, f"{cases} cases read, {counts(diagnostics)}"]) + "\n"


def _lines(group: Group) -> Iterator[str]:
    yield in_line(str(group.first))
    if group.count > 1:
        yield f"  {group.count} times{_places(group)}"
    if len(group.messages) > 1:
        yield in_line(f"  with: {_some(group.messages[1:], '; ')}")
    if group.first.suggestion:
        yield "  suggestion:"
        yield indent(_cut(printable(group.first.suggestion)), "    ")


def _places(group: Group) -> str:
    """Where the diagnostics stand; the file that all are in stands on the line above."""
    if len(group.places) < 2:
        return ""
    number = f" in {len(group.places)} places" if len(group.places) < group.count else ""
    if len({place.file for place in group.places}) == 1:
        return f"{number}: lines {_some([str(place.line) for place in group.places])}"
    return f"{number}: {_some([f'{place.file}:{place.line}' for place in group.places])}"


def _some(items: Sequence[str], separator: str = ", ") -> str:
    """The first of the items, each once, and how many there are more."""
    items = list(dict.fromkeys(items))
    more = f" and {len(items) - SHOWN} more" if len(items) > SHOWN else ""
    return separator.join(items[:SHOWN]) + more


def _cut(text: str) -> str:
    lines = text.splitlines()
    if len(lines) <= _MOST_LINES:
        return text
    rest = f"# … and {len(lines) - _MOST_LINES} lines more: see --format json"
    return "\n".join([*lines[:_MOST_LINES], rest])


def _json(diagnostics: Sequence[Diagnostic], _: int) -> str:
    rows = [_row(group) for group in grouped(diagnostics)]
    return as_json(rows) + "\n"


def _row(group: Group) -> dict[str, Any]:
    first = group.first
    return {
        "name": first.name,
        "severity": first.severity,
        "message": first.message,
        **_location(first.source),
        "count": group.count,
        "remedy": first.remedy,
        "suggestion": first.suggestion or None,
        "messages": group.messages,
        "places": [_location(place) for place in group.places],
    }


def _location(source: Source | None) -> dict[str, Any]:
    if source is None:
        return {"file": None, "line": None, "pointer": None}
    return {"file": source.file, "line": source.line, "pointer": source.pointer}


def _sarif(diagnostics: Sequence[Diagnostic], _: int) -> str:
    found = list(dict.fromkeys(diagnostics))
    rules = list(dict.fromkeys(diagnostic.name for diagnostic in found))
    driver = {
        "name": "Tallystick",
        "version": _version(),
        "rules": [_rule(name) for name in rules],
    }
    results = [_result(diagnostic, rules.index(diagnostic.name)) for diagnostic in found]
    run = {"tool": {"driver": driver}, "columnKind": "unicodeCodePoints", "results": results}
    return as_json({"$schema": _SCHEMA, "version": "2.1.0", "runs": [run]}) + "\n"


def _version() -> str:
    try:
        return version("tallystick")
    except PackageNotFoundError:
        return "0"


def _rule(name: str) -> dict[str, Any]:
    kind = KINDS[name]
    return {
        "id": name,
        "name": "".join(word.capitalize() for word in name.split("-")),
        "shortDescription": {"text": kind.meaning},
        "help": {"text": kind.remedy},
        "defaultConfiguration": {"level": kind.severity},
    }


def _result(diagnostic: Diagnostic, rule: int) -> dict[str, Any]:
    message = f"{diagnostic.message[:1].upper()}{diagnostic.message[1:]}."
    result: dict[str, Any] = {
        "ruleId": diagnostic.name,
        "ruleIndex": rule,
        "level": diagnostic.severity,
        "message": {"text": f"{message} {diagnostic.remedy}"},
        "partialFingerprints": {"tallystick/v1": _fingerprint(diagnostic)},
    }
    if diagnostic.source is not None:
        result["locations"] = [_sarif_location(diagnostic.source)]
    return result


def _fingerprint(diagnostic: Diagnostic) -> str:
    """The same for the same thing, whatever line it moves to."""
    pointer = diagnostic.source.pointer if diagnostic.source else ""
    text = f"{diagnostic.name}\n{pointer}\n{diagnostic.message}"
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:32]


def _sarif_location(source: Source) -> dict[str, Any]:
    physical: dict[str, Any] = {"artifactLocation": {"uri": _address(source.file)}}
    if source.line:
        physical["region"] = {"startLine": source.line}
    logical = {"fullyQualifiedName": f"#{source.pointer}"}
    return {"physicalLocation": physical, "logicalLocations": [logical]}


def _address(file: str) -> str:
    """A file relative to the current folder, where code hosts look for it."""
    if "://" in file:
        return file
    path = Path(file).resolve()
    if path.is_relative_to(Path.cwd()):
        return quote(path.relative_to(Path.cwd()).as_posix())
    return path.as_uri()


FORMATS: Mapping[str, Render] = {"text": _text, "json": _json, "sarif": _sarif}
"""The formats by name."""
