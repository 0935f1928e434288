"""The table of media types: which bodies are read, and as what."""

from typing import Any

import httpx
import pytest

from mock_server.requests.bodies import UNJUDGED, decoder, is_json, read_json
from mock_server.requests.decoding.contents import Content, FormField, MalformedBodyError
from mock_server.requests.decoding.media_types import chosen, parsed
from mock_server.requests.decoding.shapes import shape_of
from tests.mock_server.conftest import Serve
from tests.mock_server.documented import check_undocumented


@pytest.mark.parametrize(
    "media_type",
    [
        "application/json",
        "Application/JSON",
        "application/problem+json",
        "application/vnd.api+json",
        "text/json",
        "application/x-json",
        "application/json; charset=utf-8",
    ],
)
def test_json(media_type: str) -> None:
    """These are read as JSON."""
    decode = decoder(media_type)
    assert decode is not None
    assert decode(b'{"a": [1, null]}') == {"a": [1, None]}
    assert is_json(media_type)


@pytest.mark.parametrize(
    "media_type",
    [None, "", "application/*", "*/*"],
)
def test_nothing_reads(media_type: str | None) -> None:
    """A body without a media type, or of a range, is none."""
    assert decoder(media_type) is None


@pytest.mark.parametrize(
    ("body", "expected"),
    [(b"null", None), (b"\xef\xbb\xbf1", 1), ('"\u00e9"'.encode(), "\u00e9"), (b" {} ", {})],
)
def test_what_is_json(body: bytes, expected: object) -> None:
    """UTF-8, with a byte order mark or without (RFC 8259 section 8.1)."""
    assert read_json(body) == expected


@pytest.mark.parametrize("body", [b"", b"{", b"NaN", b'"\xe9"', b'"\\ud800"', b"{} {}"])
def test_what_is_not_json(body: bytes) -> None:
    """A body that is no JSON text is malformed, and the message says so."""
    with pytest.raises(MalformedBodyError, match=r"^not valid JSON: "):
        read_json(body)


# --- by the table

STRING = {"type": "string"}
INTEGER = {"type": "integer"}
NO_CHARSETS = ["punycode", "undefined", "IDNA", "unicode-escape", "zlib", "x" * 50_000]
"""Codecs of Python that are no character sets, and one that nobody has."""


def decoded(content_type: str, body: bytes, schema: Any = None, **encodings: Any) -> Any:
    """The value of a body; `encodings` are the style, explode and content types of properties."""
    shape = shape_of([{} if schema is None else schema], lambda found: found)
    fields = tuple(
        FormField(name, inside, **encodings.get(name, {}))
        for name, inside in shape.properties.items()
    )
    named = parsed(content_type)
    decode = decoder(named.name)
    assert decode is not None
    return decode(body, Content(named.parameters, shape, fields))


LINES = b'{"a": 1}\n\n{"a": 2}\r\n'


