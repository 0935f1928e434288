"""Requests that Schemathesis draws: strategies only, with its traps configured away.

Rules: Schemathesis sees a *projection* of an operation, in which each parameter and the body are
JSON values. So it draws values, and `contract_tests.http` writes them, in every style and media
type. The projection requires no security: credentials are the target's, and never drawn. What
cannot be drawn is an `UnmakeableError` that says why.
"""

from __future__ import annotations

import json
from dataclasses import replace
from functools import cache, lru_cache, partial
from typing import Any
from urllib.parse import unquote

import schemathesis
from hypothesis import HealthCheck, Phase, reject, settings
from hypothesis import strategies as st
from hypothesis.errors import HypothesisException
from hypothesis.strategies import SearchStrategy
from requests.exceptions import InvalidHeader
from requests.utils import check_header_validity
from schemathesis import GenerationMode
from schemathesis.core import NotSet
from schemathesis.core.file_samples import FILE_SAMPLES, iter_media_type_file_samples
from schemathesis.transport.serialization import Binary

from contract_tests.http.bodies import (
    BodyFormat,
    UnmakeableError,
    formats_of,
    is_binary,
    is_bytes,
    is_makeable,
    is_text,
    part_schema,
    part_type,
)
from contract_tests.http.exchange import OperationRequest
from contract_tests.http.parameters import path_of
from contract_tests.requests import examples
from contract_tests.target.credentials import places_of
from contract_tests.target.target import Target
from tallystick.contract import ContractOperation
from tallystick.reader.document import Document
from tallystick.reader.operations import Parameter, branches
from tallystick.reader.pointers import look_up
from tallystick.reader.schemas.least_size import MOST_MADE, least_size

CONFIG: dict[str, Any] = {
    # It learns from the bodies of 4xx responses and keeps that between runs: no two runs would be
    # the same, and one target's responses would shape the requests to another.
    "cache": {"enabled": False},
    # Its coverage phase sends methods that nobody documented, DELETE and TRACE among them.
    "phases": {"coverage": {"enabled": False, "unexpected-methods": []}},
}
"""An explicit configuration: without one, it reads a schemathesis.toml from wherever it runs.

Its checks are not used (`contract_tests.checks` has ours): `not_a_server_error` fails a documented
502, `positive_data_acceptance` fails a documented 400 or 409 to data that fits the schema,
`negative_data_rejection` takes any 5xx for a rejection, and `ignored_auth` checks nothing where
`security` holds `{}`. Its HAR and VCR reports are not written: they hold bodies verbatim.
"""

SETTINGS = settings(
    max_examples=15,
    # The phase that explains a failure takes longer than all others.
    phases=[Phase.generate, Phase.shrink],
    # How fast it responds is the target's affair; a deadline would fail the first, cold response.
    deadline=None,
    # In CI, Hypothesis sets derandomize=True and database=None on its own. A run is to be the same
    # everywhere: new data each time, repeatable by --hypothesis-seed, and no files.
    derandomize=False,
    database=None,
    # Making data for a large schema may be slow, and fixtures that last are meant to.
    suppress_health_check=[
        HealthCheck.too_slow,
        HealthCheck.filter_too_much,
        HealthCheck.function_scoped_fixture,
    ],
    print_blob=False,
)


def settings_of(operation: ContractOperation) -> settings:
    """The settings for an operation: what has few values needs few examples."""
    if operation.request_body is not None:
        return SETTINGS
    most = min(SETTINGS.max_examples, _FIRST_EXAMPLES + 3 * len(operation.parameters))
    return settings(SETTINGS, max_examples=most)


_FIRST_EXAMPLES = 6

_IGNORED = {"accept", "content-type", "authorization"}
"""Header parameters that mean nothing (OpenAPI 3.1.1 section 4.8.12.1)."""

