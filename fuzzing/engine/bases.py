"""The base requests of a campaign: what `tallystick test` would send, sent when a shard needs it.

Rules: what creates and lists outer items comes before what needs them, whichever operation is
first. What deletes gets a new item each time, so that the others keep theirs; where none can be
made, a base whose item was deleted is sent anew. Each request counts for its own operation.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress

from contract_tests.http.bodies import UnmakeableError
from contract_tests.operations.roles import Role
from contract_tests.requests.base import Base, Bases
from contract_tests.requests.sources import MOST_TRIED, Candidate, is_changed
from contract_tests.results.run import Run
from fuzzing.sending.adapter import BudgetAdapter
from fuzzing.sending.budget import BudgetSpentError
from tallystick.catalogue.collections import template
from tallystick.contract import ContractOperation

_SHARE = 4
"""All bases take at most about a quarter of the requests, if two of each are enough for that."""

_LEAST_TRIED = 2


class CampaignBases(Bases):
    """The bases of one worker, within a fuzz of so many requests."""

    def __init__(self, run: Run, adapter: BudgetAdapter, requests: int) -> None:
        count = max(1, len(run.plan.operations))
        most = max(_LEAST_TRIED, min(MOST_TRIED, requests // (_SHARE * count)))
        super().__init__(run, most=most)
        self.adapter = adapter

    def of(self, operation: ContractOperation) -> Base:
        """See Bases."""
        if operation.name in self._sent:
            return self._sent[operation.name]
        for outer in self._outer(operation):
            with suppress(UnmakeableError, BudgetSpentError):
                self.of(outer)
        with self._sending(operation):
            if operation.method == "delete" and is_changed(operation, self.run.target):
                self._create(operation)
            return super().of(operation)

    def forget_gone(self) -> None:
        """Forget the bases whose items were deleted, and those of what made them."""
        for name, base in list(self._sent.items()):
            path = base.request.path
            if self.run.resources.is_gone(base.operation, path) or self._is_used_up(base):
                del self._sent[name]

    def _is_used_up(self, base: Base) -> bool:
        """Whether all that an operation creates was deleted."""
        place = self.run.plan.roles.collection(base.operation)
        found = self.run.resources.found
        made = [item for item in found if item.is_created and item.collection == place]
        creates = base.role is Role.CREATE
        return creates and bool(made) and all(item.is_deleted for item in made)

    def _outer(self, operation: ContractOperation) -> list[ContractOperation]:
        """The operations that create and list what is above the path of another one."""
        roles, path = self.run.plan.roles, template(operation.path)
        return [
            other
            for other in self.run.plan.operations
            if roles.of(other) in (Role.CREATE, Role.LIST)
            and path.startswith(f"{roles.collection(other) or template(other.path)}/")
        ]

    def _send(self, operation: ContractOperation, candidate: Candidate) -> Base:
        with self._sending(operation):
            return super()._send(operation, candidate)

    @contextmanager
    def _sending(self, operation: ContractOperation) -> Iterator[None]:
        origin = self.adapter.origin
        before = origin.operation, origin.kind
        origin.operation, origin.kind = operation, "base"
        try:
            yield
        finally:
            origin.operation, origin.kind = before
