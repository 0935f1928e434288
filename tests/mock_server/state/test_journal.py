"""The journal: what came, what answered, why."""

from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from time import monotonic

import httpx
import pytest

from tests import PATIENCE
from tests.mock_server.conftest import Serve
from tests.mock_server.documented import ID, OPERATION, VALID, check_problem, create, path
from tests.waiting import until

REQUESTS = "/_tallystick/requests"


def last(mock: httpx.Client) -> tuple[str, str]:
    entry = mock.get(REQUESTS).json()[-1]
    return entry["case"], entry["reason"]


def test_entry(mock: httpx.Client) -> None:
    """An entry says what came, which operation and case answered, and why."""
    create(mock, {})
    (entry,) = mock.get(REQUESTS).json()
    assert datetime.fromisoformat(entry.pop("time")).tzinfo is not None
    assert 0 < entry.pop("seconds") < PATIENCE
    assert entry == {
        "id": 1,
        "method": "POST",
        "path": path(),
        "query": "",
        "operation": OPERATION,
        "status": 400,
        "case": "400 PaymentAccountLink.MissingReturnUrl",
        "reason": "request",
        "fault": None,
    }


def test_query(mock: httpx.Client) -> None:
    """The query stands there as it came, but for what may be secret."""
    mock.get("/nowhere?page=2&q=a%20b&access_token=hush&key=hush")
    query = "page=2&q=a%20b&access_token=%E2%80%A6&key=%E2%80%A6"
    assert mock.get(REQUESTS).json()[-1]["query"] == query


def test_a_disturbed_answer(mock: httpx.Client) -> None:
    """An answer that comes late, with a fault, says both; its time counts the delay."""
    create(mock, headers={"Prefer": "delay=0.3, fault=wrong-type"})
    # A client may have the answer before others know that it is out.
    until(lambda: mock.get(REQUESTS).json()[0]["seconds"] is not None)
    (entry,) = mock.get(REQUESTS).json()
    assert (entry["fault"], entry["seconds"] > 0.25) == ("wrong-type, 0.3 s late", True)


def test_a_preflight(mock: httpx.Client) -> None:
    """What a browser asks before it sends a request is said to be that."""
    headers = {"Origin": "https://app.example.com", "Access-Control-Request-Method": "POST"}
    mock.options(path(), headers=headers)
    assert last(mock) == ("204", "preflight")


def test_the_icon_of_a_tab(mock: httpx.Client) -> None:
    """What a browser asks for by itself gets an icon, and is of no interest."""
    icon = mock.get("/favicon.ico", follow_redirects=True)
    assert icon.headers["content-type"].startswith("image/svg+xml")
    assert mock.get(REQUESTS).json() == []


def test_reason_header(mock: httpx.Client) -> None:
    """A case by header is said to be one."""
    create(mock, headers={"Prefer": "code=502"})
    assert last(mock) == ("502 PaymentAccount.ProviderError", "header")


def test_reason_address(mock: httpx.Client) -> None:
    """A case by address is said to be one."""
    mock.post(f"/~case/502{path()}")
    assert last(mock) == ("502 PaymentAccount.ProviderError", "address")


def test_reason_magic_value(mock: httpx.Client) -> None:
    """A case by magic value is said to be one."""
    mock.post(path("ca5e0502-0001-4000-8000-000000000000"))
    assert last(mock) == ("502 PaymentAccount.ProviderError", "magic value")


def test_reason_queued_force(mock: httpx.Client) -> None:
    """A case by queued force is said to be one."""
    mock.post("/_tallystick/forces", json={"cases": ["502"]})
    create(mock)
    assert last(mock) == ("502 PaymentAccount.ProviderError", "queued force")


def test_reason_state(mock: httpx.Client) -> None:
    """A case by state is said to be one."""
    mock.put(f"/_tallystick/organisations/{ID}", json={"payment_account": "NotEnabled"})
    create(mock)
    assert last(mock) == ("409 PaymentAccount.NotEnabled", "state")


