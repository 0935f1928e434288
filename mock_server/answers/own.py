"""Answers of the user's own: a documented answer with another body, other headers, another status;
and what of it the document does not allow.

Rules: an answer of the user's own is sent whatever it violates; the violations are said. A body is
a JSON value, written in the media type of the answer; a text is sent as it is where that is none of
JSON. What has no content by its status has none here, either.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice

from mock_server.answers.encoding import is_written_as_json
from mock_server.answers.prepared import Answers
from mock_server.requests.decoding.shapes import primitive, shape_at
from mock_server.requests.errors import each_invalid
from mock_server.requests.request import Header, Request
from mock_server.state.forces import OwnAnswer
from tallystick.catalogue.cases import Case
from tallystick.contract import Contract, ContractOperation
from tallystick.generation.bodies import WITHOUT_CONTENT
from tallystick.reader.operations import DocumentedResponse

_TYPE = b"content-type"
_PLAIN = b"application/json"
_MOST = 20
"""How many mistakes of a body are listed."""


def own_answer(
    answers: Answers, case: Case | None, own: OwnAnswer, request: Request, moment: float
) -> tuple[int, str, list[Header], bytes]:
    """The status, the label, the headers and the body of an answer of the user's own, in place of
    the documented one of a case.
    """
    if case is None:
        status = own.status or 200
        label, documented, sent = str(status), [(b"tallystick-case", b"%d" % status)], None
    else:
        answer = answers.of(case)
        status, label = answer.status, answer.label
        sent = answer.accepted[request.headers.get(b"accept")] or answer.first
        documented = sent.headers
    names = {name for name, _ in own.headers}
    headers = [*(header for header in documented if header[0] not in names), *own.headers]
    if not own.has_body:
        return status, label, headers, sent.body(request, moment) if sent else b""
    if status in WITHOUT_CONTENT:
        return status, label, headers, b""
    if sent is not None and _TYPE not in names and _TYPE in dict(documented):
        return status, label, headers, sent.written(own.body)
    media_type = dict(own.headers).get(_TYPE)
    if media_type is None:
        media_type = _PLAIN
        headers.append((_TYPE, media_type))
    return status, label, headers, answers.written_as(media_type.decode("latin-1"), own.body)


# --- what the document does not allow


def violations(
    contract: Contract, operation: ContractOperation, own: OwnAnswer, case: Case | None
) -> list[str]:
    """What of an answer of the user's own the document does not allow, a sentence each; `case` is
    the one that it stands for, None where its status is not documented.
    """
    if case is None:
        return [f"{operation.name} documents no {own.status or 200}."]
    response = next(found for found in operation.responses if found.path == case.response)
    return [*_of_headers(contract, own, response), *_of_body(contract, own, case, response)]


def _of_headers(contract: Contract, own: OwnAnswer, response: DocumentedResponse) -> Iterator[str]:
    documented = {
        name.lower(): node for name, node in contract.document.at(response.path).map("headers")
    }
    for name, value in own.headers:
        node = documented.get(name.decode())
        if node is None or not isinstance(node.value, dict) or "schema" not in node.value:
            continue
        path = (*node.path, "schema")
        shape, validator = shape_at(contract.document, path), contract.document.validators.at(path)
        read = primitive(value.decode("latin-1"), shape.kinds)
        if shape.is_primitive and not validator.is_valid(read):
            yield from islice(each_invalid(validator, read, f"The header {name.decode()}"), 1)


def _of_body(
    contract: Contract, own: OwnAnswer, case: Case, response: DocumentedResponse
) -> Iterator[str]:
    given = dict(own.headers).get(_TYPE, b"").decode("latin-1")
    named = given.partition(";")[0].strip().lower()
    if not own.has_body:
        if named and named not in _names(response):
            yield _undocumented(case, named, response)
        return
    if case.http_status in WITHOUT_CONTENT:
        yield f"A {case.http_status} has no content (RFC 9110 section 15): the body is not sent."
        return
    if not response.media_types:
        yield f"The {case.status} of {case.operation} is documented without a body."
        return
    media_type = next(
        (found for found in response.media_types if found.name.lower() == named or not named), None
    )
    if media_type is None:
        yield _undocumented(case, named, response)
        return
    is_text = isinstance(own.body, str) and not is_written_as_json(media_type.name)
    if media_type.schema is None or is_text:
        return
    validator = contract.document.validators.at(media_type.schema)
    if not validator.is_valid(own.body):
        yield from islice(each_invalid(validator, own.body, "The body"), _MOST)


def _names(response: DocumentedResponse) -> list[str]:
    return [media_type.name.lower() for media_type in response.media_types]


def _undocumented(case: Case, name: str, response: DocumentedResponse) -> str:
    known = ", ".join(_names(response)) or "none"
    return f"The {case.status} of {case.operation} has no {name}; its media types are: {known}."
