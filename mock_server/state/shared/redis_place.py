"""Where the sessions are: the address of a Redis server, such as `redis://host:6379/0?prefix=shop:`.

Rules: it may hold a password, so it is never shown as it was given.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from urllib.parse import parse_qs, unquote, urlsplit

from tallystick.errors import TallystickError

PREFIX = "tallystick:"
"""What the names of all keys begin with, where the address says nothing else."""

_PORT = 6379


class StorePlaceError(TallystickError):
    """What is given as the place of the store is none, or there is no store that fits."""


@dataclass(frozen=True, slots=True)
class RedisPlace:
    """The address of a Redis server, taken apart."""

    host: str
    port: int = _PORT
    database: int = 0
    username: str | None = None
    password: str | None = field(default=None, repr=False)
    is_encrypted: bool = False
    prefix: str = PREFIX

    def __str__(self) -> str:
        """For people: without user and password."""
        scheme = "rediss" if self.is_encrypted else "redis"
        host = f"[{self.host}]" if ":" in self.host else self.host
        prefix = "" if self.prefix == PREFIX else f"?prefix={self.prefix}"
        return f"{scheme}://{host}:{self.port}/{self.database}{prefix}"


def redis_place(address: str) -> RedisPlace:
    """The place that an address means. Raises StorePlaceError, which does not show the address."""
    try:
        split = urlsplit(address)
        port, database = split.port or _PORT, split.path.strip("/") or "0"
        query = parse_qs(split.query, keep_blank_values=True, strict_parsing=bool(split.query))
    except ValueError:
        raise _none() from None
    given = query.pop("prefix", [PREFIX])[-1]
    is_known = split.scheme in ("redis", "rediss") and split.hostname
    if not is_known or not database.isdigit() or query or split.fragment:
        raise _none()
    return RedisPlace(
        split.hostname or "",
        port,
        int(database),
        unquote(split.username) if split.username else None,
        unquote(split.password) if split.password else None,
        split.scheme == "rediss",
        given,
    )


def _none() -> StorePlaceError:
    return StorePlaceError(
        "The store is no address of a Redis server.",
        remedy="Give one such as redis://127.0.0.1:6379/0, or redis://:PASSWORD@HOST:PORT/DB"
        "?prefix=NAME:.",
    )
