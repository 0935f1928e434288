"""The document: an OpenAPI description, read, overlaid, bundled, and rid of what cannot be used.

Rules: reading never refuses what can be served. Fatal are only a text that cannot be parsed, a
text that is no OpenAPI 3.x, and a mistake in an overlay; all else is a diagnostic. The vendor's
text is never changed, only what is read from it; each value knows the file and line that it came
from, through overlays and references. Both programs get their JSON Schemas from here, in one
dialect (2020-12), whatever the document's version.
"""

from __future__ import annotations

import copy
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any
from urllib.parse import quote, unquote

from tallystick.errors import DocumentError, Source
from tallystick.reader import merging, overlays, references
from tallystick.reader.diagnostics import Diagnostics
from tallystick.reader.options import LOCALE, LoadOptions
from tallystick.reader.pointers import Path, from_pointer, look_up, to_pointer
from tallystick.reader.schemas.dialect import DIALECT, NULLABLE, URI, to_2020_12
from tallystick.reader.schemas.structure import check_structure
from tallystick.reader.schemas.validators import Validators
from tallystick.reader.schemas.views import Use
from tallystick.reader.shapes import KINDS
from tallystick.reader.texts import sources
from tallystick.reader.texts.parsing import Parsed
from tallystick.reader.tidy import tidy

_VERSION = re.compile(r"3\.(?P<minor>[0-9]+)(?P<patch>\.[0-9]+(?:-[\w.]+)?)?")
_NEWEST = 2
_LONGEST_CHAIN = 100


@dataclass(frozen=True, eq=False)
class Document:
    """An OpenAPI description. Every `$ref` in `root` is local and leads somewhere, and each part
    is of the type that the specification wants. `locale` is that of the data made up for it.
    """

    root: dict[str, Any]
    main: Parsed = field(repr=False)
    origins: references.Origins = field(repr=False)
    diagnostics: Diagnostics = field(default_factory=Diagnostics, repr=False)
    locale: str = LOCALE

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
        seen = {path}
        while isinstance(value, dict) and str(value.get("$ref", "")).startswith("#/"):
            inside = from_pointer(unquote(value["$ref"][1:]))
            try:
                found = look_up(self.root, inside)
            except LookupError:
                break
            if inside in seen:
                break
            seen.add(inside)
            value, path = self._overridden(found, value), inside
        # `tidy` has seen to it that references lead to a value. Where they do not, it is data.
        return value, path

    def _overridden(self, found: Any, reference: dict[str, Any]) -> Any:
        """What a reference leads to, with what the reference itself says (OpenAPI 3.1.1 section
        4.8.23); in OpenAPI 3.0 that is ignored.
        """
        names = () if self.is_3_0 else ("summary", "description")
        siblings = {name: reference[name] for name in names if name in reference}
        return {**found, **siblings} if siblings and isinstance(found, dict) else found

    def _followed(self, value: Any, path: Path) -> Node:
        value, path = self.follow(value, path)
        return Node(self, path, value)

    @cached_property
    def validators(self) -> Validators:
        """The compiled validators of the schemas."""
        return Validators(self)

    @cached_property
    def schema_root(self) -> dict[str, Any]:
        """The document with its schemas as JSON Schema 2020-12 (OpenAPI 3.1's own dialect).

        Only what holds schemas: a validator would take other members of the root for keywords.
        """
        converted = to_2020_12(self.root)
        return {"$schema": DIALECT} | {
            name: converted[name] for name in converted if name in KINDS["document"]
        }

    def schema_path(self, path: Path) -> Path:
        """Where in `schema_root` the schema is that `root` has at this path."""
        value: Any = self.schema_root
        found: list[str] = []
        for token in path:
            if isinstance(value, dict) and NULLABLE in value:
                found += ["anyOf", "0"]
                value = value["anyOf"][0]
            found.append(token)
            value = look_up(value, (token,))
        return tuple(found)

    def schema_at(self, path: Path) -> Any:
        """The schema of a path in the dialect of `schema_root`."""
        return look_up(self.schema_root, self.schema_path(path))

    def dereferenced(self, schema: Any) -> Any:
        """A schema of `schema_root`, or what its reference leads to."""
        for _ in range(_LONGEST_CHAIN):
            if not isinstance(schema, dict) or not isinstance(schema.get("$ref"), str):
                break
            schema = look_up(self.schema_root, from_pointer(unquote(schema["$ref"][1:])))
        return schema

    def json_schema(self, path: Path, use: Use = "response") -> dict[str, Any]:
        """The schema at this path as a self-contained 2020-12 schema, for any validator.

        The document itself is the schema's root, so that its local references and its recursion
        hold; OpenAPI's members are unknown keywords there, which are ignored (2020-12 core,
        section 6.5).
        """
        reference = self.schema_reference(path)["$ref"].removeprefix(URI)
        return {**self.validators.root(use), "$ref": reference}

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

    bundled, broken = references.bundle(merged, read, origins, diagnostics, options)
    before = dict(origins)  # what is left out moves the rest of its list

    def locate(path: Path) -> Source:
        return _locate(main, before, path)

    tidied = tidy(bundled, main, origins, diagnostics, broken)
    check_structure(bundled, _minor(main.value["openapi"]), diagnostics, locate)
    return Document(_titled(tidied), main, origins, diagnostics, options.locale)


_TITLE = {"title": "Untitled", "version": ""}
"""What `info` has at least."""


def _titled(root: dict[str, Any]) -> dict[str, Any]:
    """The document with texts in `info`, whatever stands there: its structure was checked."""
    info = root.get("info")
    given = info if isinstance(info, dict) else {}
    texts = {
        name: text if (text := given.get(name)) is None or isinstance(text, str) else str(text)
        for name in _TITLE
    }
    wanted = {name: texts[name] or default for name, default in _TITLE.items()}
    return {**root, "info": {**given, **wanted}}


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
    version = value["openapi"]
    match = _VERSION.fullmatch(str(version))
    source = parsed.locate(("openapi",))
    if match is None:
        what = f"OpenAPI version {json.dumps(version)} is not known."
        remedy = "Tallystick reads OpenAPI 3.0, 3.1 and 3.2."
        raise DocumentError(what, source=source, remedy=remedy)
    if int(match["minor"]) > _NEWEST:
        what = f"OpenAPI {version} is read as 3.{_NEWEST}"
        diagnostics.add("unknown-version", what, source)
    elif match["patch"] is None:
        what = f"the OpenAPI version is written {version}, without its last number"
        diagnostics.add("unknown-version", what, source)


def _minor(version: Any) -> int:
    """The minor version that a document is read as."""
    match = _VERSION.fullmatch(str(version))
    return min(int(match["minor"]), _NEWEST) if match else _NEWEST
