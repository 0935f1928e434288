"""What counts as the same, and what was lost or changed: tables."""

from __future__ import annotations

from typing import Any

import pytest

from contract_tests.checks.consistency import changed, in_words, is_same, lost

SAME = [
    ("red", "red"),
    ("Red", " red "),
    (1, 1.0),
    (1, "1"),
    ("1.50", 1.5),
    (None, ""),
    (None, None),
    (True, True),
    ("2026-11-27T03:00:00Z", "2026-11-27T04:00:00+01:00"),
    ("2026-11-27T03:00:00Z", "2026-11-27T03:00:00.000+00:00"),
    ([1, 2], [2, 1]),
    ([], []),
    ({"a": 1}, {"a": 1, "b": 2}),
    ({"a": 1, "b": 2}, {"a": 1}),
    ([{"a": "x"}], [{"a": "X", "id": 7}]),
]
OTHERS = [
    ("red", "blue"),
    (1, 2),
    (1, "one"),
    (0.1, 0.2),
    (True, False),
    (True, 1),
    (0, None),
    ("red", None),
    ([1, 2], [1]),
    ([1, 2], [1, 3]),
    ({"a": 1}, {"a": 2}),
    ({"a": 1}, [1]),
    ("2026-11-27T03:00:00Z", "2026-11-27T03:00:00+01:00"),
    ("nan", 5),
]


@pytest.mark.parametrize(("one", "other"), SAME)
def test_what_is_the_same(one: Any, other: Any) -> None:
    """Written in another way, from either side."""
    assert is_same(one, other)
    assert is_same(other, one)


@pytest.mark.parametrize(("one", "other"), OTHERS)
def test_what_is_not(one: Any, other: Any) -> None:
    """From either side."""
    assert not is_same(one, other)
    assert not is_same(other, one)


def test_what_is_lost() -> None:
    """A member that is another one now, or is not there though the document has it."""
    sent = {"name": "Fix", "gears": 3, "notes": "x", "secret": "s", "tags": []}
    read = {"name": "fix", "gears": 1, "id": 7}
    documented = frozenset({"name", "gears", "notes", "tags"})
    assert lost(sent, read, documented) == {
        "gears": "gears is 1, not 3",
        "notes": "notes is not there",
    }


def test_what_is_changed() -> None:
    """Only what both have is compared."""
    assert changed({"a": 1, "b": 2}, {"b": 3, "c": 4}) == {"b": "b is 3, not 2"}


def test_a_message_is_short() -> None:
    """It names five members, and cuts long values."""
    wrong = lost(
        {f"m{i}": "a" * 100 for i in range(7)}, {f"m{i}": "b" for i in range(7)}, frozenset()
    )
    text = in_words(wrong)
    assert text.startswith('m0 is "b", not "aaaa')
    assert text.endswith(" and 2 more")
    assert len(text) < 600
