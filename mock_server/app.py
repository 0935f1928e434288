"""The mock as one ASGI application: the front, the control API, and Connexion in the middle."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable
from contextlib import asynccontextmanager
from typing import Any

from connexion.middleware.lifespan import LifespanMiddleware
from connexion.middleware.main import API, ConnexionMiddleware
from connexion.resolver import Resolver
from starlette.types import ASGIApp, Receive, Scope, Send

from mock_server.control.api import Control
from mock_server.control.guard import Access, Guard
from mock_server.mock import Mock
from mock_server.operation import MockMiddleware, make_operations
from mock_server.requests.front import Front
from mock_server.requests.projection import project
from mock_server.requests.routing.middleware import ProjectedSpecification, RootRouting
from mock_server.requests.routing.routes import Routes


def create_app(mock: Mock, access: Access | None = None) -> Front:
    """The application of a mock, which those of `access` may control (by default: whoever can
    reach it, on loopback).
    """
    control = Guard(Control(mock).app(), access or Access(), mock.limits.max_wrong_tokens)
    front = Front(Routes(mock.contract), mock.sessions, control)
    front.routed = _connexion(mock, front)
    return front


def _connexion(mock: Mock, front: Front) -> ASGIApp:
    """Connexion with the routing projection, and with those of its middlewares that we need. It has
    no decorators, no validators of its own and no exception handlers, because every request would
    pay for them; the front answers what the router refuses. Without LifespanMiddleware, lifespan
    events would be lost.
    """
    middlewares: list[Any] = [RootRouting, MockMiddleware, LifespanMiddleware]
    app = _Connexion(
        front.unrouted,
        lifespan=_lifespan,
        middlewares=middlewares,
        resolver=_Resolver(),
    )
    specification = ProjectedSpecification(project(mock.contract))  # type: ignore[no-untyped-call]
    # What `add_api` does, which would load and validate the specification anew.
    options = vars(app.options)
    made = make_operations(mock)
    app.apis.append(API(specification, base_path=None, made=made, routes=front.routes, **options))
    return app


@asynccontextmanager
async def _lifespan(_: Any) -> AsyncIterator[None]:
    """Nothing is opened or closed yet; without it, Connexion leaves the events unanswered."""
    yield


class _Connexion(ConnexionMiddleware):
    """Connexion, which puts itself into the scope of each request, for exception handlers and
    background tasks that we do not have.
    """

    def __call__(  # type: ignore[override]  # an awaitable, as ASGI asks: one coroutine less
        self, scope: Scope, receive: Receive, send: Send
    ) -> Awaitable[None]:
        """Call the outermost middleware; all are made at the first request, or at the start."""
        if scope["type"] != "http" or self.middleware_stack is None:
            return super().__call__(scope, receive, send)
        return self.app(scope, receive, send)


class _Resolver(Resolver):
    """Connexion wants a Python function for each operation id; ours are answered before it would
    call one.
    """

    def resolve_function_from_operation_id(self, operation_id: str) -> object:
        """Any callable will do."""
        return lambda: operation_id
