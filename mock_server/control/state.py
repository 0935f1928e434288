"""What collections keep, below `/_tallystick/state`: shown, brought in, changed by the item."""

from __future__ import annotations

from pathlib import Path

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from mock_server.collections.keeping import KeptCollection, Located
from mock_server.collections.registry import StateError, check
from mock_server.mock import Mock
from mock_server.requests.control_body import ControlError, json_object
from mock_server.state.sessions import session_of

_LARGEST = 64 * 1024 * 1024
"""How large a state may be, in bytes."""

_PATHS = Path(__file__).with_name("state.yaml")


class CollectionState:
    """The handlers for what collections keep."""

    def __init__(self, mock: Mock) -> None:
        self.collections = mock.collections

    def routes(self) -> list[BaseRoute]:
        """Their routes, below the prefix."""
        return [
            Route("/state", self.get, methods=["GET"]),
            Route("/state", self.replace, methods=["PUT"]),
            Route("/state/items", self.put_item, methods=["PUT"]),
            Route("/state/items", self.remove_item, methods=["DELETE"]),
        ]

    def paths(self) -> str:
        """The OpenAPI paths of what there is where there are collections, as YAML."""
        return _PATHS.read_text(encoding="utf-8") if self.collections.all else "{}"

    async def get(self, request: Request) -> Response:
        """All that a session has."""
        return JSONResponse(await self.collections.exported(session_of(request.scope)))

    async def replace(self, request: Request) -> Response:
        """Replace all that a session has."""
        body = await json_object(request, {"collections"}, _LARGEST)
        try:
            await self.collections.bring_in(session_of(request.scope), body)
        except StateError as error:
            raise ControlError(str(error)) from None
        return Response(status_code=204)

    async def put_item(self, request: Request) -> Response:
        """Put an item into a collection, in the place of the one of its id where there is one."""
        kept, place = self._named(request)
        item = await json_object(request, None)
        try:
            check(kept, item, "The item")
        except StateError as error:
            raise ControlError(str(error)) from None
        await kept.put(session_of(request.scope), place, item)
        return Response(status_code=204)

    async def remove_item(self, request: Request) -> Response:
        """Remove an item from a collection."""
        kept, place = self._named(request)
        own, session = request.query_params.get("id", ""), session_of(request.scope)
        shelf = await kept.shelf(session, place)
        if kept.items.key(own) not in map(kept.items.id_of, shelf.items):
            raise ControlError(f"{place.path} has no item {own[:100]!r} (any more).", 404)
        await kept.remove(session, place, own)
        return Response(status_code=204)

    def _named(self, request: Request) -> tuple[KeptCollection, Located]:
        """The collection that the query names by its path."""
        path = request.query_params.get("collection", "")
        found = self.collections.at(path)
        if found is None:
            known = ", ".join(kept.collection.path for kept in self.collections.all) or "none"
            raise ControlError(f"There is no collection {path[:200]!r}; there are: {known}.", 404)
        return found
