"""What stands before the contract: CORS, other methods, unknown and reserved paths."""

import http.client
import json

import httpx
import pytest

from tests.mock_server.documented import (
    DISCONNECTED,
    ID,
    VALID,
    check_error,
    check_success,
    check_undocumented,
    create,
    path,
)
from tests.mock_server.wire import content, exchange, head, status

ORIGIN = "https://app.example.com"
PLACES = {
    "plain": (path(), "200"),
    "magic value": (
        path("ca5e0409-0002-4000-8000-000000000000"),
        "409 PaymentAccount.Disconnected",
    ),
    "address form": (
        f"/~case/PaymentAccount.Disconnected{path()}",
        "409 PaymentAccount.Disconnected",
    ),
}
each_place = pytest.mark.parametrize(("place", "case"), PLACES.values(), ids=PLACES)


def words(value: str) -> set[str]:
    return {word.strip().lower() for word in value.split(",")}


# --- CORS


@each_place
def test_preflight(mock: httpx.Client, place: str, case: str) -> None:
    """The preflight of a browser app on another origin is granted, by whichever address."""
    asked = "content-type, prefer, x-dolfin-api-key, authorization"
    answer = mock.options(
        place,
        headers={
            "Origin": ORIGIN,
            "Access-Control-Request-Method": "POST",
            "Access-Control-Request-Headers": asked,
        },
    )
    assert (answer.status_code, answer.content) == (204, b"")
    assert answer.headers["access-control-allow-origin"] in (ORIGIN, "*")
    assert "post" in words(answer.headers["access-control-allow-methods"])
    assert words(asked) <= words(answer.headers["access-control-allow-headers"])


@each_place
def test_actual_request(mock: httpx.Client, place: str, case: str) -> None:
    """The request after it is answered so that the page can read the answer."""
    answer = mock.post(place, json=VALID, headers={"Origin": ORIGIN})
    assert answer.headers["tallystick-case"] == case
    assert answer.headers["access-control-allow-origin"] == ORIGIN
    assert answer.headers["vary"] == "Origin"


def test_actual_request_with_prefer(mock: httpx.Client) -> None:
    """A page on another origin gets the case that it prefers, and may read what was applied."""
    prefer = "example=PaymentAccount.Disconnected"
    answer = create(mock, headers={"Origin": ORIGIN, "Prefer": prefer})
    check_error(answer, DISCONNECTED)
    assert answer.headers["access-control-allow-origin"] == ORIGIN
    exposed = words(answer.headers["access-control-expose-headers"])
    assert {"tallystick-case", "tallystick-error", "preference-applied"} <= exposed


@pytest.mark.parametrize(
    ("method", "place"),
    [("POST", "/nowhere"), ("GET", path()), ("POST", "/~nothing"), ("POST", path("no-uuid"))],
)
def test_errors_can_be_read(mock: httpx.Client, method: str, place: str) -> None:
    """A page on another origin can read what was wrong, too."""
    answer = mock.request(method, place, headers={"Origin": ORIGIN})
    assert answer.status_code >= 400
    assert answer.headers["access-control-allow-origin"] == ORIGIN


@pytest.mark.parametrize("origin", ["null", "http://localhost:3000", "capacitor://localhost"])
def test_any_origin(mock: httpx.Client, origin: str) -> None:
    """Any origin will do: files, native apps, other ports."""
    answer = create(mock, headers={"Origin": origin})
    assert answer.headers["access-control-allow-origin"] == origin


def test_no_origin(mock: httpx.Client) -> None:
    """A client that is no browser gets no CORS headers."""
    assert not [name for name in create(mock).headers if name.startswith("access-control")]


# --- other methods


@pytest.mark.parametrize("method", ["GET", "PUT", "PATCH", "DELETE", "TRACE"])
def test_other_method(mock: httpx.Client, method: str) -> None:
    """Another method is a 405 that names those that the path takes."""
    answer = mock.request(method, path())
    check_undocumented(answer, 405, method)
    assert words(answer.headers["allow"]) == {"options", "post"}


def test_other_method_in_address_form(mock: httpx.Client) -> None:
    """So it is below an address form."""
    answer = mock.get(f"/~case/409{path()}")
    check_undocumented(answer, 405)
    assert words(answer.headers["allow"]) == {"options", "post"}


@pytest.mark.parametrize(("place", "expected"), [(path(), 405), ("/nowhere", 404), ("/", 307)])
def test_head(address: tuple[str, int], place: str, expected: int) -> None:
    """HEAD gets the headers, Content-Type and all, and no body (RFC 9110 section 9.3.2)."""
    request = f"HEAD {place} HTTP/1.1\r\nHost: mock.test\r\nConnection: close\r\n\r\n"
    answer = exchange(address, request.encode())
    assert status(answer) == expected
    assert head(answer)["tallystick-case"] == str(expected)
    assert content(answer) == b""


@pytest.mark.parametrize("place", [path(), path("no-uuid"), f"/~case/409{path()}"])
def test_options(mock: httpx.Client, place: str) -> None:
    """OPTIONS is a 204 with Allow, and no Content-Length (RFC 9110 sections 8.6 and 9.3.7)."""
    answer = mock.options(place)
    assert (answer.status_code, answer.content) == (204, b"")
    assert words(answer.headers["allow"]) == {"options", "post"}
    assert answer.headers["tallystick-case"] == "204"
    assert "content-length" not in answer.headers
    assert "access-control-allow-methods" not in answer.headers


