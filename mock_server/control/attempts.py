"""Who brought wrong tokens lately, by the address of the client.

Rules: who guesses waits; nobody else does. An address with too many wrong tokens within a minute is
not heard, since a right guess would be an answer, too; one that has brought the right token always
is. IPv6 gives a network to each client, so its addresses count together. What is kept has a bound:
the addresses that were longest silent go first.
"""

from __future__ import annotations

import ipaddress
import time
from collections import OrderedDict, deque
from functools import lru_cache
from typing import TypeVar

MOST_ADDRESSES = 1_000
MINUTE = 60
_Kept = TypeVar("_Kept")


class Attempts:
    """The last attempts. `most` are the wrong tokens of an address within a minute."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._wrong: OrderedDict[str, deque[float]] = OrderedDict()
        self._right: OrderedDict[str, None] = OrderedDict()

    def must_wait(self, address: str) -> bool:
        """Whether too many wrong tokens came from there."""
        network = _network(address)
        if network in self._right or network not in self._wrong:
            return False
        wrong = self._wrong[network]
        return len(wrong) == self._most and time.monotonic() - wrong[0] < MINUTE

    def note(self, address: str, *, is_right: bool) -> None:
        """A token came from there."""
        network = _network(address)
        if is_right:
            _touch(self._right, network, None)
            return
        wrong = self._wrong.get(network, deque(maxlen=self._most))
        wrong.append(time.monotonic())
        _touch(self._wrong, network, wrong)


def _touch(found: OrderedDict[str, _Kept], network: str, value: _Kept) -> None:
    found[network] = value
    found.move_to_end(network)
    if len(found) > MOST_ADDRESSES:
        found.popitem(last=False)


@lru_cache(maxsize=MOST_ADDRESSES)
def _network(address: str) -> str:
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:  # of a socket that is no network's
        return ""
    if isinstance(parsed, ipaddress.IPv4Address):
        return str(parsed)
    return str(parsed.ipv4_mapped or ipaddress.ip_network((parsed, 64), strict=False))
