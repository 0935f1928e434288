"""Reaching cases: the requests that should bring them about.

Rules: a made request is the smallest that Schemathesis makes from the schema, with texts that are
not empty, and a name that no other run has taken. Each property that the prose constrains gets a
certainly valid value. A fault is one change to a request.
"""

from __future__ import annotations

import copy
from collections.abc import Iterator, Mapping
from dataclasses import replace
from functools import lru_cache
from typing import Any

from hypothesis import Phase, find, settings
from hypothesis.errors import NoSuchExample, Unsatisfiable
from schemathesis.core import NotSet

from contract_tests.checks.schemas import fits_schema
from contract_tests.http.exchange import OperationRequest
from contract_tests.requests import generated, values
from contract_tests.target.target import CaseSetup, Target
from tallystick.catalogue.cases import Case
from tallystick.catalogue.constraints import KINDS, Constraint
from tallystick.catalogue.sentences import Field
from tallystick.contract import Contract, ContractOperation
from tallystick.reader.operations import Parameter
from tallystick.reader.pointers import look_up

_PLAIN = Target("http://127.0.0.1")
_QUICK = settings(
    generated.SETTINGS,
    max_examples=200,
    derandomize=True,
    phases=[Phase.generate, Phase.shrink],
)


def made_requests(
    contract: Contract, operation: ContractOperation, seed: int
) -> Iterator[OperationRequest]:
    """Requests that the schema allows: the smallest, and then others with other bodies. The names
    in them differ from seed to seed.
    """
    smallest = _smallest(contract, operation)
    yield _believable(contract, smallest, f"tallystick-{seed:x}")
    strategy = generated.cases(contract.document, operation, _PLAIN)
    seen = [smallest.body]
    while smallest.body is not ...:
        try:
            case = find(strategy, lambda case: case.body not in seen, settings=_QUICK)
        except (NoSuchExample, Unsatisfiable):
            return
        seen.append(case.body)
        word = f"tallystick-{seed:x}-{len(seen)}"
        yield _believable(contract, replace(smallest, body=case.body), word)


def constrained(operation: ContractOperation, request: OperationRequest) -> OperationRequest:
    """The request with a certainly valid value wherever the prose has a rule on it."""
    for field, constraint in constraints(operation).items():
        request = with_value(request, field, values.plain(field, constraint))
    return request


def faulty_request(request: OperationRequest, case: Case) -> OperationRequest | None:
    """A request that certainly has the fault of a case whose trigger is in the request, and no
    other; None where nothing certain is known.
    """
    field = case.trigger.field if case.trigger else None
    if case.trigger is None or field is None:
        return None
    if case.trigger.fault == "missing":
        return without(request, field)
    wrong = values.invalid(case.constraint) if case.constraint else []
    return with_value(request, field, wrong[0][1]) if wrong else None


def reaching_request(
    request: OperationRequest, case: Case, setup: CaseSetup | None
) -> OperationRequest | None:
    """A request that brings a case about: as the target file says, or else by the fault that
    triggers it; None where nothing is known.
    """
    if setup is None:
        return request if case.is_success else faulty_request(request, case)
    request = with_parameters(request, setup.parameters)
    request = with_parameters(request, {f"header.{k}": v for k, v in setup.headers.items()})
    field = case.trigger.field if case.trigger else None
    is_given = field is not None and f"{field.location}.{field.name}" in setup.parameters
    return request if is_given else faulty_request(request, case) or request


def has_request(target: Target | None, case: Case) -> bool:
    """Whether a request of its own can be aimed at a case: a success, one that the target file has
    an entry for, or one whose trigger is in the request.
    """
    if case.is_success or (target is not None and target.setup_of(case) is not None):
        return True
    return case.trigger is not None and case.trigger.field is not None


def constraints(operation: ContractOperation) -> dict[Field, Constraint]:
    """The constraints that the operation's prose states, by what they are about."""
    return {
        case.trigger.field: case.constraint
        for case in reversed(operation.cases)
        if case.trigger and case.trigger.field and case.constraint
    }


