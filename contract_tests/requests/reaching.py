"""Reaching cases: the honest requests that should bring them about.

Rules: a request that succeeds is the smallest that Schemathesis makes from the schema. Each
property that the prose constrains gets a certainly valid value; the values of the target file
replace all others. A fault is one change to that request.
"""

from __future__ import annotations

import copy
from collections.abc import Mapping
from dataclasses import replace
from functools import lru_cache
from typing import Any

from hypothesis import Phase, find, settings
from schemathesis.core import NotSet

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


def valid_request(
    contract: Contract, operation: ContractOperation, target: Target
) -> OperationRequest:
    """A request that should succeed at this target."""
    request = _smallest(contract, operation)
    for field, constraint in constraints(operation).items():
        request = with_value(request, field, values.plain(field, constraint))
    return with_parameters(request, target.values(operation.name))


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


def constraints(operation: ContractOperation) -> dict[Field, Constraint]:
    """The constraints that the operation's prose states, by what they are about."""
    return {
        case.trigger.field: case.constraint
        for case in reversed(operation.cases)
        if case.trigger and case.trigger.field and case.constraint
    }


def _headers(case: generated.GeneratedCase) -> dict[str, str]:
    headers = {name: str(value) for name, value in (case.headers or {}).items()}
    cookies = [f"{name}={value}" for name, value in (case.cookies or {}).items()]
    return {**headers, "cookie": "; ".join(cookies)} if cookies else headers


def takes_json(operation: ContractOperation) -> bool:
    """Whether an operation's body, if it has one, may be JSON."""
    body = operation.request_body
    names = [media_type.name.lower() for media_type in body.media_types] if body else []
    return not names or any("json" in name or name == "*/*" for name in names)


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
    quick = settings(
        generated.SETTINGS,
        max_examples=200,
        derandomize=True,
        phases=[Phase.generate, Phase.shrink],
    )
    case = find(strategy, lambda _: True, settings=quick)
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
    )


def _format(contract: Contract, parameter: Parameter) -> str | None:
    if parameter.schema is None:
        return None
    schema, _ = contract.document.follow(
        look_up(contract.document.root, parameter.schema), parameter.schema
    )
    return schema.get("format") if isinstance(schema, dict) else None
