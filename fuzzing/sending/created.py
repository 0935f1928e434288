"""What a fuzz created at its target: it is deleted again, within the budget.

Rules: what fuzz cases create is deleted after their shard, and what base requests create at the end
of the worker. A request is reserved for each item that can be deleted, so that the limit of
requests holds for the clean-up, too. What could not be deleted is counted, unless what it was in is
deleted later.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace
from math import inf

from contract_tests.operations.resources import Resource
from contract_tests.remembering.cleaning import delete_items, is_deletable
from contract_tests.results.run import Run
from fuzzing.sending.adapter import CLEAN_UP, BudgetAdapter

SECONDS = 30.0
"""The longest clean-up at the end, where the fuzz has no limit of time."""


class CreatedItems:
    """The items that one worker created at one implementation."""

    def __init__(self, run: Run, adapter: BudgetAdapter) -> None:
        self.run, self.adapter = run, adapter
        self._left: list[Resource] = []
        self._reserved = 0
        if any(operation.method == "delete" for operation in run.plan.operations):
            adapter.before = self.reserve

    @property
    def left(self) -> Counter[str]:
        """How many items could not be deleted, by collection."""
        return Counter(item.collection for item in self._left)

    def reserve(self) -> None:
        """Reserve a request for each item that may have to be deleted."""
        items = self.run.resources.created()
        count = sum(is_deletable(self.run, item) for item in items)
        self._reserved, self.adapter.held = self._reserved + self.adapter.held, 0
        if count != self._reserved:
            self.adapter.budget.reserve(count - self._reserved)
            self._reserved = count

    def delete_others(self, known: Sequence[Resource]) -> None:
        """Delete all items but the known ones, and forget them."""
        self.reserve()
        resources = self.run.resources
        kept = {id(item) for item in known}
        self._delete([item for item in resources.created() if id(item) not in kept])
        resources.found = [item for item in known if not item.is_deleted]

    def delete_all(self) -> None:
        """Delete all items, as long as there is time."""
        self.reserve()
        self._delete(self.run.resources.created(), time.monotonic() + SECONDS)

    def _delete(self, items: Sequence[Resource], until: float = inf) -> None:
        origin = self.adapter.origin
        before = origin.operation, origin.kind
        origin.operation, origin.kind = None, CLEAN_UP
        try:
            delete_items(self.run, self._in_time(items, until))
        finally:
            origin.operation, origin.kind = before
        # A fuzz may leave many, and only their addresses count.
        self._left += [replace(item, members={}) for item in items if not item.is_deleted]
        self._left = self._without_those_inside(self._left)

    def _without_those_inside(self, left: Sequence[Resource]) -> list[Resource]:
        """The items that went with none of those that were deleted."""
        places = {item.collection for item in left}
        resources = self.run.resources
        gone = [
            item
            for item in resources.found
            if item.is_deleted and any(each.startswith(item.collection) for each in places)
        ]
        return [item for item in left if not any(resources.is_inside(item, g) for g in gone)]

    def _in_time(self, items: Sequence[Resource], until: float) -> Iterator[Resource]:
        for item in items:
            if time.monotonic() >= until:
                return
            if not item.is_deleted:
                self._reserved -= is_deletable(self.run, item)  # whoever deletes it takes it
            yield item
