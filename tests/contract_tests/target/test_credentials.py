"""A whole run against a service with every kind of scheme: nothing that is generated replaces a
credential of the target file.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from contract_tests.requests.reaching import has_request
from contract_tests.requests.sources import valid_request
from contract_tests.requests.variations.faults import faults
from contract_tests.target.credentials import Credential
from contract_tests.target.target import Target
from tests.contract_tests.commands import Result, run_words, tallystick_test
from tests.contract_tests.contracts import contract_of, documented
from tests.contract_tests.http.recorder import Got, Reply, recording

SCHEMES: dict[str, Any] = {
    "bearer": {"type": "http", "scheme": "bearer"},
    "header": {"type": "apiKey", "in": "header", "name": "X-Api-Key"},
    "query": {"type": "apiKey", "in": "query", "name": "key"},
    "cookie": {"type": "apiKey", "in": "cookie", "name": "sid"},
}
SECRETS = {name: f"{name}-s3cret-0123456789" for name in SCHEMES}
TENANT = "tenant-s3cret-0123456789"


def parameter(location: str, name: str) -> dict[str, Any]:
    schema = {"type": "string", "minLength": 1}
    return {"name": name, "in": location, "required": True, "schema": schema}


def operation_of(name: str, scheme: dict[str, Any]) -> dict[str, Any]:
    """An operation that declares its credential once more as a parameter, as many documents do."""
    where = "header" if name == "bearer" else scheme["in"]
    again = parameter(where, scheme.get("name", "Authorization"))
    schema = {"type": "object", "required": ["a"], "properties": {"a": {"type": "integer"}}}
    return {
        "security": [{name: []}],
        "parameters": [again, parameter("header", "X-Tenant"), parameter("query", "q")],
        "requestBody": {"required": True, "content": {"application/json": {"schema": schema}}},
        "responses": {
            "200": {"description": "OK"},
            "400": {"description": f"`Key.Missing` — {scheme.get('name', 'x')} is required"},
            "401": {"description": "Who?"},
        },
    }


PATHS = {f"/{name}": {"put": operation_of(name, scheme)} for name, scheme in SCHEMES.items()}


def credential_in(got: Got) -> str | None:
    """The credential of a request, at the place of its scheme."""
    cookies = dict(pair.partition("=")[::2] for pair in got.headers.get("cookie", "").split("; "))
    return {
        "/bearer": got.headers.get("authorization", "").removeprefix("Bearer ") or None,
        "/header": got.headers.get("x-api-key"),
        "/query": got.query.get("key"),
        "/cookie": cookies.get("sid"),
    }.get(got.path)


def guard(got: Got) -> Reply:
    """The service: knows who asks, wants a tenant, and checks the body."""
    name = got.path.removeprefix("/")
    if name not in SCHEMES:
        return Reply(404)
    if got.method not in ("PUT", "OPTIONS"):
        return Reply(405, headers=(("allow", "PUT"),))
    if credential_in(got) != SECRETS[name]:
        return Reply(401, headers=(("www-authenticate", "Bearer"),))
    try:
        value = json.loads(got.body)
    except (ValueError, RecursionError):
        return Reply(400)
    is_right = isinstance(value, dict) and type(value.get("a")) in (int, float)
    is_right = is_right and value["a"] == int(value["a"]) and bool(got.query.get("q"))
    is_json = got.headers.get("content-type", "").lower().startswith("application/json")
    return Reply(200 if is_right and is_json and got.headers.get("x-tenant") == TENANT else 400)


def fuzz(folder: Path, *options: object, env: dict[str, str]) -> Result:
    words = ("tallystick", "fuzz", "--max-requests", 1500, *options)
    return run_words(folder, (*words, "--report-dir", folder / "report"), env)


@pytest.mark.whole
@pytest.mark.parametrize("command", [tallystick_test, fuzz])
def test_nothing_generated_replaces_a_credential(
    tmp_path: Path, command: Callable[..., Result]
) -> None:
    """Each request has the right one, none, or one of at most three wrong ones for its scheme; and
    no text has one.
    """
    contract_of(tmp_path, PATHS, components={"securitySchemes": SCHEMES})
    keys = {"bearer": "token"}
    lines = [f'{n} = {{ {keys.get(n, "key")} = "${{TALLY_{n.upper()}}}" }}' for n in SCHEMES]
    env = {f"TALLY_{name.upper()}": secret for name, secret in SECRETS.items()}
    with recording(guard) as server:
        text = ['document = "document.json"', "[credentials]", *lines, "[headers]"]
        target = tmp_path / "target.toml"
        target.write_text(
            "\n".join([f'base_url = "{server.url}"', *text, f'X-Tenant = "{TENANT}"']), "utf-8"
        )
        run = command(tmp_path, "--target", target, "--seed", 1, env=env)
    sent = {name: [g for g in server.got if g.path == f"/{name}"] for name in SCHEMES}
    for name, requests in sent.items():
        credentials = [credential_in(got) for got in requests if got.method != "TRACE"]
        assert len(credentials) > 10
        wrong = {each for each in credentials if each not in (None, SECRETS[name])}
        assert len(wrong) <= 3, wrong
        assert sum(each in wrong for each in credentials) <= 3
        assert "" not in credentials
    assert {got.headers.get("x-tenant") for g in sent.values() for got in g} <= {TENANT, None}
    secrets = (*SECRETS.values(), TENANT)
    leaks = [(w, s) for w, text in run.texts.items() for s in secrets if s in text]
    assert leaks == []
    heavy = [(found["check"], found["message"]) for found in run.heavy]
    assert [each for each in heavy if "X-Api-Key" in each[1] or "401" in each[1]] == []
    assert run.code in (0, 3), run.out


def test_what_the_target_keeps_is_never_a_fault(tmp_path: Path) -> None:
    """Left out, the client puts it in again, and the service would be right to serve it."""
    contract = contract_of(tmp_path, PATHS, components={"securitySchemes": SCHEMES})
    target = Target(
        "http://127.0.0.1:1",
        headers={"x-tenant": TENANT},
        credentials={"header": Credential(key="k")},
    )
    operation = contract.operations[1]
    request = valid_request(contract, operation, target)
    found = [fault.what for fault in faults(contract, request, target)]
    assert [what for what in found if what.startswith(("header.", "query."))] == [
        "query.q left out"
    ]
    case = next(case for case in operation.cases if case.code == "Key.Missing")
    assert not has_request(target, operation, case)


@pytest.mark.whole
def test_a_run_without_a_token(tmp_path: Path) -> None:
    """It ends with code 4 and one sentence, and writes its report."""
    flows = {"clientCredentials": {"tokenUrl": "oauth/token", "scopes": {}}}
    schemes = {"securitySchemes": {"o": {"type": "oauth2", "flows": flows}}}
    paths = {"/a": documented("get"), "/b": documented("get"), "/c": documented("get")}
    contract_of(tmp_path, paths, security=[{"o": []}], components=schemes)
    with recording(lambda _: Reply(401, b'{"error": "invalid_client"}')) as server:
        target = tmp_path / "target.toml"
        target.write_text(
            f'base_url = "{server.url}"\ndocument = "document.json"\n'
            '[credentials]\no = { client_id = "me", client_secret = "${TALLY_SECRET}" }\n',
            encoding="utf-8",
        )
        run = tallystick_test(tmp_path, "--target", target, env={"TALLY_SECRET": SECRETS["query"]})
    assert run.code == 4
    assert (
        f"No token came from {server.url}/oauth/token: it answered 401 (invalid_client)" in run.err
    )
    assert len(server.got) == 2
    assert [where for where, text in run.texts.items() if SECRETS["query"] in text] == []
