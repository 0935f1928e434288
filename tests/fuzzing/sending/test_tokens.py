"""Tokens of client credentials in a fuzz: none for a preview, new ones when they expire."""

from __future__ import annotations

import itertools
import json
import time
from pathlib import Path

import pytest

from tests.contract_tests.commands import Result
from tests.contract_tests.contracts import contract_of, documented
from tests.contract_tests.http.recorder import Got, Recorder, Reply, recording
from tests.contract_tests.targets import write
from tests.fuzzing.fuzzed import fuzz, ledger

pytestmark = pytest.mark.whole

SCHEME = {"type": "oauth2", "flows": {"clientCredentials": {"tokenUrl": "/token", "scopes": {}}}}
QUERY = [{"name": "q", "in": "query", "schema": {"type": "string"}}]


class Guarded:
    """Gives tokens that live for a second, and knows until when; at most so many."""

    def __init__(self, most: int = 100) -> None:
        self.most = most
        self.until: dict[str, float] = {}
        self.refused = 0

    def __call__(self, got: Got) -> Reply:
        now = time.monotonic()
        if got.path != "/token":
            token = got.headers.get("authorization", "").removeprefix("Bearer ")
            is_known = self.until.get(token, 0) >= now
            self.refused += not is_known
            return Reply() if is_known else Reply(401)
        if len(self.until) >= self.most:
            return Reply(503)
        token = f"t0ken-{len(self.until)}"
        self.until[token] = now + 1.0
        return Reply(body=json.dumps({"access_token": token, "expires_in": 1}).encode())


def run(folder: Path, server: Recorder, *options: object) -> Result:
    paths = {"/a": documented("get", parameters=QUERY)}
    contract_of(folder, paths, security=[{"o": []}], components={"securitySchemes": {"o": SCHEME}})
    text = '[credentials.o]\nclient_id = "me"\nclient_secret = "s3cret-of-mine"'
    target = write(folder, f'base_url = "{server.url}"\n{text}')
    return fuzz(folder, folder / "document.json", "--target", target, *options)


def test_a_preview_fetches_none(tmp_path: Path) -> None:
    """It sends nothing at all; the samples show no token."""
    with recording(Guarded()) as server:
        ran = run(tmp_path, server, "--dry-run")
    assert (ran.code, server.got) == (0, [])
    assert '"Authorization: ${AUTHORIZATION}"' in ran.out


def test_tokens_are_renewed_in_time(tmp_path: Path) -> None:
    """A fuzz outlives several tokens of a second; hardly a request is refused, and none twice."""
    guard = Guarded()
    with recording(guard) as server:
        ran = run(tmp_path, server, "--max-time", 3.5, "--rate", "40/s")
    assert (ran.code, ran.report["findings"]) == (0, [])
    assert len(guard.until) >= 3
    assert guard.refused <= len(guard.until)
    statuses = [entry["status"] for entry in ledger(ran)]
    assert (401, 401) not in itertools.pairwise(statuses)
    assert not any("t0ken-" in text or "s3cret" in text for text in ran.texts.values())


def test_a_token_server_that_dies_ends_it(tmp_path: Path) -> None:
    """With code 4, one clear message, and a report of what was sent until then."""
    with recording(Guarded(most=1)) as server:
        ran = run(tmp_path, server, "--max-time", 20, "--rate", "40/s")
    assert (ran.code, ran.report["stopped_by"]) == (4, "unreachable")
    assert f"error: No token came from {server.url}/token: it answered 503." in ran.err
    assert 1 < ran.report["requests"] < 100
    assert ran.report["notes"] == []
