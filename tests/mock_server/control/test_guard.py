"""Who may use the control API: the mock's user, not web pages or machines elsewhere."""

from collections.abc import Iterator
from contextlib import ExitStack

import httpx
import pytest

from mock_server.control.guard import Access
from mock_server.limits import MockLimits
from mock_server.serve import serving
from tallystick import load_contract
from tests.mock_server.conftest import client
from tests.mock_server.documented import (
    DISCONNECTED,
    check_error,
    check_problem,
    check_success,
    create,
)
from tests.mock_server.wire import exchange, status

CONTROL = [
    ("GET", "/_tallystick/"),
    ("GET", "/_tallystick/forces"),
    ("POST", "/_tallystick/forces"),
    ("GET", "/_tallystick/clock"),
    ("POST", "/_tallystick/clock"),
    ("GET", "/_tallystick/requests"),
    ("GET", "/_tallystick/requests/1"),
    ("GET", "/_tallystick/coverage"),
    ("POST", "/_tallystick/reset"),
    ("GET", "/_tallystick/openapi.json"),
    ("GET", "/_tallystick/docs"),
    ("GET", "/_tallystick/organisations/6f1c2a8e-3f0b-4a7e-9a51-0c2f9f0c7a11"),
    ("PUT", "/_tallystick/organisations/6f1c2a8e-3f0b-4a7e-9a51-0c2f9f0c7a11"),
]

TOKEN = "a+b/c=&%"
APP = "http://localhost:3000"


@pytest.mark.parametrize(("method", "place"), CONTROL)
@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {"Origin": "http://localhost:1"},
        {"Host": "evil.example"},
        {"Host": "127.0.0.1.evil.example"},
        {"Host": "localhost.evil.example:8080"},
        {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "no-cors"},
        {"Sec-Fetch-Site": "same-site", "Sec-Fetch-Mode": "cors"},
    ],
    ids=str,
)
def test_strangers_are_refused(
    mock: httpx.Client, method: str, place: str, headers: dict[str, str]
) -> None:
    """A page of another origin, or one that had a foreign name resolve to this machine, controls
    nothing and reads nothing.
    """
    answer = mock.request(method, place, json={}, headers=headers)
    check_problem(answer, 403)
    assert "access-control-allow-origin" not in answer.headers


def test_stranger_changes_nothing(mock: httpx.Client) -> None:
    """A refused control request is not carried out all the same."""
    strange = {"Origin": "https://evil.example"}
    mock.post("/_tallystick/forces", json={"cases": ["502"]}, headers=strange)
    check_success(create(mock))


def test_strangers_get_no_preflight(mock: httpx.Client) -> None:
    """The preflight for a control request from another origin is refused."""
    answer = mock.options(
        "/_tallystick/reset",
        headers={"Origin": "https://evil.example", "Access-Control-Request-Method": "POST"},
    )
    assert answer.status_code == 403
    assert "access-control-allow-origin" not in answer.headers


def test_own_origin(mock: httpx.Client) -> None:
    """A page of the mock itself may use the control API."""
    own = str(mock.base_url).rstrip("/")
    answer = mock.get("/_tallystick/coverage", headers={"Origin": own})
    assert answer.status_code == 200


@pytest.mark.parametrize("host", ["localhost", "localhost:8080", "127.0.0.1", "[::1]:8080"])
def test_own_names(mock: httpx.Client, host: str) -> None:
    """Each name of the loopback interface is a name of the mock."""
    assert mock.get("/_tallystick/coverage", headers={"Host": host}).status_code == 200


@pytest.mark.parametrize("headers", [{"Host": "evil.example"}, {"Origin": "https://a.example"}])
def test_health_is_for_everybody(mock: httpx.Client, headers: dict[str, str]) -> None:
    """Health may be asked for by anybody: it says nothing else."""
    assert mock.get("/_tallystick/health", headers=headers).status_code == 200


def test_following_a_link(mock: httpx.Client) -> None:
    """A link on another page may lead the user to a page of the mock."""
    headers = {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "navigate"}
    assert mock.get("/_tallystick/docs", headers=headers).status_code == 200


def test_foreign_host_may_use_the_mocked_api(mock: httpx.Client) -> None:
    """The mocked API is served under any name: containers and proxies reach it by others."""
    answer = create(mock, {}, headers={"Host": "api.test", "Prefer": "code=409, example="})
    assert answer.status_code == 400
    check_success(create(mock, headers={"Host": "api.test"}))
    check_error(
        create(
            mock,
            headers={"Host": "api.test", "Prefer": "example=PaymentAccount.Disconnected"},
        ),
        DISCONNECTED,
    )


