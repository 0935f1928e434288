"""Faults of the transport: how an answer arrives, on demand."""

import time
from typing import Any

import httpx
import pytest

from tests.mock_server.documented import ID, VALID, create, path

FAULTS = "/_tallystick/faults"


def prefer(mock: httpx.Client, preference: str) -> httpx.Response:
    return create(mock, VALID, headers={"Prefer": preference})


@pytest.mark.parametrize(
    ("fault", "error", "words"),
    [
        ("reset", httpx.ReadError, "reset"),
        ("empty", httpx.RemoteProtocolError, "without sending a response"),
        ("truncated", httpx.RemoteProtocolError, "without sending complete message body"),
        ("garbage", httpx.RemoteProtocolError, "illegal"),
    ],
)
def test_no_answer(mock: httpx.Client, fault: str, error: type[Exception], words: str) -> None:
    """The client sees the connection fail, each time in its way."""
    with pytest.raises(error, match=words):
        prefer(mock, f"fault={fault}")


def test_hang(mock: httpx.Client) -> None:
    """Nothing comes for as long as the client waits."""
    with pytest.raises(httpx.ReadTimeout):
        mock.post(path(), json=VALID, headers={"Prefer": "fault=hang"}, timeout=0.3)


def test_slow(mock: httpx.Client) -> None:
    """The right answer comes in pieces, later than it would at once."""
    started = time.monotonic()
    answer = prefer(mock, "fault=slow")
    assert (answer.status_code, "url" in answer.json()) == (200, True)
    assert time.monotonic() - started > 0.5


def test_wrong_type(mock: httpx.Client) -> None:
    """The right body comes under the wrong media type."""
    answer = prefer(mock, "fault=wrong-type, code=502")
    assert answer.status_code == 502
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    assert answer.json()["title"] == "PaymentAccount.ProviderError"


def test_bad_gateway(mock: httpx.Client) -> None:
    """A gateway's 502 is HTML, whatever the case."""
    answer = prefer(mock, "fault=bad-gateway")
    assert (answer.status_code, answer.headers["content-type"]) == (502, "text/html")
    assert "<h1>502 Bad Gateway</h1>" in answer.text


def test_delay(mock: httpx.Client) -> None:
    """The right answer comes later."""
    started = time.monotonic()
    assert prefer(mock, "delay=0.4").status_code == 200
    assert time.monotonic() - started >= 0.4


@pytest.mark.parametrize("preference", ["fault=rest", "delay=long", "delay=-1", "delay=1000"])
def test_unknown(mock: httpx.Client, preference: str) -> None:
    """A fault that there is not is refused, with those that there are."""
    answer = prefer(mock, preference)
    assert (answer.status_code, answer.headers["tallystick-error"]) == (400, "unknown fault")
    assert "reset, empty, truncated, garbage, hang, slow, wrong-type" in answer.json()["detail"]


def test_queued(mock: httpx.Client) -> None:
    """Queued faults play in turn, then answers arrive again."""
    queued = mock.post(FAULTS, json={"faults": ["bad-gateway", "wrong-type"]})
    assert (queued.status_code, queued.json()["left"]) == (201, 2)
    types = [create(mock, VALID).headers["content-type"] for _ in range(3)]
    assert types == ["text/html", "text/html; charset=utf-8", "application/json"]
    assert mock.get(FAULTS).json() == []


def test_for_one_organisation(mock: httpx.Client) -> None:
    """A queued fault waits for the request that it is for."""
    other = "11111111-1111-4111-8111-111111111111"
    mock.post(FAULTS, json={"faults": ["bad-gateway"], "match": {"path.id": ID}})
    statuses = [mock.post(path(name), json=VALID).status_code for name in (other, ID, ID)]
    assert statuses == [200, 502, 200]


def test_at_random(mock: httpx.Client) -> None:
    """With a rate and a seed, the same requests are hit in each run."""
    runs = []
    for _ in range(2):
        mock.post("/_tallystick/reset")
        mock.post(FAULTS, json={"faults": ["bad-gateway"], "times": None, "rate": 0.5, "seed": 7})
        runs.append([create(mock, VALID).status_code for _ in range(20)])
    assert runs[0] == runs[1]
    assert set(runs[0]) == {200, 502}


@pytest.mark.parametrize(
    "body", [{"faults": "slow"}, {"faults": ["rest"]}, {"delay": "1"}, {"rate": 2}, {"seed": "x"}]
)
def test_what_cannot_be_queued(mock: httpx.Client, body: dict[str, Any]) -> None:
    """A wrong member is refused with a problem."""
    assert mock.post(FAULTS, json=body).status_code == 400


def test_no_fault_but_a_delay(mock: httpx.Client) -> None:
    """The helper's `fault([], {delay})` is a delay and nothing else."""
    assert mock.post(FAULTS, json={"faults": [], "delay": 0.2}).status_code == 201
    begun = time.monotonic()
    assert create(mock, VALID).status_code == 200
    assert time.monotonic() - begun >= 0.2
