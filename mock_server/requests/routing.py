"""Which operation a request is for: Connexion's routing, without what the mock does not need."""

from __future__ import annotations

from collections.abc import Awaitable
from typing import Any

from connexion.middleware.abstract import ROUTING_CONTEXT
from connexion.middleware.routing import RoutingAPI, RoutingMiddleware
from connexion.spec import OpenAPISpecification, Specification
from starlette.routing import Route
from starlette.types import Receive, Scope, Send


def _routed(endpoint: object) -> dict[str, Any]:
    """What Connexion's routing attaches to the scope of a request to an operation."""
    return {ROUTING_CONTEXT: {"operation_id": getattr(endpoint, "operation_id", None)}}


_NOT_ROUTED = _routed(None)


class ProjectedSpecification(OpenAPISpecification):
    """The routing projection, as Connexion wants it. Connexion's own validation is left out: it
    takes half a second for a thousand operations, and a test validates what `project` makes.
    """

    @classmethod
    def _validate_spec(cls, spec: dict[str, Any]) -> None:
        """See Specification."""


class RootRouting(RoutingMiddleware):
    """Connexion's routing for one API at the root: its own routes, tried in its own order.

    It skips the work that only several APIs need, because every request would pay for it: the Mount
    around each router, and the copy of the scope for the next API. It does not convert path
    parameters, which are texts in the routing projection, and does not redirect paths with a slash
    too many, which nobody documented.
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
