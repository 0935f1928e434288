"""Tokens for client credentials: asked for once, of a place that is named, and never shown."""

from __future__ import annotations

import json
from base64 import b64decode
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

import pytest

from contract_tests.http.client import Client, NoTokenError, TargetGoneError
from contract_tests.http.exchange import OperationRequest
from contract_tests.target.credentials import Credential, Identity
from contract_tests.target.target import Target, TargetError
from tallystick.contract import Contract
from tests.contract_tests.contracts import contract_of, documented
from tests.contract_tests.http.recorder import Got, Recorder, Reply, recording
from tests.contract_tests.raw import RawServer, Write, head, raw_server

SECRET, TOKEN = "client-s3cret&=%", "t0ken-of-the-server"
SCHEME: dict[str, Any] = {
    "type": "oauth2",
    "flows": {"clientCredentials": {"tokenUrl": "oauth/token", "scopes": {}}},
}
PATHS = {
    "/a": documented("get"),
    "/b": documented("get"),
    "/c": documented("get"),
}


def contract_with(folder: Path) -> Contract:
    return contract_of(
        folder, PATHS, security=[{"o": []}], components={"securitySchemes": {"o": SCHEME}}
    )


def client_of(url: str, allow_hosts: tuple[str, ...] = (), **more: Any) -> Client:
    credential = Credential(client_id="me", client_secret=SECRET, **more)
    return Client(
        Target(f"{url}/api", credentials={"o": credential}, allow_hosts=allow_hosts, timeout=0.5)
    )


def giving(got: Got) -> Reply:
    """A token for the right client, and an answer for the token."""
    return Reply(body=json.dumps({"access_token": TOKEN, "token_type": "Bearer"}).encode())


def test_the_token_is_asked_for_once(tmp_path: Path) -> None:
    """By the first request of any thread; the address is relative to the target."""
    contract = contract_with(tmp_path)
    requests = [OperationRequest(each) for each in contract.operations]
    with recording(giving) as server:
        client = client_of(server.url, scopes=("read", "write"))
        with ThreadPoolExecutor(4) as pool:
            exchanges = list(pool.map(client.send, requests * 4))
        client.close()
    asked = [got for got in server.got if got.path == "/api/oauth/token"]
    assert [(got.method, parse_qs(got.body.decode())) for got in asked] == [
        ("POST", {"grant_type": ["client_credentials"], "scope": ["read write"]})
    ]
    pair = b64decode(asked[0].headers["authorization"].removeprefix("Basic ")).decode()
    assert pair == "me:client-s3cret%26%3D%25"
    others = [got.headers["authorization"] for got in server.got if got not in asked]
    assert others == [f"Bearer {TOKEN}"] * 12
    assert {TOKEN in exchange.curl for exchange in exchanges} == {False}


def test_a_server_that_wants_the_form(tmp_path: Path) -> None:
    """Some servers know clients by the form alone."""

    def reply(got: Got) -> Reply:
        is_right = b"client_secret=client-s3cret%26%3D%25" in got.body or got.path == "/api/a"
        return giving(got) if is_right else Reply(401, b'{"error": "invalid_client"}')

    with recording(reply) as server:
        client = client_of(server.url, token_url=f"{server.url}/t")
        client.send(OperationRequest(contract_with(tmp_path).operations[0]))
        client.close()
    assert [got.path for got in server.got] == ["/t", "/t", "/api/a"]
    assert "authorization" not in server.got[1].headers


def test_no_token_without_credentials(tmp_path: Path) -> None:
    """Nobody's request needs none, and neither does one with a wrong token."""
    with recording(giving) as server:
        client = client_of(server.url)
        request = OperationRequest(contract_with(tmp_path).operations[0])
        client.transmit(client.prepare(request, identity=Identity.NONE))
        client.transmit(client.prepare(request, identity=Identity.WRONG))
        client.close()
    assert [got.path for got in server.got] == ["/api/a", "/api/a"]
    assert server.got[1].headers["authorization"].startswith("Bearer ")


