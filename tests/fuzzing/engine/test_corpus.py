"""The corpus: what broke something in one run is tried first in the next."""

from __future__ import annotations

import socket
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest
import redis
from hypothesis.database import InMemoryExampleDatabase

from fuzzing.engine.corpus import Corpus, CorpusError, open_database
from tests.contract_tests.targets import stateless_text, write
from tests.fuzzing.fuzzed import CountingApp, Failing, fuzz, ledger
from tests.independent.serve import serving
from tests.redis_server import needs_redis, redis_address

RARE = b":8443"
FIRST = 25
"""So many requests count as the first ones."""


def failures(folder: Path, database: object, *options: object) -> list[list[dict[str, Any]]]:
    """The requests that failed in each of two runs, which have other seeds."""
    failed = []
    with serving(Failing(RARE)) as url:
        target = write(folder, f"{stateless_text(url)}\n[fuzz]\nbreaker = false")
        for seed in (1, 2):
            part = folder / str(seed)
            part.mkdir()
            words = ("--target", target, "--database", database, "--seed", seed, *options)
            run = fuzz(part, *words)
            assert run.code == 1, run.err
            failed.append([entry for entry in ledger(run) if entry["status"] == 500])
    return failed


def hashes(entries: Iterable[dict[str, Any]]) -> set[str]:
    return {entry["body_sha256"] for entry in entries}


def test_a_folder_keeps_what_broke_something(tmp_path: Path) -> None:
    """The very body that broke something is among the first requests of the next run."""
    database = tmp_path / "corpus" / "of-mine"
    before, after = failures(tmp_path, database, "--max-requests", 300)
    first = [entry for entry in after if entry["number"] <= FIRST]
    assert hashes(first) & hashes(before)
    assert any(path.is_file() for path in database.rglob("*"))


@needs_redis
def test_a_redis_server_keeps_it_for_all(tmp_path: Path) -> None:
    """So does a Redis server, for both workers."""
    with redis_address(tmp_path) as address:
        options = ("--max-requests", 400, "--workers", 2)
        before, after = failures(tmp_path, address, *options)
        with redis.Redis.from_url(address) as client:
            assert client.dbsize() > 0
    of_worker = [[entry for entry in after if entry["worker"] == worker] for worker in (0, 1)]
    assert all(hashes(entries[:FIRST]) & hashes(before) for entries in of_worker)


def test_what_is_kept_over_runs() -> None:
    """In each run it is tried once, and only what a run found itself is replaced by smaller ones;
    of too many, the longest go.
    """
    inner = InMemoryExampleDatabase()
    first = Corpus(inner)
    first.save(b"key", b"found")
    first.move(b"key", b"key.secondary", b"found")
    first.save(b"key", b"few")
    assert inner.data == {b"key": {b"few"}}
    second = Corpus(inner)
    assert list(second.fetch(b"key")) == [b"few"]
    second.delete(b"key", b"few")
    assert list(second.fetch(b"key")) == []
    for length in range(200):
        second.save(b"key", b"x" * length)
    kept = list(Corpus(inner).fetch(b"key"))
    assert (len(kept), max(kept, key=len)) == (100, b"x" * 98)


def test_nothing_is_kept_unless_something_broke(tmp_path: Path) -> None:
    """A run that finds nothing leaves an empty folder; `none` leaves none."""
    with serving(CountingApp()) as url:
        run = fuzz(tmp_path, "--base-url", url, "--max-requests", 60, "--database", tmp_path / "c")
    assert run.code == 0
    assert not [path for path in (tmp_path / "c").rglob("*") if path.is_file() and path.suffix]
    assert open_database("none") is None


def test_a_place_that_cannot_be_used(tmp_path: Path) -> None:
    """The error comes before anything is sent, and without the password."""
    with socket.create_server(("127.0.0.1", 0)) as closed:
        port = closed.getsockname()[1]
    with pytest.raises(CorpusError) as error:
        open_database(f"redis://anna:geheim_1@127.0.0.1:{port}/0")
    assert str(error.value).startswith(f"The database redis://127.0.0.1:{port}/0 cannot be used: ")
    assert "geheim_1" not in str(error.value)
    with pytest.raises(CorpusError, match="must be a folder or a redis:// address"):
        open_database("postgres://127.0.0.1/")
    (tmp_path / "file").touch()
    with pytest.raises(CorpusError, match=r"cannot be kept at .*file/corpus"):
        open_database(str(tmp_path / "file" / "corpus"))
