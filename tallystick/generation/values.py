"""Values made from schemas: valid, plain, and the same for the same seed.

Rules: what the document gives (a const, an example, a default) comes first; else a value is made
from the schema. A value that is not valid is made again in another way: without examples, with
the required members only, with other branches. What no try makes valid is given all the same,
the nearest that there was, since a mock must answer. Members that only requests have
(`writeOnly`) are not made for responses, and the reverse. Each recursion ends.
"""

from __future__ import annotations

import copy
import math
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from fractions import Fraction
from itertools import chain
from random import Random
from typing import Any
from urllib.parse import unquote

from tallystick.generation.believable import candidates
from tallystick.generation.believable.agreement import agreeing
from tallystick.generation.believable.subjects import Subject, meaningful, words_of
from tallystick.generation.flattening import Flattener, Schema, types
from tallystick.generation.strings import text
from tallystick.judgement import Judgement
from tallystick.reader.document import Document
from tallystick.reader.pointers import Path, from_pointer, look_up
from tallystick.reader.schemas.patterns import match
from tallystick.reader.schemas.validators import UNEXPLAINED, Validator, errors, first_error
from tallystick.reader.schemas.views import Use

_DEEPEST = 12
_OPTIONAL_DEPTH = 8
"""How deep members are made that may be left out; a recursive schema has no end of them."""

_MOST_NESTED = 2
"""How often a schema may stand in itself before it is left out where it can be: a tree with a
level below its root shows its form, and each further one multiplies its size.
"""

_MOST_VALUES, _MOST_TRIED = 10_000, 20_000
"""How many values are made for one, those inside others included, and in all tries together. What
is left out then may be required: nobody reads so much.
"""

_LETTERS_OF_A_VALUE = 100
"""So many letters of a text count as much as a value."""

_MOST_ITEMS = 100
"""How many items are made; a schema may demand any number."""

_ROUNDS = 12
"""How many times a value is made again in other ways."""

_FEWEST, _MOST_LISTED = 3, 10
"""How many items lists have where the document leaves it open; those within lists have fewer."""

_MANY_VALUES = 1_000
"""From how many values on a list has no more items than it must: some items are large."""

_MANY = 10
"""From how many values on an enum is a list of codes, of which few are likely."""

_MOST_NAMES = 8
"""How many names of schemas are looked at for what a value is about."""

_NEAR = 100
"""How many multiples on either side of one are looked at."""

_MOST_PRUNED = 50
_SEARCHED = 6
"""How deep alternatives are searched for a code."""


@dataclass(frozen=True, slots=True)
class Made:
    """A value, and whether its schema takes it."""

    value: Any
    is_valid: bool


@dataclass(frozen=True, slots=True)
class Wish:
    """How values are to be: for a response or a request, with optional members or without, with
    the document's examples or without; of alternatives, the one that holds the `code`.
    """

    use: Use = "response"
    with_optional: bool = True
    with_examples: bool = True
    code: str = ""
    status: int = 0
    """Of the response that the value is for: the members of an error go by it."""

    is_long: bool = False
    """Whether the first list has as many items as a real one."""

    is_strict: bool = False
    """Whether what is made for one branch of a oneOf is kept from fitting the others."""


def make(
    document: Document, path: Path, *, name: str = "", seed: object = 0, wish: Wish | None = None
) -> Made:
    """A value of the schema at a path. `name` is that of what it is for."""
    validator = document.validators.at(path, (wish or Wish()).use)
    nearest: tuple[float, Any] | None = None
    tried = 0
    for number, variant in enumerate(_variants(wish or Wish())):
        source = Random(f"{seed}/{number // 3}")  # noqa: S311
        maker = _Maker(document, source, variant)
        value = maker.at(path, name)
        prunings = 1 + _MOST_PRUNED * _MANY_VALUES // max(_MANY_VALUES, maker.count)
        for candidate in (value, _pruned(value, validator, prunings)):
            if validator.is_valid(candidate):
                return Made(candidate, True)
        number_wrong = _count(validator, value)
        if nearest is None or number_wrong < nearest[0]:
            nearest = (number_wrong, value)
        tried += maker.count
        if tried > _MOST_TRIED:
            break
    return Made(nearest[1] if nearest else None, False)


def _variants(wish: Wish) -> Iterator[Wish]:
    for number in range(_ROUNDS):
        tried = replace(wish, is_strict=number % 2 == 1)
        yield tried
        yield replace(tried, with_examples=False)
        yield replace(tried, with_examples=False, with_optional=False)


