"""Where an address leads, however it is written."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from contract_tests.target.file import is_address
from contract_tests.target.hosts import (
    Destinations,
    ElsewhereError,
    addresses_of,
    host_of,
    is_loopback,
)
from contract_tests.target.target import Target

Row = tuple[Any, ...]


def rows(*addresses: str) -> list[Row]:
    """What getaddrinfo gives for a name with these addresses."""
    return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, 0)) for address in addresses]


@contextmanager
def names(monkeypatch: pytest.MonkeyPatch, **answers: list[Row] | OSError) -> Iterator[None]:
    """Let these names lead to these addresses; dots are written as `__`."""
    real = socket.getaddrinfo

    def look_up(host: str, *args: Any, **kwargs: Any) -> list[Any]:
        answer = answers.get(host.replace(".", "__"))
        if isinstance(answer, OSError):
            raise answer
        return list(answer) if answer is not None else real(host, *args, **kwargs)

    with monkeypatch.context() as patch:
        patch.setattr(socket, "getaddrinfo", look_up)
        yield


HOSTS = {
    "http://127.0.0.1/": "127.0.0.1",
    "http://127.0.0.1@evil.example/": "evil.example",
    "http://127.0.0.1:80@evil.example:81/": "evil.example",
    "http://a@b@evil.example/": "evil.example",
    "http://evil.example#@127.0.0.1/": "evil.example",
    "http://evil.example?@127.0.0.1/": "evil.example",
    "http://EVIL.example./": "evil.example",
    "http://evil.example:80/": "evil.example",
    "https://bücher.example/": "xn--bcher-kva.example",
    "https://BÜCHER.example/": "xn--bcher-kva.example",
    "https://xn--bcher-kva.example/": "xn--bcher-kva.example",
    "http://2130706433/": "127.0.0.1",
    "http://0x7f000001/": "127.0.0.1",
    "http://0x7f.1/": "127.0.0.1",
    "http://0177.0.0.01/": "127.0.0.1",
    "http://127.1/": "127.0.0.1",
    "http://127.0.0.1./": "127.0.0.1",
    "http://3221225991/": "192.0.2.7",
    "http://0300.0.2.7/": "192.0.2.7",
    "http://[::1]/": "::1",
    "http://[0:0:0:0:0:0:0:1]/": "::1",
    "http://[::ffff:127.0.0.1]/": "127.0.0.1",
    "http://[::ffff:c000:207]/": "192.0.2.7",
    "http://127.0.0.1%2eevil.example/": "127.0.0.1.evil.example",
    # Addresses that two readers read differently have none.
    "http://evil.example\\@127.0.0.1/": "",
    "http://127.0.0.1\\@evil.example/": "",
    "http://127。0。0。1/": "",
    "http://evil\t.example/": "",
    "http://127.0.0.1 .evil.example/": "",
    "http://localhost%00.evil.example/": "",
    "http://127.0.0.1:80:81/": "",
    "http:///evil.example/": "",
    "http:evil.example/": "",
    "http://[::1/": "",
    "": "",
}


@pytest.mark.parametrize(("url", "expected"), HOSTS.items(), ids=HOSTS)
def test_the_host_of_an_address(url: str, expected: str) -> None:
    """It is where a request would go, in one spelling."""
    assert host_of(url) == expected


@pytest.mark.parametrize("url", [url for url, host in HOSTS.items() if not host])
def test_what_has_no_host_is_no_address(url: str) -> None:
    """A target file, or an option, may not have it; and it is not on this machine."""
    assert (is_address(url), is_loopback(url)) == (False, False)


HERE = {
    "http://127.0.0.1:8080": True,
    "http://127.1.2.3/base": True,
    "http://127.1": True,
    "http://2130706433": True,
    "http://0x7f.1": True,
    "http://0177.1": True,
    "http://[::1]:8080": True,
    "http://[::ffff:127.0.0.1]": True,
    "http://[::ffff:7f00:1]": True,
    "http://localhost": True,
    "http://LOCALHOST": True,
    "http://192.0.2.7": False,
    "http://3221225991": False,
    "http://[::ffff:192.0.2.7]": False,
    "https://[2001:db8::7]/": False,
    "http://127.0.0.1@192.0.2.7/": False,
    "http://0.0.0.0": False,
    "http://0": False,
    "http://[::]": False,
    "http://no-such-host.invalid": False,
}


@pytest.mark.parametrize(("url", "expected"), HERE.items(), ids=HERE)
def test_loopback(url: str, expected: bool) -> None:
    """Only an address that leads to this machine and nowhere else is a loopback one."""
    assert is_loopback(url) is expected


@pytest.mark.parametrize(
    ("addresses", "expected"),
    [
        (["127.0.0.1", "::1"], True),
        (["127.0.0.1", "192.0.2.7"], False),
        (["::ffff:127.0.0.1"], True),
        (["fe80::1%lo"], False),
        ([], False),
    ],
)
def test_a_name_with_several_addresses(
    addresses: list[str], expected: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """All of them must be here."""
    with names(monkeypatch, many__example=rows(*addresses)):
        assert is_loopback("http://many.example") is expected


def test_a_look_up_has_an_end(monkeypatch: pytest.MonkeyPatch) -> None:
    """A name server that does not answer does not hold up anything."""
    over = threading.Event()
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: over.wait(60) and [])
    with pytest.raises(TimeoutError, match="the name was not looked up within 0 s"):
        addresses_of("slow.example", 0.1)
    over.set()


@pytest.mark.parametrize(
    ("named", "host", "is_right"),
    [
        ([], "localhost", True),
        ([], "away.example", False),
        (["away.example"], "away.example", True),
        (["away.example"], "AWAY.example.", True),
        (["other.example"], "away.example", False),
        (["example"], "away.example", False),
        (["192.0.2.7"], "3221225991", True),
        (["192.0.2.8"], "3221225991", False),
    ],
)
def test_where_connections_may_lead(
    named: list[str], host: str, is_right: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """To this machine, and to what is named, however it is written."""
    there = rows("192.0.2.7")
    everywhere = {"away__example": there, "AWAY__example__": there}
    with names(monkeypatch, **everywhere):
        if is_right:
            assert Destinations(frozenset(named)).addresses(host)
        else:
            with pytest.raises(ElsewhereError, match=r"leads to 192\.0\.2\.7, which is not on"):
                Destinations(frozenset(named)).addresses(host)


@pytest.mark.parametrize(
    ("proxy", "is_here"),
    [(None, True), ("http://127.0.0.1:3128", True), ("http://192.0.2.7:3128", False)],
)
def test_a_proxy_elsewhere_leads_elsewhere(proxy: str | None, is_here: bool) -> None:
    """What is this machine for it is another one."""
    assert Target("http://localhost:5000", proxy=proxy).located().is_here is is_here
