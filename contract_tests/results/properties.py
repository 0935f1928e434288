"""A property run: the requests of one property, which Hypothesis draws and shrinks.

Rules: the same request is sent and checked once; the result holds for the whole property, so that
a target that fails now and then does not confuse the shrinking. After the first finding, shrinking
has a budget of requests: each costs the service time.
"""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from math import inf
from unittest import SkipTest

import requests

from contract_tests.checks.context import Expectation
from contract_tests.http.exchange import Exchange, TransportError, text_of
from contract_tests.results.findings import Finding
from contract_tests.results.run import Run
from tallystick.contract import ContractOperation

BUDGET = 10
"""The most requests that are sent to find the smallest one that shows the same."""

SECONDS = 2.0
"""The longest time that shrinking may take."""

Hides = Callable[[Exchange], bool]


class BrokenError(Exception):
    """The response to a request of a property broke a check."""


class PropertyRun:
    """The requests of one property of one operation."""

    def __init__(
        self,
        run: Run,
        operation: ContractOperation,
        hides: Hides,
        *,
        is_news: Callable[[list[Finding]], bool] = bool,
        budget: int = BUDGET,
        seconds: float = SECONDS,
    ) -> None:
        """`is_news` says which findings are worth shrinking."""
        self.run = run
        self.is_news, self.budget, self.seconds = is_news, budget, seconds
        self.operation = operation
        self.hides = hides
        self._known: dict[bytes, bool] = {}
        self._drawn: list[tuple[requests.PreparedRequest, Expectation]] | None = None
        self._ahead: dict[bytes, Exchange] = {}
        self._left: int | None = None
        self._until = inf

    def hold(
        self,
        prepared: requests.PreparedRequest,
        expectation: Expectation,
        before: Sequence[requests.PreparedRequest] = (),
    ) -> None:
        """Send a request, after those that go before it, and check its response. Raises BrokenError
        where it breaks a check.
        """
        key = _key(*before, prepared)
        if self._drawn is not None:
            self._drawn.append((prepared, expectation))
            return
        if key not in self._known:
            if self._left == 0 or time.monotonic() > self._until:
                # This ends a property at once. The run has its findings already.
                raise SkipTest("the budget for shrinking is spent")
            for request in before:
                exchange = self.run.client.transmit(request, self.operation.name)
                self.run.resources.learn(self.operation, exchange)
            self._known[key] = self._is_broken(key, prepared, expectation)
        if self._known[key]:
            raise BrokenError(expectation.what)

    @contextmanager
    def drawing(self) -> Iterator[list[tuple[requests.PreparedRequest, Expectation]]]:
        """While the block lasts, requests are drawn, and none is sent; it gets them."""
        self._drawn = []
        try:
            yield self._drawn
        finally:
            self._drawn = None

    def send_ahead(self, prepared: Sequence[requests.PreparedRequest]) -> None:
        """Send requests that change nothing or are certain to be refused, several at a time; they
        are held to the checks later.
        """
        found = {_key(each): each for each in prepared}
        exchanges = self.run.client.transmit_all(list(found.values()), self.operation.name)
        self._ahead = dict(zip(found, exchanges, strict=True))

    def forget_news(self) -> None:
        """Take the findings so far as known: no request is sent again, and none breaks a check
        any more.
        """
        self._known = dict.fromkeys(self._known, False)
        self._left, self._until = None, inf

    def check(self, exchange: Exchange, expectation: Expectation) -> list[Finding]:
        """The findings of a response."""
        if self.hides(exchange):
            return []
        return self.run.check(self.operation, exchange, expectation)

    def _is_broken(
        self, key: bytes, prepared: requests.PreparedRequest, expectation: Expectation
    ) -> bool:
        if self._left is not None:
            self._left -= 1
        ahead = self._ahead.pop(key, None)
        exchange = ahead or self.run.client.transmit(prepared, self.operation.name)
        is_broken = self.is_news(self.check(exchange, expectation))
        if is_broken and self._left is None:
            # Shrinking against a target that does not respond would only take time.
            self._left = 0 if isinstance(exchange.outcome, TransportError) else self.budget
            self._until = time.monotonic() + self.seconds
        return is_broken


def _key(*sent: requests.PreparedRequest) -> bytes:
    """A key that is the same for the same requests; short, since bodies may be long."""
    texts = [f"{prepared.method} {text_of(prepared)}" for prepared in sent]
    return hashlib.sha256("\0".join(texts).encode("utf-8", "replace")).digest()
