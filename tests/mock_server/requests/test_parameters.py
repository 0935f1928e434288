"""How parameters are read: wire texts and the values that they stand for, written by hand.

The first table is the specification's own (OpenAPI 3.1.1 section 4.8.12.6, "Style Examples").
"""

from typing import Any

import httpx
import pytest
from jsonschema import Draft202012Validator

from mock_server.requests.decoding.shapes import shape_of
from mock_server.requests.parameters import Definition, MalformedParameterError
from mock_server.requests.request import HEADERS, RAW_PATH, Request
from tests.mock_server.conftest import Serve
from tests.mock_server.documented import check_undocumented

STRING = {"type": "string"}
INTEGER = {"type": "integer"}
NUMBER = {"type": "number"}
BOOLEAN = {"type": "boolean"}
STRINGS = {"type": "array", "items": STRING}
INTEGERS = {"type": "array", "items": INTEGER}
NUMBERS = {"type": "array", "items": NUMBER}
COLOR = {
    "type": "object",
    "properties": {"R": INTEGER, "G": INTEGER, "B": INTEGER},
    "required": ["R", "G", "B"],
}
NO_MORE = {**COLOR, "additionalProperties": False}
NAMES = ["blue", "black", "brown"]
RGB = {"R": 100, "G": 200, "B": 150}

INVALID = "no value that the schema takes"
ABSENT = "nothing there"


def read(definition: Definition, schema: dict[str, Any], scope: dict[str, Any]) -> Any:
    """The first of the values that a request may mean which the schema takes."""
    path = scope.pop("path", {})
    request = Request({HEADERS: {}, "query_string": b"", **scope}, path, None)  # type: ignore[arg-type]
    values = definition.values()(request)
    if values is None:
        return ABSENT
    validator = Draft202012Validator(schema)
    return next((value for value in values if validator.is_valid(value)), INVALID)


def check_value(actual: Any, expected: Any) -> None:
    """Fails unless both are the same, 1 and True and 1.0 apart."""
    assert repr(actual) == repr(expected)


def definition(location: str, style: str, explode: bool, schema: dict[str, Any]) -> Definition:
    shape = shape_of([schema], lambda found: found)
    return Definition("color", location, style, explode, shape, path_name="color")


# --- in the path

