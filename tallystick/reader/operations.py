"""The operations of a document: parameters, request body and responses, references followed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from itertools import islice
from types import MappingProxyType
from typing import Any

from tallystick.catalogue.sentences import Field
from tallystick.reader.document import METHODS, Document
from tallystick.reader.pointers import Path, look_up

_DEPTH = 5
"""How deep properties are looked for in a request body; nobody names deeper ones in prose."""

_MOST_NAMES = 5_000
"""How many nested properties are looked at; a recursive schema has more than anybody names."""


@dataclass(frozen=True, slots=True)
class MediaType:
    """A media type of a request body or response, as the document spells it."""

    name: str
    path: Path
    schema: Path | None
    examples: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Parameter:
    """A parameter of an operation; `location` is path, query, header or cookie."""

    name: str
    location: str
    required: bool
    path: Path
    schema: Path | None
    style: str
    explode: bool


@dataclass(frozen=True, slots=True)
class RequestBody:
    """The request body of an operation."""

    required: bool
    media_types: tuple[MediaType, ...]


@dataclass(frozen=True, slots=True)
class DocumentedResponse:
    """A documented response; `status` is as the document spells it: 200, 4XX or default."""

    status: str
    description: str
    path: Path
    media_types: tuple[MediaType, ...]

    @property
    def http_status(self) -> int:
        """The status code to send for it: of a range the first, for `default` 500."""
        if self.status == "default":
            return 500
        return int(self.status.upper().replace("X", "0"))


@dataclass(frozen=True, eq=False)
class Operation:
    """One method on one path. `name` is how reports and target files call it."""

    method: str
    path: str
    location: Path
    operation_id: str | None
    description: str
    parameters: tuple[Parameter, ...]
    request_body: RequestBody | None
    responses: tuple[DocumentedResponse, ...]
    fields: tuple[Field, ...]
    extensions: Mapping[str, Any]

    @property
    def name(self) -> str:
        """The method in capitals, a space, and the path template."""
        return f"{self.method.upper()} {self.path}"


def read_operations(document: Document) -> Iterator[Operation]:
    """The operations of a document, in its order."""
    for path in document.root.get("paths") or {}:
        item, location = document.follow(document.root["paths"][path], ("paths", path))
        for method in METHODS:
            if method in item:
                yield _operation(document, item, (*location, method), path, method)


def _operation(
    document: Document, item: dict[str, Any], location: Path, path: str, method: str
) -> Operation:
    node = item[method]
    parameters = _parameters(document, item, node, location)
    body = _request_body(document, node, location)
    return Operation(
        method=method,
        path=path,
        location=location,
        operation_id=node.get("operationId"),
        description=node.get("description") or node.get("summary") or "",
        parameters=parameters,
        request_body=body,
        responses=tuple(_responses(document, node, location)),
        fields=_fields(document, parameters, body),
        extensions=MappingProxyType(
            {name: value for name, value in node.items() if name.startswith("x-tallystick-")}
        ),
    )


_STYLES = {"path": "simple", "header": "simple", "query": "form", "cookie": "form"}


def _parameters(
    document: Document, item: dict[str, Any], node: dict[str, Any], location: Path
) -> tuple[Parameter, ...]:
    """Those of the path item, overridden by those of the operation of the same name and place
    (OpenAPI 3.1.1 section 4.8.10).
    """
    found: dict[tuple[str, str], Parameter] = {}
    for owner, place in ((item, location[:-1]), (node, location)):
        for index, raw in enumerate(owner.get("parameters") or ()):
            value, path = document.follow(raw, (*place, "parameters", str(index)))
            found[value["in"], value["name"]] = _parameter(value, path)
    return tuple(found.values())


def _parameter(value: dict[str, Any], path: Path) -> Parameter:
    style = value.get("style") or _STYLES[value["in"]]
    return Parameter(
        name=value["name"],
        location=value["in"],
        required=bool(value.get("required", False)),
        path=path,
        schema=(*path, "schema") if "schema" in value else None,
        style=style,
        explode=bool(value.get("explode", style == "form")),
    )


def _request_body(document: Document, node: dict[str, Any], location: Path) -> RequestBody | None:
    if "requestBody" not in node:
        return None
    body, path = document.follow(node["requestBody"], (*location, "requestBody"))
    return RequestBody(bool(body.get("required", False)), _media_types(body, path))


def _responses(
    document: Document, node: dict[str, Any], location: Path
) -> Iterator[DocumentedResponse]:
    for status, raw in (node.get("responses") or {}).items():
        if not status.startswith("x-"):
            value, path = document.follow(raw, (*location, "responses", status))
            description = value.get("description") or ""
            yield DocumentedResponse(status, description, path, _media_types(value, path))


def _media_types(owner: dict[str, Any], path: Path) -> tuple[MediaType, ...]:
    return tuple(
        MediaType(
            name=name,
            path=(*path, "content", name),
            schema=(*path, "content", name, "schema") if "schema" in (value or {}) else None,
            examples=MappingProxyType((value or {}).get("examples") or {}),
        )
        for name, value in (owner.get("content") or {}).items()
    )


def _fields(
    document: Document, parameters: tuple[Parameter, ...], body: RequestBody | None
) -> tuple[Field, ...]:
    """What prose can name: parameters, and properties of the body at any depth."""
    fields = [Field(parameter.location, parameter.name) for parameter in parameters]
    for media_type in body.media_types if body else ():
        if media_type.schema:
            names = [
                *property_names(document, media_type.schema, 0),
                *islice(property_names(document, media_type.schema), _MOST_NAMES),
            ]
            fields += [Field("body", name) for name in names]
    return tuple(dict.fromkeys(fields))


def property_names(document: Document, path: Path, depth: int = _DEPTH) -> Iterator[str]:
    """The names of the properties of an object schema; those of nested objects are dotted."""
    for name, place in properties(document, path):
        yield name
        if depth:
            for inner in property_names(document, place, depth - 1):
                yield f"{name}.{inner}"


def properties(document: Document, path: Path) -> Iterator[tuple[str, Path]]:
    """The properties of an object schema and of what it is composed of, with their paths."""
    seen: set[Path] = set()
    waiting = [path]
    while waiting:
        schema, place = document.follow(look_up(document.root, waiting[0]), waiting.pop(0))
        if place in seen or not isinstance(schema, dict):
            continue
        seen.add(place)
        for name in schema.get("properties") or {}:
            yield name, (*place, "properties", name)
        for keyword in ("allOf", "anyOf", "oneOf"):
            waiting += [
                (*place, keyword, str(index)) for index in range(len(schema.get(keyword) or ()))
            ]