def test_reason_success(mock: httpx.Client) -> None:
    """A success is said to be one."""
    create(mock)
    assert last(mock) == ("200", "success")


@pytest.mark.parametrize(
    ("method", "place", "status"),
    [
        ("POST", "/nowhere", 404),
        ("GET", path(), 405),
        ("OPTIONS", path(), 204),
        ("GET", "/~x", 400),
    ],
)
def test_no_operation(mock: httpx.Client, method: str, place: str, status: int) -> None:
    """What no operation answered is in the journal, too."""
    mock.request(method, place)
    entry = mock.get(REQUESTS).json()[-1]
    assert (entry["operation"], entry["status"], entry["reason"]) == (None, status, "no operation")


def test_oldest_first(mock: httpx.Client) -> None:
    """Entries stand in the order of the answers, numbered from one after a reset."""
    for status in ("400", "403", "404"):
        mock.post(f"/~case/{status}{path()}")
    entries = mock.get(REQUESTS).json()
    assert [(entry["id"], entry["status"]) for entry in entries] == [(1, 400), (2, 403), (3, 404)]


def test_one_entry(mock: httpx.Client) -> None:
    """An entry can be had by its number."""
    create(mock)
    create(mock, {})
    listed = mock.get(REQUESTS).json()[1]
    assert listed.items() <= mock.get(f"{REQUESTS}/2").json().items()


@pytest.mark.parametrize("number", ["0", "3", "99999999999999999999999"])
def test_no_such_entry(mock: httpx.Client, number: str) -> None:
    """A number that no entry has gives a 404."""
    create(mock)
    create(mock)
    check_problem(mock.get(f"{REQUESTS}/{number}"), 404)


def test_control_requests_are_not_in_it(mock: httpx.Client) -> None:
    """Control requests are not part of the mocked API, nor of the journal."""
    mock.get("/_tallystick/coverage")
    assert mock.get(REQUESTS).json() == []


def test_secrets_are_not_in_it(mock: httpx.Client) -> None:
    """Neither header values nor bodies nor queries are kept."""
    headers = {"X-Dolfin-Api-Key": "hush-key"}
    body = {**VALID, "token": "hush-body"}
    create(mock, body, headers=headers, params={"key": "hush-query"})
    assert "hush" not in mock.get(REQUESTS).text


def test_it_is_bounded(serve: Serve) -> None:
    """The journal keeps the last thousand entries; coverage goes on counting."""
    mock = serve()
    for _ in range(1_002):
        create(mock, {})
    entries = mock.get(REQUESTS).json()
    assert (len(entries), entries[0]["id"], entries[-1]["id"]) == (1_000, 3, 1_002)
    assert mock.get("/_tallystick/coverage").json()[1]["served"] == 1_002


# --- querying, waiting, verifying


def test_after(mock: httpx.Client) -> None:
    """Only what came after a number."""
    for status in ("400", "403", "404"):
        mock.post(f"/~case/{status}{path()}")
    assert [e["id"] for e in mock.get(f"{REQUESTS}?after=1").json()] == [2, 3]
    assert [e["id"] for e in mock.get(f"{REQUESTS}?after=1&case=404").json()] == [3]


def test_the_session_in_the_query(mock: httpx.Client) -> None:
    """A query may name the session, as a header or a base path may."""
    mock.post(f"/~session/asked{path()}", json={})
    assert len(mock.get(f"{REQUESTS}?session=asked").json()) == 1
    assert mock.get(REQUESTS).json() == []
    check_problem(mock.get(f"{REQUESTS}?session=a/b"), 400)
    mock.delete("/_tallystick/sessions/asked")


