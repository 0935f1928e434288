"""Values as bodies: every media type as itself."""

import zlib
from email.parser import BytesParser
from email.policy import HTTP
from typing import Any
from xml.etree import ElementTree

import pytest

from mock_server.answers.encoding import Encoding, encoder, with_boundary
from tallystick.generation.flattening import Flattener

ROWS = [{"id": 1, "name": "a,b"}, {"id": 2, "name": None}]
XML = '<?xml version="1.0" encoding="UTF-8"?>\n'
CSV = "id\r\n1\r\n"


def encoded(media_type: str, value: Any, schema: Any = None) -> bytes:
    """A value as body of a media type."""
    return encoder(media_type)(value, Encoding(schema or {}, Flattener({})))


@pytest.mark.parametrize(
    ("media_type", "value", "body"),
    [
        ("application/json", {"a": [1, None, "é"]}, '{"a":[1,null,"é"]}'),
        ("application/json", "pong", '"pong"'),
        ("application/json; charset=utf-8", 1, "1"),
        ("application/hal+json", {"a": 1}, '{"a":1}'),
        ("application/vnd.a+json;version=2", {"a": 1}, '{"a":1}'),
        ("text/json", {"a": 1}, '{"a":1}'),
        ("text/plain", "pong", "pong"),
        ("text/plain", {"a": 1}, '{"a":1}'),
        ("text/plain", 17, "17"),
        ("text/html", "<p>hi</p>", "<p>hi</p>"),
        ("text/csv", "id\n1\n", "id\n1\n"),
        ("text/csv", ROWS, 'id,name\r\n1,"a,b"\r\n2,\r\n'),
        ("text/csv", [[1, 2], [3, 4]], "1,2\r\n3,4\r\n"),
        ("text/event-stream", "data: 1\n\n", "data: 1\n\n"),
        ("text/event-stream", "event: end\ndata: x\n\n", "event: end\ndata: x\n\n"),
        ("text/event-stream", "hello", "data: hello\n\n"),
        ("text/event-stream", [{"a": 1}, 2], 'data: {"a":1}\n\ndata: 2\n\n'),
        ("application/x-ndjson", [{"a": 1}, 2], '{"a":1}\n2\n'),
        ("application/jsonl", [1], "1\n"),
        ("application/x-ndjson", '{"a":1}\n', '{"a":1}\n'),
        ("application/json-seq", [1, 2], "\x1e1\n\x1e2\n"),
        ("application/x-www-form-urlencoded", {"a": "b c", "d": [1, True]}, "a=b+c&d=1&d=true"),
        ("application/x-www-form-urlencoded", {"a": {"b": 1}}, "a=%7B%22b%22%3A1%7D"),
        ("application/xml", "<a/>", "<a/>"),
        ("application/xml", "a<b", f"{XML}<root>a&lt;b</root>"),
        ("image/svg+xml", "<svg/>", "<svg/>"),
        ("image/svg+xml", "x", '<svg xmlns="http://www.w3.org/2000/svg"/>'),
        ("multipart/form-data", {}, "--tally-stick--\r\n"),
        ("multipart/form-data", "--x--", "--x--"),
        ("application/graphql", "{ a }", "{ a }"),
        ("application/octet-stream", "bytes", "bytes"),
        ("no-media-type", {"a": 10**20}, '{"a":100000000000000000000}'),
    ],
)
def test_bodies(media_type: str, value: Any, body: str) -> None:
    """Text is sent as it is; values are written in the format."""
    assert encoded(media_type, value) == body.encode()


def test_parts() -> None:
    """RFC 7578: a part for each member, several for a list, JSON for objects, files with a name."""
    schema = {"properties": {"photo": {"type": "string", "format": "binary"}}}
    value = {"a": 5, "tags": ["x", "y"], "photo": "data", "who": {"name": "Ada"}}
    body = encoded("multipart/form-data", value, schema)
    form = parse(body, "tally-stick")
    assert form == [
        ({"name": "a"}, "text/plain", b"5"),
        ({"name": "tags"}, "text/plain", b"x"),
        ({"name": "tags"}, "text/plain", b"y"),
        ({"name": "photo", "filename": "photo"}, "application/octet-stream", b"data"),
        ({"name": "who"}, "application/json", b'{"name":"Ada"}'),
    ]


def parse(body: bytes, boundary: str) -> list[tuple[dict[str, str], str, bytes]]:
    """The parts of a form, as Python's own mail parser sees them."""
    head = f'Content-Type: multipart/form-data; boundary="{boundary}"\r\n\r\n'.encode()
    message = BytesParser(policy=HTTP).parsebytes(head + body)
    return [
        (
            dict(part["content-disposition"].params),
            part.get_content_type(),
            bytes(part.get_payload(decode=True)),
        )
        for part in message.iter_parts()
    ]