REFUSALS = {
    "an error": (Reply(400, b'{"error": "invalid_scope"}'), "answered 400 (invalid_scope)."),
    "an odd error": (Reply(403, b'{"error": {"secret": 1}}'), "answered 403."),
    "no JSON": (Reply(200, b"<html>"), "answered 200 without an access_token."),
    "no token": (Reply(200, b'{"access_token": 5}'), "answered 200 without an access_token."),
    "a list": (Reply(200, b"[]"), "answered 200 without an access_token."),
    "a redirect": (
        Reply(302, b"", (("location", "/else"),)),
        "answered 302 without an access_token.",
    ),
    "a bad token": (Reply(200, b'{"access_token": "a\\nb"}'), "cannot stand in a header."),
}


@pytest.mark.parametrize("name", REFUSALS)
def test_a_refusal_is_said_once(tmp_path: Path, name: str) -> None:
    """It ends the run, without a secret; the server is not asked again for each operation."""
    reply, message = REFUSALS[name]
    requests = [OperationRequest(each) for each in contract_with(tmp_path).operations]
    with recording(lambda _: reply) as server:
        client = client_of(server.url)
        for request in requests:
            with pytest.raises(NoTokenError) as error:
                client.send(request)
            assert message in str(error.value)
            assert f"No token came from {server.url}/api/oauth/token" in str(error.value) or (
                name == "a bad token"
            )
            assert "s3cret" not in str(error.value)
        client.close()
    assert len(server.got) == (2 if reply.status == 400 else 1)
    assert issubclass(NoTokenError, TargetError)
    assert issubclass(NoTokenError, TargetGoneError)


def endless(server: RawServer, write: Write) -> None:
    """A body without end."""
    write(head("content-type: application/json", "connection: close"))
    server.drip(write, iter(lambda: b" " * 2**20, b""), 0)


def dripping(server: RawServer, write: Write) -> None:
    """A byte now and then."""
    write(head("content-type: application/json", "content-length: 1000000"))
    server.drip(write, iter(lambda: b" ", b""))


@pytest.mark.parametrize("attack", [endless, dripping])
def test_a_token_url_has_bounds(tmp_path: Path, attack: Any) -> None:
    """It has the deadline and the most of bytes that each request has."""
    with raw_server() as server:
        server.answer = lambda write, _: attack(server, write)
        client = client_of(server.url)
        with pytest.raises(NoTokenError, match="No token came from"):
            client.send(OperationRequest(contract_with(tmp_path).operations[0]))
        client.close()


def test_a_token_url_elsewhere_must_be_named(tmp_path: Path) -> None:
    """Off this machine, the client's secret goes to the target's host and to those named."""
    request = OperationRequest(contract_with(tmp_path).operations[0])
    url = "https://192.0.2.7:1/token"
    client = client_of("http://127.0.0.1:1", token_url=url)
    with pytest.raises(NoTokenError) as error:
        client.send(request)
    assert "https://192.0.2.7:1/token is not at the target." in str(error.value)
    assert 'allow_hosts = ["192.0.2.7"]' in str(error.value)


def test_each_fetched_token_is_hidden(tmp_path: Path) -> None:
    """Of two schemes with two tokens, neither is shown."""
    tokens = iter(["first-t0ken", "second-t0ken"])

    def reply(got: Got) -> Reply:
        is_ask = got.path.endswith("/token")
        return (
            Reply(body=json.dumps({"access_token": next(tokens)}).encode()) if is_ask else Reply()
        )

    paths = {"/a": documented("get", security=[{"o": []}])}
    paths["/b"] = documented("get", security=[{"p": []}])
    schemes = {"securitySchemes": {"o": SCHEME, "p": SCHEME}}
    contract = contract_of(tmp_path, paths, components=schemes)
    with recording(reply) as server:
        credentials = {
            name: Credential(client_id=name, client_secret=SECRET) for name in ("o", "p")
        }
        client = Client(Target(server.url, credentials=credentials))
        shown = [client.send(OperationRequest(each)).curl for each in contract.operations]
        again = client.send(OperationRequest(contract.operations[0])).curl
        client.close()
    assert sent_tokens(server) == ["first-t0ken", "second-t0ken", "first-t0ken"]
    assert [text for text in (*shown, again) if "t0ken" in text] == []


