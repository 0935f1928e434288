"""The printed command, run in a shell that has the variables: it sends what the client sent."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from contract_tests.http.client import Client
from contract_tests.http.exchange import OperationRequest
from contract_tests.target.credentials import Credential, Identity
from contract_tests.target.target import Target
from tallystick.contract import Contract
from tests.contract_tests.contracts import contract_of, documented, operation
from tests.contract_tests.http.recorder import Got, recording

SCHEMES = {
    "bearer": {"type": "http", "scheme": "bearer"},
    "basic": {"type": "http", "scheme": "basic"},
    "header": {"type": "apiKey", "in": "header", "name": "X-Odd"},
    "query": {"type": "apiKey", "in": "query", "name": "k"},
    "cookie": {"type": "apiKey", "in": "cookie", "name": "sid"},
}
PATHS = {f"/{name}": documented("get", "post", security=[{name: []}]) for name in SCHEMES}
ODD = 's3cret $(id) "quoted" `ls` \\ & a=b%2F+é\'x'
"""What a shell or an address would take for its own."""

PLAIN = "s3cret-0123"


@pytest.fixture
def contract(tmp_path: Path) -> Contract:
    return contract_of(tmp_path, PATHS, components={"securitySchemes": SCHEMES})


def sent_and_repeated(
    contract: Contract,
    path: str,
    env: Mapping[str, str],
    request: Mapping[str, Any] | None = None,
    method: str = "GET",
    **target: Any,
) -> tuple[str, Got, Got]:
    """The command, what the client sent, and what the shell sent."""
    with recording() as server:
        client = Client(Target(server.url, variables=dict(env), **target))
        found = OperationRequest(operation(contract, f"{method} {path}"), **(request or {}))
        command = client.send(found).curl
        client.close()
        done = subprocess.run(
            ["bash", "-c", f"{command} -s"],
            env={"PATH": os.environ["PATH"], **env},
            capture_output=True,
            check=False,
        )
        assert done.returncode == 0, (command, done.stderr)
    first, again = server.got
    return command, first, again


def same(one: Got, other: Got) -> bool:
    """Whether two requests have the same credentials, address and body."""
    names = ("authorization", "x-odd", "cookie", "x-more", "content-type", "accept")
    headers = [{name: got.headers.get(name) for name in names} for got in (one, other)]
    rest = [(got.method, got.path, got.query, got.body) for got in (one, other)]
    return headers[0] == headers[1] and rest[0] == rest[1]


@pytest.mark.parametrize("secret", [PLAIN, ODD], ids=["plain", "odd"])
@pytest.mark.parametrize("scheme", ["basic", "query"])
def test_any_secret_that_is_encoded(contract: Contract, scheme: str, secret: str) -> None:
    """A password and a key of the query may hold anything."""
    credential = Credential(username='an"n$a', password=secret, key=secret)
    credentials = {scheme: credential}
    env = {"MY_SECRET": secret}
    command, first, again = sent_and_repeated(
        contract, f"/{scheme}", env, {"query": {"a": "b c"}}, credentials=credentials
    )
    assert same(first, again), command
    assert "${MY_SECRET}" in command
    assert secret not in command


HEADER = 's3cret $(id) "q" `ls` \\ & \'x'


@pytest.mark.parametrize("scheme", ["bearer", "header"])
@pytest.mark.parametrize("secret", [PLAIN, HEADER], ids=["plain", "odd"])
def test_any_secret_of_a_header(contract: Contract, scheme: str, secret: str) -> None:
    """A header takes what is printable; the shell runs nothing of it."""
    credentials = {scheme: Credential(token=secret, key=secret)}
    command, first, again = sent_and_repeated(
        contract, f"/{scheme}", {"MY_SECRET": secret}, credentials=credentials
    )
    assert same(first, again), command
    assert "${MY_SECRET}" in command
    assert secret not in command


def test_a_cookie_beside_others(contract: Contract) -> None:
    """Only the secret one is a variable."""
    command, first, again = sent_and_repeated(
        contract,
        "/cookie",
        {"SID": PLAIN},
        {"cookies": {"lang": "en"}},
        credentials={"cookie": Credential(key=PLAIN)},
    )
    assert same(first, again), command
    assert "sid=${SID}" in command
    assert "lang=en" in command


def test_headers_and_parameters_of_the_target_file(contract: Contract) -> None:
    """With text of the file around a variable."""
    headers = {"X-More": f'pre $x "{PLAIN}" post'}
    request = {"headers": {"X-Odd": f"it's {PLAIN}"}, "body": {"token": PLAIN}}
    command, first, again = sent_and_repeated(
        contract,
        "/query",
        {"MY_SECRET": PLAIN},
        {**request, "media_type": "application/json"},
        method="POST",
        headers=headers,
        parameters={"header.X-Odd": f"it's {PLAIN}"},
    )
    assert same(first, again), command
    assert PLAIN not in command
    assert command.count("${MY_SECRET}") == 3


def test_a_literal_secret_has_a_variable_of_its_name(contract: Contract) -> None:
    """Nobody has set one; what to set is said."""
    literal = Credential(token=PLAIN, key=PLAIN, username="anna", password=PLAIN)
    expected = {
        "/bearer": '-H "Authorization: ${AUTHORIZATION}"',
        "/header": '-H "X-Odd: ${X_ODD}"',
        "/query": '--url-query "k=${K}"',
        "/cookie": '-H "cookie: sid=${SID}"',
        "/basic": '-u "anna:${PASSWORD}"',
    }
    client = Client(Target("http://127.0.0.1:1", credentials=dict.fromkeys(SCHEMES, literal)))
    for path, words in expected.items():
        request = OperationRequest(operation(contract, f"GET {path}"))
        command = client.shown(client.prepare(request))
        assert words in command
        assert PLAIN not in command


@pytest.mark.parametrize("path", [f"/{name}" for name in SCHEMES])
def test_a_wrong_credential_is_no_secret(contract: Contract, path: str) -> None:
    """The command has it, so that it repeats the request; a right one is not in it."""
    right = Credential(token=PLAIN, key=PLAIN, username="anna", password=PLAIN)
    with recording() as server:
        client = Client(Target(server.url, credentials=dict.fromkeys(SCHEMES, right)))
        found = OperationRequest(operation(contract, f"GET {path}"))
        prepared = client.prepare(found, identity=Identity.WRONG)
        command = client.transmit(prepared).curl
        subprocess.run(["bash", "-c", f"{command} -s"], capture_output=True, check=True)
        client.close()
    first, again = server.got
    assert same(first, again), command
    assert "$" not in command


def test_short_secrets_are_hidden_too(contract: Contract) -> None:
    """They are too short to be looked for in texts, but not in their own place."""
    client = Client(Target("http://127.0.0.1:1", credentials={"header": Credential(key="abc")}))
    command = client.shown(client.prepare(OperationRequest(operation(contract, "GET /header"))))
    assert '-H "X-Odd: ${X_ODD}"' in command
