"""Reaching cases: the requests that should bring them about.

Rules: a made request is the smallest that Schemathesis makes from the schema, with texts that are
not empty, and a name that no other run has taken. Each property that the prose constrains gets a
certainly valid value. A fault is one change to a request.
"""

from __future__ import annotations

import copy
import re
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import replace
from functools import lru_cache
from typing import Any

from hypothesis import Phase, find, given, seed, settings
from hypothesis.errors import NoSuchExample, Unsatisfiable

from contract_tests.checks.schemas import fits_schema, schema_at
from contract_tests.http.bodies import (
    BodyFormat,
    UnmakeableError,
    format_of,
    formats_of,
    is_json,
    is_makeable,
)
from contract_tests.http.exchange import OperationRequest
from contract_tests.requests import examples, generated, values
from contract_tests.target.credentials import places_of
from contract_tests.target.target import CaseSetup, Target
from tallystick.catalogue.cases import Case
from tallystick.catalogue.constraints import KINDS, Constraint
from tallystick.catalogue.sentences import Field
from tallystick.contract import Contract, ContractOperation
from tallystick.reader.operations import Parameter, properties
from tallystick.reader.pointers import Path, look_up
from tallystick.reader.schemas.dialect import PATTERN

_DRAWN = 25
"""How many bodies are drawn, to choose the fullest of."""

_PATTERNS = {"pattern", PATTERN}
_SHORT = 3
"""How long a text is that somebody else may have chosen, too."""