def _believable(contract: Contract, request: OperationRequest, word: str) -> OperationRequest:
    """The request with a word in place of empty texts, where its schema allows it."""
    if request.body is ... or request.operation.request_body is None:
        return request
    body = _worded(request.body, word)
    media_types = request.operation.request_body.media_types
    schemas = [m.schema for m in media_types if m.name == request.media_type and m.schema]
    fits = all(fits_schema(contract.document, schema, body, "request") for schema in schemas)
    return replace(request, body=body) if fits else request


def _worded(value: Any, word: str) -> Any:
    if isinstance(value, dict):
        return {name: _worded(member, word) for name, member in value.items()}
    if isinstance(value, list):
        return [_worded(item, word) for item in value]
    return word if value in ("", "0") else value


def _headers(case: generated.GeneratedCase) -> dict[str, str]:
    headers = {name: str(value) for name, value in (case.headers or {}).items()}
    cookies = [f"{name}={value}" for name, value in (case.cookies or {}).items()]
    return {**headers, "cookie": "; ".join(cookies)} if cookies else headers


def formats(contract: Contract, operation: ContractOperation) -> dict[str, str]:
    """The formats of the path parameters, by name."""
    found = {
        parameter.name: _format(contract, parameter)
        for parameter in operation.parameters
        if parameter.location == "path"
    }
    return {name: form for name, form in found.items() if form}


def with_parameters(request: OperationRequest, parameters: Mapping[str, Any]) -> OperationRequest:
    """The request with values set by their names in target files, such as `path.id`."""
    for name, value in parameters.items():
        location, _, rest = name.partition(".")
        request = with_value(request, Field(location, rest), value)
    return request


def with_value(request: OperationRequest, field: Field, value: Any) -> OperationRequest:
    """The request with one value set."""
    if field.location == "body":
        return replace(request, body=_set(request.body, field.name.split("."), value))
    if field.location == "cookie":
        return replace(request, headers={**request.headers, "cookie": f"{field.name}={value}"})
    return _with_values(request, field, {**_located(request, field), field.name: value})


def without(request: OperationRequest, field: Field) -> OperationRequest:
    """The request with one value left out."""
    if field.location == "body":
        return replace(request, body=_unset(request.body, field.name.split(".")))
    rest = {name: value for name, value in _located(request, field).items() if name != field.name}
    return _with_values(request, field, rest)


def _located(request: OperationRequest, field: Field) -> Mapping[str, Any]:
    return {"path": request.path, "query": request.query, "header": request.headers}[field.location]


def _with_values(
    request: OperationRequest, field: Field, located: Mapping[str, Any]
) -> OperationRequest:
    if field.location == "path":
        return replace(request, path=located)
    return (
        replace(request, query=located)
        if field.location == "query"
        else replace(request, headers=located)
    )


def _set(body: Any, keys: list[str], value: Any) -> Any:
    body = copy.copy(body) if isinstance(body, dict) else {}
    body[keys[0]] = value if len(keys) == 1 else _set(body.get(keys[0]), keys[1:], value)
    return body


def _unset(body: Any, keys: list[str]) -> Any:
    if not isinstance(body, dict) or keys[0] not in body:
        return body
    body = dict(body)
    if len(keys) == 1:
        del body[keys[0]]
    else:
        body[keys[0]] = _unset(body[keys[0]], keys[1:])
    return body


@lru_cache(maxsize=256)
def _smallest(contract: Contract, operation: ContractOperation) -> OperationRequest:
    strategy = generated.cases(contract.document, operation, _PLAIN)
    case = find(strategy, lambda _: True, settings=_QUICK)
    path = dict(case.path_parameters or {})
    for name, form in formats(contract, operation).items():
        if form in KINDS:
            # The smallest value of a format is an odd one, such as the nil UUID.
            path[name] = Constraint(form).valid_values()[0]
    return OperationRequest(
        operation=operation,
        path=path,
        query=dict(case.query or {}),
        headers=_headers(case),
        body=... if isinstance(case.body, NotSet) else case.body,
        media_type=case.media_type,
    )


def _format(contract: Contract, parameter: Parameter) -> str | None:
    if parameter.schema is None:
        return None
    schema, _ = contract.document.follow(
        look_up(contract.document.root, parameter.schema), parameter.schema
    )
    return schema.get("format") if isinstance(schema, dict) else None
