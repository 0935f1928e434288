"""Bodies: hand-written bytes of each media type."""

from __future__ import annotations

from functools import cache
from typing import Any

import pytest

from contract_tests.http.bodies import UnmakeableError, encoded, formats_of, is_json, is_makeable
from tallystick.contract import ContractOperation
from tests.contract_tests.documents import written

DOCUMENT = """
openapi: 3.1.0
info: { title: Bodies, version: "1" }
paths:
  /plain: { post: { requestBody: { content: {
    application/json: {}, application/vnd.api+json: {}, "application/json; charset=utf-8": {},
    text/plain: {}, text/csv: {}, "text/plain; charset=iso-8859-1": {}, application/x-ndjson: {},
    application/json-seq: {}, application/jsonl: {}, application/yaml: {}, image/png: {},
    application/octet-stream: {}, application/x-own: {} } }, responses: {} } }
  /form:
    post:
      requestBody:
        content:
          application/x-www-form-urlencoded:
            schema: { type: object }
            encoding:
              csv: { style: form, explode: false }
              pipes: { style: pipeDelimited, explode: false }
              deep: { style: deepObject }
              json: { contentType: application/json }
              free: { allowReserved: true }
      responses: {}
  /multipart:
    post:
      requestBody:
        content:
          multipart/form-data:
            schema: { $ref: "#/components/schemas/Upload" }
            encoding:
              cover:
                contentType: image/png, image/jpeg
                headers:
                  X-Kind: { schema: { type: string, enum: [front, back] } }
                  X-Unknown: { schema: { type: string } }
              xml: { contentType: application/xml }
              list: { contentType: application/json }
          multipart/mixed: { schema: { $ref: "#/components/schemas/Upload" } }
      responses: {}
  /xml:
    post:
      requestBody:
        content:
          application/xml: { schema: { $ref: "#/components/schemas/Person" } }
          text/xml: { schema: { type: object, xml: { name: own } } }
          application/soap+xml: {}
      responses: {}
components:
  schemas:
    Upload:
      type: object
      properties:
        file: { type: string, format: binary }
        media: { contentMediaType: image/gif }
        coded: { type: string, contentEncoding: base64 }
        files: { type: array, items: { type: string, format: binary } }
        cover: { type: string, format: binary }
        address: { type: object }
        pets: { type: array, items: { type: object } }
        tags: { type: array, items: { type: string } }
    Person:
      type: object
      properties:
        id: { type: integer, xml: { attribute: true } }
        name: { type: string, xml: { namespace: "http://example.com/schema", prefix: s } }
        pets:
          type: array
          xml: { wrapped: true, name: Pets }
          items: { type: string, xml: { name: pet } }
        tags: { type: array, items: { type: string } }
"""


@cache
def operation(path: str) -> ContractOperation:
    """An operation of the document."""
    contract = written(DOCUMENT)
    return next(each for each in contract.operations if each.path == path)


PLAIN = [
    ("application/json", {"a": "ü"}, b'{"a": "\\u00fc"}'),
    ("application/json", "text", b'"text"'),
    ("application/json", None, b"null"),
    ("application/json", b'{"a":1}', b'{"a":1}'),
    ("application/vnd.api+json", [1], b"[1]"),
    ("application/json; charset=utf-8", 1, b"1"),
    ("text/plain", "büch", b"b\xc3\xbcch"),
    ("text/plain", 1.5, b"1.5"),
    ("text/plain", True, b"true"),
    ("text/plain; charset=iso-8859-1", "büch", b"b\xfcch"),
    ("text/csv", "a,b\r\n1,2\r\n", b"a,b\r\n1,2\r\n"),
    ("application/x-ndjson", [{"a": 1}, "b"], b'{"a": 1}\n"b"\n'),
    ("application/x-ndjson", {"a": 1}, b'{"a": 1}\n'),
    ("application/x-ndjson", "{}\n{}", b"{}\n{}"),
    ("application/jsonl", [1, 2], b"1\n2\n"),
    ("application/json-seq", [1, 2], b"\x1e1\n\x1e2\n"),
    ("application/yaml", {"a": [1]}, b'{"a": [1]}'),
    ("application/yaml", "a: [1]", b"a: [1]"),
    ("application/octet-stream", b"\x00\xff", b"\x00\xff"),
    ("application/octet-stream", "text", b"text"),
    ("image/png", b"\x89PNG", b"\x89PNG"),
    ("application/x-own", "example", b"example"),
    ("application/x-own", b"\x00", b"\x00"),
]


@pytest.mark.parametrize(("media_type", "value", "content"), PLAIN)
def test_one_value(media_type: str, value: Any, content: bytes) -> None:
    """JSON, text, lines, YAML, bytes, each under the name that the document gives it."""
    assert encoded(operation("/plain"), media_type, value) == (content, media_type)


