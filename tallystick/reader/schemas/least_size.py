"""How large a value must at least be to fit a schema: what is larger than what is sent is not made.

Rules: the size is the number of values and letters that `minItems`, `minLength` and `required`
demand. It is a lower bound: what other keywords demand is not counted, and of alternatives the
smallest counts. A value that would hold itself counts as one.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Protocol

MOST_MADE = 1_000_000
"""Values and letters of the largest value that is made."""

_DEEPEST = 50


class Dereferencing(Protocol):
    """A document, as far as its references go."""

    def dereferenced(self, schema: Any) -> Any:
        """A schema, or what its reference leads to."""


def least_size(document: Dereferencing, schema: Any) -> int:
    """The size of the smallest value that fits a schema of the document's `schema_root`; all
    that are larger than `MOST_MADE` are one.
    """
    return _LeastSizes(document).of(schema, 0)


class _LeastSizes:
    """The sizes of one document's schemas: each is looked at once."""

    def __init__(self, document: Dereferencing) -> None:
        self.document = document
        self.known: dict[int, int] = {}

    def of(self, schema: Any, depth: int) -> int:
        """The least size of a schema's values."""
        found = self.document.dereferenced(schema)
        if not isinstance(found, dict) or depth > _DEEPEST or "enum" in found or "const" in found:
            return 1
        if id(found) not in self.known:
            self.known[id(found)] = 1  # inside itself
            self.known[id(found)] = min(max(self._demands(found, depth + 1)), MOST_MADE + 1)
        return self.known[id(found)]

    def _demands(self, schema: dict[str, Any], depth: int) -> Iterator[int]:
        yield self._own(schema, depth)
        for part in _listed(schema, "allOf"):
            yield self.of(part, depth)
        for name in ("anyOf", "oneOf"):
            if branches := _listed(schema, name):
                yield min(self.of(branch, depth) for branch in branches)

    def _own(self, schema: dict[str, Any], depth: int) -> int:
        """What the keywords of each type demand; the least of the types that it may be."""
        types = schema.get("type")
        types = [types] if isinstance(types, str) else types
        if not isinstance(types, list) or not types:
            return 1
        return min(self._of_type(schema, name, depth) for name in types)

    def _of_type(self, schema: dict[str, Any], name: Any, depth: int) -> int:
        if name == "string":
            return 1 + _count(schema, "minLength")
        if name == "array":
            return 1 + _count(schema, "minItems") * self.of(schema.get("items"), depth)
        if name == "object":
            members = schema.get("properties")
            members = members if isinstance(members, dict) else {}
            required = {each for each in _listed(schema, "required") if isinstance(each, str)}
            return 1 + sum(self.of(members.get(each), depth) for each in required)
        return 1


def _count(schema: dict[str, Any], name: str) -> int:
    value = schema.get(name)
    return int(min(max(value, 0), MOST_MADE)) if isinstance(value, int | float) else 0


def _listed(schema: dict[str, Any], name: str) -> list[Any]:
    value = schema.get(name)
    return value if isinstance(value, list) else []