_REFERENCE = re.compile(r".+(?:[a-z0-9](?:Id|Ids|ID|IDs|Uuid|UUID)|[_-](?:ids?|uuid|ref|key))")

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
    in them differ from seed to seed. Raises UnmakeableError.
    """
    smallest = _smallest(contract, operation)
    if isinstance(smallest, str):
        raise UnmakeableError(smallest)
    yield _believable(contract, smallest, f"tallystick-{seed:x}")
    body = format_of(operation, smallest.media_type or "")
    if smallest.body is ... or body is None or not is_makeable(body):
        return
    strategy = generated.requests_with(operation, body, _PLAIN)
    seen = [smallest.body]
    while True:
        try:
            other = find(strategy, lambda other: other.body not in seen, settings=_QUICK)
        except (NoSuchExample, Unsatisfiable, UnmakeableError):
            return
        seen.append(other.body)
        word = f"tallystick-{seed:x}-{len(seen)}"
        yield _believable(contract, replace(smallest, body=other.body), word)


def full_bodies(contract: Contract, base: OperationRequest, number: int) -> list[Any]:
    """Bodies that the schema allows with as many members as it has, and other values than the
    smallest; first one of all the declared members that were drawn with a value, then a plainer
    one, which fewer rules of a service are against, then the fullest. References to other
    resources, what names the item, and files stay as in the base. `number` chooses among all.
    """
    if not isinstance(base.body, dict):
        return []
    kept = {
        name: value
        for name, value in base.body.items()
        if refers(name) or name in named_by_path(base) or isinstance(value, bytes)
    }
    bodies = _full(base.operation, base.media_type or "", number)
    sent = format_of(base.operation, base.media_type or "")
    schema = sent.media.schema if sent else None
    declared = {name for name, _ in properties(contract.document, schema)} if schema else set()
    whole: dict[str, Any] = {}
    for body in bodies:
        for name, value in body.items():
            if name in declared and _says_more(value, whole.get(name)):
                whole[name] = value
    for name, value in whole.items():
        # A text that is cut, or a character that is lost, shows in a longer one.
        longer = {**whole, name: f"{value} and tallystick's"} if isinstance(value, str) else whole
        whole = longer if fits_body(contract, replace(base, body={**longer, **kept})) else whole
    bodies = [whole, _plainer(contract, base, whole), *bodies] if whole else bodies
    requests = [replace(base, body={**body, **kept}) for body in bodies]
    return [request.body for request in requests if fits_body(contract, request)]


def _plainer(
    contract: Contract, base: OperationRequest, whole: Mapping[str, Any]
) -> dict[str, Any]:
    """A full body with words for drawn letters, and with the arrays and objects of the base: what
    a document does not say of values is most often said of those.
    """
    body = {name: value for name, value in whole.items() if not isinstance(value, dict | list)}
    body = {**base.body, **body}
    for name in body:
        worded = {**body, name: f"{name} in tallystick's own words"}
        is_text = isinstance(body[name], str)
        body = worded if is_text and fits_body(contract, replace(base, body=worded)) else body
    return body


def named_by_path(request: OperationRequest) -> dict[str, Any]:
    """The members of a body that name what the path leads to: they are called as its parameters
    are, with the values that they have there.
    """
    if not isinstance(request.body, dict):
        return {}
    letters = {_letters(name): value for name, value in request.path.items()}
    return {
        name: _like(value, letters[_letters(name)])
        for name, value in request.body.items()
        if _letters(name) in letters
    }


def _letters(name: str) -> str:
    return re.sub(r"[^a-z0-9]", "", name.lower())


def _like(value: Any, text: Any) -> Any:
    """The value of a path in the type of the one that it is written over."""
    is_number = isinstance(value, int) and not isinstance(value, bool)
    return int(text) if is_number and str(text).isdecimal() else text


def agreeing(contract: Contract, request: OperationRequest) -> OperationRequest:
    """The request with a body that names what its path leads to, where its schema takes that."""
    named = named_by_path(request)
    agreed = replace(request, body={**request.body, **named}) if named else request
    return agreed if fits_body(contract, agreed) else request


@lru_cache(maxsize=64)
def _full(operation: ContractOperation, media_type: str, number: int) -> list[dict[str, Any]]:
    body = format_of(operation, media_type)
    if body is None or not is_makeable(body):
        return []
    drawn: list[dict[str, Any]] = []

    @seed(number)
    @settings(generated.SETTINGS, max_examples=_DRAWN, phases=[Phase.generate])
    @given(generated.requests_with(operation, body, _PLAIN))
    def draw(other: OperationRequest) -> None:
        if isinstance(other.body, dict):
            drawn.append(other.body)

    with suppress(Unsatisfiable, UnmakeableError):
        draw()
    return sorted(drawn, key=_fullness, reverse=True)


def _says_more(value: Any, than: Any) -> bool:
    """Whether a value says something where another says nothing, or is a longer text."""
    if isinstance(value, str) and isinstance(than, str):
        return len(than) < len(value) <= _LONGEST
    return than in _NOTHING and value not in _NOTHING


def _fullness(body: dict[str, Any]) -> tuple[int, int]:
    """How many members say something, and how many there are."""
    return sum(value not in _NOTHING for value in body.values()), len(body)


_LONGEST = 200
_NOTHING: tuple[Any, ...] = (None, "", [], {})


def refers(name: str) -> bool:
    """Whether a name is that of a reference to another resource, such as `customerId`."""
    return _REFERENCE.fullmatch(name) is not None


def constrained(operation: ContractOperation, request: OperationRequest) -> OperationRequest:
    """The request with a certainly valid value wherever the prose has a rule on it; what is sent as
    it is written stays so.
    """
    for field, constraint in constraints(operation).items():
        if field.location != "body" or not isinstance(request.body, str | bytes):
            request = with_value(request, field, values.plain(field, constraint))
    return request


def faulty_request(request: OperationRequest, case: Case) -> OperationRequest | None:
    """A request that certainly has the fault of a case whose trigger is in the request, and no
    other; None where nothing certain is known. Credentials are no part of it: requests without
    right ones are made for every operation.
    """
    field = case.trigger.field if case.trigger else None
    if case.trigger is None or field is None or field in places_of(request.operation):
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
    given = {**setup.parameters, **{f"header.{k}": v for k, v in setup.headers.items()}}
    request = replace(with_parameters(request, given), given=frozenset(given))
    field = case.trigger.field if case.trigger else None
    is_given = field is not None and f"{field.location}.{field.name}" in setup.parameters
    return request if is_given else faulty_request(request, case) or request


def has_request(target: Target | None, operation: ContractOperation, case: Case) -> bool:
    """Whether a request of its own can be aimed at a case: a success, one that the target file has
    an entry for, or one whose trigger is in the request, and nothing that the target keeps.
    """
    is_conditional = case.status == "304"  # it answers a validator, which comes later
    has_entry = target is not None and target.setup_of(case) is not None
    if has_entry or (case.is_success and not is_conditional):
        return True
    field = case.trigger.field if case.trigger else None
    return field is not None and not (target and target.keeps(operation, field))


def constraints(operation: ContractOperation) -> dict[Field, Constraint]:
    """The constraints that the operation's prose states, by what they are about."""
    return {
        case.trigger.field: case.constraint
        for case in reversed(operation.cases)
        if case.trigger and case.trigger.field and case.constraint
    }


