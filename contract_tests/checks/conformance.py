"""Checks of a response's form: its status, media type, body and problem members."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import replace
from typing import Any

from contract_tests.checks.context import HEADER, STATUS_LINE, CheckContext, Violation
from contract_tests.checks.schemas import Misfit

_LONGEST_NAME, _LONGEST_LOOKED_AT = 200, 2**18
_PROBLEM = "application/problem+json"
_BOM = b"\xef\xbb\xbf"


def no_server_error(context: CheckContext) -> Violation | None:
    """To a request that the document does not describe, only a server error is wrong. A 501 says
    honestly that the server does not know the method (RFC 9110 section 15.6.2); GET and HEAD it
    must know.
    """
    status = context.response.status
    method = context.expectation.what
    is_honest = status == 501 and method not in ("GET", "HEAD")
    if context.is_described or status < 500 or is_honest:
        return None
    is_head_of_get = method == "HEAD" and context.operation.method == "get"
    if is_head_of_get and context.documented is not None:
        return None  # HEAD gets what GET gets (RFC 9110 section 9.3.2)
    return Violation(f"the server fails with {status}", (status,), marks=(STATUS_LINE,))


def status_is_documented(context: CheckContext) -> Violation | None:
    """An undocumented success, redirection or server error is wrong. An undocumented 4xx is not:
    a document rarely lists all that a request may get (405, 413, 415, 429 …). An operation without
    responses says nothing of them (OpenAPI 3.1.1 section 4.8.10).
    """
    status = context.response.status
    if not context.operation.responses:
        return None
    if not context.is_described or context.documented is not None or 400 <= status < 500:
        return None
    path = (*context.operation.location, "responses")
    # A service that is overloaded, or has lost what is behind it, fails at many operations.
    habit = ("unavailable", str(status)) if status in _UNAVAILABLE else ()
    message = f"the document has no {status}"
    return Violation(message, (status,), path=path, place=habit, marks=(STATUS_LINE,))


_UNAVAILABLE = (502, 503, 504)


def media_type_is_documented(context: CheckContext) -> Violation | None:
    """Where the document names media types for the status, the response has one of them."""
    return None if _is_frameworks(context) else _other_media_type(context)


def media_type_is_advised(context: CheckContext) -> Violation | None:
    """The same for the error page of a framework, to what the document does not speak of."""
    found = _other_media_type(context) if _is_frameworks(context) else None
    habit = ("media type of errors", context.response.media_type)
    return replace(found, place=habit) if found else None


def _is_frameworks(context: CheckContext) -> bool:
    return context.expectation.is_undescribed and 400 <= context.response.status < 500


def _other_media_type(context: CheckContext) -> Violation | None:
    documented = context.documented
    if not context.is_described or documented is None or not documented.media_types:
        return None
    names = [media_type.name.lower() for media_type in documented.media_types]
    got = context.response.media_type
    ranges = {"*/*", got.partition("/")[0] + "/*"}
    if context.media_type is not None or ranges & set(names):
        return None
    if not got and not context.response.body:
        return None  # nothing has no type (RFC 9110 section 8.3)
    message = f"the documented media type is {' or '.join(names)}, not {got or 'none'}"
    return Violation(
        message,
        (got, *_of_error(context)),
        path=documented.path,
        marks=(f"{HEADER}content-type",),
    )


def body_is_json(context: CheckContext) -> Violation | None:
    """A body that is labelled JSON is UTF-8 JSON, and starts with no byte order mark."""
    response = context.response
    subtype = response.media_type.rpartition("/")[2].rpartition("+")[2]
    if subtype != "json" or not context.is_described or not context.has_body:
        return None
    if not response.body:
        return None
    if response.body.startswith(_BOM):
        return Violation("the body starts with a byte order mark", ("bom",))
    try:
        response.value  # noqa: B018
    except UnicodeDecodeError:
        return Violation("the body is not UTF-8", ("utf-8",))
    except (ValueError, RecursionError) as error:
        return Violation(f"the body is not JSON: {error}", ("json",))
    return None


def body_fits_schema(context: CheckContext) -> list[Violation]:
    """The body is valid against the documented schema, formats included. There is a violation for
    each place that is not.
    """
    return [
        _of_misfit(context, misfit, "does not fit the schema")
        for pointer, misfit in context.misfits.items()
        if pointer not in context.examples
    ]


def example_fits_schema(context: CheckContext) -> list[Violation]:
    """What does not fit is no documented example: there, the document breaks its own schema."""
    return [
        Violation(
            f"the documented example breaks its own schema: {misfit.pointer or 'the body'}: "
            f"{misfit.message}",
            path=context.examples[pointer],
            place=context.examples[pointer],
            marks=(pointer,),
        )
        for pointer, misfit in context.misfits.items()
        if pointer in context.examples
    ]


def no_write_only_member(context: CheckContext) -> list[Violation]:
    """No member is there that the document wants in requests only."""
    return [
        _of_misfit(context, misfit, "must not be sent") for misfit in context.write_only.values()
    ]


def _of_error(context: CheckContext) -> tuple[str, ...]:
    """What makes the body of an error another cause than that of a success: the code that writes
    it is another, and who accepts the one does not accept the other.
    """
    return () if context.response.status < 400 else ("error",)


def _of_misfit(context: CheckContext, misfit: Misfit, what: str) -> Violation:
    return Violation(
        f"{misfit.pointer or 'the body'} {what}: {misfit.message}",
        (misfit.everywhere, *_of_error(context)),
        path=misfit.path,
        place=misfit.shared,
        marks=(misfit.pointer + (f"/{misfit.member}" if misfit.member else ""),),
    )


def status_member_agrees(context: CheckContext) -> Violation | None:
    """The member `status` of a problem, where it is a number, is the HTTP status."""
    member = _problem(context).get("status")
    if isinstance(member, bool) or not isinstance(member, int | float):
        return None  # a consumer ignores a member of another type (RFC 9457 section 3.1)
    if member == context.response.status:
        return None
    message = f"the member status is {member}, the HTTP status {context.response.status}"
    return Violation(message, ("/status",), marks=("/status", STATUS_LINE))


def status_text_agrees(context: CheckContext) -> Violation | None:
    """A member `status` that is a string of digits is the HTTP status, too."""
    member = _problem(context).get("status")
    status = context.response.status
    if not isinstance(member, str) or not member.isdecimal() or int(member) == status:
        return None
    message = f"the member status is '{member}', the HTTP status {status}"
    return Violation(message, marks=("/status", STATUS_LINE))


def problem_members_have_their_types(context: CheckContext) -> Violation | None:
    """`type`, `title`, `detail` and `instance` are strings; null stands for a member left out."""
    problem = _problem(context)
    for name in ("type", "title", "detail", "instance"):
        if not isinstance(problem.get(name), str | None):
            shown = json.dumps(problem[name])[:_LONGEST_NAME]
            return Violation(
                f"the member {name} is no string: {shown}", (f"/{name}",), marks=(f"/{name}",)
            )
    return None


def content_coding_is_known(context: CheckContext) -> Violation | None:
    """Content-Encoding names content codings, and nothing else."""
    named = context.response.headers.get("content-encoding", "").lower().split(",")
    unknown = {name.strip() for name in named} - _CODINGS
    return Violation(f"there is no content coding {min(unknown)!r}") if unknown else None


_CODINGS = {"", "gzip", "x-gzip", "deflate", "compress", "x-compress", "br", "zstd", "identity"}


def length_is_given_once(context: CheckContext) -> Violation | None:
    """No response has both Transfer-Encoding and Content-Length."""
    if not {"transfer-encoding", "content-length"} <= context.response.headers.keys():
        return None
    return Violation("the response has both Transfer-Encoding and Content-Length")


def members_are_unique(context: CheckContext) -> Violation | None:
    """No object of the body has a name twice: a reader may take either value. A long body is not
    looked at.
    """
    twice: list[str] = []

    def collect(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        found = dict(pairs)
        if len(found) < len(pairs) and not twice:
            twice.append(Counter(name for name, _ in pairs).most_common(1)[0][0])
        return found

    if not context.has_body or len(context.response.body) > _LONGEST_LOOKED_AT:
        return None
    try:
        json.loads(context.response.body, object_pairs_hook=collect)
    except (ValueError, RecursionError):
        return None
    name = twice[0][:_LONGEST_NAME] if twice else ""
    return Violation(f"the body has the member {name} twice", (name,)) if twice else None


def _problem(context: CheckContext) -> dict[str, Any]:
    is_problem = context.response.media_type == _PROBLEM and isinstance(context.value, dict)
    return context.value if is_problem else {}
