"""Where implementations put the code of an error, and which case a response is.

RFC 9457 leaves open where a service puts its own codes. The places, in order: `title`, the last
part of `type`, an extension member, the start of `detail`. Without a code there, the documented
text counts, which is most often the `detail`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from contract_tests.checks.context import has_status
from contract_tests.http.walk import strings
from tallystick.catalogue.cases import Case

_EXTENSIONS = ("code", "errorCode", "error_code", "error", "issue", "name")
_LISTS = ("errorCodes", "errors", "details", "codes")
_MOST_ITEMS, _LONGEST = 1_000, 10_000
"""How many items of a body, and characters of a text, are looked at."""

_TEXTS = ("detail", "message", "description")


def named_codes(body: Any, codes: Sequence[str]) -> list[tuple[str, str]]:
    """Which of these codes the body holds, each with the place that holds it."""
    if not isinstance(body, dict):
        return []
    return [
        (code, place)
        for place, text in _places(body)
        for code in codes
        if _SAME[place.partition(" ")[0]](text, code)
    ]


def case_of(cases: Sequence[Case], status: int, body: Any) -> Case | None:
    """The documented case that a response is: by its code, or, without any code, by its text."""
    possible = sorted((c for c in cases if has_status(c, status)), key=lambda c: _width(c.status))
    found = named_codes(body, [case.code for case in cases if case.code])
    if found:
        return next((case for case in possible if case.code == found[0][0]), None)
    return next((case for case in possible if case.code is None or holds_text(body, case)), None)


def _width(status: str) -> int:
    """How much a status covers: a code before a range, a range before `default` (OpenAPI 3.1.1
    section 4.8.16).
    """
    return 0 if status.isdecimal() else 2 if status.lower() == "default" else 1


def holds_text(body: Any, case: Case) -> bool:
    """Whether any text of a body holds the documented text of a case."""
    wanted = _words(case.description)
    return bool(wanted) and any(wanted in _words(text) for text in strings(body, _MOST_ITEMS))


def is_text_of(body: Any, case: Case) -> bool:
    """Whether `detail` (or a member like it) is the documented text of a case, and nothing else."""
    return bool(case.description) and _words(case.description) in _texts(body)


def _texts(body: Any) -> list[str]:
    members = (body.get(name) for name in _TEXTS) if isinstance(body, dict) else ()
    return [_words(text) for text in members if isinstance(text, str)]


def _words(text: str) -> str:
    return " ".join(re.findall(r"\w+", text[:_LONGEST].lower()))


def _places(body: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    for name in ("title", "type"):
        if isinstance(body.get(name), str):
            yield name, body[name]
    for name in _EXTENSIONS:
        yield from _extension(body.get(name), f"extension {name}")
    for name in _LISTS:
        items = body.get(name)
        for item in items[:_MOST_ITEMS] if isinstance(items, list) else ():
            yield from _extension(item, f"extension {name}")
    if isinstance(body.get("detail"), str):
        yield "detail", body["detail"]


def _extension(value: Any, place: str) -> Iterator[tuple[str, str]]:
    if isinstance(value, str):
        yield place, value
    elif isinstance(value, dict):
        for name in _EXTENSIONS:
            if isinstance(value.get(name), str):
                yield place, value[name]


def _ends_with(text: str, code: str) -> bool:
    return re.search(rf"(?:^|[/:#?=]){re.escape(code)}/?$", text) is not None


def _starts_with(text: str, code: str) -> bool:
    return re.match(rf"[\[(]?{re.escape(code)}(?![\w.])", text) is not None


_SAME: Mapping[str, Callable[[str, str], bool]] = {
    "title": lambda text, code: text.strip() == code or _starts_with(text, code),
    "type": _ends_with,
    "extension": lambda text, code: text.strip() == code,
    "detail": _starts_with,
}