PATH: list[tuple[str, bool, dict[str, Any], str, Any]] = [
    # The specification's table.
    ("matrix", False, STRING, ";color", ""),
    ("matrix", True, STRING, ";color", ""),
    ("matrix", False, STRING, ";color=blue", "blue"),
    ("matrix", True, STRING, ";color=blue", "blue"),
    ("matrix", False, STRINGS, ";color=blue,black,brown", NAMES),
    ("matrix", True, STRINGS, ";color=blue;color=black;color=brown", NAMES),
    ("matrix", False, COLOR, ";color=R,100,G,200,B,150", RGB),
    ("matrix", True, COLOR, ";R=100;G=200;B=150", RGB),
    ("label", False, STRING, ".", ""),
    ("label", True, STRING, ".", ""),
    ("label", False, STRING, ".blue", "blue"),
    ("label", True, STRING, ".blue", "blue"),
    ("label", False, STRINGS, ".blue,black,brown", NAMES),
    ("label", True, STRINGS, ".blue.black.brown", NAMES),
    ("label", False, COLOR, ".R,100,G,200,B,150", RGB),
    ("label", True, COLOR, ".R=100.G=200.B=150", RGB),
    ("simple", False, STRING, "blue", "blue"),
    ("simple", True, STRING, "blue", "blue"),
    ("simple", False, STRINGS, "blue,black,brown", NAMES),
    ("simple", True, STRINGS, "blue,black,brown", NAMES),
    ("simple", False, COLOR, "R,100,G,200,B,150", RGB),
    ("simple", True, COLOR, "R=100,G=200,B=150", RGB),
    # Until 3.0.3, dots stood between items that are not exploded, too.
    ("label", False, INTEGERS, ".1.2.3", [1, 2, 3]),
    ("label", False, COLOR, ".R.100.G.200.B.150", RGB),
    # Types.
    ("simple", False, INTEGER, "5", 5),
    ("simple", False, INTEGER, "-5", -5),
    ("simple", False, INTEGER, "5.0", INVALID),
    ("simple", False, INTEGER, "+5", INVALID),
    ("simple", False, INTEGER, "five", INVALID),
    ("simple", False, NUMBER, "5.5", 5.5),
    ("simple", False, BOOLEAN, "true", True),
    ("simple", False, BOOLEAN, "yes", INVALID),
    ("matrix", False, INTEGER, ";color=5", 5),
    ("label", False, INTEGER, ".5", 5),
    ("label", False, NUMBER, ".5.5", 5.5),
    ("simple", False, INTEGERS, "1,2,3", [1, 2, 3]),
    ("simple", False, INTEGERS, "1", [1]),
    ("simple", False, INTEGERS, "1,x", INVALID),
    # Without what the style begins with, or with another name.
    ("matrix", False, INTEGER, "5", INVALID),
    ("matrix", False, INTEGER, ";size=5", INVALID),
    ("label", False, INTEGER, "5", INVALID),
    ("simple", False, INTEGER, ";color=5", INVALID),
    ("simple", False, INTEGER, ".5", INVALID),
    # Objects of the other form.
    ("simple", False, COLOR, "R=100,G=200,B=150", INVALID),
    ("simple", True, COLOR, "R,100,G,200,B,150", INVALID),
    ("simple", False, COLOR, "R,100,G,200,B", INVALID),
    ("matrix", False, COLOR, ";R=100;G=200;B=150", INVALID),
    ("matrix", True, COLOR, ";color=R,100,G,200,B,150", INVALID),
    # Encoded delimiters are data.
    ("simple", False, STRING, "a%2Fb", "a/b"),
    ("simple", False, STRING, "a%2Cb", "a,b"),
    ("simple", False, STRINGS, "a%2Cb,c", ["a,b", "c"]),
    ("simple", True, {"type": "object"}, "a=b%3Dc,d=e", {"a": "b=c", "d": "e"}),
    ("label", True, STRINGS, ".a%2Eb.c", ["a.b", "c"]),
    ("matrix", True, STRINGS, ";color=a%3Bb;color=c", ["a;b", "c"]),
    ("simple", False, STRING, "z%C3%BCrich", "zürich"),
    ("simple", False, STRING, "a+b", "a+b"),
    ("simple", False, STRING, "100%25", "100%"),
    ("simple", False, STRING, "%2541", "%41"),
]


@pytest.mark.parametrize(("style", "explode", "schema", "wire", "expected"), PATH)
def test_path(style: str, explode: bool, schema: dict[str, Any], wire: str, expected: Any) -> None:
    """Path parameters: simple, label and matrix."""
    found = read(definition("path", style, explode, schema), schema, {RAW_PATH: {"color": wire}})
    check_value(found, expected)


def test_path_without_escapes() -> None:
    """A path without escapes is decoded as it stands; a percent sign in it is one."""
    found = read(definition("path", "simple", False, STRING), STRING, {"path": {"color": "a%41"}})
    check_value(found, "a%41")


# --- in the query

CHOICE = {"anyOf": [INTEGERS, {"type": "string", "enum": ["all"]}]}
FILTER = {
    "type": "object",
    "required": ["role"],
    "properties": {
        "role": STRING,
        "age": INTEGER,
        "tags": STRINGS,
        "at": {"type": "object", "properties": {"city": STRING, "zip": INTEGER}},
    },
    "additionalProperties": False,
}
PAGE = {"type": "object", "properties": {"offset": INTEGER, "limit": INTEGER}}
OPEN = {"type": "object", "additionalProperties": INTEGER}

