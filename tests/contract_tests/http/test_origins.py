"""What goes to which origin: headers, credentials, certificates and cookies of a target go to the
target alone.
"""

from __future__ import annotations

from base64 import b64encode
from pathlib import Path
from typing import Any

import pytest

from contract_tests.http.client import Client
from contract_tests.http.exchange import OperationRequest
from contract_tests.target.credentials import Credential, Identity
from contract_tests.target.target import HookCall, Target
from tallystick.contract import Contract
from tests.contract_tests.contracts import contract_of, documented, operation
from tests.contract_tests.http.recorder import Got, Reply, recording

SCHEMES = {
    "bearer": {"type": "http", "scheme": "bearer"},
    "query": {"type": "apiKey", "in": "query", "name": "key"},
    "cookie": {"type": "apiKey", "in": "cookie", "name": "sid"},
}
PATHS = {
    **{f"/{name}": documented("get", security=[{name: []}]) for name in SCHEMES},
    "/open": documented("get"),
}
RIGHT = Credential(token="t0ken-secret", key="k3y-secret")
PAIR = "Basic " + b64encode(b"ann:pa55-secret").decode()


@pytest.fixture
def contract(tmp_path: Path) -> Contract:
    return contract_of(tmp_path, PATHS, components={"securitySchemes": SCHEMES})


SECRET_HEADERS = ("authorization", "cookie", "x-mine")


def secrets_of(got: Got) -> dict[str, str]:
    """What a request has that is the target's."""
    found = {name: got.headers[name] for name in SECRET_HEADERS if name in got.headers}
    return found | got.query


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("bearer", {"authorization": "Bearer t0ken-secret", "x-mine": "m1ne-secret"}),
        ("query", {"authorization": PAIR, "x-mine": "m1ne-secret", "key": "k3y-secret", "a": "b"}),
        ("cookie", {"authorization": PAIR, "x-mine": "m1ne-secret", "cookie": "sid=k3y-secret"}),
        ("open", {"authorization": PAIR, "x-mine": "m1ne-secret"}),
    ],
)
def test_a_set_up_call_to_the_target_has_the_credentials(
    contract: Contract, name: str, expected: dict[str, str]
) -> None:
    """Those of the operation that it sets up; it may have a query of its own."""
    with recording() as server:
        client = client_of(server.url)
        query = "?a=b" if "a" in expected else ""
        client.hook(
            HookCall("POST", f"{server.url}/hook{query}", {}), operation(contract, f"GET /{name}")
        )
        client.close()
    (got,) = server.got
    assert (got.path, secrets_of(got)) == ("/hook", expected)


def test_a_set_up_calls_own_headers_come_first(contract: Contract) -> None:
    """Whatever the spelling of their names."""
    with recording() as server:
        client = client_of(server.url)
        call = HookCall("POST", f"{server.url}/hook", {"authorization": "Bearer admin"})
        client.hook(call, operation(contract, "GET /bearer"))
        client.close()
    assert secrets_of(server.got[0]) == {"authorization": "Bearer admin", "x-mine": "m1ne-secret"}


@pytest.mark.parametrize("name", ["bearer", "query", "cookie"])
def test_a_call_to_another_origin_has_its_own_headers_alone(contract: Contract, name: str) -> None:
    """Another port is another origin; so is one that a cookie of this host would go to."""
    cookie = (("set-cookie", "sid=from-the-target; Path=/"),)
    with recording(lambda _: Reply(headers=cookie)) as server, recording() as other:
        client = client_of(server.url, keeps_cookies=True)
        found = operation(contract, f"GET /{name}")
        client.send(OperationRequest(found))
        client.hook(HookCall("POST", f"{other.url}/hook", {"X-Own": "o"}, {"a": 1}), found)
        client.close()
    (got,) = other.got
    assert secrets_of(got) == {}
    assert (got.headers["x-own"], got.body) == ("o", b'{"a": 1}')


def client_of(url: str, *, keeps_cookies: bool = False, **more: Any) -> Client:
    """A client with a secret of each kind."""
    return Client(
        Target(
            url.replace("://", "://ann:pa55-secret@"),
            headers={"X-Mine": "m1ne-secret"},
            credentials=dict.fromkeys(SCHEMES, RIGHT),
            **more,
        ),
        keeps_cookies=keeps_cookies,
    )


def setting(_: Got) -> Reply:
    """An answer that sets cookies."""
    return Reply(headers=(("set-cookie", "sid=session-1; Path=/"), ("set-cookie", "b=c; Path=/")))


def test_cookies_of_a_target_are_not_sent_back(contract: Contract) -> None:
    """A session would carry over from one operation to the next."""
    with recording(setting) as server:
        client = Client(Target(server.url))
        for _ in range(2):
            client.send(OperationRequest(operation(contract, "GET /open")))
        client.close()
    assert [got.headers.get("cookie") for got in server.got] == [None, None]


def test_cookies_where_the_document_has_a_cookie_scheme(contract: Contract) -> None:
    """They are sent back, but by no other identity; and they are not shown."""
    with recording(setting) as server:
        client = Client(Target(server.url), keeps_cookies=True)
        request = OperationRequest(operation(contract, "GET /cookie"))
        client.send(request)
        shown = client.send(request).curl
        for identity in (Identity.NONE, Identity.WRONG):
            client.transmit(client.prepare(request, identity=identity))
        client.close()
    cookies = [got.headers.get("cookie", "") for got in server.got]
    assert cookies[:3] == ["", "sid=session-1; b=c", ""]
    assert cookies[3].startswith("sid=")
    assert "session-1" not in cookies[3]
    assert "session-1" not in shown
    assert "${SID}" in shown


def test_a_cookie_of_the_target_file_comes_before_the_targets(contract: Contract) -> None:
    """A session that the server starts does not replace the user's."""
    with recording(setting) as server:
        client = Client(Target(server.url, credentials={"cookie": RIGHT}), keeps_cookies=True)
        request = OperationRequest(operation(contract, "GET /cookie"))
        for _ in range(2):
            client.send(request)
        client.close()
    assert server.got[1].headers["cookie"].split("; ")[0] == "sid=k3y-secret"
    assert "session-1" not in server.got[1].headers["cookie"]
