"""Whose credentials a request has: what is sent for each scheme, and for each identity."""

from __future__ import annotations

from base64 import b64encode
from pathlib import Path
from typing import Any

import pytest

from contract_tests.http.client import Client
from contract_tests.http.exchange import OperationRequest
from contract_tests.target.credentials import Credential, Identity
from contract_tests.target.target import Target
from tallystick.contract import Contract
from tests.contract_tests.contracts import contract_of, documented, operation

OWN, NONE, WRONG, OTHER = Identity
SCHEMES = {
    "bearer": {"type": "http", "scheme": "bearer"},
    "basic": {"type": "http", "scheme": "basic"},
    "custom": {"type": "http", "scheme": "hoba"},
    "header": {"type": "apiKey", "in": "header", "name": "X-Api-Key"},
    "query": {"type": "apiKey", "in": "query", "name": "key"},
    "cookie": {"type": "apiKey", "in": "cookie", "name": "sid"},
    "oauth": {"type": "oauth2", "flows": {}},
    "certificate": {"type": "mutualTLS"},
    "openid": {"type": "openIdConnect", "openIdConnectUrl": "https://id.example/"},
}
PATHS = {
    **{f"/{name}": documented("get", security=[{name: []}]) for name in SCHEMES},
    "/unknown": documented("get", security=[{"undeclared": []}]),
    "/both": documented("get", security=[{"header": [], "query": []}]),
    "/either": documented("get", security=[{"basic": []}, {"cookie": []}]),
    "/optional": documented("get", security=[{}, {"bearer": []}]),
    "/open": documented("get", security=[]),
    "/declared": documented(
        "get",
        security=[{"header": []}],
        parameters=[{"name": "X-Api-Key", "in": "header", "required": True, "schema": {}}],
    ),
}
RIGHT = Credential(token="t0ken-secret", username="ann", password="pa55-secret", key="k3y-secret")
PAIR = b64encode(b"ann:pa55-secret").decode()


@pytest.fixture
def contract(tmp_path: Path) -> Contract:
    return contract_of(tmp_path, PATHS, components={"securitySchemes": SCHEMES})


def sent(
    contract: Contract, path: str, identity: Identity = OWN, request: Any = None, **target: Any
) -> dict[str, str | None]:
    """What a request has at the places of credentials."""
    found = OperationRequest(operation(contract, f"GET {path}"), **(request or {}))
    client = Client(Target("http://127.0.0.1:1", **target))
    prepared = client.prepare(found, identity=identity)
    names = ("authorization", "x-api-key", "cookie")
    headers = {name: prepared.headers.get(name) for name in names}
    query = (prepared.url or "").partition("?")[2]
    return {n: v for n, v in {**headers, "query": query}.items() if v}


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("/bearer", {"authorization": "Bearer t0ken-secret"}),
        ("/basic", {"authorization": f"Basic {PAIR}"}),
        ("/custom", {"authorization": "Hoba t0ken-secret"}),
        ("/header", {"x-api-key": "k3y-secret"}),
        ("/declared", {"x-api-key": "k3y-secret"}),
        ("/query", {"query": "key=k3y-secret"}),
        ("/cookie", {"cookie": "sid=k3y-secret"}),
        ("/oauth", {"authorization": "Bearer t0ken-secret"}),
        ("/openid", {"authorization": "Bearer t0ken-secret"}),
        ("/both", {"x-api-key": "k3y-secret", "query": "key=k3y-secret"}),
        ("/either", {"authorization": f"Basic {PAIR}"}),
        ("/optional", {"authorization": "Bearer t0ken-secret"}),
        ("/open", {}),
    ],
)
def test_credentials_go_where_the_scheme_says(
    contract: Contract, path: str, expected: dict[str, str]
) -> None:
    """And nowhere else; without any, none are made up."""
    assert sent(contract, path, credentials=dict.fromkeys(SCHEMES, RIGHT)) == expected
    assert sent(contract, path) == {}


