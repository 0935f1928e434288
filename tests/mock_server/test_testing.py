"""The mock in Python tests: each method, over real HTTP."""

import re
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from pathlib import Path

import httpx
import pytest

from mock_server.testing import RunningMock, connected_mock, running_mock
from tallystick.errors import TallystickError

from .conftest import client
from .documented import DISCONNECTED, ID, LABELS, OPERATION, OTHER_ID, VALID, check_success, path

DOCUMENT = """
openapi: 3.1.0
info: {title: Pings, version: "1"}
paths:
  /ping:
    get:
      responses:
        "200":
          description: OK
          content:
            application/json:
              schema:
                type: object
                required: [size]
                properties: {size: {type: integer}}
"""
OVERLAY = """
overlay: 1.0.0
info: {title: Rare, version: "1"}
actions:
  - target: $.paths['/ping'].get.responses
    update:
      "503": {description: Service Unavailable}
"""


@pytest.fixture(scope="module")
def served() -> Iterator[RunningMock]:
    """One mock of the bundled contract for all tests here."""
    with running_mock() as mock:
        yield mock


@pytest.fixture
def mock(served: RunningMock) -> RunningMock:
    """The same, as at its start."""
    served.reset()
    return served


def ask(mock: RunningMock, body: object = VALID, organisation: str = ID) -> httpx.Response:
    """What the code under test does: ask for a link, at the base URL that it is given."""
    with client(mock.url) as app:
        return app.post(mock.url + path(organisation), json=body)


def answers(mock: RunningMock, count: int) -> list[int]:
    return [ask(mock).status_code for _ in range(count)]


def test_it_serves_the_bundled_contract(mock: RunningMock) -> None:
    """Without arguments it is the bundled contract, on loopback."""
    check_success(ask(mock))
    assert httpx.URL(mock.url).host == "127.0.0.1"


def test_it_ends_with_its_block() -> None:
    """After the block nothing listens any more."""
    with running_mock() as mock:
        pass
    with pytest.raises(httpx.ConnectError):
        ask(mock)


def test_force(mock: RunningMock) -> None:
    """Cases are played in turn, as often as `times` says; then the mock answers as ever."""
    mock.force("PaymentAccount.ProviderError", 403, times=2)
    assert answers(mock, 5) == [502, 403, 502, 403, 200]


def test_force_for_ever(mock: RunningMock) -> None:
    """`times=None` never ends."""
    mock.force("502", times=None)
    assert answers(mock, 3) == [502, 502, 502]


def test_force_what_matches(mock: RunningMock) -> None:
    """A force waits for the request that it matches."""
    mock.force("502", match={"path.id": OTHER_ID})
    assert [ask(mock).status_code, ask(mock, VALID, OTHER_ID).status_code] == [200, 502]


def test_fault(mock: RunningMock) -> None:
    """Faults are played in turn, for what matches."""
    mock.fault("bad-gateway", "wrong-type", match={"path.id": ID})
    first, second, third = ask(mock), ask(mock), ask(mock)
    assert first.text.startswith("<html>")
    assert second.headers["content-type"] == "text/html; charset=utf-8"
    check_success(third)


def test_fault_that_resets(mock: RunningMock) -> None:
    """The code under test sees its connection reset."""
    mock.fault("reset")
    with pytest.raises(httpx.TransportError):
        ask(mock)


def test_fault_at_random(mock: RunningMock) -> None:
    """With a rate some answers are hit, the same ones with the same seed."""
    seen = []
    for _ in range(2):
        mock.reset()
        mock.fault("bad-gateway", times=None, rate=0.5, seed=7)
        seen.append(answers(mock, 20))
    assert seen[0] == seen[1]
    assert set(seen[0]) == {200, 502}


def test_fault_that_is_late(mock: RunningMock) -> None:
    """A delay without a fault: the right answer, too late for an impatient client."""
    mock.fault(delay=2)
    with httpx.Client(trust_env=False, timeout=0.2) as app, pytest.raises(httpx.ReadTimeout):
        app.post(mock.url + path(), json=VALID)


def test_the_clock(mock: RunningMock) -> None:
    """What expires follows the clock: frozen, it expires at one moment; put forward, later."""

    def expires() -> datetime:
        return datetime.fromisoformat(ask(mock).json()["expiresAt"])

    mock.freeze()
    first, second = expires(), expires()
    mock.advance(301)
    assert [second - first, expires() - first] == [timedelta(0), timedelta(seconds=301)]
    assert mock.control("GET", "clock").json()["frozen"] is True
    mock.thaw()
    assert mock.control("GET", "clock").json()["frozen"] is False


