"""The time of a fuzz is kept, whatever the target does, and memory with it."""

from __future__ import annotations

import itertools
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from contract_tests.http.client import Client
from contract_tests.http.exchange import OperationRequest, Response
from contract_tests.target.target import Target
from fuzzing.sending.adapter import BudgetAdapter
from fuzzing.sending.budget import Budget, BudgetSpentError
from fuzzing.sending.limits import Limits
from tests.contract_tests.contracts import contract_of, documented
from tests.contract_tests.raw import RawServer, Write, chunk, head, raw_server
from tests.contract_tests.targets import stateless_text, write
from tests.fuzzing.fuzzed import fuzz

JSON, CHUNKED = "content-type: application/json", "transfer-encoding: chunked"


def silent(server: RawServer, _: Write) -> None:
    server.over.wait()


def dripping(server: RawServer, write: Write) -> None:
    write(head(JSON, CHUNKED))
    server.drip(write, itertools.repeat(chunk(b"[")))


def continues(server: RawServer, write: Write) -> None:
    server.drip(write, itertools.repeat(head(status="100 Continue")))


@pytest.mark.whole
@pytest.mark.parametrize("attack", [silent, dripping, continues])
def test_the_time_is_kept(attack: Callable[[RawServer, Write], None], tmp_path: Path) -> None:
    """A request under way ends with the fuzz, and says nothing about the target."""
    with raw_server() as server:
        server.answer = lambda write, _: attack(server, write)
        target = write(tmp_path, "timeout = 60\n" + stateless_text(server.url))
        run = fuzz(tmp_path, "--target", target, "--max-time", 1)
    assert (run.code, run.report["stopped_by"]) == (0, "time")
    assert 0.9 < run.report["seconds"] < 1 + 2
    assert (len(server.requests), run.report["findings"]) == (1, [])


@pytest.mark.parametrize(("method", "status"), [("post", 201), ("get", None)])
def test_what_was_created_at_the_end_is_known(
    method: str, status: int | None, tmp_path: Path
) -> None:
    """The response to a request that may create something is read, though the time is over."""
    contract = contract_of(tmp_path, {"/things": documented(method)})
    with raw_server() as server:
        adapter = BudgetAdapter(Budget(Limits(seconds=1)))
        client = Client(Target(server.url, timeout=60), adapter)

        def at_the_end(write: Write, _: str) -> None:
            server.over.wait(adapter.ends - time.monotonic() + 0.01)
            write(head("content-length: 0", status="201 Created"))

        server.answer = at_the_end
        try:
            outcome = client.send(OperationRequest(contract.operations[0])).outcome
        except BudgetSpentError:
            outcome = None
        client.close()
    assert (outcome.status if isinstance(outcome, Response) else None) == status


@pytest.mark.whole
def test_an_endless_body_is_a_finding(tmp_path: Path) -> None:
    """It is cut at its most bytes, again and again, within the time."""
    with raw_server() as server:

        def endless(write: Write, _: str) -> None:
            write(head(JSON, CHUNKED))
            server.drip(write, itertools.repeat(chunk(b"[" * 100_000)), 0)

        server.answer = endless
        text = f"largest_response = 1000000\n{stateless_text(server.url)}\n[fuzz]\nbreaker = false"
        target = write(tmp_path, text)
        run = fuzz(tmp_path, "--target", target, "--max-time", 2)
    assert (run.code, run.report["stopped_by"]) == (1, "time")
    assert run.report["seconds"] < 2 + 2
    assert {found["check"] for found in run.heavy} == {"complete response"}
    assert "the body is longer than 1,000,000 bytes" in run.heavy[0]["message"]


@pytest.mark.whole
@pytest.mark.parametrize("workers", [1, 2])
def test_what_takes_long_to_judge_does_not_make_it_later(workers: int, tmp_path: Path) -> None:
    """A large response that breaks its pattern in each of 49,000 places takes seconds to judge."""
    items = {"type": "array", "items": {"type": "string", "pattern": "^(?=(a+)+$)b"}}
    success = {"200": {"description": "OK", "content": {"application/json": {"schema": items}}}}
    query = [{"name": "q", "in": "query", "schema": {"type": "string"}}]
    contract_of(tmp_path, {"/a": documented("get", parameters=query, responses=success)})
    body = b"[" + b",".join([b'"' + b"a" * 90 + b'!"'] * 49_000) + b"]"
    with raw_server() as server:
        server.answer = lambda write, _: write(head(JSON, f"content-length: {len(body)}") + body)
        options = ("--base-url", server.url, "--max-time", 1, "--workers", workers)
        run = fuzz(tmp_path, tmp_path / "document.json", *options)
    assert (run.code in (0, 1), run.report["stopped_by"]) == (True, "time")
    assert run.report["seconds"] < 1 + 2
    # On a busy machine, the base request may take all the time.
    late = "GET /a: the time was over before all responses were judged"
    assert set(run.report["notes"]) <= {late}
