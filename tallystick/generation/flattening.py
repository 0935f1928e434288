"""A schema with everything that applies at one place in one mapping.

Rules: references are followed, and `allOf`, siblings of a reference and chosen branches are
merged: types intersect, bounds tighten, properties join. Alternatives and conditions stay, as
lists, since whoever makes a value chooses among them. Schemas are those of `schema_root`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote

from tallystick.reader.pointers import from_pointer, look_up

Schema = dict[str, Any]
_DEEPEST = 40
"""How many references and parts of `allOf` lie between a place and what applies there, at most;
some schemas are made of themselves."""

_COMPARED = 2
"""How deep properties are compared to see whether two schemas exclude each other."""

NEVER: Schema = {"nots": [{}]}
"""The schema that takes nothing."""


class Flattener:
    """Flattens the schemas of one document."""

    def __init__(self, root: Mapping[str, Any]) -> None:
        self.root = root
        self._known: dict[str, Schema] = {}

    def flat(self, schema: Any, depth: int = 0) -> Schema:
        """The schema without references and `allOf`. `choices` are its lists of alternatives,
        `nots` and `conditions` what it excludes and makes depend; `patterns` what texts must match.
        """
        if schema is False:
            return dict(NEVER)
        if not isinstance(schema, dict) or depth > _DEEPEST:
            return {}
        own = {name: value for name, value in schema.items() if name not in _PARTS}
        for name in ("anyOf", "oneOf"):
            if schema.get(name):
                own.setdefault("choices", []).append(
                    Choice(schema[name], schema.get("discriminator"), is_exclusive=name == "oneOf")
                )
        if "not" in schema:
            own["nots"] = [schema["not"]]
        if "if" in schema:
            own["conditions"] = [(schema["if"], schema.get("then", {}), schema.get("else", {}))]
        if "pattern" in own or "x-tallystick-pattern" in own:
            own["patterns"] = [own.pop("pattern", own.pop("x-tallystick-pattern", ""))]
        merged = own
        for part in schema.get("allOf") or ():
            merged = self.merge(self.flat(part, depth + 1), merged)
        if isinstance(schema.get("$ref"), str):
            merged = self.merge(self._referenced(schema["$ref"], depth), merged)
        return merged

    def _referenced(self, reference: str, depth: int) -> Schema:
        if reference not in self._known:
            flat = self._of_reference(reference, depth)
            if depth:  # one that is cut off by its depth is not for others
                return flat
            self._known[reference] = flat
        return self._known[reference]

    def at(self, reference: str) -> Any:
        """What a reference leads to; None where it leads nowhere."""
        try:
            return look_up(self.root, from_pointer(unquote(reference.removeprefix("#"))))
        except (LookupError, ValueError):
            return None

    def _of_reference(self, reference: str, depth: int) -> Schema:
        target = self.at(reference)
        if target is None:
            return {}
        flat = self.flat(target, depth + 1)
        discriminator = flat.get("discriminator")
        if isinstance(discriminator, dict) and not flat.get("choices"):
            # A child inherits its parent's discriminator by `allOf`; its value names the child.
            name = discriminator.get("propertyName")
            if isinstance(name, str) and isinstance(target, dict) and "allOf" in target:
                return self.merge(flat, _named(name, _value_of(reference, discriminator)))
        return flat

    def merge(self, first: Schema, second: Schema) -> Schema:
        """What both schemas demand together; where only one word can stand, the second's."""
        if not first or not second:
            return dict(first or second)
        merged = {**first, **second}
        for name in first.keys() & second.keys():
            join = _JOINS.get(name)
            if join is not None:
                merged[name] = join(first[name], second[name])
            elif name in ("properties", "patternProperties", "dependentSchemas"):
                merged[name] = self._maps(first[name], second[name])
            elif name in ("items", "additionalProperties", "contains", "propertyNames"):
                merged[name] = _both(first[name], second[name])
        return merged

    def excludes(self, first: Schema, second: Schema, depth: int = _COMPARED) -> bool:
        """Whether it is plain that nothing fits two flat schemas together: no type or listed value
        is in both, or so it is with a property that one of them requires.
        """
        one, two = types(first), types(second)
        if one and two and not _common(one, two):
            return True
        listed, also_listed = _listed(first), _listed(second)
        if listed is not None and also_listed is not None:
            return not any(value in also_listed for value in listed)
        own, others = first.get("properties") or {}, second.get("properties") or {}
        required = {*(first.get("required") or ()), *(second.get("required") or ())}
        return depth > 0 and any(
            self.excludes(self.flat(own[name]), self.flat(others[name]), depth - 1)
            for name in own.keys() & others.keys() & required
        )

    def _maps(self, first: Any, second: Any) -> Any:
        both = {name: _both(first[name], second[name]) for name in first.keys() & second.keys()}
        return {**first, **second, **both}


