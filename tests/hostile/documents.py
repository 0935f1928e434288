"""Documents that nobody writes by accident: each with one extreme, as text."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

HEAD = '{"openapi": "3.1.0", "info": {"title": "Extremes", "version": "1"}, "paths": '
HUGE = 10**10


def _document(paths: Any, **rest: Any) -> str:
    return json.dumps(
        {"openapi": "3.1.0", "info": {"title": "Extremes", "version": "1"}, "paths": paths, **rest}
    )


def _operation(schema: Any, media: str = "application/json", **more: Any) -> dict[str, Any]:
    """Takes and answers what has a schema."""
    content = {"content": {media: {"schema": schema}}}
    return {
        "requestBody": content,
        "responses": {"200": {"description": "fine", **content}},
        **more,
    }


def _body(schema: Any, **rest: Any) -> str:
    return _document({"/things": {"post": _operation(schema)}}, **rest)


def _raw(schema: str) -> str:
    """A schema as JSON text, which no writer of JSON would write."""
    return _body("SCHEMA").replace('"SCHEMA"', schema)


def _yaml_schema(keyword: str) -> str:
    return (
        "openapi: 3.1.0\ninfo: {title: Extremes, version: '1'}\n"
        "paths: {/a: {get: {responses: {'200': {description: a, content: {application/json: "
        f"{{schema: {{{keyword}}}}}}}}}}}}}}}}}\n"
    )


def _nested(depth: int) -> Any:
    schema: Any = {"type": "string"}
    for _ in range(depth):
        schema = {"type": "object", "properties": {"a": schema}, "required": ["a"]}
    return schema


def _paths(number: int) -> str:
    return _document(
        {
            f"/things{n}/{{id}}": {
                "get": {
                    "summary": "Reads a thing.",
                    "parameters": [
                        {"name": "id", "in": "path", "required": True, "schema": {"type": "string"}}
                    ],
                    "responses": {
                        "200": {
                            "description": "The thing.",
                            "content": {
                                "application/json": {
                                    "schema": {"$ref": "#/components/schemas/Thing"}
                                }
                            },
                        },
                        "404": {"description": "Thing.Gone — there is none."},
                    },
                }
            }
            for n in range(number)
        },
        components={
            "schemas": {"Thing": {"type": "object", "properties": {"id": {"type": "string"}}}}
        },
    )


def _chain(number: int) -> str:
    """References from one schema to the next."""
    schemas: dict[str, Any] = {
        f"S{n}": {"$ref": f"#/components/schemas/S{n + 1}"} for n in range(number)
    }
    schemas[f"S{number}"] = {"type": "string"}
    return _body({"$ref": "#/components/schemas/S0"}, components={"schemas": schemas})


def _doubling(depth: int, keyword: str) -> str:
    """Schemas that would be 2 to the power of `depth` if each reference was written out."""
    schemas: dict[str, Any] = {
        f"S{n}": {keyword: [{"$ref": f"#/components/schemas/S{n + 1}"}] * 2} for n in range(depth)
    }
    schemas[f"S{depth}"] = {"type": "object", "properties": {"a": {"type": "string"}}}
    return _body({"$ref": "#/components/schemas/S0"}, components={"schemas": schemas})


def _growing(depth: int) -> str:
    """Objects with two required members each, down to a depth."""
    schemas: dict[str, Any] = {
        f"S{n}": {
            "type": "object",
            "required": ["a", "b"],
            "properties": {
                "a": {"$ref": f"#/components/schemas/S{n + 1}"},
                "b": {"$ref": f"#/components/schemas/S{n + 1}"},
            },
        }
        for n in range(depth)
    }
    schemas[f"S{depth}"] = {"type": "string"}
    return _body({"$ref": "#/components/schemas/S0"}, components={"schemas": schemas})


def _endless() -> str:
    node = {
        "type": "object",
        "required": ["next"],
        "properties": {"next": {"$ref": "#/components/schemas/Node"}},
    }
    return _body({"$ref": "#/components/schemas/Node"}, components={"schemas": {"Node": node}})


def _collection(schema: Any) -> str:
    """Items that the mock remembers, with a member of a schema."""
    item = {
        "type": "object",
        "required": ["id", "member"],
        "properties": {"id": {"type": "string"}, "member": schema},
    }
    listed, one = {"type": "array", "items": item}, _operation(item)
    del one["requestBody"]
    name = {"name": "id", "in": "path", "required": True, "schema": {"type": "string"}}
    parameter = {"name": "member", "in": "query", "schema": schema}
    listing = {**_operation(listed), "parameters": [parameter]}
    del listing["requestBody"]
    created = {**_operation(item), "responses": {"201": one["responses"]["200"]}}
    return _document(
        {
            "/things": {"get": listing, "post": created},
            "/things/{id}": {"parameters": [name], "get": one, "delete": one},
        }
    )


def _parameter(name: str, place: str, schema: Any) -> str:
    operation = {
        "parameters": [{"name": name, "in": place, "required": True, "schema": schema}],
        "responses": {"200": {"description": "fine"}},
    }
    return _document({"/things": {"get": operation}})


def _header(name: str, schema: Any, **more: Any) -> str:
    operation = {
        "responses": {
            "200": {
                "description": "fine",
                "headers": {name: {"required": True, "schema": schema, **more}},
            }
        }
    }
    return _document({"/things": {"get": operation}})


def _described(text: str) -> str:
    return _document({"/things": {"get": {"responses": {"409": {"description": text}}}}})


def _example(value: Any, media: str = "application/json") -> str:
    answer = {"200": {"description": "fine", "content": {media: {"example": value}}}}
    return _document({"/things": {"get": {"responses": answer}}})


LINES = "a\r\nX-Injected: 1\r\n\r\nb"

EXTREMES: dict[str, Callable[[], str]] = {
    # numbers
    "an integer of a million digits": lambda: _raw(
        '{"type": "integer", "minimum": ' + "9" * 10**6 + "}"
    ),
    "a constant of a million digits": lambda: _raw('{"const": ' + "9" * 10**6 + "}"),
    "an example of a million digits": lambda: _example("X").replace('"X"', "9" * 10**6),
    "a float of a million digits": lambda: _raw('{"minimum": 0.' + "9" * 10**6 + "}"),
    "a minimum of 1e999999": lambda: _raw('{"type": "number", "minimum": 1e999999}'),
    "an exponent of 20 digits": lambda: _raw(
        '{"type": "number", "multipleOf": 1e-99999999999999999999}'
    ),
    "NaN and Infinity": lambda: _raw('{"type": "number", "minimum": NaN, "maximum": Infinity}'),
    "minus zero": lambda: _raw('{"type": "integer", "minimum": -0, "maximum": -0.0}'),
    "a huge multipleOf": lambda: _body({"type": "integer", "multipleOf": 10**300}),
    "a tiny multipleOf": lambda: _body({"type": "number", "multipleOf": 1e-300, "minimum": 1}),
    "a multipleOf of zero": lambda: _body({"type": "number", "multipleOf": 0}),
    "integers beyond floats": lambda: _body(
        {"type": "integer", "minimum": 10**400, "maximum": 10**400 + 5}
    ),
    "a collection of integers beyond 64 bits": lambda: _collection(
        {"type": "integer", "minimum": 10**30}
    ),
    # sizes that a schema asks for
    "minLength 10^10": lambda: _body({"type": "string", "minLength": HUGE}),
    "minItems 10^10": lambda: _body(
        {"type": "array", "items": {"type": "string"}, "minItems": HUGE}
    ),
    "minProperties 10^10": lambda: _body({"type": "object", "minProperties": HUGE}),
    "minContains 10^10": lambda: _body(
        {"type": "array", "contains": {"const": 1}, "minContains": HUGE}
    ),
    "unique items that there are not": lambda: _body(
        {"type": "array", "items": {"enum": [1, 2]}, "uniqueItems": True, "minItems": 5}
    ),
    "minItems within minItems": lambda: _body(
        {
            "type": "array",
            "minItems": 5000,
            "items": {
                "type": "array",
                "minItems": 5000,
                "items": {"type": "string", "minLength": 5000},
            },
        }
    ),
    "maxLength 10^30": lambda: _body({"type": "string", "maxLength": 10**30, "minLength": 10**30}),
    "prefixItems of 50,000": lambda: _body(
        {"type": "array", "prefixItems": [{"type": "integer"}] * 50_000, "minItems": 50_000}
    ),
    # what no value fits
    "unsatisfiable": lambda: _body({"allOf": [{"type": "string"}, {"type": "integer"}]}),
    "false": lambda: _body(False),
    "not true": lambda: _body({"not": {}}),
    "an empty enum": lambda: _body({"enum": []}),
    "crossed bounds": lambda: _body({"type": "integer", "minimum": 5, "maximum": 1}),
    "an endless object": _endless,
    "dependent required for ever": lambda: _body(
        {"type": "object", "required": ["a"], "properties": {"a": False}}
    ),
    # many
    "100,000 enum values": lambda: _body({"enum": [f"v{n}" for n in range(100_000)]}),
    "100,000 properties": lambda: _body(
        {"type": "object", "properties": {f"p{n}": {"type": "string"} for n in range(100_000)}}
    ),
    "20,000 required properties": lambda: _body(
        {
            "type": "object",
            "required": [f"p{n}" for n in range(20_000)],
            "properties": {f"p{n}": {"type": "string"} for n in range(20_000)},
        }
    ),
    "20,000 branches": lambda: _body({"oneOf": [{"const": n} for n in range(20_000)]}),
    "2,000 object branches": lambda: _body(
        {
            "oneOf": [
                {
                    "type": "object",
                    "required": [f"a{n}"],
                    "properties": {f"a{n}": {"type": "string"}},
                }
                for n in range(2_000)
            ]
        }
    ),
    "5,000 parts": lambda: _body(
        {
            "allOf": [
                {"type": "object", "properties": {f"p{n}": {"type": "string"}}}
                for n in range(5_000)
            ]
        }
    ),
    "10,000 tags, servers and schemes": lambda: _document(
        {"/things": {"get": _operation({"type": "string"}, tags=[f"t{n}" for n in range(10_000)])}},
        tags=[{"name": f"t{n}"} for n in range(10_000)],
        servers=[{"url": f"https://h{n}.example/v{n}"} for n in range(10_000)],
        components={
            "securitySchemes": {
                f"k{n}": {"type": "apiKey", "in": "header", "name": f"X-{n}"} for n in range(10_000)
            }
        },
        security=[{f"k{n}": []} for n in range(10_000)],
    ),
    "a server of many variables": lambda: _document(
        {"/things": {"get": _operation({"type": "string"})}},
        servers=[
            {
                "url": "https://h.example/" + "/".join(f"{{v{n}}}" for n in range(200)),
                "variables": {
                    f"v{n}": {"default": "a", "enum": ["a", "b", "c"]} for n in range(200)
                },
            }
        ],
    ),
    "1,000 parameters": lambda: _document(
        {
            "/things": {
                "get": {
                    **_operation({"type": "string"}),
                    "parameters": [
                        {"name": f"p{n}", "in": "query", "schema": {"type": "integer"}}
                        for n in range(1_000)
                    ],
                }
            }
        }
    ),
    "a path of 2,000 parameters": lambda: _document(
        {"/" + "/".join(f"{{p{n}}}" for n in range(2_000)): {"get": _operation({"type": "string"})}}
    ),
    "1,000 responses of examples": lambda: _document(
        {
            "/things": {
                "get": {
                    "responses": {
                        str(s): {
                            "description": "x",
                            "content": {
                                "application/json": {
                                    "examples": {
                                        f"E{n}": {"value": {"code": f"Code.E{n}"}}
                                        for n in range(200)
                                    }
                                }
                            },
                        }
                        for s in range(400, 500)
                    }
                }
            }
        }
    ),
    "10,000 codes of prose": lambda: _described(
        "\n".join(f"Thing.C{n} — what it means" for n in range(10_000))
    ),
    "2,000 paths": lambda: _paths(2_000),
    "2,000 operations of one path shape": lambda: _document(
        {f"/{{a{n}}}/x{n}": {"get": _operation({"type": "string"})} for n in range(2_000)}
    ),
    # deep
    "depth 150": lambda: _body(_nested(45)),
    "depth 100,000 of JSON": lambda: _raw('{"allOf":[' * 100_000 + "{}" + "]}" * 100_000),
    "depth 100,000 of arrays": lambda: _raw("[" * 100_000 + "]" * 100_000),
    "an example of depth 190": lambda: _example("X").replace('"X"', "[" * 185 + "]" * 185),
    "references 3,000 deep": lambda: _chain(3_000),
    "2 to the 13 by allOf": lambda: _doubling(13, "allOf"),
    "2 to the 13 by oneOf": lambda: _doubling(13, "oneOf"),
    "2 to the 25 by allOf": lambda: _doubling(25, "allOf"),
    "2 to the 25 by oneOf": lambda: _doubling(25, "oneOf"),
    "2 to the 25 by anyOf": lambda: _doubling(25, "anyOf"),
    "2 to the 25 by members": lambda: _growing(25),
    # texts
    "a key of 100,000 letters": lambda: _body(
        {
            "type": "object",
            "required": ["k" * 100_000],
            "properties": {"k" * 100_000: {"type": "string"}},
        }
    ),
    "a YAML key of 100,000 letters": lambda: (
        "openapi: 3.1.0\ninfo: {title: a, version: '1'}\n" + "k" * 100_000 + ": 1\npaths: {}\n"
    ),
    "a path of 100,000 letters": lambda: _document(
        {"/" + "p" * 100_000: {"get": _operation({"type": "string"})}}
    ),
    "a title of a million letters": lambda: _body({}).replace("Extremes", "x" * 10**6),
    "a code of 100,000 letters": lambda: _described("Thing." + "C" * 100_000 + " — what"),
    "prose of spaces": lambda: _described("Thing" + " " * 100_000 + "x" + "- " * 50_000),
    "prose of backticks": lambda: _described("`" * 100_000 + "|" * 100_000),
    "prose of dots": lambda: _described("A.b" * 50_000 + " — x"),
    "lone surrogates": lambda: _raw('{"const": "\\ud800"}'),
    "a lone surrogate as a key": lambda: _raw('{"properties": {"\\udc00": {"type": "string"}}}'),
    "duplicate keys": lambda: _raw('{"type": "string", "type": "integer", "const": 1, "const": 2}'),
    # names
    "a media type with line breaks": lambda: _document(
        {"/things": {"post": _operation({"type": "string"}, f"text/plain; x={LINES}")}}
    ),
    "a media type that is none": lambda: _document(
        {"/things": {"post": _operation({"type": "string"}, "no media type\n at all")}}
    ),
    "a media type of other letters": lambda: _document(
        {"/things": {"post": _operation({"type": "string"}, "text/plän\u2028; x=é")}}
    ),
    "a media type without a slash": lambda: _document(
        {"/things": {"post": _operation({"type": "string"}, "a")}}
    ),
    "a header with line breaks": lambda: _header(LINES, {"type": "string"}),
    "a header's example with line breaks": lambda: _header(
        "X-Thing", {"type": "string"}, example=LINES
    ),
    "a header's constant with line breaks": lambda: _header("X-Thing", {"const": LINES}),
    "a header without a name": lambda: _header("", {"type": "string"}),
    "a header that frames": lambda: _header("Content-Length", {"const": "5"}),
    "a header that chunks": lambda: _header("Transfer-Encoding", {"const": "chunked"}),
    "a parameter with line breaks": lambda: _parameter(LINES, "query", {"type": "string"}),
    "a header parameter with line breaks": lambda: _parameter(LINES, "header", {"type": "string"}),
    "a cookie with line breaks": lambda: _parameter(LINES, "cookie", {"type": "string"}),
    "a path with line breaks": lambda: _document(
        {"/a\r\nb\u2028c\x1b[2J": {"get": _operation({"type": "string"})}}
    ),
    "a path that is none": lambda: _document(
        {
            "things": {"get": _operation({"type": "string"})},
            "/%zz": {"get": _operation({"type": "string"})},
            "/a?b#c": {"get": _operation({"type": "string"})},
            "/{": {"get": _operation({})},
            "/{}": {"get": _operation({})},
            "/{a}{b}": {"get": _operation({})},
        }
    ),
    "a code with line breaks": lambda: _document(
        {
            "/things": {
                "get": {
                    "responses": {
                        "409": {
                            "description": "x",
                            "content": {
                                "application/json": {
                                    "examples": {"E": {"value": {"code": f"Thing.{LINES}"}}}
                                }
                            },
                        }
                    }
                }
            }
        }
    ),
    "an example's name with line breaks": lambda: _document(
        {
            "/things": {
                "get": {
                    "responses": {
                        "200": {
                            "description": "x",
                            "content": {
                                "application/json": {
                                    "examples": {LINES: {"value": 1}, "": {"value": 2}}
                                }
                            },
                        }
                    }
                }
            }
        }
    ),
    "an operationId with line breaks": lambda: _document(
        {"/things": {"get": {**_operation({}), "operationId": LINES}}}
    ),
    "a schema's name with line breaks": lambda: _body(
        {"$ref": "#/components/schemas/a%0Ab"}, components={"schemas": {"a\nb": {"type": "string"}}}
    ),
    "a status that is none": lambda: _document(
        {
            "/things": {
                "get": {
                    "responses": {
                        "99999999999999999999": {"description": "x"},
                        "2\n00": {"description": "x"},
                        "-1": {"description": "x"},
                        "²00": {"description": "x"},
                    }
                }
            }
        }
    ),
    "a status of one line only": lambda: _document(
        {
            "/things": {
                "get": {
                    "responses": {
                        "100": {"description": "x"},
                        "101": {"description": "y"},
                        "204": {
                            "description": "z",
                            "content": {"application/json": {"example": 1}},
                        },
                        "999": {"description": "z"},
                    }
                }
            }
        }
    ),
    "a method that is none": lambda: _document(
        {"/things": {"GET": _operation({}), "x\r\ny": _operation({}), "get": _operation({})}}
    ),
    "a server with line breaks": lambda: _document(
        {"/things": {"get": _operation({})}},
        servers=[
            {"url": f"https://x/{LINES}"},
            {"url": "://"},
            {"url": "http://[::1"},
            {"url": "http://x:99999999/"},
        ],
    ),
    "a scheme with line breaks": lambda: _document(
        {"/things": {"get": _operation({})}},
        components={
            "securitySchemes": {
                "k": {"type": "apiKey", "in": "header", "name": LINES},
                "h": {"type": "http", "scheme": LINES},
            }
        },
        security=[{"k": [], "h": []}],
    ),
    # patterns
    "catastrophic patterns": lambda: _body(
        {
            "type": "object",
            "required": ["a", "b", "c"],
            "properties": {
                "a": {"type": "string", "pattern": "^(a+)+$", "minLength": 5000},
                "b": {"type": "string", "pattern": "(?=(a+)+b)a"},
                "c": {"type": "string", "pattern": "^(a|a)*(?!b)\\1$"},
            },
        }
    ),
    "patterns of many": lambda: _body(
        {"type": "string", "pattern": "^(((a{100}){100}){100}){100}$"}
    ),
    "a pattern of 100,000 letters": lambda: _body({"type": "string", "pattern": "a" * 100_000}),
    "a pattern 5,000 deep": lambda: _body({"type": "string", "pattern": "(" * 5_000 + ")" * 5_000}),
    "a pattern of branches": lambda: _body(
        {"type": "string", "pattern": "|".join(f"a{n}" for n in range(20_000))}
    ),
    "a pattern and its length": lambda: _body({"type": "string", "pattern": "^a{1000000}$"}),
    "a pattern no text fits": lambda: _body({"type": "string", "pattern": "a^", "minLength": 3}),
    "pattern properties": lambda: _body(
        {
            "type": "object",
            "patternProperties": {"^(a+)+$": {"type": "integer"}, "(?=(a+)+b)a": {}},
            "minProperties": 50,
        }
    ),
    # YAML
    "YAML aliases": lambda: (
        "openapi: 3.1.0\na: &a [x, x, x, x, x, x, x, x, x, x]\n"
        + "".join(
            f"{b}: &{b} [{', '.join([f'*{a}'] * 10)}]\n"
            for a, b in zip("abcdef", "bcdefg", strict=True)
        )
        + "paths: {}\n"
    ),
    "YAML of a million digits": lambda: _yaml_schema("minimum: " + "9" * 10**6),
    "YAML hexadecimal of a million digits": lambda: _yaml_schema("const: 0x" + "f" * 10**6),
    "YAML of depth 100,000": lambda: "[" * 100_000,
    "YAML of 100,000 anchors": lambda: (
        "openapi: 3.1.0\ninfo: {title: a, version: '1'}\npaths: {}\nx: ["
        + ",".join(f"&a{n} 1, *a{n}" for n in range(100_000))
        + "]\n"
    ),
    "YAML in merge keys": lambda: (
        "openapi: 3.1.0\nx: &x {<<: ["
        + ",".join("{a: 1}" for _ in range(50_000))
        + "]}\npaths: {}\n"
    ),
    "control characters": lambda: _described(
        "Thing.Gone — \x1b[2J\x1b]8;;http://evil.example\x07 \x9b31m \u202e \u2066 \x7f"
    ),
    # references
    "references in a circle": lambda: _document(
        {"/a": {"$ref": "#/paths/~1b"}, "/b": {"$ref": "#/paths/~1a"}}
    ),
    "a reference to the root": lambda: _body({"$ref": "#"}),
    "a reference of 100,000 letters": lambda: _body({"$ref": "#/" + "a/" * 50_000}),
    "a reference to a device": lambda: _body({"$ref": "/dev/zero"}),
    "references by an index": lambda: _body(
        {"$ref": "#/components/schemas/A/allOf/99999999999999999999"},
        components={"schemas": {"A": {"allOf": []}}},
    ),
    "dynamic references": lambda: _body(
        {"$dynamicAnchor": "a", "properties": {"x": {"$dynamicRef": "#a"}}, "required": ["x"]}
    ),
    "an address as an id": lambda: _body({"$id": "http://[", "$ref": "http://[::1/x"}),
    "a discriminator of itself": lambda: _body(
        {"$ref": "#/components/schemas/A"},
        components={
            "schemas": {
                "A": {
                    "oneOf": [{"$ref": "#/components/schemas/A"}],
                    "discriminator": {
                        "propertyName": "t",
                        "mapping": {"a": "#/components/schemas/A"},
                    },
                }
            }
        },
    ),
    # the wrong kinds
    "lists for everything": lambda: (
        '{"openapi": "3.1.0", "info": [], "components": [], "servers": {}, "tags": 1, "paths": '
        '{"/a": {"get": {"responses": [], "parameters": {}, "requestBody": [], "tags": {}}}}}'
    ),
    "numbers for everything": lambda: (
        '{"openapi": 3.1, "info": {"title": 1e999, "version": 1}, "paths": {"/a": {"get": '
        '{"summary": 1, "operationId": 2, "responses": {"200": {"description": 3, "content": '
        '{"application/json": {"schema": 4, "example": 5}}}}}}}}'
    ),
    "nulls for everything": lambda: (
        '{"openapi": "3.1.0", "info": null, "components": {"schemas": {"a": null}}, "paths": '
        '{"/a": {"get": {"responses": {"200": null, "default": {"description": null, "content": '
        '{"application/json": null}, "headers": {"x": null}}}}}, "/b": null}}'
    ),
    "a page of backticks": lambda: "`" * 10**6,
}
"""The text of each document, by what is extreme about it."""
