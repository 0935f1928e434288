"""Bodies generated from schemas: deterministic by seed, realistic, valid.

Rules: documented examples come first; else a value is made from the schema, the same for the
same seed. Members whose names say that they must be fresh (addresses, moments of expiry) get a
new value in each answer, if the schema takes it. Whatever is made is validated before it is
used; what cannot be made valid is an error at start, never an invalid answer.
"""

from __future__ import annotations

import copy
import itertools
import json
import random
import re
import time
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from mock_server.addresses import LINKS
from mock_server.state.clock import timestamp
from mock_server.validators import Validator, compile_schema
from tallystick.errors import DocumentError
from tallystick.reader.document import Document
from tallystick.reader.operations import MediaType
from tallystick.reader.pointers import Path, look_up

POOL = 8
"""How many different bodies are made ahead for one response."""

EXPIRES_AFTER = 300.0
"""Seconds until a generated moment of expiry; Stripe's published sample of a link lives as long."""

_DEPTH = 8
_MOST_PRUNED = 50


# --- fresh members


@dataclass(frozen=True, slots=True)
class Fresh:
    """A member that is made anew for each answer, from the base URL and the mock's time. What it
    makes goes into a JSON string as it is: the base URL holds nothing to escape.
    """

    make: Callable[[str, float], str]


_numbers = itertools.count(random.SystemRandom().getrandbits(120))
_ADDRESS = Fresh(lambda base, _: f"{base}{LINKS}{next(_numbers):032x}")
_EXPIRY = Fresh(lambda _, now: timestamp(now + EXPIRES_AFTER))
_NOW = Fresh(lambda _, now: timestamp(now))

_FRESH: tuple[tuple[re.Pattern[str], Fresh], ...] = (
    (re.compile(r"(?:.*_)?(?:url|uri|href|link)"), _ADDRESS),
    (re.compile(r"(?:.*_)?(?:expir\w*|valid_until|expiration)(?:_at|_on|_date)?"), _EXPIRY),
    (re.compile(r"(?:.*_)?(?:created|updated|modified|issued)(?:_at|_on)"), _NOW),
)
"""Names in snake_case, and what such a member holds."""


def _snake(name: str) -> str:
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])|[-\s]", "_", name).lower()


def freshened(value: Any) -> Any:
    """The value with each string member of a telling name replaced by what makes it anew."""
    if isinstance(value, list):
        return [freshened(item) for item in value]
    if not isinstance(value, dict):
        return value
    return {
        name: (_fresh(name) or item) if isinstance(item, str) else freshened(item)
        for name, item in value.items()
    }


def _fresh(name: str) -> Fresh | None:
    snake = _snake(name)
    return next((fresh for pattern, fresh in _FRESH if pattern.fullmatch(snake)), None)


class Template:
    """A JSON body whose fresh members are filled in when it is rendered."""

    __slots__ = ("fixed", "makers", "pieces", "texts")

    def __init__(self, value: Any) -> None:
        self.makers: list[Callable[[str, float], str]] = []
        mark = uuid.uuid4().hex

        def placeholder(fresh: Any) -> str:
            self.makers.append(fresh.make)
            return mark

        text = json.dumps(value, default=placeholder, ensure_ascii=False, separators=(",", ":"))
        self.texts = text.split(mark)
        self.fixed = self.texts[0].encode()
        self.pieces = tuple(zip(self.makers, self.texts[1:], strict=True))

    def render(self, base: str, now: float) -> bytes:
        """The body, for a client that reached the mock at the base URL at this time."""
        if not self.makers:
            return self.fixed
        text = self.texts[0]
        for make, rest in self.pieces:
            text += make(base, now) + rest
        return text.encode()


# --- making values


