"""`$ref`s: every reference of a document made local, so that one object holds it all.

Rules: references inside the document stay as they are, once it is sure that they resolve.
References to files in the document's folder (or below) are brought in: a schema becomes a
member of `components/schemas`, since schemas may be recursive; anything else is written where it
was referred to. Other files are refused, and other hosts too, unless the user asked for remote
references. What only looks like a reference (in examples, enums, extensions) is data.
"""

from __future__ import annotations

import copy
from pathlib import Path as FilePath
from typing import Any
from urllib.parse import unquote, urldefrag, urljoin, urlsplit

from tallystick.errors import LoadError, Source
from tallystick.reader import sources
from tallystick.reader.parsing import Parsed
from tallystick.reader.pointers import Path, from_pointer, look_up

Origins = dict[Path, tuple[Parsed, Path]]

_DATA = {"example", "default", "enum", "const", "value"}
_MAPS = (
    {"properties", "patternProperties", "schemas", "$defs", "definitions", "dependentSchemas"}
    | {"responses", "parameters", "examples", "requestBodies", "headers", "securitySchemes"}
    | {"links", "callbacks", "pathItems", "webhooks"}
)
_SCHEMAS: Path = ("components", "schemas")


def bundle(root: dict[str, Any], main: Parsed, origins: Origins, *, remote: bool) -> dict[str, Any]:
    """The document with all its references local.

    `origins` gets the source of what is brought in. Raises LoadError where a reference leads
    nowhere, leads in a circle, or leads where it must not.
    """
    return _Bundle(root, main, origins, remote=remote).run()


