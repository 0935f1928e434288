"""The document: an OpenAPI description, read, overlaid, bundled and validated.

Rules: the vendor's text is never changed, only what is read from it; each value knows the file
and line that it came from, through overlays and references. Both programs get their JSON
Schemas from here, in one dialect (2020-12), whatever the document's version.
"""

from __future__ import annotations

import copy
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, NoReturn
from urllib.parse import unquote

from openapi_spec_validator import OpenAPIV30SpecValidator, OpenAPIV31SpecValidator

from tallystick.errors import DocumentError, InvalidDocumentError, Source
from tallystick.reader import overlays, references, sources
from tallystick.reader.dialect import to_2020_12
from tallystick.reader.options import LoadOptions
from tallystick.reader.parsing import Parsed
from tallystick.reader.pointers import Path, from_pointer, look_up, to_pointer

METHODS = ("get", "put", "post", "delete", "options", "head", "patch", "trace")


def _refuse(uri: str) -> NoReturn:
    raise LookupError(f"{uri} is not fetched")


# By themselves the validators open whatever a `$ref` names, even one that is only data.
_NO_FETCHING: dict[str, Any] = dict.fromkeys(("", "http", "https", "file", "ftp", "data"), _refuse)


class _Validator30(OpenAPIV30SpecValidator):
    resolver_handlers = _NO_FETCHING


class _Validator31(OpenAPIV31SpecValidator):
    resolver_handlers = _NO_FETCHING


_VERSIONS = {"3.0": _Validator30, "3.1": _Validator31}
_MOST_ERRORS = 20


@dataclass(frozen=True, eq=False)
class Document:
    """An OpenAPI description; every `$ref` in `root` is local."""

    root: dict[str, Any]
    main: Parsed = field(repr=False)
    origins: references.Origins = field(repr=False)
    warnings: tuple[str, ...] = ()

    def locate(self, path: Path, needle: str = "") -> Source:
        """Where the value at this path stands; with a needle, the line of it that holds it."""
        parsed, inside = self._origin(path)
        source = parsed.locate(inside)
        line = parsed.line_of(inside, needle) if needle else source.line
        return Source(source.file, to_pointer(inside), line)

    def _origin(self, path: Path) -> tuple[Parsed, Path]:
        for length in range(len(path), -1, -1):
            if origin := self.origins.get(path[:length]):
                return origin[0], (*origin[1], *path[length:])
        return self.main, path

    def follow(self, node: Any, path: Path) -> tuple[Any, Path]:
        """The node itself, or what its reference leads to, with the path of that."""
        # Each reference leads somewhere, and none in a circle: `references` has seen to that.
        while isinstance(node, dict) and str(node.get("$ref", "")).startswith("#/"):
            siblings = {name: node[name] for name in ("summary", "description") if name in node}
            path = from_pointer(unquote(node["$ref"][1:]))
            node = look_up(self.root, path)
            node = {**node, **siblings} if siblings else node
        return node, path

    @cached_property
    def schema_root(self) -> dict[str, Any]:
        """The document with its schemas as JSON Schema 2020-12 (OpenAPI 3.1's own dialect)."""
        if not str(self.root["openapi"]).startswith("3.0."):
            return self.root
        root = copy.deepcopy(self.root)
        for path in list(schema_paths(root)):
            parent = look_up(root, path[:-1])
            key = int(path[-1]) if isinstance(parent, list) else path[-1]
            parent[key] = to_2020_12(parent[key])
        return root

    def json_schema(self, path: Path) -> dict[str, Any]:
        """The schema at this path as a self-contained 2020-12 schema, for any validator.

        The document itself is the schema's root, so that its local references and its recursion
        hold; OpenAPI's members are unknown keywords there, which are ignored (2020-12 core,
        section 6.5).
        """
        return {
            "$schema": "https://json-schema.org/draft/2020-12/schema",
            **self.schema_root,
            "$ref": "#" + _uri_fragment(to_pointer(path)),
        }


def load(options: LoadOptions) -> Document:
    """Read a document and apply overlays to it.

    Raises TallystickError with the place of what is wrong.
    """
    main = sources.read(options.documents[0])
    _check_version(main)
    target = overlays.OverlayTarget(copy.deepcopy(main.value))
    for name in options.overlays:
        overlays.apply(target, sources.read(name))
    root = references.bundle(target.value, main, target.origins, remote=options.remote_references)
    document = Document(root, main, target.origins, tuple(target.warnings))
    errors = list(_errors(document))
    if errors:
        raise errors[0] if len(errors) == 1 else InvalidDocumentError(errors)
    return document


