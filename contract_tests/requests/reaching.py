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
from hypothesis.errors import Unsatisfiable

from contract_tests.http.bodies import (
    BodyFormat,
    UnmakeableError,
    formats_of,
    is_json,
    is_makeable,
)
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
    """A request that should succeed at this target. Raises UnmakeableError."""
    request = _smallest(contract, operation)
    if isinstance(request, str):
        raise UnmakeableError(request)
    for field, constraint in constraints(operation).items():
        if field.location != "body" or not isinstance(request.body, str | bytes):
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
    return _located(request, field, {field.name: value})


def without(request: OperationRequest, field: Field) -> OperationRequest:
    """The request with one value left out."""
    if field.location == "body":
        return replace(request, body=_unset(request.body, field.name.split(".")))
    return _located(request, field, {})


def _located(
    request: OperationRequest, field: Field, values: Mapping[str, Any]
) -> OperationRequest:
    """The request with these values instead of one of its parameters."""
    member = _MEMBERS[field.location]
    before: Mapping[str, Any] = getattr(request, member)
    changed: dict[str, Any] = {
        member: {**{name: one for name, one in before.items() if name != field.name}, **values}
    }
    return replace(request, **changed)


_MEMBERS = {
    "path": "path",
    "query": "query",
    "querystring": "query",
    "header": "headers",
    "cookie": "cookies",
}
"""Where a request has the values of each location."""


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


@lru_cache(maxsize=1024)
def _smallest(contract: Contract, operation: ContractOperation) -> OperationRequest | str:
    """The smallest request, with its plainest body that can be made; or why there is none."""
    reasons = []
    for body in formats_of(operation):
        example = None if is_json(body.name) else documented_body(body)
        if example is None and not is_makeable(body):
            reasons.append(_unmakeable(body))
            continue
        try:
            request = _drawn(operation, body if example is None else None)
            if example is not None:
                request = replace(request, body=example, media_type=body.name)
            if request.body is not ...:
                request.content()
            return _with_formats(contract, request)
        except UnmakeableError as error:
            reasons.append(f"its body ({body.name}, {body.node.locate()}): {error}")
    if reasons and operation.request_body and operation.request_body.required:
        return _reason(operation, reasons[0])
    try:
        request = _drawn(operation, None)
    except UnmakeableError as error:
        return _reason(operation, f"its parameters: {error}")
    name = next((body.name for body in formats_of(operation)), None)
    return _with_formats(contract, replace(request, media_type=name))


def _reason(operation: ContractOperation, why: str) -> str:
    return f"no request to {operation.name} can be made: {why}"


def _unmakeable(body: BodyFormat) -> str:
    return (
        f"nobody can make a body of {body.name} from a schema ({body.node.locate()}); add an "
        "example of it to the document, by an overlay for instance"
    )


def _drawn(operation: ContractOperation, body: BodyFormat | None) -> OperationRequest:
    """The smallest request that can be drawn. Raises UnmakeableError."""
    quick = settings(
        generated.SETTINGS,
        max_examples=200,
        derandomize=True,
        phases=[Phase.generate, Phase.shrink],
    )
    try:
        return find(
            generated.requests_with(operation, body, _PLAIN), lambda _: True, settings=quick
        )
    except Unsatisfiable:
        raise UnmakeableError("nothing that fits the schema was found") from None


def documented_body(body: BodyFormat) -> Any:
    """The first documented example of a body, or None."""
    for node in (body.node, body.schema):
        if node is None or not isinstance(node.value, dict):
            continue
        if "example" in node.value:
            return node.value["example"]
        listed = node.value.get("examples")
        if isinstance(listed, list) and listed:
            return listed[0]
        for _, example in node.map("examples"):
            if isinstance(example.value, dict):
                for name in ("value", "serializedValue"):
                    if name in example.value:
                        return example.value[name]
    return None


def _with_formats(contract: Contract, request: OperationRequest) -> OperationRequest:
    """The request with usual values of formats: the smallest are odd, such as the nil UUID."""
    path = dict(request.path)
    for name, form in formats(contract, request.operation).items():
        if form in KINDS:
            path[name] = Constraint(form).valid_values()[0]
    return replace(request, path=path)


def _format(contract: Contract, parameter: Parameter) -> str | None:
    if parameter.schema is None:
        return None
    schema, _ = contract.document.follow(
        look_up(contract.document.root, parameter.schema), parameter.schema
    )
    return schema.get("format") if isinstance(schema, dict) else None