QUERY: list[tuple[str, bool, dict[str, Any], str, Any]] = [
    # The specification's table.
    ("form", False, STRING, "color=", ""),
    ("form", True, STRING, "color=", ""),
    ("form", False, STRING, "color=blue", "blue"),
    ("form", True, STRING, "color=blue", "blue"),
    ("form", False, STRINGS, "color=blue,black,brown", NAMES),
    ("form", True, STRINGS, "color=blue&color=black&color=brown", NAMES),
    ("form", False, COLOR, "color=R,100,G,200,B,150", RGB),
    ("form", True, COLOR, "R=100&G=200&B=150", RGB),
    ("spaceDelimited", False, STRINGS, "color=blue%20black%20brown", NAMES),
    ("spaceDelimited", False, COLOR, "color=R%20100%20G%20200%20B%20150", RGB),
    ("pipeDelimited", False, STRINGS, "color=blue%7Cblack%7Cbrown", NAMES),
    ("pipeDelimited", False, COLOR, "color=R%7C100%7CG%7C200%7CB%7C150", RGB),
    ("deepObject", True, COLOR, "color%5BR%5D=100&color%5BG%5D=200&color%5BB%5D=150", RGB),
    # The same, as clients write it, too.
    ("spaceDelimited", False, STRINGS, "color=blue+black+brown", NAMES),
    ("pipeDelimited", False, STRINGS, "color=blue|black|brown", NAMES),
    ("pipeDelimited", False, INTEGERS, "color=1%7c2", [1, 2]),
    ("deepObject", True, COLOR, "color[R]=100&color[G]=200&color[B]=150", RGB),
    ("deepObject", False, COLOR, "color[R]=100&color[G]=200&color[B]=150", RGB),
    ("spaceDelimited", True, STRINGS, "color=blue&color=black&color=brown", NAMES),
    ("pipeDelimited", True, STRINGS, "color=blue&color=black&color=brown", NAMES),
    ("pipeDelimited", True, INTEGERS, "color=1|2", [1, 2]),
    ("form", False, INTEGERS, "color=1%2C2%2c3", [1, 2, 3]),
    # Nothing there.
    ("form", True, STRING, "", ABSENT),
    ("form", True, STRING, "colour=blue", ABSENT),
    ("form", False, STRINGS, "colors=blue", ABSENT),
    ("form", True, COLOR, "X=1", ABSENT),
    ("form", True, COLOR, "color=R,100,G,200,B,150", ABSENT),
    ("deepObject", True, COLOR, "R=100", ABSENT),
    ("deepObject", True, COLOR, "color=R,100", ABSENT),
    ("pipeDelimited", False, STRINGS, "R=1|2", ABSENT),
    # Exploded and not are two forms.
    ("form", True, INTEGERS, "color=1,2,3", INVALID),
    ("form", True, STRINGS, "color=blue,black", ["blue,black"]),
    ("form", False, INTEGERS, "color=1|2", INVALID),
    ("pipeDelimited", False, INTEGERS, "color=1,2", INVALID),
    ("spaceDelimited", False, INTEGERS, "color=1,2", INVALID),
    # Types.
    ("form", True, INTEGER, "color=1", 1),
    ("form", True, INTEGER, "color=-1", -1),
    ("form", True, INTEGER, "color=%31", 1),
    ("form", True, INTEGER, "color=1.5", INVALID),
    ("form", True, INTEGER, "color=1_0", INVALID),
    ("form", True, INTEGER, "color=%EF%BC%91", INVALID),
    ("form", True, INTEGER, "color=", INVALID),
    ("form", True, INTEGER, "color", INVALID),
    ("form", True, NUMBER, "color=1", 1.0),
    ("form", True, NUMBER, "color=1e3", 1000.0),
    ("form", True, NUMBER, "color=nan", INVALID),
    ("form", True, BOOLEAN, "color=true", True),
    ("form", True, BOOLEAN, "color=false", False),
    ("form", True, BOOLEAN, "color=1", INVALID),
    ("form", True, BOOLEAN, "color=True", INVALID),
    ("form", True, STRING, "color=1", "1"),
    ("form", True, STRING, "color=true", "true"),
    ("form", True, STRING, "color=null", "null"),
    ("form", True, {}, "color=1", "1"),
    ("form", True, {"enum": [1, 2]}, "color=2", 2),
    ("form", True, {"enum": [1, 2]}, "color=3", INVALID),
    ("form", True, {"enum": ["1", "2"]}, "color=2", "2"),
    ("form", True, {"const": True}, "color=true", True),
    ("form", True, {"minimum": 3}, "color=5", 5.0),
    ("form", True, {"minimum": 3}, "color=1", INVALID),
    ("form", True, {"items": INTEGER}, "color=1&color=2", [1, 2]),
    ("form", True, {"type": ["integer", "null"]}, "color=", None),
    ("form", True, {"type": ["integer", "null"]}, "color=null", None),
    ("form", True, {"type": ["integer", "null"]}, "color=4", 4),
    ("form", True, {"type": ["integer", "null"]}, "color=x", INVALID),
    ("form", True, {"allOf": [INTEGER, {"minimum": 3}]}, "color=4", 4),
    ("form", True, {"allOf": [INTEGER, {"minimum": 3}]}, "color=2", INVALID),
    # Unions.
    ("form", True, CHOICE, "color=1", [1]),
    ("form", True, CHOICE, "color=1&color=2", [1, 2]),
    ("form", True, CHOICE, "color=all", "all"),
    ("form", True, CHOICE, "color=none", INVALID),
    ("form", True, CHOICE, "color=1&color=x", INVALID),
    ("form", False, CHOICE, "color=1,2", [1, 2]),
    ("form", False, CHOICE, "color=all", "all"),
    ("form", True, {"oneOf": [INTEGER, BOOLEAN]}, "color=true", True),
    ("form", True, {"oneOf": [INTEGER, BOOLEAN]}, "color=7", 7),
    ("form", True, {"type": ["integer", "string"]}, "color=7", 7),
    ("form", True, {"type": ["integer", "string"]}, "color=seven", "seven"),
    ("form", True, {"anyOf": [{**INTEGER, "maximum": 5}, STRING]}, "color=7", "7"),
    ("form", True, {"anyOf": [STRING, PAGE]}, "offset=1", {"offset": 1}),
    ("form", True, {"anyOf": [STRING, PAGE]}, "color=1", "1"),
    ("form", True, {"type": "array", "items": {"anyOf": [INTEGER, STRING]}}, "color=1&color=a",
     [1, "a"]),
    # Empty arrays and items.
    ("form", True, INTEGERS, "color=", []),
    ("form", False, INTEGERS, "color=", []),
    ("form", True, STRINGS, "color=", [""]),
    ("form", False, STRINGS, "color=", []),
    ("form", False, {**STRINGS, "minItems": 1}, "color=", [""]),
    ("form", True, {**INTEGERS, "minItems": 1}, "color=", INVALID),
    ("form", False, STRINGS, "color=a,,b", ["a", "", "b"]),
    ("form", False, INTEGERS, "color=1,,2", INVALID),
    ("pipeDelimited", False, INTEGERS, "color=", []),
    # Reserved characters: an encoded delimiter is data.
    ("form", False, STRINGS, "color=a%2Cb,c", ["a,b", "c"]),
    ("form", True, STRING, "color=a%26b%3Dc", "a&b=c"),
    ("form", True, STRING, "color=a=b", "a=b"),
    ("form", True, STRING, "color=a+b%2Bc%20d", "a b+c d"),
    ("form", True, STRING, "color=/?:@!$'()*,;", "/?:@!$'()*,;"),
    ("form", True, STRING, "color=z%C3%BCrich", "zürich"),
    ("form", False, COLOR, "color=R,1%30%30,G,200,B,150", RGB),
    ("deepObject", True, FILTER, "color[role]=a%5Bb%5D", {"role": "a[b]"}),
    # Objects.
    ("form", True, PAGE, "offset=0&limit=25", {"offset": 0, "limit": 25}),
    ("form", True, PAGE, "limit=25&other=x", {"limit": 25}),
    ("form", True, PAGE, "limit=many", INVALID),
    ("form", True, COLOR, "R=100&G=200", INVALID),
    ("form", True, NO_MORE, "R=100&G=200&B=150&page=2", RGB),
    ("form", True, OPEN, "a=1&b=2", {"a": 1, "b": 2}),
    ("form", True, OPEN, "a=1&b=x", INVALID),
    ("form", False, OPEN, "color=a,1,b,2", {"a": 1, "b": 2}),
    ("form", False, COLOR, "color=R,100,G,200,B", INVALID),
    ("form", False, NO_MORE, "color=R,100,G,200,B,150,A,1", INVALID),
    ("form", True, {"type": "object", "properties": {"ids": INTEGERS}}, "ids=1&ids=2",
     {"ids": [1, 2]}),
    ("spaceDelimited", False, COLOR, "color=R%20100%20G", INVALID),
    # Deep objects.
    ("deepObject", True, FILTER, "color[role]=admin", {"role": "admin"}),
    ("deepObject", True, FILTER, "color[role]=1&color[age]=2", {"role": "1", "age": 2}),
    ("deepObject", True, FILTER, "color[age]=2", INVALID),
    ("deepObject", True, FILTER, "color[role]=a&color[age]=x", INVALID),
    ("deepObject", True, FILTER, "color[role]=a&color[rule]=b", INVALID),
    ("deepObject", True, FILTER, "color[role]=a&filter[x]=1", {"role": "a"}),
    ("deepObject", True, FILTER, "color[role]=a&color[tags]=b&color[tags]=c",
     {"role": "a", "tags": ["b", "c"]}),
    ("deepObject", True, FILTER, "color[role]=a&color[tags][]=b&color[tags][]=c",
     {"role": "a", "tags": ["b", "c"]}),
    ("deepObject", True, FILTER, "color[role]=a&color[tags][1]=c&color[tags][0]=b",
     {"role": "a", "tags": ["b", "c"]}),
    ("deepObject", True, FILTER, "color[role]=a&color[at][city]=b&color[at][zip]=9",
     {"role": "a", "at": {"city": "b", "zip": 9}}),
    ("deepObject", True, FILTER, "color[role]=a&color[at][zip]=x", INVALID),
    ("deepObject", True, FILTER, "color[role]=a&color[at]=b&color[at][zip]=1", INVALID),
    ("deepObject", True, FILTER, "color[role=a", INVALID),
    ("deepObject", True, OPEN, "color[a]=1&color[b]=2", {"a": 1, "b": 2}),
    ("deepObject", True, INTEGERS, "color[]=1&color[]=2", [1, 2]),
    ("deepObject", True, INTEGERS, "color=1&color=2", [1, 2]),
]  # fmt: skip


