"""Members that are held to schemas by their names, where only `patterns` can match the names.

Rules: `patternProperties` with such a pattern becomes a keyword of our own, with the
`additionalProperties` beside it, which depends on it (2020-12 core, section 10.3.2.3): compiled
validators would backtrack for each name. Nothing is asked of a member whose name is not decided in
time. To `unevaluatedProperties` all names count as evaluated, which accepts more.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, Final

from tallystick.judgement import Judgement
from tallystick.reader.schemas.patterns import is_native, match

NAMES: Final = "x-tallystick-names"
"""The keyword. Its schemas stand in a list of this name at the root."""


def need_matching(schema: dict[str, Any]) -> bool:
    """Whether an object's members are held to a pattern that is not native."""
    patterns = schema.get("patternProperties")
    return isinstance(patterns, dict) and not all(map(is_native, patterns))


def with_names(schema: dict[str, Any], schemas: list[Any]) -> dict[str, Any]:
    """The schema with the keyword of our own, which refers to `schemas`."""

    def numbered(one: Any) -> int:
        schemas.append(one)
        return len(schemas) - 1

    held = {
        "patterns": {name: numbered(one) for name, one in schema["patternProperties"].items()},
        "known": list(schema.get("properties") or ()),
        "rest": numbered(schema.get("additionalProperties", True)),
    }
    others = {name: item for name, item in schema.items() if name != "additionalProperties"}
    return {**others, "patternProperties": {"": True}, NAMES: held}


class MemberNames:
    """The keyword, compiled. `is_valid` says whether a value fits the schema of a number."""

    def __init__(self, held: dict[str, Any], is_valid: Callable[[int, Any], bool]) -> None:
        self.patterns: dict[str, int] = held["patterns"]
        self.known, self.rest = frozenset(held["known"]), int(held["rest"])
        self.is_valid = is_valid

    def validate(self, value: Any) -> None:
        """Raises ValueError where a member is certainly wrong."""
        if not isinstance(value, dict):
            return
        for name, member in value.items():
            if not all(self.is_valid(number, member) for number in self._wanted(name)):
                raise ValueError(f"the member {name!r} is not valid")

    def _wanted(self, name: str) -> Iterator[int]:
        """The numbers of the schemas that a member of this name is certainly held to."""
        found = {number: match(pattern, name) for pattern, number in self.patterns.items()}
        yield from (number for number, fits in found.items() if fits is Judgement.VALID)
        if name not in self.known and all(fits is Judgement.INVALID for fits in found.values()):
            yield self.rest