@pytest.mark.parametrize(
    ("content_type", "body", "schema", "expected"),
    [
        ("application/x-ndjson", LINES, {}, [{"a": 1}, {"a": 2}]),
        ("application/jsonl", LINES, {}, [{"a": 1}, {"a": 2}]),
        ("application/json-seq", b'\x1e{"a": 1}\n\x1e2\n', {}, [{"a": 1}, 2]),
        ("application/x-ndjson", b"", {}, []),
        ("text/plain", b"pong", STRING, "pong"),
        ("text/plain", b"5", INTEGER, 5),
        ("text/plain", b"5", STRING, "5"),
        ("text/plain", b"x", INTEGER, "x"),
        ("text/plain; charset=latin-1", b"z\xfcrich", STRING, "z\u00fcrich"),
        ("text/plain; charset=x-nobody", b"z\xfcrich", STRING, "z\u00fcrich"),
        *((f"text/plain; charset={name}", b"xn--\xfc", STRING, "xn--\xfc") for name in NO_CHARSETS),
        ("text/csv", b"id\n1\n", {"type": "array"}, UNJUDGED),
        ("text/csv", b"id\n1\n", STRING, "id\n1\n"),
        ("application/octet-stream", b"\x00\xff", STRING, "\x00\xff"),
        ("image/png", b"\x89PNG", {}, "\x89PNG"),
        ("image/png", b"\x89PNG", {"type": "object"}, UNJUDGED),
        ("application/xml", b"<a b='1'><c/></a>", {"type": "object"}, UNJUDGED),
        ("application/soap+xml", b"<a/>", {}, UNJUDGED),
        ("text/xml", b"<!DOCTYPE a><a/>", {}, UNJUDGED),
        *(
            ("text/xml", b"<?xml version='1.0' encoding='%b'?><a/>" % name.encode(), {}, UNJUDGED)
            for name in (*NO_CHARSETS, "big5")
        ),
        ("multipart/mixed; boundary=x", b"--x\r\n\r\na\r\n--x--\r\n", {}, UNJUDGED),
    ],
)
def test_decoded(content_type: str, body: bytes, schema: Any, expected: Any) -> None:
    """Lines, texts, bytes and XML."""
    assert decoded(content_type, body, schema) == expected


@pytest.mark.parametrize(
    ("content_type", "body", "words"),
    [
        ("application/x-ndjson", b"{}\n{\n", "not valid JSON"),
        ("text/plain", b"\xff", "not a text in utf-8"),
        ("application/xml", b"<a>", "not well-formed XML"),
        ("application/xml", b"", "not well-formed XML"),
        ("application/xml", b"<!DOCTYPE a [<!ENTITY e 'x'>]><a>&e;</a>", "the entity 'e'"),
        ("text/xml", b"<!DOCTYPE a [<!ENTITY e SYSTEM 'file:///x'>]><a/>", "the entity 'e'"),
        ("multipart/form-data", b"--x--", "no boundary"),
        ("multipart/form-data; boundary=x", b"--y--", "not valid multipart"),
        ("multipart/form-data; boundary=x", b"", "last boundary is missing"),
        ("multipart/form-data; boundary=x", b"--x\r\n\r\na\r\n--x--", "a part has no name"),
    ],
)
def test_malformed(content_type: str, body: bytes, words: str) -> None:
    """What is not of its media type is an error that says so."""
    with pytest.raises(MalformedBodyError, match=words):
        decoded(content_type, body)


ADDRESS = {"type": "object", "properties": {"city": STRING, "zip": INTEGER}}
FORM = {
    "properties": {
        "name": STRING,
        "amount": INTEGER,
        "paid": {"type": "boolean"},
        "ids": {"type": "array", "items": INTEGER},
        "address": ADDRESS,
    }
}


@pytest.mark.parametrize(
    ("body", "encodings", "expected"),
    [
        (b"", {}, {}),
        (b"name=Ada+L%C3%B6we", {}, {"name": "Ada L\u00f6we"}),
        (b"name=5&amount=5", {}, {"name": "5", "amount": 5}),
        (b"amount=abc", {}, {"amount": "abc"}),
        (b"amount=", {}, {"amount": ""}),
        (b"paid=true", {}, {"paid": True}),
        (b"ids=1&ids=2", {}, {"ids": [1, 2]}),
        (b"ids=1", {}, {"ids": [1]}),
        (b"ids[]=1&ids[]=2", {}, {"ids": [1, 2]}),
        (b"ids=1,2", {"ids": {"style": "form", "explode": False}}, {"ids": [1, 2]}),
        (b"ids=1%7C2", {"ids": {"style": "pipeDelimited", "explode": False}}, {"ids": [1, 2]}),
        (b"ids=1+2", {"ids": {"style": "spaceDelimited", "explode": False}}, {"ids": [1, 2]}),
        (b"address=%7B%22city%22:%22Ulm%22%7D", {}, {"address": {"city": "Ulm"}}),
        (b"address[city]=Ulm&address[zip]=7", {}, {"address": {"city": "Ulm", "zip": 7}}),
        (
            b"address[city]=Ulm",
            {"address": {"style": "deepObject", "explode": True}},
            {"address": {"city": "Ulm"}},
        ),
        (b"city=Ulm&zip=7", {"address": {"style": "form"}}, {"address": {"city": "Ulm", "zip": 7}}),
        (b"ids=%5B1,2%5D", {"ids": {"content_types": ("application/json",)}}, {"ids": [[1, 2]]}),
        (b"other=1", {}, {"other": "1"}),
        (b"other=1&other=2", {}, {"other": ["1", "2"]}),
    ],
)
def test_form(body: bytes, encodings: dict[str, Any], expected: Any) -> None:
    """Forms: types by the schema, arrays, objects, and the Encoding Object."""
    value = decoded("application/x-www-form-urlencoded", body, FORM, **encodings)
    assert repr(value) == repr(expected)