def _count(validator: Validator, value: Any) -> float:
    return sum(math.inf if error is UNEXPLAINED else 1 for error in errors(validator, value))


def is_valid(document: Document, path: Path, value: Any) -> bool:
    """Whether the schema at a path takes a value, formats included."""
    return bool(document.validators.at(path).is_valid(value))


def instances(
    document: Document,
    path: Path,
    *,
    name: str = "",
    code: str = "",
    complete: bool = True,
    use: Use = "response",
) -> Iterator[Any]:
    """Valid values of the schema at a path, the complete one first if that is wanted; of
    alternatives the one is taken that holds the `code`.
    """
    for with_optional in (True, False) if complete else (False, True):
        made = make(document, path, name=name, wish=Wish(use, with_optional, True, code))
        if made.is_valid:
            yield made.value


def holds(value: Any, code: str) -> bool:
    """Whether a text somewhere in a JSON value is this one."""
    if isinstance(value, dict | list):
        inside = value.values() if isinstance(value, dict) else value
        return any(holds(item, code) for item in inside)
    return bool(value == code)


def _pruned(value: Any, validator: Validator, most: int) -> Any:
    """The value without the members that are at fault, as far as leaving them out helps."""
    if not isinstance(value, dict | list):
        return value
    value = copy.deepcopy(value)
    for _ in range(most):
        error = first_error(validator, value)
        if error is None or not error.instance_path:
            break
        path = tuple(str(token) for token in error.instance_path)
        parent = look_up(value, path[:-1])
        del parent[int(path[-1]) if isinstance(parent, list) else path[-1]]
    return value


