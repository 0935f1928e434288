"""Probes: what each one sends, and which other methods are tried."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

import pytest

from contract_tests.checks.context import ExpectationKind
from contract_tests.command import run_pytest
from contract_tests.http.client import Client
from contract_tests.plan import Plan
from contract_tests.requests.probes import PROBES
from contract_tests.requests.sources import valid_request
from contract_tests.target.target import Target
from tallystick.contract import load_contract
from tests.contract_tests.commands import Result
from tests.contract_tests.conftest import KEY
from tests.contract_tests.contracts import contract_of
from tests.contract_tests.raw import Write, head, raw_server
from tests.contract_tests.targets import Recording
from tests.independent.app import ACTIVE_ID, PaymentAccountLinks

BY_NAME = {probe.name: probe for probe in PROBES}
TARGET = Target("http://127.0.0.1:1", parameters={"path.id": ACTIVE_ID})
REQUEST = valid_request(load_contract(), load_contract().operations[0], TARGET)
BODY = {
    "refreshUrl": "https://app.example.com/refreshUrl",
    "returnUrl": "https://app.example.com/returnUrl",
}

SENT: Mapping[str, bytes] = {
    "a malformed body": b'{"a": ',
    "an empty body": b"",
    "an array as body": b"[]",
    "null as body": b"null",
    "a body that is not UTF-8": b'{"a": "\xff\xfe"}',
}
HEADERS = {
    "media type in capitals": ("content-type", "APPLICATION/JSON"),
    "media type with charset": ("content-type", "application/json; charset=utf-8"),
    "another media type": ("content-type", "text/plain"),
    "Accept: */*": ("accept", "*/*"),
    "no Accept": ("accept", None),
    "no media type": ("content-type", None),
    "a chunked body": ("transfer-encoding", "chunked"),
    "a connection of its own": ("connection", "close"),
}


def sent(name: str) -> bytes:
    """The body of a probe."""
    body = BY_NAME[name].make(Client(TARGET), REQUEST).body
    return body if isinstance(body, bytes) else b""


def test_names_are_given_once() -> None:
    """A name means one probe."""
    assert len(BY_NAME) == len(PROBES)


@pytest.mark.parametrize(
    "name", [probe.name for probe in PROBES if probe.source.startswith("RFC 8259 section")]
)
def test_a_standard_settles_what_is_json(name: str) -> None:
    """What is accepted by the JSON standard is the same body; what is refused is none at all."""
    probe, read = BY_NAME[name], PaymentAccountLinks().parse_json
    if probe.expected is ExpectationKind.ACCEPTED:
        assert (read(sent(name)), sent(name) != json.dumps(REQUEST.body).encode()) == (BODY, True)
        return
    assert probe.expected is ExpectationKind.REFUSED
    with pytest.raises((ValueError, RecursionError)):
        read(sent(name))


def test_order_white_space_and_escapes() -> None:
    """The three ways to write the same differ in just what they say."""
    assert list(REQUEST.body) == ["refreshUrl", "returnUrl"]
    assert list(json.loads(sent("properties in another order"))) == ["returnUrl", "refreshUrl"]
    assert (b"\n" in sent("white space"), b"\t" in sent("white space")) == (True, True)
    assert (b"/" in sent("escapes").replace(b"\\/", b""), b"\\u0072" in sent("escapes")) == (
        False,
        True,
    )


@pytest.mark.parametrize("name", SENT)
def test_a_body_is_sent_as_it_is(name: str) -> None:
    """The bytes are those that the name says."""
    assert sent(name) == SENT[name]


@pytest.mark.parametrize("name", HEADERS)
def test_a_header_is_sent_as_it_is(name: str) -> None:
    """The header is the one that the name says."""
    header, value = HEADERS[name]
    assert BY_NAME[name].make(Client(TARGET), REQUEST).headers.get(header) == value


def test_ids() -> None:
    """The id is written in capitals, percent-encoded, or as what it is not."""
    urls = {name: BY_NAME[name].make(Client(TARGET), REQUEST).url or "" for name in BY_NAME}
    assert ACTIVE_ID.upper() in urls["a UUID in capitals"]
    assert f"%61{ACTIVE_ID[1:]}" in urls["a percent-encoded id"]
    assert "/organisations/not-a-uuid/" in urls["a value that is no UUID"]
    assert f"/organisations/g{ACTIVE_ID[1:]}/" in urls["a UUID with a letter beyond f"]


def test_every_method_is_tried_on_this_machine(recorded: tuple[Recording, Result]) -> None:
    """GET, HEAD, OPTIONS and, here, PUT, PATCH, DELETE and TRACE are tried, once each."""
    methods = [request.method for request in recorded[0].requests if request.method != "POST"]
    tried = ["GET", "HEAD", "OPTIONS", "PUT", "PATCH", "DELETE", "TRACE"]
    assert sorted(methods) == sorted(tried)


def test_trace_carries_no_secret(recorded: tuple[Recording, Result]) -> None:
    """What a TRACE holds comes back, so it has none of the target's headers; all others have."""
    key = {
        request.method: request.headers.get("x-dolfin-api-key") for request in recorded[0].requests
    }
    assert (key["TRACE"], key["DELETE"], key["POST"]) == (None, KEY, KEY)


def test_each_media_type_of_a_success_is_asked_for(tmp_path: Path) -> None:
    """What nobody asks for would never be looked at."""

    bodies = {"application/xml": b"<lamps><lamp>", "text/csv": b"a,b"}

    def answer(write: Write, _: str) -> None:
        accept = server.accepted[-1]
        kind = accept if accept in bodies else "application/json"
        body = bodies.get(kind, b"{}")
        write(head(f"content-type: {kind}", f"content-length: {len(body)}") + body)

    names = ("application/json", "application/xml", "text/csv", "image/*")
    media: dict[str, object] = {name: {} for name in names}
    success = {"200": {"description": "OK", "content": media}}
    contract = contract_of(tmp_path, {"/lamps": {"get": {"responses": success}}})
    with raw_server(answer) as server:
        plan = Plan(contract, Target(server.url), seed=1)
        progress = run_pytest(plan, "-k", "test_documented_media_types")
    assert progress.run is not None
    assert progress.errors == []
    assert server.accepted[-2:] == ["application/xml", "text/csv"]
    assert [finding.check.name for finding in progress.run.findings] == ["well-formed body"]
