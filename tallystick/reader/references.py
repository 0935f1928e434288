"""`$ref`s: every reference of a document made local, so that one object holds it all.

Rules: a reference stands only where `shapes` has an object; anywhere else it is data. References
inside the document stay, as JSON pointers: those by `$id` and `$anchor` are rewritten, and so is
a `$dynamicRef`, for which each way that leads to it gets a copy. References to files in the
document's folder (or below) are brought in: a schema becomes a member of `components/schemas`,
since schemas may be recursive; anything else is written where it was referred to. So is what
stands in the document where no object of that kind belongs (`#/x-shared/Error`). Other files and
other hosts are refused, unless the user asked for remote references. What cannot be followed is
a diagnostic, and stays for `tidy` to leave out.
"""

from __future__ import annotations

import json
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path as FilePath
from typing import Any, TypeVar
from urllib.parse import quote, unquote, urldefrag, urljoin, urlsplit

from tallystick.errors import LoadError, Source
from tallystick.reader.diagnostics import Diagnostics
from tallystick.reader.options import LoadOptions
from tallystick.reader.pointers import Path, from_pointer, look_up, to_pointer
from tallystick.reader.resources import File
from tallystick.reader.shapes import SCHEMA, Member, is_extension, kind_at, members
from tallystick.reader.texts import sources
from tallystick.reader.texts.parsing import Parsed

Read = TypeVar("Read")

Origins = dict[Path, tuple[Parsed, Path]]
"""Where parts come from that are not of the main text, or not at their path of it."""

_SCHEMAS: Path = ("components", "schemas")
_NO_REFERENCES = {"components", "operation", "encoding"}
"""Kinds of objects in whose place OpenAPI allows no reference, though people write them."""

IN_PLACE = {*_NO_REFERENCES, "path item"}
"""Kinds of objects whose readers expect no reference."""

_LONGEST = 20
"""How many references may lead from one to the next before something stands there."""


_Scope = tuple[tuple[str, Path], ...]
"""The resources that references led through, the outermost first: file and path of each."""


@dataclass(frozen=True, slots=True)
class _Spot:
    """Where the walk is: the path in the result (`there`), the file with the path in it
    (`here`), and the resources with dynamic anchors that it came through.
    """

    there: Path
    file: File
    here: Path
    scope: _Scope

    def at(self, *tokens: str) -> _Spot:
        return _Spot((*self.there, *tokens), self.file, (*self.here, *tokens), self.scope)


class _UnresolvedError(Exception):
    """A reference that cannot be followed: the name of its diagnostic, and why."""

    def __init__(self, name: str, why: str) -> None:
        super().__init__(why)
        self.name = name
        self.why = why


def bundle(
    root: dict[str, Any],
    read: Sequence[Parsed],
    origins: Origins,
    diagnostics: Diagnostics,
    options: LoadOptions,
) -> tuple[dict[str, Any], set[Path]]:
    """The document `root`, made of the sources that were read, with its references local, and the
    paths of those that cannot be followed. `origins` gets the source of what is brought in. The
    root given is left as it is.
    """
    bundler = _Bundler(root, read, origins, diagnostics, options)
    return bundler.run(), bundler.broken