def test_requests(mock: RunningMock) -> None:
    """Requests are listed oldest first, of one case or after an id where that is asked for."""
    ask(mock)
    ask(mock, {})
    ask(mock)
    first, second, third = mock.requests()
    assert [row["status"] for row in (first, second, third)] == [200, 400, 200]
    assert (first["method"], first["path"]) == ("POST", path())
    assert mock.requests("PaymentAccountLink.MissingReturnUrl") == [second]
    assert mock.requests(200, after=first["id"]) == [third]
    assert mock.requests("502") == []


def test_requests_waits(mock: RunningMock) -> None:
    """With `wait` it comes back when there is one."""
    with ThreadPoolExecutor() as pool:
        waiting = pool.submit(mock.requests, 502, wait=30)
        assert answers(mock, 2) == [200, 200]
        assert not waiting.done()
        mock.force("502")
        ask(mock)
        (row,) = waiting.result(10)
    assert row["case"] == "502 PaymentAccount.ProviderError"


def test_verify(mock: RunningMock) -> None:
    """What is as expected is silent, by each way to say how many."""
    mock.verify(times=0)
    ask(mock)
    ask(mock)
    ask(mock, {})
    mock.verify()
    mock.verify(200)
    mock.verify("200", times=2)
    mock.verify(times=3)
    mock.verify("PaymentAccountLink.MissingReturnUrl", at_least=1, at_most=1)
    mock.verify("502", at_most=0)


def test_verify_that_fails(mock: RunningMock) -> None:
    """What is not as expected says what was, and what came instead."""
    ask(mock)
    ask(mock, {})
    with pytest.raises(AssertionError) as failed:
        mock.verify("502", times=1)
    assert str(failed.value) == (
        "Expected 1 request answered with 502, got 0. "
        "Served: 200 (1), 400 PaymentAccountLink.MissingReturnUrl (1)."
    )


def test_verify_waits(mock: RunningMock) -> None:
    """With `within` it waits for requests that come late."""
    with ThreadPoolExecutor() as pool:
        waiting = pool.submit(mock.verify, 502, times=1, within=30)
        assert answers(mock, 2) == [200, 200]
        assert not waiting.done()
        mock.force("502")
        ask(mock)
        assert waiting.result(10) is None


def test_coverage(mock: RunningMock) -> None:
    """Each documented case has a row, in the document's order."""
    ask(mock)
    rows = mock.coverage()
    labels = [" ".join(filter(None, (row["status"], row["code"]))) for row in rows]
    assert labels == LABELS
    assert rows[0] == {"operation": OPERATION, "status": "200", "code": None, "served": 1}


def test_reset(mock: RunningMock) -> None:
    """State, forces, faults, clock and journal are as at the start."""
    mock.force("502")
    mock.fault("reset")
    mock.freeze()
    mock.control("PUT", f"organisations/{ID}", {"payment_account": "Disconnected"})
    mock.reset()
    assert mock.requests() == []
    assert mock.control("GET", "clock").json()["frozen"] is False
    check_success(ask(mock))


def test_control(mock: RunningMock) -> None:
    """What only a behaviour knows is had through `control`."""
    place = f"organisations/{ID}"
    answer = mock.control("PUT", place, {"payment_account": "Disconnected"})
    assert answer.json() == {"payment_account": "Disconnected"}
    assert ask(mock).headers["tallystick-case"] == "409 PaymentAccount.Disconnected"
    assert mock.control("GET", place).json() == {"payment_account": "Disconnected"}


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        (lambda mock: mock.force("PaymentAccount.Disconected"), DISCONNECTED.code),
        (lambda mock: mock.force(), "at least one case"),
        (lambda mock: mock.force("502", times=0), "whole number from 1"),
        (lambda mock: mock.force("502", match={"id": "1"}), "cannot look at 'id'"),
        (lambda mock: mock.fault("rest"), "bad-gateway"),
        (lambda mock: mock.fault("reset", rate=2), "'rate' must be a number from 0 to 1"),
        (lambda mock: mock.advance(1e12), "at most"),
        (lambda mock: mock.requests(wait=61), "from 0 to 60"),
        (lambda mock: mock.verify(times=-1), "'times' must be a whole number from 0"),
        (lambda mock: mock.session("a b"), "1 to 64 letters"),
        (lambda mock: mock.session(""), "1 to 64 letters"),
        (lambda mock: mock.session("tests/test_a.py::test[é]"), "1 to 64 letters"),
        (
            lambda mock: mock.control("GET", "nothing"),
            "The control API has no /_tallystick/nothing",
        ),
        (
            lambda mock: mock.control("PUT", f"organisations/{ID}", {"payment_account": "x"}),
            "Active",
        ),
    ],
)
def test_wrong_use(mock: RunningMock, wrong: Callable[[RunningMock], object], words: str) -> None:
    """What the control API refuses raises, in its words."""
    with pytest.raises(ValueError, match=re.escape(words)):
        wrong(mock)


