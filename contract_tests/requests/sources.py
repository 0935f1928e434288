"""Where the values of a base request come from, and whether the request is honest.

Rules: a value is, in this order, given by the target file, a documented example, one that this run
created or listed, or made from the schema. Each place of a request has a list of values; the first
request takes the first of each, the next one the second, and so on. What DELETE removes, and what
PUT and PATCH change, is something that this run created, unless the target file says
`destructive = true`: never what the user named.

A request is *honest* where no value of it is a guess. A guess is a value made from the schema where
the schema does not settle it, such as an id or a free text, and a body that refers to another
resource.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import Enum
from itertools import islice
from typing import Any

from contract_tests.checks.schemas import fits_text, schema_at
from contract_tests.http.bodies import format_of
from contract_tests.http.exchange import OperationRequest
from contract_tests.http.walk import member_names
from contract_tests.operations.resources import Resources, path_parameters
from contract_tests.operations.roles import Role, Roles, is_item
from contract_tests.requests import examples
from contract_tests.requests.reaching import (
    agreeing,
    constrained,
    made_requests,
    refers,
    value_of,
    with_parameters,
)
from contract_tests.target.target import Target
from tallystick.contract import Contract, ContractOperation
from tallystick.reader.operations import Field, Parameter

MOST_TRIED = 6
"""How many base requests of an operation are tried at most."""

MOST_MADE = 3
"""How many different bodies that the schema allows are tried before a create counts as refused."""

_IF_MATCH = "if-match"

_FIRST_NUMBER = 987_650_000
"""The numbers of what a run creates by PUT begin here."""


class Origin(Enum):
    """Where a value comes from."""

    GIVEN = "given"
    EXAMPLE = "a documented example"
    RUN = "created or listed in this run"
    SETTLED = "settled by the schema"
    GUESS = "a guess"


Values = dict[str, tuple[Origin, Any]]
"""Values by their names in target files, such as `path.id`."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """A base request that may succeed, and where each value comes from; `body` is the body."""

    request: OperationRequest
    sources: Mapping[str, Origin]

    def from_source(self, *sources: Origin) -> list[str]:
        """The names of the values that come from one of these sources."""
        return [name for name, source in self.sources.items() if source in sources]


@dataclass(frozen=True)
class Sources:
    """Makes the candidates of the operations of a run."""

    contract: Contract
    target: Target
    resources: Resources
    seed: int = 0

    def candidates(self, operation: ContractOperation) -> Iterator[Candidate]:
        """The base requests to try, in this order; none where there is nothing to send one to."""
        made = made_requests(self.contract, operation, self.seed)
        first = constrained(operation, next(made))
        paths = list(self._paths(operation, first))
        if not paths:
            return
        required = [p for p in operation.parameters if self._is_needed(operation, p)]
        others = [self._values(operation, first, parameter) for parameter in required]
        documented = self._documented_bodies(operation, first)
        count = max(len(paths), *map(len, others), len(documented) + self._most_made(first))
        seen: list[OperationRequest] = []
        for index in range(min(count, MOST_TRIED)):
            at_index = [_at(paths, index), *(_at(values, index) for values in others)]
            values = {name: pair for part in at_index for name, pair in part.items()}
            number = index - len(documented)
            if number < 0:
                body, source = self._referring(documented[index], Origin.EXAMPLE)
            else:
                request = first if number == 0 else constrained(operation, next(made, first))
                body, source = self._referring(request.body)
            candidate = self._candidate(operation, first, values, body, source)
            if candidate.request not in seen:
                seen.append(candidate.request)
                yield candidate

    def guesses(self, operation: ContractOperation) -> list[str]:
        """The names of the parameters that only a guess has a value for; bodies are not looked at.
        Empty where there is nothing to send a request to.
        """
        bare = OperationRequest(operation)
        required = [p for p in operation.parameters if self._is_needed(operation, p)]
        paths = [_guessed(values) for values in self._paths(operation, bare)]
        others = [self._values(operation, bare, parameter)[0] for parameter in required]
        fewest = min(paths, key=len, default=[])
        return fewest + [name for values in others for name in _guessed(values)] if paths else []

    def _is_needed(self, operation: ContractOperation, parameter: Parameter) -> bool:
        """Whether a value is sent: where the parameter is required, and an If-Match where the
        operation documents that it wants one (428, RFC 6585 section 3). Credentials and headers of
        the target are the client's affair.
        """
        is_header, name = parameter.location == "header", parameter.name.lower()
        if self.target.keeps(operation, Field(parameter.location, parameter.name)):
            return False
        wants_condition = any(response.status == "428" for response in operation.responses)
        is_needed = parameter.required or (is_header and name == _IF_MATCH and wants_condition)
        return parameter.location != "path" and is_needed

    def _most_made(self, first: OperationRequest) -> int:
        return 1 if first.body is ... else MOST_MADE

    def _candidate(
        self,
        operation: ContractOperation,
        first: OperationRequest,
        values: Values,
        body: Any,
        source: Origin,
    ) -> Candidate:
        sources = {name: origin for name, (origin, _) in values.items()}
        if body is not ...:
            sources["body"] = source
        request = replace(first, body=body)
        request = with_parameters(request, {name: value for name, (_, value) in values.items()})
        given = self.target.values(operation)
        rest = {name: value for name, value in given.items() if name not in sources}
        if is_changed(operation, self.target):
            rest = {name: value for name, value in rest.items() if not name.startswith("path.")}
        request = with_parameters(request, rest)
        if not any(name.startswith("body.") for name in rest):
            request = agreeing(self.contract, request)
        return Candidate(request, sources | dict.fromkeys(rest, Origin.GIVEN))

    # --- the path

    def _paths(self, operation: ContractOperation, first: OperationRequest) -> Iterator[Values]:
        """The values of the path parameters together: what is inside belongs to its parent."""
        parameters = path_parameters(operation)
        given = self.target.values(operation)
        named = {p.name: given[f"path.{p.name}"] for p in parameters if f"path.{p.name}" in given}
        is_own = is_changed(operation, self.target)
        if is_own:
            own = parameters[-1:] if is_item(operation) else parameters
            named = {n: v for n, v in named.items() if n not in {p.name for p in own}}
        found = self._known_paths(operation, parameters, first, is_own=is_own)
        for source, values in found:
            if all(str(values.get(name, value)) == str(value) for name, value in named.items()):
                yield self._path(parameters, named, source, values, first)

    def _known_paths(
        self,
        operation: ContractOperation,
        parameters: Sequence[Parameter],
        first: OperationRequest,
        *,
        is_own: bool,
    ) -> Iterator[tuple[Origin, Mapping[str, Any]]]:
        """What is known of the path, the best first; at last nothing, so that the rest is made."""
        resources = self.resources
        if is_own:
            last = parameters[-1].name
            known = resources.bindings(operation, only_created=True)
            own = (binding.values for binding in known if last in binding.values)
            yield from ((Origin.RUN, values) for values in islice(own, MOST_MADE))
            if resources.roles.of(operation) is Role.CREATE and is_item(operation):
                yield Origin.SETTLED, {last: self._new_id(parameters[-1], first)}
            return
        documented = {p.name: examples.of_parameter(self.contract.document, p) for p in parameters}
        for index in range(max(map(len, documented.values()), default=0)):
            yield Origin.EXAMPLE, {n: _at(found, index) for n, found in documented.items() if found}
        for link in resources.linked.get(operation.name, [])[:1]:
            found = {n.removeprefix("path."): v for n, v in link.items() if n.startswith("path.")}
            yield Origin.RUN, found
        for binding in islice(resources.bindings(operation), MOST_MADE):
            yield (Origin.RUN if binding.is_certain else Origin.GUESS), binding.values
        yield Origin.GUESS, {}

    def _new_id(self, parameter: Parameter, first: OperationRequest) -> Any:
        """An id for what a PUT creates. A number that a schema makes is somebody's, most often."""
        own = (f"tallystick-{self.seed:x}", str(_FIRST_NUMBER + self.seed % 1000))
        fit = (i for i in own if fits_text(self.contract.document, parameter.schema, i))
        return next(fit, first.path.get(parameter.name, "0"))

    def _path(
        self,
        parameters: Sequence[Parameter],
        named: Mapping[str, Any],
        source: Origin,
        values: Mapping[str, Any],
        first: OperationRequest,
    ) -> Values:
        found: Values = {}
        for parameter in parameters:
            name = parameter.name
            if name in named:
                found[f"path.{name}"] = Origin.GIVEN, named[name]
            elif name in values:
                found[f"path.{name}"] = source, values[name]
            else:
                found[f"path.{name}"] = self._made(parameter, first.path.get(name, "0"))
        return found

    # --- the other parameters

    def _values(
        self, operation: ContractOperation, first: OperationRequest, parameter: Parameter
    ) -> list[Values]:
        """The values of one required parameter that is not in the path."""
        name = f"{parameter.location}.{parameter.name}"
        given = self.target.values(operation)
        if name in given:
            return [{name: (Origin.GIVEN, given[name])}]
        if parameter.name.lower() == _IF_MATCH:
            # It holds for whatever is there (RFC 9110 section 13.1.1).
            return [{name: (Origin.SETTLED, "*")}]
        documented = examples.of_parameter(self.contract.document, parameter)
        found = [(Origin.EXAMPLE, value) for value in documented]
        links = self.resources.linked.get(operation.name, [])[:1]
        found += [(Origin.RUN, link[name]) for link in links if name in link]
        known = self.resources.named(parameter)
        found += [] if known is None else [(Origin.RUN, known.value)]
        field = Field(parameter.location, parameter.name)
        found.append(self._made(parameter, value_of(first, field, "0")))
        return [{name: pair} for pair in found]

    def _refers(self, name: str) -> bool:
        """Whether a name is that of a reference, such as `customerId`, or `customer` where there
        are customers.
        """
        return refers(name) or self.resources.is_collection(name)

    def _made(self, parameter: Parameter, value: Any) -> tuple[Origin, Any]:
        """A value that the schema allows; a guess, unless the schema settles it."""
        schema = schema_at(self.contract.document, parameter.schema)
        kind = schema.get("type")
        is_settled = "enum" in schema or "const" in schema or kind == "boolean"
        is_amount = kind in ("integer", "number") or schema.get("format") in ("date", "date-time")
        if parameter.location != "path" and is_amount and not self._refers(parameter.name):
            is_settled = True
        return (Origin.SETTLED if is_settled else Origin.GUESS), value

    # --- the body

    def _documented_bodies(
        self, operation: ContractOperation, first: OperationRequest
    ) -> list[Any]:
        body = format_of(operation, first.media_type or "")
        return examples.of_body(self.contract.document, body.media) if body else []

    def _referring(self, body: Any, source: Origin = Origin.SETTLED) -> tuple[Any, Origin]:
        """A body with ids that this run knows; a guess where one is needed and not known: what an
        example refers to need not be there.
        """
        if not isinstance(body, dict):
            return body, source
        known = {
            name: self.resources.reference(name)
            for name, value in body.items()
            if self._refers(name) and not isinstance(value, dict | list)
        }
        known = {name: value for name, value in known.items() if value is not None}
        is_guess = any(self._refers(name) and name not in known for name in member_names(body))
        return {**body, **known}, Origin.GUESS if is_guess else source


def valid_request(
    contract: Contract, operation: ContractOperation, target: Target
) -> OperationRequest:
    """The base request of a run that has not yet created or listed anything."""
    sources = Sources(contract, target, Resources(contract, Roles(contract)))
    made = constrained(operation, next(made_requests(contract, operation, 0)))
    return next((found.request for found in sources.candidates(operation)), made)


def is_changed(operation: ContractOperation, target: Target) -> bool:
    """Whether a request changes an item itself, where only items of this run may be."""
    is_allowed = target.destructive or target.is_own_mock
    changes = operation.method in ("put", "patch", "delete") and is_item(operation)
    removes = operation.method == "delete" and "{" in operation.path
    return (changes or removes) and not is_allowed


def _guessed(values: Values) -> list[str]:
    return [name for name, (origin, _) in values.items() if origin is Origin.GUESS]


def _at(values: Sequence[Any], index: int) -> Any:
    """The value of this index, or the last one."""
    return values[min(index, len(values) - 1)]
