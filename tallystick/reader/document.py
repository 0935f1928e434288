"""The document: an OpenAPI description, read, overlaid, bundled, and rid of what cannot be used.

Rules: reading never refuses what can be served. Fatal are only a text that cannot be parsed, a
text that is no OpenAPI 3.x, and a mistake in an overlay; all else is a diagnostic. The vendor's
text is never changed, only what is read from it; each value knows the file and line that it came
from, through overlays and references. Both programs get their JSON Schemas from here, in one
dialect (2020-12), whatever the document's version.
"""

from __future__ import annotations

import copy
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any
from urllib.parse import quote, unquote

from tallystick.errors import DocumentError, Source
from tallystick.reader import merging, overlays, references, sources
from tallystick.reader.diagnostics import Diagnostics
from tallystick.reader.dialect import DIALECT, NULLABLE, URI, to_2020_12
from tallystick.reader.options import LoadOptions
from tallystick.reader.parsing import Parsed
from tallystick.reader.pointers import Path, from_pointer, look_up, to_pointer
from tallystick.reader.structure import check_structure
from tallystick.reader.tidy import tidy
from tallystick.reader.validators import Validators

_VERSION = re.compile(r"3\.(?P<minor>[0-9]+)(?P<patch>\.[0-9]+(?:-[\w.]+)?)?")
_NEWEST = 2


@dataclass(frozen=True, eq=False)
class Document:
    """An OpenAPI description. Every `$ref` in `root` is local and leads somewhere, and each part
    is of the type that the specification wants.
    """

    root: dict[str, Any]
    main: Parsed = field(repr=False)
    origins: references.Origins = field(repr=False)
    diagnostics: Diagnostics = field(default_factory=Diagnostics, repr=False)

    @property
    def file(self) -> str:
        """The file or address of the main text."""
        return self.main.file

    @property
    def is_3_0(self) -> bool:
        """Whether the document is of OpenAPI 3.0."""
        return str(self.root["openapi"]).startswith("3.0")

    def locate(self, path: Path, needle: str = "") -> Source:
        """Where the value at this path stands; with a needle, the line of it that holds it."""
        return _locate(self.main, self.origins, path, needle)

    def node(self, *path: str) -> Node:
        """The value at a path, references on the way followed. Raises LookupError."""
        node = Node(self, (), self.root)
        for token in path:
            found = node.get(token)
            if found is None:
                raise LookupError(token)
            node = found
        return node

    def at(self, path: Path) -> Node:
        """The value that stands at just this path, or what its own reference leads to."""
        return self._followed(look_up(self.root, path), path)

    def follow(self, value: Any, path: Path) -> tuple[Any, Path]:
        """The value itself, or what its reference leads to, with the path of that."""
        # Each reference leads somewhere, and none in a circle: `references` has seen to that.
        while isinstance(value, dict) and str(value.get("$ref", "")).startswith("#"):
            siblings = {name: value[name] for name in ("summary", "description") if name in value}
            path = from_pointer(unquote(value["$ref"][1:]))
            value = look_up(self.root, path)
            if siblings and isinstance(value, dict):
                value = {**value, **siblings}
        return value, path

    def _followed(self, value: Any, path: Path) -> Node:
        value, path = self.follow(value, path)
        return Node(self, path, value)

    @cached_property
    def validators(self) -> Validators:
        """The compiled validators of the schemas."""
        return Validators(self)

    @cached_property
    def schema_root(self) -> dict[str, Any]:
        """The document with its schemas as JSON Schema 2020-12 (OpenAPI 3.1's own dialect)."""
        root: dict[str, Any] = {"$schema": DIALECT, **to_2020_12(self.root)}
        return root

    def schema_path(self, path: Path) -> Path:
        """Where in `schema_root` the schema is that `root` has at this path."""
        value: Any = self.schema_root
        found: list[str] = []
        for token in path:
            if isinstance(value, dict) and NULLABLE in value and token not in value:
                found += ["anyOf", "0"]
                value = value["anyOf"][0]
            found.append(token)
            value = look_up(value, (token,))
        return tuple(found)

    def schema_at(self, path: Path) -> Any:
        """The schema of a path in the dialect of `schema_root`."""
        return look_up(self.schema_root, self.schema_path(path))

    def json_schema(self, path: Path) -> dict[str, Any]:
        """The schema at this path as a self-contained 2020-12 schema, for any validator.

        The document itself is the schema's root, so that its local references and its recursion
        hold; OpenAPI's members are unknown keywords there, which are ignored (2020-12 core,
        section 6.5).
        """
        reference = self.schema_reference(path)["$ref"].removeprefix(URI)
        return {**self.schema_root, "$ref": reference}

    def schema_reference(self, path: Path) -> dict[str, str]:
        """A 2020-12 schema that refers to the one at this path of `root`. A validator needs a
        registry that holds `schema_root` at `URI`.
        """
        pointer = quote(to_pointer(self.schema_path(path)), safe="~!$&'()*+,;=:@/?")
        return {"$schema": DIALECT, "$ref": f"{URI}#{pointer}"}


