"""What of a request comes back in a made body: path parameters, and members of the sent body.

Rules: a value comes back in the response's member of the same name, in letters, where the member's
schema takes it; `{productId}` at the end of a path is the `id`, too. Members stand in the outermost
object, or in the one that wraps it. Nothing comes back in what only the service sets (`readOnly`),
nor what may be secret, nor where the body would no longer be valid.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from mock_server.requests.decoding.contents import MalformedBodyError
from mock_server.requests.errors import is_secret
from mock_server.requests.request import Request
from tallystick.catalogue.collections import letters
from tallystick.contract import ContractOperation
from tallystick.generation.flattening import Flattener
from tallystick.reader.document import Document
from tallystick.reader.operations import properties
from tallystick.reader.pointers import Path
from tallystick.reader.schemas.validators import Validator

Place = tuple[str, ...]
Changes = Mapping[Place, Any]

_IDS = ("id", "uuid", "guid")
_LAST = re.compile(r"\{([^}]*)\}$")


@dataclass(frozen=True, slots=True)
class _Slot:
    """A member that a value can come back in."""

    place: Place
    validator: Validator
    is_read_only: bool


class Echoes:
    """What of the requests of one operation comes back in a body of this schema."""

    def __init__(self, document: Document, operation: ContractOperation, schema: Path) -> None:
        self.document = document
        self.flattener = Flattener(document.schema_root)
        self.validator = document.validators.at(schema)
        self.slots = self._slots(schema, ())
        if not any(letters(name) in self.slots for name in self._sent_names(operation)):
            self.slots |= self._wrapped(schema)
        self.from_path = [*self._from_path(operation)]
        self.sends = not self.slots.keys().isdisjoint(map(letters, self._body_names(operation)))

    def _slots(self, schema: Path, above: Place) -> dict[str, _Slot]:
        return {
            letters(name): _Slot(
                (*above, name), self.document.validators.at(path), self._is_read_only(path)
            )
            for name, path in properties(self.document, schema)
        }

    def _wrapped(self, schema: Path) -> dict[str, _Slot]:
        """The members of the only object in the body."""
        inside = [
            (name, path)
            for name, path in properties(self.document, schema)
            if "properties" in self._flat(path)
        ]
        return self._slots(inside[0][1], (inside[0][0],)) if len(inside) == 1 else {}

    def _flat(self, path: Path) -> Mapping[str, Any]:
        return self.flattener.flat(self.document.schema_at(path))

    def _is_read_only(self, path: Path) -> bool:
        return self._flat(path).get("readOnly") is True

    def _sent_names(self, operation: ContractOperation) -> Iterator[str]:
        yield from (p.name for p in operation.parameters if p.location == "path")
        yield from self._body_names(operation)
        yield from _IDS

    def _body_names(self, operation: ContractOperation) -> Iterator[str]:
        """The names of the members that a body may have."""
        body = operation.request_body
        for media_type in body.media_types if body else ():
            if media_type.schema is not None:
                for name, _ in properties(self.document, media_type.schema):
                    if not is_secret(name):
                        yield name

    def _from_path(self, operation: ContractOperation) -> Iterator[tuple[str, _Slot]]:
        """The path parameters that come back, and where."""
        last = _LAST.search(operation.path)
        for parameter in operation.parameters:
            if parameter.location == "path":
                is_last = last is not None and last[1] == parameter.name
                names = [letters(parameter.name), *(_IDS if is_last else ())]
                found = [self.slots[name] for name in names if name in self.slots]
                if found:
                    yield parameter.name, found[0]

    # --- of a request

    def of_path(self, request: Request) -> Changes:
        """What comes back of the path."""
        found: dict[Place, Any] = {}
        for name, slot in self.from_path:
            found |= _taken(_values(request.path.get(name, "")), slot)
        return found

    def of_body(self, request: Request, value: Any) -> Changes:
        """What comes back of the body, in a body that would be this value."""
        sent: Any = None
        with suppress(MalformedBodyError):
            sent = request.value if request.body else None
        if not isinstance(sent, dict):
            return {}
        found: dict[Place, Any] = {}
        for name, item in sent.items():
            slot = self.slots.get(letters(str(name)))
            if slot is not None and not slot.is_read_only and not is_secret(str(name)):
                forms = _forms(item, _at(value, slot.place))
                found |= _taken(forms, slot)
        return found

    def is_valid(self, value: Any) -> bool:
        """Whether the schema takes a body."""
        return bool(self.validator.is_valid(value))


def changed(value: Any, changes: Changes) -> Any:
    """A body with what comes back in it."""
    for place, item in changes.items():
        value = _put(value, place, item)
    return value


def _put(value: Any, place: Place, item: Any) -> Any:
    if not place or not isinstance(value, dict):
        return item if not place else value
    return {**value, place[0]: _put(value.get(place[0]), place[1:], item)}


def _at(value: Any, place: Place) -> Any:
    for name in place:
        value = value.get(name) if isinstance(value, dict) else None
    return value


def _taken(values: Iterable[Any], slot: _Slot) -> dict[Place, Any]:
    """The first of the values that a member takes, in its place."""
    for value in values:
        if slot.validator.is_valid(value):
            return {slot.place: value}
    return {}


def _values(text: str) -> Iterator[Any]:
    """What a text of a path stands for."""
    yield text
    if re.fullmatch(r"-?[0-9]{1,15}", text):
        yield int(text)


def _forms(sent: Any, made: Any) -> Iterator[Any]:
    """What stands for a sent value: an object with what the service adds to it; the number that a
    text of a form means.
    """
    if isinstance(sent, dict) and isinstance(made, dict):
        yield {**made, **sent}
    yield sent
    if isinstance(sent, str):
        yield from [*_values(sent)][1:]
