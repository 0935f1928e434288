"""The operations beside the link: all four are about one payment account of an organisation."""

import asyncio
import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest
import yaml
from jsonschema import Draft202012Validator, FormatChecker

from mock_server.behaviours.payment_account_link.accounts import Accounts
from mock_server.behaviours.payment_account_link.secrets import new_secret
from mock_server.serve import serving
from mock_server.state.embedded.embedded_sessions import EmbeddedSessions
from tallystick import load_contract
from tests.mock_server.conftest import Serve, client
from tests.mock_server.documented import ID, OTHER_ID, VALID

DOCUMENT = Path(__file__).parents[3] / "examples" / "onboarding" / "payment-account.yaml"
STATUS = {
    "type": "object",
    "required": ["organisationId", "provider", "accountId", "status", "capabilities", "enabledAt"],
    "additionalProperties": False,
    "properties": {
        "organisationId": {"type": "string", "format": "uuid"},
        "provider": {"enum": ["Stripe", "Manual", None]},
        "accountId": {"type": ["string", "null"]},
        "status": {
            "enum": [
                *("NotStarted", "OnboardingInProgress", "Active"),
                *("Restricted", "Rejected", "Disconnected"),
            ]
        },
        "capabilities": {
            "type": "object",
            "required": [
                *("chargesEnabled", "payoutsEnabled", "detailsSubmitted"),
                *("currentlyDue", "pastDue", "disabledReason"),
            ],
            "additionalProperties": False,
            "properties": {
                "chargesEnabled": {"type": "boolean"},
                "payoutsEnabled": {"type": "boolean"},
                "detailsSubmitted": {"type": "boolean"},
                "currentlyDue": {"type": "array", "items": {"type": "string"}},
                "pastDue": {"type": "array", "items": {"type": "string"}},
                "disabledReason": {"type": ["string", "null"]},
            },
        },
        "enabledAt": {"type": ["string", "null"], "format": "date-time"},
    },
}
"""The facts of the vendor's status, written by hand."""


@contextmanager
def served(path: str = str(DOCUMENT)) -> Iterator[httpx.Client]:
    with serving(load_contract(path)) as url, client(url) as connected:
        yield connected


@pytest.fixture(scope="module")
def started() -> Iterator[httpx.Client]:
    """A mock of the document with all four operations, for all tests here."""
    with served() as connected:
        yield connected


@pytest.fixture
def four(started: httpx.Client) -> httpx.Client:
    """That mock, as at its start."""
    assert started.post("/_tallystick/reset").status_code == 204
    return started


def place(what: str, organisation: str = ID) -> str:
    return f"/organisations/{organisation}/payment-account/{what}"


def put(mock: httpx.Client, state: str) -> None:
    control = f"/_tallystick/organisations/{ID}"
    assert mock.put(control, json={"payment_account": state}).status_code == 200


def state(mock: httpx.Client, organisation: str = ID) -> str:
    found = mock.get(f"/_tallystick/organisations/{organisation}").json()
    return str(found["payment_account"])


def enable(mock: httpx.Client, organisation: str = ID) -> dict[str, Any]:
    answer = mock.post(place("enable", organisation))
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


def status(mock: httpx.Client, organisation: str = ID) -> dict[str, Any]:
    """The status, which is valid."""
    answer = mock.get(place("status", organisation))
    assert (answer.status_code, answer.headers["tallystick-case"]) == (200, "200")
    body = answer.json()
    Draft202012Validator(STATUS, format_checker=FormatChecker()).validate(body)
    assert body["organisationId"] == organisation
    return dict(body)


def link(mock: httpx.Client) -> httpx.Response:
    return mock.post(place("link"), json=VALID)


# --- enable


def test_untouched(four: httpx.Client) -> None:
    """Where accounts are enabled, an organisation that nobody has touched has none."""
    assert state(four) == "NotEnabled"
    found = status(four)
    assert (found["status"], found["provider"], found["accountId"]) == ("NotStarted", None, None)
    assert link(four).headers["tallystick-case"] == "409 PaymentAccount.NotEnabled"


def test_enabling(four: httpx.Client) -> None:
    """It gets an account, which the status knows, and then links."""
    made = enable(four)
    assert made.keys() == {"accountId", "status"}
    assert made["status"] == "NotStarted"
    assert made["accountId"].startswith("acct_")
    found = status(four)
    assert (found["status"], found["provider"]) == ("NotStarted", "Stripe")
    assert found["accountId"] == made["accountId"]
    assert state(four) == "NotStarted"
    assert link(four).status_code == 200