class _Maker:
    """Makes values from the schemas of a document, from one source of randomness."""

    def __init__(self, document: Document, source: Random, wish: Wish) -> None:
        self.flattener = Flattener(document.schema_root)
        self.document = document
        self.source = source
        self.wish = wish
        self.open: list[list[str]] = []
        """The references that lead to each of the values that are being made."""

        self.subject = Subject(document.locale, source.getrandbits(64), status=wish.status)
        """What the object is about that is being made."""

        self.count = 0
        """How many values were made, those inside others included."""

        self.most = _MOST_VALUES

        self.lists = 0
        """How many lists were begun: the first is what the value is about."""

    def at(self, path: Path, name: str) -> Any:
        """A value for the schema at a path."""
        pointer = self.document.schema_reference(path)["$ref"].partition("#")[2]
        return self.value({"$ref": f"#{pointer}"}, name, 0)

    def value(self, schema: Any, name: str, depth: int) -> Any:
        """A value for a schema; `name` is that of the member that it is for. What would hold itself
        once more is null, where it may be.
        """
        if self._repeats(schema) and self._takes_null(schema):
            return None
        self.count += 1
        self.open.append(_references(schema))
        value = self._value(schema, name, depth)
        self.open.pop()
        return value

    def _repeats(self, schema: Any) -> bool:
        """Whether each value of a schema would hold one of those that it stands in once more."""
        if not isinstance(schema, dict):
            return False
        for reference in _references(schema):
            if sum(reference in references for references in self.open) >= _MOST_NESTED:
                return True
        branches = schema.get("oneOf") or schema.get("anyOf") or ()
        others = [branch for branch in branches if types(self.flattener.flat(branch)) != ["null"]]
        return bool(others) and all(self._repeats(branch) for branch in others)

    def _takes_null(self, schema: Any) -> bool:
        """Whether a schema, or a branch of it, says that it takes null."""
        flat = self.flattener.flat(schema)
        branches = (branch for choice in flat.get("choices", ()) for branch in choice.branches)
        return (
            "null" in types(schema)
            or "null" in types(flat)
            or any(types(self.flattener.flat(branch)) == ["null"] for branch in branches)
        )

    def _value(self, schema: Any, name: str, depth: int) -> Any:
        flat = self._chosen(self.flattener.flat(schema), depth)
        given = self._given(flat, name)
        if given is not None:
            return copy.deepcopy(given[0])
        value = self._of_type(flat, name, depth)
        for condition, then, otherwise in flat.get("conditions", ()):
            flat = self._on(flat, condition, then, otherwise)
            value = self._of_type(flat, name, depth)
        return value

    def _given(self, flat: Schema, name: str) -> tuple[Any] | None:
        """What the document gives itself."""
        if "const" in flat:
            return (flat["const"],)
        named = flat.get("x-tallystick-discriminator")
        if named is not None and named in flat.get("enum", [named]):
            return (named,)
        if self.wish.with_examples:
            for keyword in ("example", "default"):
                if flat.get(keyword) is not None:
                    return (flat[keyword],)
            if isinstance(flat.get("examples"), list) and flat["examples"]:
                return (self.source.choice(flat["examples"]),)
        if flat.get("enum"):
            values = [value for value in flat["enum"] if value is not None]
            return (self._likely(values, name) or self.source.choice(values or flat["enum"]),)
        return None

    def _likely(self, values: Sequence[Any], name: str) -> Any:
        """The believable one of a long list of codes, such as those of currencies."""
        if len(values) < _MANY or not all(isinstance(value, str) for value in values):
            return None
        by_letters = {value.lower(): value for value in values}
        likely = (text.lower() for text in candidates.texts(self.subject, name, ""))
        return next((by_letters[text] for text in likely if text in by_letters), None)

    def _chosen(self, flat: Schema, depth: int) -> Schema:
        """The schema with one branch of each of its alternatives."""
        while flat.get("choices"):
            first, *rest = flat["choices"]
            flat = {**flat, "choices": rest}
            branch = self._branch(flat, first.branches, depth)
            self.open[-1] += _references(branch)
            flat = self.flattener.merge(flat, self.flattener.flat(branch))
            flat = self.flattener.merge(flat, first.named(branch))
            if first.is_exclusive and self.wish.is_strict:
                others = [other for other in first.branches if other is not branch]
                flat["others"] = [*flat.get("others", ()), *others]
        return flat

    def _branch(self, flat: Schema, branches: Sequence[Any], depth: int) -> Any:
        if self.wish.code and depth < _SEARCHED:
            for branch in branches:
                if holds(self.value(branch, "", depth + 1), self.wish.code):
                    return branch
        # One that what stands beside the alternatives excludes can never be right.
        flats = [(branch, self.flattener.flat(branch)) for branch in branches]
        possible = [branch for branch, one in flats if not self.flattener.excludes(flat, one)]
        branches = possible or branches
        # `anyOf: [null, …]` should not make everything null.
        plain = [branch for branch in branches if types(self.flattener.flat(branch)) != ["null"]]
        if depth >= _OPTIONAL_DEPTH:  # the simplest one, so that a recursion ends
            return min(plain or branches, key=lambda branch: _weight(self.flattener.flat(branch)))
        return self.source.choice(plain or list(branches))

    def _on(self, flat: Schema, condition: Any, then: Any, otherwise: Any) -> Schema:
        """The schema with one side of a condition, so that it holds whichever is tried."""
        if self.source.random() < 0.5:
            both = self.flattener.merge(self.flattener.flat(condition), self.flattener.flat(then))
            return self._chosen(self.flattener.merge(flat, both), 0)
        return self._chosen(self.flattener.merge(flat, self.flattener.flat(otherwise)), 0)

    def _of_type(self, flat: Schema, name: str, depth: int) -> Any:
        kind = self._kind(flat)
        if kind == "object":
            with self._about(flat, name):
                return self._object(flat, depth)
        if kind == "array":
            return self._array(flat, name, depth)
        if kind in ("integer", "number"):
            likely = candidates.numbers(self.subject, name, kind)
            return _number(flat, kind, self.source, likely)
        if kind == "boolean":
            yes = self.source.random() < 0.5
            return next(candidates.booleans(self.subject, name), yes)
        if kind == "null":
            return None
        likely_texts = candidates.texts(self.subject, name, str(flat.get("format", "")))
        made = text(flat, self.source, likely_texts)
        self.count += len(made) // _LETTERS_OF_A_VALUE
        return made

    @contextmanager
    def _about(self, flat: Schema, name: str) -> Iterator[None]:
        """Make an object, or an item of a list, with a subject of its own."""
        own = [] if meaningful(name) in ((), ("item",)) else [name]
        nouns = [*self._called(), *own]
        members = frozenset("".join(words_of(one)) for one in flat.get("properties") or ())
        outer, seed = self.subject, self.source.getrandbits(64)
        self.subject = Subject(outer.locale, seed, nouns, members, outer, outer.status)
        try:
            yield
        finally:
            self.subject = outer

    def _called(self) -> list[str]:
        """What the document calls the value that is being made: the names of its schemas, then
        those of its path.
        """
        schemas: list[str] = []
        paths: list[str] = []
        waiting = [*self.open[-1]] if self.open else []
        while waiting and len(schemas) < _MOST_NAMES:
            reference = waiting.pop(0)
            tokens = from_pointer(unquote(reference.removeprefix("#")))
            if tokens[:1] == ("paths",):
                paths += [part for part in reversed(tokens[1].split("/")) if "{" not in part]
            elif tokens[:2] == ("components", "schemas"):
                schemas.append(tokens[2])
            waiting += _references(self.flattener.at(reference))
        return schemas + paths

    def _kind(self, flat: Schema) -> str:
        # `type: [null, string]` should not make everything null.
        named = [kind for kind in types(flat) if kind != "null"]
        excluded = {kind for one in flat.get("nots", ()) for kind in _excluded(one)}
        allowed = [kind for kind in named if kind not in excluded]
        if allowed:
            return allowed[0] if self.source.random() < 0.8 else self.source.choice(allowed)
        if types(flat):
            return types(flat)[0]
        for kind, keywords in _TELLING.items():
            if flat.keys() & keywords and kind not in excluded:
                return kind
        return next((kind for kind in _ANY if kind not in excluded), "null")

    # --- objects

    def _object(self, flat: Schema, depth: int) -> dict[str, Any]:
        properties = flat.get("properties") or {}
        required = dict.fromkeys(flat.get("required") or ())
        names = [name for name in properties if self._is_made(name, properties, required, depth)]
        names += [name for name in required if name not in properties]
        value: dict[str, Any] = {}
        for name in names:
            if self.count > self.most:
                break
            value[name] = self._member(flat, name, depth)
        self._add_dependents(flat, value, depth)
        self._add_unnamed(flat, value, depth)
        self._exclude_others(flat, value)
        most = flat.get("maxProperties")
        if most is not None and len(value) > most:
            kept = [*(name for name in value if name in required), *value]
            value = {name: value[name] for name in list(dict.fromkeys(kept))[: int(most)]}
        for path, wanted in [*agreeing(value)]:
            self._agree(flat, value, path, wanted)
        return value

    def _agree(self, flat: Schema, value: dict[str, Any], path: Path, wanted: Any) -> None:
        """Set a member by what stands beside it, where its schema leaves it open and takes it."""
        name, *inside = path
        schema = self.flattener.flat((flat.get("properties") or {}).get(name))
        if inside:
            self._agree(schema, value[name], tuple(inside), wanted)
        elif not schema.keys() & _GIVING and type(wanted) is type(value[name]):
            value[name] = wanted if _takes(schema, wanted) else value[name]

    def _is_made(
        self, name: str, properties: Schema, required: dict[str, None], depth: int
    ) -> bool:
        schema = properties[name]
        if schema is False:
            return False
        if isinstance(schema, dict) and self._is_of_other_use(schema):
            return False
        if name in required:
            return depth < _DEEPEST
        if not self.wish.with_optional or depth >= _OPTIONAL_DEPTH:
            return False
        return not self._repeats(schema)

    def _is_of_other_use(self, schema: Schema) -> bool:
        keyword = "writeOnly" if self.wish.use == "response" else "readOnly"
        return self.flattener.flat(schema).get(keyword) is True

    def _member(self, flat: Schema, name: str, depth: int) -> Any:
        schemas = [flat["properties"][name]] if name in (flat.get("properties") or {}) else []
        if not schemas:
            schemas = self._patterned(flat, name)
        if not schemas and isinstance(flat.get("additionalProperties"), dict):
            schemas = [flat["additionalProperties"]]
        schema = schemas[0] if len(schemas) == 1 else {"allOf": schemas}
        return self.value(schema, name, depth + 1)

    def _patterned(self, flat: Schema, name: str) -> list[Any]:
        patterns = flat.get("patternProperties") or {}
        return [
            schema
            for pattern, schema in patterns.items()
            if match(pattern, name) is Judgement.VALID
        ]

    def _add_dependents(self, flat: Schema, value: dict[str, Any], depth: int) -> None:
        dependent = flat.get("dependentRequired") or {}
        for name in [name for name in dependent if name in value]:
            for other in dependent[name]:
                value.setdefault(other, self._member(flat, other, depth))
        for name, schema in (flat.get("dependentSchemas") or {}).items():
            if name in value and isinstance(schema, dict):
                made = self._object(self._chosen(self.flattener.flat(schema), depth), depth)
                value |= {key: item for key, item in made.items() if key not in value}

    def _add_unnamed(self, flat: Schema, value: dict[str, Any], depth: int) -> None:
        """Members that no property names: those of a map, and as many as must be there."""
        least = min(int(flat.get("minProperties", 0)), _MOST_ITEMS)
        additional = flat.get("additionalProperties")
        is_map = isinstance(additional, dict) and not flat.get("properties")
        if is_map and self.wish.with_optional and depth < _OPTIONAL_DEPTH:
            least = max(least, 1)
        patterns = list(flat.get("patternProperties") or ())
        for number in range(1, 4 * least + 1):
            if len(value) >= least:
                return
            wanted = dict(self.flattener.flat(flat.get("propertyNames", {})))
            if patterns and additional is False:
                wanted["patterns"] = [*wanted.get("patterns", ()), patterns[number % len(patterns)]]
            plain = not wanted.keys() & {"patterns", "enum", "format", "minLength", "maxLength"}
            name = f"key{number}" if plain else str(self.value({"type": "string", **wanted}, "", 1))
            if wanted.get("patterns"):
                name = text(wanted, self.source)
            if name not in value:
                value[name] = self._member(flat, name, depth)

    def _exclude_others(self, flat: Schema, value: dict[str, Any]) -> None:
        """Keep the value from fitting the other branches of a oneOf: by a member of theirs that
        breaks their schema, where this one's leaves it open.
        """
        if flat.get("additionalProperties", True) is not True:
            return
        for schema in flat.get("others", ()):
            other = self.flattener.flat(schema)
            if any(name not in value for name in other.get("required", ())):
                continue
            for name, inside in (other.get("properties") or {}).items():
                wrong = _breaking(self.flattener.flat(inside))
                if name not in (flat.get("properties") or {}) and wrong is not None:
                    value[name] = wrong
                    break

    # --- arrays

    def _array(self, flat: Schema, name: str, depth: int) -> list[Any]:
        least = min(int(flat.get("minItems", 0)), _MOST_ITEMS)
        prefix = list(flat.get("prefixItems") or ())
        items = flat.get("items", {})
        if depth >= _OPTIONAL_DEPTH or items is False or self._repeats(items):
            count = max(least, len(prefix) if depth < _DEEPEST else 0)
        else:
            wanted = max(self._wanted(flat), len(prefix))
            count = max(least, min(int(flat.get("maxItems", wanted)), wanted))
        if depth >= _DEEPEST:
            count = min(count, least)
        schemas = [*prefix, *[items] * (count - len(prefix))][:count]
        if "contains" in flat:
            wanted = max(int(flat.get("minContains", 1)), 0)
            for place in range(min(wanted, _MOST_ITEMS)):
                there = schemas[place] if place < len(schemas) else items
                schemas[place : place + 1] = [{"allOf": [flat["contains"], there]}]
        made: list[Any] = []
        enough = len(schemas) if "contains" in flat else max(least, len(prefix), _FEWEST)
        for schema in schemas:
            if self.count > (_MANY_VALUES if len(made) >= enough else self.most):
                break
            value = self._item(schema, name, depth)
            for _ in range(20 if flat.get("uniqueItems") else 0):
                if value not in made:
                    break
                value = self._another(schema, name, depth)
            is_text = isinstance(value, str) and len(made) >= least and "contains" not in flat
            if not ((is_text or flat.get("uniqueItems")) and value in made):
                made.append(value)
        return made

    def _wanted(self, flat: Schema) -> int:
        """How many items a list gets where its schema leaves it open."""
        self.lists += 1
        if self.lists > 1 or not self.wish.is_long or "items" not in flat:
            return 1 + (self.source.random() < 0.5)
        return self.source.randint(_FEWEST, _MOST_LISTED)

    def _item(self, schema: Any, name: str, depth: int) -> Any:
        """An item of a list: another subject than the one before it."""
        outer, seed = self.subject, self.source.getrandbits(64)
        self.subject = Subject(outer.locale, seed, outer.nouns, outer.members, outer, outer.status)
        value = self.value(schema, name, depth + 1)
        self.subject = outer
        return value

    def _another(self, schema: Any, name: str, depth: int) -> Any:
        """A value that is not the document's one example."""
        wish = replace(self.wish, with_examples=False)
        other = _Maker(self.document, self.source, wish)
        other.count = self.count
        value = other.value(schema, name, depth + 1)
        self.count = other.count
        return value