def test_no_host(address: tuple[str, int]) -> None:
    """A client of HTTP/1.0, which need not send Host, may use the control API."""
    assert status(exchange(address, b"GET /_tallystick/coverage HTTP/1.0\r\n\r\n")) == 200


@pytest.mark.parametrize("name", ["Origin", "Host"])
def test_a_broken_origin_or_host_is_refused(mock: httpx.Client, name: str) -> None:
    """What cannot be read as a host is not this machine."""
    assert mock.get("/_tallystick/requests", headers={name: "http://[bad"}).status_code == 403


# --- a token


@pytest.fixture(scope="module")
def guarded() -> Iterator[httpx.Client]:
    """A mock that other machines can reach; each request comes with nothing that it has."""
    access = Access(loopback=False, token=TOKEN)
    with serving(load_contract(), access=access) as url, client(url) as connected:
        yield connected


@pytest.mark.parametrize(("method", "place"), CONTROL)
def test_without_the_token(guarded: httpx.Client, method: str, place: str) -> None:
    """Nothing is controlled or shown without the token, and the answer says how to send it."""
    answer = guarded.request(method, place, json={})
    check_problem(answer, 401)
    assert "Authorization: Bearer" in answer.json()["detail"]
    assert answer.headers["www-authenticate"].startswith("Bearer")
    assert TOKEN not in answer.text


@pytest.mark.parametrize(
    "headers",
    [
        {"Authorization": "Bearer wrong"},
        {"Authorization": f"Basic {TOKEN}"},
        {"Authorization": TOKEN},
        {"Cookie": "tallystick-token=wrong"},
        {"Cookie": 'tallystick-token="'},
    ],
    ids=str,
)
def test_a_wrong_token(guarded: httpx.Client, headers: dict[str, str]) -> None:
    """What is not the token, or not brought as one, is none."""
    assert guarded.get("/_tallystick/requests", headers=headers).status_code == 401


@pytest.mark.parametrize("scheme", ["Bearer", "bearer"])
def test_the_token_as_header(guarded: httpx.Client, scheme: str) -> None:
    """A script brings the token as header (RFC 6750 section 2.1)."""
    headers = {"Authorization": f"{scheme} {TOKEN}"}
    assert guarded.get("/_tallystick/requests", headers=headers).status_code == 200


PAGE = {"Accept": "text/html"}
LOGIN = "/_tallystick/token"


def test_the_token_in_a_form(guarded: httpx.Client) -> None:
    """A browser is asked for it once; it becomes a cookie that scripts and other sites cannot have,
    and stands in no address.
    """
    asked = guarded.get("/_tallystick/", headers=PAGE)
    assert (asked.status_code, f'method="post" action="{LOGIN}"' in asked.text) == (401, True)
    answer = guarded.post(LOGIN, data={"token": TOKEN})
    assert (answer.status_code, answer.headers["location"]) == (303, "/_tallystick/")
    cookie = answer.headers["set-cookie"].lower()
    assert "httponly" in cookie
    assert "samesite=strict" in cookie
    answer = guarded.get("/_tallystick/")
    guarded.cookies.clear()
    assert answer.status_code == 200


@pytest.mark.parametrize("data", [{"token": "wrong"}, {"token": ""}, {}, {"token": "é"}])
def test_a_wrong_token_in_the_form(guarded: httpx.Client, data: dict[str, str]) -> None:
    """A wrong one opens nothing."""
    answer = guarded.post(LOGIN, data=data)
    assert (answer.status_code, "set-cookie" in answer.headers) == (401, False)
    assert "not the token" in answer.text


def test_a_token_in_the_address_is_none(guarded: httpx.Client) -> None:
    """Addresses are logged."""
    answer = guarded.get("/_tallystick/", params={"token": TOKEN})
    assert (answer.status_code, "set-cookie" in answer.headers) == (401, False)


def test_another_site_logs_nobody_in(guarded: httpx.Client) -> None:
    """Its form is refused, and so is a large one."""
    strange = {"Origin": "https://evil.example"}
    assert guarded.post(LOGIN, data={"token": TOKEN}, headers=strange).status_code == 403
    assert guarded.post(LOGIN, data={"token": "a" * 5_000}).status_code == 413


def test_too_many_wrong_tokens() -> None:
    """Who guesses has to wait."""
    access, limits = Access(loopback=False, token=TOKEN), MockLimits(max_wrong_tokens=3)
    with serving(load_contract(), access=access, limits=limits) as url, client(url) as mock:
        wrong = {"Authorization": "Bearer wrong"}
        statuses = [mock.get("/_tallystick/clock", headers=wrong).status_code for _ in range(4)]
        assert statuses == [401, 401, 401, 429]
        answer = mock.post(LOGIN, data={"token": "wrong"})
        assert (answer.status_code, answer.headers["retry-after"]) == (429, "60")
        assert mock.get("/_tallystick/clock").status_code == 401