def _both(first: Any, second: Any) -> Any:
    if first is True or second is True:
        return second if first is True else first
    return first if first == second else {"allOf": [first, second]}


@dataclass(frozen=True, slots=True)
class Choice:
    """The branches of a oneOf (then `is_exclusive`) or anyOf, and the discriminator that names
    them.
    """

    branches: list[Any]
    discriminator: Any
    is_exclusive: bool

    def named(self, branch: Any) -> Schema:
        """What the discriminator demands where this branch is chosen (OpenAPI 3.1.1, 4.8.25)."""
        reference = branch.get("$ref") if isinstance(branch, dict) else None
        if not isinstance(self.discriminator, dict) or not isinstance(reference, str):
            return {}
        name = self.discriminator.get("propertyName")
        if not isinstance(name, str):
            return {}
        return _named(name, _value_of(reference, self.discriminator))


def _named(name: str, value: str) -> Schema:
    return {
        "type": "object",
        "properties": {name: {"x-tallystick-discriminator": value}},
        "required": [name],
    }


def _value_of(reference: str, discriminator: Mapping[str, Any]) -> str:
    """The value that names a schema: by the mapping, else the schema's own name."""
    name = unquote(reference).rpartition("/")[2]
    mapping = discriminator.get("mapping")
    for value, target in mapping.items() if isinstance(mapping, dict) else ():
        if isinstance(target, str) and unquote(target) in (unquote(reference), name):
            return str(value)
    return name


# --- how two words about one thing join

_PARTS = {"$ref", "allOf", "anyOf", "oneOf", "not", "if", "then", "else", "$defs", "definitions"}


def types(schema: Mapping[str, Any]) -> list[str]:
    """The JSON types that a schema names."""
    kinds = schema.get("type")
    return [kinds] if isinstance(kinds, str) else list(kinds or ())


def _types(first: Any, second: Any) -> Any:
    one, two = types({"type": first}), types({"type": second})
    return _common(one, two) or two


def _common(one: list[str], two: list[str]) -> list[str]:
    """The types that both lists allow; an integer is a number."""
    common = [kind for kind in one if kind in two]
    if "integer" in (*one, *two) and "number" in (*one, *two) and "integer" not in common:
        common.append("integer")
    return common


def _listed(schema: Schema) -> list[Any] | None:
    """The values that a schema lists; None where it lists none."""
    return [schema["const"]] if "const" in schema else schema.get("enum")


def _enums(first: Any, second: Any) -> Any:
    return [value for value in first if value in second] or second


def _longer(first: Any, second: Any) -> Any:
    return list(dict.fromkeys([*first, *second]))


def _all(first: Any, second: Any) -> Any:
    return [*first, *second]


def _prefix(first: Any, second: Any) -> Any:
    longer = first if len(first) > len(second) else second
    common = [_both(one, two) for one, two in zip(first, second, strict=False)]
    return [*common, *longer[len(common) :]]


def _dependencies(first: Any, second: Any) -> Any:
    return {
        name: _longer(first.get(name, []), second.get(name, [])) for name in {**first, **second}
    }


_JOINS: Mapping[str, Callable[[Any, Any], Any]] = {
    "type": _types,
    "enum": _enums,
    "required": _longer,
    "choices": _all,
    "nots": _all,
    "conditions": _all,
    "patterns": _longer,
    "prefixItems": _prefix,
    "dependentRequired": _dependencies,
    **dict.fromkeys(
        (
            *("minimum", "exclusiveMinimum", "minLength", "minItems", "minProperties"),
            "minContains",
        ),
        max,
    ),
    **dict.fromkeys(
        (
            *("maximum", "exclusiveMaximum", "maxLength", "maxItems", "maxProperties"),
            "maxContains",
        ),
        min,
    ),
    "uniqueItems": lambda first, second: first or second,
}
