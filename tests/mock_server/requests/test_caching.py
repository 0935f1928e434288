"""Results that are kept: of short texts, and so many of them."""

import pytest

from mock_server.requests.decoding.caching import cached


@pytest.mark.parametrize(("text", "times"), [("a", 1), (b"a" * 1_000, 1), ("a" * 1_001, 2)])
def test_only_short_texts_are_kept(text: str | bytes, times: int) -> None:
    """Of long ones, each result is made anew, and is right."""
    asked = []

    @cached(2)
    def length(what: str | bytes) -> int:
        asked.append(what)
        return len(what)

    assert [length(text), length(text)] == [len(text)] * 2
    assert len(asked) == times


def test_the_oldest_makes_room() -> None:
    """What was asked last is there, however much was asked."""
    asked = []

    @cached(2)
    def same(what: tuple[str, int]) -> tuple[str, int]:
        asked.append(what)
        return what

    for number in (1, 2, 3, 3, 2, 1):
        assert same(("a", number)) == ("a", number)
    assert [number for _, number in asked] == [1, 2, 3, 1]