_CONTAINERS = {
    "path": "path_parameters",
    "query": "query",
    "querystring": "query",
    "header": "headers",
    "cookie": "cookies",
}
"""What Schemathesis calls the locations of parameters."""


def requests_of(
    operation: ContractOperation,
    target: Target,
    mode: GenerationMode = GenerationMode.POSITIVE,
) -> SearchStrategy[OperationRequest]:
    """Requests to an operation with any of its bodies, with the target's own parameters where it
    has some. Positive ones fit the schema; negative ones do not, somewhere. A body that cannot be
    drawn is the documented one.
    """
    drawn = []
    for body in formats_of(operation):
        if is_makeable(body):
            drawn.append(requests_with(operation, body, target, mode))
        elif documented := examples.of_body(body.document, body.media):
            plain = requests_with(operation, None, target, mode)
            drawn.append(plain.map(partial(_with_body, body.name, documented[0])))
    return st.one_of(drawn) if drawn else requests_with(operation, None, target, mode)


def _with_body(media_type: str, value: Any, request: OperationRequest) -> OperationRequest:
    return replace(request, body=value, media_type=media_type)


def requests_with(
    operation: ContractOperation,
    body: BodyFormat | None,
    target: Target,
    mode: GenerationMode = GenerationMode.POSITIVE,
) -> SearchStrategy[OperationRequest]:
    """The same with one of its bodies, or without one. Draws raise UnmakeableError."""

    cases = cache(partial(_cases, operation, body, target, mode))

    # Without arguments: Hypothesis writes them down for each find, and operations are large.
    @st.composite
    def drawn(draw: st.DrawFn) -> OperationRequest:
        try:
            case = draw(cases())
        except (HypothesisException, UnmakeableError):
            raise
        except Exception as error:
            raise UnmakeableError(_reason(error)) from None
        request = _read(operation, body, case, mode)
        if request is None:
            reject()
        # Headers of the target are never replaced by what is drawn.
        headers = {n: v for n, v in request.headers.items() if n.lower() not in own}
        return replace(request, headers=headers)

    own = {name.lower() for name in target.headers}
    return drawn()


def _reason(error: Exception) -> str:
    """What Schemathesis says, in one line."""
    first = str(error).strip().partition("\n")[0]
    return f"{type(error).__name__}: {first}" if first else type(error).__name__


def _cases(
    operation: ContractOperation, body: BodyFormat | None, target: Target, mode: GenerationMode
) -> SearchStrategy[Any]:
    _check_size(operation, body)
    given: dict[str, dict[str, str]] = {}
    places = {(p.location, p.name): _place(operation, p) for p in _declared(operation)}
    for name, value in target.values(operation).items():
        location, _, rest = name.partition(".")
        if location in ("path", "query"):
            container, key = places.get((location, rest), (_CONTAINERS[location], rest))
            given.setdefault(container, {})[key] = json.dumps(value, default=str)
    strategy: SearchStrategy[Any] = _projected(operation, body).as_strategy(
        generation_mode=mode, **given
    )
    return strategy


def _check_size(operation: ContractOperation, body: BodyFormat | None) -> None:
    """Raises UnmakeableError where the schemas demand more than anybody sends."""
    document = operation.document
    places = [parameter.schema for parameter in operation.parameters if parameter.required]
    places += [body.media.schema] if body else []
    for place in places:
        if place and least_size(document, document.schema_at(place)) > MOST_MADE:
            where = document.locate(place)
            raise UnmakeableError(
                f"a value needs more than {MOST_MADE:,} values and letters ({where})"
            )


# --- the projection


class _Projection:
    """A document with projected operations beside its own paths, whose schemas may be referred
    to.
    """

    def __init__(self, document: Document) -> None:
        root = {**document.root, "paths": {**document.root.get("paths", {})}}
        # A variable of an address that nobody declares is an error there; values need no address.
        root.pop("servers", None)
        self.paths: dict[str, Any] = root["paths"]
        config = schemathesis.Config.from_dict(CONFIG)
        self.schema = schemathesis.openapi.from_dict(root, config=config)


