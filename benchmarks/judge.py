"""An independent judge: whether an answer is what the document says.

Rules: it shares no conversion of schemas, no generator and no code of the mock. From the shared
reader it has the document with its references. `jsonschema` validates; what OpenAPI adds to JSON
Schema is written here, as keywords. What is not certain is right: a pattern that cannot be
compiled, null where `nullable` stands without a type. A body that is not valid is right only where
it is a documented example that `tallystick lint` lists as broken.
"""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote
from xml.etree import ElementTree

import regex
from jsonschema import Draft202012Validator, FormatChecker, ValidationError, validators
from referencing import Registry
from referencing.jsonschema import DRAFT202012

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
        self._validator = _OPENAPI_3_0 if is_3_0 else _OPENAPI
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
        """A required header is there; one that is there fits its schema."""
        for name, header in response.map("headers"):
            if name.lower() == "content-type" or not isinstance(header.value, dict):
                continue  # OpenAPI 3.1.1 section 4.8.17: a definition of Content-Type is ignored
            lines = received.headers.get(name.lower())
            if lines is None:
                if header.value.get("required") is True:
                    yield f"the header {name} is missing"
            elif not any(self._fits(header, value) for value in _readings(lines)):
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
        yield from self._body(media_type, received)
        if wanted.code is not None and wanted.code.encode() not in received.body:
            yield f"the code {wanted.code} is not in the body"

    def _body(self, media_type: Node, received: Received) -> Iterator[str]:
        read = next(read for fits, read in _READERS if fits(received.media_type))
        try:
            values = read(received.body)
        except ValueError as error:
            if received.body.decode("utf-8", "replace") not in _texts(media_type):
                yield f"the body is no {received.media_type}: {error}"
            return
        if values and not any(self._fits(media_type, value) for value in values):
            yield self._first_error(media_type, values[0])

    def _fits(self, owner: Node, value: Any) -> bool:
        return next(self._errors(owner, value), None) is None

    def _first_error(self, owner: Node, value: Any) -> str:
        error = next(self._errors(owner, value))
        words = " ".join(error.message.split())
        short = words if len(words) <= 160 else f"{words[:80]} … {words[-80:]}"
        return f"{to_pointer(tuple(map(str, error.absolute_path))) or 'the body'}: {short}"

    def _errors(self, owner: Node, value: Any) -> Iterator[ValidationError]:
        """What is wrong with a value that is no broken example."""
        if not isinstance(owner.value, dict) or "schema" not in owner.value:
            return
        if canonical(value) in self._broken:
            return
        pointer = to_pointer((*owner.path, "schema"))
        schema = {"$ref": f"{_URI}#{_quoted(pointer)}"}
        validator = self._validator(schema, registry=self._registry, format_checker=_FORMATS)
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


def _texts(media_type: Node) -> set[str]:
    """The documented examples that are texts."""
    value = media_type.value if isinstance(media_type.value, dict) else {}
    found = [value.get("example")]
    found += [
        example.value.get(name)
        for _, example in media_type.map("examples")
        if isinstance(example.value, dict)
        for name in ("value", "serializedValue", "dataValue")
    ]
    return {text for text in found if isinstance(text, str)}


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
    return [json.loads(body.decode("utf-8"), parse_constant=_refuse)]


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


def _xml(body: bytes) -> list[Any]:
    """It is well-formed; how objects are written as XML, a schema does not judge."""
    try:
        ElementTree.fromstring(body)
    except ElementTree.ParseError as error:
        raise ValueError(str(error)) from None
    return []


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
    if not isinstance(instance, str):
        return
    try:
        is_match = regex.search(pattern, instance, timeout=_MOST_SECONDS)
    except (regex.error, TimeoutError):
        return
    if not is_match:
        yield ValidationError(f"{instance!r} does not match {pattern!r}")


def _without_siblings(schema: Any) -> Any:
    """In 3.0, what stands beside a `$ref` is ignored (3.0.4 section 4.7.23)."""
    return [("$ref", schema["$ref"])] if "$ref" in schema else schema.items()


_PLAIN = Draft202012Validator.VALIDATORS
_KEYWORDS: Mapping[str, Any] = {
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
}


def _validators(**options: Any) -> Any:
    return validators.create(
        meta_schema=Draft202012Validator.META_SCHEMA, validators=_KEYWORDS, **options
    )


_OPENAPI: Any = _validators()
_OPENAPI_3_0: Any = _validators(applicable_validators=_without_siblings)

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