def test_a_guesser_locks_nobody_else_out() -> None:
    """Neither another address, nor one that has brought the token, nor those that come later."""
    access, limits = Access(loopback=False, token=TOKEN), MockLimits(max_wrong_tokens=3)
    right, wrong = ({"Authorization": f"Bearer {given}"} for given in (TOKEN, "wrong"))
    with ExitStack() as stack:
        url = stack.enter_context(serving(load_contract(), access=access, limits=limits))

        def sent(address: str, headers: dict[str, str]) -> int:
            with client_at(address, url) as mock:
                return mock.get("/_tallystick/clock", headers=headers).status_code

        assert sent("127.0.0.3", right) == 200
        for address in ("127.0.0.2", "127.0.0.3"):
            for _ in range(5):
                sent(address, wrong)
        assert [sent("127.0.0.2", headers) for headers in (wrong, right)] == [429, 429]
        assert [sent("127.0.0.3", headers) for headers in (wrong, right)] == [401, 200]
        assert sent("127.0.0.4", right) == 200


def client_at(address: str, url: str) -> httpx.Client:
    """A client that has this address of the loopback interface."""
    transport = httpx.HTTPTransport(local_address=address, verify=False)
    return httpx.Client(base_url=url, transport=transport, trust_env=False)


def test_what_needs_no_token(guarded: httpx.Client) -> None:
    """The mocked API, a hosted page with its style, and health are for everybody."""
    link = create(guarded).json()["url"]
    assert guarded.get(link).status_code == 200
    assert guarded.get("/_tallystick/static/mock.css").status_code == 200
    assert guarded.get("/_tallystick/health").status_code == 200


def test_the_token_is_not_enough_for_another_site(guarded: httpx.Client) -> None:
    """A page of another origin is refused whatever it brings."""
    headers = {"Authorization": f"Bearer {TOKEN}", "Origin": "https://evil.example"}
    assert guarded.get("/_tallystick/requests", headers=headers).status_code == 403


# --- allowed origins


@pytest.fixture(scope="module")
def allowing() -> Iterator[httpx.Client]:
    """A mock that pages of one other origin may control."""
    access = Access(origins=frozenset({APP}))
    with serving(load_contract(), access=access) as url, client(url) as connected:
        yield connected


def test_an_allowed_origin(allowing: httpx.Client) -> None:
    """Its pages may use the control API, and read the answers."""
    headers = {"Origin": APP, "Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "cors"}
    answer = allowing.post("/_tallystick/forces", json={"cases": ["502"]}, headers=headers)
    assert answer.status_code == 201
    assert answer.headers["access-control-allow-origin"] == APP
    assert allowing.delete("/_tallystick/forces", headers=headers).status_code == 204


def test_the_preflight_of_an_allowed_origin(allowing: httpx.Client) -> None:
    """Its browser learns that it may send JSON by any method of the API."""
    headers = {
        "Origin": APP,
        "Access-Control-Request-Method": "PUT",
        "Access-Control-Request-Headers": "content-type",
    }
    answer = allowing.options("/_tallystick/organisations/x", headers=headers)
    assert answer.status_code == 204
    assert answer.headers["access-control-allow-origin"] == APP
    assert answer.headers["access-control-allow-methods"] == "DELETE, GET, POST, PUT"
    assert answer.headers["access-control-allow-headers"] == "content-type"


@pytest.mark.parametrize("origin", ["http://localhost:3001", "https://localhost:3000", "null"])
def test_other_origins_stay_out(allowing: httpx.Client, origin: str) -> None:
    """Scheme, host and port must be the allowed ones; the refusal says how to allow it."""
    answer = allowing.get("/_tallystick/requests", headers={"Origin": origin})
    check_problem(answer, 403)
    assert f"--allow-origin {origin}" in answer.json()["detail"]
    assert "access-control-allow-origin" not in answer.headers


def test_an_allowed_origin_needs_the_token_too() -> None:
    """Where there is a token, an allowed page needs it; its browser's preflight cannot bring it."""
    access = Access(loopback=False, token=TOKEN, origins=frozenset({APP}))
    with serving(load_contract(), access=access) as url, client(url) as connected:
        place, origin = "/_tallystick/requests", {"Origin": APP}
        asked = {**origin, "Access-Control-Request-Method": "GET"}
        assert connected.get(place, headers=origin).status_code == 401
        assert connected.options(place, headers=asked).status_code == 204
        brought = {**origin, "Authorization": f"Bearer {TOKEN}"}
        assert connected.get(place, headers=brought).status_code == 200
