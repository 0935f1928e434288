"""An independent judge: whether an answer is what the document says.

Rules: it shares no conversion of schemas, no generator and no code of the mock. From the shared
reader it has the document with its references. `jsonschema` validates; what OpenAPI adds to JSON
Schema is written here, as keywords. Where a media type has examples, the body is one of them. Each
documented header is there, required or not: a mock is asked for what the document says. What is
not certain is right: a pattern that cannot be compiled, null where `nullable` stands without a
type. A body that is not valid is right only where it is a documented example that `tallystick lint`
lists as broken.
"""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl, quote
from xml.etree import ElementTree

import regex
from jsonschema import Draft202012Validator, FormatChecker, ValidationError, validators
from referencing import Registry
from referencing.jsonschema import DRAFT202012

from benchmarks import xml_reading
from tallystick.reader.document import Document, Node
from tallystick.reader.pointers import Path, from_pointer, look_up, to_pointer

_URI = "urn:judged"
_MOST_SECONDS = 1.0
"""How long a pattern may be matched; Python's own engine has no deadline."""


@dataclass(frozen=True, slots=True)
class Received:
    """An answer as it came; `headers` have lower-case names, each with the values of its lines."""

    status: int
    headers: Mapping[str, Sequence[str]]
    body: bytes

    @property
    def media_type(self) -> str:
        """Without parameters, in lower case."""
        return _name(", ".join(self.headers.get("content-type", ())))


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is asked for: a documented response by its path, with a status, one of its media types,
    and an error code where the case has one. To HEAD, no answer has a body.
    """

    response: Path
    status: int
    media_type: str | None = None
    code: str | None = None
    method: str = "get"

    @property
    def has_body(self) -> bool:
        """Whether an answer of this kind may have a body at all (RFC 9110 section 6.4.1)."""
        is_without = self.status < 200 or self.status in (204, 205, 304)
        return self.media_type is not None and not is_without and self.method.lower() != "head"


class Judge:
    """Judges answers by one document."""

    def __init__(self, document: Document, broken: Sequence[str] = ()) -> None:
        """`broken` are pointers to what `tallystick lint` says of examples: into the text that the
        document was read from, to the example or to a place in it.
        """
        self.document = document
        is_3_0 = str(document.root["openapi"]).startswith("3.0")
        resource = DRAFT202012.create_resource(document.root)
        self._registry: Registry[Any] = Registry().with_resource(_URI, resource)
        self._resolver = self._registry.resolver(_URI)
        self._validators = _OPENAPI_3_0 if is_3_0 else _OPENAPI
        self._broken = {
            canonical(value)
            for pointer in broken
            for value in _examples_on(document.main.value, from_pointer(pointer))
        }

    def faults(self, wanted: Wanted, received: Received) -> list[str]:
        """What is wrong with an answer; nothing where it is right."""
        if received.status != wanted.status:
            return [f"the status is {received.status}, not {wanted.status}"]
        response = self.document.at(wanted.response)
        return [*self._headers(response, received), *self._content(response, wanted, received)]

    # --- headers

    def _headers(self, response: Node, received: Received) -> Iterator[str]:
        """Each header is there, and fits its schema."""
        for name, header in response.map("headers"):
            if name.lower() in _FRAMING or not isinstance(header.value, dict):
                continue
            lines = received.headers.get(name.lower())
            if lines is None:
                yield f"the header {name} is missing"
            elif not any(self._fits(_described(header), value) for value in _readings(lines)):
                yield f"the header {name} does not fit its schema: {', '.join(lines)[:80]!r}"

    # --- the body

    def _content(self, response: Node, wanted: Wanted, received: Received) -> Iterator[str]:
        if not wanted.has_body or wanted.media_type is None:
            if received.body:
                yield "there is a body, and the document has none"
            return
        if not _is_meant(wanted.media_type, received.media_type):
            yield f"the media type is {received.media_type or 'none'}, not {wanted.media_type}"
            return
        content = response.get("content")
        media_type = content.get(wanted.media_type) if content else None
        if media_type is None:
            yield f"the document has no {wanted.media_type}"
            return
        yield from self._body(media_type, wanted, received)

    def _body(self, media_type: Node, wanted: Wanted, received: Received) -> Iterator[str]:
        text = received.body.decode("utf-8", "replace")
        examples = _examples(media_type)
        about = [one for one in examples if wanted.code is None or _holds(one, wanted.code)]
        try:
            values = self._values(media_type, received)
        except ValueError as error:
            if text not in about:
                yield f"the body is no {received.media_type}: {error}"
            return
        if not values:
            return
        if not _is_verbatim(about, [text, *values], received.media_type):
            yield "the body is none of the documented examples"
            return
        if not any(self._fits(media_type, value, is_example=bool(about)) for value in values):
            yield self._first_error(media_type, values[0], is_example=bool(about))
        if wanted.code is not None and not any(_holds(value, wanted.code) for value in values):
            yield f"no member of the body is the code {wanted.code}"

    def _values(self, media_type: Node, received: Received) -> list[Any]:
        """What the body may be read as. Raises ValueError where it is not of its media type."""
        read = next(read for fits, read in _READERS if fits(received.media_type))
        schema = media_type.value.get("schema") if isinstance(media_type.value, dict) else None
        return [
            xml_reading.value(value, schema, lambda part: _parts(self._resolver, part))
            if isinstance(value, ElementTree.Element)
            else value
            for value in read(received.body)
        ]

    def _fits(self, owner: Node, value: Any, *, is_example: bool = False) -> bool:
        return next(self._errors(owner, value, is_example=is_example), None) is None

    def _first_error(self, owner: Node, value: Any, *, is_example: bool) -> str:
        error = next(self._errors(owner, value, is_example=is_example))
        words = " ".join(error.message.split())
        short = words if len(words) <= 160 else f"{words[:80]} … {words[-80:]}"
        return f"{to_pointer(tuple(map(str, error.absolute_path))) or 'the body'}: {short}"

    def _errors(self, owner: Node, value: Any, *, is_example: bool) -> Iterator[ValidationError]:
        """What is wrong with a value that is no broken example."""
        if not isinstance(owner.value, dict) or "schema" not in owner.value:
            return
        if canonical(value) in self._broken:
            return
        pointer = to_pointer((*owner.path, "schema"))
        schema = {"$ref": f"{_URI}#{_quoted(pointer)}"}
        new = self._validators[is_example]
        validator = new(schema, registry=self._registry, format_checker=_FORMATS)
        yield from validator.iter_errors(value)


def canonical(value: Any) -> str:
    """A text that two JSON values share where they are the same; 1 and 1.0 are not."""
    return json.dumps(value, sort_keys=True, ensure_ascii=False, default=str)


def _name(media_type: str) -> str:
    return media_type.partition(";")[0].strip().lower()


def _is_meant(documented: str, received: str) -> bool:
    """Whether a media type is the documented one, or of the documented range."""
    kind, _, subtype = _name(documented).partition("/")
    if subtype in ("*", ""):
        return kind == "*" or received.startswith(f"{kind}/")
    return received == _name(documented)


def _quoted(pointer: str) -> str:
    """A pointer as a URI fragment (RFC 6901 section 6)."""
    return quote(pointer, safe="/~")


def _described(header: Node) -> Node:
    """What has the schema of a header: itself, or its one media type."""
    content = header.get("content")
    inside = next(iter(content.value), None) if content and content.value else None
    found = content.get(inside) if content and inside is not None else None
    return found or header


_FRAMING = {"content-type", "content-length", "transfer-encoding", "connection"}
"""Headers that are a server's own (RFC 9112 section 6); of Content-Type, OpenAPI 3.1.1 section
4.8.17 says that a definition is ignored.
"""


def _examples(media_type: Node) -> list[Any]:
    """The documented examples of a media type."""
    value = media_type.value if isinstance(media_type.value, dict) else {}
    found = [value["example"]] if "example" in value else []
    for _, example in media_type.map("examples"):
        members = example.value if isinstance(example.value, dict) else {}
        names = ("value", "serializedValue", "dataValue")
        found += [members[name] for name in names if name in members]
    return found


def _is_verbatim(examples: Sequence[Any], values: Sequence[Any], media_type: str) -> bool:
    """Whether a body is one of the examples, where there are any. How another value than a text is
    written in a media type that is not JSON, the document leaves open.
    """
    certain = [one for one in examples if isinstance(one, str) or "json" in media_type]
    known = set(map(canonical, values))
    meant = {canonical(reading) for one in certain for reading in _readings_of(one, media_type)}
    return len(certain) < len(examples) or not certain or bool(known & meant)


def _readings_of(example: Any, media_type: str) -> list[Any]:
    """An example, and the value that it may mean: many documents write JSON as a text."""
    return _plain(example) if isinstance(example, str) and "json" in media_type else [example]


def _holds(value: Any, text: str) -> bool:
    """Whether a text stands somewhere in a JSON value, as a member or item of its own."""
    if isinstance(value, dict):
        return any(_holds(item, text) for item in value.values())
    if isinstance(value, list):
        return any(_holds(item, text) for item in value)
    return bool(value == text)


def _examples_on(root: Any, path: Path) -> Iterator[Any]:
    """The examples on the way to a place."""
    for length in range(1, len(path) + 1):
        before = ("", "", *path[:length])
        names = ("example", "default")
        if before[-1] in names or before[-2] == "examples" or before[-3] == "examples":
            try:
                yield look_up(root, path[:length])
            except LookupError:
                return


# --- reading bodies and headers


def _json(body: bytes) -> list[Any]:
    text = body.decode("utf-8")
    return [json.loads(text, parse_constant=_refuse, object_pairs_hook=_unique)]


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """A reader may take either value of a name that an object has twice (RFC 8259 section 4)."""
    value = dict(pairs)
    if len(value) < len(pairs):
        raise ValueError("an object has a name twice")
    return value


def _refuse(constant: str) -> None:
    raise ValueError(f"{constant} is no JSON number")


def _lines(body: bytes) -> list[Any]:
    """The items one by one, or all together: documents mean either (OpenAPI 3.2 has both)."""
    items = [_json(line)[0] for line in body.replace(b"\x1e", b"").splitlines() if line.strip()]
    return [items, *items[:1]]


def _events(body: bytes) -> list[Any]:
    """An event stream has a field of the standard on each line (WHATWG HTML, section 9.2.6)."""
    text = body.decode("utf-8")
    lines = [line for line in text.splitlines() if line]
    names = ("data", "event", "id", "retry", "")
    if not lines or any(line.partition(":")[0] not in names for line in lines):
        raise ValueError("a line is no field of an event")
    data = [line[5:].removeprefix(" ") for line in lines if line.startswith("data:")]
    return [text, *(value for line in data for value in _plain(line))]


def _plain(text: str) -> list[Any]:
    """A text as itself, and as the JSON text that it may be."""
    try:
        return [text, json.loads(text)]
    except ValueError:
        return [text]


def _text(body: bytes) -> list[Any]:
    return _plain(body.decode("utf-8"))


def _form(body: bytes) -> list[Any]:
    pairs = parse_qsl(body.decode("utf-8"), keep_blank_values=True, strict_parsing=bool(body))
    return [dict(pairs), {name: _plain(text)[-1] for name, text in pairs}]


def _xml(body: bytes) -> list[Any]:
    try:
        return [ElementTree.fromstring(body)]
    except ElementTree.ParseError as error:
        raise ValueError(str(error)) from None


def _bytes(_: bytes) -> list[Any]:
    """Bytes are what they are."""
    return []


def _file(start: bytes) -> Callable[[bytes], list[Any]]:
    def read(body: bytes) -> list[Any]:
        if not body.startswith(start):
            raise ValueError(f"it starts with {body[:8]!r}")
        return []

    return read


def _readings(lines: Sequence[str]) -> Iterator[Any]:
    """What the value of a header may be, in style `simple` (OpenAPI 3.1.1 section 4.8.12.4)."""
    text = ", ".join(lines)
    yield from _plain(text)
    parts = [part.strip() for part in text.split(",")] if text else []
    yield parts
    yield [_plain(part)[-1] for part in parts]
    if all("=" in part for part in parts):
        yield {part.partition("=")[0]: _plain(part.partition("=")[2])[-1] for part in parts}
    if len(parts) % 2 == 0:
        yield {parts[i]: _plain(parts[i + 1])[-1] for i in range(0, len(parts), 2)}


def _ends(*endings: str) -> Callable[[str], bool]:
    return lambda name: name.endswith(endings)


_READERS: tuple[tuple[Callable[[str], bool], Callable[[bytes], list[Any]]], ...] = (
    (_ends("ndjson", "jsonl", "jsonlines", "json-seq"), _lines),
    (_ends("/json", "+json"), _json),
    (_ends("/event-stream"), _events),
    (_ends("/x-www-form-urlencoded"), _form),
    (_ends("/xml", "+xml"), _xml),
    (_ends("/pdf"), _file(b"%PDF-")),
    (_ends("image/png"), _file(b"\x89PNG\r\n\x1a\n")),
    (_ends("image/gif"), _file(b"GIF8")),
    (_ends("image/jpeg", "image/jpg"), _file(b"\xff\xd8\xff")),
    (lambda name: name.startswith("text/"), _text),
    (lambda _: True, _bytes),
)
"""Media types, and the values that a body of one may be; none where no schema judges it. The first
row holds.
"""


# --- what OpenAPI adds to JSON Schema

_Keyword = Callable[[Any, Any, Any, Any], Iterator[ValidationError]]


def _unless_null(keyword: _Keyword, *, is_type: bool = False) -> _Keyword:
    """`nullable` widens the `type` beside it (OpenAPI 3.0.4 section 4.7.24.1). Without a type,
    readers disagree about null.
    """

    def check(validator: Any, value: Any, instance: Any, schema: Any) -> Any:
        is_open = schema.get("nullable") is True and (is_type or "type" not in schema)
        if instance is None and is_open:
            return
        yield from keyword(validator, value, instance, schema) or ()

    return check


def _exclusive(keyword: _Keyword, inclusive: str) -> _Keyword:
    """A boolean says of the limit beside it that it is excluded (3.0.4 section 4.7.24.1)."""

    def check(validator: Any, value: Any, instance: Any, schema: Any) -> Any:
        if isinstance(value, bool):
            value = schema.get(inclusive) if value else None
        if value is not None:
            yield from keyword(validator, value, instance, schema) or ()

    return check


def _required(validator: Any, names: Any, instance: Any, schema: Any) -> Any:
    """A property that is `writeOnly` is required in requests only (3.0.4 section 4.7.24.2)."""
    if not validator.is_type(instance, "object"):
        return
    missing = [name for name in names if name not in instance]
    if missing:
        exempt = _write_only(validator, schema)
        for name in missing:
            if name not in exempt:
                yield ValidationError(f"{name!r} is a required property")


def _properties(validator: Any, properties: Any, instance: Any, schema: Any) -> Any:
    """A property that is `writeOnly` is not sent in responses (3.0.4 section 4.7.24.2)."""
    yield from _PLAIN["properties"](validator, properties, instance, schema) or ()
    if validator.is_type(instance, "object"):
        for name in _write_only(validator, schema) & properties.keys() & instance.keys():
            yield ValidationError(f"{name!r} is for requests only")


def _discriminator(validator: Any, discriminator: Any, instance: Any, schema: Any) -> Any:
    """The value names the one alternative that the instance is (OpenAPI 3.1.1 section 4.8.25)."""
    branches = schema.get("oneOf") or schema.get("anyOf")
    name = discriminator.get("propertyName") if isinstance(discriminator, dict) else None
    is_object = validator.is_type(instance, "object")
    if not branches or not is_object or not isinstance(name, str) or name not in instance:
        return
    value = instance[name]
    target = (discriminator.get("mapping") or {}).get(value, value)
    if not isinstance(target, str):
        return
    is_reference = "/" in target or "#" in target
    reference = target if is_reference else f"#/components/schemas/{_quoted(target)}"
    among = [branch.get("$ref") for branch in branches if isinstance(branch, dict)]
    if reference in among:
        yield from validator.descend(instance, {"$ref": reference})
    elif not any(_lists(validator, branch, name, value) for branch in branches):
        yield ValidationError(f"the discriminator {value!r} names none of the alternatives")


def _lists(validator: Any, schema: Any, name: str, value: Any) -> bool:
    """Whether a schema lists a value of a property, so that a discriminator need not name it."""
    return any(
        value == inner.get("const") or value in (inner.get("enum") or ())
        for part in _parts(validator._resolver, schema)
        for inner in _parts(validator._resolver, (part.get("properties") or {}).get(name))
    )


def _write_only(validator: Any, schema: Any) -> set[str]:
    return {
        name
        for part in _parts(validator._resolver, schema)
        for name, one in (part.get("properties") or {}).items()
        if any(inner.get("writeOnly") is True for inner in _parts(validator._resolver, one))
    }


def _parts(resolver: Any, schema: Any, depth: int = 8) -> Iterator[dict[str, Any]]:
    """A schema, what it refers to, and its branches."""
    if not isinstance(schema, dict) or not depth:
        return
    yield schema
    if isinstance(schema.get("$ref"), str):
        resolved = resolver.lookup(schema["$ref"])
        yield from _parts(resolved.resolver, resolved.contents, depth - 1)
    for keyword in ("allOf", "anyOf", "oneOf"):
        for branch in schema.get(keyword) or ():
            yield from _parts(resolver, branch, depth - 1)


def _pattern(_: Any, pattern: str, instance: Any, __: Any) -> Iterator[ValidationError]:
    if isinstance(instance, str) and _matches(pattern, instance) is False:
        yield ValidationError(f"{instance!r} does not match {pattern!r}")


def _pattern_properties(validator: Any, patterns: Any, instance: Any, _: Any) -> Any:
    for pattern, schema in patterns.items() if validator.is_type(instance, "object") else ():
        for name, item in instance.items():
            if _matches(pattern, name):
                yield from validator.descend(item, schema, path=name, schema_path=pattern)


def _additional_properties(validator: Any, additional: Any, instance: Any, schema: Any) -> Any:
    if not validator.is_type(instance, "object"):
        return
    patterns = schema.get("patternProperties") or {}
    for name, item in instance.items():
        if name in (schema.get("properties") or {}):
            continue
        if any(_matches(pattern, name) is not False for pattern in patterns):
            continue
        if additional is False:
            yield ValidationError(f"{name!r} is not allowed beside the properties")
        elif additional is not True:
            yield from validator.descend(item, additional, path=name)


def _matches(pattern: str, text: str) -> bool | None:
    """Whether a text holds what a pattern describes; None where nothing can say."""
    flags = regex.UNICODE if r"\p" in pattern.lower() else regex.ASCII
    try:
        found = regex.search(_ecma(pattern), text, flags=flags, timeout=_MOST_SECONDS)
    except (regex.error, TimeoutError):
        return None
    return found is not None


def _ecma(pattern: str) -> str:
    """The pattern with a `$` that is the end of the text only (ECMA-262 section 22.2.2.4)."""
    return _ENDS.sub(lambda found: r"\Z" if found[0] == "$" else found[0], pattern)


_ENDS = regex.compile(r"\\.|\[(?:\\.|[^\]\\])*+\]|\$", flags=regex.DOTALL)
"""Escapes and classes, in which `$` is a character, and the `$` that are not in these."""


def _without_siblings(schema: Any) -> Any:
    """In 3.0, what stands beside a `$ref` is ignored (3.0.4 section 4.7.23)."""
    return [("$ref", schema["$ref"])] if "$ref" in schema else schema.items()


_PLAIN = Draft202012Validator.VALIDATORS
_OF_EXAMPLES: Mapping[str, Any] = {
    **_PLAIN,
    **{
        name: _unless_null(_PLAIN[name])
        for name in ("$ref", "allOf", "anyOf", "oneOf", "not", "enum", "const")
    },
    "type": _unless_null(_PLAIN["type"], is_type=True),
    "exclusiveMinimum": _exclusive(_PLAIN["exclusiveMinimum"], "minimum"),
    "exclusiveMaximum": _exclusive(_PLAIN["exclusiveMaximum"], "maximum"),
    "required": _required,
    "pattern": _pattern,
    "patternProperties": _pattern_properties,
    "additionalProperties": _additional_properties,
}
_OF_MADE: Mapping[str, Any] = {
    **_OF_EXAMPLES,
    "properties": _properties,
    "discriminator": _discriminator,
}
"""What is demanded of a body that no example gives, too."""


def _validators(**options: Any) -> Mapping[bool, Any]:
    """The validators of bodies that are examples, and of others."""
    return {
        is_example: validators.create(
            meta_schema=Draft202012Validator.META_SCHEMA, validators=keywords, **options
        )
        for is_example, keywords in ((True, _OF_EXAMPLES), (False, _OF_MADE))
    }


_OPENAPI = _validators()
_OPENAPI_3_0 = _validators(applicable_validators=_without_siblings)

_FORMATS = FormatChecker()
_FORMATS.checkers = dict(Draft202012Validator.FORMAT_CHECKER.checkers)


def _in_bits(bits: int) -> Callable[[Any], bool]:
    limit = 2 ** (bits - 1)
    return lambda value: not isinstance(value, int) or -limit <= value < limit


def _is_base64(value: Any) -> bool:
    if isinstance(value, str):
        base64.b64decode(value, validate=True)
    return True


_FORMATS.checks("int32")(_in_bits(32))
_FORMATS.checks("int64")(_in_bits(64))
_FORMATS.checks("byte", raises=binascii.Error)(_is_base64)