@pytest.mark.parametrize(("style", "explode", "schema", "wire", "expected"), QUERY)
def test_query(style: str, explode: bool, schema: dict[str, Any], wire: str, expected: Any) -> None:
    """Query parameters: form, delimited and deep."""
    scope = {"query_string": wire.encode()}
    check_value(read(definition("query", style, explode, schema), schema, scope), expected)


def test_names_of_other_parameters() -> None:
    """An exploded object that may have any members does not take other parameters."""
    shape = shape_of([OPEN], lambda found: found)
    found = Definition("rest", "query", "form", True, shape, taken=frozenset({"page"}))
    check_value(read(found, OPEN, {"query_string": b"a=1&page=x"}), {"a": 1})
    check_value(read(found, OPEN, {"query_string": b"page=x"}), ABSENT)


@pytest.mark.parametrize(
    ("pattern", "wire", "expected"),
    [("^a[+]b$", "a+b", "a+b"), ("^a b$", "a+b", "a b"), ("^a/b[?]c$", "a/b?c", "a/b?c")],
)
def test_allow_reserved(pattern: str, wire: str, expected: str) -> None:
    """With `allowReserved`, a plus may be itself."""
    schema = {**STRING, "pattern": pattern}
    found = Definition("color", "query", "form", True, allow_reserved=True)
    check_value(read(found, schema, {"query_string": f"color={wire}".encode()}), expected)


