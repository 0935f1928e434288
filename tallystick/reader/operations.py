"""The operations of a document: parameters, request body and responses, references followed.

Rules: what the document says twice, or does not say, is settled here as OpenAPI settles it, or
else in the way that serves most documents; each such place is a diagnostic.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from itertools import islice
from types import MappingProxyType
from typing import Any
from urllib.parse import parse_qsl

from tallystick.reader.diagnostics import Diagnostics
from tallystick.reader.document import Document, Node
from tallystick.reader.pointers import Path
from tallystick.reader.shapes import METHODS

_DEPTH = 5
"""How deep properties are looked for in a request body; nobody names deeper ones in prose."""

_MOST_NAMES = 5_000
"""How many nested properties are looked at; a recursive schema has more than anybody names."""


@dataclass(frozen=True, slots=True)
class Field:
    """A part of a request that can be named: `location` is path, query, header, cookie or body,
    `name` that of a parameter or property, dotted where it is nested.
    """

    location: str
    name: str


@dataclass(frozen=True, slots=True)
class MediaType:
    """A media type of a request body or response, as the document spells it."""

    name: str
    path: Path
    schema: Path | None
    examples: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Parameter:
    """A parameter of an operation; `location` is path, query, header or cookie. One that the
    document does not declare has the path of the operation.
    """

    name: str
    location: str
    required: bool
    path: Path
    schema: Path | None
    style: str
    explode: bool
    is_declared: bool = True


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
        if self.status.lower() == "default":
            return 500
        return int(self.status.upper().replace("X", "0"))


@dataclass(frozen=True, slots=True)
class SecurityScheme:
    """A security scheme, as a requirement names it. `kind` is the `type` of its object, and empty
    where the document has no such scheme; `scheme` is that of HTTP, in lower case; `location` and
    `parameter` are those of an API key; `token_url` is where OAuth 2 gives tokens to clients.
    """

    name: str
    kind: str
    scheme: str = ""
    location: str = ""
    parameter: str = ""
    token_url: str = ""


Requirement = tuple[SecurityScheme, ...]
"""Schemes that are needed together; none at all is the requirement that asks for nothing."""


@dataclass(frozen=True, eq=False)
class Operation:
    """One method on one path. `selectors` are the fixed query members that a path key holds
    (`/search?kind=cat`), which select the operation among those of the path. One of the
    requirements of `security` must be met, where there are any.
    """

    method: str
    path: str
    location: Path
    operation_id: str | None
    description: str
    parameters: tuple[Parameter, ...]
    request_body: RequestBody | None
    responses: tuple[DocumentedResponse, ...]
    extensions: Mapping[str, Any]
    document: Document = field(repr=False)
    selectors: tuple[tuple[str, str], ...]
    security: tuple[Requirement, ...]

    @property
    def name(self) -> str:
        """How reports and target files call it: the method in capitals, a space, and the path."""
        query = "&".join(f"{name}={value}" for name, value in self.selectors)
        return f"{self.method.upper()} {self.path}{'?' if query else ''}{query}"

    @cached_property
    def fields(self) -> tuple[Field, ...]:
        """What prose can name: parameters, and properties of the body at any depth."""
        found = [Field(parameter.location, parameter.name) for parameter in self.parameters]
        for media_type in self.request_body.media_types if self.request_body else ():
            if media_type.schema:
                names = [
                    *property_names(self.document, media_type.schema, 0),
                    *islice(property_names(self.document, media_type.schema), _MOST_NAMES),
                ]
                found += [Field("body", name) for name in names]
        return tuple(dict.fromkeys(found))


def read_operations(document: Document) -> Iterator[Operation]:
    """The operations of a document, in its order."""
    reader = _OperationReader(document)
    for key, item in Node(document, (), document.root).map("paths"):
        if not key.startswith("x-") and isinstance(item.value, dict):
            yield from reader.path_item(key, item)


class _OperationReader:
    """Reads operations, and keeps what must be unique among them."""

    def __init__(self, document: Document) -> None:
        self.document = document
        self.diagnostics: Diagnostics = document.diagnostics
        self.ids: set[str] = set()
        self.templates: set[tuple[str, str]] = set()
        self.schemes = {scheme.name: scheme for scheme in security_schemes(document)}
        self.security = self._security(Node(document, (), document.root)) or ()

    def path_item(self, key: str, item: Node) -> Iterator[Operation]:
        path, selectors = self._path(key, item)
        methods = [(method, item.get(method)) for method in METHODS]
        extra = item.map("additionalOperations")
        for method, node in (*methods, *extra):
            if node is None or not isinstance(node.value, dict):
                continue
            template = re.sub(r"\{[^}]*\}", "{}", path) + repr(selectors)
            if (method, template) in self.templates:
                what = f"{method.upper()} {key} is equal to a path before, and is left out"
                self.diagnostics.add("equal-paths", what, node.locate())
                continue
            self.templates.add((method, template))
            yield self._operation(item, node, path, selectors, method)

    def _path(self, key: str, item: Node) -> tuple[str, tuple[tuple[str, str], ...]]:
        """The path of a key, without a query and fragment, and the members of the query."""
        path, mark, _ = key.partition("#")
        if mark:
            what = f"the path {key!r} has a fragment, which is dropped"
            self.diagnostics.add("path-with-fragment", what, item.locate())
        path, mark, query = path.partition("?")
        if mark:
            what = f"the path {key!r} has a query; its fixed members select the operation"
            self.diagnostics.add("path-with-query", what, item.locate())
        members = parse_qsl(query, keep_blank_values=True)
        return path, tuple((name, value) for name, value in members if "{" not in value)

    def _operation(
        self,
        item: Node,
        node: Node,
        path: str,
        selectors: tuple[tuple[str, str], ...],
        method: str,
    ) -> Operation:
        self._operation_id(node)
        security = self._security(node)
        responses = tuple(self._responses(node))
        if not responses:
            what = f"{method.upper()} {path} documents no response"
            self.diagnostics.add("no-responses", what, node.locate())
        return Operation(
            method=method,
            path=path,
            location=node.path,
            operation_id=node.text("operationId") or None,
            description=node.text("description") or node.text("summary"),
            parameters=self._parameters(item, node, path),
            request_body=self._request_body(node),
            responses=responses,
            extensions=MappingProxyType(
                {
                    name: value
                    for name, value in node.value.items()
                    if name.startswith("x-tallystick-")
                }
            ),
            document=self.document,
            selectors=selectors,
            security=self.security if security is None else security,
        )

    def _operation_id(self, node: Node) -> None:
        name = node.text("operationId")
        if name and name in self.ids:
            what = f"the operationId {name!r} is another operation's, too"
            self.diagnostics.add("repeated-operation-id", what, node.locate("operationId"))
        self.ids.add(name)

    def _security(self, owner: Node) -> tuple[Requirement, ...] | None:
        """The requirements of an operation or of the root; None where it does not say, so that
        those of the root hold (OpenAPI 3.1.1 section 4.8.10).
        """
        found = owner.get("security")
        if found is None or not isinstance(found.value, list):
            return None
        return tuple(
            tuple(self._scheme(requirement, name) for name in requirement.value)
            for requirement in owner.list("security")
            if isinstance(requirement.value, dict)
        )

    def _scheme(self, requirement: Node, name: str) -> SecurityScheme:
        if name not in self.schemes:
            what = f"no security scheme is called {name!r}"
            source = requirement.locate(name)
            self.diagnostics.add("undeclared-security-scheme", what, source)
        return self.schemes.get(name) or SecurityScheme(name, "")

    def _parameters(self, item: Node, node: Node, path: str) -> tuple[Parameter, ...]:
        """Those of the path item, overridden by those of the operation of the same name and place
        (OpenAPI 3.1.1 section 4.8.10).
        """
        names = re.findall(r"\{([^}]*)\}", path)
        found: dict[tuple[str, str], Parameter] = {}
        for owner in (item, node):
            own: set[tuple[str, str]] = set()
            for raw in owner.list("parameters"):
                key = (raw.text("in"), raw.text("name"))
                if not all(key):
                    continue  # a reference to something that is no parameter
                if key in own:
                    what = f"the {key[0]} parameter {key[1]!r} is declared twice"
                    self.diagnostics.add("repeated-parameter", what, raw.locate())
                if key[0] == "path" and key[1] not in names:
                    what = f"the path {path} has no parameter {key[1]!r}"
                    self.diagnostics.add("unused-path-parameter", what, raw.locate())
                    continue
                own.add(key)
                found[key] = self._parameter(raw)
        for name in dict.fromkeys(names):
            if ("path", name) not in found:
                what = f"the path parameter {name!r} is not declared; it is taken as a string"
                self.diagnostics.add("undeclared-path-parameter", what, node.locate())
                found["path", name] = Parameter(
                    name, "path", True, node.path, None, "simple", False, is_declared=False
                )
        return tuple(found.values())

    def _parameter(self, node: Node) -> Parameter:
        location = node.text("in")
        style = node.text("style") or _STYLES.get(location, "form")
        self._examples(node)
        explode = node.value.get("explode")
        return Parameter(
            name=node.text("name"),
            location=location,
            required=location == "path" or node.value.get("required") is True,
            path=node.path,
            schema=(*node.path, "schema") if "schema" in node.value else None,
            style=style,
            explode=explode if isinstance(explode, bool) else style == "form",
        )

    def _request_body(self, node: Node) -> RequestBody | None:
        body = node.get("requestBody")
        if body is None or not isinstance(body.value, dict):
            return None
        return RequestBody(body.value.get("required") is True, self._media_types(body))

    def _responses(self, node: Node) -> Iterator[DocumentedResponse]:
        for status, response in node.map("responses"):
            if not status.startswith("x-") and isinstance(response.value, dict):
                # OpenAPI 3.2 added `summary`; it stands in where there is no description.
                description = response.text("description") or response.text("summary")
                media_types = self._media_types(response)
                yield DocumentedResponse(status, description, response.path, media_types)

    def _media_types(self, owner: Node) -> tuple[MediaType, ...]:
        return tuple(self._media_type(name, node) for name, node in owner.map("content"))

    def _media_type(self, name: str, node: Node) -> MediaType:
        value = node.value if isinstance(node.value, dict) else {}
        self._examples(node)
        examples = {key: example.value for key, example in node.map("examples")}
        return MediaType(
            name=name,
            path=node.path,
            schema=(*node.path, "schema") if "schema" in value else None,
            examples=MappingProxyType(examples),
        )

    def _examples(self, node: Node) -> None:
        if isinstance(node.value, dict) and node.value.keys() >= {"example", "examples"}:
            what = "'example' stands beside 'examples'"
            self.diagnostics.add("example-beside-examples", what, node.locate("example"))


_STYLES = {"path": "simple", "header": "simple", "query": "form", "cookie": "form"}


def _components(document: Document) -> Node:
    root = Node(document, (), document.root)
    return root.get("components") or Node(document, ("components",), {})


def security_schemes(document: Document) -> Iterator[SecurityScheme]:
    """The security schemes that a document declares."""
    for name, node in _components(document).map("securitySchemes"):
        flows = node.get("flows")
        client = flows.get("clientCredentials") if flows else None
        yield SecurityScheme(
            name,
            node.text("type"),
            node.text("scheme").lower(),
            node.text("in"),
            node.text("name"),
            client.text("tokenUrl") if client else "",
        )


def property_names(document: Document, path: Path, depth: int = _DEPTH) -> Iterator[str]:
    """The names of the properties of an object schema; those of nested objects are dotted."""
    for name, place in properties(document, path):
        yield name
        if depth:
            for inner in property_names(document, place, depth - 1):
                yield f"{name}.{inner}"


def properties(document: Document, path: Path) -> Iterator[tuple[str, Path]]:
    """The properties of an object schema and of what it is composed of, with their paths."""
    for schema, place in branches(document, path):
        for name in schema.get("properties") or {}:
            yield name, (*place, "properties", name)


def branches(document: Document, schema: Path) -> Iterator[tuple[Mapping[str, Any], Path]]:
    """A schema and those that it is composed of, with their paths."""
    seen: set[Path] = set()
    waiting = [document.at(schema)]
    while waiting:
        node = waiting.pop(0)
        if node.path in seen or not isinstance(node.value, dict):
            continue
        seen.add(node.path)
        yield node.value, node.path
        for keyword in ("allOf", "anyOf", "oneOf"):
            waiting += node.list(keyword)
