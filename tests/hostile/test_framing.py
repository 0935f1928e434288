"""Requests whose end is unclear, and paths that lead elsewhere."""

import pytest

from tests.mock_server.wire import exchange

POST = b"POST /_tallystick/clock HTTP/1.1\r\nHost: 127.0.0.1\r\n"
SMUGGLED = b"POST /_tallystick/forces HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 16\r\n\r\n"
FORCE = b'{"cases":["502"]}'

UNCLEAR = {
    "both lengths": b"Content-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    "both, turned round": b"Transfer-Encoding: chunked\r\nContent-Length: 4\r\n\r\n0\r\n\r\n",
    "two lengths": b"Content-Length: 0\r\nContent-Length: 5\r\n\r\n",
    "a list of lengths": b"Content-Length: 0, 5\r\n\r\n",
    "a signed length": b"Content-Length: +0\r\n\r\n",
    "a negative length": b"Content-Length: -1\r\n\r\n",
    "a hexadecimal length": b"Content-Length: 0x0\r\n\r\n",
    "a length of many digits": b"Content-Length: " + b"9" * 40 + b"\r\n\r\n",
    "a space before the colon": b"Content-Length : 0\r\n\r\n",
    "an unknown coding": b"Transfer-Encoding: identity, xchunked\r\n\r\n0\r\n\r\n",
    "chunked, and something after it": b"Transfer-Encoding: chunked, gzip\r\n\r\n0\r\n\r\n",
    "a chunk without a size": b"Transfer-Encoding: chunked\r\n\r\nx\r\n\r\n0\r\n\r\n",
    "a chunk of a huge size": b"Transfer-Encoding: chunked\r\n\r\n" + b"f" * 20 + b"\r\n\r\n",
    "a folded header": b"X: a\r\n b: c\r\nContent-Length: 0\r\n\r\n",
    "a NUL in a header": b"X: a\x00b\r\nContent-Length: 0\r\n\r\n",
}


@pytest.mark.parametrize("rest", UNCLEAR.values(), ids=UNCLEAR)
def test_no_request_hides_in_another(mock, address, rest):
    """What has an unclear end is refused, or the connection ends with its answer (RFC 9112 section
    6.3): the request behind it is not carried out.
    """
    answer = exchange(address, POST + rest + SMUGGLED + FORCE)
    assert answer.startswith((b"HTTP/1.1 4", b"HTTP/1.1 5")) or not answer
    assert not answer.startswith(b"HTTP/1.1 5")
    assert mock.get("/_tallystick/forces").json() == []


ELSEWHERE = [
    "/_tallystick/static/../../../../etc/passwd",
    "/_tallystick/static/..%2f..%2f..%2fetc%2fpasswd",
    *("/_tallystick/static/%2e%2e/%2e%2e/app.py", "/_tallystick/static//etc/passwd"),
    *("/_tallystick/static/....//....//app.py", "/_tallystick/static/..\\..\\app.py"),
    *("/_tallystick/docs/assets/../../guard.py", "/_tallystick/docs/assets/..%5c..%5cpackage.json"),
    *("/_tallystick/static/%00", "/_tallystick/static/mock.css%00.html", "/_tallystick/static/"),
    *("/_tallystick/pictures/person/..%2f..%2fapp.py.svg", "/_tallystick/links/..%2f..%2fforces"),
]  # fmt: skip


@pytest.mark.parametrize("path", ELSEWHERE)
def test_no_path_leads_to_other_files(address, path):
    """Whatever it is written with."""
    answer = exchange(
        address,
        f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n".encode(),
    )
    assert not answer.startswith(b"HTTP/1.1 5")
    assert not any(word in answer for word in (b"root:", b"import ", b'"version"'))
