"""The `Prefer` header (RFC 7240), as far as it asks for a case, or for how many items a list has.

Rules: a list may have from none to `MOST_ITEMS`, and never against its schema: what it cannot have
is refused with the reason, since a mock that does something else than asked for costs an hour.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

from mock_server.requests.errors import RequestError
from mock_server.requests.request import Header, Request

_NAME = r"[!#$%&'*+\-.^_`|~0-9A-Za-z]+"  # RFC 9110 section 5.6.2
_QUOTED = r'"(?:[^"\\]++|\\.?+)*+'  # without its closing quote, which a careless client forgets
# Possessive throughout: whatever a client sends is read in one go, without trying again.
_ELEMENT = re.compile(rf'(?:[^",]++|{_QUOTED}(?:"|\Z))++')
_PREFERENCE = re.compile(
    rf"""\s*+(?P<name>{_NAME}+)\s*+
         (?:=\s*+(?:(?P<quoted>{_QUOTED})|(?P<value>[^\s";]*+)))?+""",  # parameters: none of ours
    re.VERBOSE,
)


def parse(values: Iterable[bytes]) -> dict[str, str]:
    """The preferences of all `Prefer` lines, names in lower case; of two of one name the first
    holds (RFC 7240 section 2).
    """
    text = ",".join(value.decode("latin-1") for value in values)
    preferences: dict[str, str] = {}
    for element in _ELEMENT.findall(text):
        match = _PREFERENCE.match(element)
        if match is None:
            continue
        value = match["value"]
        if value is None:
            value = re.sub(r"\\(.)", r"\1", (match["quoted"] or "")[1:])
        preferences.setdefault(match["name"].lower(), value)
    return preferences


# --- how many items

MOST_ITEMS = 1_000
"""How many items may be asked for."""


class ListSizeError(Exception):
    """A list cannot have as many items as are asked for; `error` says why."""

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.error = RequestError(400, why, headers=((b"tallystick-error", b"bad items"),))


def preferred_size(request: Request, schema: Mapping[str, Any], *, is_paged: bool) -> int | None:
    """How many items are asked for; None where nobody asks. `schema` is that of the list, of which
    one page need not hold all where it `is_paged`. Raises ListSizeError.
    """
    if b"prefer" not in request.headers:
        return None
    lines = [value for name, value in request.scope["headers"] if name == b"prefer"]
    text = parse(lines).get("items")
    if text is None:
        return None
    is_number = text.isascii() and text.isdigit() and len(text) < 10
    if not is_number or int(text) > MOST_ITEMS:
        raise ListSizeError(f"Prefer: items={text[:20]} is no whole number from 0 to {MOST_ITEMS}.")
    wanted, least, most = int(text), schema.get("minItems", 0), schema.get("maxItems")
    if wanted < least:
        raise ListSizeError(f"This list has at least {least} items (minItems), not {wanted}.")
    if most is not None and wanted > most and not is_paged:
        raise ListSizeError(f"This list has at most {most} items (maxItems), not {wanted}.")
    return wanted


def applied(size: int | None) -> tuple[Header, ...]:
    """The header that says that a preference was followed (RFC 7240 section 3)."""
    return () if size is None else ((b"preference-applied", b"items=%d" % size),)