def _references(schema: Any) -> list[str]:
    """The references that each value of a schema follows."""
    if not isinstance(schema, dict):
        return []
    own = [schema["$ref"]] if isinstance(schema.get("$ref"), str) else []
    return own + [name for part in schema.get("allOf") or () for name in _references(part)]


_GIVING = {"const", "enum", "default", "example", "examples", "choices", "conditions"}
"""Keywords by which a document gives values itself, or makes them depend on others."""

_ANY = ("string", "integer", "boolean", "object", "array", "number", "null")
_TELLING = {
    "object": {
        *("properties", "required", "additionalProperties", "minProperties", "patternProperties"),
        *("dependentRequired", "dependentSchemas", "propertyNames", "maxProperties"),
    },
    "array": {"items", "prefixItems", "minItems", "contains", "uniqueItems", "maxItems"},
    "string": {"format", "patterns", "minLength", "maxLength"},
    "number": {"minimum", "maximum", "multipleOf", "exclusiveMinimum", "exclusiveMaximum"},
}
"""Keywords that tell the type, where no type is named."""


def _excluded(schema: Any) -> list[str]:
    """The types that a `not` excludes altogether."""
    if not isinstance(schema, dict) or schema.keys() - {"type", "description"}:
        return []
    return types(schema)


def _breaking(flat: Schema) -> Any:
    """A value of a type that a schema excludes; None where it names no type."""
    named = types(flat)
    return next((value for kind, value in _OF_TYPE if named and kind not in named), None)