def schema_paths(root: Any, path: Path = ()) -> Iterator[Path]:
    """The paths of the outermost schemas: under `schema`, and in `components/schemas`."""
    if isinstance(root, list):
        for index, item in enumerate(root):
            yield from schema_paths(item, (*path, str(index)))
    elif isinstance(root, dict):
        for name, item in root.items():
            if name == "schema" or path == ("components", "schemas"):
                yield (*path, name)
            elif path[-1:] == ("headers",) or not (
                name in {"example", "examples"} or name.startswith("x-")
            ):
                yield from schema_paths(item, (*path, name))


def _check_version(main: Parsed) -> None:
    value = main.value
    if not isinstance(value, dict) or "openapi" not in value:
        what = "This is no OpenAPI document: it has no member 'openapi' at its root."
        if isinstance(value, dict) and "swagger" in value:
            what = "This is a Swagger 2.0 document."
        remedy = "Tallystick reads OpenAPI 3.0.x and 3.1.x."
        raise DocumentError(what, source=main.locate(()), remedy=remedy)
    if _validator(value) is None:
        what = f"OpenAPI version {value['openapi']!r} is not known."
        remedy = "Tallystick reads 3.0.x and 3.1.x."
        raise DocumentError(what, source=main.locate(("openapi",)), remedy=remedy)


def _validator(root: dict[str, Any]) -> Any:
    match = re.match(r"^(3\.[01])\.\d+", str(root["openapi"]))
    return _VERSIONS[match[1]] if match else None


def _errors(document: Document) -> Iterator[DocumentError]:
    """What openapi-spec-validator finds wrong, each with its place; at most `_MOST_ERRORS`."""
    found: set[tuple[Source, str]] = set()
    for error in _findings(document.root):
        what = error.message.partition("\n")[0].rstrip(".") + "."
        source = document.locate(_path_of(error, document.root))
        if (source, what) not in found:
            found.add((source, what))
            yield DocumentError(what, source=source)
        if len(found) == _MOST_ERRORS:
            return


def _findings(root: dict[str, Any]) -> Iterator[Any]:
    """The validator's errors. It goes on after errors of structure, and may then trip over one:
    that is no finding of its own, unless it is the only one.
    """
    count = 0
    try:
        for error in _validator(root)(root).iter_errors():
            count += 1
            yield error
    except Exception as error:
        if not count:
            what = f"The document cannot be validated: {type(error).__name__}: {error}."
            raise DocumentError(what) from error


def _path_of(error: Any, root: dict[str, Any]) -> Path:
    """The path of an error. The validator gives paths from the root, paths from a schema (then
    the place is where that path leads to the value at fault), or none, but names the operation.
    """
    path = tuple(str(token) for token in error.absolute_path)
    if path and path[0] in root:
        return path
    for start in schema_paths(root):
        for place in _within(root, start, path):
            if _leads_to(root, place, error.instance):
                return place
    return _operation_named(error.message, root)


def _within(root: Any, start: Path, path: Path) -> Iterator[Path]:
    yield (*start, *path)
    value = look_up(root, start)
    children = value.items() if isinstance(value, dict) else ()
    for name, child in children:
        if isinstance(child, dict) and name != "example":
            yield from _within(root, (*start, name), path)


def _leads_to(root: Any, path: Path, instance: Any) -> bool:
    try:
        value = look_up(root, path)
    except LookupError:
        return False
    return bool(value == instance) or (isinstance(value, dict) and value.get("default") == instance)


def _operation_named(message: str, root: dict[str, Any]) -> Path:
    quoted = re.findall(r"'([^']*)'", message)
    for path in root.get("paths") or {}:
        if path in quoted:
            method = next((word for word in quoted if word in METHODS), None)
            return ("paths", path, method) if method else ("paths", path)
    return ()


def _uri_fragment(pointer: str) -> str:
    """A pointer as URI fragment (RFC 6901 section 6): what a fragment must not hold, encoded."""
    return re.sub(
        r"[^A-Za-z0-9\-._~!$&'()*+,;=:@/?]",
        lambda match: "".join(f"%{byte:02X}" for byte in match[0].encode()),
        pointer,
    )
