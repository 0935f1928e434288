"""Names that lead elsewhere the second time, and addresses that say two things: nothing goes where
nobody allowed it, and no secret goes there at all.

A name server that changes its answer is one at the seam of the system: `socket.getaddrinfo`.
Connections to another machine are seen, and refused, before anything leaves.
"""

from __future__ import annotations

import ipaddress
import itertools
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from contract_tests.http.client import Client, NoTokenError, TargetGoneError
from contract_tests.http.exchange import OperationRequest, Response
from contract_tests.target.credentials import Credential
from contract_tests.target.file import read_target
from contract_tests.target.target import Target, TargetError
from tallystick.cli import cli
from tests.contract_tests.commands import tallystick_test
from tests.contract_tests.contracts import contract_of, documented
from tests.contract_tests.http.recorder import Got, Recorder, Reply, recording
from tests.contract_tests.raw import raw_server

HERE, THERE = "127.0.0.1", "192.0.2.7"
NAME = "rebinding.example"


@pytest.fixture
def elsewhere(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The addresses of other machines that were connected to."""
    tried: list[str] = []
    connect = socket.socket.connect

    def watched(self: socket.socket, address: Any) -> None:
        host = str(address[0])
        if not ipaddress.ip_address(host).is_loopback:
            tried.append(host)
            raise ConnectionRefusedError(111, "Connection refused")
        connect(self, address)

    monkeypatch.setattr(socket.socket, "connect", watched)
    return tried


class NameServer:
    """Leads a name here so many times, and elsewhere then."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, times: int, *, then: str = THERE) -> None:
        self.asked = 0
        self.addresses: Iterator[str] = itertools.chain([HERE] * times, itertools.repeat(then))
        self._look_up = socket.getaddrinfo
        monkeypatch.setattr(socket, "getaddrinfo", self.look_up)

    def look_up(self, host: str, *args: Any, **kwargs: Any) -> list[Any]:
        if host.lower().rstrip(".") != NAME:
            return self._look_up(host, *args, **kwargs)
        self.asked += 1
        return self._look_up(next(self.addresses), *args, **kwargs)


def named(url: str, name: str = NAME) -> str:
    """The address of a server by a name."""
    return url.replace(HERE, name)


def closing(_: Got) -> Reply:
    """An answer after which a new connection is made."""
    return Reply(headers=(("connection", "close"),))


@pytest.fixture
def request_(tmp_path: Path) -> OperationRequest:
    contract = contract_of(tmp_path, {"/a": documented("get")})
    return OperationRequest(contract.operations[0])


@pytest.mark.parametrize("times", [1, 2, 3])
def test_a_target_here_stays_here(
    times: int,
    request_: OperationRequest,
    elsewhere: list[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """What was decided by the first answer holds for all connections."""
    NameServer(monkeypatch, times)
    with recording(closing) as server:
        client = Client(Target(named(server.url), headers={"x-key": "k3y-secret"}))
        for _ in range(times - 1):
            assert isinstance(client.send(request_).outcome, Response)
        with pytest.raises(TargetGoneError, match=rf"{NAME} leads to {THERE}, which is not on"):
            client.send(request_)
        client.close()
    assert (len(server.got), elsewhere) == (times - 1, [])


def test_an_address_that_was_looked_at_is_the_one_connected_to(
    request_: OperationRequest, elsewhere: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """One look-up for the decision, one for each connection, and none between."""
    with recording() as server:
        names = NameServer(monkeypatch, 2)
        client = Client(Target(named(server.url)))
        assert isinstance(client.send(request_).outcome, Response)
        client.close()
    assert (names.asked, elsewhere) == (2, [])


@pytest.mark.parametrize(
    ("times", "spelling"), [(1, NAME), (2, NAME.upper()), (3, NAME + "."), (4, NAME)]
)
def test_a_fuzz_stays_here(
    times: int,
    spelling: str,
    tmp_path: Path,
    elsewhere: list[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Whenever the answer changes, nothing is sent elsewhere, and the fuzz ends with 4."""
    contract_of(tmp_path, {"/a": documented("get")})
    NameServer(monkeypatch, times)
    with recording(closing) as server:
        options = ["--database", "none", "--max-requests", "50", "--max-time", "20"]
        command = ["fuzz", str(tmp_path / "document.json"), *options]
        run = CliRunner().invoke(cli, [*command, "--base-url", named(server.url, spelling)])
    assert (run.exit_code, elsewhere) == (4, []), run.output
    assert f"leads to {THERE}, which is not on this machine" in run.output
    assert len(server.got) <= times


@pytest.mark.parametrize("times", [2, 4])
def test_a_fuzz_that_may_go_there_keeps_its_limits(
    times: int, tmp_path: Path, elsewhere: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A host that is named, and here at first, has no limits; so it must stay here."""
    contract_of(tmp_path, {"/a": documented("get")})
    NameServer(monkeypatch, times)
    with recording(closing) as server:
        target = tmp_path / "target.toml"
        url = named(server.url)
        target.write_text(f'base_url = "{url}"\n[fuzz]\nallow_hosts = ["{NAME}"]\n', "utf-8")
        document = str(tmp_path / "document.json")
        command = ["fuzz", document, "--target", str(target), "--database", "none"]
        run = CliRunner().invoke(cli, command)
    assert (run.exit_code, elsewhere) == (4, []), run.output


REFUSED = [
    "http://127.0.0.1@192.0.2.7/",
    "http://127.0.0.1:80@192.0.2.7:81/",
    "http://3221225991/",
    "http://0xc0000207/",
    "http://0300.0.2.7/",
    "http://192.0.519/",
    "http://192.0.2.7./",
    "http://[::ffff:192.0.2.7]/",
    "http://[::ffff:c000:207]/",
    "http://0.0.0.0/",
    "http://0/",
    "http://[::]/",
    "http://192.0.2.7\\@127.0.0.1/",
    "http://127.0.0.1\\@192.0.2.7/",
    "http://192.0.2.7:80/",
    "http://127.0.0.1%2e192.0.2.7/",
]


@pytest.mark.parametrize("url", REFUSED)
def test_no_spelling_makes_a_host_this_machine(
    url: str, tmp_path: Path, elsewhere: list[str]
) -> None:
    """A fuzz of it is refused before any connection."""
    contract_of(tmp_path, {"/a": documented("get")})
    document = str(tmp_path / "document.json")
    run = CliRunner().invoke(cli, ["fuzz", document, "--base-url", url, "--database", "none"])
    assert (type(run.exception).__name__, elsewhere) in [
        ("LimitsError", []),
        ("TallystickError", []),
    ]


ALLOWED = {
    "192.0.2.7": ["http://192.0.2.7/", "http://3221225991/", "http://[::ffff:192.0.2.7]/"],
    "3221225991": ["http://192.0.2.7:80/", "http://user@192.0.2.7/"],
    "Away.Example.": ["http://away.example/", "http://AWAY.example.:8080/"],
    "bücher.example": ["http://xn--bcher-kva.example/", "http://BÜCHER.example/"],
    "xn--bcher-kva.example": ["http://bücher.example/"],
    "2001:db8::7": ["http://[2001:db8:0::7]/"],
}


@pytest.mark.parametrize(
    ("host", "url"), [(host, url) for host, urls in ALLOWED.items() for url in urls]
)
def test_a_host_is_allowed_in_each_spelling(
    host: str, url: str, tmp_path: Path, elsewhere: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A fuzz of it begins."""
    monkeypatch.setattr(
        socket, "getaddrinfo", lambda *_, **__: [(socket.AF_INET, 1, 6, "", (THERE, 0))]
    )
    contract_of(tmp_path, {"/a": documented("get")})
    target = tmp_path / "target.toml"
    target.write_text(f'base_url = "{url}"\n[fuzz]\nallow_hosts = ["{host}"]\n', "utf-8")
    command = ["fuzz", str(tmp_path / "document.json"), "--target", str(target)]
    run = CliRunner().invoke(cli, [*command, "--database", "none"])
    assert (run.exit_code, elsewhere) == (4, [THERE]), run.exception


# --- set-up calls and tokens


def hook_target(folder: Path, server: Recorder, call: str) -> str:
    path = folder / "target.toml"
    before = f'before = [{{ method = "POST", url = "{call}" }}]'
    headers = '[headers]\nx-key = "k3y-secret"'
    path.write_text(f'base_url = "{server.url}"\n{headers}\n[cases."200"]\n{before}\n', "utf-8")
    return str(path)


@pytest.mark.parametrize("times", [1, 2])
def test_a_set_up_call_goes_nowhere_else(
    times: int, tmp_path: Path, elsewhere: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A host that was here when the target file was read has to be here then."""
    NameServer(monkeypatch, times)
    with recording(closing) as server, recording(closing) as other:
        target = read_target(hook_target(tmp_path, server, named(other.url) + "/hook"))
        client = Client(target)
        (call,) = target.cases["200"].before
        for _ in range(times - 1):
            client.hook(call)
        with pytest.raises(TargetError, match=f"{NAME} leads to {THERE}, which is not on this"):
            client.hook(call)
        client.close()
    assert (len(other.got), elsewhere) == (times - 1, [])
    assert all("x-key" not in got.headers for got in other.got)


@pytest.mark.parametrize(
    "url",
    [
        "http://192.0.2.7\\@127.0.0.1/",
        "http://127.0.0.1\\@192.0.2.7/",
        "http://127.0.0.1@192.0.2.7/",
        "http://3221225991/",
        "http://[::ffff:192.0.2.7]/",
    ],
)
def test_a_set_up_call_that_says_two_things(url: str, tmp_path: Path, elsewhere: list[str]) -> None:
    """The target file is refused."""
    with recording() as server, pytest.raises(TargetError):
        read_target(hook_target(tmp_path, server, url.replace("\\", "\\\\")))
    assert elsewhere == []


TOKEN_URLS = [
    "http://192.0.2.7\\@127.0.0.1/token",
    "http://127.0.0.1\\@192.0.2.7/token",
    "//192.0.2.7/token",
    "\\\\192.0.2.7\\token",
    "http://127.0.0.1@192.0.2.7/token",
    "http://3221225991/token",
    "http://[::ffff:192.0.2.7]/token",
]


def token_request(folder: Path, token_url: str) -> OperationRequest:
    flows = {"clientCredentials": {"tokenUrl": token_url, "scopes": {}}}
    contract = contract_of(
        folder,
        {"/a": documented("get")},
        security=[{"o": []}],
        components={"securitySchemes": {"o": {"type": "oauth2", "flows": flows}}},
    )
    return OperationRequest(contract.operations[0])


CLIENT = {"o": Credential(client_id="me", client_secret="client-s3cret")}


@pytest.mark.parametrize("token_url", TOKEN_URLS)
def test_a_document_gets_no_secret_of_a_client(
    token_url: str, tmp_path: Path, elsewhere: list[str]
) -> None:
    """A token URL is the document's: it may not lead to a host that nobody named."""
    with recording() as server:
        client = Client(Target(server.url, credentials=CLIENT))
        with pytest.raises(NoTokenError):
            client.send(token_request(tmp_path, token_url))
        client.close()
    assert elsewhere == []
    assert all("client-s3cret" not in got.body.decode() for got in server.got if got.path == "/a")


def test_a_token_url_that_leads_elsewhere_the_second_time(
    tmp_path: Path, elsewhere: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """No secret goes there."""
    NameServer(monkeypatch, 1)
    with recording() as server:
        client = Client(Target(server.url, credentials=CLIENT))
        with pytest.raises(NoTokenError, match=f"{NAME} leads to {THERE}, which is not on this"):
            client.send(token_request(tmp_path, f"{named(server.url)}/token"))
        client.close()
    assert (server.got, elsewhere) == ([], [])


# --- what a target answers


def leading(there: str) -> Any:
    """Answers that lead to another server wherever they can, and set cookies."""
    headers = (
        ("location", f"{there}/a"),
        ("link", f'<{there}/next>; rel="next"'),
        ("refresh", f"0; url={there}/"),
        ("set-cookie", "session=of-the-target; Path=/"),
        ("www-authenticate", 'Basic realm="x"'),
    )

    def reply(got: Got) -> Reply:
        if not got.path.startswith("/a"):
            return Reply(404, headers=headers)
        status = {"GET": 307, "POST": 201, "PUT": 308}.get(got.method, 302)
        return Reply(status, f'{{"id": "1", "next": "{there}/b"}}'.encode(), headers)

    return reply


def test_nothing_that_a_target_answers_leads_elsewhere(tmp_path: Path) -> None:
    """Neither redirects nor links nor `Location`; and its cookies are not sent back."""
    contract_of(
        tmp_path, {"/a": documented("get", "post"), "/a/{id}": documented("get", "put", "delete")}
    )
    with raw_server() as other, recording(leading(other.url)) as server:
        target = tmp_path / "target.toml"
        text = f'base_url = "{server.url}"\n[headers]\nx-key = "k3y-secret"\n'
        target.write_text(text + '[parameters]\n"path.id" = "1"\n', "utf-8")
        tallystick_test(tmp_path, tmp_path / "document.json", "--target", target)
    assert (other.connections, len(server.got) > 10) == (0, True)
    assert {got.headers.get("cookie") for got in server.got} == {None}