def test_enabling_again(four: httpx.Client) -> None:
    """It is idempotent: the account that is there is returned, with the status that it has now."""
    made = enable(four)
    put(four, "Restricted")
    assert enable(four) == {"accountId": made["accountId"], "status": "Restricted"}
    assert enable(four, ID.upper())["accountId"] == made["accountId"]
    assert state(four) == "Restricted"


def test_organisations_are_apart(four: httpx.Client) -> None:
    """Each organisation has an account of its own."""
    first = enable(four)
    assert state(four, OTHER_ID) == "NotEnabled"
    assert enable(four, OTHER_ID)["accountId"] != first["accountId"]


# --- status


@pytest.mark.parametrize(
    ("name", "shown", "enabled", "submitted", "due", "reason"),
    [
        ("NotEnabled", "NotStarted", False, False, [], None),
        (
            *("NotStarted", "NotStarted", False, False),
            *(["business_type", "external_account", "tos_acceptance.date"], None),
        ),
        (
            *("OnboardingInProgress", "OnboardingInProgress", False, False),
            *(["external_account", "tos_acceptance.date"], None),
        ),
        ("Active", "Active", True, True, [], None),
        (
            *("Restricted", "Restricted", False, True),
            *(["individual.verification.document"], "requirements.past_due"),
        ),
        ("Rejected", "Rejected", False, True, [], "rejected.other"),
        ("Disconnected", "Disconnected", False, True, [], None),
    ],
)
def test_states(
    four: httpx.Client,
    name: str,
    shown: str,
    enabled: bool,
    submitted: bool,
    due: list[str],
    reason: str | None,
) -> None:
    """Each state of the mock has its status, and capabilities that go with it."""
    put(four, name)
    found = status(four)
    assert found["status"] == shown
    assert (found["enabledAt"] is not None) is (name == "Active")
    assert found["capabilities"] == {
        "chargesEnabled": enabled,
        "payoutsEnabled": enabled,
        "detailsSubmitted": submitted,
        "currentlyDue": due,
        "pastDue": due if name == "Restricted" else [],
        "disabledReason": reason,
    }


def test_the_onboarding_moves_the_status(four: httpx.Client) -> None:
    """Opening the page begins it, and completing it makes the account active, by the clock."""
    enable(four)
    four.post("/_tallystick/clock", json={"freeze": True})
    url = link(four).json()["url"]
    assert four.get(url).status_code == 200
    assert status(four)["status"] == "OnboardingInProgress"
    four.post(f"{url}/complete")
    found, now = status(four), four.get("/_tallystick/clock").json()["now"]
    assert found["status"] == "Active"
    assert found["enabledAt"][:19] == now[:19]
    four.post("/_tallystick/clock", json={"advance": 3600})
    put(four, "Restricted")
    put(four, "Active")
    assert status(four)["enabledAt"] == found["enabledAt"]
    put(four, "NotEnabled")
    assert status(four)["enabledAt"] is None


def test_reset(four: httpx.Client) -> None:
    """After a reset no organisation has an account."""
    enable(four)
    four.post("/_tallystick/reset")
    assert (state(four), four.get("/_tallystick/organisations").json()) == ("NotEnabled", [])


def test_sessions(four: httpx.Client) -> None:
    """Each session of the mock has accounts of its own."""
    four.post(f"/~session/one{place('enable')}")
    assert state(four) == "NotEnabled"
    assert four.get(f"/~session/one{place('status')}").json()["accountId"] is not None


@pytest.mark.parametrize("what", ["enable", "session"])
def test_forcing_leaves_the_state(four: httpx.Client, what: str) -> None:
    """A forced success changes nothing."""
    answer = four.post(place(what), headers={"Prefer": "code=200"})
    assert (answer.status_code, state(four)) == (200, "NotEnabled")


def test_the_board(four: httpx.Client) -> None:
    """It shows the same organisation."""
    enable(four)
    assert four.get("/_tallystick/organisations").json() == [
        {"id": ID, "payment_account": "NotStarted"}
    ]
    assert f'aria-label="Payment account of {ID}"' in four.get("/_tallystick/").text


# --- documents with some of it


def only(*whats: str, without: str = "") -> str:
    """The document with some of the operations only, and without responses of one status."""
    document = yaml.safe_load(DOCUMENT.read_text(encoding="utf-8"))
    paths = {path: item for path, item in document["paths"].items() if path.endswith(whats)}
    for item in paths.values():
        for operation in (item.get("get"), item.get("post")):
            (operation or {}).get("responses", {}).pop(without, None)
    return json.dumps({**document, "paths": paths})


