"""The files of a document, and the names that schemas have in them.

Rules (JSON Schema 2020-12 core, section 8.2): a schema with an `$id` is a resource; what a file
holds outside of such schemas is one, too. A resource is known by its path in the file, which is
empty for the file itself. An `$anchor` is a name within its resource, as is a `$dynamicAnchor`.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import Any
from urllib.parse import urljoin

from tallystick.reader.pointers import Path
from tallystick.reader.texts.parsing import Parsed
from tallystick.reader.texts.sources import is_address


@dataclass(slots=True)
class _Names:
    """The URIs of resources, the paths of `$id`s, and those of anchors by resource and name."""

    uris: dict[Path, str] = field(default_factory=dict)
    ids: dict[str, Path] = field(default_factory=dict)
    anchors: dict[tuple[Path, str], Path] = field(default_factory=dict)
    dynamic: dict[Path, dict[str, list[Path]]] = field(default_factory=dict)


class File:
    """A file, or the main document with overlays applied."""

    def __init__(self, parsed: Parsed, value: Any) -> None:
        self.parsed = parsed
        self.value = value

    @property
    def name(self) -> str:
        """The path or address of the file."""
        return self.parsed.file

    @cached_property
    def _names(self) -> _Names:
        names = _Names()
        uri = self.name if is_address(self.name) else ""
        if isinstance(self.value, dict) and isinstance(self.value.get("$self"), str):
            uri = urljoin(uri, self.value["$self"])  # OpenAPI 3.2.0 section 4.1.1
            names.ids[uri] = ()
        names.uris[()] = uri
        # Overlays and other sources may have brought names that the text does not have.
        is_changed = self.value is not self.parsed.value
        if is_changed or any(word in self.parsed.text for word in ("$id", "$anchor", "$dynamicA")):
            _collect(self.value, (), (), names)
        return names

    def resources(self, path: Path) -> list[Path]:
        """The resources around a path, the outermost first."""
        uris = self._names.uris
        if len(uris) == 1:  # as in most files
            return [()]
        return [path[:length] for length in range(len(path) + 1) if path[:length] in uris]

    def uri(self, path: Path) -> str:
        """The URI that references at a path are relative to; empty where nothing says it."""
        return self._names.uris[self.resources(path)[-1]]

    def identified(self, place: str, uri: str) -> Path | None:
        """The resource that a reference without its fragment names, from where `uri` holds."""
        ids = self._names.ids
        return ids.get(place, ids.get(urljoin(uri, place)))

    def anchored(self, name: str, resource: Path) -> Path | None:
        """The schema of this `$anchor` or `$dynamicAnchor`: that of the resource, else any."""
        anchors = self._names.anchors
        found = anchors.get((resource, name))
        return found or next((path for key, path in anchors.items() if key[1] == name), None)

    def dynamic(self, resource: Path) -> dict[str, list[Path]]:
        """The schemas of a resource by their `$dynamicAnchor`."""
        return self._names.dynamic.get(resource, {})


def _collect(value: Any, path: Path, resource: Path, names: _Names) -> None:
    if isinstance(value, list):
        for index, item in enumerate(value):
            _collect(item, (*path, str(index)), resource, names)
    if not isinstance(value, dict):
        return
    if isinstance(value.get("$id"), str):
        uri = urljoin(names.uris[resource], value["$id"]).rstrip("#")
        resource = path
        names.uris[path] = uri
        names.ids.setdefault(uri, path)
        names.ids.setdefault(value["$id"].rstrip("#"), path)
    for keyword in ("$anchor", "$dynamicAnchor"):
        if isinstance(value.get(keyword), str):
            names.anchors.setdefault((resource, value[keyword]), path)
    if isinstance(value.get("$dynamicAnchor"), str):
        dynamic = names.dynamic.setdefault(resource, {})
        dynamic.setdefault(value["$dynamicAnchor"], []).append(path)
    for name, item in value.items():
        if name not in _DATA or not isinstance(item, list):
            _collect(item, (*path, name), resource, names)


_DATA = {"enum", "examples"}
"""Keywords that hold lists of data; a property of this name holds no list."""
