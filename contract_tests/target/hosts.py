"""Hosts: where an address leads, however it is written.

Rules: the host of an address is the one that requests would be sent to, in one spelling; an address
that two readers read differently has none. A name decides nothing: a host is on this machine if all
its IP addresses are. They are looked up for each connection, and what was looked at is what is
connected to. So it does not matter what the name leads to a moment later.
"""

from __future__ import annotations

import ipaddress
import socket
import threading
from contextlib import suppress
from dataclasses import dataclass
from urllib.parse import urlsplit

import requests

from tallystick.errors import TallystickError

LONGEST_LOOK_UP = 10.0
"""Seconds that looking a name up may take."""


class ElsewhereError(TallystickError):
    """A host that nobody has named is not on this machine."""


def host_of(url: str) -> str:
    """The host of an address, in one spelling: lower case, without a dot at its end, in ASCII
    (RFC 5891), and an IP address as it is usually written. Empty where there is none.
    """
    try:
        hosts = {spelled(urlsplit(each).hostname or "") for each in (url, _prepared(url))}
    except ValueError:
        return ""
    return hosts.pop() if len(hosts) == 1 else ""


def spelled(host: str) -> str:
    """A host in one spelling."""
    host = host.strip("[]").rstrip(".").lower()
    with suppress(ValueError):
        return str(_plain(ipaddress.ip_address(host)))
    with suppress(OSError):  # 127.1, 0x7f.1, 2130706433
        return socket.inet_ntoa(socket.inet_aton(host))
    if host.isascii() and "%" not in host:
        return host
    with suppress(ValueError):
        return urlsplit(_prepared(f"http://{host}/")).hostname or host
    return host


def _prepared(url: str) -> str:
    """An address as requests are sent to it. Raises ValueError."""
    prepared = requests.PreparedRequest()
    prepared.prepare_url(url, None)
    return prepared.url or ""


def is_loopback(url: str) -> bool:
    """Whether an address is on this machine: every address of its host is a loopback one."""
    try:
        return _are_here(addresses_of(host_of(url)))
    except OSError:
        return False


def addresses_of(host: str, seconds: float = LONGEST_LOOK_UP) -> tuple[str, ...]:
    """The IP addresses of a host, in the order in which they are to be tried. Raises OSError."""
    found: list[tuple[str, ...] | OSError] = []

    def look_up() -> None:
        try:
            rows = socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)
            found.append(tuple(dict.fromkeys(str(row[4][0]) for row in rows)))
        except UnicodeError:
            found.append(OSError("this is no name of a host"))
        except OSError as error:
            found.append(error)

    if not host:
        raise OSError("there is no host")
    # In a thread, since looking a name up has no limit of time.
    thread = threading.Thread(target=look_up, daemon=True)
    thread.start()
    thread.join(seconds)
    if not found:
        raise TimeoutError(f"the name was not looked up within {seconds:.0f} s")
    if isinstance(found[0], OSError):
        raise found[0]
    return found[0]


def _are_here(addresses: tuple[str, ...]) -> bool:
    plain = [_plain(ipaddress.ip_address(address.partition("%")[0])) for address in addresses]
    return bool(plain) and all(address.is_loopback for address in plain)


_IPAddress = ipaddress.IPv4Address | ipaddress.IPv6Address


def _plain(address: _IPAddress) -> _IPAddress:
    """An IPv4 address that is written as an IPv6 one (RFC 4291 section 2.5.5.2) as what it is."""
    return getattr(address, "ipv4_mapped", None) or address


@dataclass(frozen=True, slots=True)
class Destinations:
    """Where connections may lead: to this machine, and to the hosts that are `named`."""

    named: frozenset[str] = frozenset()

    def addresses(self, host: str, seconds: float = LONGEST_LOOK_UP) -> tuple[str, ...]:
        """The IP addresses of a host, to be connected to now. Raises ElsewhereError and OSError."""
        found = addresses_of(host, seconds)
        if spelled(host) not in self.named and not _are_here(found):
            raise ElsewhereError(f"{host} leads to {found[0]}, which is not on this machine.")
        return found