# --- in headers and cookies

HEADER: list[tuple[bool, dict[str, Any], str, Any]] = [
    (False, STRING, "", ""),
    (False, STRING, "blue", "blue"),
    (False, STRINGS, "blue,black,brown", NAMES),
    (True, STRINGS, "blue, black ,brown", NAMES),
    (False, COLOR, "R,100,G,200,B,150", RGB),
    (True, COLOR, "R=100,G=200,B=150", RGB),
    (True, COLOR, "R=100, G=200, B=150", RGB),
    (False, INTEGER, "5", 5),
    (False, INTEGER, "x", INVALID),
    (False, INTEGERS, "1, 2", [1, 2]),
    (False, INTEGERS, "1, x", INVALID),
    (False, STRING, "a,b", "a,b"),
    (False, STRING, "100%25", "100%25"),
    (False, {**STRING, "pattern": "^a b$"}, "a%20b", "a b"),
    (False, COLOR, "R=100,G=200,B=150", INVALID),
]


@pytest.mark.parametrize(("explode", "schema", "wire", "expected"), HEADER)
def test_header(explode: bool, schema: dict[str, Any], wire: str, expected: Any) -> None:
    """Header parameters: simple, and not percent-encoded."""
    scope = {HEADERS: {b"color": wire.encode()}}
    check_value(read(definition("header", "simple", explode, schema), schema, scope), expected)