@lru_cache(maxsize=8)
def _projection(document: Document) -> _Projection:
    return _Projection(document)


def _projected(operation: ContractOperation, body: BodyFormat | None) -> Any:
    projection = _projection(operation.document)
    path = f"/{operation.name} {body.name if body else ''}"
    if path not in projection.paths:
        parameters = [_parameter(operation, each) for each in _declared(operation)]
        projection.paths[path] = {
            "post": {
                "parameters": parameters,
                "security": [],
                "responses": {"default": {"description": ""}},
                **({"requestBody": _request_body(operation, body)} if body else {}),
            }
        }
    return projection.schema[path]["POST"]


def _declared(operation: ContractOperation) -> list[Parameter]:
    """The parameters that are drawn: credentials never are."""
    secret = {(place.location, place.name) for place in places_of(operation)}
    return [
        parameter
        for parameter in operation.parameters
        if parameter.location in _CONTAINERS
        and not (parameter.location == "header" and parameter.name.lower() in _IGNORED)
        and (parameter.location, parameter.name) not in secret
    ]


def _place(operation: ContractOperation, parameter: Parameter) -> tuple[str, str]:
    """What a parameter is drawn into, and by which name. Schemathesis draws no path with braces,
    and an object as JSON has some: it is drawn as a query.
    """
    schema, document = parameter.schema, operation.document
    found = branches(document, schema) if schema else ()
    is_object = any(each.get("type") == "object" or "properties" in each for each, _ in found)
    if parameter.location == "path" and is_object:
        return _CONTAINERS["query"], f"{parameter.name} of the path"
    return _CONTAINERS[parameter.location], parameter.name


def _parameter(operation: ContractOperation, parameter: Parameter) -> dict[str, Any]:
    container, name = _place(operation, parameter)
    return {
        "name": name,
        "in": next(each for each, own in _CONTAINERS.items() if own == container),
        "required": parameter.required,
        "content": {"application/json": _valued(operation.document, parameter)},
    }


def _valued(document: Document, parameter: Parameter) -> dict[str, Any]:
    """The schema and examples of a parameter."""
    if not parameter.is_declared:
        return {"schema": {"type": "string"}}
    owner = document.at(parameter.path)
    content = next((node for _, node in owner.map("content")), owner)
    examples = {name: content.value[name] for name in _EXAMPLES if name in content.value}
    return {"schema": content.value.get("schema", {}), **examples}


_EXAMPLES = ("example", "examples")


def _request_body(operation: ContractOperation, body: BodyFormat) -> dict[str, Any]:
    declared = operation.request_body
    required = declared is not None and declared.required
    media = body.node.value if isinstance(body.node.value, dict) else {}
    projected = {name: media[name] for name in _EXAMPLES if name in media}
    if body.media.schema is not None:
        projected["schema"] = look_up(body.document.root, body.media.schema)
    if "itemSchema" in media:  # OpenAPI 3.2
        projected["schema"] = {"type": "array", "items": media["itemSchema"], "minItems": 1}
    if is_bytes(body):
        projected["schema"] = {"type": "string", "format": "binary"}
    elif is_text(body) and _schema_of(body).get("type", "string") == "string":
        # A body of no bytes is none at all.
        projected["schema"] = {"type": "string", "minLength": 1, **_schema_of(body)}
    return {"required": required, "content": {"application/json": projected}}


def _schema_of(body: BodyFormat) -> dict[str, Any]:
    schema = body.schema.value if body.schema else {}
    return schema if isinstance(schema, dict) else {}


# --- what was drawn