def test_waiting_for_a_request(mock: httpx.Client) -> None:
    """A query that waits is answered as soon as such a request is answered."""
    with ThreadPoolExecutor() as pool:
        begun = monotonic()
        waiting = pool.submit(mock.get, f"{REQUESTS}?case=502&wait=10")
        create(mock)
        create(mock, headers={"Prefer": "code=502"})
        assert [e["status"] for e in waiting.result().json()] == [502]
        assert monotonic() - begun < 5


def test_waiting_in_vain(mock: httpx.Client) -> None:
    """Where nothing comes in time, the list is empty."""
    create(mock)
    assert mock.get(f"{REQUESTS}?case=502&wait=0.2").json() == []


@pytest.mark.parametrize(
    "query", ["case=Typo", "wait=x", "wait=-1", "wait=nan", "wait=61", "after=x"]
)
def test_a_wrong_query(mock: httpx.Client, query: str) -> None:
    """What cannot be waited for is refused."""
    check_problem(mock.get(f"{REQUESTS}?{query}"), 400)


@pytest.mark.parametrize(
    ("expected", "holds"),
    [
        ({"case": "400", "times": 2}, True),
        ({"case": 400, "times": 2}, True),
        ({"case": "PaymentAccountLink.MissingReturnUrl", "times": 2}, True),
        ({"case": "400 PaymentAccountLink.MissingReturnUrl", "at_least": 2}, True),
        ({"case": "200"}, True),
        ({}, True),
        ({"times": 3}, True),
        ({"case": "502", "times": 0}, True),
        ({"case": "400", "at_most": 2}, True),
        ({"case": "502"}, False),
        ({"case": "400", "times": 1}, False),
        ({"case": "400", "times": 3}, False),
        ({"case": "400", "at_least": 3}, False),
        ({"case": "400", "at_most": 1}, False),
        ({"case": "400", "at_least": 3, "at_most": 4}, False),
    ],
)
def test_verify(mock: httpx.Client, expected: dict[str, object], holds: bool) -> None:
    """A count that holds is returned; one that does not is a problem."""
    create(mock, {})
    create(mock)
    create(mock, {})
    answer = mock.post("/_tallystick/verify", json=expected)
    if holds:
        assert answer.status_code == 200
    else:
        check_problem(answer, 409)


def test_verify_says_what_came(mock: httpx.Client) -> None:
    """The problem says what was expected, and what was served instead."""
    create(mock)
    answer = mock.post("/_tallystick/verify", json={"case": "502", "times": 2})
    assert answer.json()["detail"] == (
        "Expected 2 requests answered with 502, got 0. Served: 200 (1)."
    )


def test_verify_waits(mock: httpx.Client) -> None:
    """It may wait until it is so, and is answered then."""
    with ThreadPoolExecutor() as pool:
        begun = monotonic()
        body = {"case": "200", "times": 2, "within": 10}
        waiting = pool.submit(mock.post, "/_tallystick/verify", json=body)
        create(mock)
        create(mock)
        assert waiting.result().json() == {"count": 2}
        assert monotonic() - begun < 5


@pytest.mark.parametrize(
    "body",
    [
        {"case": "Typo", "times": 0},
        {"times": -1},
        {"times": True},
        {"at_least": "x"},
        {"case": []},
        {"within": 61},
        {"x": 1},
    ],
)
def test_a_wrong_expectation(mock: httpx.Client, body: dict[str, object]) -> None:
    """What cannot be expected is refused."""
    check_problem(mock.post("/_tallystick/verify", json=body), 400)


def test_only_the_last_requests_are_kept_whole(mock: httpx.Client) -> None:
    """Of an older request the explanation has the rules, and says what is not known any more."""
    for _ in range(201):
        create(mock, {})
    old, young = (mock.get(f"{REQUESTS}/{number}").json() for number in (1, 2))
    assert (old["others"], "200" in old["note"]) == ([], True)
    assert old["rules"] == young["rules"]
    assert (young["body"], len(young["others"])) == ("{}", 9)
