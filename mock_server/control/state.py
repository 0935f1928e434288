"""What collections keep, below `/_tallystick/state`: shown, brought in, changed by the item."""

from __future__ import annotations

import json
from pathlib import Path

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from mock_server.collections.fitting import Item
from mock_server.collections.keeping import KeptCollection, Located
from mock_server.collections.registry import StateError, check
from mock_server.collections.storage import Shelf
from mock_server.mock import Mock
from mock_server.pages.rendering import Pages
from mock_server.requests.control_body import ControlError, json_object
from mock_server.state.sessions import Session, session_of

_LARGEST = 64 * 1024 * 1024
"""How large a state may be, in bytes."""

_PATHS = Path(__file__).with_name("state.yaml")

_SHOWN = 20
"""How many items of a collection the board shows."""

_LONGEST = 80
_PAGES = Pages()


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

    async def panel(self, session: Session) -> str:
        """The HTML of what the board shows of collections; empty where there are none."""
        if not self.collections.all:
            return ""
        shelves = await self.collections.shelves(session)
        shown = {
            path: {"items": [_shown(located[0], item) for item in shelf.items]}
            for path, shelf in shelves.items()
            if (located := self.collections.at(path)) is not None
        }
        return _PAGES.text("collections.html", shelves=shown, shown=_SHOWN)

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
        await kept.change(
            session_of(request.scope), place, lambda shelf: (kept.with_item(shelf, item), None)
        )
        return Response(status_code=204)

    async def remove_item(self, request: Request) -> Response:
        """Remove an item from a collection."""
        kept, place = self._named(request)
        own, session = request.query_params.get("id", ""), session_of(request.scope)

        def removed(shelf: Shelf) -> tuple[Shelf, None]:
            if kept.items.key(own) not in map(kept.items.id_of, shelf.items):
                raise ControlError(f"{place.path} has no item {own[:100]!r} (any more).", 404)
            return kept.without(shelf, own), None

        await kept.change(session, place, removed)
        await kept.removed(session, place, own)
        return Response(status_code=204)

    def _named(self, request: Request) -> tuple[KeptCollection, Located]:
        """The collection that the query names by its path."""
        path = request.query_params.get("collection", "")
        found = self.collections.at(path)
        if found is None:
            known = ", ".join(kept.collection.path for kept in self.collections.all) or "none"
            raise ControlError(f"There is no collection {path[:200]!r}; there are: {known}.", 404)
        return found


def _shown(kept: KeptCollection, item: Item) -> dict[str, str]:
    """What the board shows of an item."""
    rest = {name: value for name, value in item.items() if name != kept.collection.id}
    line = json.dumps(rest, ensure_ascii=False)
    return {
        "id": kept.items.id_of(item),
        "text": line if len(line) <= _LONGEST else f"{line[: _LONGEST - 1]}…",
        "json": json.dumps(item, ensure_ascii=False, indent=2),
    }
