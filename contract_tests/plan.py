"""The plan of a run: which contract, which target, and how."""

from __future__ import annotations

import re
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING
from uuid import NAMESPACE_OID, uuid5

import pytest

from contract_tests.checks.promises import check_promises
from contract_tests.operations.roles import Roles
from contract_tests.operations.scope import Scope
from contract_tests.target.file import check_target, is_address, read_target
from contract_tests.target.patterns import unmatched
from contract_tests.target.target import Target, mock_target
from contract_tests.target.variables import expanded
from tallystick.contract import Contract, ContractOperation, read_contract
from tallystick.errors import TallystickError
from tallystick.reader.options import LoadOptions

if TYPE_CHECKING:
    from schemathesis.baseline import Baseline


_OWN_MOCK = Target("http://127.0.0.1", is_own_mock=True)


@dataclass(frozen=True)
class Plan:
    """What a run is to do, in `max_time` seconds at the most. Without a target, a mock is started
    for the run and tested, within the scope of `own_mock`. `concurrency` is how many requests may
    be under way at a time. What the `baseline` accepts does not count. A run that `is_complete`
    runs all tests of the suite; pytest may run a part of them.
    """

    contract: Contract
    target: Target | None
    seed: int
    undeclared_methods: bool = False
    max_time: float | None = None
    concurrency: int | None = None
    baseline: Baseline | None = None
    is_complete: bool = False
    own_mock: Target = _OWN_MOCK

    @cached_property
    def streams(self) -> frozenset[str]:
        """The media types of responses that are sequences of items (OpenAPI 3.2.0 section
        4.14.2): their bodies need not end.
        """
        document = self.contract.document
        responses = (r for operation in self.contract.operations for r in operation.responses)
        return frozenset(
            media.name.partition(";")[0].strip().lower()
            for response in responses
            for media in response.media_types
            if document.at(media.path).get("itemSchema") is not None
        )

    def unknown_id(self, operation: ContractOperation) -> str:
        """A UUID that nobody was given; the same for the same seed."""
        return str(uuid5(NAMESPACE_OID, f"{self.seed} {operation.name}"))

    def unknown_ids(self, operation: ContractOperation) -> list[str]:
        """Ids that nobody was given, of the usual kinds."""
        return [self.unknown_id(operation), "987654321", "tallystick-unknown"]

    @cached_property
    def passing(self) -> Mapping[str, frozenset[int]]:
        """The statuses of failures that may pass, by the name of the operation that documents them
        (RFC 9110 sections 15.6.3 to 15.6.5).
        """
        return {
            operation.name: PASSING & {case.http_status for case in operation.cases}
            for operation in self.contract.operations
        }

    @cached_property
    def roles(self) -> Roles:
        """What the operations do."""
        return Roles(self.contract)

    @cached_property
    def operations(self) -> Sequence[ContractOperation]:
        """The operations that are sent, in the order of a run."""
        return [o for o in self.roles.ordered() if self.scope.left_out(o) is None]

    def mock_at(self, base_url: str) -> Target:
        """The mock of the contract as the target, with the scope of `own_mock`."""
        own = self.own_mock
        return replace(
            mock_target(base_url, self.contract),
            include=own.include,
            exclude=own.exclude,
            only_safe=own.only_safe,
        )

    @cached_property
    def scope(self) -> Scope:
        """Which operations are sent to the target."""
        return Scope(self.contract, self.target or self.own_mock, self.roles)


def read_plan(
    options: LoadOptions,
    *,
    base_url: str | None,
    target_file: str | None,
    seed: int | None,
    undeclared_methods: bool = False,
    headers: Sequence[str] = (),
    include: Sequence[str] = (),
    exclude: Sequence[str] = (),
    only_safe: bool = False,
    max_time: float | None = None,
    concurrency: int | None = None,
) -> Plan:
    """Read the contract and the target file; what the options say is added to it. Raises
    TallystickError.
    """
    if target_file and base_url:
        raise TallystickError("--target and --base-url exclude each other.")
    target = read_target(target_file) if target_file else _target_at(base_url)
    contract = read_contract(_with_those_of(target, options))
    check_promises(contract)
    if target and target_file:
        check_target(target, contract, target_file)
    if wrong := unmatched((*include, *exclude), contract):
        raise TallystickError(f"No operation is called {wrong[0]!r}.")
    if target:
        variables: dict[str, str] = {}
        given = _headers(headers, variables)
        first = frozenset(name.lower() for name in given)
        kept = {name: text for name, text in target.headers.items() if name.lower() not in first}
        target = replace(
            target,
            headers={**kept, **given},
            first_headers=first,
            variables={**target.variables, **variables},
            include=(*target.include, *include),
            exclude=(*target.exclude, *exclude),
            only_safe=target.only_safe or only_safe,
        )
    elif headers:
        raise TallystickError("--header needs a target: --base-url or --target.")
    own_mock = replace(
        _OWN_MOCK, include=tuple(include), exclude=tuple(exclude), only_safe=only_safe
    )
    seed = secrets.randbelow(2**32) if seed is None else seed
    return Plan(
        contract, target, seed, undeclared_methods, max_time, concurrency, own_mock=own_mock
    )


def _with_those_of(target: Target | None, options: LoadOptions) -> LoadOptions:
    """The options with the document and the overlays of the target file, where none is given."""
    if options.documents or target is None:
        return options
    documents = (target.document,) if target.document else ()
    return replace(options, documents=documents, overlays=(*target.overlays, *options.overlays))


_HEADER = re.compile(r"([!#$%&'*+.^_`|~0-9A-Za-z-]+):[ ]*([\x20-\x7e]*\S)[ ]*")
"""RFC 9110 sections 5.1 and 5.5."""


def _headers(given: Sequence[str], variables: dict[str, str]) -> dict[str, str]:
    """The headers of options such as `Authorization: Bearer ${TOKEN}`."""

    def missing(name: str) -> TallystickError:
        return TallystickError(f"--header: the environment variable {name} is not set.")

    found = {}
    for text in given:
        match = _HEADER.fullmatch(expanded(text, variables, missing))
        if match is None:  # it may hold a secret
            raise TallystickError("--header must be a name and a plain text: 'Name: value'.")
        found[match[1]] = match[2]
    return found


def _target_at(base_url: str | None) -> Target | None:
    if not base_url:
        return None
    if not is_address(base_url):
        raise TallystickError(f"--base-url must be an http(s) URL, not {base_url!r}.")
    return Target(base_url.rstrip("/"))


PASSING = frozenset({502, 503, 504})
"""The statuses of failures that may pass by themselves."""

PLAN = pytest.StashKey[Plan]()
"""Where pytest's configuration keeps the plan."""
