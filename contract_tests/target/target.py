"""The target: an implementation under test, and how to bring about each case there."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any
from urllib.parse import urlsplit, urlunsplit

from contract_tests.target.credentials import (
    Credential,
    Credentials,
    needs_credentials,
    places_of,
)
from contract_tests.target.hosts import Destinations, host_of, is_loopback, spelled
from tallystick.catalogue.cases import Case
from tallystick.contract import Contract, ContractOperation
from tallystick.errors import TallystickError
from tallystick.reader.operations import Field

LARGEST_RESPONSE = 5 * 2**20
"""The most decoded bytes of a response's body that are read, if the target file says no other."""


class TargetError(TallystickError):
    """A target file is wrong, or asks for what is not there."""


@dataclass(frozen=True, slots=True)
class HookCall:
    """A call that sets a case up, or cleans up after it."""

    method: str
    url: str
    headers: Mapping[str, str] = field(default_factory=dict)
    json: Any = None


@dataclass(frozen=True, slots=True)
class CaseSetup:
    """How to reach a case at a target: whatever differs from a request that succeeds."""

    headers: Mapping[str, str] = field(default_factory=dict)
    parameters: Mapping[str, Any] = field(default_factory=dict)
    before: tuple[HookCall, ...] = ()
    after: tuple[HookCall, ...] = ()
    unreachable: str | None = None


@dataclass(frozen=True, slots=True)
class OperationValues:
    """Values that only the operations of one name need."""

    match: str
    parameters: Mapping[str, Any]
    is_repeatable: bool = False


@dataclass(frozen=True, slots=True)
class Target:
    """Where an implementation is, and how to use it. `timeout` is in seconds for one request;
    `fuzz` are the limits and dictionaries of the table [fuzz]; messages name it as it is `called`.
    """

    base_url: str
    document: str | None = None
    overlays: tuple[str, ...] = ()
    timeout: float = 10.0
    rate: str | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    parameters: Mapping[str, Any] = field(default_factory=dict)
    cases: Mapping[str, CaseSetup] = field(default_factory=dict)
    operations: tuple[OperationValues, ...] = ()
    variables: Mapping[str, str] = field(default_factory=dict, repr=False)
    fuzz: Mapping[str, Any] = field(default_factory=dict)
    called: str = "The target"
    include: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()
    only_safe: bool = False
    destructive: bool = False
    largest_body: int | None = None
    largest_response: int = LARGEST_RESPONSE
    is_own_mock: bool = False
    credentials: Credentials = field(default_factory=dict, repr=False)
    other: Credentials = field(default_factory=dict, repr=False)
    wrong: Credentials = field(default_factory=dict, repr=False)
    ca_file: str | None = None
    client_certificate: tuple[str, ...] = ()
    proxy: str | None = field(default=None, repr=False)
    allow_hosts: tuple[str, ...] = ()
    is_here: bool | None = None
    """Whether it is on this machine, where that has been looked up."""
    first_headers: frozenset[str] = frozenset()
    """The names of headers that come before all credentials, in lower case."""

    @property
    def shown_url(self) -> str:
        """The address without user and password."""
        parts = urlsplit(self.base_url)
        return urlunsplit(parts._replace(netloc=parts.netloc.rpartition("@")[2]))

    @property
    def password(self) -> str | None:
        """The password in the address."""
        return urlsplit(self.base_url).password

    @property
    def given(self) -> list[Mapping[str, Any]]:
        """All values of the target file, whatever they are for."""
        of_operations = [operation.parameters for operation in self.operations]
        return [self.parameters, *of_operations, *(c.parameters for c in self.cases.values())]

    def values(self, operation: ContractOperation) -> dict[str, Any]:
        """The values that make an operation succeed, such as `path.id`: those of all operations as
        far as this one declares them, and its own.
        """
        declared = {f"{field.location}.{field.name}" for field in operation.fields}
        declared |= {f"{place.location}.{place.name}" for place in places_of(operation)}
        values = {name: value for name, value in self.parameters.items() if name in declared}
        for special in self.operations:
            if special.match == operation.name:
                values |= special.parameters
        return values

    def keeps(self, operation: ContractOperation, field: Field) -> bool:
        """Whether a value is the target's own, which no test changes: a credential, or a header of
        [headers]. Names of headers have no case (RFC 9110 section 5.1).
        """
        kept = [*places_of(operation), *(Field("header", name) for name in self.headers)]
        names = [place.name for place in kept if place.location == field.location]
        if field.location == "header":
            return field.name.lower() in [name.lower() for name in names]
        return field.name in names

    def is_repeatable(self, operation: ContractOperation) -> bool:
        """Whether a POST may be sent again and again with the same result."""
        return any(o.is_repeatable for o in self.operations if o.match == operation.name)

    @property
    def destinations(self) -> Destinations:
        """Where requests to the target may lead: one on this machine leads nowhere else."""
        named = (host_of(self.base_url), host_of(self.proxy or ""))
        return Destinations(frozenset(() if self.located().is_here else filter(None, named)))

    @property
    def surroundings(self) -> Destinations:
        """Where calls to other hosts than the target may lead."""
        more = (host_of(self.proxy or ""), *map(spelled, self.allow_hosts))
        return Destinations(self.destinations.named.union(filter(None, more)))

    def located(self) -> Target:
        """The same, with `is_here` looked up. What a proxy elsewhere leads to is not here."""
        if self.is_here is not None:
            return self
        is_here = is_loopback(self.base_url) and (self.proxy is None or is_loopback(self.proxy))
        return replace(self, is_here=is_here)

    def setup_of(self, case: Case) -> CaseSetup | None:
        """How to reach a case: its entry by full name, code or status."""
        for key in names_of(case):
            if key in self.cases:
                return self.cases[key]
        return None


def names_of(case: Case) -> list[str]:
    """The keys by which a target file may name a case, the most exact first."""
    return [f"{case.operation} {case.label}", case.label, case.code or case.status]


def mock_target(base_url: str, contract: Contract) -> Target:
    """The mock of a contract as a target: its magic values reach what no honest request does."""
    cases = {
        f"{case.operation} {case.label}": CaseSetup(parameters=case.magic)
        for case in contract.cases
        if case.magic and not (case.trigger and case.trigger.kind == "request")
    }
    credentials = dict.fromkeys(_schemes(contract), _RIGHT)
    wrong = dict.fromkeys(credentials, _WRONG)
    return Target(base_url, cases=cases, credentials=credentials, wrong=wrong, is_own_mock=True)


_RIGHT = Credential(
    token="right-credential",  # noqa: S106
    username="user",
    password="right-credential",  # noqa: S106
    key="right-credential",
)
"""The mock takes any credential for right but for a few that it lists."""

_WRONG = Credential(
    token="wrong-credential",  # noqa: S106
    username="user",
    password="wrong-credential",  # noqa: S106
    key="wrong-credential",
)
"""One of those."""


def _schemes(contract: Contract) -> set[str]:
    """The names of the schemes that operations require."""
    guarded = [operation for operation in contract.operations if needs_credentials(operation)]
    requirements = [requirement for operation in guarded for requirement in operation.security]
    return {scheme.name for requirement in requirements for scheme in requirement}
