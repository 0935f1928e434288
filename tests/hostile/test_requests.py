"""Requests that no client sends by accident."""

import pytest

from tests.mock_server.documented import create
from tests.mock_server.wire import exchange, head, status

HOSTS = {
    "none": (b"", "1.1", 400),
    "two": (b"Host: 127.0.0.1\r\nHost: 127.0.0.1\r\n", "1.1", 400),
    "two of another case": (b"Host: a\r\nX-Other: b\r\nhOST: b\r\n", "1.1", 400),
    "one": (b"Host: 127.0.0.1\r\n", "1.1", 200),
    "one, and another header twice": (b"X-A: 1\r\nHost: 127.0.0.1\r\nX-A: 2\r\n", "1.1", 200),
    "none before HTTP/1.1": (b"", "1.0", 200),
    "two before HTTP/1.1": (b"Host: a\r\nHost: b\r\n", "1.0", 400),
}


@pytest.mark.parametrize(("headers", "version", "expected"), HOSTS.values(), ids=HOSTS)
@pytest.mark.parametrize("path", ["/_tallystick/health", "/~session/hosts/_tallystick/health"])
def test_a_request_names_one_host(address, path, headers, version, expected):
    """RFC 9112 section 3.2."""
    line = f"GET {path} HTTP/{version}\r\n".encode()
    answer = exchange(address, line + headers + b"Connection: close\r\n\r\n")
    assert status(answer) == expected


def test_an_operation_asks_for_one_host_too(address):
    """Whatever its path."""
    answer = exchange(address, b"POST /organisations HTTP/1.1\r\nConnection: close\r\n\r\n")
    assert (status(answer), head(answer)["tallystick-error"]) == (400, "bad host")


@pytest.mark.parametrize("after", ["9" * 5_000, "-1", "x", "²"])
@pytest.mark.parametrize("place", ["query", "header"])
def test_numbers_of_the_live_log_are_numbers(mock, after, place):
    """Not what takes a second to convert, nor what fails."""
    sent = {"params": {"after": after}} if place == "query" else {}
    headers = {"Last-Event-ID": after.encode()} if place == "header" else {}
    answer = mock.get("/_tallystick/events", headers=headers, **sent)
    assert answer.status_code == 400


OWN = [
    "/_tallystick/",
    "/_tallystick/health",
    "/_tallystick/docs",
    "/_tallystick/docs/start.js",
    "/_tallystick/docs/assets/swagger-ui.css",
    "/_tallystick/openapi.json",
    "/_tallystick/control.json",
    "/_tallystick/requests",
    "/_tallystick/requests/77",
    "/_tallystick/static/board.css",
    "/_tallystick/pictures/person/ada.svg",
    "/_tallystick/links/unknown",
    "/_tallystick/nothing",
    "/nothing",
    "/~nothing",
]


@pytest.mark.parametrize("path", OWN)
def test_browsers_take_what_the_mock_serves_for_nothing_else(mock, path):
    """Whatever it is: no guessing of types, and a policy for content."""
    headers = mock.get(path).headers
    found = headers.get_list("x-content-type-options"), "content-security-policy" in headers
    assert found == (["nosniff"], True)


def test_nobody_guesses_the_address_of_a_link(mock):
    """128 random bits: no two have a part in common that counts up."""
    tokens = [create(mock).json()["url"].rpartition("/")[2] for _ in range(20)]
    starts = {token[:8] for token in tokens}
    assert ([len(token) for token in tokens], len(starts)) == ([32] * 20, 20)
