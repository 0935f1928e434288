"""Whether an item that a POST answers with is new, or was there before.

Rules: 201 says that something was created, which need not be what is shown: a POST to
`/users/{id}/roles` may give a user a role of somebody, and answer with that. So an item of another
address (`operations/shallow.py`) is new only where it shows a text that the run made up, or where
it shows what was sent, and equal requests of its kind got different items. What is not shown to be
new is neither changed nor deleted.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from functools import cached_property
from typing import Any

from contract_tests.http.walk import strings
from tallystick.contract import Contract

_SHORTEST = 8
_WORD = re.compile(r"[^\W\d_]{5}")
"""What dates and codes lack, which somebody else may have chosen, too."""

_ANYBODYS = "example"
"""It stands in addresses that are made for everybody, such as `a@a.example.com`."""


class OwnTexts:
    """The texts that a run makes up. `given` are those that the user has named."""

    def __init__(self, contract: Contract, given: Iterable[str] = ()) -> None:
        self.contract, self.given = contract, frozenset(given)
        self._sent: set[str] = set()

    def shown(self, item: Mapping[str, Any], sent: Any, body: str) -> list[Any]:
        """The values that were sent, and that an item shows. `body` is what was sent as text: that
        may be a form, or JSON in another encoding.
        """
        if isinstance(sent, dict):
            values = [v for n, v in sent.items() if v is not None and item.get(n) == v]
            self._sent.update(filter(self._is_own, strings(values)))
            return values
        texts = [value for value in item.values() if isinstance(value, str) and self._is_own(value)]
        return [text for text in texts if text in self._sent or text in body]

    @cached_property
    def _documented(self) -> frozenset[str]:
        return frozenset(strings(self.contract.document.root))

    def are_in(self, values: list[Any]) -> bool:
        """Whether values have a text that nobody else has."""
        return any(self._is_own(text) for text in strings(values))

    def _is_own(self, text: str) -> bool:
        is_long = len(text) >= _SHORTEST and _WORD.search(text) is not None
        is_known = text in self.given or text in self._documented
        return is_long and not is_known and _ANYBODYS not in text.casefold()
