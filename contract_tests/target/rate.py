"""The rate limit: the most requests a second that a target gets, and the pauses that it asks for.

Rules: the limit spaces requests evenly, so that no second of any clock sees more; it holds for
all threads of a run together. Targets on this machine have none unless their file sets one.
"""

from __future__ import annotations

import re
import threading
import time
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from math import inf

ELSEWHERE = "10/s"
"""The limit for a target that is not on this machine and sets none."""

_PAUSE = 1.0
"""Seconds of pause where a target does not say how long."""

_SECONDS = {"s": 1, "m": 60, "h": 3600}
_RATE = re.compile(r"(?P<count>[0-9]+(?:\.[0-9]+)?)\s*/\s*(?P<unit>[smh])")


def per_second(text: str) -> float:
    """Requests per second of a rate such as `20/s`, `90/m` or `1000/h`. Raises ValueError."""
    match = _RATE.fullmatch(text.strip())
    if match is None or float(match["count"]) == 0:
        raise ValueError(f"{text!r} is no rate: write it as 20/s, 90/m or 1000/h")
    return float(match["count"]) / _SECONDS[match["unit"]]


def seconds_of(retry_after: str) -> float:
    """The pause that a Retry-After asks for: seconds or a date (RFC 9110 section 10.2.3); a second
    where it says neither.
    """
    text = retry_after.strip()
    if text.isascii() and text.isdecimal():
        return float(text[:9])
    try:
        moment = parsedate_to_datetime(text)
        moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
        return max(0.0, (moment - datetime.now(UTC)).total_seconds())
    except (ValueError, OverflowError):  # the latter for a year that no calendar has
        return _PAUSE


class Throttle:
    """Lets its callers through one by one, `rate` of them a second; at once where there is none."""

    def __init__(self, rate: float | None) -> None:
        self.interval = 1 / rate if rate else 0.0
        self._next = 0.0
        self._lock = threading.Lock()

    def wait(self, most: float = inf) -> None:
        """Wait for one's turn, `most` seconds at the most."""
        if not self.interval:
            return
        with self._lock:
            turn = max(self._next, time.monotonic())
            self._next = turn + self.interval
        time.sleep(min(most, max(0.0, turn - time.monotonic())))
