"""The check of the documented headers of a response.

Rules: a header is the text of a value (OpenAPI 3.1.1 section 4.8.21: `style` is `simple`, where
there is no `content`). It is wrong where no value that it may stand for fits the schema. What HTTP
itself defines otherwise is left to HTTP: `Content-Type` is no such header, a cookie has a form of
its own, and a date is an HTTP-date.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from email.utils import parsedate_to_datetime
from typing import Any

from contract_tests.checks.context import HEADER, CheckContext, Violation
from contract_tests.checks.schemas import Misfit, misfits, schema_at
from tallystick.reader.document import Document, Node

_IGNORED = ("content-type",)
"""OpenAPI 3.1.1 section 4.8.17."""

_OPAQUE = ("set-cookie", "link")
"""Headers whose values have a grammar of their own (RFC 6265 section 4.1, RFC 8288 section 3)."""

_DATES = ("date", "expires", "last-modified", "retry-after", "sunset")
"""Headers that may be an HTTP-date (RFC 9110 section 5.6.7)."""


def headers_are_documented(context: CheckContext) -> list[Violation]:
    """A required header is there, and each documented one that is there fits its schema."""
    documented = context.documented
    if not context.is_described or documented is None:
        return []
    document = context.contract.document
    found = []
    for name, node in document.at(documented.path).map("headers"):
        if name.lower() in _IGNORED or not isinstance(node.value, dict):
            continue
        got = context.response.headers.get(name.lower())
        wrong = _wrong(document, name, node, got)
        if wrong:
            place = node.path if node.path[:1] == ("components",) else ()
            found.append(
                Violation(
                    wrong,
                    (name.lower(),),
                    path=node.path,
                    place=place,
                    marks=(f"{HEADER}{name.lower()}",),
                )
            )
    return found


def _wrong(document: Document, name: str, node: Node, text: str | None) -> str:
    if text is None:
        return f"the header {name} is required, and there is none" if _is_required(node) else ""
    misfit = _misfit(document, name, node, text)
    return f"the header {name} does not fit the schema: {misfit.message}" if misfit else ""


def _is_required(node: Node) -> bool:
    return node.value.get("required") is True


def _misfit(document: Document, name: str, node: Node, text: str) -> Misfit | None:
    """How a header does not fit; None where it does, or may."""
    if name.lower() in _OPAQUE or (name.lower() in _DATES and _is_date(text)):
        return None
    content = next(node.map("content"), None)
    if content is not None:
        return _misfit_of_content(document, *content, text)
    if "schema" not in node.value or _is_example(node, text):
        return None
    path = (*node.path, "schema")
    found: Misfit | None = None
    for value in _values(document, schema_at(document, path), text):
        wrong = misfits(document, path, value)
        if not wrong:
            return None
        found = found or next(iter(wrong.values()))
    return found


def _misfit_of_content(
    document: Document, media_type: str, content: Node, text: str
) -> Misfit | None:
    path = (*content.path, "schema")
    if not media_type.lower().endswith("json") or "schema" not in content.value:
        return None
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        return Misfit("", f"{text!r} is not JSON", content.path)
    return next(iter(misfits(document, path, value).values()), None)


def _is_example(node: Node, text: str) -> bool:
    """Whether a header is the documented example, right or wrong."""
    examples = [node.value.get("example")]
    examples += [e.value.get("value") for _, e in node.map("examples") if isinstance(e.value, dict)]
    return text in (each if isinstance(each, str) else json.dumps(each) for each in examples)


def _values(document: Document, schema: Mapping[str, Any], text: str) -> Iterator[Any]:
    """The values that a text may stand for, the one of the schema's own type first."""
    named = schema.get("type")
    types = named if isinstance(named, list) else [named]
    items, members = schema.get("items"), schema.get("properties")
    of_items = _typed(document, items if isinstance(items, dict) else {})
    of_members = {
        name: _typed(document, member)
        for name, member in (members if isinstance(members, dict) else {}).items()
    }
    parts = [part.strip() for part in text.split(",")] if text else []
    pairs = [part.partition("=")[::2] for part in parts]  # `explode`
    if not all("=" in part for part in parts):
        pairs = list(zip(parts[::2], parts[1::2], strict=False))
    array = [of_items(part) for part in parts]
    by_name = {name: of_members.get(name, _scalar)(value) for name, value in pairs}
    if "array" in types:
        yield array
    if "object" in types:
        yield by_name
    yield from (_scalar(text), text, array, parts, by_name, dict(pairs))


def _typed(document: Document, schema: Any) -> Callable[[str], Any]:
    """How a text becomes a value of a schema."""
    found = document.dereferenced(schema)
    is_text = isinstance(found, dict) and found.get("type") == "string"
    return str if is_text else _scalar


def _scalar(text: str) -> Any:
    """The number, boolean or null that a text is the JSON of; else itself."""
    if text.lower() in ("true", "false"):
        return text.lower() == "true"
    try:
        value = json.loads(text, parse_constant=str)
    except (ValueError, RecursionError):
        return text
    return value if isinstance(value, int | float) or value is None else text


def _is_date(text: str) -> bool:
    try:
        parsedate_to_datetime(text)
    except ValueError:
        return False
    return True