class _Bundler:
    def __init__(
        self,
        root: dict[str, Any],
        read: Sequence[Parsed],
        origins: Origins,
        diagnostics: Diagnostics,
        options: LoadOptions,
    ) -> None:
        self.root = root
        self.sources = read
        self.main = File(read[0], root)
        self.origins = origins
        self.diagnostics = diagnostics
        self.is_remote_allowed = options.remote_references
        self.files = {read[0].file: self.main}
        self.failed: dict[str, _UnresolvedError] = {}
        self.texts: dict[str, str] = {}
        self.located: dict[tuple[str, str], str] = {}
        self.schema_names: dict[tuple[str, Path, _Scope], str] = {}
        self.names = set(_components(root))
        self.added: dict[str, Any] = {}
        self.waiting: deque[tuple[str, Any, _Spot]] = deque()
        self.open: list[tuple[str, Path]] = []
        self.broken: set[Path] = set()
        # OpenAPI 3.0.4 section 4.7.23: what stands beside a reference is ignored.
        self.has_siblings = not str(root.get("openapi", "")).startswith("3.0")

    def run(self) -> dict[str, Any]:
        spot = _Spot((), self.main, (), self._standing(()))
        root: dict[str, Any] = self._object(self.root, "document", spot)
        while self.waiting:
            name, value, spot = self.waiting.popleft()
            self.added[name] = self._object(value, SCHEMA, spot)
        if not self.added:
            return root
        components = root.get("components")
        components = dict(components) if isinstance(components, dict) else {}
        schemas = components.get("schemas")
        schemas = dict(schemas) if isinstance(schemas, dict) else {}
        components["schemas"] = {**schemas, **self.added}
        return {**root, "components": components}

    # --- the walk

    def _object(self, value: Any, kind: str, spot: _Spot) -> Any:
        if not isinstance(value, dict):
            return value
        if kind == SCHEMA and isinstance(value.get("$id"), str):
            spot = replace(spot, scope=self._entered(spot.scope, spot.file, spot.here))
        if isinstance(value.get("$ref"), str) and kind != "document":
            if kind in _NO_REFERENCES:
                self._misplaced(f"the {kind}", value, spot)
            followed = self._reference(value, kind, spot)
            if kind != SCHEMA and (followed is not value or kind not in IN_PLACE):
                return followed
            value = followed
        changed: dict[str, Any] = {}
        for name, member in members(kind, value):
            item = value[name]
            walked = self._member(item, kind, name, member, spot.at(name))
            if walked is not item:
                changed[name] = walked
        value = {**value, **changed} if changed else value
        if kind == "example" and "value" not in value and "externalValue" in value:
            return self._with_external_value(value, spot)
        is_dynamic = kind == SCHEMA and "$dynamicRef" in value
        return self._with_dynamic(value, spot) if is_dynamic else value

    def _with_external_value(self, value: dict[str, Any], spot: _Spot) -> dict[str, Any]:
        """An example with the text that its `externalValue` names as its value, a JSON value where
        its media type is JSON; it has only one of the two (OpenAPI 3.1.1 section 4.8.19).
        """
        place = str(value["externalValue"])
        try:
            text = self._read(self.texts, self._locate(place, spot.file.parsed), sources.read_text)
        except _UnresolvedError as error:
            # The example stays: its code, status and summary hold without its text.
            self._say(error, place, spot)
            return value
        media_type = spot.there[-3] if len(spot.there) > 2 else ""
        rest = {name: item for name, item in value.items() if name != "externalValue"}
        if "json" not in media_type.lower():
            return {**rest, "value": text}
        try:
            return {**rest, "value": json.loads(text)}
        except ValueError:
            return {**rest, "value": text}

    def _member(self, item: Any, kind: str, name: str, member: Member, spot: _Spot) -> Any:
        if member.form == "one":
            return self._object(item, member.kind, spot)
        if isinstance(item, dict) and isinstance(item.get("$ref"), str):
            return self._referred(item, kind, name, member, spot)
        if member.form == "map" and isinstance(item, dict):
            return self._map(item, kind, name, member, spot)
        if member.form == "list" and isinstance(item, list):
            return self._list(item, member, spot)
        return item

    def _map(
        self, value: dict[str, Any], kind: str, name: str, member: Member, spot: _Spot
    ) -> dict[str, Any]:
        changed = {}
        for key, item in value.items():
            if is_extension(kind, name, key):
                continue
            walked = self._object(item, member.kind, spot.at(key))
            if walked is not item:
                changed[key] = walked
        return {**value, **changed} if changed else value

    def _list(self, value: list[Any], member: Member, spot: _Spot) -> list[Any]:
        walked = [
            self._object(item, member.kind, spot.at(str(index))) for index, item in enumerate(value)
        ]
        same = all(new is old for new, old in zip(walked, value, strict=True))
        return value if same else walked

    def _referred(
        self, value: dict[str, Any], kind: str, name: str, member: Member, spot: _Spot
    ) -> Any:
        """A map or list that is a reference, where OpenAPI allows none: what is meant is plain."""
        self._misplaced(repr(name), value, spot)
        try:
            target, path = self._target(value["$ref"], spot)
            found = _value(target.value, path)
            if not isinstance(found, dict | list) or "$ref" in found:
                raise _UnresolvedError("broken-reference", "leads to a value of another kind")
        except _UnresolvedError as error:
            self._report(error, value["$ref"], spot)
            return value
        self.origins[spot.there] = (target.parsed, path)
        return self._member(found, kind, name, member, _Spot(spot.there, target, path, spot.scope))

    def _misplaced(self, what: str, value: dict[str, Any], spot: _Spot) -> None:
        message = f"{what} is the reference {value['$ref']!r}, which is not allowed there"
        self.diagnostics.add("misplaced-reference", message, self._source(spot.there))

    # --- a reference

    def _reference(self, node: dict[str, Any], kind: str, spot: _Spot) -> dict[str, Any]:
        try:
            return self._followed(node, kind, spot)
        except _UnresolvedError as error:
            self._report(error, node["$ref"], spot)
            return node

    def _followed(self, node: dict[str, Any], kind: str, spot: _Spot) -> dict[str, Any]:
        target, path = self._target(node["$ref"], spot)
        if kind == SCHEMA:
            reference = self._schema_reference(target, path, spot)
        # What stands elsewhere in the document is walked there; `tidy` sees that it is there.
        elif target is self.main and kind_at(path) == kind and kind not in IN_PLACE:
            reference = "#" + _fragment(path)
        else:
            return self._written_in_place(node, kind, spot, target, path)
        return node if node["$ref"] == reference else {**node, "$ref": reference}

    def _schema_reference(self, target: File, path: Path, spot: _Spot) -> str:
        """A local reference to a schema, which is brought in unless it stands in the document."""
        scope = self._entered(spot.scope, target, path)
        if target is self.main and kind_at(path) == SCHEMA and scope == self._standing(path):
            return "#" + _fragment(path)
        return self._add_schema(_value(target.value, path), target, path, scope)

    def _target(self, reference: str, spot: _Spot) -> tuple[File, Path]:
        """The file and the path that a reference means. Raises _UnresolvedError."""
        try:
            urlsplit(reference)
            place, fragment = urldefrag(reference)
        except ValueError as error:
            raise _UnresolvedError("broken-reference", f"is no valid address: {error}") from None
        file, resource = spot.file, spot.file.resources(spot.here)[-1]
        if place:
            file, resource = self._identified(place, spot) or (self._file(place, spot), ())
        fragment = unquote(fragment)
        if not fragment:
            return file, resource
        if fragment.startswith("/"):
            return file, _inside(file.value, resource, from_pointer(fragment))
        found = file.anchored(fragment, resource)
        if found is None:
            why = "leads nowhere: no schema has this anchor"
            raise _UnresolvedError("broken-reference", why)
        return file, found

    def _identified(self, place: str, spot: _Spot) -> tuple[File, Path] | None:
        """The schema whose `$id` a reference names, in the file of the reference or the main."""
        uri = spot.file.uri(spot.here)
        for file in (spot.file, self.main):
            path = file.identified(place, uri)
            if path is not None:
                return file, path
        return None

    # --- the dynamic scope (JSON Schema 2020-12 core, sections 7.1 and 8.2.3.2)

    def _with_dynamic(self, value: dict[str, Any], spot: _Spot) -> dict[str, Any]:
        """The schema with its `$dynamicRef` as a `$ref`: the way that led here is known."""
        rest = {name: item for name, item in value.items() if name != "$dynamicRef"}
        try:
            target, path = self._dynamic_target(str(value["$dynamicRef"]), spot)
            reference = self._schema_reference(target, path, spot)
        except _UnresolvedError as error:
            self._report(error, str(value["$dynamicRef"]), spot)
            return rest
        if "$ref" not in rest:
            return {**rest, "$ref": reference}
        return {**rest, "allOf": [*rest.get("allOf", ()), {"$ref": reference}]}

    def _dynamic_target(self, reference: str, spot: _Spot) -> tuple[File, Path]:
        target, path = self._target(reference, spot)
        name = unquote(urldefrag(reference)[1])
        if path not in target.dynamic(target.resources(path)[-1]).get(name, ()):
            return target, path
        for file, resource in spot.scope:
            found = self.files[file].dynamic(resource).get(name, ())
            if len(found) > 1:
                raise _UnresolvedError("dynamic-reference", "has several possible targets")
            if found:
                return self.files[file], found[0]
        return target, path

    def _entered(self, scope: _Scope, file: File, path: Path) -> _Scope:
        """The scope once a reference led to a path of a file."""
        resource = file.resources(path)[-1]
        entry = (file.name, resource)
        return scope if entry in scope or not file.dynamic(resource) else (*scope, entry)

    def _standing(self, path: Path) -> _Scope:
        """The scope of what stands at a path of the document, without any reference."""
        scope: _Scope = ()
        for resource in self.main.resources(path):
            scope = self._entered(scope, self.main, resource)
        return scope

    def _written_in_place(
        self, node: dict[str, Any], kind: str, spot: _Spot, target: File, path: Path
    ) -> dict[str, Any]:
        key = (target.name, path)
        if key in self.open:
            raise _UnresolvedError("circular-reference", "leads back to itself")
        if len(self.open) == _LONGEST:
            why = f"is the last of a chain of {_LONGEST}, which is too long"
            raise _UnresolvedError("broken-reference", why)
        value = _value(target.value, path)
        if not isinstance(value, dict):
            raise _UnresolvedError("broken-reference", f"leads to something that is no {kind}")
        self.origins[spot.there] = (target.parsed, path)
        self.open.append(key)
        inside = _Spot(spot.there, target, path, spot.scope)
        result: dict[str, Any] = self._object(value, kind, inside)
        self.open.pop()
        siblings = self._siblings(node, kind)
        if not siblings:
            return result
        for name in siblings:
            self.origins[(*spot.there, name)] = (spot.file.parsed, (*spot.here, name))
        return {**result, **self._object(siblings, kind, spot)}

    def _siblings(self, node: dict[str, Any], kind: str) -> dict[str, Any]:
        """What stands beside a reference and overrides (OpenAPI 3.1.1 section 4.8.23); beside
        that of a path item, any member may stand (section 4.8.9).
        """
        rest = {name: item for name, item in node.items() if name != "$ref"}
        if kind in IN_PLACE:
            return rest
        names = ("summary", "description") if self.has_siblings else ()
        return {name: rest[name] for name in names if name in rest}

    def _add_schema(self, value: Any, target: File, path: Path, scope: _Scope) -> str:
        key = (target.name, path, scope)
        if key not in self.schema_names:
            name = self._name(path[-1] if path else FilePath(target.name).stem)
            self.schema_names[key] = name
            there = (*_SCHEMAS, name)
            self.origins[there] = (target.parsed, path)
            # Later, since a chain of files may be longer than Python can follow at once.
            self.waiting.append((name, value, _Spot(there, target, path, scope)))
        return f"#/components/schemas/{self.schema_names[key]}"

    def _name(self, wanted: str) -> str:
        base = "".join(c if c.isalnum() or c in "._-" else "_" for c in wanted) or "schema"
        name, number = base, 2
        while name in self.names:
            name, number = f"{base}_{number}", number + 1
        self.names.add(name)
        return name

    # --- files

    def _file(self, place: str, spot: _Spot) -> File:
        referrer = self._referrer(spot)
        uri = spot.file.uri(spot.here)
        if self.is_remote_allowed and sources.is_address(uri):
            place = urljoin(uri, place)
        key = (referrer.file, place)
        if key not in self.located:
            self.located[key] = self._locate(place, referrer)
        return self._read(self.files, self.located[key], _read_file)

    def _read(self, known: dict[str, Read], place: str, read: Callable[[str], Read]) -> Read:
        """What is read at a place: once, even where it cannot be. Raises _UnresolvedError."""
        if place in self.failed:
            raise self.failed[place]
        if place not in known:
            try:
                known[place] = read(place)
            except LoadError as error:
                why = f"cannot be followed: {str(error).rstrip('.')}"
                self.failed[place] = _UnresolvedError("broken-reference", why)
                raise self.failed[place] from None
        return known[place]

    def _referrer(self, spot: _Spot) -> Parsed:
        """The text that a relative reference is relative to: that of its own source, but for what
        overlays write, which is the document's.
        """
        if spot.file is not self.main:
            return spot.file.parsed
        parsed = origin_of(self.main.parsed, self.origins, spot.there)[0]
        return parsed if parsed in self.sources else self.main.parsed

    def _locate(self, place: str, referrer: Parsed) -> str:
        if sources.is_address(place) or sources.is_address(referrer.file):
            if not self.is_remote_allowed:
                raise _UnresolvedError(
                    "ignored-remote-reference", "leads to another host or address"
                )
            return urljoin(referrer.file, place)
        if urlsplit(place).scheme:
            raise _UnresolvedError("forbidden-reference", "is of an unknown kind")
        return self._beside(unquote(place), referrer)

    def _beside(self, place: str, referrer: Parsed) -> str:
        main = FilePath(self.main.parsed.file)
        try:
            path = (FilePath(referrer.file).resolve().parent / place).resolve()
            if path.is_fifo():
                raise _UnresolvedError("forbidden-reference", "leads to a pipe, which is no file")
            if path == main.resolve():
                return self.main.parsed.file
            for source in self.sources:
                folder = FilePath(source.file).parent
                if path.is_relative_to(folder.resolve()):
                    return str(folder / path.relative_to(folder.resolve()))
        except (OSError, RuntimeError, ValueError) as error:
            raise _UnresolvedError("broken-reference", f"cannot be followed: {error}") from None
        raise _UnresolvedError("forbidden-reference", "leads out of the document's folder")

    def _report(self, error: _UnresolvedError, reference: str, spot: _Spot) -> None:
        self._say(error, reference, spot)
        self.broken.add(spot.there)

    def _say(self, error: _UnresolvedError, reference: str, spot: _Spot) -> None:
        source = self._source(spot.there)
        self.diagnostics.add(error.name, f"the reference {reference!r} {error.why}", source)

    def _source(self, there: Path) -> Source:
        parsed, path = origin_of(self.main.parsed, self.origins, there)
        return parsed.locate(path)


