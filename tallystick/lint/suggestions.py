"""Suggestions: what the author, or who uses the document, can paste to mend a weakness.

Rules: a suggestion is a list of actions of an OpenAPI Overlay, in YAML, so that it serves those
who cannot edit the document, too. What no overlay can reach (a part that comes from another
file) is given as it would stand in that file.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

from tallystick.exports.inferred import to_yaml
from tallystick.reader.document import Document
from tallystick.reader.pointers import Path, look_up
from tallystick.reader.references import origin_of

REMOVE: Final = object()
"""Instead of an update: the target is removed."""


@dataclass(frozen=True, slots=True)
class Change:
    """A change to the document: what is merged into the value at a path, or `REMOVE`."""

    path: Path
    update: Any


def suggestion(document: Document, *changes: Change, comment: str = "") -> str:
    """The changes, in YAML."""
    queries = [_query(document, change.path) for change in changes]
    lines = [f"# {comment}"] if comment else []
    if all(queries):
        actions = [_action(query, change) for query, change in zip(queries, changes, strict=True)]
        lines.append(to_yaml(actions))
    else:
        lines += [_in_place(document, change) for change in changes]
    return "\n".join(line.rstrip("\n") for line in lines)


def _query(document: Document, path: Path) -> str:
    """The JSONPath by which an overlay reaches a part; empty where none does, since overlays are
    applied before other files are brought in.
    """
    parsed, inside = origin_of(document.main, document.origins, path)
    if parsed is document.main:
        return json_path(parsed.value, inside)
    is_overlay = isinstance(parsed.value, dict) and "overlay" in parsed.value
    return json_path(document.root, path) if is_overlay or inside == path else ""


def _action(query: str, change: Change) -> dict[str, Any]:
    if change.update is REMOVE:
        return {"target": query, "remove": True}
    return {"target": query, "update": change.update}


def _in_place(document: Document, change: Change) -> str:
    source = document.locate(change.path)
    if change.update is REMOVE:
        return f"# remove {source}"
    return f"# in {source}\n{to_yaml(change.update)}"


def json_path(root: Any, path: Path) -> str:
    """The normalised JSONPath of a path (RFC 9535 section 2.7)."""
    return "$" + "".join(_segments(root, path))


def _segments(root: Any, path: Path) -> Iterator[str]:
    for place, token in enumerate(path):
        if isinstance(_value(root, path[:place]), list):
            yield f"[{token}]"
        else:
            escaped = token.replace("\\", "\\\\").replace("'", "\\'")
            yield f"['{escaped}']"


def _value(root: Any, path: Path) -> Any:
    try:
        return look_up(root, path)
    except LookupError:
        return None