_OF_TYPE: tuple[tuple[str, Any], ...] = (
    ("boolean", False),
    ("integer", 0),
    ("string", ""),
    ("array", []),
)


def _weight(flat: Schema) -> int:
    return len(flat.get("required") or ()) + 10 * len(flat.get("choices") or ())


def _number(flat: Schema, kind: str, source: Random, likely: Iterable[float] = ()) -> float:
    """A number for a schema: of the likely ones the first that it takes, else a made one."""
    try:
        found = next((number for number in likely if _takes(flat, number)), None)
        return _made_number(flat, kind == "integer", source) if found is None else found
    except OverflowError:  # between integers that are too large for a float
        return next((flat[bound] for bound in ("minimum", "maximum") if bound in flat), 0)


def _made_number(flat: Schema, is_whole: bool, source: Random) -> float:
    step = flat.get("multipleOf", 1 if is_whole else 0.01)
    if is_whole:  # whole multiples of 5/2 are those of 5
        step = Fraction(str(step)).numerator
    low, high = _bounds(flat, step)
    if low is None and high is None:
        low, high = 0, 1000 * step
    elif low is None:
        low = min(0, high - 1000 * step) if high is not None else 0
    if high is None:
        high = low + 1000 * step
    first, last = math.ceil(low / step), math.floor(high / step)
    if first * step < low:
        first += 1
    if first > last and not is_whole:
        return (low + high) / 2
    start = source.randint(first, max(first, last))
    near = chain(range(start, last + 1)[:_NEAR], range(start, first - 1, -1)[:_NEAR])
    multiples = (_multiple(step, number) for number in near)
    found = (value for value in multiples if _is_multiple(value, step))
    return next(found, _multiple(step, start))


def _takes(flat: Schema, number: float) -> bool:
    """Whether a schema takes a number."""
    step = flat.get("multipleOf")
    return (
        flat.get("minimum", number) <= number <= flat.get("maximum", number)
        and flat.get("exclusiveMinimum", -math.inf) < number
        and number < flat.get("exclusiveMaximum", math.inf)
        and (step is None or (number / step).is_integer() or number % step == 0)
    )


def _multiple(step: float, number: int) -> float:
    exact = Fraction(str(step)) * number
    return float(exact) if isinstance(step, float) else int(exact)


def _is_multiple(value: float, step: float) -> bool:
    """Whether a validator that divides floats sees a multiple, too: 4.52 / 0.01 is no integer."""
    return isinstance(step, int) or (value / step).is_integer()


def _bounds(flat: Schema, step: float) -> tuple[float | None, float | None]:
    low, high = flat.get("minimum"), flat.get("maximum")
    above, below = flat.get("exclusiveMinimum"), flat.get("exclusiveMaximum")
    if above is not None and (low is None or above >= low):
        low = above + step
    if below is not None and (high is None or below <= high):
        high = below - step
    return low, high
