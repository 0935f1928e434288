"""The request that succeeds, and the one that gets each case.

Rules: a request holds what is required, and what prose states a rule on, with values that are
certainly valid. A case whose fault is in the request gets the request with this fault; another
one the magic value of the mock; what has neither is asked for by `Prefer` (RFC 7240).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any
from urllib.parse import quote, urlencode

from tallystick.catalogue.cases import Case
from tallystick.catalogue.constraints import Constraint
from tallystick.catalogue.sentences import Field
from tallystick.contract import Contract, ContractOperation
from tallystick.exports.escaping import json_text
from tallystick.generation.bodies import concrete
from tallystick.generation.values import Wish, instances, make
from tallystick.reader.operations import MediaType, Parameter

ABSENT: Any = object()
"""The body of a request without one."""

_IN_PATHS = "/@!$&'()*+,;=:~-._%"
_TOKEN = re.compile(r"[!#$%&'*+\-.^_`|~0-9A-Za-z]+")  # RFC 9110 section 5.6.2
_DATES: Mapping[str, tuple[list[str], list[str]]] = {
    "future": (["2099-01-01T00:00:00Z", "2099-01-01"], ["2001-01-01T00:00:00Z", "2001-01-01"]),
    "past": (["2001-01-01T00:00:00Z", "2001-01-01"], ["2099-01-01T00:00:00Z", "2099-01-01"]),
}
"""Of rules on moments: what is valid and what is not, whenever the export is made."""


@dataclass(frozen=True, slots=True)
class Sample:
    """A request. `way` is how it gets its case: honest, magic or preferred."""

    operation: ContractOperation
    path: Mapping[str, str] = field(default_factory=dict)
    query: Mapping[str, Any] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)
    cookies: Mapping[str, str] = field(default_factory=dict)
    media_type: str | None = None
    body: Any = ABSENT
    way: str = "honest"

    @property
    def method(self) -> str:
        """The method in capitals."""
        return self.operation.method.upper()

    def target(self, place: Mapping[str, str]) -> str:
        """The path and the query of the URL; `place` has the text to put for each parameter of
        the path.
        """
        pieces = re.split(r"\{([^}]*)\}", self.operation.path)
        text = "".join(
            place.get(piece, "") if index % 2 else quote(piece, safe=_IN_PATHS)
            for index, piece in enumerate(pieces)
        )
        text = text.replace("/:", "/%3A")  # Postman takes `:name` for a variable
        query = urlencode(self.query, doseq=True, quote_via=quote)
        return f"{text}?{query}" if query else text

    def all_headers(self) -> dict[str, str]:
        """The headers, with those of the body and the cookies."""
        headers = dict(self.headers)
        if self.body is not ABSENT and self.media_type:
            headers["Content-Type"] = self.media_type
        if self.cookies:
            headers["Cookie"] = "; ".join(f"{n}={v}" for n, v in self.cookies.items())
        # What the document's names hold must not end the line, nor start a variable.
        return {name: re.sub(r"[^\x20-\x7e]|\{(?=\{)", "", v) for name, v in headers.items()}

    def text(self) -> str:
        """The body as it is sent; empty where there is none."""
        if self.body is ABSENT:
            return ""
        if "json" in (self.media_type or "").lower():
            return json_text(self.body, indent=2)
        if self.media_type == _FORM and isinstance(self.body, dict):
            return urlencode(self.body, doseq=True)
        # What a text may hold that starts something else in a file of requests, no text needs.
        return quote(str(self.body), safe=" .,-_")


_FORM = "application/x-www-form-urlencoded"


def request_for(contract: Contract, operation: ContractOperation, case: Case) -> Sample:
    """The request that gets a case."""
    sample = succeeding(contract, operation)
    if case is next((c for c in operation.cases if c.is_success), None) and _can_be_sent(sample):
        return sample
    faulty = None if _is_hidden(operation, case) else _faulty(sample, case)
    if faulty is not None and _can_be_sent(sample):
        return faulty
    if case.magic:
        values = {name.removeprefix("path."): value for name, value in case.magic.items()}
        return replace(sample, path={**sample.path, **values}, way="magic")
    headers = {**sample.headers, "Prefer": _preference(operation, case)}
    return replace(sample, headers=headers, way="preferred")


def succeeding(contract: Contract, operation: ContractOperation) -> Sample:
    """The request that succeeds."""
    sample = replace(_with_parameters(contract, operation), **_content(contract, operation))
    for place, constraint in _constraints(operation).items():
        if place.location == "body" and sample.body is ABSENT:
            continue
        held = _get(sample, place)
        if held is None or constraint.judge(held).value != "valid":
            sample = _with(sample, place, _certain(place, constraint))
    return sample


def _preference(operation: ContractOperation, case: Case) -> str:
    if case.code is None or not case.code.isascii():
        return f"code={case.status}"
    same = [other for other in operation.cases if other.code == case.code]
    code = case.code
    if not _TOKEN.fullmatch(code):
        escaped = re.sub(r'([\\"{])', r"\\\1", code)
        code = f'"{escaped}"'
    return f"example={code}" if len(same) == 1 else f"code={case.status}, example={code}"


def _can_be_sent(sample: Sample) -> bool:
    """Whether the body is of a kind that can be written into a file of requests."""
    kind = (sample.media_type or "json").lower()
    return "json" in kind or kind == _FORM or kind.startswith("text/")


def _is_hidden(operation: ContractOperation, case: Case) -> bool:
    """Whether another case has the same trigger, and comes first."""
    first = next((c for c in operation.cases if c.trigger == case.trigger), case)
    return first is not case


# The request that succeeds.


def _with_parameters(contract: Contract, operation: ContractOperation) -> Sample:
    located: dict[str, dict[str, Any]] = {"path": {}, "query": {}, "header": {}, "cookie": {}}
    demanded = _demanded(operation)
    for parameter in operation.parameters:
        place = Field(parameter.location, parameter.name)
        if parameter.location in ("header", "cookie") and not _TOKEN.fullmatch(parameter.name):
            continue  # nothing could send it
        if parameter.required or parameter.location == "path" or place in demanded:
            value = _parameter(contract, parameter)
            located[parameter.location][parameter.name] = (
                [_flat(item) for item in value]
                if parameter.location == "query" and isinstance(value, list) and parameter.explode
                else _flat(value)
            )
    return Sample(
        operation,
        path=located["path"],
        query=located["query"],
        headers={
            name: quote(value, safe=" -_.:/=,+@") for name, value in located["header"].items()
        },
        cookies={name: quote(value) for name, value in located["cookie"].items()},
    )


def _parameter(contract: Contract, parameter: Parameter) -> Any:
    node = contract.document.at(parameter.path)
    if "example" in node.value and parameter.is_declared:
        return node.value["example"]
    for _, example in node.map("examples"):
        if "value" in example.value:
            return example.value["value"]
    if parameter.schema is None:
        return "text"
    wish = Wish("request", with_optional=False)
    return make(contract.document, parameter.schema, name=parameter.name, wish=wish).value


def _flat(value: Any) -> str:
    """A value as parameters of style `simple` carry it (OpenAPI 3.1.1 section 4.8.12.4)."""
    if isinstance(value, dict):
        return ",".join(f"{name},{_flat(item)}" for name, item in value.items())
    if isinstance(value, list):
        return ",".join(_flat(item) for item in value)
    return str(value).lower() if isinstance(value, bool) else str(value)


def _content(contract: Contract, operation: ContractOperation) -> dict[str, Any]:
    """The media type and the body of the request."""
    body = operation.request_body
    kinds = body.media_types if body else ()
    chosen = next((m for m in kinds if "json" in concrete(m.name).lower()), next(iter(kinds), None))
    if chosen is None:
        return {}
    value: Any = next(_bodies(contract, chosen), {})
    if chosen.schema is not None:
        whole = next(instances(contract.document, chosen.schema, use="request"), None)
        for place in _demanded(operation):
            keys = place.name.split(".")
            if place.location == "body" and _look(value, keys) is None:
                value = _set(value, keys, _look(whole, keys))
    return {"media_type": concrete(chosen.name), "body": value}


def _demanded(operation: ContractOperation) -> list[Field]:
    """What prose calls required, though the schema may not."""
    return [
        case.trigger.field
        for case in operation.cases
        if case.trigger and case.trigger.field and case.trigger.fault == "missing"
    ]


def _bodies(contract: Contract, media_type: MediaType) -> Iterator[Any]:
    node = contract.document.at(media_type.path).value
    if isinstance(node, dict) and "example" in node:
        yield node["example"]
    for example in media_type.examples.values():
        if isinstance(example, dict) and "value" in example:
            yield example["value"]
    if media_type.schema is not None:
        yield from instances(contract.document, media_type.schema, complete=False, use="request")


def _constraints(operation: ContractOperation) -> dict[Field, Constraint]:
    return {
        case.trigger.field: case.constraint
        for case in reversed(operation.cases)
        if case.trigger and case.trigger.field and case.constraint
    }


def _certain(place: Field, constraint: Constraint) -> Any:
    if constraint.kind == "absolute-url":
        scheme = (constraint.parameters["schemes"] or ["https"])[-1]
        return f"{scheme}://app.example.com/{quote(place.name)}"
    return _DATES[constraint.kind][0][0] if constraint.kind in _DATES else _sure(constraint)


def _sure(constraint: Constraint) -> Any:
    return constraint.valid_values()[0]


# Its faults.


def _faulty(sample: Sample, case: Case) -> Sample | None:
    """The request with the fault of a case, and no other; None where it has none for sure."""
    place = case.trigger.field if case.trigger else None
    if case.trigger is None or place is None:
        return None
    if case.trigger.fault == "missing":
        return None if place.location == "path" else _without(sample, place)
    wrong = _wrong(case.constraint) if case.constraint else []
    return _with(sample, place, wrong[0]) if wrong else None


def _wrong(constraint: Constraint) -> list[Any]:
    if constraint.kind in _DATES:
        return list(_DATES[constraint.kind][1])
    kind = type(_sure(constraint))
    return [value for value in constraint.invalid_values() if type(value) is kind]


_MEMBERS = {"path": "path", "query": "query", "header": "headers", "cookie": "cookies"}


def _get(sample: Sample, place: Field) -> Any:
    if place.location == "body":
        return _look(sample.body, place.name.split("."))
    return _values(sample, place).get(place.name)


def _look(value: Any, keys: list[str]) -> Any:
    for key in keys:
        value = value.get(key) if isinstance(value, dict) else None
    return value


def _with(sample: Sample, place: Field, value: Any) -> Sample:
    if place.location == "body":
        return replace(sample, body=_set(sample.body, place.name.split("."), value))
    return _located(sample, place, {**_values(sample, place), place.name: _flat(value)})


def _without(sample: Sample, place: Field) -> Sample:
    if place.location == "body":
        return replace(sample, body=_unset(sample.body, place.name.split(".")))
    rest = {n: v for n, v in _values(sample, place).items() if n != place.name}
    return _located(sample, place, rest)


def _values(sample: Sample, place: Field) -> Mapping[str, Any]:
    values: Mapping[str, Any] = getattr(sample, _MEMBERS[place.location])
    return values


def _located(sample: Sample, place: Field, values: Mapping[str, Any]) -> Sample:
    changes: dict[str, Any] = {_MEMBERS[place.location]: values}
    return replace(sample, **changes)


def _set(body: Any, keys: list[str], value: Any) -> Any:
    body = dict(body) if isinstance(body, dict) else {}
    body[keys[0]] = value if len(keys) == 1 else _set(body.get(keys[0]), keys[1:], value)
    return body


def _unset(body: Any, keys: list[str]) -> Any:
    if not isinstance(body, dict) or keys[0] not in body:
        return body
    rest = {name: value for name, value in body.items() if name != keys[0]}
    return {**rest, keys[0]: _unset(body[keys[0]], keys[1:])} if len(keys) > 1 else rest
