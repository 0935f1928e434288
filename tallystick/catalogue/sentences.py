"""From the sentence of a case to its trigger and constraint.

Rules: a sentence that states a rule on a property makes a fault in the request its trigger; the
property is matched as the wire spells it, whatever capitals and separators prose uses. Else the
status says what kind of trigger it is. What neither tells is unknown: such a case can only be
forced. A new form of sentence is one row in `_RULES`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from tallystick.catalogue.constraints import Constraint
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
        "502": "upstream",
        "503": "upstream",
        "504": "upstream",
    }
)  # RFC 9110 sections 15.5 and 15.6 say what each status is for

Build = Callable[[re.Match[str]], Constraint | None]


def _none(_: re.Match[str]) -> None:
    return None


def _plain(kind: str, **parameters: Any) -> Build:
    return lambda _: Constraint(kind, MappingProxyType(parameters))


def _number(kind: str, name: str = "limit") -> Build:
    def build(match: re.Match[str]) -> Constraint:
        value = float(match["n"].replace(",", ""))
        number = int(value) if value.is_integer() else value
        return Constraint(kind, MappingProxyType({name: number}))

    return build


def _url(match: re.Match[str]) -> Constraint:
    said = (match["schemes"] or "").strip().lower()
    schemes = {"": [], "https": ["https"], "http": ["http"]}.get(said, ["http", "https"])
    return Constraint("absolute-url", MappingProxyType({"schemes": schemes}))


def _values(match: re.Match[str]) -> Constraint | None:
    values = [word.strip(" '\"`“”.") for word in re.split(r",|\s+(?:or|and)\s+|\|", match["list"])]
    values = [re.sub(r"^or\s+", "", word) for word in values if word]
    if len(values) < 2 or any(" " in word for word in values):
        return None
    return Constraint("one-of", MappingProxyType({"values": values}))


_MUST = r"(?:must|has to|have to|needs to|should|shall)"
_MUST_NOT = r"(?:must not|cannot|can't|may not)"
_N = r"(?P<n>(?>-?\d[\d,]*(?:\.\d+)?))"
_UNITS = (
    r"characters?|chars?|letters?|digits?|symbols?|words?|lines?|items?|elements?|entries|values?"
)
_UNITS += r"|bytes?|[kmg]i?b|seconds?|minutes?|hours?|days?|weeks?|months?|years?"
_NUMBER = rf"{_N}(?!\s*(?:{_UNITS})\b)"  # of what is counted or measured, it says nothing
_CHARACTERS = r"(?:characters|chars)"
_A = r"(?:an?\s+)?(?:valid\s+|well-formed\s+)*"
_SCHEMES = r"(?:absolute\s+)?(?P<schemes>https?(?:\(s\))?(?:\s*(?:or|/)\s*https?)?\s+)?"
_AT_MOST = r"(?:at most|no more than|up to|a maximum of|maximum|max\.?)?"
_BE_BELOW = rf"(?:{_MUST} be (?:at most|no more than|less than or equal to)|{_MUST_NOT} exceed)"
_BE_LONG = (
    rf"(?:{_MUST} (?:be|have)|{_MUST_NOT} (?:exceed|be longer than)"
    r"|can be|is limited to|may have)"
)

_RULES: tuple[tuple[str, str, Build], ...] = (
    # the fault, the words after the name of the property, the constraint
    ("missing", r"(?:is|are)\s+(?:required|mandatory|missing|not (?:provided|present|set))", _none),
    ("missing", rf"{_MUST} be (?:provided|present|set|supplied|specified|given)", _none),
    ("missing", rf"{_MUST_NOT} be (?:omitted|missing|left out)", _none),
    ("invalid", rf"{_MUST} be {_A}{_SCHEMES}(?:absolute\s+)?(?:ur[li]|web address)", _url),
    ("invalid", rf"{_MUST} be {_A}e-?mail(?: address)?", _plain("email")),
    ("invalid", rf"{_MUST} be {_A}[gu]uid", _plain("uuid")),
    ("invalid", rf"{_MUST} be {_A}(?:three-letter\s+)?iso[ -]?4217", _plain("currency")),
    ("invalid", rf"{_MUST} be {_A}(?:three-letter\s+)?currency(?: code)?", _plain("currency")),
    ("invalid", rf"{_MUST} (?:be|lie) in the future", _plain("future")),
    ("invalid", rf"{_MUST} (?:be|lie) in the past", _plain("past")),
    ("invalid", rf"{_MUST} be {_A}(?:iso[ -]?8601\s+|full\s+)?date(?! ?-?time)", _plain("date")),
    ("invalid", rf"{_MUST} be (?:greater|more) than zero", _plain("greater-than", limit=0)),
    (
        "invalid",
        rf"{_MUST} be {_A}(?:strictly )?positive(?! or zero)",
        _plain("greater-than", limit=0),
    ),
    ("invalid", rf"{_MUST_NOT} be negative", _plain("at-least", limit=0)),
    ("invalid", rf"{_MUST} be {_A}(?:non-negative|positive or zero)", _plain("at-least", limit=0)),
    ("invalid", rf"{_BE_LONG}\s*{_AT_MOST}\s*{_N} {_CHARACTERS}", _number("maximum-length")),
    (
        "invalid",
        rf"{_MUST} (?:be|have|contain) (?:at least|a minimum of) {_N} {_CHARACTERS}",
        _number("minimum-length"),
    ),
    ("invalid", rf"{_MUST} be (?:greater|more|larger) than {_NUMBER}", _number("greater-than")),
    (
        "invalid",
        rf"{_MUST} be (?:at least|no less than|greater than or equal to) {_NUMBER}",
        _number("at-least"),
    ),
    ("invalid", rf"{_MUST} be (?:less|smaller|lower) than {_NUMBER}", _number("less-than")),
    ("invalid", rf"{_BE_BELOW} {_NUMBER}", _number("at-most")),
    ("invalid", rf"{_MUST} be (?:one|any) of:?\s*(?P<list>.+)", _values),
    ("invalid", rf"{_MUST} be either:?\s*(?P<list>.+)", _values),
    ("invalid", rf"{_MUST_NOT} be (?:empty|blank)", _plain("not-empty")),
    ("invalid", r"(?:is|are) (?:invalid|not valid|malformed|not an? valid)", _none),
    ("invalid", rf"{_MUST} be (?:valid|well-formed)", _none),
)


def _sentence(words: str) -> re.Pattern[str]:
    """A sentence that starts with a name and these words, and may go on after them."""
    return re.compile(rf"(?P<subject>.{{1,80}}?)\s+{words}(?![\w.]\w).*", re.IGNORECASE | re.DOTALL)


_COMPILED = tuple((fault, _sentence(words), build) for fault, words, build in _RULES)
_FAULT_FIRST = re.compile(
    r"(?P<fault>missing|invalid|malformed)\s+(?P<subject>[\w.`'\"-]+)(?:\s+\w+)?\.?", re.I
)
_CONDITION = re.compile(r"\b(?:when|if|unless|except|while|whenever)\b", re.IGNORECASE)
"""A rule that holds only sometimes tells no trigger: the condition cannot be read."""

_PADDING = re.compile(
    r"^(?:the|a|an|your|request(?:'s)?|body(?:'s)?|query|path|header)\s+"
    r"|\s+(?:(?:query|path|header|body|request)\s+)?"
    r"(?:field|property|parameter|param|value|attribute|header|member)s?$",
    re.IGNORECASE,
)


def infer(
    sentence: str, status: str, fields: Iterable[Field]
) -> tuple[Trigger | None, Constraint | None]:
    """The trigger and the constraint that a case's sentence and status tell."""
    sentence = sentence.strip()
    if status.startswith("4") and (found := _rule(sentence, tuple(fields))):
        return found
    kind = _BY_STATUS.get(status)
    return (Trigger(kind), None) if kind else (None, None)


def _rule(sentence: str, fields: tuple[Field, ...]) -> tuple[Trigger, Constraint | None] | None:
    if _CONDITION.search(sentence):
        return None
    for fault, pattern, build in _COMPILED:
        match = pattern.fullmatch(sentence)
        if match and (field := find_field(match["subject"], fields)):
            return Trigger("request", field, fault), build(match)
    match = _FAULT_FIRST.fullmatch(sentence)
    if match and (field := find_field(match["subject"], fields)):
        fault = "missing" if match["fault"].lower() == "missing" else "invalid"
        return Trigger("request", field, fault), None
    return None


def find_field(subject: str, fields: tuple[Field, ...]) -> Field | None:
    """The one field that the words name; None where none or several do."""
    words = subject.strip(" '\"`“”")
    while (shorter := _PADDING.sub("", words).strip(" '\"`“”")) != words:
        words = shorter
    wanted = _letters(words)
    exact = [field for field in fields if _letters(field.name) == wanted]
    nested = [field for field in fields if _letters(field.name.rpartition(".")[2]) == wanted]
    for found in (exact, nested):
        if len(found) == 1:
            return found[0]
    return None


def _letters(name: str) -> str:
    return re.sub(r"[^a-z0-9]", "", name.lower())