@pytest.mark.parametrize(
    ("value", "content"),
    [
        ({"a": "x y&z", "b": 1, "c": True}, b"a=x+y%26z&b=1&c=true"),
        ({"list": [1, "b"]}, b"list=1&list=b"),
        ({"object": {"x": 1}}, b"object=%7B%22x%22%3A+1%7D"),
        ({"none": None, "empty": "", "nothing": []}, b"empty="),
        ({"csv": [1, 2]}, b"csv=1,2"),
        ({"pipes": ["a", "b"]}, b"pipes=a%7Cb"),
        ({"deep": {"x": {"y": 1}}}, b"deep%5Bx%5D%5By%5D=1"),
        ({"json": [1, {"a": "b"}]}, b"json=%5B1%2C+%7B%22a%22%3A+%22b%22%7D%5D"),
        ({"json": "text"}, b"json=%22text%22"),
        ({"free": "http://a/b?c"}, b"free=http://a/b?c"),
        ({"a+b": "c+d"}, b"a%2Bb=c%2Bd"),
        ("a=1&b=%20", b"a=1&b=%20"),
        ({}, b""),
    ],
)
def test_forms(value: Any, content: bytes) -> None:
    """Each property as `encoding` says; without it, objects as JSON and items one by one."""
    name = "application/x-www-form-urlencoded"
    assert encoded(operation("/form"), name, value) == (content, name)


PARTS: list[tuple[Any, bytes]] = [
    ({"text": "a\r\nb"}, b'Content-Disposition: form-data; name="text"\r\n\r\na\r\nb'),
    ({"number": 1.5}, b'Content-Disposition: form-data; name="number"\r\n\r\n1.5'),
    ({"truth": False}, b'Content-Disposition: form-data; name="truth"\r\n\r\nfalse'),
    (
        {"file": b"\x00\xff"},
        b'Content-Disposition: form-data; name="file"; filename="file"\r\n'
        b"Content-Type: application/octet-stream\r\n\r\n\x00\xff",
    ),
    (
        {"media": b"GIF"},
        b'Content-Disposition: form-data; name="media"; filename="media"\r\n'
        b"Content-Type: image/gif\r\n\r\nGIF",
    ),
    (
        {"coded": "AAE="},
        b'Content-Disposition: form-data; name="coded"; filename="coded"\r\n'
        b"Content-Type: application/octet-stream\r\n\r\nAAE=",
    ),
    (
        {"cover": b"PNG"},
        b'Content-Disposition: form-data; name="cover"; filename="cover"\r\n'
        b"Content-Type: image/png\r\nX-Kind: front\r\n\r\nPNG",
    ),
    (
        {"address": {"a": 1}},
        b'Content-Disposition: form-data; name="address"\r\n'
        b'Content-Type: application/json\r\n\r\n{"a": 1}',
    ),
    (
        {"xml": "<a/>"},
        b'Content-Disposition: form-data; name="xml"\r\nContent-Type: application/xml\r\n\r\n<a/>',
    ),
    (
        {"list": [1, 2]},
        b'Content-Disposition: form-data; name="list"\r\n'
        b"Content-Type: application/json\r\n\r\n[1, 2]",
    ),
    (
        {"tags": ["a", "b"]},
        b'Content-Disposition: form-data; name="tags"\r\n\r\na\r\n--tallystick-boundary\r\n'
        b'Content-Disposition: form-data; name="tags"\r\n\r\nb',
    ),
    (
        {"pets": [{"a": 1}, {}]},
        b'Content-Disposition: form-data; name="pets"\r\nContent-Type: application/json\r\n\r\n'
        b'{"a": 1}\r\n--tallystick-boundary\r\n'
        b'Content-Disposition: form-data; name="pets"\r\nContent-Type: application/json\r\n\r\n{}',
    ),
    (
        {"files": [b"1", b"2"]},
        b'Content-Disposition: form-data; name="files"; filename="files"\r\n'
        b"Content-Type: application/octet-stream\r\n\r\n1\r\n--tallystick-boundary\r\n"
        b'Content-Disposition: form-data; name="files"; filename="files"\r\n'
        b"Content-Type: application/octet-stream\r\n\r\n2",
    ),
]


@pytest.mark.parametrize(("value", "parts"), PARTS, ids=lambda value: str(value)[:20])
def test_multipart(value: Any, parts: bytes) -> None:
    """Each property is a part of its own media type; items are parts of one name."""
    content, media_type = encoded(operation("/multipart"), "multipart/form-data", value)
    assert media_type == "multipart/form-data; boundary=tallystick-boundary"
    assert content == b"--tallystick-boundary\r\n" + parts + b"\r\n--tallystick-boundary--\r\n"


