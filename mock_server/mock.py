"""The mock's parts, which operations and the control API share."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import InitVar, dataclass, field, replace
from functools import cached_property
from typing import Any

from mock_server.behaviours import BEHAVIOURS, ContractBehaviour, OperationBehaviour
from mock_server.collections.registry import KeptCollections
from mock_server.limits import DEFAULT, MockLimits
from mock_server.requests.decoding.uploads import Uploads
from mock_server.requests.security import api_keys
from mock_server.state.edits import Edits
from mock_server.state.embedded.embedded_sessions import EmbeddedSessions
from mock_server.state.sessions import Sessions
from tallystick.catalogue.extensions import BEHAVIOUR
from tallystick.contract import Contract, ContractOperation
from tallystick.errors import ExtensionError
from tallystick.generation.believable.locales import check_locale
from tallystick.reader.options import LoadOptions


@dataclass(frozen=True)
class Mock:
    """A contract being mocked: its settings and its state. `max_body` is the largest request body
    in bytes, `auth` says whether security requirements are enforced, `remembers` whether
    collections keep what they get, and `state` what they have at first; `load` is how the contract
    was read, and `limits` are what anybody may ask; `make_sessions` says where state lives. Raises
    TallystickError where the contract asks for a behaviour that there is not, the state is none,
    or there is no such locale.
    """

    contract: Contract
    seed: int = 0
    max_body: int | None = None
    auth: bool = True
    remembers: bool = True
    state: Any = None
    load: LoadOptions | None = None
    limits: MockLimits = DEFAULT
    make_sessions: Callable[[Contract, MockLimits], Sessions] = EmbeddedSessions
    edits: Edits = field(default_factory=Edits)
    uploads: Uploads = field(init=False)
    before: InitVar[Mock | None] = None
    sessions: Sessions = field(init=False)
    behaviours: Mapping[str, ContractBehaviour] = field(init=False)
    collections: KeptCollections = field(init=False)

    def __post_init__(self, before: Mock | None) -> None:
        check_locale(self.contract.document.locale)
        sessions = before.sessions if before else self.make_sessions(self.contract, self.limits)
        object.__setattr__(self, "sessions", sessions)
        object.__setattr__(self, "uploads", Uploads(self.limits.memory // 2))
        wanted: dict[str, list[ContractOperation]] = {}
        for operation in self.contract.operations:
            if operation.behaviour:
                wanted.setdefault(operation.behaviour, []).append(operation)
        made = {name: self._make(name, operations) for name, operations in wanted.items()}
        object.__setattr__(self, "behaviours", made)
        found = self.contract.collections if self.remembers else ()
        kept = KeptCollections(self.contract.document, found, self.seed, self.state)
        object.__setattr__(self, "collections", kept)

    def edited(self, contract: Contract) -> Mock:
        """The mock of the edited contract, with the same sessions: states and journals stay."""
        return replace(self, contract=contract, before=self)

    def _make(self, name: str, operations: list[ContractOperation]) -> ContractBehaviour:
        document = self.contract.document
        if name not in BEHAVIOURS:
            raise ExtensionError(
                f"There is no behaviour called {name!r}.",
                source=document.locate((*operations[0].location, BEHAVIOUR)),
                remedy=f"There are: {', '.join(BEHAVIOURS)}.",
            )
        return BEHAVIOURS[name](document, operations)

    @cached_property
    def keys(self) -> frozenset[str]:
        """The names by which the operations call an API key: what stands there is never shown."""
        return api_keys(self.contract)

    def behaviour(self, operation: ContractOperation) -> OperationBehaviour | None:
        """What a behaviour does for an operation, if it has one."""
        name = operation.behaviour
        return self.behaviours[name].of(operation) if name else None
