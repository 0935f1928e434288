"""Exhibits: a request and its response as a report shows them, in lines, with what is wrong marked.

Rules: an exhibit holds no secret, and not more than a person reads. A line is cleaned before it is
cut: nobody finds a secret that is cut in two. A body of JSON is laid out, one member to a line, so
that a mark is a pointer of a violation; where it is long, the lines around the marks are kept.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from difflib import SequenceMatcher
from http.client import responses
from typing import Any
from urllib.parse import unquote_plus, urlsplit

from contract_tests.checks.context import HEADER, STATUS_LINE, Violation
from contract_tests.http.exchange import Exchange, Response, value_of
from contract_tests.http.redaction import OPEN_HEADERS, REDACTED, Redactor, without_capabilities

_MOST_LINES, _AROUND, _MOST_MARKED, _LONGEST_LINE = 60, 6, 12, 400
_LONGEST_BODY = 64 * 2**10
_OWN_HEADERS = ("user-agent", "accept-encoding", "connection", "x-schemathesis-testcaseid")
_SECRET_HEADERS = ("authorization", "proxy-authorization", "cookie", "set-cookie")

Clean = Callable[[str], str]


@dataclass(frozen=True, slots=True)
class Line:
    """A line of a message; `pointer` leads to the member that it shows, or names a header."""

    text: str
    pointer: str | None = None
    is_marked: bool = False


@dataclass(frozen=True, slots=True)
class Exhibit:
    """The request, the response, and another message that the response was compared with."""

    request: tuple[Line, ...]
    response: tuple[Line, ...]
    compared: tuple[Line, ...] = ()
    compared_with: str = ""

    def to_json(self) -> dict[str, Any]:
        """The form that a report holds; marked lines are numbers from 1."""
        messages = {"request": self.request, "response": self.response, "compared": self.compared}
        return {
            "compared_with": self.compared_with or None,
            **{
                name: {
                    "text": "\n".join(line.text for line in lines),
                    "marked": [n for n, line in enumerate(lines, 1) if line.is_marked],
                }
                for name, lines in messages.items()
                if lines
            },
        }


def exhibit(exchange: Exchange, violation: Violation, redactor: Redactor, known: str) -> Exhibit:
    """The exchange that shows a violation. What is `known` from elsewhere is no secret."""
    request = _request(exchange, redactor)
    outcome = exchange.outcome
    if not isinstance(outcome, Response):
        return Exhibit(tuple(request), (Line(redactor.clean(outcome.what), is_marked=True),))
    known = f"{exchange.sent}\n{known}"
    head = _marked(list(_head(outcome, redactor, known)), violation.marks)
    clean = _cleaner(outcome.body, redactor, known, is_error=outcome.status >= 400)
    content = _marked(list(_body(outcome.body, clean)), violation.marks)
    other: list[Line] = []
    if violation.compared:
        body = violation.compared.body
        other = list(_body(body, _cleaner(body, redactor, known, is_error=False)))
        if violation.marks:
            other = _marked(other, violation.marks)
        else:
            content, other = _differing(content, other)
    return Exhibit(
        tuple(request),
        (*head, *_content(content)),
        tuple(_kept(other)),
        violation.compared.what if violation.compared else "",
    )


# --- messages


def _request(exchange: Exchange, redactor: Redactor) -> Iterator[Line]:
    head, _, body = exchange.sent.partition("\n\n")
    url, *headers = head.split("\n")
    yield Line(_cut(f"{exchange.method} {_target(url, redactor)}".strip()))
    for header in headers:
        name, _, value = header.partition(": ")
        if name.lower() not in _OWN_HEADERS:
            yield Line(_cut(f"{name}: {_field(name, value, redactor)}"))
    yield from _content(list(_body(body.encode("utf-8", "replace"), redactor.clean)))


def _target(url: str, redactor: Redactor) -> str:
    """Path and query of an address, without secrets."""
    parts = urlsplit(url)
    members = [_member(member, redactor) for member in parts.query.split("&") if member]
    return redactor.clean(parts.path or "/") + (f"?{'&'.join(members)}" if members else "")


def _member(member: str, redactor: Redactor) -> str:
    name, _, value = member.partition("=")
    shown = redactor.clean(member)
    is_hidden = redactor.holds(unquote_plus(value)) and shown == member
    return f"{name}={REDACTED}" if is_hidden else shown


def _field(name: str, value: str, redactor: Redactor) -> str:
    """The value of a header, without secrets."""
    shown = redactor.clean(value)
    is_secret = name.lower() in _SECRET_HEADERS or redactor.holds(value)
    is_open = name.lower() in OPEN_HEADERS
    return REDACTED if shown == value and is_secret and not is_open else shown


def _head(response: Response, redactor: Redactor, known: str) -> Iterator[Line]:
    yield Line(f"{response.status} {responses.get(response.status, '')}".strip(), STATUS_LINE)
    for name, value in response.headers.items():
        # No header belongs to the body, so each is searched for what it may open itself.
        clean = _cleaner(value.encode("utf-8", "replace"), redactor, known, is_error=False)
        shown = clean(_field(name, value, redactor))
        yield Line(_cut(f"{name}: {shown}"), f"{HEADER}{name}")


def _content(lines: Sequence[Line]) -> Iterator[Line]:
    """What is shown of a body, below an empty line."""
    if lines:
        yield Line("")
        yield from _kept(lines)


def _cleaner(body: bytes, redactor: Redactor, known: str, *, is_error: bool) -> Clean:
    def clean(text: str) -> str:
        return redactor.clean(without_capabilities(text, body, known, is_error=is_error))

    return clean


# --- bodies


def _body(body: bytes, clean: Clean) -> Iterator[Line]:
    """The lines of a body. What is JSON, and not too long, is laid out."""
    laid_out: list[Line] = []
    if 0 < len(body) <= _LONGEST_BODY:
        with suppress(ValueError, RecursionError):
            laid_out = list(_laid_out(value_of(body), "", "", ""))
    lines = laid_out or [Line(text) for text in _texts(body)]
    yield from (Line(_cut(clean(line.text)), line.pointer) for line in lines)


def _texts(body: bytes) -> list[str]:
    """The first lines of what is no JSON."""
    text = body[:_LONGEST_BODY].decode("utf-8", "replace")
    return text.splitlines()[: _MOST_LINES + 1]


def _laid_out(value: Any, pointer: str, indent: str, name: str) -> Iterator[Line]:
    """A JSON value, one member to a line. Pointers are those of misfits."""
    members: list[tuple[str, str, Any]] = []
    if isinstance(value, dict):
        members = [(f"{pointer}/{key}", f"{_json(key)}: ", each) for key, each in value.items()]
    elif isinstance(value, list):
        members = [(f"{pointer}/{index}", "", each) for index, each in enumerate(value)]
    if not members:
        yield Line(f"{indent}{name}{_json(value)}", pointer)
        return
    opening, closing = "{}" if isinstance(value, dict) else "[]"
    yield Line(f"{indent}{name}{opening}", pointer)
    for number, (at, label, each) in enumerate(members, 1):
        *lines, last = _laid_out(each, at, f"{indent}  ", label)
        yield from lines
        yield Line(f"{last.text}{',' if number < len(members) else ''}", last.pointer)
    yield Line(f"{indent}{closing}", pointer)


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)


# --- marks


def _marked(lines: Sequence[Line], marks: Sequence[str]) -> list[Line]:
    """The lines of the marked members and headers; of a long member, the first."""
    found: set[int] = set()
    for mark in marks:
        at = [n for n, line in enumerate(lines) if _is_within(line.pointer, mark)]
        if not at:  # what is missing is marked where it should be
            place = STATUS_LINE if mark.startswith(HEADER) else mark.rpartition("/")[0]
            at = [n for n, line in enumerate(lines) if line.pointer == place][:1]
        found |= set(at if len(at) <= _MOST_MARKED else at[:1])
    return [_with_mark(line, is_marked=n in found) for n, line in enumerate(lines)]


def _is_within(pointer: str | None, mark: str) -> bool:
    return pointer is not None and (pointer == mark or pointer.startswith(f"{mark}/"))


def _with_mark(line: Line, *, is_marked: bool) -> Line:
    return Line(line.text, line.pointer, is_marked or line.is_marked)


def _differing(one: Sequence[Line], other: Sequence[Line]) -> tuple[list[Line], list[Line]]:
    """Two messages, with the lines marked that only one of them has."""
    first, second = ([line.text for line in lines] for lines in (one, other))
    same_one, same_other = set[int](), set[int]()
    for block in SequenceMatcher(None, first, second, autojunk=False).get_matching_blocks():
        same_one |= set(range(block.a, block.a + block.size))
        same_other |= set(range(block.b, block.b + block.size))
    return (
        [_with_mark(line, is_marked=n not in same_one) for n, line in enumerate(one)],
        [_with_mark(line, is_marked=n not in same_other) for n, line in enumerate(other)],
    )


def _kept(lines: Sequence[Line]) -> Iterator[Line]:
    """The lines that are shown: the first, and those around the marks."""
    if len(lines) <= _MOST_LINES:
        yield from lines
        return
    marked = [n for n, line in enumerate(lines) if line.is_marked][:_MOST_MARKED]
    around = {n + step for n in marked for step in range(-_AROUND, _AROUND + 1)}
    first = _AROUND * 2 if marked else _MOST_LINES
    is_gap = False
    for number, line in enumerate(lines):
        if number < first or number in around:
            is_gap = False
            yield line
        elif not is_gap:
            is_gap = True
            yield Line("…")


def _cut(text: str) -> str:
    return text if len(text) <= _LONGEST_LINE else f"{text[: _LONGEST_LINE - 1]}…"
