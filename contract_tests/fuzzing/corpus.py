"""The corpus: inputs that showed something, kept for the next run, which tries them first.

It is an example database of Hypothesis: a folder, or for a team a Redis server by its address.
"""

from __future__ import annotations

from urllib.parse import urlsplit

from hypothesis.database import DirectoryBasedExampleDatabase, ExampleDatabase

from tallystick.errors import TallystickError

FOLDER = ".tallystick/corpus"


class CorpusError(TallystickError):
    """The database cannot be used."""


def open_database(place: str | None) -> ExampleDatabase | None:
    """The database at a folder or a `redis://` address; None where none is wanted. Raises
    CorpusError.
    """
    if place is None:
        return None
    scheme = urlsplit(place).scheme
    if scheme in ("redis", "rediss"):
        return _redis(place)
    if "://" in place:
        raise CorpusError(f"--database must be a folder or a redis:// address, not {place!r}.")
    return DirectoryBasedExampleDatabase(place)


def _redis(address: str) -> ExampleDatabase:
    try:
        import redis
        from hypothesis.extra.redis import RedisExampleDatabase
    except ModuleNotFoundError:
        raise CorpusError("A Redis database needs the package redis: pip install redis.") from None
    client = redis.Redis.from_url(address, socket_connect_timeout=3)
    try:
        client.ping()
    except redis.RedisError as error:
        raise CorpusError(f"The database {_shown(address)} does not answer: {error}.") from None
    return RedisExampleDatabase(client)


def _shown(address: str) -> str:
    """An address without its user and password."""
    parts = urlsplit(address)
    return parts._replace(netloc=parts.netloc.rpartition("@")[2]).geturl()
