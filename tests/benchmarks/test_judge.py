"""The judge of answers, by answers written by hand: right ones and wrong ones."""

from __future__ import annotations

import json

import pytest

from benchmarks.judge import Judge, Received, Wanted
from tallystick import load_contract

DOCUMENT = """
openapi: {version}
info: {{ title: Bins, version: "1" }}
paths:
  /bins:
    get:
      responses:
        "200":
          description: A bin
          headers:
            X-Count: {{ required: true, schema: {{ type: integer, maximum: 9 }} }}
            X-Tags: {{ schema: {{ type: array, items: {{ type: string, enum: [a, b] }} }} }}
            Content-Type: {{ required: true, schema: {{ type: integer }} }}
          content:
            application/json:
              schema: {{ $ref: "#/components/schemas/Bin" }}
              examples:
                old: {{ value: {{ id: broken }} }}
            application/x-ndjson: {{ schema: {{ $ref: "#/components/schemas/Bin" }} }}
            text/csv: {{ schema: {{ type: string, pattern: "^id," }} }}
            text/event-stream: {{ schema: {{ type: string }} }}
            application/xml:
              schema: {{ $ref: "#/components/schemas/Bin" }}
              example: "<not really"
            image/png: {{ schema: {{ type: string, format: binary }} }}
            application/*: {{}}
        "204": {{ description: Nothing }}
components:
  schemas:
    Bin:
      type: object
      required: [id, secret]
      properties:
        id: {{ type: integer, format: int32, minimum: 0, exclusiveMinimum: true }}
        secret: {{ type: string, writeOnly: true }}
        note: {{ type: string, nullable: true }}
        next: {{ $ref: "#/components/schemas/Bin", maxProperties: 0 }}
        label: {{ type: string, pattern: "^\\\\p{{Lu}}", example: lower }}
        either:
          oneOf:
            - {{ type: object, properties: {{ kind: {{ enum: [a] }} }}, required: [kind] }}
            - {{ type: object, properties: {{ label: {{ type: integer }} }}, required: [label] }}
"""
HEADERS = {"x-count": ["3"]}
BIN = {"id": 1}


@pytest.fixture
def judge(tmp_path):
    """A function that gives the judge of the document in a version, and what lint lists there."""

    def of(version="3.0.3", broken=()):
        path = tmp_path / "document.yaml"
        path.write_text(DOCUMENT.format(version=version), encoding="utf-8")
        return Judge(load_contract(str(path)).document, broken)

    return of


def wanted(media_type="application/json", status=200, **options):
    return Wanted(
        ("paths", "/bins", "get", "responses", str(status)), status, media_type, **options
    )


def received(body, media_type="application/json", status=200, **headers):
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    lines = {**HEADERS, "content-type": [media_type]}
    lines |= {name.replace("_", "-"): [value] for name, value in headers.items()}
    present = {name: found for name, found in lines.items() if found != [None]}
    return Received(status, present, content)


BODIES = {
    "it fits": (BIN, []),
    "its type": ({"id": "1"}, ["/id: '1' is not of type 'integer'"]),
    "a required member": ({}, ["the body: 'id' is a required property"]),
    "an exclusive limit": (
        {"id": 0},
        ["/id: 0 is less than or equal to the minimum of 0"],
    ),
    "a format": ({"id": 2**31}, ["/id: 2147483648 is not a 'int32'"]),
    "null beside a type": ({"id": 1, "note": None}, []),
    "null without nullable": (
        {"id": 1, "label": None},
        ["/label: None is not of type 'string'"],
    ),
    "recursion": ({"id": 1, "next": {}}, ["/next: 'id' is a required property"]),
    "siblings of a reference": ({"id": 1, "next": BIN}, []),
    "a property of Unicode": ({"id": 1, "label": "Über"}, []),
    "a pattern": (
        {"id": 1, "label": "über"},
        [r"/label: 'über' does not match '^\\p{Lu}'"],
    ),
    "one of two": ({"id": 1, "either": {"kind": "a"}}, []),
    "none of two": (
        {"id": 1, "either": {}},
        ["/either: {} is not valid under any of the given schemas"],
    ),
    "no JSON": (b"{id: 1}", ["the body is no application/json: Expecting property name"]),
    "NaN": (b'{"id": NaN}', ["the body is no application/json: NaN is no JSON number"]),
}


@pytest.mark.parametrize(("body", "faults"), BODIES.values(), ids=BODIES)
def test_json(judge, body, faults):
    """A body is held to its schema as OpenAPI 3.0 means it."""
    found = judge().faults(wanted(), received(body))
    assert [one[: len(fault)] for one, fault in zip(found, faults, strict=True)] == faults