def part(name: str, body: str, *headers: str, file: str = "") -> str:
    shown = f'; filename="{file}"' if file else ""
    lines = [f'Content-Disposition: form-data; name="{name}"{shown}', *headers, "", body]
    return "--x\r\n" + "\r\n".join(lines) + "\r\n"


JSON = "Content-Type: application/json"
PNG = "Content-Type: image/png"
PHOTO = {"content_types": ("image/png", "image/jpeg")}


@pytest.mark.parametrize(
    ("parts", "encodings", "expected"),
    [
        ([part("name", "Ada")], {}, {"name": "Ada"}),
        ([part("name", "L\u00f6we")], {}, {"name": "L\u00f6we"}),
        ([part("name", "a+b%20c")], {}, {"name": "a+b%20c"}),
        ([part("amount", "5"), part("name", "5")], {}, {"amount": 5, "name": "5"}),
        ([part("amount", "abc")], {}, {"amount": "abc"}),
        ([part("ids", "1"), part("ids", "2")], {}, {"ids": [1, 2]}),
        ([part("ids", "1,2")], {"ids": {"style": "form", "explode": False}}, {"ids": [1, 2]}),
        ([part("address", '{"city": "Ulm"}')], {}, {"address": {"city": "Ulm"}}),
        ([part("address", '{"city": "Ulm"}', JSON)], {}, {"address": {"city": "Ulm"}}),
        ([part("address", "Ulm")], {}, {"address": "Ulm"}),
        ([part("photo", "\x89", PNG, file="a.png")], {"photo": PHOTO}, {"photo": "\xc2\x89"}),
        ([part("photo", '{"a": 1}', file="a.json")], {}, {"photo": '{"a": 1}'}),
        ([part("other", "1"), part("other", "2")], {}, {"other": ["1", "2"]}),
        ([part("name", "a"), part("name", "b")], {}, {"name": ["a", "b"]}),
    ],
)
def test_multipart(parts: list[str], encodings: dict[str, Any], expected: Any) -> None:
    """Multipart forms: types by the schema, files as strings of bytes, arrays, JSON parts."""
    schema = {"properties": {**FORM["properties"], "photo": STRING}}
    body = ("".join(parts) + "--x--\r\n").encode()
    value = decoded('multipart/form-data; boundary="x"', body, schema, **encodings)
    assert repr(value) == repr(expected)


@pytest.mark.parametrize(
    ("parts", "words"),
    [
        (part("address", "{", JSON), "its part 'address' is not valid JSON"),
        (part("photo", "x", "Content-Type: text/plain"), "'photo' is text/plain, and must be"),
    ],
)
def test_wrong_part(parts: str, words: str) -> None:
    """A part of another media type than it says, or than is documented, is an error."""
    schema = {"properties": {"address": ADDRESS, "photo": STRING}}
    with pytest.raises(MalformedBodyError, match=words):
        decoded("multipart/form-data; boundary=x", f"{parts}--x--".encode(), schema, photo=PHOTO)


