"""A protected service, tested with the token that the target file names."""

from __future__ import annotations

import os
import subprocess
from base64 import b64encode
from pathlib import Path
from typing import Any

import pytest
import yaml

from contract_tests.http.client import Client
from contract_tests.http.exchange import OperationRequest
from contract_tests.target.credentials import Credential
from contract_tests.target.target import Target
from tests.contract_tests.commands import Result, tallystick_test
from tests.contract_tests.contracts import contract_of, documented
from tests.contract_tests.shelves import Library, serving

TOKEN = "a-very-secret-token"
DOCUMENT = Path(__file__).parent / "shelves.yaml"


def write(folder: Path, url: str, *, status: str = "401", **target: str) -> Path:
    """The library's document with a bearer scheme and this status, and a target file for it."""
    document = yaml.safe_load(DOCUMENT.read_text(encoding="utf-8"))
    document["security"] = [{"token": []}]
    document["components"]["securitySchemes"] = {"token": {"type": "http", "scheme": "bearer"}}
    for item in document["paths"].values():
        for operation in item.values():
            operation["responses"][status] = {"description": "Who are you?"}
    (folder / "document.yaml").write_text(yaml.safe_dump(document), encoding="utf-8")
    text = f'base_url = "{url}"\ndocument = "document.yaml"\n' + "\n".join(target.values())
    (folder / "target.toml").write_text(text, encoding="utf-8")
    return folder / "target.toml"


WITH_TOKEN = '[credentials]\ntoken = { token = "${TOKEN}" }\n'


def run(folder: Path, library: Library, **keys: str) -> Result:
    """A run against a library."""
    with serving(library) as url:
        target = write(folder, url, **keys)
        options = ("--target", target, "--seed", 1)
        return tallystick_test(folder, *options, env={"TOKEN": TOKEN})


def test_every_case_is_covered_without_more_than_the_token(tmp_path: Path) -> None:
    """Its 401, too; and nobody gets to see the token."""
    result = run(tmp_path, Library(TOKEN), target=WITH_TOKEN)
    assert (result.code, result.broken) == (0, []), result.out
    verdicts = {case["verdict"] for case in result.report["cases"]}
    assert verdicts == {"passed", "unreachable"}
    assert [name for name, text in result.texts.items() if TOKEN in text] == []


def test_a_header_for_a_first_try(tmp_path: Path) -> None:
    """It is a credential like any other."""
    library = Library(TOKEN)
    with serving(library) as url:
        write(tmp_path, url)
        header = ("--header", f"Authorization: Bearer {TOKEN}")
        place = tmp_path / "document.yaml"
        result = tallystick_test(tmp_path, place, "--base-url", url, *header, "--seed", 1)
    assert (result.code, result.broken) == (0, []), result.out
    assert [name for name, text in result.texts.items() if TOKEN in text] == []


class Careless(Library):
    """Serves whoever asks."""

    def is_known(self, _: str) -> bool:
        return True


class Credulous(Library):
    """Serves whoever has any token."""

    def is_known(self, sent: str) -> bool:
        return sent.startswith("Bearer ")


@pytest.mark.parametrize(
    ("library", "status", "code", "level", "what"),
    [
        (Careless(TOKEN), "401", 1, "documented", "a request without credentials"),
        (Credulous(TOKEN), "401", 1, "documented", "a request with wrong credentials"),
        (Careless(TOKEN), "418", 0, "advisory", "a request without credentials"),
    ],
    ids=["careless", "credulous", "careless, no 401 documented"],
)
def test_a_service_that_does_not_look(
    tmp_path: Path, library: Library, status: str, code: int, level: str, what: str
) -> None:
    """A forgotten check is a finding; an advice where the document has no 401."""
    result = run(tmp_path, library, target=WITH_TOKEN, status=status)
    found = [f for f in result.report["findings"] if f["message"].startswith(what)]
    assert (result.code, {f["level"] for f in found}) == (code, {level}), result.out


def test_no_credentials_end_the_run(tmp_path: Path) -> None:
    """Three refusals are enough."""
    library = Library(TOKEN)
    result = run(tmp_path, library)
    assert result.code == 4
    assert "check the credentials. Put them into [credentials] of the target file" in result.err
    assert len(library.requests) < 20


class Broken(Library):
    """Fails for one of its paths, once it knows who asks."""

    def _handle(self, method: str, path: str, body: bytes) -> tuple[int, Any]:
        if path == "/health":
            return 500, {"message": "it is not well"}
        return super()._handle(method, path, body)


def test_the_printed_command_works(tmp_path: Path) -> None:
    """In a shell that has the variable."""
    with serving(Broken(TOKEN)) as url:
        target = write(tmp_path, url, target=WITH_TOKEN)
        options = ("--target", target, "--seed", 1)
        result = tallystick_test(tmp_path, *options, env={"TOKEN": TOKEN})
        (curl,) = {found["curl"] for found in result.heavy}
        assert '-H "Authorization: Bearer ${TOKEN}"' in curl
        command, env = ["bash", "-c", f"{curl} -s"], {**os.environ, "TOKEN": TOKEN}
        done = subprocess.run(command, env=env, capture_output=True, text=True, check=True)
    assert done.stdout.startswith("HTTP/1.1 500")


def test_user_and_password_in_the_printed_command(tmp_path: Path) -> None:
    """Basic credentials are an option of curl; the variables are named."""
    target = Target(
        "http://127.0.0.1:1",
        credentials={"b": Credential(username="ann", password=TOKEN)},
        variables={"PASS": TOKEN},
    )
    scheme = {"b": {"type": "http", "scheme": "basic"}}
    paths = {"/a": documented("get", security=[{"b": []}])}
    contract = contract_of(tmp_path, paths, components={"securitySchemes": scheme})
    client = Client(target)
    shown = client.shown(client.prepare(OperationRequest(contract.operations[0])))
    assert '-u "ann:${PASS}"' in shown
    assert b64encode(f"ann:{TOKEN}".encode()).decode() not in shown