def test_two_sessions_apart(mock: RunningMock) -> None:
    """Sessions share nothing: forces, states, clocks, journals."""
    one, two = mock.session("one"), mock.session("two")
    assert one.url == f"{mock.url}/~session/one"
    one.force("502")
    two.control("PUT", f"organisations/{ID}", {"payment_account": "NotEnabled"})
    one.freeze()
    assert [ask(mock).status_code for mock in (mock, one, two)] == [200, 502, 409]
    one.verify("502", times=1)
    two.verify("502", times=0)
    assert [len(session.requests()) for session in (mock, one, two)] == [1, 1, 1]
    assert two.control("GET", "clock").json()["frozen"] is False
    one.reset()
    assert [len(one.requests()), len(two.requests())] == [0, 1]


def test_a_session_of_a_session(mock: RunningMock) -> None:
    """A session is the mock's, by whichever way it is named."""
    assert mock.session("one").session("two").url == f"{mock.url}/~session/two"


def test_two_mocks(tmp_path: Path) -> None:
    """Mocks may be nested; each serves its own document with its own state."""
    document, overlay = tmp_path / "pings.yaml", tmp_path / "rare.overlay.yaml"
    document.write_text(DOCUMENT, encoding="utf-8")
    overlay.write_text(OVERLAY, encoding="utf-8")
    with running_mock() as outer, running_mock(document, [overlay]) as inner:
        outer.force("502")
        inner.force("503")
        assert ask(outer).status_code == 502
        with client(inner.url) as app:
            assert [app.get("/ping").status_code for _ in range(2)] == [503, 200]
        assert [row["status"] for row in inner.coverage()] == ["200", "503"]
        with pytest.raises(ValueError, match="503"):
            inner.force("502")


def test_a_mock_that_runs_already(mock: RunningMock) -> None:
    """A mock that somebody else started is controlled the same way, and goes on afterwards."""
    with connected_mock(f"{mock.url}/") as connected:
        assert connected.url == mock.url
        connected.session("one").force("502")
    assert [ask(mock.session("one")).status_code for _ in range(2)] == [502, 200]


def test_the_seed(tmp_path: Path) -> None:
    """The same seed makes the same data, another one other data."""
    document = tmp_path / "pings.yaml"
    document.write_text(DOCUMENT, encoding="utf-8")
    bodies = []
    for seed in (1, 1, 2):
        with running_mock(document, seed=seed) as mock, client(mock.url) as app:
            bodies.append([app.get("/ping").json() for _ in range(5)])
    assert bodies[0] == bodies[1] != bodies[2]


def test_no_document(tmp_path: Path) -> None:
    """A document that cannot be read says so."""
    with (
        pytest.raises(TallystickError, match=r"missing\.yaml"),
        running_mock(tmp_path / "missing.yaml"),
    ):
        pass


def test_proxies_of_the_environment_are_left_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    """A proxy that is set for other things does not come between."""
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    monkeypatch.delenv("NO_PROXY", raising=False)
    monkeypatch.delenv("no_proxy", raising=False)
    with running_mock() as mock:
        mock.verify(times=0)


def test_an_answer_of_ones_own() -> None:
    """The next request gets it; what the document does not allow is said."""
    with running_mock() as mock:
        assert mock.answer({"url": "https://a.example/"}) == []
        assert ask(mock).json() == {"url": "https://a.example/"}
        said = mock.answer([], status=418, headers={"X-Tag": "blue"}, times=2)
        assert said == [f"{OPERATION} documents no 418."]
        answers = [ask(mock) for _ in range(3)]
        assert [answer.status_code for answer in answers] == [418, 418, 200]
        assert answers[0].headers["x-tag"] == "blue"
