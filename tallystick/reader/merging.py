"""Several sources, one contract: pages and files that each hold a slice of one document.

Rules: what has the same `info` is one document. Components are equal where they and all that
they refer to say the same; equal ones are one, differing ones stay apart, the later one under a
name of its own. Of two operations on one path and method the first one holds. What a source says
at its root for all its operations (`security`, `servers`) stays with them.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any
from urllib.parse import quote, unquote

from tallystick.errors import DocumentError
from tallystick.reader.diagnostics import Diagnostics
from tallystick.reader.pointers import Path, from_pointer, to_pointer
from tallystick.reader.references import Origins
from tallystick.reader.shapes import METHODS
from tallystick.reader.texts.parsing import Parsed

_Name = tuple[str, str]
"""A component: its section and its name in it."""


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
        self.diagnostics = diagnostics
        self.origins: Origins = {}
        self.root: dict[str, Any] = {
            **first.value,
            "paths": dict(_map(first.value.get("paths"))),
            "components": {
                section: dict(_map(entries))
                for section, entries in _map(first.value.get("components")).items()
            },
        }
        own = _Components(first.value)
        self.taken = set(own.entries)
        self.variants = {name: {own.meaning(name): name[1]} for name in own.entries}

    def add(self, parsed: Parsed) -> None:
        names = self._names(parsed)
        renamed = {name: new for name, (new, _) in names.items() if new != name[1]}
        value = _renamed(parsed.value, renamed)
        for (section, name), (new, is_new) in names.items():
            if is_new:
                entries = self.root["components"].setdefault(section, {})
                entries[new] = value["components"][section][name]
                origin = (parsed, ("components", section, name))
                self.origins["components", section, new] = origin
        for path, item in _map(value.get("paths")).items():
            self._add_path(parsed, path, self._with_defaults(value, item))
        if isinstance(value.get("tags"), list):
            tags = self.root.get("tags")
            known = tags if isinstance(tags, list) else []
            self.root["tags"] = [*known, *(tag for tag in value["tags"] if tag not in known)]

    def _names(self, parsed: Parsed) -> dict[_Name, tuple[str, bool]]:
        """The name that each component of a source gets, and whether it is new."""
        components = _Components(parsed.value)
        names = {}
        for name in components.entries:
            variants = self.variants.setdefault(name, {})
            meaning = components.meaning(name)
            is_new = meaning not in variants
            if is_new:
                if variants:
                    what = f"the component {name[1]!r} of {name[0]} differs from another source's"
                    source = parsed.locate(("components", *name))
                    self.diagnostics.add("differing-component", what, source)
                variants[meaning] = self._free(name)
            names[name] = (variants[meaning], is_new)
        return names

    def _free(self, name: _Name) -> str:
        """The name itself, or the first with a number that no component has."""
        section, free, number = *name, 2
        while (section, free) in self.taken:
            free, number = f"{name[1]}_{number}", number + 1
        self.taken.add((section, free))
        return free

    def _with_defaults(self, value: Mapping[str, Any], item: Any) -> Any:
        """A path item with what its source says for all operations, where the first source says
        otherwise (OpenAPI 3.1.1 sections 4.8.9 and 4.8.10).
        """
        if not isinstance(item, dict):
            return item
        defaults = {}
        if value.get("security") != self.root.get("security"):
            defaults["security"] = value.get("security", [])
        if "servers" not in item and value.get("servers") != self.root.get("servers"):
            defaults["servers"] = value.get("servers", [{"url": "/"}])
        if not defaults:
            return item
        return {
            name: {**defaults, **entry} if name in METHODS and isinstance(entry, dict) else entry
            for name, entry in item.items()
        }

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
                what = f"{name} of {path} differs from another source's, which holds"
                source = parsed.locate(("paths", path, name))
                self.diagnostics.add("differing-operation", what, source)
        paths[path] = merged


class _Components:
    """The components of one source, and what each means: its text, and that of all that it
    refers to.
    """

    def __init__(self, value: Mapping[str, Any]) -> None:
        self.entries: dict[_Name, str] = {
            (section, name): json.dumps(entry, sort_keys=True)
            for section, entries in _map(value.get("components")).items()
            for name, entry in _map(entries).items()
        }
        self.references = {
            (section, name): set(_components_in(entry))
            for section, entries in _map(value.get("components")).items()
            for name, entry in _map(entries).items()
        }

    def meaning(self, name: _Name) -> int:
        """A number that two components share where they mean the same."""
        reached = {name: self.entries[name]}
        waiting = [name]
        while waiting:
            for other in self.references[waiting.pop()]:
                if other in self.entries and other not in reached:
                    reached[other] = self.entries[other]
                    waiting.append(other)
        return hash(frozenset(reached.items()))


def _components_in(value: Any) -> Iterator[_Name]:
    """The components that a value refers to."""
    if isinstance(value, list):
        for item in value:
            yield from _components_in(item)
    elif isinstance(value, dict):
        path = _component_path(value.get("$ref"))
        if path:
            yield path[1], path[2]
        for item in value.values():
            yield from _components_in(item)


def _map(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _renamed(value: Any, names: Mapping[_Name, str]) -> Any:
    """The value with its references to components renamed, and those of security requirements."""
    if not names:
        return value
    if isinstance(value, list):
        return [_renamed(item, names) for item in value]
    if not isinstance(value, dict):
        return value
    result = {name: _renamed(item, names) for name, item in value.items()}
    path = _component_path(result.get("$ref"))
    if path[1:3] in names:
        path = (*path[:2], names[path[1], path[2]], *path[3:])
        result["$ref"] = "#" + quote(to_pointer(path), safe="~/")
    if isinstance(result.get("security"), list):
        result["security"] = [_requirement(item, names) for item in result["security"]]
    return result


def _requirement(value: Any, names: Mapping[_Name, str]) -> Any:
    if not isinstance(value, dict):
        return value
    return {names.get(("securitySchemes", name), name): scopes for name, scopes in value.items()}


def _component_path(reference: Any) -> Path:
    """The path of a reference to a component, or into one; empty for any other."""
    if not isinstance(reference, str) or not reference.startswith("#/components/"):
        return ()
    path = from_pointer(unquote(reference[1:]))
    return path if len(path) > 2 else ()