class _Bundle:
    def __init__(
        self, root: dict[str, Any], main: Parsed, origins: Origins, *, remote: bool
    ) -> None:
        self.root = root
        self.main = main
        self.origins = origins
        self.remote = remote
        self.files: dict[str, Parsed] = {main.file: main}
        self.schema_names: dict[tuple[str, Path], str] = {}
        self.names = _schema_names(root)
        self.added: dict[str, Any] = {}
        self.open: list[tuple[str, Path]] = []

    def run(self) -> dict[str, Any]:
        root: dict[str, Any] = self._walk(self.root, (), self.main, (), in_schema=False)
        if self.added:
            schemas = root.setdefault("components", {}).setdefault("schemas", {})
            schemas.update(self.added)
        for name in self.added:  # a circle may lead through several files
            there = (*_SCHEMAS, name)
            _resolve(
                root, there, f"#/components/schemas/{name}", self._source(there, self.main, ())
            )
        return root

    def _walk(self, value: Any, there: Path, file: Parsed, here: Path, *, in_schema: bool) -> Any:
        """`there` is the path in the result, `here` the path in the file that it came from."""
        if isinstance(value, list):
            return [
                self._walk(item, (*there, str(i)), file, (*here, str(i)), in_schema=in_schema)
                for i, item in enumerate(value)
            ]
        if not isinstance(value, dict):
            return value
        if isinstance(value.get("$ref"), str):
            return self._reference(value, there, file, here, in_schema=in_schema)
        return {
            name: item
            if _is_data(name, item, here)
            else self._walk(
                item,
                (*there, name),
                file,
                (*here, name),
                in_schema=in_schema or name in {"schema", "schemas"},
            )
            for name, item in value.items()
        }

    def _reference(
        self, node: dict[str, Any], there: Path, file: Parsed, here: Path, *, in_schema: bool
    ) -> Any:
        source = self._source(there, file, here)
        try:
            urlsplit(node["$ref"])
            place, fragment = urldefrag(node["$ref"])
        except ValueError as error:
            what = f"The reference {node['$ref']!r} is no valid address: {error}."
            raise LoadError(what, source=source) from None
        if place and fragment and not fragment.startswith("/"):
            what = f"The reference {node['$ref']!r} leads to an anchor of another file."
            raise LoadError(what, source=source, remedy="Name the place by a JSON pointer.")
        if fragment and not fragment.startswith("/"):
            return node  # an anchor: JSON Schema's own business (2020-12 core, section 8.2.2)
        path = from_pointer(unquote(fragment))
        target = self._file(place, file, source) if place else file
        if target.file == self.main.file:
            _resolve(self.root, path, node["$ref"], source)
            return {**node, "$ref": "#" + fragment}
        value = _resolve(target.value, path, node["$ref"], source)
        if in_schema:
            return {**node, "$ref": self._add_schema(value, target, path)}
        return self._inline(value, node, there, target, path, source)

    def _inline(
        self,
        value: Any,
        node: dict[str, Any],
        there: Path,
        target: Parsed,
        path: Path,
        source: Source,
    ) -> Any:
        if (target.file, path) in self.open:
            raise LoadError(f"The reference {node['$ref']!r} leads in a circle.", source=source)
        self.open.append((target.file, path))
        self.origins[there] = (target, path)
        result = self._walk(copy.deepcopy(value), there, target, path, in_schema=False)
        self.open.pop()
        # OpenAPI 3.1.1 section 4.8.23: these siblings override those of the referenced object.
        siblings = {name: node[name] for name in ("summary", "description") if name in node}
        return {**result, **siblings} if isinstance(result, dict) else result

    def _add_schema(self, value: Any, target: Parsed, path: Path) -> str:
        key = (target.file, path)
        if key not in self.schema_names:
            name = self._name(path[-1] if path else FilePath(target.file).stem)
            self.schema_names[key] = name
            there = (*_SCHEMAS, name)
            self.origins[there] = (target, path)
            self.added[name] = self._walk(copy.deepcopy(value), there, target, path, in_schema=True)
        return f"#/components/schemas/{self.schema_names[key]}"

    def _name(self, wanted: str) -> str:
        base = "".join(c if c.isalnum() or c in "._-" else "_" for c in wanted) or "schema"
        name, number = base, 2
        while name in self.names:
            name, number = f"{base}_{number}", number + 1
        self.names.add(name)
        return name

    def _file(self, place: str, referrer: Parsed, source: Source) -> Parsed:
        name = self._locate(place, referrer, source)
        if name not in self.files:
            try:
                self.files[name] = sources.read(name)
            except LoadError as error:
                what = f"The reference {place!r} cannot be followed: {error}"
                raise LoadError(what, source=source) from None
        return self.files[name]

    def _locate(self, place: str, referrer: Parsed, source: Source) -> str:
        if sources.is_address(place) or sources.is_address(referrer.file):
            if not self.remote:
                raise LoadError(
                    f"The reference {place!r} leads to another host or address.",
                    source=source,
                    remedy="If you trust it, allow it with --remote-references.",
                )
            return urljoin(referrer.file, place)
        if urlsplit(place).scheme:
            raise LoadError(f"The reference {place!r} is of an unknown kind.", source=source)
        return self._beside(unquote(place), referrer, source)

    def _beside(self, place: str, referrer: Parsed, source: Source) -> str:
        folder = FilePath(self.main.file).resolve().parent
        try:
            path = (FilePath(referrer.file).resolve().parent / place).resolve()
        except (OSError, RuntimeError, ValueError) as error:
            what = f"The reference {place!r} cannot be followed: {error}."
            raise LoadError(what, source=source) from None
        if not path.is_relative_to(folder):
            raise LoadError(
                f"The reference {place!r} leads out of the document's folder.",
                source=source,
                remedy="Keep the files that a document refers to beside or below it.",
            )
        same = path == FilePath(self.main.file).resolve()
        return (
            self.main.file
            if same
            else str(FilePath(self.main.file).parent / path.relative_to(folder))
        )

    def _source(self, there: Path, file: Parsed, here: Path) -> Source:
        origin, path = self.origins.get(there, (file, here))
        return origin.locate(path)


def _schema_names(root: dict[str, Any]) -> set[str]:
    try:
        return set(look_up(root, _SCHEMAS))
    except (LookupError, TypeError):
        return set()


def _is_data(name: str, item: Any, here: Path) -> bool:
    """Whether a member holds data rather than a part of the description.

    In `properties`, in a map of components, headers or examples, names are the author's own; a
    property may bear the name of such a map.
    """
    if here and here[-1] in _MAPS and here[-2:-1] != ("properties",):
        return False
    of_schema = name == "examples" and isinstance(item, list)
    return name in _DATA or name.startswith("x-") or of_schema


def _resolve(value: Any, path: Path, reference: str, source: Source) -> Any:
    """The value at a path, following references on the way. Raises LoadError."""
    seen = set()
    overridden = None
    while True:
        try:
            found = look_up(value, path)
        except LookupError:
            raise LoadError(
                f"The reference {reference!r} leads nowhere.",
                source=source,
                remedy="Correct its spelling, or define what it names.",
            ) from None
        if not isinstance(found, dict) or not str(found.get("$ref", "")).startswith("#/"):
            return found if overridden is None else overridden
        if path in seen:
            raise LoadError(f"The reference {reference!r} leads in a circle.", source=source)
        seen.add(path)
        if len(found) > 1 and overridden is None:
            overridden = found  # it says more than what it refers to
        path = from_pointer(unquote(found["$ref"][1:]))
