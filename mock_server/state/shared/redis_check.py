"""Whether there is a Redis that fits, when a mock starts; and whether what is there is of its kind.

Rules: replicas must be alike. What a mock is made of stands in Redis, so that the next one can say
what is different. What another version of the mock kept is not touched.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Mapping
from hashlib import blake2b
from typing import Any

import redis
from redis.backoff import NoBackoff
from redis.exceptions import RedisError
from redis.retry import Retry

from mock_server.state.shared.redis_link import options
from mock_server.state.shared.redis_place import RedisPlace, StorePlaceError
from tallystick.contract import Contract

OLDEST = 7
"""The oldest version of Redis that is used; Valkey says that it is a later one."""

FORMAT = 1
"""Of what is kept. Count it up where an older mock cannot read it."""

_FORMAT = "format"
_KEEPING = "noeviction"
_LOG = logging.getLogger(__name__)


def check_redis(place: RedisPlace, contract: Contract, settings: Mapping[str, Any]) -> None:
    """Whether there is a Redis that a mock of this contract can use. What of the mock differs from
    the one that was there last is logged. Raises StorePlaceError.
    """
    once = Retry(NoBackoff(), 0)
    try:
        with redis.Redis(**options(place), retry=once, decode_responses=True) as client:
            _check_server(client, place)
            _check_kind(client, place.of(contract.title), contract, settings)
    except (RedisError, OSError) as error:
        reason = str(error).replace(place.password or "\0", "…").rstrip(".")
        raise StorePlaceError(
            f"The store {place} cannot be used: {reason}.",
            remedy="Start Redis, or leave --store out: then the mock keeps its state itself.",
        ) from None


def _check_server(client: redis.Redis, place: RedisPlace) -> None:
    server = client.info()
    version = str(server["redis_version"])
    if int(version.partition(".")[0]) < OLDEST:
        raise StorePlaceError(f"The store {place} is Redis {version}; {OLDEST} or later is needed.")
    if server.get("redis_mode") == "cluster":
        raise StorePlaceError(f"The store {place} is a cluster; a single server is needed.")
    if server.get("role") == "slave" and server.get("slave_read_only"):
        raise StorePlaceError(
            f"The store {place} is a copy of another Redis, which takes no changes.",
            remedy=f"Give the other one: {server['master_host']}:{server['master_port']}.",
        )
    policy = server.get("maxmemory_policy", _KEEPING)
    if policy != _KEEPING:
        _LOG.warning(
            "The store %s forgets what it likes when it is full (maxmemory-policy %s): with %s it "
            "refuses changes instead.",
            place,
            policy,
            _KEEPING,
        )


def _check_kind(
    client: redis.Redis, place: RedisPlace, contract: Contract, settings: Mapping[str, Any]
) -> None:
    """Note what this mock is made of, in the place of what was there last."""
    document = contract.document
    parts = {"title": contract.title, "text": document.root, "--locale": document.locale}
    mine: dict[Any, Any] = {n: _digest(value) for n, value in {**parts, **settings}.items()}
    key = f"{place.prefix}mock"
    theirs = {str(name): value for name, value in client.hgetall(key).items()}
    kept = theirs.pop(_FORMAT, str(FORMAT))
    if kept != str(FORMAT):
        raise StorePlaceError(
            f"The store {place} has what another version of the mock kept.",
            remedy="Empty it, or give another database or prefix: redis://HOST:PORT/DB?prefix=NAME:.",
        )
    if theirs != mine:
        client.hset(key, mapping={**mine, _FORMAT: str(FORMAT)})
    if other := [name for name, value in mine.items() if theirs.get(name, value) != value]:
        _LOG.warning(
            "The store %s was used last by a mock with another %s. Replicas must be alike, and "
            "mocks of different documents need different databases or prefixes.",
            place,
            ", ".join(other),
        )


def _digest(value: Any) -> str:
    text = json.dumps(value, default=str).encode()
    return blake2b(text, digest_size=8).hexdigest()
