"""Answers, prepared: for each documented case its status, headers and body."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import cycle
from typing import Any

import orjson

from mock_server.answers.problems import MEDIA_TYPE, problem
from mock_server.answers.templates import Template, templates
from mock_server.requests.bodies import is_json
from mock_server.requests.request import Header, Request
from mock_server.validators import compile_schema
from tallystick.catalogue.cases import CODE_MEMBERS, Case
from tallystick.contract import Contract, ContractOperation
from tallystick.errors import DocumentError
from tallystick.reader.operations import MediaType, property_names

_TEXT_MEMBERS = ("detail", "message", "description", "error_description", "reason")


class Answer:
    """What is sent for a case. The bodies of a success come from a pool, in turn."""

    __slots__ = ("case", "headers", "label", "pool", "status")

    def __init__(self, case: Case, bodies: Iterable[Template]) -> None:
        self.case = case
        self.status = case.http_status
        self.label = case.label
        self.pool = cycle(bodies)
        self.headers: list[Header] = [(b"tallystick-case", case.label.encode("latin-1", "replace"))]
        if case.media_type:
            self.headers.append((b"content-type", _concrete(case.media_type).encode()))

    def body(self, request: Request, now: float) -> bytes:
        """The next body, for the client that sent this request, at the mock's time."""
        if self.case.media_type is None:
            return b""
        template = next(self.pool)
        if not template.makers:
            return template.fixed
        # A browser that opens the address says nothing of a session, unless the address does.
        return template.render(request.base_url + request.session.path, now)


def prepare(contract: Contract, operation: ContractOperation, seed: int) -> dict[str, Answer]:
    """The answers to all cases of an operation, by the case's label. Raises DocumentError where
    a schema allows no body that the mock could make.
    """
    return {
        case.label: Answer(case, _bodies(contract, operation, case, seed))
        for case in operation.cases
    }


def error_media_type(contract: Contract, operation: ContractOperation, case: Case) -> str:
    """The media type of errors with the status of a case, but without its code: the documented
    one, if its schema takes a problem.
    """
    media_type = _media_type(operation, case)
    if media_type is None or not is_json(media_type.name):
        return MEDIA_TYPE
    sample = problem(case.http_status, "words", style=contract.problem)
    if media_type.schema is None:
        return _concrete(media_type.name)
    is_valid = compile_schema(contract.document, media_type.schema).is_valid(sample)
    return _concrete(media_type.name) if is_valid else MEDIA_TYPE


def error_body(contract: Contract, status: int, detail: str) -> bytes:
    """The problem of an error that the document has no case for."""
    return orjson.dumps(problem(status, detail, style=contract.problem))


def _bodies(
    contract: Contract, operation: ContractOperation, case: Case, seed: int
) -> list[Template]:
    media_type = _media_type(operation, case)
    if media_type is None:
        return []
    if case.is_success:
        return templates(contract.document, media_type, seed)
    return [_error_body(contract, case, media_type, seed)]


def _media_type(operation: ContractOperation, case: Case) -> MediaType | None:
    for response in operation.responses:
        if response.status == case.status:
            return next((m for m in response.media_types if m.name == case.media_type), None)
    return None


def _error_body(contract: Contract, case: Case, media_type: MediaType, seed: int) -> Template:
    body = problem(
        case.http_status,
        case.description or case.label,
        code=case.code,
        style=contract.problem,
    )
    if media_type.schema is None:
        return Template(body)
    validator = compile_schema(contract.document, media_type.schema)
    if _is_problem(media_type, contract) and validator.is_valid(body):
        return Template(body)
    for made in _made(contract, case, media_type, seed):
        if validator.is_valid(made):
            return Template(made)
    raise DocumentError(
        f"No valid body could be made for {case.label}.",
        source=contract.document.locate(media_type.path),
        remedy="Give it an example, in the document or by an overlay.",
    )


def _is_problem(media_type: MediaType, contract: Contract) -> bool:
    """Whether a schema means a problem: by its media type, or because it has such members."""
    if media_type.name.lower() == MEDIA_TYPE or media_type.schema is None:
        return True
    names = set(property_names(contract.document, media_type.schema, 0))
    return {"title", "status"} <= names


def _made(contract: Contract, case: Case, media_type: MediaType, seed: int) -> Iterable[Any]:
    """Values of the schema with the code and the text where such schemas have them; what the
    schema does not take is left as it was made.
    """
    for template in templates(contract.document, media_type, seed):
        value = orjson.loads(template.render("http://127.0.0.1", 0.0))
        if isinstance(value, dict):
            text = next((name for name in _TEXT_MEMBERS if name in value), None)
            code = next((name for name in CODE_MEMBERS if name in value), None)
            extra = {text: case.description} if text else {}
            yield {**value, **extra, **({code: case.code} if code and case.code else {})}
        yield value


def _concrete(media_type: str) -> str:
    """A media type to send where the document has a range (OpenAPI 3.1.1 section 4.8.17)."""
    return "application/json" if "*" in media_type else media_type
