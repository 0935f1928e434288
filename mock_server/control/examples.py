"""The body of each documented case, shown; and a body of the user's own, saved as its example in an
overlay that the mock was started with.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from mock_server.answers.headers import documented_headers
from mock_server.answers.own import violations
from mock_server.control.overlay_file import add_actions, writable
from mock_server.mock import Mock
from mock_server.requests.control_body import ControlError, json_object
from mock_server.state.forces import OwnAnswer
from tallystick.catalogue.cases import Case
from tallystick.catalogue.names import UnknownCaseError, find_named
from tallystick.contract import Contract, ContractOperation, read_contract
from tallystick.errors import TallystickError
from tallystick.exports.inferred import json_path
from tallystick.generation import bodies
from tallystick.generation.values import holds
from tallystick.reader.operations import MediaType
from tallystick.reader.options import LoadOptions
from tallystick.reader.pointers import Path as Pointer
from tallystick.reader.pointers import look_up

_SAVED = "saved"
"""The name of an example beside other named ones."""

HOW = (
    "The mock writes to an overlay that it was started with, and there is none: "
    "tallystick overlay DOCUMENT > mine.overlay.yaml, "
    "then tallystick mock DOCUMENT --overlay mine.overlay.yaml."
)


class Examples:
    """The handlers for the bodies of cases."""

    def __init__(self, mock: Mock) -> None:
        self.mock = mock
        self._writing = asyncio.Lock()

    def routes(self) -> list[BaseRoute]:
        """Their routes, below the prefix."""
        return [
            Route("/answers", self.answer, methods=["GET"]),
            Route("/examples", self.save, methods=["POST"]),
        ]

    @property
    def file(self) -> Path | None:
        """The overlay that is written to, if there is one."""
        return None if self.mock.load is None else writable(self.mock.load)

    async def answer(self, request: Request) -> Response:
        """What a case is answered with, in the form in which a force takes it."""
        query = request.query_params
        operation = self._operation(query.get("operation", ""))
        case = _case(operation, query.get("case", ""))
        media_type, contract = _media_type(operation, case), self.mock.contract
        headers: dict[str, list[str]] = {}
        for name, value in documented_headers(contract.document, case.response):
            headers.setdefault(name.decode("latin-1"), []).append(value.decode("latin-1"))
        shown: dict[str, Any] = {
            "operation": operation.name,
            "case": case.label,
            "status": case.http_status,
            "media_type": media_type.name if media_type else None,
            "headers": {name: v if len(v) > 1 else v[0] for name, v in headers.items()},
        }
        if media_type is not None:
            shown["body"] = bodies.content(contract, case, media_type)
        return JSONResponse(shown)

    async def save(self, request: Request) -> Response:
        """Save a body as the example of a case."""
        body = await json_object(request, {"operation", "case", "body"})
        if missing := sorted({"operation", "case", "body"} - body.keys()):
            raise ControlError(f"The member {missing[0]!r} is missing.")
        operation = self._operation(body["operation"])
        case = _case(operation, str(body["case"]))
        media_type = _media_type(operation, case)
        if media_type is None:
            raise ControlError(f"The {case.label} of {operation.name} has no body.")
        file, load = self.file, self.mock.load
        if file is None or load is None:
            raise ControlError(HOW, 409)
        found = saved(self.mock.contract, case, media_type, body["body"])
        async with self._writing:
            try:
                check = _Check(load, file, found.place, body["body"])
                await asyncio.to_thread(add_actions, file, found.actions, check)
            except TallystickError as error:
                raise ControlError(f"Nothing was written. {error}", 409) from None
        own = OwnAnswer(has_body=True, body=body["body"])
        violated = violations(self.mock.contract, operation, own, case)
        shown = {"file": str(file), "example": found.name, "violations": violated}
        return JSONResponse(shown, status_code=201)

    def _operation(self, name: Any) -> ContractOperation:
        for operation in self.mock.contract.operations:
            if operation.name == name:
                return operation
        raise ControlError(f"No operation is called {str(name)[:200]!r}, such as 'GET /things'.")


def _case(operation: ContractOperation, name: str) -> Case:
    try:
        return find_named(operation.selectable, name)
    except UnknownCaseError as error:
        raise ControlError(str(error)) from None


def _media_type(operation: ContractOperation, case: Case) -> MediaType | None:
    if case.http_status in bodies.WITHOUT_CONTENT:
        return None
    response = next(found for found in operation.responses if found.path == case.response)
    named = (found for found in response.media_types if found.name == case.media_type)
    return next(named, next(iter(response.media_types), None))


@dataclass(frozen=True, slots=True)
class SavedExample:
    """What saves an example: its name, None of a lone one, the path of its value in the document,
    and the actions of an overlay.
    """

    name: str | None
    place: Pointer
    actions: list[dict[str, Any]]


def saved(contract: Contract, case: Case, media_type: MediaType, body: Any) -> SavedExample:
    """How a body is saved as the example of a case: as the lone example where the response has one
    case, else by the name of the case, beside the others.
    """
    path, node = media_type.path, contract.document.at(media_type.path).value
    named = node.get("examples") if isinstance(node, dict) else None
    name = _name(contract, case, media_type) or (_SAVED if named else None)
    if name is None:
        removed = list(_removals(node, path, "example"))
        update = {"target": json_path(path), "update": {"example": body}}
        return SavedExample(None, (*path, "example"), [*removed, update])
    removed = [
        *_removals(named or {}, (*path, "examples"), name),
        *_removals(node, path, "example"),
    ]
    is_other = "example" in node and not (case.code and holds(node["example"], case.code))
    kept = {"example": {"value": node["example"]}} if is_other else {}
    update = {
        "target": json_path(path),
        "update": {"examples": {**kept, name: {"value": body}}},
    }
    return SavedExample(name, (*path, "examples", name, "value"), [*removed, update])


def _name(contract: Contract, case: Case, media_type: MediaType) -> str | None:
    """The name of a case's own example; of a case without code there is none."""
    for name, example in contract.document.at(media_type.path).map("examples"):
        if case.example is not None and example.path == case.example:
            return name
    return case.variant or case.code


def _removals(owner: Any, path: Pointer, name: str) -> Iterator[dict[str, Any]]:
    """What removes a member, where there is one: an update would merge the new into the old."""
    if isinstance(owner, dict) and name in owner:
        yield {"target": json_path((*path, name)), "remove": True}


@dataclass(frozen=True, slots=True)
class _Check:
    """Whether the contract has the example, with another file in the place of the overlay."""

    load: LoadOptions
    file: Path
    place: Pointer
    body: Any

    def __call__(self, written: Path) -> None:
        """Raises TallystickError."""
        overlays = [
            str(written) if Path(each) == self.file else each for each in self.load.overlays
        ]
        contract = read_contract(replace(self.load, overlays=tuple(overlays)))
        try:
            found = look_up(contract.document.root, self.place)
        except LookupError:
            found = None
        if found != self.body:
            raise TallystickError(
                "The response stands in another file, which an overlay does not reach.",
                source=contract.document.locate(self.place[:-1]),
                remedy="Write the example there.",
            )
