"""Where the sessions are: the address of a Redis server, such as `redis://host:6379/0?prefix=shop:`.

Rules: it may hold a password, so it is never shown as it was given. Without a prefix, each document
has one of its own, by its title, so that mocks of different documents share nothing.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from hashlib import blake2b
from urllib.parse import parse_qs, unquote, urlsplit

from tallystick.errors import TallystickError

PREFIX = "tallystick:"
"""What the names of all keys begin with, where the address says nothing else."""

_PORT = 6379
_SCHEMES = {"redis": False, "valkey": False, "rediss": True, "valkeys": True, "unix": False}
"""Whether what goes there is encrypted, by the scheme of the address."""

_LONGEST_NAME = 40
_MOST_DIGITS = 10


class StorePlaceError(TallystickError):
    """What is given as the place of the store is none, or there is no store that fits."""


@dataclass(frozen=True, slots=True)
class RedisPlace:
    """The address of a Redis server, taken apart: a host, or the path of a `socket`."""

    host: str = ""
    port: int = _PORT
    database: int = 0
    username: str | None = None
    password: str | None = field(default=None, repr=False)
    is_encrypted: bool = False
    prefix: str = PREFIX
    socket: str = ""

    def __str__(self) -> str:
        """For people: without user and password."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        shown = {} if self.prefix.startswith(PREFIX) else {"prefix": self.prefix}
        if self.socket:
            shown = {"db": str(self.database), **shown}
        query = "&".join(f"{name}={value}" for name, value in shown.items())
        scheme = "rediss" if self.is_encrypted else "redis"
        place = f"{scheme}://{host}:{self.port}/{self.database}"
        return (f"unix://{self.socket}" if self.socket else place) + (query and f"?{query}")

    def of(self, title: str) -> RedisPlace:
        """The part that a document of this title has."""
        if self.prefix != PREFIX:
            return self
        name = re.sub(r"[^a-z0-9]+", "-", title.lower())[:_LONGEST_NAME].strip("-")
        digest = blake2b(title.encode("utf-8", "replace"), digest_size=4).hexdigest()
        return replace(self, prefix=f"{PREFIX}{name}-{digest}:")


def redis_place(address: str) -> RedisPlace:
    """The place that an address means. Raises StorePlaceError, which does not show the address."""
    try:
        split = urlsplit(address)
        port = _PORT if split.port is None else split.port
        (split.hostname or "").encode("idna")  # as whoever looks for its address will do
        query = parse_qs(split.query, keep_blank_values=True, strict_parsing=bool(split.query))
    except ValueError:
        raise _none() from None
    is_socket = split.scheme == "unix"
    given = query.pop("prefix", [PREFIX])[-1]
    database = query.pop("db", ["0"])[-1] if is_socket else split.path.strip("/") or "0"
    is_known = split.scheme in _SCHEMES and (split.path if is_socket else split.hostname and port)
    is_number = database.isascii() and database.isdigit() and len(database) < _MOST_DIGITS
    is_other = query or split.fragment or "\0" in unquote(address)
    if not is_known or not is_number or is_other:
        raise _none()
    return RedisPlace(
        "" if is_socket else split.hostname or "",
        port,
        int(database),
        unquote(split.username) if split.username else None,
        unquote(split.password) if split.password else None,
        _SCHEMES[split.scheme],
        given,
        unquote(split.path) if is_socket else "",
    )


def _none() -> StorePlaceError:
    return StorePlaceError(
        "The store is no address of a Redis server.",
        remedy="Give one such as redis://127.0.0.1:6379/0, redis://:PASSWORD@HOST:PORT/DB"
        "?prefix=NAME:, or unix:///PATH?db=0.",
    )
