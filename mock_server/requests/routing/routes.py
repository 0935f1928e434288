"""The table of routes: which operation a path and a method belong to.

Rules: concrete paths come before templated ones (OpenAPI 3.1.1 section 4.8.8.2), and of two
templates the one that is literal where they first differ. What an operation's servers have as base
path may stand before its path; a base path with variables counts last, so that it takes no other
path's requests. An encoded slash is part of a parameter: paths are matched as they
are on the wire, but for the escapes of what delimits nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any
from urllib.parse import parse_qsl, unquote

from connexion.middleware.abstract import ROUTING_CONTEXT
from starlette.types import Scope

from mock_server.requests.decoding.caching import cached
from mock_server.requests.projection import operation_id, path_parameters
from mock_server.requests.request import RAW_PATH
from tallystick.contract import Contract, ContractOperation
from tallystick.servers import base_paths, base_pattern

_PERCENT = ord("%")
"""A number, since Python looks for bytes within bytes three times as long."""

_MOST_PATHS = 256
"""Of how many paths it is kept what they match: clients come back to few."""

_DELIMITERS = re.compile(r"(%(?:25|2[CcEeFf]|3[BbDd]))")
_SLASHES = re.compile(r"(%(?:25|2[Ff]))")
"""Escapes that stay, of what may delimit the parts of a parameter, and of what must not be decoded
before the path is matched."""


@dataclass(frozen=True, slots=True)
class Route:
    """The way to one operation; `selectors` are the query members that it needs, `extensions` what
    Connexion's routing attaches to the scope of a request.
    """

    operation_id: str
    extensions: Mapping[str, Any]
    selectors: tuple[tuple[str, str], ...]
    bases: frozenset[str]


@dataclass(eq=False)
class PathTemplate:
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

    def route(self, base: str, scope: Scope) -> Route | None:
        """The route of a request to this path."""
        for route in self.routes.get(scope["method"], ()):
            if base and base not in route.bases:
                continue
            if not route.selectors or _selects(route, scope["query_string"]):
                return route
        return None


def _generality(segment: str) -> tuple[int, int]:
    literal = re.sub(r"\{[^}]*\}", "", segment)
    if "{" not in segment:
        return 0, 0
    return (1, -len(literal)) if literal else (2, 0)


def _selects(route: Route, query: bytes) -> bool:
    return set(route.selectors) <= set(parse_qsl(query.decode("latin-1"), keep_blank_values=True))


class Routes:
    """The routes of a contract."""

    def __init__(self, contract: Contract) -> None:
        self.concrete: dict[str, PathTemplate] = {}
        self.templated: dict[int, list[PathTemplate]] = {}
        self.documented: set[str] = set()
        self.matching = cached(_MOST_PATHS)(self._matching)
        made: dict[str, PathTemplate] = {}
        for index, operation in enumerate(contract.operations):
            template = made.setdefault(operation.path, PathTemplate(operation.path))
            self._add(template, index, operation)
        for template in made.values():
            if "GET" in template.routes:  # which brings HEAD (RFC 9110 section 9.3.2)
                template.routes.setdefault("HEAD", template.routes["GET"])
            if template.is_concrete:
                self.concrete[template.literal] = template
            else:
                self.templated.setdefault(template.path.count("/"), []).append(template)
        for templates in self.templated.values():
            templates.sort(key=lambda template: template.generality)
        routes = (r for t in made.values() for some in t.routes.values() for r in some)
        found = {base for route in routes for base in route.bases}
        bases = sorted(found, key=lambda base: (-len(base), base))
        self.bases = tuple(base for base in bases if "{" not in base)
        self.open_bases = tuple((base, base_pattern(base)) for base in bases if "{" in base)
        self.is_plain = not bases and not any(
            r.selectors for t in made.values() for some in t.routes.values() for r in some
        )
        self.plainly = cached(_MOST_PATHS)(self._plainly)
        if "GET" in self.documented:
            self.documented.add("HEAD")

    def _add(self, template: PathTemplate, index: int, operation: ContractOperation) -> None:
        method = operation.method.upper()
        bases = base_paths(operation.document, operation)
        routes = template.routes.setdefault(method, [])
        name = operation_id(index)
        extensions = {ROUTING_CONTEXT: {"operation_id": name}}
        routes.append(Route(name, extensions, operation.selectors, bases))
        routes.sort(key=lambda route: -len(route.selectors))
        self.documented.add(method)

    def find(self, scope: Scope) -> Route | None:
        """The route of a request, if there is one; its path parameters are put into the scope."""
        raw = scope.get("raw_path")
        if raw is None or _PERCENT not in raw:
            path = scope["path"]
            if self.is_plain:
                found = self.plainly((scope["method"], path))
                scope["path_params"] = found[1]
                return found[0]
            route = self._search(path, scope) if self.bases else self._below(path, scope, "")
            return route or self._search_open(path, scope)
        for text in _texts(scope):
            route = self._search(text, scope) or self._search_open(text, scope)
            if route is not None:
                found = scope[RAW_PATH] = scope["path_params"]
                scope["path_params"] = {name: unquote(value) for name, value in found.items()}
                return route
        return None

    def _search(self, path: str, scope: Scope) -> Route | None:
        """The route of a path, below a base path first."""
        for base in self.bases:
            if path.startswith(base) and path[len(base) : len(base) + 1] == "/":
                route = self._below(path[len(base) :], scope, base)
                if route is not None:
                    return route
        return self._below(path, scope, "")

    def _search_open(self, path: str, scope: Scope) -> Route | None:
        """The route of a path below a base path with variables."""
        for base, pattern in self.open_bases:
            match = pattern.match(path)
            route = self._below(path[match.end() :], scope, base) if match else None
            if route is not None:
                return route
        return None

    def _below(self, path: str, scope: Scope, base: str) -> Route | None:
        """The route of a path without its base path. This is on the way of every request."""
        for template, parameters in self.matching(path):
            route = template.route(base, scope)
            if route is not None:
                scope["path_params"] = parameters
                return route
        return None

    def _plainly(self, asked: tuple[str, str]) -> tuple[Route | None, Mapping[str, str]]:
        """The route of a method and a path, where nothing else decides, and the parameters."""
        method, path = asked
        for template, parameters in self._matching(path):
            if method in template.routes:
                return template.routes[method][0], parameters
        return None, {}

    def _matching(self, path: str) -> tuple[tuple[PathTemplate, Mapping[str, str]], ...]:
        """The templates that a path matches, each with its parameters."""
        templates = self.templated.get(path.count("/"), ())
        matches = ((template, template.pattern.fullmatch(path)) for template in templates)
        found = ((template, match.groupdict()) for template, match in matches if match)
        concrete = self.concrete.get(path)
        return (*found,) if concrete is None else ((concrete, {}), *found)

    def methods(self, scope: Scope) -> set[str]:
        """The methods of a path. GET brings HEAD, and each path takes OPTIONS; of an unknown path
        there are none.
        """
        found = {
            method
            for text in _texts(scope)
            for template, base in self._templates(text)
            for method, routes in template.routes.items()
            if not base or any(base in route.bases for route in routes)
        }
        return found | {"OPTIONS"} if found else found

    def _templates(self, path: str) -> Iterator[tuple[PathTemplate, str]]:
        """The templates that match a path, with the base path that stands before it."""
        for base in (*self.bases, ""):
            if path.startswith(f"{base}/"):
                for template, _ in self._matching(path[len(base) :]):
                    yield template, base
        for base, pattern in self.open_bases:
            match = pattern.match(path)
            for template, _ in self._matching(path[match.end() :]) if match else ():
                yield template, base


def _texts(scope: Scope) -> list[str]:
    """What a path may be matched as, the likeliest first."""
    raw: bytes = scope.get("raw_path") or b""
    if _PERCENT not in raw:
        return [scope["path"]]
    text = raw.decode("latin-1")
    return [
        "".join(part if at % 2 else unquote(part) for at, part in enumerate(kept.split(text)))
        for kept in (_DELIMITERS, _SLASHES)
    ]
