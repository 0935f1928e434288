"""Checks of an answer's shape: its status, media type, body and problem members."""

from __future__ import annotations

import json
from functools import lru_cache
from typing import Any

from jsonschema import Draft202012Validator, FormatChecker, ValidationError

from contract_tests.judged import Breach, Judged
from tallystick.document import Document
from tallystick.pointers import Path, look_up

_PROBLEM = "application/problem+json"
_BOM = b"\xef\xbb\xbf"


def no_server_error(judged: Judged) -> Breach | None:
    """Of what the document does not speak of, only a server error is wrong. A 501 says honestly
    that the server does not know the method (RFC 9110 section 15.6.2); GET and HEAD it must know.
    """
    status = judged.answer.status
    honest = status == 501 and judged.expectation.what not in ("GET", "HEAD")
    if judged.is_spoken_of or status < 500 or honest:
        return None
    is_of_get = judged.expectation.what == "HEAD" and judged.operation.operation.method == "get"
    if is_of_get and judged.response is not None:
        return None  # HEAD gets what GET gets (RFC 9110 section 9.3.2)
    return Breach(f"the server fails with {status}", (status,))


def status_is_documented(judged: Judged) -> Breach | None:
    """Of the undocumented, only success, redirection and server errors break a promise: which
    other 4xx a request may get, a document rarely lists (405, 413, 415, 429 …).
    """
    status = judged.answer.status
    if not judged.is_spoken_of or judged.response is not None or 400 <= status < 500:
        return None
    path = (*judged.operation.operation.location, "responses")
    return Breach(f"the document has no {status}", (status,), path=path)


def media_type_is_documented(judged: Judged) -> Breach | None:
    """Where the document names media types for the status, the answer has one of them."""
    response = judged.response
    if not judged.is_spoken_of or response is None or not response.media_types:
        return None
    documented = [media_type.name.lower() for media_type in response.media_types]
    got = judged.answer.media_type
    ranges = {"*/*", got.partition("/")[0] + "/*"}
    if judged.media_type is not None or ranges & set(documented):
        return None
    message = f"the documented media type is {' or '.join(documented)}, not {got or 'none'}"
    return Breach(message, (got,), path=response.path)


def body_is_json(judged: Judged) -> Breach | None:
    """A body that is said to be JSON is UTF-8 JSON, and starts with no byte order mark."""
    answer = judged.answer
    if answer.media_type.rpartition("/")[2].rpartition("+")[2] != "json" or not judged.is_spoken_of:
        return None
    if not judged.has_body:
        return None
    if answer.body.startswith(_BOM):
        return Breach("the body starts with a byte order mark", ("bom",))
    try:
        answer.value  # noqa: B018
    except UnicodeDecodeError:
        return Breach("the body is not UTF-8", ("utf-8",))
    except (ValueError, RecursionError) as error:
        return Breach(f"the body is not JSON: {error}", ("json",))
    return None


def body_fits_schema(judged: Judged) -> list[Breach]:
    """The body is valid against the documented schema, formats included. A breach for each place
    that is not.
    """
    media_type = judged.media_type
    if not judged.is_spoken_of or media_type is None or media_type.schema is None:
        return []
    if not judged.has_body:
        return []
    document = judged.contract.document
    found: dict[str, Breach] = {}
    for error in _validator(document, media_type.schema).iter_errors(judged.value):
        pointer = "".join(f"/{token}" for token in error.absolute_path)
        message = f"{pointer or 'the body'} does not fit the schema: {_wrong(error)}"
        place = _keyword(document, media_type.schema, error)
        found.setdefault(pointer, Breach(message, (pointer,), path=place))
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


def status_member_agrees(judged: Judged) -> Breach | None:
    """The member `status` of a problem, where it is a number, is the HTTP status."""
    member = _problem(judged).get("status")
    if isinstance(member, bool) or not isinstance(member, int | float):
        return None  # a consumer ignores a member of another type (RFC 9457 section 3.1)
    if member == judged.answer.status:
        return None
    message = f"the member status is {member}, the HTTP status {judged.answer.status}"
    return Breach(message, ("/status",))


def status_text_agrees(judged: Judged) -> Breach | None:
    """A member `status` that is a string of digits says the same, too."""
    member = _problem(judged).get("status")
    if not isinstance(member, str) or not member.isdecimal() or int(member) == judged.answer.status:
        return None
    return Breach(f"the member status is '{member}', the HTTP status {judged.answer.status}")


def problem_members_have_their_types(judged: Judged) -> Breach | None:
    """`type`, `title`, `detail` and `instance` are strings; null stands for a member left out."""
    problem = _problem(judged)
    for name in ("type", "title", "detail", "instance"):
        if not isinstance(problem.get(name), str | None):
            return Breach(
                f"the member {name} is no string: {json.dumps(problem[name])}", (f"/{name}",)
            )
    return None


def content_coding_is_known(judged: Judged) -> Breach | None:
    """Content-Encoding names content codings, and nothing else."""
    named = judged.answer.headers.get("content-encoding", "").lower().split(",")
    unknown = {name.strip() for name in named} - _CODINGS
    return Breach(f"there is no content coding {min(unknown)!r}") if unknown else None


def length_is_told_once(judged: Judged) -> Breach | None:
    """No answer has both Transfer-Encoding and Content-Length."""
    if not {"transfer-encoding", "content-length"} <= judged.answer.headers.keys():
        return None
    return Breach("the answer has both Transfer-Encoding and Content-Length")


_CODINGS = {"", "gzip", "x-gzip", "deflate", "compress", "x-compress", "br", "zstd", "identity"}


def members_are_unique(judged: Judged) -> Breach | None:
    """No object of the body has a name twice: what reads it may take either."""
    twice: list[str] = []

    def collect(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        names = [name for name, _ in pairs]
        twice.extend(name for name in names if names.count(name) > 1)
        return dict(pairs)

    try:
        json.loads(judged.answer.body, object_pairs_hook=collect)
    except (ValueError, RecursionError):
        return None
    return Breach(f"the body has the member {twice[0]} twice", (twice[0],)) if twice else None


def _problem(judged: Judged) -> dict[str, Any]:
    is_problem = judged.answer.media_type == _PROBLEM and isinstance(judged.value, dict)
    return judged.value if is_problem else {}
