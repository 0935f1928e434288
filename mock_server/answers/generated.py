"""Made bodies of a success, by the request that they answer.

Rules: what only reads gets the same body for the same path, today and tomorrow: the item of an id
is always the same one. What changes something gets another body each time, in turn. In both, what
the request gave comes back.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from itertools import cycle
from typing import Any

from mock_server.answers.echoes import Changes, Echoes, changed
from mock_server.answers.templates import Body, Freshener, made_body, promised
from mock_server.requests.decoding.caching import cached
from mock_server.requests.request import Request
from tallystick.contract import ContractOperation
from tallystick.generation import values
from tallystick.generation.flattening import Flattener
from tallystick.reader.document import Document
from tallystick.reader.pointers import Path

POOL = 8
"""How many different bodies are made for requests that change something."""

_KEPT = 64
"""How many bodies are kept for requests that read; others are made again, the same."""

SAFE = ("get", "head", "query", "options", "trace")
"""Methods that only read (RFC 9110 section 9.2.1)."""


def key_of(parts: Sequence[str]) -> str:
    """What the seed of an item goes by: the values of its path."""
    return "/".join(parts)


class GeneratedBodies:
    """The made bodies of one success, in JSON."""

    def __init__(
        self, document: Document, operation: ContractOperation, schema: Path, seed: int
    ) -> None:
        self.document, self.operation = document, operation
        self.schema, self.seed = schema, seed
        self.is_safe = operation.method in SAFE
        flattener = Flattener(document.schema_root)
        self.freshener = Freshener(flattener, promised(operation), is_stable=self.is_safe)
        self.read = cached(_KEPT)(self._read)
        self.pool = cycle(range(POOL))
        self.written: dict[int, tuple[Any, Any, Body]] = {}

    @cached_property
    def echoes(self) -> Echoes:
        """What comes back of a request."""
        return Echoes(self.document, self.operation, self.schema)

    def body(self, request: Request) -> Body:
        """The body for a request."""
        if self.is_safe:
            path = self.echoes.of_path(request)
            return self.read((key_of([*request.path.values()]), tuple(path.items())))
        number = next(self.pool)
        if number not in self.written:
            self.written[number] = self._made(f"{number}", {})
        value, fresh, body = self.written[number]
        if not self.echoes.from_path and not self.echoes.sends:
            return body
        changes = self._changes(request, value)
        return self._body(value, fresh, changes) if changes else body

    def _changes(self, request: Request, value: Any) -> Changes:
        path = self.echoes.of_path(request) if request.path else {}
        sent = self.echoes.of_body(request, value) if self.echoes.sends and request.body else {}
        if sent and self.echoes.is_valid(changed(value, {**sent, **path})):
            return {**sent, **path}
        return path if path and self.echoes.is_valid(changed(value, path)) else {}

    def _read(self, asked: tuple[str, tuple[tuple[tuple[str, ...], Any], ...]]) -> Body:
        key, path = asked
        return self._made(key, dict(path))[2]

    def _made(self, key: str, changes: Changes) -> tuple[Any, Any, Body]:
        """A value, the same with its fresh members, and the body of it."""
        seed, wish = f"{self.seed}/{key}", values.Wish(is_long=True)
        value = values.make(self.document, self.schema, seed=seed, wish=wish).value
        if changes and self.echoes.is_valid(changed(value, changes)):
            value = changed(value, changes)
        fresh = self.freshener.value(value, self.document.schema_at(self.schema))
        return value, fresh, made_body(value, fresh, self.echoes.validator)

    def _body(self, value: Any, fresh: Any, changes: Changes) -> Body:
        return made_body(changed(value, changes), changed(fresh, changes), self.echoes.validator)
