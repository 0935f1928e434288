"""Addresses of Redis servers."""

import pytest

from mock_server.state.shared.redis_place import RedisPlace, StorePlaceError, redis_place


@pytest.mark.parametrize(
    ("address", "place", "shown"),
    [
        ("redis://localhost", RedisPlace("localhost"), "redis://localhost:6379/0"),
        ("redis://h:7000/3", RedisPlace("h", 7000, 3), "redis://h:7000/3"),
        (
            "rediss://ada:se%40cret@h/1?prefix=shop:",
            RedisPlace("h", 6379, 1, "ada", "se@cret", is_encrypted=True, prefix="shop:"),
            "rediss://h:6379/1?prefix=shop:",
        ),
        ("redis://:hush@[::1]:1", RedisPlace("::1", 1, password="hush"), "redis://[::1]:1/0"),
    ],
)
def test_an_address(address: str, place: RedisPlace, shown: str) -> None:
    """It is taken apart; for people, it has neither user nor password."""
    found = redis_place(address)
    assert (found, str(found)) == (place, shown)
    assert "hush" not in repr(found)
    assert "cret" not in repr(found)


@pytest.mark.parametrize(
    "address",
    [
        "",
        "localhost:6379",
        "http://ada:hush@localhost",
        "redis://",
        "redis://ada:hush@localhost:port",
        "redis://localhost/zero",
        "redis://localhost/0?size=3",
        "redis://localhost/0#hush",
    ],
)
def test_no_address(address: str) -> None:
    """What is none is refused, and not shown: it may hold a password."""
    with pytest.raises(StorePlaceError) as refused:
        redis_place(address)
    assert "hush" not in str(refused.value)
    assert "redis://127.0.0.1:6379/0" in str(refused.value)