def _believable(contract: Contract, request: OperationRequest, word: str) -> OperationRequest:
    """The request with a word in place of empty texts, where its schema allows it."""
    if request.body is ...:
        return request
    body, sent = _worded(request.body, word), format_of(request.operation, request.media_type or "")
    schema = sent.media.schema if sent else None
    fits = schema is None or fits_schema(contract.document, schema, as_json(body), "request")
    request = replace(request, body=body) if fits else request
    return _longer(contract, request, schema, word) if schema is not None else request


def _longer(
    contract: Contract, request: OperationRequest, schema: Path, word: str
) -> OperationRequest:
    """The request with the word in place of its shortest texts, too, where a pattern allows it: a
    letter may be a name that somebody else has taken.
    """
    members = properties(contract.document, schema) if isinstance(request.body, dict) else ()
    for name, path in members:
        own, value = schema_at(contract.document, path), request.body.get(name)
        is_short = isinstance(value, str) and len(value) <= _SHORT
        if is_short and own.keys() & _PATTERNS and "format" not in own:
            longer = replace(request, body={**request.body, name: word})
            request = longer if fits_body(contract, longer) else request
    return request


def as_json(value: Any) -> Any:
    """A body as JSON value: what is binary as a text, which is what schemas say of it."""
    if isinstance(value, bytes):
        return value.decode("latin-1")
    if isinstance(value, dict):
        return {name: as_json(member) for name, member in value.items()}
    return [as_json(item) for item in value] if isinstance(value, list) else value


def _worded(value: Any, word: str) -> Any:
    if isinstance(value, dict):
        return {name: _worded(member, word) for name, member in value.items()}
    if isinstance(value, list):
        return [_worded(item, word) for item in value]
    return word if value in ("", "0") else value


def formats(contract: Contract, operation: ContractOperation) -> dict[str, str]:
    """The formats of the path parameters, by name."""
    found = {
        parameter.name: _format(contract, parameter)
        for parameter in operation.parameters
        if parameter.location == "path"
    }
    return {name: form for name, form in found.items() if form}


def fits_body(contract: Contract, request: OperationRequest) -> bool:
    """Whether the document's schema takes the body of a request."""
    body = request.operation.request_body
    schemas = [media.schema for media in body.media_types if media.schema] if body else []
    value = as_json(request.body)
    fits = (fits_schema(contract.document, schema, value, "request") for schema in schemas)
    return not schemas or any(fits)


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


def value_at(body: Any, name: str) -> Any:
    """The value of a body at a dotted name; None where nothing is there."""
    for key in name.split("."):
        if isinstance(body, list) and key.isdecimal():
            body = body[int(key)] if int(key) < len(body) else None
        else:
            body = body.get(key) if isinstance(body, dict) else None
    return body


def value_of(request: OperationRequest, field: Field, default: Any = None) -> Any:
    """The value of a parameter."""
    return getattr(request, _MEMBERS[field.location]).get(field.name, default)


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
    if isinstance(body, list) and keys[0].isdecimal() and int(keys[0]) < len(body):
        place = int(keys[0])
        inner = value if len(keys) == 1 else _set(body[place], keys[1:], value)
        return [*body[:place], inner, *body[place + 1 :]]
    body = copy.copy(body) if isinstance(body, dict) else {}
    body[keys[0]] = value if len(keys) == 1 else _set(body.get(keys[0]), keys[1:], value)
    return body


def _unset(body: Any, keys: list[str]) -> Any:
    if isinstance(body, list) and keys[0].isdecimal() and int(keys[0]) < len(body):
        inner = _unset(body[int(keys[0])], keys[1:]) if keys[1:] else ...
        kept = [] if inner is ... else [inner]
        return [*body[: int(keys[0])], *kept, *body[int(keys[0]) + 1 :]]
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
        documented = [] if is_json(body.name) else examples.of_body(body.document, body.media)
        if not documented and not is_makeable(body):
            reasons.append(_unmakeable(body))
            continue
        try:
            request = _drawn(operation, None if documented else body)
            if documented:
                request = replace(request, body=documented[0], media_type=body.name)
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
    strategy = generated.requests_with(operation, body, _PLAIN)
    try:
        return find(strategy, lambda _: True, settings=_QUICK)
    except Unsatisfiable:
        raise UnmakeableError("nothing that fits the schema was found") from None


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