def _read(
    operation: ContractOperation, body: BodyFormat | None, case: Any, mode: GenerationMode
) -> OperationRequest | None:
    """The request of a drawn case; None where it could not be sent as it was drawn."""
    values: dict[str, dict[str, Any]] = {}
    own = {
        _place(operation, each): (_CONTAINERS[each.location], each.name)
        for each in _declared(operation)
    }
    for container in dict.fromkeys(_CONTAINERS.values()):
        values.setdefault(container, {})
        for name, drawn in (getattr(case, container) or {}).items():
            # In a negative case, members that nobody has declared come as they are.
            value = drawn
            if (container, name) in own:
                try:
                    value = json.loads(unquote(drawn) if container == "path_parameters" else drawn)
                except (ValueError, TypeError):
                    return None
            into, called = own.get((container, name), (container, name))
            values.setdefault(into, {})[called] = value
    has_body = not isinstance(case.body, NotSet)
    request = OperationRequest(
        operation,
        path=values["path_parameters"],
        query=values["query"],
        headers=values["headers"],
        cookies=values["cookies"],
        body=_value(body, case.body, mode) if body and has_body else ...,
        media_type=body.name if body else None,
    )
    return request if _has_valid_path(request) and _has_valid_fields(request) else None


def _has_valid_path(request: OperationRequest) -> bool:
    """Whether the path still leads to the operation: clients drop `.`, `..` and empty segments, and
    many servers take an encoded slash for a plain one.
    """
    template = request.operation.path
    segments = path_of(request.operation, request.path).split("/")
    if len(segments) != template.count("/") + 1:
        return False
    made = [one for one, own in zip(segments, template.split("/"), strict=True) if one != own]
    return not any(one in ("", ".", "..") or "%2F" in one for one in made)


def _has_valid_fields(request: OperationRequest) -> bool:
    """Whether the client can send the header fields (RFC 9110 section 5.5)."""
    try:
        for name, value in request.fields().items():
            text = value.decode("latin-1") if isinstance(value, bytes) else value
            check_header_validity((name, text))
    except InvalidHeader:
        return False
    return True


def _value(body: BodyFormat, drawn: Any, mode: GenerationMode) -> Any:
    """A drawn body, with bytes where it is binary; of a known format, with a file of it."""
    value = _plain(drawn)
    if not mode.is_positive:
        return value
    value = _whole(value)
    if is_bytes(body):
        return file_of(value, body.name)
    if isinstance(value, dict) and body.name.startswith("multipart/"):
        for name in value:
            value[name] = _part(body, name, value[name])
    return value


def _part(body: BodyFormat, name: str, value: Any) -> Any:
    media_type, _ = part_type(body, name)
    if not is_binary(part_schema(body, name)):
        return value
    if isinstance(value, list):
        return [file_of(item, media_type) for item in value]
    return file_of(value, media_type)


def file_of(value: Any, media_type: str | None) -> bytes:
    """The smallest file of a format, or else what was drawn."""
    known = _FILES.get(media_type or "") or next(
        (sample for _, sample in iter_media_type_file_samples(media_type or "")), None
    )
    return known or (value if isinstance(value, bytes) and value else b"\x00\x01tallystick")


_FILES = {"application/pdf": FILE_SAMPLES["pdf"], "application/zip": FILE_SAMPLES["zip"]}


def _whole(value: Any) -> Any:
    """A drawn value with `7` for `7.0`. Both are integers to JSON Schema (Core 2020-12 section
    4.2.3), and many a reader of JSON takes the second for none.
    """
    if isinstance(value, dict):
        return {name: _whole(inner) for name, inner in value.items()}
    if isinstance(value, list):
        return [_whole(item) for item in value]
    is_whole = isinstance(value, float) and value.is_integer() and abs(value) < _EXACT
    return int(value) if is_whole else value


_EXACT = 2**53


def _plain(value: Any) -> Any:
    """A drawn value, without the types of Schemathesis."""
    if isinstance(value, Binary):
        return value.data
    if isinstance(value, dict):
        return {name: _plain(inner) for name, inner in value.items()}
    return [_plain(item) for item in value] if isinstance(value, list) else value
