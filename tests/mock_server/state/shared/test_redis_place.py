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
        ("valkey://h", RedisPlace("h"), "redis://h:6379/0"),
        ("valkeys://h", RedisPlace("h", is_encrypted=True), "rediss://h:6379/0"),
        ("unix:///run/r.sock", RedisPlace(socket="/run/r.sock"), "unix:///run/r.sock?db=0"),
        (
            "unix://:hush@/run/my%20r.sock?db=2&prefix=a:",
            RedisPlace(database=2, password="hush", prefix="a:", socket="/run/my r.sock"),
            "unix:///run/my r.sock?db=2&prefix=a:",
        ),
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
        "redis://localhost/0?db=2",
        "redis://localhost/²",
        "redis://localhost:0",
        f"redis://localhost/{'9' * 5_000}",
        "redis://a..b",
        "redis://[::1",
        "unix:///run/%00",
        "unix://",
        "unix:///run/r.sock?db=two",
    ],
)
def test_no_address(address: str) -> None:
    """What is none is refused, and not shown: it may hold a password."""
    with pytest.raises(StorePlaceError) as refused:
        redis_place(address)
    assert "hush" not in str(refused.value)
    assert "redis://127.0.0.1:6379/0" in str(refused.value)


def test_each_document_has_a_prefix() -> None:
    """By its title, in any script; where the address has a prefix, that one."""
    place = redis_place("redis://h")
    prefixes = [place.of(title).prefix for title in ("A shop", "A  shop!", "店", "", "x" * 500)]
    assert len(set(prefixes)) == 5
    assert prefixes[0].startswith("tallystick:a-shop-")
    assert place.of("A shop") == place.of("A shop")
    assert str(place.of("A shop")) == "redis://h:6379/0"
    assert max(map(len, prefixes)) < 70
    assert redis_place("redis://h?prefix=own:").of("A shop").prefix == "own:"
