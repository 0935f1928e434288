"""The client secrets of the embedded onboarding: each works once, and for a short time."""

from collections.abc import Iterator

import httpx
import pytest

from tests.mock_server.behaviours.test_roles import enable, place, put, served, state, status
from tests.mock_server.documented import ID

EMBEDDED = "/_tallystick/embedded"


@pytest.fixture(scope="module")
def started() -> Iterator[httpx.Client]:
    """A mock of the document with all four operations, for all tests here."""
    with served() as connected:
        yield connected


@pytest.fixture
def mock(started: httpx.Client) -> httpx.Client:
    """That mock, with one enabled account and a clock that stands still."""
    assert started.post("/_tallystick/reset").status_code == 204
    started.post("/_tallystick/clock", json={"freeze": True})
    enable(started)
    return started


def secret(mock: httpx.Client) -> str:
    answer = mock.post(place("session"))
    assert answer.status_code == 200, answer.text
    assert answer.json().keys() == {"clientSecret"}
    return str(answer.json()["clientSecret"])


def use(mock: httpx.Client, secret: str, **more: str) -> httpx.Response:
    return mock.post(EMBEDDED, json={"client_secret": secret, **more})


def refused(answer: httpx.Response, status: int, words: str) -> None:
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    assert words in answer.json()["detail"]


def test_each_is_new(mock: httpx.Client) -> None:
    """Each call gives another secret, and all of them work."""
    first, second = secret(mock), secret(mock)
    assert first != second
    assert use(mock, second).status_code == 200
    assert use(mock, first).status_code == 200


def test_used_once(mock: httpx.Client) -> None:
    """The first use begins the onboarding; the second is refused, and changes nothing."""
    given = secret(mock)
    answer = use(mock, given)
    assert answer.json() == {"id": ID, "payment_account": "OnboardingInProgress"}
    refused(use(mock, given, act="complete"), 409, "used before")
    assert state(mock) == "OnboardingInProgress"


@pytest.mark.parametrize(
    ("act", "to_be"),
    [
        ("complete", "Active"),
        ("restrict", "Restricted"),
        ("save", "OnboardingInProgress"),
        ("reject", "Rejected"),
        ("disconnect", "Disconnected"),
    ],
)
def test_acts(mock: httpx.Client, act: str, to_be: str) -> None:
    """What a person does in the embedded onboarding is what the status says."""
    assert use(mock, secret(mock), act=act).json() == {"id": ID, "payment_account": to_be}
    assert status(mock)["status"] == to_be


@pytest.mark.parametrize(("seconds", "code"), [(299, 200), (300, 409), (301, 409)])
def test_expiry(mock: httpx.Client, seconds: int, code: int) -> None:
    """A secret lives five minutes of the mock's clock."""
    given = secret(mock)
    mock.post("/_tallystick/clock", json={"advance": seconds})
    answer = use(mock, given)
    assert answer.status_code == code
    assert ("expired" in answer.text) is (code == 409)


@pytest.mark.parametrize("given", ["", "x", "acct_0_secret_0", "_secret_"])
def test_unknown(mock: httpx.Client, given: str) -> None:
    """What was never given out is not known, and so is a part of what was."""
    refused(use(mock, given), 404, "not known")
    refused(use(mock, secret(mock)[:-1]), 404, "not known")


def test_a_wrong_act_uses_nothing_up(mock: httpx.Client) -> None:
    """It is refused with the acts that there are."""
    given = secret(mock)
    refused(use(mock, given, act="explode"), 400, "complete, restrict, save, reject, disconnect")
    assert use(mock, given).status_code == 200


@pytest.mark.parametrize(
    ("name", "code", "label"),
    [
        ("NotEnabled", 409, "409"),
        ("Disconnected", 409, "409"),
        ("Rejected", 200, "200"),
        ("Active", 200, "200"),
    ],
)
def test_states(mock: httpx.Client, name: str, code: int, label: str) -> None:
    """Without an account, or with a disconnected one, there is no secret: the documented 409."""
    put(mock, name)
    answer = mock.post(place("session"))
    assert (answer.status_code, answer.headers["tallystick-case"]) == (code, label)


@pytest.mark.parametrize("name", ["Rejected", "Disconnected", "NotEnabled"])
def test_a_state_ends_secrets(mock: httpx.Client, name: str) -> None:
    """With a secret from before, such an account cannot be onboarded."""
    given = secret(mock)
    put(mock, name)
    refused(use(mock, given, act="complete"), 409, "Nothing can be onboarded")
    assert state(mock) == name


def test_the_last_ones_are_known(mock: httpx.Client) -> None:
    """Of very many secrets of an account the last 20 work."""
    given = [secret(mock) for _ in range(21)]
    refused(use(mock, given[0]), 404, "not known")
    assert use(mock, given[1]).status_code == 200


def test_sessions_and_reset(mock: httpx.Client) -> None:
    """A secret belongs to its session of the mock, until that is reset."""
    given = secret(mock)
    refused(mock.post(f"/~session/one{EMBEDDED}", json={"client_secret": given}), 404, "not known")
    mock.post("/_tallystick/reset")
    refused(use(mock, given), 404, "not known")


def test_the_way_to_the_409_is_explained(mock: httpx.Client) -> None:
    """A session that succeeded shows how to get the refusal: by the account's state."""
    secret(mock)
    number = mock.get("/_tallystick/requests").json()[-1]["id"]
    found = mock.get(f"/_tallystick/requests/{number}").json()
    (way,) = (other for other in found["others"] if other["case"] == "409")
    assert way["changes"] == [
        f'first PUT /_tallystick/organisations/{ID} with {{"payment_account":"NotEnabled"}}'
    ]
