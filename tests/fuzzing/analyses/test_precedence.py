"""The order that pairs of answers make: levels, circles, and what takes no part in it."""

from __future__ import annotations

import pytest

from contract_tests.results.formats.precedence import BOTH
from fuzzing.analyses.precedence import PairResult, Precedence, table


def of(*compared: str, cases: str = "abcdef") -> Precedence:
    """The precedence of pairs such as `ab` (a before b), `ab?` (neither), `ab+` (both) and `ab!`
    (a, but not always).
    """
    pairs = []
    for each in compared:
        one, other, sign = each[0], each[1], each[2:]
        winner = {"?": None, "+": BOTH}.get(sign, one)
        pairs.append(PairResult((one, other), winner, sign != "!"))
    return Precedence("GET /", list(cases), pairs)


@pytest.mark.parametrize(
    ("compared", "order"),
    [
        ([], []),
        (["ab", "bc"], ["a", "b", "c"]),
        (["ca", "ab"], ["c", "a", "b"]),
        (["ab", "ac"], ["a", "bc"]),
        (["ac", "bc", "ad", "bd", "ce", "de"], ["ab", "cd", "e"]),
        (["ab", "bc?", "cd+", "de!"], ["a", "b"]),
        (["ab", "bc", "ca"], ["abc"]),
        (["fa", "ab", "bc", "ca", "cd"], ["f", "abc", "d"]),
        (["ab", "ba"], ["ab"]),
        (["ab", "bc", "cd", "db", "ae+"], ["a", "bcd"]),  # the example of docs/fuzzing.md
        (["ab", "ba", "cd", "dc", "bc"], ["ab", "cd"]),
    ],
)
def test_the_order(compared: list[str], order: list[str]) -> None:
    """What comes before others stands above them, what was not compared beside each other, in the
    document's order.
    """
    assert of(*compared).order() == [list(level) for level in order]


def test_the_second_of_a_pair_may_win() -> None:
    """The winner comes first, whichever it is of the two."""
    pair = PairResult(("a", "b"), "b", True)
    assert Precedence("GET /", ["a", "b"], [pair]).order() == [["b"], ["a"]]


@pytest.mark.parametrize(
    ("compared", "circles"),
    [
        (["ab", "bc", "ac"], []),
        (["ab", "bc", "ca"], ["abc"]),
        (["ab", "bc", "cd", "db", "ae+"], ["bcd"]),  # the example of docs/fuzzing.md
        (["ab", "ba", "cd", "dc", "cb"], ["ab", "cd"]),
        (["fa", "ab", "bc", "ca", "cd"], ["abc"]),
        (["ab", "bc", "cd", "da", "ca"], ["abc"]),
        (["ab", "ba", "cd", "dc"], ["ab", "cd"]),
    ],
)
def test_circles(compared: list[str], circles: list[str]) -> None:
    """The shortest of each group is reported, from the first of its cases on."""
    assert of(*compared).circles() == [list(circle) for circle in circles]


def test_the_table() -> None:
    """It has the levels, then what is to be remarked."""
    found = of("ab", "bc", "cb", "ad?", "ae+", "af!")
    found.not_tried = 7
    assert table(found.to_json()).splitlines() == [
        "Order of errors, GET /, by 6 pairs:",
        "  1             a",
        "  2             b, c",
        "  circle        b before c before b",
        "  inconsistent  a and f",
        "  both          a and e",
        "  neither       a and d",
        "  not tried     7 more pairs",
    ]


def test_a_long_table_is_cut() -> None:
    """Of many pairs with one remark, only some are listed one by one."""
    found = of(*[f"{one}{other}+" for one in "abc" for other in "defg"], cases="abcdefg")
    lines = table(found.to_json()).splitlines()
    assert lines[1:6] == [
        f"  both  {pair}" for pair in ("a and d", "a and e", "a and f", "a and g", "b and d")
    ]
    assert lines[6:] == ["  both  … and 7 more pairs"]
