"""Bodies of successes, as templates whose fresh members are filled in for each answer.

Rules: documented examples come first, and go out as they are; else values are made from the
schema, the same for the same seed. In those, members whose names say that they must be fresh
(addresses, moments of expiry) get a new value in each answer, if the schema takes it and gives none
itself: an example of a property or of a schema goes out as it is, too.
"""

from __future__ import annotations

import json
import os
import re
import secrets
import time
import uuid
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from hashlib import blake2b
from typing import Any

from mock_server.addresses import LINKS
from mock_server.addresses import PICTURES as PICTURE_PATH
from mock_server.state.clock import timestamp
from tallystick.contract import ContractOperation
from tallystick.generation.believable.meanings import PICTURES
from tallystick.generation.flattening import Flattener, Schema
from tallystick.generation.strings import snake
from tallystick.reader.schemas.validators import Validator

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


_TOKENS: list[str] = []
"""Random tokens that no answer has had yet. A call of the system for each would cost more than the
rest of a body. A process that is forked starts with none: no two may give out the same.
"""
if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_TOKENS.clear)


def _token() -> str:
    """A new token of 128 bits, in hexadecimal digits: whoever has the address of a hosted page may
    use it, so nobody may guess one.
    """
    while True:
        try:
            return _TOKENS.pop()
        except IndexError:  # other threads take some, too
            text = secrets.token_hex(16 * 256)
            _TOKENS.extend(text[at : at + 32] for at in range(0, len(text), 32))


_ADDRESS = Fresh(lambda base, _: f"{base}{LINKS}{_token()}")
_EXPIRY = Fresh(lambda _, now: timestamp(now + EXPIRES_AFTER))
_NOW = Fresh(lambda _, now: timestamp(now))

_PICTURE = Fresh(lambda base, _: f"{base}{PICTURE_PATH}")

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
    is_stable: bool = False
    """Whether the same value is to have the same addresses and moments again."""

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
        is_kept = is_given or item.startswith(PICTURES)
        return item if is_kept else self._fresh(name, item) or item

    def _fresh(self, name: str, item: str) -> Fresh | None:
        plain = snake(name)
        found = next((fresh for pattern, fresh in _FRESH if pattern.fullmatch(plain)), None)
        if not self.is_stable or found is None or found is _EXPIRY:
            return found
        return _address_of(item) if found is _ADDRESS else None

    def _parts(self, flat: Schema, depth: int) -> Iterator[Schema]:
        """A flat schema and its branches: which of them a value is made from is not known."""
        yield flat
        for choice in flat.get("choices", ()) if depth else ():
            for branch in choice.branches:
                yield from self._parts(self.flattener.flat(branch), depth - 1)


def _address_of(item: str) -> Fresh:
    """An address of the mock that is always the same for the same made one."""
    token = blake2b(item.encode(), digest_size=16).hexdigest()
    return Fresh(lambda base, _: f"{base}{LINKS}{token}")


class Template:
    """A body whose fresh members, and the addresses of whose pictures, are filled in when it is
    rendered. In the text, `mark` stands for each of the fresh members.
    """

    __slots__ = ("first", "pieces")

    def __init__(self, text: str, fresh: Iterable[Fresh] = (), mark: str = PICTURES) -> None:
        waiting = iter(fresh)
        self.first, *rest = re.split(f"({re.escape(mark)}|{re.escape(PICTURES)})", text)
        marks = (_PICTURE if found == PICTURES else next(waiting) for found in rest[::2])
        self.pieces = tuple((one.make, after) for one, after in zip(marks, rest[1::2], strict=True))

    def render(self, base: str, now: float) -> bytes:
        """The body, for a client that reached the mock at the base URL at this time."""
        text = self.first
        for make, rest in self.pieces:
            text = f"{text}{make(base, now)}{rest}"
        return text.encode()


Body = Template | bytes
"""A body to send: bytes where nothing of it is made anew."""


def json_body(value: Any) -> Body:
    """The body of a value, in which a `Fresh` stands for each member that is made anew."""
    fresh: list[Fresh] = []
    mark = uuid.uuid4().hex

    def placeholder(item: Any) -> str:
        fresh.append(item)
        return mark

    text = json.dumps(value, default=placeholder, ensure_ascii=False, separators=(",", ":"))
    return Template(text, fresh, mark) if fresh or PICTURES in text else text.encode()


def with_pictures(body: bytes) -> Body:
    """A body that is written already."""
    return Template(body.decode()) if PICTURES.encode() in body else body


# --- making bodies


def example_bodies(examples: Iterable[Any], operation: ContractOperation) -> Iterator[Body]:
    """The bodies of documented examples, of which promised members change."""
    covered = promised(operation)
    yield from (json_body(_refreshed(value, covered)) for value in examples)


_PROMISES: Mapping[str, tuple[str, Fresh]] = {
    "fresh": ("url", _ADDRESS),
    "expires-in-the-future": ("", _EXPIRY),
}
"""Promises of an overlay that demand a new value each time: the member where none is named, and
what makes it.
"""


def promised(operation: ContractOperation) -> dict[str, Fresh]:
    """The members that promises cover, each with what makes it anew."""
    found = {}
    for promise in operation.promises:
        if promise.name in _PROMISES:
            member, fresh = _PROMISES[promise.name]
            found[str(promise.parameters.get("member", member))] = fresh
    return found


def _refreshed(value: Any, covered: Mapping[str, Fresh]) -> Any:
    if not isinstance(value, dict) or not covered:
        return value
    return {
        name: covered[name] if name in covered and isinstance(item, str) else item
        for name, item in value.items()
    }


def made_body(value: Any, freshened: Any, validator: Validator) -> Body:
    """The body of a value, without fresh members where the schema does not take them."""
    fresh = json_body(freshened)
    if isinstance(fresh, bytes):
        return fresh
    body = json.loads(fresh.render("http://127.0.0.1:65535", time.time()))
    return fresh if validator.is_valid(body) else json_body(value)