def test_what_stands_beside_a_reference_counts_in_3_1(judge):
    """`maxProperties: 0` there."""
    found = judge("3.1.0").faults(wanted(), received({"id": 1, "next": BIN}))
    assert found == ["/next: {'id': 1} is expected to be empty"]


OTHERS = {
    "lines": ("application/x-ndjson", b'{"id": 1}\n', []),
    "a wrong line": (
        "application/x-ndjson",
        b'{"id": "x"}\n',
        ["the body: [{'id': 'x'}] is not of type 'object'"],
    ),
    "text": ("text/csv", b"id,name\n", []),
    "wrong text": ("text/csv", b"name\n", [r"the body: 'name\n' does not match '^id,'"]),
    "events": ("text/event-stream", b"event: x\ndata: 1\n\n", []),
    "no events": (
        "text/event-stream",
        b"hello",
        ["the body is no text/event-stream: a line is no field of an event"],
    ),
    "XML": ("application/xml", b"<bin><id>1</id></bin>", []),
    "no XML": (
        "application/xml",
        b"<bin>",
        ["the body is no application/xml: no element found: line 1, column 5"],
    ),
    "a documented example": ("application/xml", b"<not really", []),
    "a picture": ("image/png", b"\x89PNG\r\n\x1a\n...", []),
    "no picture": ("image/png", b"GIF8", ["the body is no image/png: it starts with b'GIF8'"]),
}


@pytest.mark.parametrize(("media_type", "body", "faults"), OTHERS.values(), ids=OTHERS)
def test_other_media_types(judge, media_type, body, faults):
    """A body is what its media type says."""
    assert judge().faults(wanted(media_type), received(body, media_type)) == faults


ANSWERS = {
    "another status": (wanted(), received(BIN, status=201), ["the status is 201, not 200"]),
    "parameters of a media type": (
        wanted(),
        received(BIN, "application/json; charset=utf-8"),
        [],
    ),
    "another media type": (
        wanted(),
        received(BIN, "text/html"),
        ["the media type is text/html, not application/json"],
    ),
    "no media type": (
        wanted(),
        received(BIN, None),
        ["the media type is none, not application/json"],
    ),
    "a range": (wanted("application/*"), received(BIN, "application/json"), []),
    "outside of a range": (
        wanted("application/*"),
        received(BIN, "text/plain"),
        ["the media type is text/plain, not application/*"],
    ),
    "no required header": (
        wanted(),
        received(BIN, x_count=None),
        ["the header X-Count is missing"],
    ),
    "a wrong header": (
        wanted(),
        received(BIN, x_count="10"),
        ["the header X-Count does not fit its schema: '10'"],
    ),
    "an array in a header": (wanted(), received(BIN, x_tags="a,b"), []),
    "a wrong item": (
        wanted(),
        received(BIN, x_tags="a,c"),
        ["the header X-Tags does not fit its schema: 'a,c'"],
    ),
    "its code": (wanted(code="Bin.Full"), received({"id": 1, "note": "Bin.Full"}), []),
    "without its code": (
        wanted(code="Bin.Full"),
        received(BIN),
        ["the code Bin.Full is not in the body"],
    ),
    "nothing": (wanted(None, 204), received(b"", None, 204), []),
    "something": (
        wanted(None, 204),
        received(b"x", None, 204),
        ["there is a body, and the document has none"],
    ),
    "a body to HEAD": (
        wanted(method="head"),
        received(BIN),
        ["there is a body, and the document has none"],
    ),
}


@pytest.mark.parametrize(("asked", "answer", "faults"), ANSWERS.values(), ids=ANSWERS)
def test_the_rest_of_an_answer(judge, asked, answer, faults):
    """Status, media type, headers, code, and whether there is a body at all."""
    assert judge().faults(asked, answer) == faults


OLD = "/paths/~1bins/get/responses/200/content/application~1json/examples/old/value"
LABEL = "/components/schemas/Bin/properties/label/example"
BROKEN = {
    "a whole example": ({"id": "broken"}, f"{OLD}/id", True),
    "one that is not listed": ({"id": "broken"}, LABEL, False),
    "one that was changed": ({"id": "broken", "note": ""}, f"{OLD}/id", False),
    "that of a property": ({"id": 1, "label": "lower"}, LABEL, False),
}


@pytest.mark.parametrize(("body", "pointer", "is_right"), BROKEN.values(), ids=BROKEN)
def test_broken_examples(judge, body, pointer, is_right):
    """A body that is not valid is right where it is an example that lint lists."""
    assert (judge(broken=[pointer]).faults(wanted(), received(body)) == []) is is_right
