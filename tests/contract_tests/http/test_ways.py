"""The way to a target: a CA of one's own, a client's certificate, a proxy."""

from __future__ import annotations

import os
import ssl
import subprocess
from collections.abc import Mapping
from pathlib import Path

import pytest

from contract_tests.http.client import Client, TargetGoneError, unreachable
from contract_tests.http.exchange import OperationRequest, Response
from contract_tests.target.file import read_target
from contract_tests.target.target import HookCall, Target, TargetError
from tests.contract_tests.contracts import contract_of, documented
from tests.contract_tests.http.recorder import recording
from tests.contract_tests.targets import write


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, str]:
    """Certificates of one's own for a server and for a client, with their keys."""
    folder = tmp_path_factory.mktemp("certificates")

    def make(name: str, *more: str) -> None:
        words = ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256"]
        words += ["-keyout", f"{name}.key", "-out", f"{name}.pem", "-days", "2"]
        words += ["-subj", f"/CN={name}", "-addext", "subjectAltName=IP:127.0.0.1", *more]
        subprocess.run(words, cwd=folder, capture_output=True, check=True)

    make("server", "-nodes")
    make("client", "-nodes")
    make("locked", "-passout", "pass:secret")
    both = (folder / "client.pem").read_text("utf-8") + (folder / "client.key").read_text("utf-8")
    (folder / "both.pem").write_text(both, encoding="utf-8")
    return {path.name: str(path) for path in folder.iterdir()}


def context_of(files: Mapping[str, str], *, asks: bool = False) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(files["server.pem"], files["server.key"])
    if asks:
        context.load_verify_locations(files["client.pem"])
        context.verify_mode = ssl.CERT_REQUIRED
    return context


def request_in(folder: Path) -> OperationRequest:
    return OperationRequest(contract_of(folder, {"/a": documented("get")}).operations[0])


def test_a_ca_of_ones_own(tmp_path: Path, files: Mapping[str, str]) -> None:
    """The target is trusted with it and not without, and so does the printed command."""
    with recording(context=context_of(files)) as server:
        client = Client(Target(server.url, ca_file=files["server.pem"]))
        exchange = client.send(request_in(tmp_path))
        client.close()
        subprocess.run(["bash", "-c", f"{exchange.curl} -sS"], capture_output=True, check=True)
        with pytest.raises(TargetGoneError, match="certificate"):
            Client(Target(server.url)).send(request_in(tmp_path))
    assert isinstance(exchange.outcome, Response)
    assert [got.path for got in server.got] == ["/a", "/a"]


@pytest.mark.parametrize("names", [("client.pem", "client.key"), ("both.pem",)])
def test_a_clients_certificate(
    tmp_path: Path, files: Mapping[str, str], names: tuple[str, ...]
) -> None:
    """In one file or two; the printed command has it, too."""
    given = tuple(files[name] for name in names)
    with recording(context=context_of(files, asks=True)) as server:
        target = Target(server.url, ca_file=files["server.pem"], client_certificate=given)
        client = Client(target)
        exchange = client.send(request_in(tmp_path))
        client.close()
        subprocess.run(["bash", "-c", f"{exchange.curl} -sS"], capture_output=True, check=True)
    assert isinstance(exchange.outcome, Response)
    assert len(server.got) == 2


def test_the_certificate_goes_to_the_target_only(files: Mapping[str, str]) -> None:
    """Another origin that asks for one does not get it."""
    with recording() as server, recording(context=context_of(files, asks=True)) as other:
        given = (files["both.pem"],)
        target = Target(server.url, ca_file=files["server.pem"], client_certificate=given)
        client = Client(target)
        with pytest.raises(TargetError, match="failed"):
            client.hook(HookCall("POST", f"{other.url}/hook"))
        client.close()
    assert other.got == []


@pytest.mark.parametrize(
    ("key", "message"),
    [
        ('ca_file = "{server.key}"', "'ca_file' cannot be used: "),
        ('client_certificate = "{client.pem}"', "it is no PEM file that can be used."),
        ('client_certificate = ["{client.pem}", "{server.key}"]', "it is no PEM file that can"),
        ('client_certificate = ["{locked.pem}", "{locked.key}"]', "it is no PEM file that can"),
    ],
)
def test_files_that_cannot_be_used(
    tmp_path: Path, files: Mapping[str, str], key: str, message: str
) -> None:
    """A key that is missing, another's, or has a password: nobody is asked for it."""
    for name, path in files.items():
        key = key.replace(f"{{{name}}}", path)
    with pytest.raises(TargetError) as error:
        read_target(str(write(tmp_path, f'base_url = "http://127.0.0.1"\n{key}')))
    assert ":2: " in str(error.value)
    assert message in str(error.value)


def test_files_stand_beside_the_target_file(tmp_path: Path, files: Mapping[str, str]) -> None:
    """As the document does."""
    (tmp_path / "ca.pem").write_text(Path(files["server.pem"]).read_text("utf-8"), "utf-8")
    target = read_target(str(write(tmp_path, 'base_url = "http://127.0.0.1"\nca_file = "ca.pem"')))
    assert target.ca_file == str(tmp_path / "ca.pem")


def test_a_proxy(tmp_path: Path) -> None:
    """Each request goes through it, with its own user; the target need not be in reach."""
    with recording() as proxy:
        place = proxy.url.replace("://", "://ann:pr0xy-secret@")
        target = Target("http://192.0.2.1:81/api", proxy=place, variables={"PASS": "pr0xy-secret"})
        assert unreachable(target) is None
        client = Client(target)
        exchange = client.send(request_in(tmp_path))
        client.close()
        env = {"PATH": os.environ["PATH"], "PASS": "pr0xy-secret"}
        command = ["bash", "-c", f"{exchange.curl} -sS"]
        subprocess.run(command, env=env, capture_output=True, check=True)
    assert isinstance(exchange.outcome, Response)
    assert "pr0xy-secret" not in exchange.curl
    asked = [(got.path, got.headers.get("proxy-authorization")) for got in proxy.got]
    assert asked == [("/api/a", "Basic YW5uOnByMHh5LXNlY3JldA==")] * 2