def templates(document: Document, media_type: MediaType, seed: int) -> list[Template]:
    """The pool of bodies of a success response. Raises DocumentError if none can be made."""
    examples = _examples(document, media_type)
    if media_type.schema is None:
        return [Template(freshened(value)) for value in examples or [{}]]
    validator = compile_schema(document, media_type.schema)
    if not examples:
        randoms = (random.Random(f"{seed}/{number}") for number in range(POOL))  # noqa: S311
        values = (Generator(document, source).value(media_type.schema) for source in randoms)
        examples = [_pruned(value, validator) for value in values]
    made = [template for value in examples if (template := _template(value, validator))]
    if not made:
        raise DocumentError(
            f"No valid body could be made for {media_type.name}.",
            source=document.locate(media_type.path),
            remedy="Give it an example, in the document or by an overlay.",
        )
    return made


def _template(value: Any, validator: Validator) -> Template | None:
    """The value as template, without fresh members where the schema does not take them."""
    for candidate in (freshened(value), value):
        template = Template(candidate)
        if validator.is_valid(json.loads(template.render("http://127.0.0.1:65535", time.time()))):
            return template
    return None


def _pruned(value: Any, validator: Validator) -> Any:
    """A generated value without the members that are at fault (a `pattern`, say, is more than the
    generator can keep), as far as leaving them out helps.
    """
    value = copy.deepcopy(value)
    for _ in range(_MOST_PRUNED):
        error = next(validator.iter_errors(value), None)
        if error is None or not error.instance_path:
            break
        path = tuple(str(token) for token in error.instance_path)
        parent = look_up(value, path[:-1])
        del parent[int(path[-1]) if isinstance(parent, list) else path[-1]]
    return value


def _examples(document: Document, media_type: MediaType) -> list[Any]:
    node = look_up(document.root, media_type.path)
    if isinstance(node, dict) and "example" in node:
        return [node["example"]]
    found = []
    for name in media_type.examples:
        example, _ = document.follow(media_type.examples[name], media_type.path)
        if "value" in example:
            found.append(example["value"])
    return found


_NAMES = ("Ada", "Grace", "Edsger", "Barbara", "Alan", "Katherine")
_TEXTS: Mapping[str, Callable[[random.Random], str]] = {
    "date-time": lambda source: (_day(source)).isoformat(timespec="seconds"),
    "date": lambda source: _day(source).date().isoformat(),
    "time": lambda _: "12:00:00Z",
    "duration": lambda _: "P1D",
    "uuid": lambda source: str(uuid.UUID(int=source.getrandbits(128), version=4)),
    "uri": lambda source: f"https://example.com/{source.randrange(1000)}",
    "uri-reference": lambda source: f"/items/{source.randrange(1000)}",
    "iri": lambda source: f"https://example.com/{source.randrange(1000)}",
    "email": lambda source: f"{source.choice(_NAMES).lower()}@example.com",
    "hostname": lambda _: "example.com",
    "ipv4": lambda source: f"192.0.2.{source.randrange(1, 255)}",
    "ipv6": lambda source: f"2001:db8::{source.randrange(1, 9999):x}",
    "byte": lambda _: "dGFsbHk=",
}
_NAMED: tuple[tuple[re.Pattern[str], tuple[str, ...]], ...] = (
    (re.compile(r"(?:.*_)?email"), ("ada@example.com", "grace@example.org")),
    (re.compile(r"(?:.*_)?currency(?:_code)?"), ("EUR", "USD", "GBP")),
    (re.compile(r"(?:.*_)?country(?:_code)?"), ("GB", "DE", "FR")),
    (re.compile(r"(?:.*_)?(?:first_|given_|full_|display_)?name"), _NAMES),
    (re.compile(r"(?:.*_)?phone(?:_number)?"), ("+442079460000",)),
)
_WORDS = ("tally", "notch", "split", "stick", "ledger", "proof")


def _day(source: random.Random) -> datetime:
    return datetime(2026, 1, 1, tzinfo=UTC) + timedelta(days=source.randrange(365))