@pytest.mark.parametrize(
    ("media_type", "example", "expected"),
    [
        ("multipart/form-data", None, "multipart/form-data; boundary=tally-stick"),
        ("multipart/mixed; boundary=x", "--y\r\n", "multipart/mixed; boundary=x"),
        ("multipart/mixed", "--y\n\nz\n--y--", "multipart/mixed; boundary=y"),
        ("application/json", "--y\n", "application/json"),
    ],
)
def test_boundaries(media_type: str, example: Any, expected: str) -> None:
    """The boundary is in the media type, in the example, or ours."""
    assert with_boundary(media_type, example) == expected


PET = {
    "type": "object",
    "xml": {"name": "animal", "namespace": "http://example.com/s", "prefix": "s"},
    "properties": {
        "id": {"type": "integer", "xml": {"attribute": True}},
        "name": {"type": "string", "xml": {"name": "called"}},
        "tags": {
            "type": "array",
            "xml": {"wrapped": True},
            "items": {"type": "string", "xml": {"name": "tag"}},
        },
        "toys": {"type": "array", "items": {"type": "string"}},
        "owner": {"type": "object", "properties": {"age": {"type": "integer"}}},
    },
}


@pytest.mark.parametrize(
    ("value", "xml"),
    [
        ({"id": 1}, '<s:animal xmlns:s="http://example.com/s" id="1"/>'),
        (
            {"name": "R & D <x>"},
            '<s:animal xmlns:s="http://example.com/s"><called>R &amp; D &lt;x&gt;</called>'
            "</s:animal>",
        ),
        (
            {"tags": ["a", "b"]},
            '<s:animal xmlns:s="http://example.com/s"><tags><tag>a</tag><tag>b</tag></tags>'
            "</s:animal>",
        ),
        (
            {"toys": ["a", "b"]},
            '<s:animal xmlns:s="http://example.com/s"><toys>a</toys><toys>b</toys></s:animal>',
        ),
        (
            {"owner": {"age": 3}},
            '<s:animal xmlns:s="http://example.com/s"><owner><age>3</age></owner></s:animal>',
        ),
    ],
)
def test_objects_as_xml(value: Any, xml: str) -> None:
    """OpenAPI 3.1.1 section 4.8.26: name, attribute, namespace, prefix, wrapped."""
    head = '<?xml version="1.0" encoding="UTF-8"?>\n'
    body = encoded("application/xml", value, PET).decode()
    assert body == head + xml
    assert ElementTree.fromstring(body) is not None


@pytest.mark.parametrize("name", ["1st", "a b", "", "é", "<x>"])
def test_any_name_makes_well_formed_xml(name: str) -> None:
    """What XML does not take in a name is replaced."""
    assert ElementTree.fromstring(encoded("text/xml", {name: "\x00\x0b1"})) is not None


@pytest.mark.parametrize(
    ("media_type", "start", "end"),
    [
        ("application/pdf", b"%PDF-1.4\n", b"%%EOF\n"),
        ("application/zip", b"PK\x05\x06", b"PK\x05\x06"),
        ("image/png", b"\x89PNG\r\n\x1a\n", b"IEND\xaeB`\x82"),
        ("image/gif", b"GIF89a", b";"),
        ("image/jpeg", b"\xff\xd8\xff\xe0", b"\xff\xd9"),
    ],
)
def test_files_have_the_form_of_their_type(media_type: str, start: bytes, end: bytes) -> None:
    """Whatever text was made for `format: binary`."""
    body = encoded(media_type, "tally")
    assert (body.startswith(start), body.rstrip(b"\x00").endswith(end)) == (True, True)


def test_the_chunks_of_the_picture_are_intact() -> None:
    """PNG (ISO/IEC 15948) section 5.3: each chunk has a checksum."""
    body, place, names = encoded("image/png", ""), 8, []
    while place < len(body):
        size = int.from_bytes(body[place : place + 4], "big")
        chunk = body[place + 4 : place + 8 + size]
        wanted = int.from_bytes(body[place + 8 + size : place + 12 + size], "big")
        assert zlib.crc32(chunk) == wanted
        names.append(chunk[:4])
        place += 12 + size
    assert names == [b"IHDR", b"IDAT", b"IEND"]


def test_the_places_of_the_page_are_right() -> None:
    """ISO 32000-1 section 7.5.4: the table of a PDF says where each object starts."""
    body = encoded("application/pdf", "")
    table = int(body.rpartition(b"startxref\n")[2].split()[0])
    rows = body[table:].splitlines()[3:6]
    assert [body[int(row[:10]) :][:7] for row in rows] == [b"1 0 obj", b"2 0 obj", b"3 0 obj"]


def test_a_file_that_the_document_holds_in_base64() -> None:
    """An example of a picture is the picture."""
    assert encoded("image/gif", "R0lGODlhAQABAAAAACw=") == b"GIF89a\x01\x00\x01\x00\x00\x00\x00,"