@dataclass(frozen=True, slots=True)
class Node:
    """A value of a document, with the path where it stands. A member that is a reference is
    followed when it is asked for, so that `path` leads to the value itself.
    """

    document: Document
    path: Path
    value: Any

    def get(self, name: str) -> Node | None:
        """The member of this name, or item of this index; None where there is none."""
        try:
            value = look_up(self.value, (name,))
        except LookupError:
            return None
        return self.document._followed(value, (*self.path, name))

    def map(self, name: str) -> Iterator[tuple[str, Node]]:
        """The members of the map of this name; none where it is missing or no map."""
        found = self.get(name)
        if found is not None and isinstance(found.value, dict):
            for key in found.value:
                inside = found.get(key)
                if inside is not None:
                    yield key, inside

    def list(self, name: str) -> Iterator[Node]:
        """The items of the list of this name; none where it is missing or no list."""
        found = self.get(name)
        if found is not None and isinstance(found.value, list):
            for index, item in enumerate(found.value):
                yield self.document._followed(item, (*found.path, str(index)))

    def text(self, name: str) -> str:
        """The string of this name; empty where it is missing or no string."""
        value = self.value.get(name) if isinstance(self.value, dict) else None
        return value if isinstance(value, str) else ""

    def locate(self, *path: str, needle: str = "") -> Source:
        """Where the value stands, or something inside it."""
        return self.document.locate((*self.path, *path), needle)


def load(options: LoadOptions) -> Document:
    """Read a document and apply overlays to it.

    Raises TallystickError with the place of what is wrong, where nothing can be served.
    """
    diagnostics = Diagnostics()
    read = [source for place in options.documents for source in sources.read_all(place)]
    for parsed in read:
        _check_version(parsed, diagnostics)
        for path, line in parsed.repeated:
            what = f"the key {path[-1]!r} stands here twice"
            source = Source(parsed.file, to_pointer(path), line)
            diagnostics.add("repeated-key", what, source)
    main = read[0]
    merged, origins = merging.merge(read, diagnostics)
    if options.overlays:
        target = overlays.OverlayTarget(copy.deepcopy(merged), origins, diagnostics)
        for name in options.overlays:
            overlays.apply(target, sources.read(name))
        merged = target.value

    bundled = references.bundle(merged, main, origins, diagnostics, options)
    before = dict(origins)  # what is left out moves the rest of its list

    def locate(path: Path) -> Source:
        return _locate(main, before, path)

    tidied = tidy(bundled, main, origins, diagnostics)
    check_structure(bundled, _minor(main.value["openapi"]), diagnostics, locate)
    return Document(tidied, main, origins, diagnostics)


def _locate(main: Parsed, origins: references.Origins, path: Path, needle: str = "") -> Source:
    parsed, inside = references.origin_of(main, origins, path)
    return parsed.locate(inside, needle)


def _check_version(parsed: Parsed, diagnostics: Diagnostics) -> None:
    value = parsed.value
    if not isinstance(value, dict) or "openapi" not in value:
        what = "This is no OpenAPI document: it has no member 'openapi' at its root."
        remedy = "Tallystick reads OpenAPI 3.0, 3.1 and 3.2."
        if isinstance(value, dict) and "swagger" in value:
            what = "This is a Swagger 2.0 document."
            name = re.sub(r"[^\w./:-]", "", parsed.file)
            remedy = f"Convert it: npx swagger2openapi {name} --outfile openapi.yaml"
        raise DocumentError(what, source=parsed.locate(()), remedy=remedy)
    match = _VERSION.fullmatch(str(value["openapi"]))
    if match is None:
        what = f"OpenAPI version {value['openapi']!r} is not known."
        remedy = "Tallystick reads OpenAPI 3.0, 3.1 and 3.2."
        raise DocumentError(what, source=parsed.locate(("openapi",)), remedy=remedy)
    if match["patch"] is None or int(match["minor"]) > _NEWEST:
        what = f"the OpenAPI version is {value['openapi']}; it is read as 3.{_minor(match[0])}"
        diagnostics.add("unknown-version", what, parsed.locate(("openapi",)))


def _minor(version: Any) -> int:
    """The minor version that a document is read as."""
    match = _VERSION.fullmatch(str(version))
    return min(int(match["minor"]), _NEWEST) if match else _NEWEST
