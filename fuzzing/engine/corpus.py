"""The corpus: inputs that showed something, kept for the next run, which tries them first.

It is an example database of Hypothesis: a folder, or for a team a Redis server by its address.
What is kept are choices that make a request, not the request, and so no secret.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

from hypothesis.database import DirectoryBasedExampleDatabase, ExampleDatabase

from tallystick.errors import TallystickError

NONE = "none"
"""What to say for no database."""


_MOST = 100
"""How many inputs are kept for an operation; the longest go first."""

_BESIDE = (b".secondary", b".pareto")
"""Where Hypothesis keeps what it need not have."""


class CorpusError(TallystickError):
    """The database cannot be used."""


class Corpus(ExampleDatabase):
    """What broke something in earlier runs, to be tried once in this one.

    Hypothesis takes each property for a test that was run before: it would forget an input as soon
    as that shows nothing new. Here it may only replace what it found itself by smaller ones, so
    that what broke something once is tried in each run.
    """

    def __init__(self, kept: ExampleDatabase) -> None:
        super().__init__()
        self._kept = kept
        self._fetched: set[bytes] = set()
        self._own: set[tuple[bytes, bytes]] = set()

    def fetch(self, key: bytes) -> Iterator[bytes]:
        """See ExampleDatabase."""
        if key in self._fetched or key.endswith(_BESIDE):
            return
        self._fetched.add(key)
        found = sorted(self._kept.fetch(key), key=len)
        for value in found[_MOST:]:
            self._kept.delete(key, value)
        yield from found[:_MOST]

    def save(self, key: bytes, value: bytes) -> None:
        """See ExampleDatabase."""
        if not key.endswith(_BESIDE):
            self._own.add((key, value))
            self._kept.save(key, value)

    def delete(self, key: bytes, value: bytes) -> None:
        """See ExampleDatabase."""
        if (key, value) in self._own:
            self._kept.delete(key, value)


def open_database(place: str | None) -> ExampleDatabase | None:
    """The database at a folder or a `redis://` address; None where none is wanted. Raises
    CorpusError.
    """
    if place is None or place == NONE:
        return None
    if is_shared(place):
        return Corpus(_redis(place))
    if "://" in place:
        raise CorpusError(f"--database must be a folder or a redis:// address, not {place!r}.")
    return Corpus(_folder(place))


def is_shared(place: str | None) -> bool:
    """Whether a database is one for all machines."""
    return urlsplit(place or "").scheme in ("redis", "rediss")


def _folder(place: str) -> ExampleDatabase:
    try:
        Path(place).mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=place):
            return DirectoryBasedExampleDatabase(place)
    except OSError as error:
        raise CorpusError(f"The database cannot be kept at {place}: {error.strerror}.") from None


def _redis(address: str) -> ExampleDatabase:
    try:
        import redis
        from hypothesis.extra.redis import RedisExampleDatabase
    except ModuleNotFoundError:
        raise CorpusError("A Redis database needs the package redis: pip install redis.") from None
    try:
        client = redis.Redis.from_url(address, socket_connect_timeout=3, socket_timeout=10)
        client.ping()
    except (redis.RedisError, ValueError) as error:
        what = f"The database {_shown(address)} cannot be used: {error}."
        raise CorpusError(what.replace(address, _shown(address))) from None
    return RedisExampleDatabase(client)


def _shown(address: str) -> str:
    """An address without its user and password."""
    parts = urlsplit(address)
    return parts._replace(netloc=parts.netloc.rpartition("@")[2]).geturl()