# --- which media type a body is of


@pytest.mark.parametrize(
    ("documented", "content_type", "expected"),
    [
        (["application/json"], "application/json", 0),
        (["application/json"], "Application/JSON; charset=utf-8", 0),
        (["application/json; charset=utf-8"], "application/json", 0),
        (["application/json"], "text/plain", None),
        (["application/json"], "", None),
        (["application/merge-patch+json", "application/json-patch+json"],
         "application/json-patch+json", 1),
        (["a/b;version=1", "a/b;version=2"], "a/b; version=2", 1),
        (["a/b;version=1", "a/b;version=2"], "a/b", 0),
        (["a/b;version=1"], "a/b; version=3", None),
        (["a/b", "a/b;version=2"], 'a/b; version="2"', 1),
        (["a/b", "a/b;version=2"], "a/b; version=3", 0),
        (["*/*", "text/*", "text/plain"], "text/plain", 2),
        (["*/*", "text/*", "text/plain"], "text/csv", 1),
        (["*/*", "text/*", "text/plain"], "image/png", 0),
        (["application/*"], "image/png", None),
        (["*/*"], "", None),
    ],
)  # fmt: skip
def test_chosen(documented: list[str], content_type: str, expected: int | None) -> None:
    """The most specific documented media type holds."""
    assert chosen(documented, content_type) == expected


# --- over HTTP

DOCUMENT = """
openapi: 3.1.1
info: {title: Bodies, version: '1'}
paths:
  /form:
    post:
      requestBody:
        required: true
        content:
          application/x-www-form-urlencoded:
            schema: &form
              required: [amount]
              properties:
                amount: {type: integer}
                kind: {enum: [a, b]}
                note: {type: string, maxLength: 3}
              additionalProperties: false
          multipart/form-data: {schema: *form}
      responses: {'201': {description: Created}}
  /photo:
    post:
      requestBody:
        content:
          multipart/form-data:
            schema: {properties: {photo: {type: string}, title: {type: string}}}
            encoding:
              photo:
                headers:
                  X-Rank: {required: true, schema: {type: integer, maximum: 9}}
                  X-Tags: {schema: {type: array, items: {enum: [a, b]}}}
                  Content-Type: {required: true, schema: {enum: [image/gif]}}
      responses: {'201': {description: Created}}
  /patch:
    patch:
      requestBody:
        content:
          application/merge-patch+json: {schema: {type: object}}
          application/json-patch+json: {schema: {type: array}}
      responses: {'204': {description: Done}}
  /any:
    post:
      requestBody:
        content:
          application/*: {schema: {type: object}}
          text/plain: {schema: {type: string, maxLength: 3}}
          application/x-ndjson: {schema: {type: object, required: [a]}}
          application/xml: {schema: {type: object, required: [a]}}
      responses: {'204': {description: Done}}
"""


@pytest.fixture(scope="module")
def mocked(serve_for_all: Serve) -> httpx.Client:
    """A mock of the document."""
    return serve_for_all(DOCUMENT)


FORM_TYPE = "application/x-www-form-urlencoded"
PARTS = "multipart/form-data; boundary=x"