class Generator:
    """Makes values from schemas, from one source of randomness."""

    def __init__(self, document: Document, source: random.Random) -> None:
        self.document = document
        self.source = source

    def value(self, path: Path, name: str = "", depth: int = 0) -> Any:
        """A value for the schema at a path; `name` is that of the member that it is for."""
        schema, path = self.document.follow(look_up(self.document.schema_root, path), path)
        if not isinstance(schema, dict):
            return None
        for keyword in ("const", "example", "default"):
            if keyword in schema:
                return schema[keyword]
        for keyword in ("enum", "examples"):
            if schema.get(keyword):
                return self.source.choice(schema[keyword])
        for keyword in ("oneOf", "anyOf"):
            if schema.get(keyword):
                index = self.source.randrange(len(schema[keyword]))
                return self._with(schema, path, (*path, keyword, str(index)), name, depth)
        if schema.get("allOf"):
            return self._all_of(schema, path, name, depth)
        return self._of_type(schema, path, name, depth)

    def _with(self, schema: dict[str, Any], path: Path, branch: Path, name: str, depth: int) -> Any:
        value = self.value(branch, name, depth)
        if isinstance(value, dict) and "properties" in schema:
            return {**self._object(schema, path, depth), **value}
        return value

    def _all_of(self, schema: dict[str, Any], path: Path, name: str, depth: int) -> Any:
        values = [
            self.value((*path, "allOf", str(index)), name, depth)
            for index in range(len(schema["allOf"]))
        ]
        if not all(isinstance(value, dict) for value in values):
            return values[0]
        merged: dict[str, Any] = {}
        for value in (*values, self._object(schema, path, depth)):
            merged |= value
        return merged

    def _of_type(self, schema: dict[str, Any], path: Path, name: str, depth: int) -> Any:
        kinds = schema.get("type", "object" if "properties" in schema else "string")
        kinds = [kinds] if isinstance(kinds, str) else kinds
        # `type: [null, string]` should not make everything null.
        kind = next((kind for kind in kinds if kind != "null"), "null")
        if kind == "object":
            return self._object(schema, path, depth)
        if kind == "array":
            return self._array(schema, path, name, depth)
        if kind in ("integer", "number"):
            return self._number(schema, kind)
        if kind == "boolean":
            return self.source.random() < 0.5
        return None if kind == "null" else self._text(schema, name)

    def _object(self, schema: dict[str, Any], path: Path, depth: int) -> dict[str, Any]:
        required = set(schema.get("required") or ())
        return {
            name: self.value((*path, "properties", name), name, depth + 1)
            for name in schema.get("properties") or {}
            if depth < _DEPTH or name in required
        }

    def _array(self, schema: dict[str, Any], path: Path, name: str, depth: int) -> list[Any]:
        least = schema.get("minItems", 0)
        if "items" not in schema or (depth >= _DEPTH and not least):
            return [None] * least
        count = max(least, min(schema.get("maxItems", 2), self.source.randint(1, 2)))
        return [self.value((*path, "items"), name, depth + 1) for _ in range(count)]

    def _number(self, schema: dict[str, Any], kind: str) -> float:
        step = schema.get("multipleOf", 1 if kind == "integer" else 0.01)
        low = schema.get("minimum", schema.get("exclusiveMinimum", 0))
        high = schema.get("maximum", schema.get("exclusiveMaximum", low + 1000 * step))
        first = low // step + (1 if low % step or "exclusiveMinimum" in schema else 0)
        last = high // step - (1 if not high % step and "exclusiveMaximum" in schema else 0)
        value = self.source.randint(int(first), max(int(first), int(last))) * step
        return int(value) if kind == "integer" else round(value, 10)

    def _text(self, schema: dict[str, Any], name: str) -> str:
        if schema.get("format") in _TEXTS:
            return _TEXTS[schema["format"]](self.source)
        snake = _snake(name)
        for pattern, choices in _NAMED:
            if pattern.fullmatch(snake):
                return self.source.choice(choices)
        text = " ".join(self.source.choice(_WORDS) for _ in range(2))
        least = schema.get("minLength", 0)
        while len(text) < least:
            text += " " + self.source.choice(_WORDS)
        return text[: max(schema.get("maxLength", len(text)), 0)]
