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
            X-Where:
              content: {{ application/json: {{ schema: {{ type: object, required: [at] }} }} }}
            Content-Type: {{ required: true, schema: {{ type: integer }} }}
          content:
            application/json: {{ schema: {{ $ref: "#/components/schemas/Bin" }} }}
            application/old+json:
              schema: {{ $ref: "#/components/schemas/Bin" }}
              examples:
                old: {{ value: {{ id: broken }} }}
                lost: {{ value: {{ id: 7, secret: "", note: Bin.Lost }} }}
            application/text+json: {{ example: "[1]" }}
            application/x-ndjson: {{ schema: {{ $ref: "#/components/schemas/Bin" }} }}
            application/x-www-form-urlencoded:
              schema: {{ $ref: "#/components/schemas/Bin" }}
            text/csv: {{ schema: {{ type: string, pattern: "^id," }} }}
            text/plain: {{ schema: {{ type: string }}, example: a bin }}
            text/event-stream: {{ schema: {{ type: string }} }}
            application/xml: {{ schema: {{ $ref: "#/components/schemas/Bin" }} }}
            text/xml:
              schema: {{ $ref: "#/components/schemas/Bin" }}
              example: "<not really"
            image/png: {{ schema: {{ type: string, format: binary }} }}
            application/*: {{}}
        "204": {{ description: Nothing }}
components:
  schemas:
    Bin:
      type: object
      xml: {{ name: bin }}
      required: [id, secret]
      properties:
        id: {{ type: integer, format: int32, minimum: 0, exclusiveMinimum: true }}
        secret: {{ type: string, writeOnly: true }}
        note: {{ type: string, nullable: true }}
        next: {{ $ref: "#/components/schemas/Bin", maxProperties: 0 }}
        label: {{ type: string, pattern: "^\\\\p{{Lu}}", example: lower }}
        digit: {{ type: string, pattern: "^\\\\d$" }}
        tags:
          type: array
          xml: {{ wrapped: true, name: labels }}
          items: {{ type: string, xml: {{ name: tag, namespace: "urn:tags" }} }}
        sizes: {{ type: array, items: {{ type: integer, xml: {{ name: size }} }} }}
        colour: {{ type: string, enum: [red], xml: {{ attribute: true }} }}
        extra:
          type: object
          patternProperties: {{ "^\\\\p{{Lu}}+$": {{ type: integer }} }}
          additionalProperties: false
        pet:
          oneOf:
            - {{ $ref: "#/components/schemas/Cat" }}
            - {{ $ref: "#/components/schemas/Dog" }}
          discriminator:
            propertyName: kind
            mapping: {{ hound: "#/components/schemas/Dog" }}
        either:
          oneOf:
            - {{ type: object, properties: {{ kind: {{ enum: [a] }} }}, required: [kind] }}
            - {{ type: object, properties: {{ label: {{ type: integer }} }}, required: [label] }}
    Cat: {{ required: [kind, lives], properties: {{ kind: {{ type: string }} }} }}
    Dog:
      required: [kind, barks]
      properties: {{ kind: {{ type: string }} }}
"""
HEADERS = {"x-count": ["3"], "x-tags": ["a"], "x-where": ['{"at": 1}']}
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
    "a member for requests": (
        {"id": 1, "secret": "x"},
        ["the body: 'secret' is for requests only"],
    ),
    "a digit of ASCII": ({"id": 1, "digit": "3"}, []),
    "a digit of Unicode": (
        {"id": 1, "digit": "٣"},
        [r"/digit: '٣' does not match '^\\d$'"],
    ),
    "a line end at the end": (
        {"id": 1, "digit": "3\n"},
        [r"/digit: '3\n' does not match '^\\d$'"],
    ),
    "patterns of names": ({"id": 1, "extra": {"ÄB": 1}}, []),
    "what a pattern says": (
        {"id": 1, "extra": {"AB": "x"}},
        ["/extra/AB: 'x' is not of type 'integer'"],
    ),
    "a name that no pattern fits": (
        {"id": 1, "extra": {"ab": 1}},
        ["/extra: 'ab' is not allowed beside the properties"],
    ),
    "the alternative that is named": ({"id": 1, "pet": {"kind": "hound", "barks": 1}}, []),
    "the alternative by its own name": ({"id": 1, "pet": {"kind": "Cat", "lives": 9}}, []),
    "another than is named": (
        {"id": 1, "pet": {"kind": "hound", "lives": 9}},
        ["/pet: 'barks' is a required property"],
    ),
    "none that is named": (
        {"id": 1, "pet": {"kind": "cow", "lives": 9}},
        ["/pet: the discriminator 'cow' names none of the alternatives"],
    ),
    "a name twice": (
        b'{"id": 1, "id": 1}',
        ["the body is no application/json: an object has a name twice"],
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
    "other text than the example": (
        "text/plain",
        b"another bin",
        ["the body is none of the documented examples"],
    ),
    "the text of the example": ("text/plain", b"a bin", []),
    "a form": ("application/x-www-form-urlencoded", b"id=1&note=x", []),
    "a wrong form": (
        "application/x-www-form-urlencoded",
        b"id=x",
        ["/id: 'x' is not of type 'integer'"],
    ),
    "XML": ("application/xml", b"<bin><id>1</id></bin>", []),
    "all forms of XML": (
        "application/xml",
        b'<bin colour="red"><id>1</id><labels xmlns:t="urn:tags"><t:tag>1</t:tag></labels>'
        b"<size>1</size><size>2</size></bin>",
        [],
    ),
    "a wrong root of XML": (
        "application/xml",
        b"<box><id>1</id></box>",
        ["the body is no application/xml: its root is box, not bin"],
    ),
    "a wrong element": (
        "application/xml",
        b"<bin><id>x</id></bin>",
        ["/id: 'x' is not of type 'integer'"],
    ),
    "a wrong attribute": (
        "application/xml",
        b'<bin colour="blue"><id>1</id></bin>',
        ["/colour: 'blue' is not one of ['red']"],
    ),
    "a wrong item of XML": (
        "application/xml",
        b"<bin><id>1</id><size>x</size></bin>",
        ["/sizes/0: 'x' is not of type 'integer'"],
    ),
    "no XML": (
        "application/xml",
        b"<bin>",
        ["the body is no application/xml: no element found: line 1, column 5"],
    ),
    "a documented example": ("text/xml", b"<not really", []),
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
    "no header that is not required": (
        wanted(),
        received(BIN, x_tags=None),
        ["the header X-Tags is missing"],
    ),
    "a header with JSON that is wrong": (
        wanted(),
        received(BIN, x_where="{}"),
        ["the header X-Where does not fit its schema: '{}'"],
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
        ["no member of the body is the code Bin.Full"],
    ),
    "its code in a sentence": (
        wanted(code="Bin.Full"),
        received({"id": 1, "note": "no Bin.Full"}),
        ["no member of the body is the code Bin.Full"],
    ),
    "an example": (
        wanted("application/old+json"),
        received({"note": "Bin.Lost", "secret": "", "id": 7}, "application/old+json"),
        [],
    ),
    "an example in a text": (
        wanted("application/text+json"),
        received([1], "application/text+json"),
        [],
    ),
    "the text itself": (
        wanted("application/text+json"),
        received("[1]", "application/text+json"),
        [],
    ),
    "another value than in the text": (
        wanted("application/text+json"),
        received([2], "application/text+json"),
        ["the body is none of the documented examples"],
    ),
    "none of the examples": (
        wanted("application/old+json"),
        received(BIN, "application/old+json"),
        ["the body is none of the documented examples"],
    ),
    "the example of its code": (
        wanted("application/old+json", code="Bin.Lost"),
        received({"id": 7, "note": "Bin.Lost"}, "application/old+json"),
        ["the body is none of the documented examples"],
    ),
    "a code without an example": (
        wanted("application/old+json", code="Bin.Full"),
        received({"id": 1, "note": "Bin.Full"}, "application/old+json"),
        [],
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


OLD = "/paths/~1bins/get/responses/200/content/application~1old+json/examples/old/value"
LABEL = "/components/schemas/Bin/properties/label/example"
BROKEN = {
    "a whole example": ({"id": "broken"}, f"{OLD}/id", True),
    "one that is not listed": ({"id": "broken"}, LABEL, False),
    "one that was changed": ({"id": "broken", "note": ""}, f"{OLD}/id", False),
}


@pytest.mark.parametrize(("body", "pointer", "is_right"), BROKEN.values(), ids=BROKEN)
def test_broken_examples(judge, body, pointer, is_right):
    """A body that is not valid is right where it is an example that lint lists."""
    answer = received(body, "application/old+json")
    found = judge(broken=[pointer]).faults(wanted("application/old+json"), answer)
    assert (found == []) is is_right


def test_a_broken_example_of_a_property(judge):
    """It excuses no body that holds it: a mock need not take it."""
    found = judge(broken=[LABEL]).faults(wanted(), received({"id": 1, "label": "lower"}))
    assert found == [r"/label: 'lower' does not match '^\\p{Lu}'"]
