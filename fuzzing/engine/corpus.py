"""The corpus: inputs that showed a finding, kept for the next run, which tries them first.

It is an example database of Hypothesis: a folder, or a Redis server for a team. It keeps the
choices that make a request, not the request itself, and so no secret.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

from hypothesis.database import DirectoryBasedExampleDatabase, ExampleDatabase

from tallystick.errors import TallystickError

NONE = "none"
"""The value of `--database` for no corpus."""

_MOST = 100
"""So many inputs are kept for an operation; the longest are dropped."""

_BESIDE = (b".secondary", b".pareto")
"""Keys under which Hypothesis keeps what it can do without."""


class CorpusError(TallystickError):
    """The database cannot be used."""


class UnwritableCorpusError(CorpusError):
    """The folder of the database cannot be written."""


class Corpus(ExampleDatabase):
    """The inputs that broke something in earlier runs; each is tried once in this one.

    Hypothesis would delete an input as soon as it shows nothing new. Here it may only replace its
    own inputs by smaller ones. So every run tries what broke something once.
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
    """The database in a folder or at a `redis://` address; None for `none`. Raises CorpusError."""
    if place is None or place == NONE:
        return None
    if is_shared(place):
        return Corpus(_redis(place))
    if "://" in place:
        raise CorpusError(f"--database must be a folder or a redis:// address, not {place!r}.")
    return Corpus(_folder(place))


def is_shared(place: str | None) -> bool:
    """Whether all machines share this database."""
    return urlsplit(place or "").scheme in ("redis", "rediss")


def _folder(place: str) -> ExampleDatabase:
    try:
        Path(place).mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=place):
            return DirectoryBasedExampleDatabase(place)
    except OSError as error:
        what = f"The database cannot be kept at {place}: {error.strerror}."
        raise UnwritableCorpusError(what) from None


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
