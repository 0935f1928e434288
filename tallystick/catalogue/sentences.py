"""From the sentence of a case to its trigger and constraint.

Rules: a sentence that states a rule on a field makes a fault in the request its trigger; the
field is matched as the wire spells it, whatever capitals and separators prose uses. Else the
status says what kind of trigger it is, or, where the status leaves it open, the sentence. What
neither says is unknown: such a case can only be forced. A new form of sentence is one row in
`rules`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from http import HTTPStatus
from types import MappingProxyType
from typing import Any

from tallystick.catalogue.constraints import Constraint
from tallystick.catalogue.rules import kind as kind_of
from tallystick.catalogue.rules import statements
from tallystick.reader.operations import Field as Field


@dataclass(frozen=True, slots=True)
class Trigger:
    """What makes a case happen. A `request` trigger has a fault in a field of the request;
    with no field, it is any fault that no other case names. The other kinds are `caller`,
    `resource`, `state` and `upstream`.
    """

    kind: str
    field: Field | None = None
    fault: str | None = None

    def to_json(self) -> dict[str, Any]:
        """The form that `tallystick cases` prints and `x-tallystick-cases` holds."""
        if self.kind != "request":
            return {"kind": self.kind}
        location, name = (self.field.location, self.field.name) if self.field else (None, None)
        return {"kind": self.kind, "in": location, "name": name, "fault": self.fault}


KINDS = ("request", "caller", "resource", "state", "upstream")
FAULTS = ("missing", "invalid")
LOCATIONS = ("body", "path", "query", "header", "cookie")

_BY_STATUS: Mapping[str, str] = MappingProxyType(
    {
        "401": "caller",
        "403": "caller",
        "404": "resource",
        "410": "resource",
        "409": "state",
        "412": "state",
        "423": "state",
        "429": "caller",
        "502": "upstream",
        "503": "upstream",
        "504": "upstream",
    }
)  # RFC 9110 sections 15.5 and 15.6 and RFC 6585 section 4 say what each status is for

_NOT_OF_A_FIELD = ("401", "402", "403", "405", "407", "408", "411", "429")
"""Statuses of client errors that no field of the request causes (RFC 9110 section 15.5)."""

_PADDING = re.compile(
    r"^(?:the|an?|your|this|request(?:'s)?|body(?:'s)?|query|path|header|value (?:of|for)"
    r"|specified|provided|given|supplied)\s+"
    r"|\s+(?:(?:query|path|header|body|request)\s+)?"
    r"(?:field|property|parameter|param|value|attribute|header|member)s?$"
    r"|\s+(?:specified|provided|given|supplied)$"
    r"|\s+in (?:the )?(?:request |json )?(?:request|body|query(?: string)?|path|url|headers?)$",
    re.IGNORECASE,
)
_GENERIC = frozenset(
    {"field", "parameter", "property", "attribute", "member", "header", "value", "request", "body"}
    | {"payload", "input", "data", "json", "query", "path", "url"}
)
"""Words that mean any part of a request, unless marks around them make them names."""

_BODY = re.compile(
    r"(?:the |your )?(?:request|json|http)(?:'s)? (?:body|path|query|url|header)s?", re.I
)
_MARKS = " '\"`“”"


def infer(
    sentence: str, status: str, fields: Iterable[Field]
) -> tuple[Trigger | None, Constraint | None]:
    """The trigger and the constraint that a case's sentence and status give."""
    sentence = sentence.strip()
    by_status = _BY_STATUS.get(status)
    if status.startswith("4") and status not in _NOT_OF_A_FIELD:
        found = _of_field(sentence, status, tuple(fields))
        if found:
            return found
    kind = by_status or _kind(sentence, status)
    return (Trigger(kind), None) if kind else (None, None)


def _of_field(
    sentence: str, status: str, fields: tuple[Field, ...]
) -> tuple[Trigger, Constraint | None] | None:
    if _is_reason(sentence, status):
        return None
    for statement in statements(sentence):
        field = find_field(statement.subject, fields)
        if field and not (field.location == "path" and status in ("404", "410")):
            return Trigger("request", field, statement.fault), statement.constraint
    return None


def _is_reason(sentence: str, status: str) -> bool:
    """Whether a sentence is the reason phrase of its status, such as `Precondition Required`."""
    try:
        return sentence.rstrip(".").lower() == HTTPStatus(int(status)).phrase.lower()
    except ValueError:
        return False


def _kind(sentence: str, status: str) -> str | None:
    """What the sentence says where the status says nothing: 400 and 422 are for faults in the
    request, yet many services send them for whatever the caller can mend.
    """
    found = kind_of(sentence)
    is_upstream = found == "upstream"
    if status.startswith("4") and not is_upstream:
        return found
    return found if is_upstream and (status.startswith("5") or status == "default") else None


def find_field(subject: str, fields: tuple[Field, ...]) -> Field | None:
    """The one field that the words name; None where none or several do."""
    words = subject.strip(" .")
    while (shorter := _PADDING.sub("", words).strip(" .")) != words:
        words = shorter
    if words.lower() in _GENERIC or _BODY.fullmatch(subject.strip()):
        return None
    words = words.strip(_MARKS)
    wanted = _letters(words)
    exact = [field for field in fields if _letters(field.name) == wanted]
    nested = [field for field in fields if _letters(field.name.rpartition(".")[2]) == wanted]
    for found in (exact, nested):
        if len(found) == 1:
            return found[0]
    return None


def _letters(name: str) -> str:
    return re.sub(r"[^a-z0-9]", "", name.lower())