def test_the_first_requirement_that_can_be_met(contract: Contract) -> None:
    """With a cookie alone, the other alternative is taken; half of a requirement is none."""
    assert sent(contract, "/either", credentials={"cookie": RIGHT}) == {"cookie": "sid=k3y-secret"}
    assert sent(contract, "/both", credentials={"header": RIGHT}) == {}


GIVEN = {
    "headers": {"Authorization": "Bearer mine", "X-Api-Key": "mine", "Cookie": "sid=mine; a=b"}
}


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("/bearer", {"x-api-key": "mine", "cookie": "sid=mine; a=b"}),
        ("/header", {"authorization": "Bearer mine", "cookie": "sid=mine; a=b"}),
        ("/cookie", {"authorization": "Bearer mine", "x-api-key": "mine", "cookie": "a=b"}),
    ],
)
def test_nobody_has_no_credentials(contract: Contract, path: str, expected: dict[str, str]) -> None:
    """Those of [headers] are left out, too, and so are those of the request."""
    assert sent(contract, path, NONE, **GIVEN) == expected
    request = {"headers": {"x-api-key": "a", "Authorization": "b"}, "cookies": {"sid": "c"}}
    assert (
        sent(contract, path, NONE, request, **GIVEN).keys() == expected.keys() or path != "/bearer"
    )


def test_nobody_is_not_the_user_of_the_address(contract: Contract) -> None:
    """Nor the one of a query."""
    client = Client(Target("http://ann:pa55-secret@127.0.0.1:1"))
    request = OperationRequest(operation(contract, "GET /basic"))
    assert client.prepare(request).headers["authorization"] == f"Basic {PAIR}"
    assert "authorization" not in client.prepare(request, identity=NONE).headers
    asked = {"query": {"key": "k", "a": "b"}}
    assert sent(contract, "/query", NONE, asked) == {"query": "a=b"}


def test_only_a_given_value_wins(contract: Contract) -> None:
    """An entry of the target file gives one, to reach a case; what is made replaces nothing."""
    made = {"headers": {"authorization": "", "X-API-KEY": "0"}, "query": {"key": "0"}}
    right = dict.fromkeys(SCHEMES, RIGHT)
    found = sent(contract, "/bearer", OWN, made, credentials=right, headers={"x-api-key": "mine"})
    assert found == {
        "authorization": "Bearer t0ken-secret",
        "x-api-key": "mine",
        "query": "key=0",
    }
    assert sent(contract, "/query", OWN, made, credentials=right)["query"] == "key=k3y-secret"
    request = {"headers": {"authorization": "Bearer readonly"}, "given": {"header.Authorization"}}
    found = sent(contract, "/bearer", OWN, request, credentials={"bearer": RIGHT})
    assert found == {"authorization": "Bearer readonly"}


@pytest.mark.parametrize("path", [f"/{name}" for name in SCHEMES if name != "certificate"])
def test_wrong_credentials_look_right(contract: Contract, path: str) -> None:
    """They have the shape of right ones, are new each time, and no real user's."""
    credentials = dict.fromkeys(SCHEMES, RIGHT)
    right = sent(contract, path, credentials=credentials)
    wrong = [sent(contract, path, WRONG, credentials=credentials) for _ in range(2)]
    assert wrong[0].keys() == right.keys()
    assert len({str(each) for each in (right, *wrong)}) == 3
    ((name, value),) = right.items()
    start = str(value).partition(" ")[0] if name == "authorization" else ""
    assert str(wrong[0][name]).startswith(start)


def test_given_wrong_credentials(contract: Contract) -> None:
    """[credentials.wrong] has them."""
    expired = {"bearer": Credential(token="expired")}
    found = sent(contract, "/bearer", WRONG, credentials={"bearer": RIGHT}, wrong=expired)
    assert found == {"authorization": "Bearer expired"}


def test_another_user(contract: Contract) -> None:
    """[credentials.other] replaces those of the run."""
    target = {"credentials": {"bearer": RIGHT}, "other": {"bearer": Credential(token="guest")}}
    found = sent(contract, "/bearer", OTHER, headers={"Authorization": "Bearer mine"}, **target)
    assert found == {"authorization": "Bearer guest"}


