"""What is read of each document in `documents/`, spelled out by hand."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

_JSON = "content/application~1json/schema"


@dataclass(frozen=True)
class Expected:
    """The cases that are read; the diagnostics, as `LINE NAME` (of the document itself, unless a
    file is named); and of some schemas, by JSON pointer, values that are valid and that are not.
    """

    cases: tuple[str, ...]
    diagnostics: tuple[str, ...] = ()
    verdicts: Mapping[str, tuple[list[Any], list[Any]]] = field(default_factory=dict)


def _at(path: str, method: str, status: str = "200") -> str:
    """The pointer of the JSON schema of a response."""
    return f"/paths/{path}/{method}/responses/{status}/{_JSON}"


def _parameter(number: int) -> str:
    return f"/paths/~1things/get/parameters/{number}/schema"


EXPECTED: Mapping[str, Expected] = {
    "openapi-3.0.0.yaml": Expected(
        cases=("GET /things 200", "TRACE /things 2XX", "TRACE /things default"),
    ),
    "openapi-3.2.0.yaml": Expected(
        cases=("QUERY /things 200", "COPY /things 201", "COPY /things 409 Thing.Exists"),
        verdicts={
            "/components/mediaTypes/Thing/schema": ([{"name": "n"}], [{}]),
            "/paths/~1things/query/responses/200/content/application~1jsonl/itemSchema": (
                [{"name": "n"}],
                [{}],
            ),
        },
    ),
    "version-without-patch.yaml": Expected(
        cases=("GET /things 200",), diagnostics=("2 unknown-version",)
    ),
    "folders/api/openapi.yaml": Expected(
        cases=("GET /things/{id} 200", "GET /things/{id} 410 Thing.Gone"),
        diagnostics=(
            "paths/thing.yaml:4 broken-reference",
            "parts/thing.json:7 forbidden-reference",
        ),
        verdicts={
            _at("~1things~1{id}", "get"): (
                [{"name": "n", "parts": [{"name": "n"}], "outside": 1}],
                [{}, {"name": ""}, {"name": "n", "parts": [{}]}],
            ),
            "/paths/~1things~1{id}/get/parameters/0/schema": ([7], ["7"]),
        },
    ),
    "ref-siblings-3.1.yaml": Expected(
        cases=("GET /things 200", "GET /things 404 Thing.Lost"),
        verdicts={_at("~1things", "get"): (["abc"], ["abcd", 1])},
    ),
    "ref-siblings-3.0.yaml": Expected(
        cases=("GET /things 200", "GET /things 404 Thing.Gone"),
        verdicts={_at("~1things", "get"): (["abc", "abcd"], [1])},
    ),
    "names-of-schemas.yaml": Expected(
        cases=("GET /things 200", "GET /things 400", "GET /things 404"),
        diagnostics=("21 broken-reference",),
        verdicts={
            _at("~1things", "get"): (
                [{"name": "n", "part": True, "size": 1}],
                [{"name": 1}, {"part": 1}, {"size": "1"}],
            ),
            _at("~1things", "get", "400"): ([{"code": 1}], [{}]),
            _at("~1things", "get", "404"): ([1], []),
        },
    ),
    "dynamic-reference.yaml": Expected(
        cases=("GET /numbers 200", "GET /unsure 200"),
        diagnostics=("19 dynamic-reference",),
        verdicts={
            _at("~1numbers", "get"): ([{"items": [1]}], [{"items": ["1"]}]),
            _at("~1unsure", "get"): ([1, "1", None], []),
            "/components/schemas/Page": ([{"items": [1, "1"]}], [{"items": 1}]),
        },
    ),
    "path-items-in-components.yaml": Expected(
        cases=(
            "GET /things 200",
            "POST /things 201",
            "DELETE /things 204",
            "GET /others 200",
            "POST /others 201",
        ),
        diagnostics=("8 broken-reference",),
    ),
    "references-that-are-none.yaml": Expected(
        cases=("GET /things 200",),
        diagnostics=("5 invalid-structure", "14 invalid-structure"),
        verdicts={_at("~1things", "get"): ([{}], [1])},
    ),
    "remote-reference.yaml": Expected(
        cases=("GET /things 200",),
        diagnostics=(
            "7 ignored-remote-reference",
            "16 ignored-remote-reference",
            "19 ignored-remote-reference",
        ),
        verdicts={
            _at("~1things", "get"): (
                [{"whatever": 1, "either": "x", "number": 1}, {"either": {}}],
                [{"number": "1"}, 1],
            )
        },
    ),
    "misplaced-references/openapi.yaml": Expected(
        cases=("GET /things 200", "POST /things 200"),
        diagnostics=(
            "3 misplaced-reference",
            "paths.yaml:2 misplaced-reference",
            "paths.yaml:4 misplaced-reference",
            "5 misplaced-reference",
            "components.yaml:4 misplaced-reference",
        ),
        verdicts={
            _at("~1things", "get"): ([{"name": "n"}], [{"name": 1}]),
            _at("~1things", "post"): ([{"name": "n"}], [{"name": 1}]),
        },
    ),
    "circles.yaml": Expected(
        cases=("GET /things 200", "GET /things 404"),
        diagnostics=(
            "22 circular-reference",
            "24 circular-reference",
            "12 broken-reference",
        ),
        verdicts={
            _at("~1things", "get"): ([{"left": {"left": {}}}], [{"left": {"left": 1}}]),
            _at("~1things", "get", "404"): ([1], []),
        },
    ),
    "enum-with-a-duplicate.json": Expected(
        cases=("GET /things 200",),
        diagnostics=("13 repeated-enum-value",),
        verdicts={_parameter(0): (["new", "old"], ["other"])},
    ),
    "patterns.yaml": Expected(
        cases=("GET /things 200",),
        diagnostics=("7 unusable-pattern", "8 unusable-pattern", "22 unusable-pattern"),
        verdicts={
            _parameter(0): (["anything"], [1]),
            _parameter(1): (["anything"], [1]),
            _parameter(2): (["ABCdef"], ["g", "ag"]),
            _parameter(3): (["a1", "1"], ["a", "A1"]),
            _parameter(4): (["é"], ["1", ""]),
            _parameter(5): (["a-b.c"], ["a b"]),
            _parameter(6): (["12"], ["12\n", "a12"]),
            _at("~1things", "get"): ([{"(": 1, "n": 1}], [{"n": "1"}]),
        },
    ),
    "example-that-does-not-fit.yaml": Expected(
        cases=("GET /things 200",),
        verdicts={_at("~1things", "get"): ([{"name": "n"}], [{"name": 7}])},
    ),
    "yaml-as-people-write-it.yaml": Expected(
        cases=("GET /things 200", "GET /things 404"),
        diagnostics=("4 invalid-structure",),
        verdicts={
            _parameter(0): (["NO", "on", "off", "yes"], [False, True, "no"]),
            _parameter(1): (["2024-05-01"], ["2024-05-01T00:00:00", "2024-13-01"]),
        },
    ),
    "repeated-keys.yaml": Expected(
        cases=("POST /things 201", "GET /others 200"),
        diagnostics=("2 repeated-key", "6 repeated-key", "11 repeated-key", "12 repeated-key"),
    ),
    "repeated-keys.json": Expected(cases=("GET /things 204",), diagnostics=("8 repeated-key",)),
    "operation-ids.yaml": Expected(
        cases=("GET /things 200", "POST /things 201", "DELETE /things 204"),
        diagnostics=("12 invalid-structure", "9 repeated-operation-id"),
    ),
    "no-responses.yaml": Expected(
        cases=(),
        diagnostics=(
            "5 invalid-structure",
            "7 invalid-structure",
            "9 invalid-structure",
            "5 no-responses",
            "10 no-responses",
            "6 no-responses",
            "8 no-responses",
        ),
    ),
    "parameters-twice.yaml": Expected(
        cases=("GET /things 200",),
        diagnostics=("10 repeated-parameter", "12 unused-path-parameter"),
    ),
    "undeclared-path-parameters.yaml": Expected(
        cases=("GET /things/{id}/parts/{part}.{format} 200",),
        diagnostics=(
            "6 invalid-structure",
            "7 undeclared-path-parameter",
            "7 undeclared-path-parameter",
        ),
    ),
    "path-with-query.yaml": Expected(
        cases=("GET /search?kind=cat 200", "GET /search?kind=dog 200", "GET /search 200"),
        diagnostics=("4 path-with-query", "6 path-with-query"),
    ),
    "path-with-fragment.yaml": Expected(
        cases=("GET /things 200", "POST /things 201"),
        diagnostics=("4 path-with-fragment", "6 path-with-fragment", "7 equal-paths"),
    ),
    "equal-paths.yaml": Expected(
        cases=("GET /things/{id} 200", "DELETE /things/{name} 204"),
        diagnostics=("9 equal-paths",),
    ),
    "empty-schemas.yaml": Expected(
        cases=("POST /things 200", "POST /things 201", "POST /things 202"),
        diagnostics=(
            "15 unusable-part",
            "27 unusable-keyword",
            "24 unusable-part",
            "26 unusable-part",
            "35 unusable-part",
            "9 invalid-structure",
        ),
        verdicts={
            _at("~1things", "post"): ([1, None], []),
            _at("~1things", "post", "201"): (
                [{"anything": 1, "nothing": 1, "numbers": ["1"]}],
                [{"never": 1}, {"numbers": 1}, 1],
            ),
            _at("~1things", "post", "202"): ([1], []),
        },
    ),
    "empty-entries.yaml": Expected(
        cases=("POST /things 201", "POST /things 400", "DELETE /things 204"),
        diagnostics=(
            "21 unusable-part",
            "3 invalid-structure",
            "6 invalid-structure",
            "8 invalid-structure",
            "11 invalid-structure",
            "13 invalid-structure",
            "16 invalid-structure",
            "18 invalid-structure",
            "23 invalid-structure",
            "25 invalid-structure",
            "6 no-responses",
        ),
    ),
    "required-on-property.yaml": Expected(
        cases=("POST /things 200",),
        diagnostics=("12 required-on-property", "13 required-on-property", "16 unusable-keyword"),
        verdicts={
            f"/paths/~1things/post/requestBody/{_JSON}": (
                [{}, {"name": "n", "size": 1, "inside": {}}],
                [{"name": 1}, {"size": "1"}, {"inside": 1}],
            )
        },
    ),
    "example-beside-examples.yaml": Expected(
        cases=("GET /things 200",),
        diagnostics=("17 example-beside-examples", "10 example-beside-examples"),
    ),
    "undeclared-security.yaml": Expected(
        cases=("GET /things 200", "POST /things 201"),
        diagnostics=("5 undeclared-security-scheme", "14 undeclared-security-scheme"),
    ),
    "nullable.yaml": Expected(
        cases=("GET /things 200",),
        verdicts={
            _at("~1things", "get"): (
                [{"plain": None, "beside": None, "around": None, "strict": "x", "price": 0.1}],
                [{"plain": 1}, {"beside": 1}, {"around": 1}, {"strict": None}, {"price": 0}],
            )
        },
    ),
    "page.md": Expected(
        cases=("GET /things/{id} 200", "GET /things/{id} 404 Thing.Gone"),
        diagnostics=("31 broken-reference", "23 undeclared-path-parameter"),
    ),
    "unusable-parts.yaml": Expected(
        cases=("GET /things 200", "DELETE /things 204"),
        diagnostics=(
            "4 unusable-part",
            "9 unusable-part",
            "10 unusable-part",
            "11 unusable-keyword",
            "12 unusable-part",
            "14 unusable-part",
            "15 unusable-part",
            "16 unusable-part",
            "17 unusable-part",
            "20 unusable-part",
        ),
        verdicts={_parameter(0): ([10, 1], [0, "1"])},
    ),
    "callbacks-and-webhooks.yaml": Expected(
        cases=("POST /things 202",),
        diagnostics=("12 unusable-part", "17 unusable-keyword", "10 broken-reference"),
    ),
    "differing-pages": Expected(
        cases=("GET /one 200", "POST /one 201", "GET /two 200"),
        diagnostics=(
            "two.md:23 differing-component",
            "two.md:24 differing-component",
            "two.md:17 differing-operation",
        ),
        verdicts={
            _at("~1one", "get"): ([["x"]], [[1]]),
            _at("~1two", "get"): ([[1]], [["x"]]),
        },
    ),
}