@pytest.mark.parametrize("what", ["enable", "link", "status", "session"])
def test_an_operation_alone(serve: Serve, what: str) -> None:
    """What the document does not have is not there: neither the operations nor what belongs to
    them.
    """
    mock = serve(only(what))
    others = [one for one in ("enable", "link", "status", "session") if one != what]
    assert [mock.request("OPTIONS", place(one)).status_code for one in others] == [404, 404, 404]
    used = mock.post("/_tallystick/embedded", json={"client_secret": "x"})
    assert ("not known" in used.text) is (what == "session")
    paths = mock.get("/_tallystick/control.json").json()["paths"]
    assert ("/_tallystick/embedded" in paths) is (what == "session")
    assert state(mock) == ("NotEnabled" if what == "enable" else "NotStarted")


def test_without_enable(serve: Serve) -> None:
    """Where nothing enables accounts, each organisation has one from the start."""
    mock = serve(only("link", "status"))
    assert link(mock).status_code == 200
    found = status(mock)
    assert (found["status"], found["provider"]) == ("NotStarted", "Stripe")


ENABLE = """
openapi: 3.1.0
info: {title: T, version: "1"}
paths:
  /organisations/{organisation}/payment-account/enable:
    parameters:
      - {name: organisation, in: path, required: true, schema: {type: string}}
    post:
      x-tallystick-behaviour: payment-account-link
      responses: {RESPONSES}
"""


def documented(responses: dict[str, Any]) -> str:
    return ENABLE.replace("{RESPONSES}", json.dumps(responses))


def success(schema: Any) -> dict[str, Any]:
    return {"description": "Done", "content": {"application/json": {"schema": schema}}}


ACCOUNT = {"type": "object", "properties": {"accountId": {"type": "string"}}}


def test_created_where_that_is_documented(serve: Serve) -> None:
    """With a 201 beside the 200, the account is created once."""
    mock = serve(documented({"200": success(ACCOUNT), "201": success(ACCOUNT)}))
    answers = [mock.post(place("enable")) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [201, 200]
    assert answers[0].json() == answers[1].json()
    assert answers[0].json().keys() == {"accountId"}


def test_created_each_time(serve: Serve) -> None:
    """Where 201 alone is documented, the account that is there gets it, too."""
    mock = serve(documented({"201": success(ACCOUNT)}))
    answers = [mock.post(place("enable")) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [201, 201]
    assert answers[0].json() == answers[1].json()


@pytest.mark.parametrize(
    ("schema", "expected"),
    [
        ({"type": "object", "properties": {"accountId": {"type": "integer"}}}, {}),
        (
            {
                "type": "object",
                "required": ["tier", "status"],
                "properties": {"tier": {"const": "gold"}, "status": {"enum": ["NotStarted"]}},
            },
            {"tier": "gold", "status": "NotStarted"},
        ),
        (
            {
                "type": "object",
                "required": ["status"],
                "properties": {"status": {"const": "created"}},
            },
            {"status": "created"},
        ),
        ({"const": "done"}, "done"),
    ],
    ids=["another type", "more members", "other states", "no object"],
)
def test_what_does_not_fit(serve: Serve, schema: Any, expected: Any) -> None:
    """The answer keeps the document's schema: what does not fit is left out, or made."""
    answer = serve(documented({"200": success(schema)})).post(place("enable"))
    assert (answer.status_code, answer.json()) == (200, expected)


def test_without_a_body(serve: Serve) -> None:
    """A success that has no body enables the account all the same."""
    mock = serve(documented({"204": {"description": "Done"}}))
    assert mock.post(place("enable")).status_code == 204
    assert state(mock) == "NotStarted"


def test_a_refusal_that_is_not_documented(serve: Serve) -> None:
    """A link whose document has no 409 is never refused with one."""
    mock = serve(only("link", "enable", without="409"))
    put(mock, "Disconnected")
    assert link(mock).status_code == 200


# --- the store


def test_the_store_has_json() -> None:
    """All that is kept is a JSON value, so that a store of another process can hold it."""
    session = EmbeddedSessions(load_contract(str(DOCUMENT))).default
    store = session.store

    async def kept() -> dict[str, Any]:
        await Accounts("NotEnabled").put(session, ID.upper(), "Rejected")
        await new_secret(session, ID)
        return {key: json.loads(await store.get(key) or "") for key in await store.keys("")}

    account, secrets = asyncio.run(kept()).values()
    assert account == {"state": "Rejected", "enabled_at": None}
    assert [(made["organisation"], made["used"]) for made in secrets] == [(ID, False)]
