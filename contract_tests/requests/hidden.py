"""Texts that a service checks further than their schema says, so that a made one may be refused.

Rules: a text without a format, a pattern or values to choose from is free, but a `unit_price`, a
`country` or an `iban` is not any text. The `email` or `username` that a create below an item takes
is that of somebody who has to be there, most often: a member of a team, a guest of a room.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import product
from typing import Any

from contract_tests.checks.schemas import schema_at
from contract_tests.http.bodies import format_of
from contract_tests.http.exchange import OperationRequest
from tallystick.contract import Contract
from tallystick.reader.document import Document
from tallystick.reader.operations import branches, properties
from tallystick.reader.pointers import Path
from tallystick.reader.schemas.dialect import PATTERN

_CODED = re.compile(
    r"amount|balance|bic|code|colou?r|cost|country|cron|currency|date|decimal|discount|domain"
    r"|duration|ean|fee|host(name)?|iban|ip|isbn|lang(uage)?|latitude|locale|longitude|mime|money"
    r"|percentage|phone|postal|postcode|price|rate|region|schedule|sku|swift|tax|time|timezone"
    r"|total|tz|unit|ur[li]|vat|version|weight|zip|zone"
)
"""The words of members whose texts have a form."""

_SOMEBODY = re.compile(r"e?mail|username|login|handle|member|user|account")
"""The words of members that name somebody."""

_SETTLING = {"enum", "const", "format", "pattern", PATTERN}


def may_break_a_rule(contract: Contract, request: OperationRequest) -> bool:
    """Whether a body has a text that may break a rule which no schema says."""
    sent = format_of(request.operation, request.media_type or "")
    schema = sent.media.schema if sent else None
    is_below = "{" in request.operation.path
    for name, is_free in _texts(contract.document, schema, request.body) if schema else ():
        words = re.findall(r"[a-z]+", re.sub(r"(?<=[a-z0-9])(?=[A-Z])", " ", name).lower())
        if is_free and any(map(_CODED.fullmatch, words)):
            return True
        if is_below and any(map(_SOMEBODY.fullmatch, words)):
            return True
    return False


def _texts(document: Document, schema: Path, body: Any) -> Iterator[tuple[str, bool]]:
    """The members that are texts, and whether the schema says nothing of their form."""
    if isinstance(body, list):
        found = branches(document, schema)
        arrays = [path for own, path in found if isinstance(own.get("items"), dict)]
        for path, item in product(arrays, body):
            yield from _texts(document, (*path, "items"), item)
    for name, path in properties(document, schema) if isinstance(body, dict) else ():
        value = body.get(name)
        if isinstance(value, str):
            yield name, not schema_at(document, path).keys() & _SETTLING
        elif isinstance(value, dict | list):
            yield from _texts(document, path, value)