def test_header_lines() -> None:
    """Several lines of a header are one list (RFC 9110 section 5.3)."""
    lines = [(b"color", b"1"), (b"other", b"x"), (b"color", b"2, 3")]
    scope = {"headers": lines, HEADERS: dict(lines)}
    check_value(read(definition("header", "simple", False, INTEGERS), INTEGERS, scope), [1, 2, 3])


COOKIE: list[tuple[str, bool, dict[str, Any], str, Any]] = [
    ("form", True, STRING, "color=blue", "blue"),
    ("form", True, STRING, "a=b; color=blue; c=d", "blue"),
    ("form", True, STRING, "color=", ""),
    ("form", True, STRING, "colour=blue", ABSENT),
    ("form", True, INTEGER, "color=5", 5),
    ("form", True, INTEGER, "color=x", INVALID),
    ("form", False, STRINGS, "color=blue,black,brown", NAMES),
    ("form", True, STRINGS, "color=blue; color=black; color=brown", NAMES),
    ("form", True, INTEGERS, "color=1&color=2", [1, 2]),
    ("form", False, COLOR, "color=R,100,G,200,B,150", RGB),
    ("form", True, COLOR, "R=100&G=200&B=150", RGB),
    ("form", True, COLOR, "R=100; G=200; B=150", RGB),
    ("form", True, STRING, "color=a%20b", "a b"),
    ("cookie", True, STRING, "color=a%20b", "a%20b"),
    ("cookie", True, COLOR, "R=100; G=200; B=150", RGB),
    ("cookie", False, INTEGERS, "color=1,2", [1, 2]),
    ("cookie", True, INTEGERS, "color=1; color=2", [1, 2]),
]


@pytest.mark.parametrize(("style", "explode", "schema", "wire", "expected"), COOKIE)
def test_cookie(
    style: str, explode: bool, schema: dict[str, Any], wire: str, expected: Any
) -> None:
    """Cookie parameters: form, and the style of OpenAPI 3.2."""
    scope = {HEADERS: {b"cookie": wire.encode()}}
    check_value(read(definition("cookie", style, explode, schema), schema, scope), expected)


@pytest.mark.parametrize("location", ["query", "header", "cookie"])
def test_no_header_at_all(location: str) -> None:
    """A request without query, headers and cookies has no parameters."""
    style = "simple" if location == "header" else "form"
    check_value(read(definition(location, style, True, STRING), STRING, {}), ABSENT)


# --- with a media type


@pytest.mark.parametrize(
    ("location", "media_type", "scope", "expected"),
    [
        ("query", "application/json", {"query_string": b"color=%7B%22a%22:1%7D"}, {"a": 1}),
        ("query", "application/json", {"query_string": b"color=%7B%22a%22:+1%7D"}, {"a": 1}),
        ("query", "application/json", {"query_string": b"other=1"}, ABSENT),
        ("path", "application/json", {RAW_PATH: {"color": "%5B1,2%5D"}}, [1, 2]),
        ("header", "application/json", {HEADERS: {b"color": b'{"a": 1}'}}, {"a": 1}),
        ("cookie", "application/json", {HEADERS: {b"cookie": b"color=%7B%7D"}}, {}),
        ("querystring", "application/json", {"query_string": b"%7B%22a%22:1%7D"}, {"a": 1}),
        ("querystring", "application/json", {}, ABSENT),
    ],
)
def test_content(location: str, media_type: str, scope: dict[str, Any], expected: Any) -> None:
    """A parameter with `content` is a text of its media type."""
    found = Definition("color", location, "form", True, media_type=media_type, path_name="color")
    check_value(read(found, {}, dict(scope)), expected)


def test_malformed_content() -> None:
    """A text that is not of its media type is an error that says so."""
    found = Definition("color", "query", "form", True, media_type="application/json")
    with pytest.raises(MalformedParameterError, match="not valid JSON"):
        read(found, {}, {"query_string": b"color=%7B"})


# --- over HTTP

