"""The schedule: who is next, with how many fuzz cases; spelled out by hand."""

from __future__ import annotations

from itertools import takewhile
from pathlib import Path

import pytest

from fuzzing.sending.schedule import Schedule, Shard, weight_of
from tests.contract_tests.contracts import contract_of, documented


def shards(schedule: Schedule, count: int) -> list[tuple[str, int]]:
    """The next shards: operation and size."""
    given = (schedule.next() for _ in range(count))
    return [(shard.operation, shard.size) for shard in given if shard]


def test_who_is_next() -> None:
    """The base requests, in order; then whoever has least for its weight, in parts that grow."""
    schedule = Schedule({"A": 2.0, "B": 1.0})
    assert shards(schedule, 10) == [
        ("A", 0),
        ("B", 0),
        ("A", 50),
        ("B", 50),
        ("A", 100),  # 25 for its weight, and B has 50
        ("B", 100),
        ("A", 200),  # 75, and B has 150
        ("B", 200),
        ("A", 250),  # 175, and B has 350
        ("A", 250),  # 300
    ]


def test_news_count_twice() -> None:
    """Until a part shows none."""
    schedule = Schedule({"A": 1.0, "B": 1.0}, keeps_bases=False)
    assert shards(schedule, 2) == [("A", 50), ("B", 50)]
    schedule.saw_news("B")
    assert shards(schedule, 3) == [("B", 100), ("A", 100), ("A", 200)]


def test_one_operation_has_all_at_once() -> None:
    """There is nothing to spread, and no base request to send before."""
    assert shards(Schedule({"A": 1.0}, most=3), 9) == [("A", 250)] * 3


def test_a_limit_counts_what_has_fuzz_cases() -> None:
    """The base requests come in any case."""
    assert shards(Schedule({"A": 1.0, "B": 1.0}, most=1), 9) == [("A", 0), ("B", 0), ("A", 50)]


@pytest.mark.parametrize("count", [30, 300])
def test_many_operations_begin_small(count: int) -> None:
    """Each gets its base request, then a few fuzz cases, before any gets more."""
    names = [f"GET /{number}" for number in range(count)]
    found = shards(Schedule(dict.fromkeys(names, 1.0)), 3 * count)
    assert found == [(name, size) for size in (0, 4, 8) for name in names]


def test_what_is_left_out_gets_nothing() -> None:
    """Neither a base request nor fuzz cases; where nothing is left, the schedule is over."""
    schedule = Schedule({"GET /a": 1.0, "POST /a": 1.0}, safe=frozenset({"GET /a"}))
    assert schedule.leave_only_safe()
    assert shards(schedule, 3) == [("GET /a", 0), ("GET /a", 50), ("GET /a", 100)]
    schedule.leave_out("GET /a")
    assert schedule.next() is None
    assert not schedule.leave_only_safe()


def keys(schedule: Schedule, news: str) -> dict[str, list[tuple[int, int]]]:
    """The keys and sizes of each operation, where one shows something new all the time."""
    found: dict[str, list[tuple[int, int]]] = {}
    for shard in takewhile(bool, (schedule.next() for _ in range(12))):
        assert isinstance(shard, Shard)
        found.setdefault(shard.operation, []).append((shard.key, shard.size))
        schedule.saw_news(news)
    return found


def test_what_an_operation_gets_does_not_depend_on_the_others() -> None:
    """Its parts have the same keys and sizes, however many it gets; no two parts have one key."""
    one = keys(Schedule({"A": 1.0, "B": 1.0}, keeps_bases=False), "A")
    other = keys(Schedule({"A": 1.0, "B": 1.0}, keeps_bases=False), "B")
    for name in ("A", "B"):
        assert len(one[name]) != len(other[name])
        assert all(first == second for first, second in zip(one[name], other[name], strict=False))
    every = [key for parts in one.values() for key, _ in parts]
    assert len(set(every)) == len(every) == 12


def test_what_takes_more_weighs_more(tmp_path: Path) -> None:
    """By its parameters and the properties of its body; what deletes weighs little."""
    body = {"type": "object", "properties": {"a": {}, "b": {}, "c": {}}}
    content = {"requestBody": {"content": {"application/json": {"schema": body}}}}
    paths = {"/a": {**documented("get", "delete"), **documented("post", **content)}}
    weights = {each.method: weight_of(each) for each in contract_of(tmp_path, paths).operations}
    assert weights == {"get": 1.0, "delete": 0.5, "post": 2.0}