def test_boundaries() -> None:
    """No part holds the boundary; an example brings its own; no part at all ends at once."""
    post = operation("/multipart")
    content, media_type = encoded(post, "multipart/mixed", {"a": "--tallystick-boundary"})
    assert media_type == "multipart/mixed; boundary=tallystick-boundary-"
    assert content.endswith(b"\r\n--tallystick-boundary---\r\n")
    example = '--x\r\nContent-Disposition: form-data; name="a"\r\n\r\n1\r\n--x--\r\n'
    assert encoded(post, "multipart/form-data", example) == (
        example.encode(),
        "multipart/form-data; boundary=x",
    )
    assert encoded(post, "multipart/form-data", {})[0] == b"--tallystick-boundary--\r\n"


@pytest.mark.parametrize(
    ("media_type", "value", "content"),
    [
        ("application/xml", {"id": 1}, b'<Person id="1"></Person>'),
        (
            "application/xml",
            {"name": "a<b"},
            b'<Person><s:name xmlns:s="http://example.com/schema">a&lt;b</s:name></Person>',
        ),
        (
            "application/xml",
            {"pets": ["a", "b"], "tags": ["c", "d"]},
            b"<Person><Pets><pet>a</pet><pet>b</pet></Pets><tags>c</tags><tags>d</tags></Person>",
        ),
        ("text/xml", {"a": 1}, b"<own><a>1</a></own>"),
        ("application/soap+xml", {"a": True}, b"<data><a>true</a></data>"),
        ("application/xml", "<?xml version='1.0'?><a/>", b"<?xml version='1.0'?><a/>"),
    ],
)
def test_xml(media_type: str, value: Any, content: bytes) -> None:
    """By the `xml` members of the schema; an example as it is."""
    assert encoded(operation("/xml"), media_type, value) == (content, media_type)


def test_what_cannot_be_written() -> None:
    """An unbound prefix is an error that says so, no traceback."""
    contract = written(
        DOCUMENT.replace(
            'xml: { namespace: "http://example.com/schema", prefix: s }', "xml: { prefix: s }"
        )
    )
    post = next(each for each in contract.operations if each.path == "/xml")
    with pytest.raises(UnmakeableError, match="a body of application/xml could not be written"):
        encoded(post, "application/xml", {"name": "a"})


def test_which_body_is_sent() -> None:
    """JSON first, then forms, multipart, text, lines, XML, YAML, bytes, what nobody can write."""
    text = """
openapi: 3.0.3
info: { title: t, version: "1" }
paths:
  /a:
    post:
      requestBody:
        content:
          application/x-own: {}
          application/octet-stream: {}
          application/yaml: {}
          application/xml: {}
          application/x-ndjson: {}
          text/plain: {}
          multipart/form-data: {}
          application/x-www-form-urlencoded: {}
          application/problem+json: {}
          application/json;v=1: {}
      responses: {}
"""
    found = [body.name for body in formats_of(written(text).operations[0])]
    assert found == [
        "application/json;v=1",
        "application/problem+json",
        "application/x-www-form-urlencoded",
        "multipart/form-data",
        "text/plain",
        "application/x-ndjson",
        "application/xml",
        "application/yaml",
        "application/octet-stream",
        "application/x-own",
    ]


BINARY = "{ schema: { type: string, format: binary } }"


@pytest.mark.parametrize(
    ("media_type", "media", "sent", "makeable"),
    [
        ("*/*", "{}", "application/json", True),
        ("application/*", "{}", "application/json", True),
        ("*/*", BINARY, "application/octet-stream", True),
        ("image/*", "{}", "image/png", True),
        ("text/*", "{}", "text/plain", True),
        ("multipart/*", "{}", "multipart/form-data", True),
        ("application/*+json", "{}", "application/json", True),
        ("application/x-own", "{}", "application/x-own", False),
        ("application/x-own", "{ schema: { type: object } }", "application/x-own", False),
        ("application/x-own", BINARY, "application/x-own", True),
        ("text/csv", "{ schema: { type: string } }", "text/csv", True),
        ("text/csv", "{ schema: { type: array } }", "text/csv", False),
        ("application/pdf", "{}", "application/pdf", True),
    ],
)
def test_ranges_and_what_can_be_made(
    media_type: str, media: str, sent: str, makeable: bool
) -> None:
    """A range is sent as a concrete media type; the rest under its own name, if it can be made."""
    text = f"""
openapi: 3.0.3
info: {{ title: t, version: "1" }}
paths:
  /a: {{ post: {{ requestBody: {{ content: {{ "{media_type}": {media} }} }}, responses: {{}} }} }}
"""
    (body,) = formats_of(written(text).operations[0])
    assert (body.name, is_makeable(body)) == (sent, makeable)


@pytest.mark.parametrize(
    ("media_type", "answer"),
    [
        ("application/json", True),
        ("Application/Problem+JSON; charset=utf-8", True),
        ("text/json", True),
        ("application/x-ndjson", False),
        ("application/json-seq", False),
        ("text/plain", False),
        (None, False),
    ],
)
def test_what_is_json(media_type: str | None, answer: bool) -> None:
    """JSON by any name, but not a sequence of JSON texts."""
    assert is_json(media_type) is answer