DOCUMENT = """
openapi: 3.1.1
info: {title: Parameters, version: '1'}
paths:
  /deep:
    get:
      parameters:
        - name: filter
          in: query
          required: true
          style: deepObject
          schema: {type: object, required: [role], properties: {role: {enum: [admin, guest]}}}
      responses: {'200': {description: OK}}
  /page:
    get:
      parameters:
        - name: pagination
          in: query
          required: true
          schema: {type: object, properties: {offset: {type: integer}, limit: {type: integer}}}
      responses: {'200': {description: OK}}
  /pipes:
    get:
      parameters:
        - {name: ids, in: query, style: pipeDelimited, explode: false,
           schema: {type: array, items: {type: integer}}}
      responses: {'200': {description: OK}}
  /choice:
    get:
      parameters:
        - name: id
          in: query
          schema:
            anyOf: [{type: array, items: {type: integer}}, {type: string, enum: [all]}]
      responses: {'200': {description: OK}}
  /content:
    get:
      parameters:
        - name: f
          in: query
          content:
            application/json: {schema: {required: [a], properties: {a: {type: integer}}}}
      responses: {'200': {description: OK}}
  /headers:
    get:
      parameters:
        - {name: Accept, in: header, required: true, schema: {enum: [application/json]}}
        - {name: content-type, in: header, required: true, schema: {enum: [application/json]}}
        - {name: Authorization, in: header, required: true, schema: {type: integer}}
        - {name: X-Ids, in: header, schema: {type: array, items: {type: integer}}}
      responses: {'200': {description: OK}}
  /empty:
    get:
      parameters:
        - {name: flag, in: query, allowEmptyValue: true, schema: {type: integer}}
      responses: {'200': {description: OK}}
  /matrix/{id}:
    get:
      parameters: [{name: id, in: path, required: true, style: matrix, schema: {type: integer}}]
      responses: {'200': {description: OK}}
  /label/{id}:
    get:
      parameters: [{name: id, in: path, required: true, style: label, schema: {type: integer}}]
      responses: {'200': {description: OK}}
"""


@pytest.fixture(scope="module")
def mocked(serve_for_all: Serve) -> httpx.Client:
    """A mock of the document."""
    return serve_for_all(DOCUMENT)


@pytest.mark.parametrize(
    ("place", "wrong"),
    [
        ("/deep?filter[role]=admin", ""),
        ("/deep?filter%5Brole%5D=admin", ""),
        ("/deep", "'filter' is required"),
        ("/deep?filter[role]=nobody", "'filter' is not valid at /role"),
        ("/deep?filter[role]=admin&other=1", ""),
        ("/page?offset=0&limit=25", ""),
        ("/page?limit=x", "'pagination' is not valid at /limit"),
        ("/page", "'pagination' is required"),
        ("/pipes?ids=1%7C2", ""),
        ("/pipes?ids=1|x", "'ids' is not valid at /1"),
        ("/choice?id=1", ""),
        ("/choice?id=1&id=2", ""),
        ("/choice?id=all", ""),
        ("/choice?id=none", "'id' is not valid"),
        ("/content?f=%7B%22a%22:1%7D", ""),
        ("/content?f=%7B%22a%22:%22x%22%7D", "'f' is not valid at /a"),
        ("/content?f=%7B", "'f' is not valid JSON"),
        ("/headers", ""),
        ("/empty?flag", ""),
        ("/empty?flag=", ""),
        ("/empty?flag=1", ""),
        ("/empty?flag=x", "'flag' is not valid"),
        ("/matrix/;id=5", ""),
        ("/matrix/5", "'id' is not written as the style 'matrix' wants it"),
        ("/matrix/;id=x", "'id' is not valid"),
        ("/label/.5", ""),
        ("/label/5", "'id' is not written as the style 'label' wants it"),
    ],
)
def test_over_http(mocked: httpx.Client, place: str, wrong: str) -> None:
    """Valid parameters are accepted; for others the 400 names the parameter and what is wrong."""
    answer = mocked.get(place)
    if wrong:
        check_undocumented(answer, 400, wrong)
    else:
        assert answer.status_code == 200


def test_header_arrays_over_http(mocked: httpx.Client) -> None:
    """A header array may stand on several lines."""
    assert mocked.get("/headers", headers=[("X-Ids", "1"), ("X-Ids", "2, 3")]).status_code == 200
    check_undocumented(mocked.get("/headers", headers={"X-Ids": "1, x"}), 400, "'X-Ids'")
