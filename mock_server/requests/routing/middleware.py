"""Which operation a request is for: Connexion's routing, with the mock's own table of routes."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

from connexion.middleware.abstract import ROUTING_CONTEXT
from connexion.middleware.routing import RoutingMiddleware
from connexion.spec import OpenAPISpecification, Specification
from starlette.types import Receive, Scope, Send

from mock_server.requests.routing.routes import Route

_NOT_ROUTED = {ROUTING_CONTEXT: {"operation_id": None}}


class ProjectedSpecification(OpenAPISpecification):
    """The routing projection, as Connexion wants it. Connexion's own validation is left out: it
    takes half a second for a thousand operations, and a test validates what `project` makes.
    """

    @classmethod
    def _validate_spec(cls, spec: dict[str, Any]) -> None:
        """See Specification."""


class RootRouting(RoutingMiddleware):
    """Connexion's routing middleware for one API at the root.

    Connexion tries routes in the document's order, knows neither base paths of several servers nor
    methods like QUERY, and decodes slashes before it looks. So the table of routes is `Routes`. It
    does not convert path parameters, and does not redirect paths with a slash too many, which
    nobody documented.
    """

    find: Callable[[Scope], Route | None]

    def add_api(self, specification: Specification, *args: Any, **kwargs: Any) -> None:  # noqa: ARG002
        """See SpecMiddleware."""
        self.find = kwargs["routes"].find

    def __call__(  # type: ignore[override]  # an awaitable, as ASGI asks: one coroutine less
        self, scope: Scope, receive: Receive, send: Send
    ) -> Awaitable[None]:
        """Attach the operation to the scope, none where there is none, and call the next app."""
        if scope["type"] == "http":
            route = self.find(scope)
            scope["extensions"] = _NOT_ROUTED if route is None else route.extensions
        return self.app(scope, receive, send)
