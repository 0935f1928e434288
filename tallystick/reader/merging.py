"""Several sources, one contract: pages and files that each hold a slice of one document.

Rules: what has the same `info` is one document. Equal components are one; differing ones stay
apart, the later one under a name of its own. Of two operations on one path and method the first
one holds.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from urllib.parse import quote

from tallystick.errors import DocumentError
from tallystick.reader.diagnostics import Diagnostics
from tallystick.reader.parsing import Parsed
from tallystick.reader.references import Origins


def merge(read: Sequence[Parsed], diagnostics: Diagnostics) -> tuple[dict[str, Any], Origins]:
    """The one document of all sources, and where its parts come from. Raises DocumentError where
    the sources are of different APIs.
    """
    first = read[0]
    if len(read) == 1:
        return first.value, {}
    merger = _Merger(first, diagnostics)
    for parsed in read[1:]:
        if parsed.value.get("info") != first.value.get("info"):
            raise DocumentError(
                f"This is another API than {first.file}: its 'info' differs.",
                source=parsed.locate(("info",)),
                remedy="Name only documents of one API.",
            )
        merger.add(parsed)
    return merger.root, merger.origins


class _Merger:
    def __init__(self, first: Parsed, diagnostics: Diagnostics) -> None:
        value = first.value
        self.diagnostics = diagnostics
        self.origins: Origins = {}
        self.root: dict[str, Any] = {
            **value,
            "paths": _maps(value.get("paths")),
            "components": _maps(value.get("components")),
        }

    def add(self, parsed: Parsed) -> None:
        value = parsed.value
        renamed: dict[str, str] = {}
        new: list[tuple[str, str, str]] = []
        for section, entries in _maps(value.get("components")).items():
            for name in entries if isinstance(entries, dict) else ():
                taken = self._taken(parsed, section, name)
                if taken is not None:
                    new.append((section, name, taken))
                    if taken != name:
                        renamed[_reference(section, name)] = _reference(section, taken)
        value = _renamed(value, renamed)
        for section, name, taken in new:
            self.root["components"].setdefault(section, {})[taken] = value["components"][section][
                name
            ]
            self.origins["components", section, taken] = (parsed, ("components", section, name))
        for path, item in _maps(value.get("paths")).items():
            self._add_path(parsed, path, item)
        if isinstance(value.get("tags"), list):
            tags = self.root.get("tags")
            known = tags if isinstance(tags, list) else []
            self.root["tags"] = [*known, *(tag for tag in value["tags"] if tag not in known)]

    def _taken(self, parsed: Parsed, section: str, name: str) -> str | None:
        """The name that a component gets; None where an equal one is there already."""
        known = self.root["components"].setdefault(section, {})
        value = parsed.value["components"][section][name]
        if name not in known:
            return name
        if known[name] == value:
            return None
        what = f"the component {name!r} of {section} differs from the one of another source"
        source = parsed.locate(("components", section, name))
        self.diagnostics.add("differing-component", what, source)
        number = 2
        while f"{name}_{number}" in known:
            if known[f"{name}_{number}"] == value:
                break
            number += 1
        return f"{name}_{number}"

    def _add_path(self, parsed: Parsed, path: str, item: Any) -> None:
        paths = self.root["paths"]
        if path not in paths:
            paths[path] = item
            self.origins["paths", path] = (parsed, ("paths", path))
            return
        if not isinstance(item, dict) or not isinstance(paths[path], dict):
            return
        merged = dict(paths[path])
        for name, value in item.items():
            if name not in merged:
                merged[name] = value
                self.origins["paths", path, name] = (parsed, ("paths", path, name))
            elif merged[name] != value:
                what = f"{name} of {path} differs from the one of another source"
                source = parsed.locate(("paths", path, name))
                self.diagnostics.add("differing-operation", what, source)
        paths[path] = merged


def _maps(value: Any) -> dict[str, Any]:
    """A copy of a map of maps, one level deep; empty where it is no map."""
    if not isinstance(value, dict):
        return {}
    return {name: dict(item) if isinstance(item, dict) else item for name, item in value.items()}


def _reference(section: str, name: str) -> str:
    token = name.replace("~", "~0").replace("/", "~1")
    return f"#/components/{section}/{quote(token, safe='~')}"


def _renamed(value: Any, names: dict[str, str]) -> Any:
    """The value with its references renamed."""
    if not names:
        return value
    if isinstance(value, list):
        return [_renamed(item, names) for item in value]
    if not isinstance(value, dict):
        return value
    result = {name: _renamed(item, names) for name, item in value.items()}
    if isinstance(result.get("$ref"), str):
        result["$ref"] = names.get(result["$ref"], result["$ref"])
    return result
