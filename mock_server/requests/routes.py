"""The table of routes: which operation a path and a method belong to.

Rules: concrete paths come before templated ones (OpenAPI 3.1.1 section 4.8.8.2), and of two
templates the one that is literal where they first differ. What an operation's servers have as base
path may stand before its path. An encoded slash is part of a parameter: paths are matched as they
are on the wire, but for the escapes of what delimits nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any
from urllib.parse import parse_qsl, unquote

from starlette.types import Scope

from mock_server.requests.projection import operation_id, path_parameters
from mock_server.requests.request import RAW_PATH
from mock_server.requests.servers import base_paths
from tallystick.contract import Contract, ContractOperation

_DELIMITERS = re.compile(r"(%(?:25|2[CcEeFf]|3[BbDd]))")
_SLASHES = re.compile(r"(%(?:25|2[Ff]))")
"""Escapes that stay, of what may delimit the parts of a parameter, and of what must not be decoded
before the path is matched."""


@dataclass(frozen=True, slots=True)
class Route:
    """The way to one operation; `selectors` are the query members that it needs."""

    operation_id: str
    selectors: tuple[tuple[str, str], ...]
    bases: frozenset[str]


@dataclass(eq=False)
class Template:
    """A path of the document, with the routes of each method."""

    path: str
    routes: dict[str, list[Route]] = field(default_factory=dict)

    @property
    def is_concrete(self) -> bool:
        """Whether the path has no parameters."""
        return "{" not in self.path

    @property
    def literal(self) -> str:
        """A concrete path as it is matched."""
        return unquote(self.path)

    @cached_property
    def pattern(self) -> re.Pattern[str]:
        """What matches the path, with a group for each parameter of the projection."""
        pieces = self.path.split("{")
        text = re.escape(unquote(pieces[0]))
        for name, piece in zip(path_parameters(self.path), pieces[1:], strict=True):
            text += f"(?P<{name}>[^/]+)" + re.escape(unquote(piece.partition("}")[2]))
        return re.compile(text)

    @property
    def generality(self) -> list[tuple[int, int]]:
        """Sorts templates: literal segments first, then those that are so in part."""
        return [_generality(segment) for segment in self.path.split("/")]

    def route(self, method: str, base: str, query: bytes) -> Route | None:
        """The route of a request; GET brings HEAD (RFC 9110 section 9.3.2)."""
        routes = self.routes.get(method)
        if routes is None and method == "HEAD":
            routes = self.routes.get("GET")
        for route in routes or ():
            if (not base or base in route.bases) and _selects(route, query):
                return route
        return None


def _generality(segment: str) -> tuple[int, int]:
    literal = re.sub(r"\{[^}]*\}", "", segment)
    if "{" not in segment:
        return 0, 0
    return (1, -len(literal)) if literal else (2, 0)


def _selects(route: Route, query: bytes) -> bool:
    if not route.selectors:
        return True
    return set(route.selectors) <= set(parse_qsl(query.decode("latin-1"), keep_blank_values=True))


@dataclass(frozen=True, slots=True)
class Found:
    """The operation of a request. `raw` are its path parameters as they are on the wire, where
    that is not what they are.
    """

    operation_id: str
    parameters: dict[str, str]
    raw: dict[str, str] | None = None

    def apply(self, scope: Scope) -> None:
        """Put the parameters into the scope of the request."""
        scope["path_params"] = self.parameters
        if self.raw is not None:
            scope[RAW_PATH] = self.raw


class Routes:
    """The routes of a contract."""

    def __init__(self, contract: Contract) -> None:
        self.concrete: dict[str, Template] = {}
        self.templated: dict[int, list[Template]] = {}
        self.documented: set[str] = set()
        made: dict[str, Template] = {}
        for index, operation in enumerate(contract.operations):
            template = made.setdefault(operation.path, Template(operation.path))
            self._add(template, index, operation)
        for template in made.values():
            if template.is_concrete:
                self.concrete[template.literal] = template
            else:
                self.templated.setdefault(template.path.count("/"), []).append(template)
        for templates in self.templated.values():
            templates.sort(key=lambda template: template.generality)
        routes = (r for t in made.values() for some in t.routes.values() for r in some)
        bases = {base for route in routes for base in route.bases}
        self.bases = tuple(sorted(bases, key=lambda base: (-len(base), base)))
        if "GET" in self.documented:
            self.documented.add("HEAD")

    def _add(self, template: Template, index: int, operation: ContractOperation) -> None:
        method = operation.method.upper()
        bases = base_paths(operation.document, operation)
        routes = template.routes.setdefault(method, [])
        routes.append(Route(operation_id(index), operation.selectors, bases))
        routes.sort(key=lambda route: -len(route.selectors))
        self.documented.add(method)

    def find(self, scope: Scope) -> Found | None:
        """The operation of a request, if there is one."""
        method, query = scope["method"], scope["query_string"]
        if b"%" not in (scope.get("raw_path") or b""):
            for template, base, parameters in self._matching(scope["path"]):
                route = template.route(method, base, query)
                if route is not None:
                    return Found(route.operation_id, parameters)
            return None
        for text in _texts(scope):
            for template, base, raw in self._matching(text):
                route = template.route(method, base, query)
                if route is not None:
                    decoded = {name: unquote(value) for name, value in raw.items()}
                    return Found(route.operation_id, decoded, raw)
        return None

    def methods(self, scope: Scope) -> set[str]:
        """The methods of a path. GET brings HEAD, and each path takes OPTIONS; of an unknown path
        there are none.
        """
        found = {
            method
            for text in _texts(scope)
            for template, base, _ in self._matching(text)
            for method, routes in template.routes.items()
            if not base or any(base in route.bases for route in routes)
        }
        if "GET" in found:
            found.add("HEAD")
        return found | {"OPTIONS"} if found else found

    def _matching(self, path: str) -> Iterator[tuple[Template, str, dict[str, Any]]]:
        """The templates that match a path, below a base path first."""
        for base in self.bases:
            if path.startswith(base) and path[len(base) : len(base) + 1] == "/":
                for template, parameters in self._templates(path[len(base) :]):
                    yield template, base, parameters
        for template, parameters in self._templates(path):
            yield template, "", parameters

    def _templates(self, path: str) -> Iterator[tuple[Template, dict[str, Any]]]:
        concrete = self.concrete.get(path)
        if concrete is not None:
            yield concrete, {}
        for template in self.templated.get(path.count("/"), ()):
            match = template.pattern.fullmatch(path)
            if match is not None:
                yield template, match.groupdict()


def _texts(scope: Scope) -> list[str]:
    """What a path may be matched as, the likeliest first."""
    raw: bytes = scope.get("raw_path") or b""
    if b"%" not in raw:
        return [scope["path"]]
    text = raw.decode("latin-1")
    return [
        "".join(part if at % 2 else unquote(part) for at, part in enumerate(kept.split(text)))
        for kept in (_DELIMITERS, _SLASHES)
    ]
