"""Styles of parameters: hand-written forms of OpenAPI 3.1.1 section 4.8.12.6, and what it leaves
open.
"""

from __future__ import annotations

from typing import Any

import pytest

from contract_tests.http import styles
from contract_tests.http.styles import ParameterStyle

ARRAY = ["blue", "black", "brown"]
OBJECT = {"R": 100, "G": 200, "B": 150}

PATH = [
    # style, explode, empty, string, array, object
    ("simple", False, "", "blue", "blue,black,brown", "R,100,G,200,B,150"),
    ("simple", True, "", "blue", "blue,black,brown", "R=100,G=200,B=150"),
    ("label", False, ".", ".blue", ".blue,black,brown", ".R,100,G,200,B,150"),
    ("label", True, ".", ".blue", ".blue.black.brown", ".R=100.G=200.B=150"),
    (
        "matrix",
        False,
        ";color",
        ";color=blue",
        ";color=blue,black,brown",
        ";color=R,100,G,200,B,150",
    ),
    (
        "matrix",
        True,
        ";color",
        ";color=blue",
        ";color=blue;color=black;color=brown",
        ";R=100;G=200;B=150",
    ),
]
QUERY = [
    ("form", False, "color=", "color=blue", "color=blue,black,brown", "color=R,100,G,200,B,150"),
    (
        "form",
        True,
        "color=",
        "color=blue",
        "color=blue&color=black&color=brown",
        "R=100&G=200&B=150",
    ),
    (
        "spaceDelimited",
        False,
        "color=",
        "color=blue",
        "color=blue%20black%20brown",
        "color=R%20100%20G%20200%20B%20150",
    ),
    (
        "pipeDelimited",
        False,
        "color=",
        "color=blue",
        "color=blue%7Cblack%7Cbrown",
        "color=R%7C100%7CG%7C200%7CB%7C150",
    ),
    (
        "deepObject",
        True,
        "color=",
        "color=blue",
        "color=blue&color=black&color=brown",
        "color%5BR%5D=100&color%5BG%5D=200&color%5BB%5D=150",
    ),
]


def rows(table: list[tuple[str, bool, str, str, str, str]]) -> list[Any]:
    """Each cell of a table as a row of parameters, with its value."""
    return [
        pytest.param(style, explode, value, text, id=f"{style} {explode} {value!r}"[:40])
        for style, explode, *texts in table
        for value, text in zip(("", "blue", ARRAY, OBJECT), texts, strict=True)
    ]


@pytest.mark.parametrize(("style", "explode", "value", "text"), rows(PATH))
def test_in_the_path(style: str, explode: bool, value: Any, text: str) -> None:
    """Simple, label and matrix."""
    assert styles.segment("color", value, ParameterStyle(style, explode)) == text


@pytest.mark.parametrize(("style", "explode", "value", "text"), rows(QUERY))
def test_in_the_query(style: str, explode: bool, value: Any, text: str) -> None:
    """Form, spaceDelimited, pipeDelimited and deepObject."""
    how = ParameterStyle(style, explode)
    assert styles.joined(styles.pairs("color", value, how)) == text


@pytest.mark.parametrize(
    ("explode", "value", "text"),
    [
        (False, "blue", "blue"),
        (False, ARRAY, "blue,black,brown"),
        (True, ARRAY, "blue,black,brown"),
        (False, OBJECT, "R,100,G,200,B,150"),
        (True, OBJECT, "R=100,G=200,B=150"),
        (False, "50% büch", "50% büch"),
        (False, True, "true"),
        (False, 1.5, "1.5"),
    ],
)
def test_in_a_header(explode: bool, value: Any, text: str) -> None:
    """Simple, and nothing is percent-encoded."""
    assert styles.field(value, ParameterStyle("simple", explode)) == text


@pytest.mark.parametrize(
    ("style", "explode", "value", "found"),
    [
        ("form", True, "blue", [("color", "blue")]),
        ("form", True, ARRAY, [("color", "blue"), ("color", "black"), ("color", "brown")]),
        ("form", False, ARRAY, [("color", "blue,black,brown")]),
        ("form", True, OBJECT, [("R", "100"), ("G", "200"), ("B", "150")]),
        ("form", False, OBJECT, [("color", "R,100,G,200,B,150")]),
        ("form", True, "a;b c", [("color", "a%3Bb%20c")]),
        ("cookie", True, "a|b", [("color", "a|b")]),
        ("cookie", False, ARRAY, [("color", "blue,black,brown")]),
    ],
)
def test_in_cookies(style: str, explode: bool, value: Any, found: list[styles.Pair]) -> None:
    """Each pair is a cookie of its own."""
    assert styles.cookies("color", value, ParameterStyle(style, explode)) == found


@pytest.mark.parametrize(
    ("how", "value", "text"),
    [
        pytest.param(ParameterStyle(), "a b&c=d/ü", "q=a%20b%26c%3Dd%2F%C3%BC", id="escapes"),
        pytest.param(
            ParameterStyle(allow_reserved=True), "a/b?c&d=#", "q=a/b?c%26d%3D%23", id="reserved"
        ),
        pytest.param(ParameterStyle(explode=False), ["a,b", "c"], "q=a%2Cb,c", id="a delimiter"),
        pytest.param(ParameterStyle(), None, "", id="null"),
        pytest.param(ParameterStyle(), [], "", id="an empty array"),
        pytest.param(ParameterStyle(explode=False), [], "", id="an empty array in one"),
        pytest.param(ParameterStyle(), {}, "", id="an empty object"),
        pytest.param(ParameterStyle(), [1, True, None], "q=1&q=true&q=null", id="no texts"),
        pytest.param(ParameterStyle(), {"a": [1, 2]}, "a=1&a=2", id="an array in an object"),
        pytest.param(
            ParameterStyle("deepObject"),
            {"a": {"b": 1}, "c": [2, 3]},
            "q%5Ba%5D%5Bb%5D=1&q%5Bc%5D=2&q%5Bc%5D=3",
            id="deep",
        ),
        pytest.param(
            ParameterStyle(whole=True, as_json=True),
            {"a": "b"},
            "q=%7B%22a%22%3A%20%22b%22%7D",
            id="JSON",
        ),
        pytest.param(
            ParameterStyle(whole=True, as_json=True), "b", "q=%22b%22", id="a JSON string"
        ),
        pytest.param(ParameterStyle(), "\ud800", "q=%ED%A0%80", id="half a surrogate pair"),
    ],
)
def test_what_stands_between_delimiters(how: ParameterStyle, value: Any, text: str) -> None:
    """Values are escaped, delimiters are not; nothing stands for null and what is empty."""
    assert styles.joined(styles.pairs("q", value, how)) == text


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (["a,b", "c/d"], "a%2Cb,c%2Fd"),
        ([], ""),
        (None, "null"),
        (7, "7"),
        (7.0, "7"),
        (7.5, "7.5"),
    ],
)
def test_values_in_the_path(value: Any, text: str) -> None:
    """In a path, delimiters and slashes in values are escaped."""
    assert styles.segment("id", value, ParameterStyle("simple", explode=False)) == text
