"""Checks of a response's body as its media type has it: whether it is there, and well-formed.

Rules: what no standard defines is taken as it is (HTML, any binary form), and so is what was not
read to its end.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Mapping
from typing import Any
from xml.parsers import expat

from contract_tests.checks.context import CheckContext, Violation
from contract_tests.checks.schemas import fits_schema
from contract_tests.http.exchange import value_of

Form = tuple[Callable[[bytes], str], str]

_EMPTY_VALUES: tuple[Any, ...] = ({}, [], "", None)


def no_body_where_none_may_be(context: CheckContext) -> Violation | None:
    """A 204, a 205, a 304 and a response to HEAD have no content."""
    response = context.response
    has_length = response.headers.get("content-length", "0").strip() != "0"
    is_framed = response.status == 204 and (has_length or "transfer-encoding" in response.headers)
    is_reset = response.status == 205 and bool(response.body)
    if not (response.has_surplus or is_framed or is_reset):
        return None
    bodiless = (204, 205, 304)
    what = f"the {response.status}" if response.status in bodiless else "the response to HEAD"
    habit = ("body where none can be", what)
    return Violation(f"{what} has a body, where there can be none", habit, place=habit)


def body_is_there(context: CheckContext) -> Violation | None:
    """A response whose content is documented is not empty, where no empty value fits."""
    if not _is_missing(context) or _may_be_empty(context):
        return None
    return Violation("the body is empty", ("empty",))


def empty_body_is_meant(context: CheckContext) -> Violation | None:
    """The same, where nothing was lost: an empty object or list would fit."""
    if not _is_missing(context) or not _may_be_empty(context):
        return None
    return Violation("the body is empty, though the document describes it", ("empty",))


def _is_missing(context: CheckContext) -> bool:
    documented, response = context.documented, context.response
    if response.body or documented is None or not documented.media_types:
        return False
    return context.is_described and context.has_body


def _may_be_empty(context: CheckContext) -> bool:
    media_types = context.documented.media_types if context.documented else ()
    media = context.media_type or next(iter(media_types), None)
    schema = media.schema if media else None
    document = context.contract.document
    return schema is None or any(fits_schema(document, schema, each) for each in _EMPTY_VALUES)


def body_is_well_formed(context: CheckContext) -> Violation | None:
    """XML is well-formed, and each line of a JSON text sequence is JSON."""
    return _malformed(context, _FORMS)


def body_is_csv(context: CheckContext) -> Violation | None:
    """The quotes of a CSV body are in pairs. There are many dialects of it."""
    return _malformed(context, _DIALECTS)


def _malformed(context: CheckContext, forms: Mapping[str, Form]) -> Violation | None:
    response = context.response
    name = response.media_type
    form = forms.get(name) or forms.get("+" + name.rpartition("+")[2])
    if form is None or not response.body or not context.is_described or not context.has_body:
        return None
    wrong, source = form
    reason = wrong(response.body)
    message = f"the body is not {name}: {reason}"
    return Violation(message, (name,), source=source) if reason else None


def _xml(body: bytes) -> str:
    parser = expat.ParserCreate()
    try:
        parser.Parse(body, True)
    except expat.ExpatError as error:
        return f"{expat.ErrorString(error.code)} (line {error.lineno})"
    except (LookupError, ValueError):  # an encoding that the parser does not know
        return ""
    return ""


def _lines(body: bytes) -> str:
    for number, line in enumerate(body.replace(b"\x1e", b"").split(b"\n"), 1):
        try:
            if line.strip():
                value_of(line)
        except (ValueError, RecursionError):
            return f"line {number} is not JSON"
    return ""


def _csv(body: bytes) -> str:
    try:
        for _ in csv.reader(io.StringIO(body.decode("utf-8", "replace"), newline=""), strict=True):
            pass
    except csv.Error as error:
        return "" if "limit" in str(error) else str(error)  # of Python, not of CSV
    return ""


_XML = _xml, "XML 1.0 section 2.1"
_NDJSON = _lines, "RFC 8259 section 2, a text in each line"
_FORMS: Mapping[str, Form] = {
    "application/xml": _XML,
    "text/xml": _XML,
    "+xml": _XML,
    "application/x-ndjson": _NDJSON,
    "application/ndjson": _NDJSON,
    "application/jsonl": _NDJSON,
    "application/json-seq": (_lines, "RFC 7464 section 2"),
}
_DIALECTS: Mapping[str, Form] = {"text/csv": (_csv, "RFC 4180 section 2")}
"""What is wrong with a body of a media type, or nothing, and what it would have to be."""
