"""The mock as one ASGI application: the front, the control API, and Connexion in the middle."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable
from contextlib import asynccontextmanager
from typing import Any

from connexion.middleware.abstract import ROUTING_CONTEXT
from connexion.middleware.lifespan import LifespanMiddleware
from connexion.middleware.main import ConnexionMiddleware
from connexion.middleware.routing import RoutingAPI, RoutingMiddleware
from connexion.resolver import Resolver
from connexion.spec import Specification
from starlette.routing import Route
from starlette.types import ASGIApp, Receive, Scope, Send

from mock_server.control.api import Control
from mock_server.control.guard import Access, Guard
from mock_server.mock import Mock
from mock_server.operation import MockMiddleware, make_operations
from mock_server.requests.front import Front
from mock_server.requests.projection import project


def create_app(mock: Mock, access: Access | None = None) -> ASGIApp:
    """The application of a mock, which those of `access` may control (by default: whoever can
    reach it, on loopback). Raises TallystickError where the contract cannot be mocked.
    """
    front = Front(mock, Guard(Control(mock).app(), access or Access()))
    front.contract = _connexion(mock, front)
    return front


def _connexion(mock: Mock, front: Front) -> ASGIApp:
    """Connexion with the routing projection, and of its middlewares only those that we need: no
    decorators, no validators of its own, and no exception handlers (each request would pay for
    them; the front answers what the router refuses). LifespanMiddleware stays, or lifespan events
    are lost.
    """
    middlewares: list[Any] = [_Routing, MockMiddleware, LifespanMiddleware]
    app = ConnexionMiddleware(
        front.unrouted,
        lifespan=_lifespan,
        middlewares=middlewares,
        resolver=_Resolver(),
    )
    app.add_api(project(mock.contract), made=make_operations(mock))
    return app


class _Routing(RoutingMiddleware):
    """Connexion's routing for one API at the root: its own routes, tried in its own order. Left
    out is what several APIs need and each request would pay for (the Mount around each router,
    the copy of the scope for the next API), the conversion of path parameters, which the routing
    projection leaves texts, and the redirects of paths with a slash too many, which nobody
    documented.
    """

    def add_api(self, specification: Specification, *args: Any, **kwargs: Any) -> None:
        """See SpecMiddleware."""
        api = RoutingAPI(specification, *args, next_app=self.app, **kwargs)
        self.routes = [
            (route.path_regex, route.methods or set(), _routed(route.endpoint))
            for route in api.router.routes
            if isinstance(route, Route)
        ]

    def __call__(  # type: ignore[override]  # an awaitable, as ASGI asks: one coroutine less
        self, scope: Scope, receive: Receive, send: Send
    ) -> Awaitable[None]:
        """Attach the operation to the scope, none where there is none, and call the next app."""
        if scope["type"] == "http":
            scope["extensions"] = _NOT_ROUTED
            path, method = scope["path"], scope["method"]
            for pattern, methods, routed in self.routes:
                found = pattern.match(path)
                if found is not None and method in methods:
                    scope["path_params"] = found.groupdict()
                    scope["extensions"] = routed
                    break
        return self.app(scope, receive, send)


def _routed(endpoint: object) -> dict[str, Any]:
    """What Connexion's routing attaches to the scope of a request to an operation."""
    return {ROUTING_CONTEXT: {"operation_id": getattr(endpoint, "operation_id", None)}}


_NOT_ROUTED = _routed(None)


@asynccontextmanager
async def _lifespan(_: Any) -> AsyncIterator[None]:
    """Nothing is opened or closed yet; without it, Connexion leaves the events unanswered."""
    yield


class _Resolver(Resolver):
    """Connexion wants a Python function for each operation id; ours are answered before it would
    call one.
    """

    def resolve_function_from_operation_id(self, operation_id: str) -> object:
        """Any callable will do."""
        return lambda: operation_id
