"""A survey: what a target file for a contract needs, as far as the document shows it.

Rules: nothing is sent. A run is thought through to its end: everything that it can create and list
is taken as there, and what a request is then still a guess about is a value that the user has to
give.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from contract_tests.operations.resources import Resource, Resources
from contract_tests.operations.roles import Role, Roles, collection_of, is_item
from contract_tests.operations.scope import Scope
from contract_tests.requests.sources import Sources
from contract_tests.results.reasons import entry_reason
from contract_tests.target.credentials import KEYS, is_sent, kind_of, needs_credentials
from contract_tests.target.target import Target
from tallystick.catalogue.cases import Case
from tallystick.catalogue.collections import template
from tallystick.contract import Contract, ContractOperation
from tallystick.reader.operations import SecurityScheme, security_schemes

_ANY = "1"


@dataclass(frozen=True, slots=True)
class NeededCredential:
    """A security scheme that operations require: the `keys` of its entry, none where nothing can
    be sent for it. One that is not `is_first` is needed only in place of others.
    """

    scheme: SecurityScheme
    keys: tuple[str, ...]
    is_first: bool
    operations: int


@dataclass(frozen=True)
class Survey:
    """What the document of a contract shows."""

    contract: Contract
    target: Target = field(default_factory=lambda: Target("http://127.0.0.1"))

    @cached_property
    def roles(self) -> Roles:
        """What the operations do."""
        return Roles(self.contract)

    @cached_property
    def left_out(self) -> Mapping[str, str]:
        """The operations that are left out for safety, and what each may do."""
        scope = Scope(self.contract, self.target, self.roles)
        found = {o.name: scope.danger_of(o) for o in self.contract.operations}
        return {name: what for name, what in found.items() if what is not None}

    @property
    def tested(self) -> list[ContractOperation]:
        """The other operations, in the order of a run."""
        return [o for o in self.roles.ordered() if o.name not in self.left_out]

    # --- credentials

    @cached_property
    def credentials(self) -> Sequence[NeededCredential]:
        """The schemes that operations require, in the document's order."""
        guarded = [o for o in self.contract.operations if needs_credentials(o)]
        first = {scheme.name for o in guarded for scheme in o.security[0]}
        return [
            NeededCredential(scheme, _keys(scheme), scheme.name in first, count)
            for scheme in security_schemes(self.contract.document)
            if (count := sum(_mentions(o, scheme) for o in guarded))
        ]

    @property
    def has_forbidden(self) -> bool:
        """Whether an operation documents a 403, which needs another user."""
        return any(case.status == "403" for case in self.contract.cases)

    # --- values

    @cached_property
    def values(self) -> Mapping[str, Sequence[str]]:
        """The names of the values that only the user knows, such as `path.id`, each with the
        operations that need it.
        """
        found: dict[str, list[str]] = {}
        sources = Sources(self.contract, self.target, self._filled())
        for operation in self.tested:
            for name in sources.guesses(operation):
                found.setdefault(name, []).append(operation.name)
        return found

    def _filled(self) -> Resources:
        """The resources at the end of a run that could create and list everything."""
        resources = Resources(self.contract, self.roles)
        for operation in self.tested:
            path, role = template(operation.path), self.roles.of(operation)
            is_listed = role is Role.LIST and operation.method == "get"
            own = self.roles.collection(operation) or path
            place = collection_of(path) if is_item(operation) else own
            if (role is not Role.CREATE and not is_listed) or place is None:
                continue
            if role is Role.CREATE and self.roles.is_single(operation):
                resources.singles.setdefault(path, []).append((_ANY,) * path.count("{}"))
                continue
            parents = (_ANY,) * place.count("{}")
            is_created = role is Role.CREATE
            resources.found.append(Resource(place, parents, {}, _ANY, is_created=is_created))
        for operation in self.tested:
            self._link(resources, operation)
        return resources

    def _link(self, resources: Resources, operation: ContractOperation) -> None:
        """Take the values of OpenAPI links as known."""
        for response in operation.responses:
            for _, link in self.contract.document.at(response.path).map("links"):
                linked = resources.linked_operation(link.value)
                names = [f"{p.location}.{p.name}" for p in linked.parameters] if linked else []
                given = link.value.get("parameters") if linked else None
                known = {n: _ANY for n in names if _is_given(n, given)}
                if linked is not None and known:
                    resources.linked.setdefault(linked.name, []).append(known)

    # --- cases

    @cached_property
    def cases(self) -> Sequence[tuple[Case, str]]:
        """The cases that need an entry of their own, and why; without server errors that have no
        code of their own.
        """
        return [(case, why) for case, why in self._entries() if not _is_plain_failure(case)]

    @property
    def server_errors(self) -> int:
        """How many cases are server errors without a code."""
        return sum(_is_plain_failure(case) for case, _ in self._entries())

    def _entries(self) -> Iterator[tuple[Case, str]]:
        for operation in self.tested:
            for case in operation.cases:
                if why := entry_reason(operation, case):
                    yield case, why


def _keys(scheme: SecurityScheme) -> tuple[str, ...]:
    """The keys of a scheme's entry, in the order in which one writes them."""
    wanted = KEYS.get(kind_of(scheme), ())
    if not wanted or not is_sent(scheme) or scheme.scheme == "digest":
        return ()
    is_client = scheme.kind == "oauth2" and bool(scheme.token_url)
    chosen = wanted[-1] if is_client else wanted[0]
    return tuple(sorted(chosen, key=_ORDER.index))


_ORDER = ("username", "password", "token", "key", "client_id", "client_secret")


def _mentions(operation: ContractOperation, scheme: SecurityScheme) -> bool:
    return any(each.name == scheme.name for group in operation.security for each in group)


def _is_given(name: str, given: object) -> bool:
    """Whether the parameters of a link hold a name, with its location or without."""
    return isinstance(given, dict) and (name in given or name.partition(".")[2] in given)


def _is_plain_failure(case: Case) -> bool:
    return case.status.startswith("5") and case.code is None