def _inside(value: Any, resource: Path, path: Path) -> Path:
    """The path of a file that a pointer within a resource of it means. People give schemas an
    `$id`, and refer to `#/components/…` all the same: what the resource lacks is looked for in
    the file.
    """
    try:
        look_up(value, (*resource, *path))
    except LookupError:
        return path
    return (*resource, *path)


def origin_of(main: Parsed, origins: Origins, path: Path) -> tuple[Parsed, Path]:
    """The text that a part of the result comes from, and its path there."""
    for length in range(len(path), 0, -1):
        if origin := origins.get(path[:length]):
            return origin[0], (*origin[1], *path[length:])
    return main, path


def _read_file(place: str) -> File:
    parsed = sources.read(place)
    return File(parsed, parsed.value)


def _components(root: dict[str, Any]) -> dict[str, Any]:
    """The schemas of the document by name."""
    try:
        found = look_up(root, _SCHEMAS)
    except LookupError:
        return {}
    return found if isinstance(found, dict) else {}


def _value(root: Any, path: Path) -> Any:
    try:
        return look_up(root, path)
    except LookupError:
        raise _UnresolvedError("broken-reference", "leads nowhere") from None


def _fragment(path: Path) -> str:
    """A path as URI fragment (RFC 6901 section 6): what a fragment must not hold, encoded."""
    return quote(to_pointer(path), safe="~!$&'()*+,;=:@/?")