@pytest.mark.parametrize(
    ("place", "content_type", "body", "wrong"),
    [
        ("/form", FORM_TYPE, "amount=5&kind=a", ""),
        ("/form", FORM_TYPE, "kind=a", '"amount" is a required property'),
        ("/form", FORM_TYPE, "amount=abc", "/amount"),
        ("/form", FORM_TYPE, "amount=5&kind=c", "/kind"),
        ("/form", FORM_TYPE, "amount=5&x=1", "'x'"),
        ("/form", PARTS, part("amount", "5") + "--x--", ""),
        ("/form", PARTS, part("note", "x") + "--x--", '"amount" is a required property'),
        ("/form", PARTS, part("amount", "5") + part("note", "long") + "--x--", "/note"),
        ("/form", "multipart/form-data", part("amount", "5") + "--x--", "no boundary"),
        # The headers of an Encoding Object (OpenAPI 3.1.1 section 4.8.15).
        ("/photo", PARTS, part("photo", "x", "X-Rank: 5") + "--x--", ""),
        ("/photo", PARTS, part("photo", "x", "x-rank: 5", "X-Tags: a, b") + "--x--", ""),
        ("/photo", PARTS, part("photo", "x", "Content-Type: image/png") + "--x--",
         "the header 'X-Rank' of its part 'photo': it is required, and not there"),
        ("/photo", PARTS, part("photo", "x", "X-Rank: 10") + "--x--",
         "the header 'X-Rank' of its part 'photo': it breaks the keyword 'maximum'"),
        ("/photo", PARTS, part("photo", "x", "X-Rank: 5", "X-Tags: c") + "--x--", "'X-Tags'"),
        ("/photo", PARTS, part("title", "x") + "--x--", ""),
        ("/patch", "application/merge-patch+json", "{}", ""),
        ("/patch", "application/merge-patch+json", "[]", 'not of type "object"'),
        ("/patch", "application/json-patch+json", "[]", ""),
        ("/patch", "application/json-patch+json", "{}", 'not of type "array"'),
        ("/any", "application/vnd.a+json", "{}", ""),
        ("/any", "application/vnd.a+json", "[]", 'not of type "object"'),
        ("/any", "text/plain", "abc", ""),
        ("/any", "text/plain", "abcd", "longer than 3"),
        ("/any", "application/x-ndjson", '{"a": 1}\n{"a": 2}', ""),
        ("/any", "application/x-ndjson", '{"a": 1}\n{}', "Item 1 of the request body"),
        ("/any", "application/xml", "<a/>", ""),
        ("/any", "application/xml", "<a>", "not well-formed XML"),
    ],
)  # fmt: skip
def test_over_http(
    mocked: httpx.Client, place: str, content_type: str, body: str, wrong: str
) -> None:
    """Each media type of an operation is judged by its own schema."""
    method = "PATCH" if place == "/patch" else "POST"
    answer = mocked.request(method, place, content=body, headers={"Content-Type": content_type})
    if wrong:
        check_undocumented(answer, 400, wrong)
    else:
        assert answer.status_code in (201, 204)


# --- a documented 415

PICTURES = """
openapi: 3.1.0
info: {title: Pictures, version: '1'}
paths:
  /pictures:
    post:
      requestBody:
        content:
          multipart/form-data:
            schema: {type: object, properties: {picture: {type: string}}}
            encoding: {picture: {contentType: image/png}}
      responses:
        '201': {description: Done}
        '400': {description: Bad}
        '415': {description: %s}
"""
CODED = "'`Picture.WrongType` — it is no PNG'"


@pytest.mark.parametrize(
    ("description", "case"), [(CODED, "415 Picture.WrongType"), ("No PNG", "415")]
)
@pytest.mark.parametrize(
    ("content_type", "body", "why"),
    [
        ("application/json", "{}", "must be multipart/form-data"),
        (PARTS, part("picture", "x", "Content-Type: text/plain") + "--x--", "is text/plain"),
    ],
)
def test_a_documented_415(
    serve: Serve, description: str, case: str, content_type: str, body: str, why: str
) -> None:
    """It is given for the whole body and for a part of it (RFC 9110 section 15.5.16)."""
    mock = serve(PICTURES % description)
    headers = {"Content-Type": content_type}
    answer = mock.post("/pictures", content=body.encode(), headers=headers)
    assert (answer.status_code, answer.headers["tallystick-case"]) == (415, case)
    assert why in answer.headers["tallystick-error"]