def test_options_of_the_server(address: tuple[str, int]) -> None:
    """`OPTIONS *` asks for what the whole server takes (RFC 9110 section 9.3.7)."""
    answer = exchange(address, b"OPTIONS * HTTP/1.1\r\nHost: m\r\nConnection: close\r\n\r\n")
    assert status(answer) == 204
    assert words(head(answer)["allow"]) == {"options", "post"}


# --- unknown and reserved paths


@pytest.mark.parametrize(
    "place",
    [
        "/nowhere",
        "/organisations",
        f"/organisations/{ID}",
        f"{path()}/",
        f"{path()}/more",
        f"/v1{path()}",
        path().upper(),
        path("a/b"),
        path(""),
        "/%FF%0A%00",
        "/{{7*7}}",
        f"/_tallystickx{path()}",
        f"/~case/409/~case/404{path()}",
    ],
)
@pytest.mark.parametrize("method", ["GET", "POST", "OPTIONS"])
def test_unknown_path(mock: httpx.Client, place: str, method: str) -> None:
    """A path that the contract has not is a 404, whatever the method."""
    check_undocumented(mock.request(method, place), 404, "no path")


def test_unknown_path_below_address_form(mock: httpx.Client) -> None:
    """An address form does not make an unknown path known."""
    check_undocumented(mock.post("/~case/409/nowhere"), 404, "/nowhere")


@pytest.mark.parametrize(
    "place", ["/~", "/~case", "/~case/", "/~case/409", "/~case//organisations", "/~other/x", "/~x"]
)
def test_unknown_address_form(mock: httpx.Client, place: str) -> None:
    """Paths that start with /~ are reserved; one without meaning says what would have one."""
    answer = mock.post(place)
    check_undocumented(answer, 400, "/~case/CASE")
    assert answer.headers["tallystick-error"] == "unknown address form"


def test_root(mock: httpx.Client) -> None:
    """The root leads to the mock's own page, since the contract has no such path."""
    answer = mock.get("/")
    assert answer.status_code in (302, 303, 307)
    assert mock.get(answer.headers["location"]).status_code == 200


def test_query_is_no_part_of_the_path(mock: httpx.Client) -> None:
    """A query that nobody documented changes nothing."""
    check_success(mock.post(f"{path()}?a=1&a=2&%FF=%00&=", json=VALID))


# --- the connection


def test_keep_alive(address: tuple[str, int]) -> None:
    """Many requests, good and bad, are answered on one connection (RFC 9112 section 9.3)."""
    connection = http.client.HTTPConnection(*address, timeout=10)
    connection.connect()
    socket = connection.sock
    requests = [
        ("POST", path(), 200, json.dumps(VALID)),
        ("POST", path(), 400, "{}"),
        ("HEAD", path(), 405, None),
        ("OPTIONS", path(), 204, None),
        ("POST", "/nowhere", 404, "ignored"),
        ("GET", path(), 405, None),
        ("POST", path("no-uuid"), 400, "[" * 5_000),
        ("POST", f"/~case/502{path()}", 502, None),
    ] * 20
    for method, place, expected, body in requests:
        connection.request(method, place, body, {"Content-Type": "application/json"})
        answer = connection.getresponse()
        answer.read()
        assert answer.status == expected
    assert connection.sock is socket
    connection.close()


def test_pipelining(address: tuple[str, int]) -> None:
    """Requests sent at once are answered in their order (RFC 9112 section 9.3.2)."""
    post = "POST /~case/{}/organisations/1/payment-account/link HTTP/1.1\r\nHost: m\r\n{}\r\n"
    requests = (
        post.format("403", "Content-Length: 0\r\n")
        + post.format("404", "Content-Length: 2\r\n")
        + "{}"
        + post.format("502", "Connection: close\r\nContent-Length: 0\r\n")
    )
    answers = exchange(address, requests.encode()).split(b"HTTP/1.1 ")[1:]
    assert [answer[:3] for answer in answers] == [b"403", b"404", b"502"]


def test_expect_continue(address: tuple[str, int]) -> None:
    """A client that waits for `100 Continue` gets it (RFC 9110 section 10.1.1)."""
    request = (
        f"POST {path()} HTTP/1.1\r\nHost: m\r\nConnection: close\r\nExpect: 100-continue\r\n"
        "Content-Type: application/json\r\nContent-Length: 2\r\n\r\n{}"
    )
    answer = exchange(address, request.encode())
    assert answer.startswith(b"HTTP/1.1 100 ")
    assert b"HTTP/1.1 400 " in answer


def test_http_1_0(address: tuple[str, int]) -> None:
    """A client of HTTP/1.0 without Host is served."""
    body = json.dumps(VALID)
    request = (
        f"POST {path()} HTTP/1.0\r\nContent-Type: application/json\r\n"
        f"Content-Length: {len(body)}\r\n\r\n{body}"
    )
    answer = exchange(address, request.encode())
    assert status(answer) == 200
    assert json.loads(content(answer))["url"].startswith(f"http://127.0.0.1:{address[1]}/")
