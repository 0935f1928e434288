"""Trials: the requests of one property, of which Hypothesis draws and shrinks.

Rules: the same request is sent once, and judged once: what was found of it holds for the whole
property, so that a target that fails now and then does not confuse the shrinking. Once something
was found, shrinking has a budget of requests: who shrinks against a service spends its time.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from math import inf
from unittest import SkipTest

import requests

from contract_tests.exchange import Exchange, Failure, text_of
from contract_tests.judged import Expectation
from contract_tests.run import Run
from tallystick.contract import ContractOperation

BUDGET = 10
"""How many requests are sent to find the smallest one that shows the same."""

SECONDS = 2.0
"""How long shrinking may take."""

Hides = Callable[[Exchange], bool]


class BrokenError(Exception):
    """A request of a property broke an obligation."""


class Trials:
    """The requests of one property of one operation."""

    def __init__(self, run: Run, operation: ContractOperation, hides: Hides) -> None:
        self.run = run
        self.operation = operation
        self.hides = hides
        self._known: dict[str, bool] = {}
        self._left: int | None = None
        self._until = inf

    def hold(self, prepared: requests.PreparedRequest, expectation: Expectation) -> None:
        """Send a request and judge its answer. Raises BrokenError where it breaks something."""
        key = f"{prepared.method} {text_of(prepared)}"
        if key not in self._known:
            if self._left == 0 or time.monotonic() > self._until:
                # The way to end a property at once: what it has shown is kept already.
                raise SkipTest("the budget for shrinking is spent")
            self._known[key] = self._is_broken(prepared, expectation)
        if self._known[key]:
            raise BrokenError(expectation.what)

    def _is_broken(self, prepared: requests.PreparedRequest, expectation: Expectation) -> bool:
        if self._left is not None:
            self._left -= 1
        exchange = self.run.client.transmit(prepared)
        if self.hides(exchange):
            return False
        is_broken = bool(self.run.judge(self.operation, exchange, expectation))
        if is_broken and self._left is None:
            # To shrink against what does not answer would only take time.
            self._left = 0 if isinstance(exchange.outcome, Failure) else BUDGET
            self._until = time.monotonic() + SECONDS
        return is_broken
