"""Bodies of successes, as templates whose fresh members are filled in for each answer.

Rules: documented examples come first, and go out as they are; else values are made from the
schema, the same for the same seed. In those, members whose names say that they must be fresh
(addresses, moments of expiry) get a new value in each answer, if the schema takes it and gives none
itself: an example of a property or of a schema goes out as it is, too.
"""

from __future__ import annotations

import itertools
import json
import re
import secrets
import time
import uuid
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from mock_server.addresses import LINKS
from mock_server.state.clock import timestamp
from tallystick.contract import ContractOperation
from tallystick.generation import bodies, values
from tallystick.generation.flattening import Flattener, Schema
from tallystick.generation.strings import snake
from tallystick.reader.document import Document
from tallystick.reader.operations import MediaType
from tallystick.reader.schemas.validators import Validator

POOL = 8
"""How many different bodies are made ahead for one response."""

_DEPTH = 3
"""How deep branches within branches are looked at."""

EXPIRES_AFTER = 300.0
"""Seconds until a generated moment of expiry; Stripe's published sample of a link lives as long."""


# --- fresh members


@dataclass(frozen=True, slots=True)
class Fresh:
    """A member that is made anew for each answer, from the base URL and the mock's time. What it
    makes goes into a JSON string as it is: the base URL holds nothing to escape.
    """

    make: Callable[[str, float], str]


_PATH = f"{LINKS}{secrets.token_hex(8)}"
_numbers = itertools.count(secrets.randbits(56))
_ADDRESS = Fresh(lambda base, _: f"{base}{_PATH}{next(_numbers):016x}")
_EXPIRY = Fresh(lambda _, now: timestamp(now + EXPIRES_AFTER))
_NOW = Fresh(lambda _, now: timestamp(now))

_FRESH: tuple[tuple[re.Pattern[str], Fresh], ...] = (
    (re.compile(r"(?:.*_)?(?:url|uri|href|link)"), _ADDRESS),
    (re.compile(r"(?:.*_)?(?:expir\w*|valid_until|expiration)(?:_at|_on|_date)?"), _EXPIRY),
    (re.compile(r"(?:.*_)?(?:created|updated|modified|issued)(?:_at|_on)"), _NOW),
)
"""Names in snake_case, and what such a member holds."""


_GIVEN = {"example", "examples", "default", "const", "enum"}
"""What gives the values of a schema."""


@dataclass(frozen=True, slots=True)
class Freshener:
    """Replaces the members of generated values that must be fresh by what makes them anew: those
    that a promise covers, and strings of a telling name of which the schema gives no value.
    """

    flattener: Flattener
    promised: Mapping[str, Fresh]

    def value(self, value: Any, schema: Any) -> Any:
        """A value of a schema."""
        if not isinstance(value, dict | list):
            return value
        parts = [*self._parts(self.flattener.flat(schema), _DEPTH)]
        if any(part.keys() & _GIVEN for part in parts):
            return value
        if isinstance(value, list):
            items = {"allOf": [part["items"] for part in parts if "items" in part]}
            return [self.value(item, items) for item in value]
        return {name: self._member(name, item, parts) for name, item in value.items()}

    def _member(self, name: str, item: Any, parts: list[Schema]) -> Any:
        found = [part["properties"][name] for part in parts if name in part.get("properties", {})]
        schema = {"allOf": found}
        if not isinstance(item, str):
            return self.value(item, schema)
        if name in self.promised:
            return self.promised[name]
        inside = self._parts(self.flattener.flat(schema), _DEPTH)
        is_given = any(part.keys() & _GIVEN for part in inside)
        return item if is_given else _fresh(name) or item

    def _parts(self, flat: Schema, depth: int) -> Iterator[Schema]:
        """A flat schema and its branches: which of them a value is made from is not known."""
        yield flat
        for choice in flat.get("choices", ()) if depth else ():
            for branch in choice.branches:
                yield from self._parts(self.flattener.flat(branch), depth - 1)


def _fresh(name: str) -> Fresh | None:
    plain = snake(name)
    return next((fresh for pattern, fresh in _FRESH if pattern.fullmatch(plain)), None)


class Template:
    """A JSON body whose fresh members are filled in when it is rendered."""

    __slots__ = ("makers", "pieces", "texts")

    def __init__(self, value: Any) -> None:
        self.makers: list[Callable[[str, float], str]] = []
        mark = uuid.uuid4().hex

        def placeholder(fresh: Any) -> str:
            self.makers.append(fresh.make)
            return mark

        text = json.dumps(value, default=placeholder, ensure_ascii=False, separators=(",", ":"))
        self.texts = text.split(mark)
        self.pieces = tuple(zip(self.makers, self.texts[1:], strict=True))

    def render(self, base: str, now: float) -> bytes:
        """The body, for a client that reached the mock at the base URL at this time."""
        text = self.texts[0]
        for make, rest in self.pieces:
            text = f"{text}{make(base, now)}{rest}"
        return text.encode()


Body = Template | bytes
"""A body to send: bytes where nothing of it is made anew."""


def _body(value: Any) -> Body:
    template = Template(value)
    return template if template.makers else template.texts[0].encode()


# --- making bodies


def templates(
    document: Document, operation: ContractOperation, media_type: MediaType, seed: int
) -> Iterator[Body]:
    """The bodies of a success response, each made when it is first wanted. Of an example only the
    members change that a promise covers.
    """
    examples = bodies.examples(document, media_type)
    if examples:
        promised = _promised(operation)
        yield from (_body(_refreshed(value, promised)) for value in examples.values())
        return
    if media_type.schema is None:
        yield _body({})
        return
    validator = document.validators.at(media_type.schema)
    freshener = Freshener(Flattener(document.schema_root), _promised(operation))
    schema = document.schema_at(media_type.schema)
    for number in range(POOL):
        value = values.make(document, media_type.schema, seed=f"{seed}/{number}").value
        yield _made(value, freshener.value(value, schema), validator)


_PROMISES: Mapping[str, tuple[str, Fresh]] = {
    "fresh": ("url", _ADDRESS),
    "expires-in-the-future": ("", _EXPIRY),
}
"""Promises of an overlay that demand a new value each time: the member where none is named, and
what makes it.
"""


def _promised(operation: ContractOperation) -> dict[str, Fresh]:
    """The members that promises cover, each with what makes it anew."""
    found = {}
    for promise in operation.promises:
        if promise.name in _PROMISES:
            member, fresh = _PROMISES[promise.name]
            found[str(promise.parameters.get("member", member))] = fresh
    return found


def _refreshed(value: Any, promised: Mapping[str, Fresh]) -> Any:
    if not isinstance(value, dict) or not promised:
        return value
    return {
        name: promised[name] if name in promised and isinstance(item, str) else item
        for name, item in value.items()
    }


def _made(value: Any, freshened: Any, validator: Validator) -> Body:
    """The body of a value, without fresh members where the schema does not take them."""
    fresh = _body(freshened)
    if isinstance(fresh, bytes):
        return fresh
    body = json.loads(fresh.render("http://127.0.0.1:65535", time.time()))
    return fresh if validator.is_valid(body) else _body(value)
