"""`$ref`s: every reference of a document made local, so that one object holds it all.

Rules: a reference stands only where `shapes` has an object; anywhere else it is data. References
inside the document stay, as JSON pointers, once it is sure that they resolve: those by `$id`,
`$anchor` or `$dynamicAnchor` are rewritten. References to files in the document's folder (or
below) are brought in: a schema becomes a member of `components/schemas`, since schemas may be
recursive; anything else is written where it was referred to. Other files and other hosts are
refused, unless the user asked for remote references. What cannot be followed is a diagnostic:
a schema there takes anything, and any other part is left out.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path as FilePath
from typing import Any, Final
from urllib.parse import quote, unquote, urldefrag, urljoin, urlsplit

from tallystick.errors import LoadError, Source
from tallystick.reader import sources
from tallystick.reader.diagnostics import Diagnostics
from tallystick.reader.options import LoadOptions
from tallystick.reader.parsing import Parsed
from tallystick.reader.pointers import Path, from_pointer, look_up, to_pointer
from tallystick.reader.shapes import SCHEMA, Member, is_extension, members

Origins = dict[Path, tuple[Parsed, Path]]
"""Where parts come from that are not of the main text, or not at their path of it."""

_SCHEMAS: Path = ("components", "schemas")
_NO_REFERENCES = {"document", "components", "operation", "encoding"}
_LEFT_OUT: Final = object()


@dataclass(frozen=True, slots=True)
class _Spot:
    """Where the walk is: the path in the result (`there`), the file with the path in it
    (`here`), and the path of the nearest schema around it that has an `$id` (`base`).
    """

    there: Path
    file: _File
    here: Path
    base: Path = ()

    def at(self, *tokens: str) -> _Spot:
        return _Spot((*self.there, *tokens), self.file, (*self.here, *tokens), self.base)


class _UnresolvedError(Exception):
    """A reference that cannot be followed: the name of its diagnostic, and why."""

    def __init__(self, name: str, why: str) -> None:
        super().__init__(why)
        self.name = name
        self.why = why


class _File:
    """A file (or the main document, overlays applied) with the names of its schemas."""

    def __init__(self, parsed: Parsed, value: Any) -> None:
        self.parsed = parsed
        self.value = value

    @cached_property
    def ids(self) -> dict[str, Path]:
        """The schemas by their `$id`, as it is written and as an absolute URI."""
        found: dict[str, Path] = {}
        if "$id" in self.parsed.text:
            for path, schema, base in _identified(self.value, (), ""):
                found.setdefault(schema["$id"].rstrip("#"), path)
                found.setdefault(urljoin(base, schema["$id"]).rstrip("#"), path)
        return found

    @cached_property
    def anchors(self) -> dict[str, list[Path]]:
        """The schemas by their `$anchor` or `$dynamicAnchor`."""
        found: dict[str, list[Path]] = {}
        if "Anchor" in self.parsed.text or "$anchor" in self.parsed.text:
            for path, value in _mappings(self.value, ()):
                for keyword in ("$anchor", "$dynamicAnchor"):
                    if isinstance(value.get(keyword), str):
                        found.setdefault(value[keyword], []).append(path)
        return found


def _mappings(value: Any, path: Path) -> Iterator[tuple[Path, dict[str, Any]]]:
    if isinstance(value, dict):
        yield path, value
        for name, item in value.items():
            yield from _mappings(item, (*path, name))
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield from _mappings(item, (*path, str(index)))


def _identified(value: Any, path: Path, base: str) -> Iterator[tuple[Path, dict[str, Any], str]]:
    """The mappings with an `$id`, each with the URI that its `$id` is relative to."""
    if isinstance(value, dict):
        if isinstance(value.get("$id"), str):
            yield path, value, base
            base = urljoin(base, value["$id"])
        for name, item in value.items():
            yield from _identified(item, (*path, name), base)
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield from _identified(item, (*path, str(index)), base)


def bundle(
    root: dict[str, Any],
    main: Parsed,
    origins: Origins,
    diagnostics: Diagnostics,
    options: LoadOptions,
) -> dict[str, Any]:
    """The document with all its references local. `origins` gets the source of what is brought
    in. The root given is left as it is.
    """
    return _Bundler(root, main, origins, diagnostics, options).run()


class _Bundler:
    def __init__(
        self,
        root: dict[str, Any],
        main: Parsed,
        origins: Origins,
        diagnostics: Diagnostics,
        options: LoadOptions,
    ) -> None:
        self.root = root
        self.main = _File(main, root)
        self.origins = origins
        self.diagnostics = diagnostics
        self.is_remote_allowed = options.remote_references
        self.files: dict[str, _File] = {main.file: self.main}
        self.located: dict[tuple[str, str], str] = {}
        self.schema_names: dict[tuple[str, Path], str] = {}
        self.names = set(_components(root))
        self.added: dict[str, Any] = {}
        self.waiting: deque[tuple[str, Any, _Spot]] = deque()
        self.open: list[tuple[str, Path]] = []
        self.resolved: set[str] = set()

    def run(self) -> dict[str, Any]:
        root: dict[str, Any] = self._object(self.root, "document", _Spot((), self.main, ()))
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
        root = {**root, "components": components}
        for name in self.added:  # a circle may lead through several files
            path = (*_SCHEMAS, name)
            try:
                _follow(root, path)
            except _UnresolvedError as error:
                self._report(error, f"#/components/schemas/{name}", self._source(path))
                components["schemas"][name] = {}
        return root

    # --- the walk

    def _object(self, value: Any, kind: str, spot: _Spot) -> Any:
        if not isinstance(value, dict):
            return value
        if kind == SCHEMA:
            if "$dynamicRef" in value:
                value = self._static(value, spot)
            if isinstance(value.get("$id"), str):
                spot = replace(spot, base=spot.here)
        if isinstance(value.get("$ref"), str) and kind not in _NO_REFERENCES:
            value = self._reference(value, kind, spot)
            if kind != SCHEMA or value is _LEFT_OUT or len(value) < 2:
                return value
        changed: dict[str, Any] = {}
        for name, member in members(kind, value):
            item = value[name]
            walked = self._member(item, kind, name, member, spot.at(name))
            if walked is not item:
                changed[name] = walked
        if not changed:
            return value
        merged = {**value, **changed}
        return {name: item for name, item in merged.items() if item is not _LEFT_OUT}

    def _member(self, item: Any, kind: str, name: str, member: Member, spot: _Spot) -> Any:
        if member.form == "one":
            return self._object(item, member.kind, spot)
        if member.form == "map" and isinstance(item, dict):
            if isinstance(item.get("$ref"), str):
                return self._misplaced(item, kind, name, member, spot)
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
        if not changed:
            return value
        merged = {**value, **changed}
        return {key: item for key, item in merged.items() if item is not _LEFT_OUT}

    def _misplaced(
        self, value: dict[str, Any], kind: str, name: str, member: Member, spot: _Spot
    ) -> Any:
        """A map that is a reference, where OpenAPI allows none: what is meant is plain."""
        what = f"{name!r} is the reference {value['$ref']!r}, which is not allowed there"
        self.diagnostics.add("misplaced-reference", what, self._source(spot.there))
        try:
            target, path = self._target(value["$ref"], spot)
            found = _value(target.value, path)
        except _UnresolvedError as error:
            self._report(error, value["$ref"], self._source(spot.there))
            return _LEFT_OUT
        if not isinstance(found, dict) or "$ref" in found:
            return _LEFT_OUT
        self.origins[spot.there] = (target.parsed, path)
        return self._map(found, kind, name, member, _Spot(spot.there, target, path))

    def _list(self, value: list[Any], member: Member, spot: _Spot) -> list[Any]:
        walked = [
            self._object(item, member.kind, spot.at(str(index))) for index, item in enumerate(value)
        ]
        kept = [(index, item) for index, item in enumerate(walked) if item is not _LEFT_OUT]
        if len(kept) == len(value):
            same = all(new is old for new, old in zip(walked, value, strict=True))
            return value if same else walked
        for place, (index, _) in enumerate(kept):
            if place != index:  # what follows a part that is left out moves up
                origin = origin_of(self.main.parsed, self.origins, (*spot.there, str(index)))
                self.origins[(*spot.there, str(place))] = origin
        return [item for _, item in kept]

    # --- a reference

    def _reference(self, node: dict[str, Any], kind: str, spot: _Spot) -> Any:
        try:
            return self._followed(node, kind, spot)
        except _UnresolvedError as error:
            self._report(error, node["$ref"], self._source(spot.there))
        if kind != SCHEMA:
            return _LEFT_OUT
        return {name: item for name, item in node.items() if name != "$ref"}

    def _followed(self, node: dict[str, Any], kind: str, spot: _Spot) -> Any:
        target, path = self._target(node["$ref"], spot)
        if kind == "path item":
            return self._written_in_place(node, kind, spot, target, path)
        if target is self.main:
            reference = "#" + _fragment(path)
            if reference not in self.resolved:
                _follow(self.root, path)
                self.resolved.add(reference)
            return node if node["$ref"] == reference else {**node, "$ref": reference}
        value = _value(target.value, path)
        if kind == SCHEMA:
            return {**node, "$ref": self._add_schema(value, target, path)}
        return self._written_in_place(node, kind, spot, target, path)

    def _target(self, reference: str, spot: _Spot) -> tuple[_File, Path]:
        """The file and the path that a reference means. Raises _UnresolvedError."""
        try:
            urlsplit(reference)
            place, fragment = urldefrag(reference)
        except ValueError as error:
            raise _UnresolvedError("broken-reference", f"is no valid address: {error}") from None
        file, base = spot.file, spot.base
        if place:
            file, base = self._identified(place, spot) or (self._file(place, spot.file), ())
        fragment = unquote(fragment)
        if not fragment:
            return file, base
        if fragment.startswith("/"):
            return file, (*base, *from_pointer(fragment))
        if fragment not in file.anchors:
            raise _UnresolvedError("broken-reference", "leads nowhere: no schema has this anchor")
        within = [path for path in file.anchors[fragment] if path[: len(base)] == base]
        return file, (within or file.anchors[fragment])[0]

    def _identified(self, place: str, spot: _Spot) -> tuple[_File, Path] | None:
        """The schema whose `$id` a reference names, in the file of the reference or the main."""
        for file in (spot.file, self.main):
            if not file.ids:
                continue
            around = [i for i, path in file.ids.items() if path == spot.base and "/" in i]
            for name in (place, *(urljoin(base, place) for base in around)):
                if name in file.ids:
                    return file, file.ids[name]
        return None

    def _static(self, node: dict[str, Any], spot: _Spot) -> dict[str, Any]:
        """The schema with its `$dynamicRef` as `$ref`, where only one schema can be meant (JSON
        Schema 2020-12 core, section 8.2.3.2); else without it.
        """
        name = str(node["$dynamicRef"]).removeprefix("#")
        rest = {key: item for key, item in node.items() if key != "$dynamicRef"}
        if len(spot.file.anchors.get(name, ())) == 1 and "$ref" not in node:
            return {**rest, "$ref": f"#{name}"}
        source = self._source(spot.there)
        what = f"the $dynamicRef {node['$dynamicRef']!r} has several possible targets"
        self.diagnostics.add("dynamic-reference", what, source)
        return rest

    def _written_in_place(
        self, node: dict[str, Any], kind: str, spot: _Spot, target: _File, path: Path
    ) -> Any:
        key = (target.parsed.file, path)
        if key in self.open:
            raise _UnresolvedError("circular-reference", "leads in a circle")
        value = _value(target.value, path)
        if not isinstance(value, dict):
            raise _UnresolvedError("broken-reference", f"leads to something that is no {kind}")
        self.origins[spot.there] = (target.parsed, path)
        self.open.append(key)
        result = self._object(value, kind, _Spot(spot.there, target, path))
        self.open.pop()
        # OpenAPI 3.1.1 section 4.8.23: these siblings override those of the referenced object;
        # beside the reference of a path item, any member may stand (section 4.8.9).
        siblings = {
            name: item
            for name, item in node.items()
            if name != "$ref" and (kind == "path item" or name in ("summary", "description"))
        }
        if not siblings or not isinstance(result, dict):
            return result
        for name in siblings:
            self.origins[(*spot.there, name)] = (spot.file.parsed, (*spot.here, name))
        return {**result, **self._object(siblings, kind, spot)}

    def _add_schema(self, value: Any, target: _File, path: Path) -> str:
        key = (target.parsed.file, path)
        if key not in self.schema_names:
            name = self._name(path[-1] if path else FilePath(target.parsed.file).stem)
            self.schema_names[key] = name
            there = (*_SCHEMAS, name)
            self.origins[there] = (target.parsed, path)
            # Later, since a chain of files may be longer than Python can follow at once.
            self.waiting.append((name, value, _Spot(there, target, path)))
        return f"#/components/schemas/{self.schema_names[key]}"

    def _name(self, wanted: str) -> str:
        base = "".join(c if c.isalnum() or c in "._-" else "_" for c in wanted) or "schema"
        name, number = base, 2
        while name in self.names:
            name, number = f"{base}_{number}", number + 1
        self.names.add(name)
        return name

    # --- files

    def _file(self, place: str, referrer: _File) -> _File:
        key = (referrer.parsed.file, place)
        if key not in self.located:
            self.located[key] = self._locate(place, referrer.parsed)
        name = self.located[key]
        if name not in self.files:
            try:
                parsed = sources.read(name)
            except LoadError as error:
                why = f"cannot be followed: {str(error).rstrip('.')}"
                raise _UnresolvedError("broken-reference", why) from None
            self.files[name] = _File(parsed, parsed.value)
        return self.files[name]

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
            folder = main.resolve().parent
            path = (FilePath(referrer.file).resolve().parent / place).resolve()
        except (OSError, RuntimeError, ValueError) as error:
            raise _UnresolvedError("broken-reference", f"cannot be followed: {error}") from None
        if not path.is_relative_to(folder):
            raise _UnresolvedError("forbidden-reference", "leads out of the document's folder")
        if path == main.resolve():
            return self.main.parsed.file
        return str(main.parent / path.relative_to(folder))

    def _report(self, error: _UnresolvedError, reference: str, source: Source) -> None:
        self.diagnostics.add(error.name, f"the reference {reference!r} {error.why}", source)

    def _source(self, there: Path) -> Source:
        parsed, path = origin_of(self.main.parsed, self.origins, there)
        return parsed.locate(path)


def origin_of(main: Parsed, origins: Origins, path: Path) -> tuple[Parsed, Path]:
    """The text that a part of the result comes from, and its path there."""
    for length in range(len(path), 0, -1):
        if origin := origins.get(path[:length]):
            return origin[0], (*origin[1], *path[length:])
    return main, path


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


def _follow(root: Any, path: Path) -> None:
    """See that a path leads to a value, references on the way followed. Raises _UnresolvedError."""
    seen = set()
    while True:
        found = _value(root, path)
        if not isinstance(found, dict | bool):
            raise _UnresolvedError("broken-reference", "leads to a value of another kind")
        if isinstance(found, bool) or not str(found.get("$ref", "")).startswith("#/"):
            return
        if path in seen:
            raise _UnresolvedError("circular-reference", "leads in a circle")
        seen.add(path)
        path = from_pointer(unquote(found["$ref"][1:]))


def _fragment(path: Path) -> str:
    """A path as URI fragment (RFC 6901 section 6): what a fragment must not hold, encoded."""
    return quote(to_pointer(path), safe="~!$&'()*+,;=:@/?")
