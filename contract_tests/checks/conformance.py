"""Checks of an answer's shape: its status, media type, body and problem members."""

from __future__ import annotations

import json
from functools import lru_cache
from typing import Any

from jsonschema import Draft202012Validator, FormatChecker, ValidationError

from contract_tests.checks.context import CheckContext, Violation
from tallystick.reader.document import Document
from tallystick.reader.pointers import Path, look_up

_PROBLEM = "application/problem+json"
_BOM = b"\xef\xbb\xbf"


def no_server_error(context: CheckContext) -> Violation | None:
    """Of what the document does not speak of, only a server error is wrong. A 501 says honestly
    that the server does not know the method (RFC 9110 section 15.6.2); GET and HEAD it must know.
    """
    status = context.answer.status
    honest = status == 501 and context.expectation.what not in ("GET", "HEAD")
    if context.is_spoken_of or status < 500 or honest:
        return None
    is_of_get = context.expectation.what == "HEAD" and context.operation.method == "get"
    if is_of_get and context.response is not None:
        return None  # HEAD gets what GET gets (RFC 9110 section 9.3.2)
    return Violation(f"the server fails with {status}", (status,))


def status_is_documented(context: CheckContext) -> Violation | None:
    """Of the undocumented, only success, redirection and server errors break a promise: which
    other 4xx a request may get, a document rarely lists (405, 413, 415, 429 …).
    """
    status = context.answer.status
    if not context.is_spoken_of or context.response is not None or 400 <= status < 500:
        return None
    path = (*context.operation.location, "responses")
    return Violation(f"the document has no {status}", (status,), path=path)


def media_type_is_documented(context: CheckContext) -> Violation | None:
    """Where the document names media types for the status, the answer has one of them."""
    response = context.response
    if not context.is_spoken_of or response is None or not response.media_types:
        return None
    documented = [media_type.name.lower() for media_type in response.media_types]
    got = context.answer.media_type
    ranges = {"*/*", got.partition("/")[0] + "/*"}
    if context.media_type is not None or ranges & set(documented):
        return None
    message = f"the documented media type is {' or '.join(documented)}, not {got or 'none'}"
    return Violation(message, (got,), path=response.path)


def body_is_json(context: CheckContext) -> Violation | None:
    """A body that is said to be JSON is UTF-8 JSON, and starts with no byte order mark."""
    answer = context.answer
    if (
        answer.media_type.rpartition("/")[2].rpartition("+")[2] != "json"
        or not context.is_spoken_of
    ):
        return None
    if not context.has_body:
        return None
    if answer.body.startswith(_BOM):
        return Violation("the body starts with a byte order mark", ("bom",))
    try:
        answer.value  # noqa: B018
    except UnicodeDecodeError:
        return Violation("the body is not UTF-8", ("utf-8",))
    except (ValueError, RecursionError) as error:
        return Violation(f"the body is not JSON: {error}", ("json",))
    return None


def body_fits_schema(context: CheckContext) -> list[Violation]:
    """The body is valid against the documented schema, formats included. A breach for each place
    that is not.
    """
    media_type = context.media_type
    if not context.is_spoken_of or media_type is None or media_type.schema is None:
        return []
    if not context.has_body:
        return []
    document = context.contract.document
    found: dict[str, Violation] = {}
    for error in _validator(document, media_type.schema).iter_errors(context.value):
        pointer = "".join(f"/{token}" for token in error.absolute_path)
        message = f"{pointer or 'the body'} does not fit the schema: {_wrong(error)}"
        place = _keyword(document, media_type.schema, error)
        found.setdefault(pointer, Violation(message, (pointer,), path=place))
    return list(found.values())


def _keyword(document: Document, schema: Path, error: ValidationError) -> Path:
    """Where the keyword that is not kept stands in the document, or else the schema."""
    node, path = document.follow(look_up(document.root, schema), schema)
    for step in error.absolute_schema_path:
        if step == "$ref":  # followed already
            continue
        if not isinstance(node, dict | list):
            return schema
        path = (*path, str(step))
        node = look_up(document.root, path)
        if isinstance(node, dict):
            node, path = document.follow(node, path)
    return path


def fits_schema(document: Document, path: Path, value: Any) -> bool:
    """Whether a value is valid against a schema of the document."""
    return _validator(document, path).is_valid(value)


def _wrong(error: ValidationError) -> str:
    return " ".join(error.message.split())


@lru_cache(maxsize=256)
def _validator(document: Document, path: Path) -> Draft202012Validator:
    return Draft202012Validator(document.json_schema(path), format_checker=FormatChecker())


def status_member_agrees(context: CheckContext) -> Violation | None:
    """The member `status` of a problem, where it is a number, is the HTTP status."""
    member = _problem(context).get("status")
    if isinstance(member, bool) or not isinstance(member, int | float):
        return None  # a consumer ignores a member of another type (RFC 9457 section 3.1)
    if member == context.answer.status:
        return None
    message = f"the member status is {member}, the HTTP status {context.answer.status}"
    return Violation(message, ("/status",))


def status_text_agrees(context: CheckContext) -> Violation | None:
    """A member `status` that is a string of digits says the same, too."""
    member = _problem(context).get("status")
    if (
        not isinstance(member, str)
        or not member.isdecimal()
        or int(member) == context.answer.status
    ):
        return None
    return Violation(f"the member status is '{member}', the HTTP status {context.answer.status}")


def problem_members_have_their_types(context: CheckContext) -> Violation | None:
    """`type`, `title`, `detail` and `instance` are strings; null stands for a member left out."""
    problem = _problem(context)
    for name in ("type", "title", "detail", "instance"):
        if not isinstance(problem.get(name), str | None):
            return Violation(
                f"the member {name} is no string: {json.dumps(problem[name])}", (f"/{name}",)
            )
    return None


def content_coding_is_known(context: CheckContext) -> Violation | None:
    """Content-Encoding names content codings, and nothing else."""
    named = context.answer.headers.get("content-encoding", "").lower().split(",")
    unknown = {name.strip() for name in named} - _CODINGS
    return Violation(f"there is no content coding {min(unknown)!r}") if unknown else None


def length_is_told_once(context: CheckContext) -> Violation | None:
    """No answer has both Transfer-Encoding and Content-Length."""
    if not {"transfer-encoding", "content-length"} <= context.answer.headers.keys():
        return None
    return Violation("the answer has both Transfer-Encoding and Content-Length")


_CODINGS = {"", "gzip", "x-gzip", "deflate", "compress", "x-compress", "br", "zstd", "identity"}


def members_are_unique(context: CheckContext) -> Violation | None:
    """No object of the body has a name twice: what reads it may take either."""
    twice: list[str] = []

    def collect(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        names = [name for name, _ in pairs]
        twice.extend(name for name in names if names.count(name) > 1)
        return dict(pairs)

    try:
        json.loads(context.answer.body, object_pairs_hook=collect)
    except (ValueError, RecursionError):
        return None
    return Violation(f"the body has the member {twice[0]} twice", (twice[0],)) if twice else None


def _problem(context: CheckContext) -> dict[str, Any]:
    is_problem = context.answer.media_type == _PROBLEM and isinstance(context.value, dict)
    return context.value if is_problem else {}