def test_what_an_identity_can_be_tried_on(contract: Contract) -> None:
    """Only where credentials are required; wrong ones three times for a scheme: accounts lock."""
    client = Client(Target("http://192.0.2.1", credentials={"bearer": RIGHT}))
    bearer, free = operation(contract, "GET /bearer"), operation(contract, "GET /optional")
    can_be = client.identities.can_be
    assert [can_be(each, bearer) for each in (NONE, WRONG, OTHER)] == [True, True, False]
    assert [can_be(each, free) for each in (NONE, WRONG, OTHER)] == [False, False, False]
    for _ in range(3):
        assert can_be(WRONG, bearer)
        client.prepare(OperationRequest(bearer), identity=WRONG)
    assert not can_be(WRONG, bearer)
    assert can_be(WRONG, operation(contract, "GET /header"))


@pytest.mark.parametrize(("name", "is_limited"), [("bearer", False), ("basic", True)])
def test_wrong_tokens_on_this_machine(contract: Contract, name: str, is_limited: bool) -> None:
    """A token locks no account; a password does, wherever the target is."""
    client = Client(Target("http://127.0.0.1:1", credentials={name: RIGHT}))
    guarded = operation(contract, f"GET /{name}")
    for _ in range(3):
        client.prepare(OperationRequest(guarded), identity=WRONG)
    assert client.identities.can_be(WRONG, guarded) is not is_limited


def test_another_user_of_the_same_application(contract: Contract) -> None:
    """What only one of two schemes has is the run's own for the other."""
    given = {"query": Credential(key="g")}
    target: dict[str, Any] = {"credentials": dict.fromkeys(SCHEMES, RIGHT), "other": given}
    assert sent(contract, "/both", OTHER, **target) == {"x-api-key": "k3y-secret", "query": "key=g"}
    either = {**target, "other": {"cookie": Credential(key="g")}}
    assert sent(contract, "/either", OTHER, **either) == {"cookie": "sid=g"}
    client = Client(Target("http://127.0.0.1:1", **target))
    found = [
        client.identities.can_be(OTHER, operation(contract, f"GET {p}"))
        for p in ("/both", "/header")
    ]
    assert found == [True, False]


@pytest.mark.parametrize(
    ("path", "target", "expected"),
    [
        ("/certificate", {}, False),
        ("/unknown", {}, False),
        ("/header", {}, True),
        ("/header", {"credentials": {"header": RIGHT}, "headers": {"X-Gate": "g"}}, True),
        ("/header", {"headers": {"X-API-key": "k"}}, True),
        ("/header", {"headers": {"X-Gate": "g"}}, False),
        ("/header", {"headers": {"Accept": "text/plain"}}, True),
        ("/query", {"headers": {"X-Gate": "g"}, "parameters": {"query.key": "k"}}, True),
        ("/cookie", {"headers": {"Cookie": "sid=a"}}, True),
    ],
)
def test_what_can_be_left_out(
    contract: Contract, path: str, target: dict[str, Any], expected: bool
) -> None:
    """A client certificate cannot, nor can what the document does not know: with a header in its
    place, the target would serve a request without the scheme's credential, and rightly so.
    """
    client = Client(Target("http://127.0.0.1:1", **target))
    found = operation(contract, f"GET {path}")
    assert [client.identities.can_be(each, found) for each in (NONE, WRONG)] == [expected, expected]


def test_wrong_credentials_of_another_alternative(contract: Contract) -> None:
    """Where the target file has wrong ones, they say which requirement is broken."""
    target: dict[str, Any] = {
        "credentials": {"basic": RIGHT},
        "wrong": {"cookie": Credential(key="expired")},
    }
    assert sent(contract, "/either", WRONG, **target) == {"cookie": "sid=expired"}


def test_a_header_of_the_command_line_comes_first(contract: Contract) -> None:
    """It is for a first try, whatever the file says."""
    given = {"headers": {"Authorization": "Bearer mine"}, "first_headers": {"authorization"}}
    found = sent(contract, "/bearer", OWN, credentials={"bearer": RIGHT}, **given)
    assert found == {"authorization": "Bearer mine"}