def sent_tokens(server: Recorder) -> list[str]:
    """The bearer tokens that came."""
    values = [got.headers.get("authorization", "") for got in server.got]
    return [value.removeprefix("Bearer ") for value in values if value.startswith("Bearer ")]


class Issuer:
    """Gives tokens that live so long, one after the other, and accepts those that it says."""

    def __init__(self, expires_in: Any = None) -> None:
        self.expires_in = expires_in
        self.given = 0
        self.accepts = lambda _: True

    def __call__(self, got: Got) -> Reply:
        if not got.path.endswith("/token"):
            token = got.headers.get("authorization", "").removeprefix("Bearer ")
            return Reply() if self.accepts(f"{token} {got.path}") else Reply(401)
        self.given += 1
        answer = {"access_token": f"t0ken-{self.given}", "expires_in": self.expires_in}
        return Reply(body=json.dumps(answer).encode())


LIFETIMES = [(3600, 3569, 3571), ("100", 89, 91), (1, 0.8, 0.95), (0, None, 10**9), ("x", None, 9)]


@pytest.mark.parametrize(("expires_in", "before", "after"), LIFETIMES)
def test_a_token_is_renewed_before_it_expires(
    tmp_path: Path, expires_in: Any, before: float | None, after: float
) -> None:
    """Thirty seconds before, or a tenth of its time if that is less; not at all where the server
    gives no time that makes sense (RFC 6749 section 5.1). Prepared requests get the new one, too.
    """
    request = OperationRequest(contract_with(tmp_path).operations[0])
    now = 0.0
    with recording(Issuer(expires_in)) as server:
        client = client_of(server.url)
        client.identities.tokens.clock = lambda: now
        prepared = client.prepare(request)
        for moment in [0.0, *([] if before is None else [before]), after]:
            now = moment
            shown = client.transmit(prepared).curl
        client.close()
    same = ["t0ken-1"] * (1 if before is None else 2)
    assert sent_tokens(server) == [*same, "t0ken-1" if before is None else "t0ken-2"]
    assert "t0ken" not in shown


def test_a_refused_token_is_renewed_once(tmp_path: Path) -> None:
    """The request is sent again with the next token, and its response counts."""
    request = OperationRequest(contract_with(tmp_path).operations[0])
    issuer = Issuer()
    with recording(issuer) as server:
        client = client_of(server.url)
        client.send(request)
        issuer.accepts = lambda sent: sent.startswith("t0ken-2 ")
        exchange = client.send(request)
        client.close()
    assert sent_tokens(server) == ["t0ken-1", "t0ken-1", "t0ken-2"]
    assert (exchange.outcome.status, issuer.given) == (200, 2)  # type: ignore[union-attr]


def test_an_operation_that_refuses_all_tokens_costs_one(tmp_path: Path) -> None:
    """If another one was in vain, no more are asked for as long as other operations take it."""
    one, other, _ = (OperationRequest(each) for each in contract_with(tmp_path).operations)
    issuer = Issuer()
    issuer.accepts = lambda sent: not sent.endswith("/a")
    with recording(issuer) as server:
        client = client_of(server.url)
        for request in [one, other] * 5:
            client.send(request)
        client.close()
    assert issuer.given == 2
    assert len(server.got) == 2 + 11


def test_a_token_server_that_dies(tmp_path: Path) -> None:
    """The run ends with one clear message, without waiting longer than for one request."""
    request = OperationRequest(contract_with(tmp_path).operations[0])
    with recording(Issuer(1)) as tokens, recording() as server:
        client = client_of(server.url, token_url=f"{tokens.url}/token")
        client.send(request)
        prepared = client.prepare(request)
    # Both are gone; the time of the token is over.
    client.identities.tokens.clock = lambda: 10**9
    for send in (lambda: client.transmit(prepared), lambda: client.send(request)):
        with pytest.raises(NoTokenError) as error:
            send()
        assert str(error.value) == f"No token came from {tokens.url}/token: connection refused."
    client.close()
