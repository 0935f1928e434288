"""The sentences that are recognised: one table for faults in a field, one for other triggers.

Rules: `{name}` stands for the name of a field. The first row whose name is a field of the
operation gives the fault and the constraint. A sentence may go on after the words of a row. What
follows may make a condition of the rule (then there is no trigger), or widen or narrow it (then
there is no constraint). `docs/cases.md` has an example of each row, and a test reads it there.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from types import MappingProxyType
from typing import Any

from tallystick.catalogue.constraints import Constraint

Build = Callable[[re.Match[str]], Constraint | None]


@dataclass(frozen=True, slots=True)
class Statement:
    """What a sentence says of a field, in the words by which it calls the field."""

    subject: str
    fault: str
    constraint: Constraint | None


def _none(_: re.Match[str]) -> None:
    return None


def _plain(kind: str, **parameters: Any) -> Build:
    return lambda _: Constraint(kind, MappingProxyType(parameters))


def _limit(kind: str) -> Build:
    return lambda match: Constraint(kind, MappingProxyType({"limit": _number(match["n"])}))


def _limits(kind: str) -> Build:
    def build(match: re.Match[str]) -> Constraint | None:
        low, high = _number(match["n"]), _number(match["most"])
        if high - low < 2:
            return None  # no whole number lies between them, and the ends are disputed
        return Constraint(kind, MappingProxyType({"minimum": low, "maximum": high}))

    return build


def _number(text: str) -> int | float:
    value = float(text.replace(",", ""))
    return int(value) if value.is_integer() else value


def _url(match: re.Match[str]) -> Constraint:
    named = (match["schemes"] or "").strip().lower()
    schemes = {"": [], "https": ["https"], "http": ["http"]}.get(named, ["http", "https"])
    return Constraint("absolute-url", MappingProxyType({"schemes": schemes}))


def _values(match: re.Match[str]) -> Constraint | None:
    values = [word.strip(" '\"`“”.") for word in re.split(r",|\s+(?:or|and)\s+|\|", match["list"])]
    values = [re.sub(r"^or\s+", "", word) for word in values if word]
    if len(values) < 2 or any(" " in word for word in values):
        return None
    return Constraint("one-of", MappingProxyType({"values": values}))


_MUST = r"(?:must|has to|have to|needs to|need to|should|shall)"
_MUST_NOT = r"(?:must not|mustn't|cannot|can not|can't|may not|should not|shouldn't)"
_IS = r"(?:is|are|was|were)"
_N = r"(?P<n>(?>-?\d[\d,]*(?:\.\d+)?))"
_MOST = r"(?P<most>(?>-?\d[\d,]*(?:\.\d+)?))"
_UNITS = (
    r"characters?|chars?|letters?|digits?|symbols?|words?|lines?|items?|elements?|entries|values?"
    r"|bytes?|[kmg]i?b|seconds?|minutes?|hours?|days?|weeks?|months?|years?"
)
_NO_UNIT = rf"(?!\s*(?:{_UNITS})\b)"  # a number of something is no limit of the value itself
_NUMBER = _N + _NO_UNIT
_CHARACTERS = r"(?:characters|chars)\b"
_A = r"(?:an?\s+)?(?:valid\s+|well-formed\s+)*"
_SCHEMES = r"(?:absolute\s+)?(?P<schemes>https?(?:\(s\))?(?:\s*(?:or|/)\s*https?)?\s+)?"
_HAVE = r"(?:be|have|contain)"
_MAY_HAVE = rf"(?:{_MUST}|can|may) {_HAVE}"
_AT_MOST = r"(?:at most|no more than|not more than|up to|a maximum of|maximum|max\.?)"
_AT_LEAST = r"(?:at least|no less than|no fewer than|a minimum of|minimum|min\.?)"
_MOMENT = r"(?:an?\s+(?:valid\s+)?(?:date|time|moment|timestamp)\s+)?"
_GIVEN = r"(?:provided|present|set|supplied|specified|given|sent|included)"
_KIND_OF_FIELD = (
    r"(?:(?:query |path |header |body |request )?(?:field|parameter|property|header):? )?"
)

RULES: tuple[tuple[str, str, Build], ...] = (
    # the fault, the sentence, the constraint
    ("missing", rf"{{name}} {_IS} (?:an? )?(?:required|mandatory|missing|not {_GIVEN})", _none),
    ("missing", rf"{{name}} {_MUST} be {_GIVEN}", _none),
    ("missing", rf"{{name}} {_MUST_NOT} be (?:omitted|missing|left out)", _none),
    ("missing", rf"missing (?:the )?(?:required |mandatory )?{_KIND_OF_FIELD}{{name}}$", _none),
    ("missing", r"{name} (?:missing|required)", _none),
    ("missing", rf"no {{name}} (?:{_IS} )?{_GIVEN}", _none),
    (
        "missing",
        r"(?:you must|please) (?:provide|specify|supply|include) (?!an? valid|valid){name}$",
        _none,
    ),
    ("invalid", rf"{{name}} {_MUST} be {_A}{_SCHEMES}(?:absolute )?(?:ur[li]|web address)", _url),
    ("invalid", rf"{{name}} {_MUST} be {_A}e-?mail(?: address)?", _plain("email")),
    ("invalid", rf"{{name}} {_MUST} be {_A}[gu]uid", _plain("uuid")),
    (
        "invalid",
        rf"{{name}} {_MUST} be {_A}(?:three-letter )?(?:iso[ -]?4217|currency code|currency)",
        _plain("currency"),
    ),
    ("invalid", rf"{{name}} {_MUST} (?:be|lie) {_MOMENT}in the future", _plain("future")),
    ("invalid", rf"{{name}} {_MUST_NOT} (?:be|lie) in the past", _plain("future")),
    ("invalid", rf"{{name}} {_MUST} (?:be|lie) {_MOMENT}in the past", _plain("past")),
    ("invalid", rf"{{name}} {_MUST_NOT} (?:be|lie) in the future", _plain("past")),
    (
        "invalid",
        rf"{{name}} {_MUST} be {_A}(?:iso[ -]?8601 |full )?date(?! ?-?(?:and |/ ?)?time)",
        _plain("date"),
    ),
    (
        "invalid",
        rf"{{name}} {_MUST} (?:be|have|use) (?:in )?(?:the )?(?:format )?yyyy-mm-dd(?![\w:])",
        _plain("date"),
    ),
    ("invalid", rf"{{name}} {_MUST} be {_A}non-negative", _plain("at-least", limit=0)),
    ("invalid", rf"{{name}} {_MUST} be {_A}positive or zero", _plain("at-least", limit=0)),
    ("invalid", rf"{{name}} {_MUST_NOT} be negative", _plain("at-least", limit=0)),
    (
        "invalid",
        rf"{{name}} {_MUST} be (?:greater|more) than zero",
        _plain("greater-than", limit=0),
    ),
    (
        "invalid",
        rf"{{name}} {_MUST} be {_A}(?:strictly )?positive",
        _plain("greater-than", limit=0),
    ),
    ("invalid", rf"{{name}} {_MAY_HAVE} {_AT_MOST} {_N} {_CHARACTERS}", _limit("maximum-length")),
    (
        "invalid",
        rf"{{name}} (?:{_MUST_NOT} (?:exceed|be longer than|{_HAVE} more than)"
        rf"|(?:is|are) limited to|(?:is|are) longer than|exceeds) {_N} {_CHARACTERS}",
        _limit("maximum-length"),
    ),
    (
        "invalid",
        rf"{{name}} exceeds (?:the |its )?maximum(?: length)? of {_N} {_CHARACTERS}",
        _limit("maximum-length"),
    ),
    (
        "invalid",
        rf"{{name}} {_MUST} {_HAVE} {_AT_LEAST} {_N} {_CHARACTERS}",
        _limit("minimum-length"),
    ),
    (
        "invalid",
        rf"{{name}} (?:{_MUST_NOT} be|is|are) shorter than {_N} {_CHARACTERS}",
        _limit("minimum-length"),
    ),
    (
        "invalid",
        rf"{{name}} {_MUST} {_HAVE} (?:exactly )?{_N} {_CHARACTERS}",
        _limit("exact-length"),
    ),
    (
        "invalid",
        rf"{{name}} {_MUST} {_HAVE} (?:between |from )?{_N} (?:and|to) {_MOST} {_CHARACTERS}",
        _limits("length-between"),
    ),
    (
        "invalid",
        rf"{{name}} {_MUST} be (?:between|from) {_N} (?:and|to) {_MOST}{_NO_UNIT}",
        _limits("between"),
    ),
    (
        "invalid",
        rf"{{name}} {_MUST} be (?:greater|more|larger) than {_NUMBER}",
        _limit("greater-than"),
    ),
    (
        "invalid",
        rf"{{name}} {_MUST} be (?:at least|no less than|greater than or equal to) {_NUMBER}",
        _limit("at-least"),
    ),
    (
        "invalid",
        rf"{{name}} {_MUST_NOT} be (?:less|lower|smaller) than {_NUMBER}",
        _limit("at-least"),
    ),
    ("invalid", rf"{{name}} {_MUST} be (?:less|smaller|lower) than {_NUMBER}", _limit("less-than")),
    (
        "invalid",
        rf"{{name}} {_MUST} be (?:at most|no more than|less than or equal to) {_NUMBER}",
        _limit("at-most"),
    ),
    (
        "invalid",
        rf"{{name}} {_MUST_NOT} (?:exceed|be (?:greater|more|larger) than) {_NUMBER}",
        _limit("at-most"),
    ),
    ("invalid", rf"{{name}} {_MUST} be (?:one|any) of:?\s*(?P<list>.+)", _values),
    ("invalid", rf"{{name}} {_MUST} be either:?\s*(?P<list>.+)", _values),
    ("invalid", rf"{{name}} (?:{_MUST_NOT} be|{_IS}) (?:empty|blank)", _plain("not-empty")),
    ("invalid", rf"{{name}} {_IS} (?:invalid|not valid|malformed|not an? valid)", _none),
    ("invalid", rf"{{name}} {_IS} too (?:long|short|large|small|big|high|low)", _none),
    ("invalid", rf"{{name}} {_MUST} be (?:an? )?(?:valid|well-formed)", _none),
    (
        "invalid",
        rf"{{name}} {_MUST} be an? (?:string|number|integer|boolean|array|object|list)",
        _none,
    ),
    ("invalid", r"{name} has an? (?:invalid|wrong|bad|incorrect) format", _none),
    (
        "invalid",
        rf"{{name}} {_MUST} match (?:the )?(?:\w+ )?(?:pattern|format|regular expression|regex)",
        _none,
    ),
    ("invalid", r"{name} contains (?:invalid|illegal|forbidden) characters", _none),
    ("invalid", rf"{{name}} (?:{_MUST}|can|may) (?:only contain|contain only)", _none),
    ("invalid", r"{name} (?:invalid|malformed)", _none),
    ("invalid", rf"(?:invalid|malformed) (?:value for )?{_KIND_OF_FIELD}{{name}}$", _none),
    ("invalid", r"please (?:provide|specify|enter|use) (?:an? )?valid {name}$", _none),
)

_CALLER = r"(?:you|(?:the )?(?:authenticated )?(?:user|caller|api caller|client|requester))"
_PERMISSION = r"(?:permissions?|privileges?|access|rights?|scopes?|authori[sz]ation)"
_OF_REQUEST = (
    r"(?!.*\b(?:field|property|parameter|attribute|column|header|path|pointer|member|request|body)"
    r"s?\b)"
)
_OF_CALLER = r"(?!.*\b(?:token|session|credential|key|signature|certificate|card)s?\b)"

KIND_RULES: tuple[tuple[str, str], ...] = (
    # the kind of trigger, how the sentence starts
    ("caller", r"(?:.{1,80} )?too many (?:requests|calls|attempts)"),
    ("caller", r"(?:.{1,80} )?rate[ -]?limits?(?: has been| was| is)? (?:exceeded|reached)"),
    ("caller", rf"{_CALLER} {_IS} not (?:authori[sz]ed|authenticated|allowed|permitted)"),
    ("caller", rf"{_CALLER} (?:do(?:es)? not|don't|doesn't) have (?:\w+ )?{_PERMISSION}"),
    ("caller", rf"{_CALLER} lacks? (?:\w+ ){{0,2}}{_PERMISSION}"),
    ("caller", r"(?:unauthori[sz]ed|unauthenticated|not authori[sz]ed|not authenticated)\b(?!-)"),
    ("caller", r"(?:insufficient permissions?|permission denied|access (?:is )?denied)"),
    (
        "caller",
        r"(?:requires authentication|authentication (?:is )?required|authentication failed)",
    ),
    (
        "state",
        rf".{{1,80}} already (?:been )?(?!{_GIVEN}|defined|declared|exceeded|reached)"
        r"(?:exists?|in use|in progress|taken|paid|sent|[a-z]+ed)",
    ),
    ("state", rf"{_OF_CALLER}.{{1,80}} (?:has|have) expired"),
    (
        "resource",
        rf"{_OF_REQUEST}.{{1,80}} (?:not|cannot|can't|couldn't) (?:be )?found",
    ),
    ("resource", rf"{_OF_REQUEST}.{{1,80}} (?:does not|doesn't|do not|don't) exist"),
    ("resource", rf"{_OF_REQUEST}no such \w+"),
    ("upstream", r"(?:the )?service (?:is )?(?:temporarily )?unavailable"),
    ("upstream", r"(?:bad gateway|gateway time-?out)"),
)


_ENDS = re.compile(
    r"(?:[.,;:!)—–(-]|$|(?:in|and|but|by|from|as|here|field|parameter|property)\b"
    r"|or (?:is )?(?:empty|blank|null|invalid|not valid|malformed|incorrect)\b)"
)
"""How a sentence may go on after it has said that a field is missing."""

_CONDITION = re.compile(
    r"\b(?:when|if|unless|except|while|whenever|where|depending|otherwise|in case|provided that"
    r"|only (?:for|in|with)|in (?:live|test|production|sandbox))\b",
    re.IGNORECASE,
)
"""A rule that holds only sometimes is no trigger: the condition cannot be read."""

_PURPOSE = re.compile(
    r"\b(?:because|since|in th(?:is|e current)|at this"
    r"|for (?!(?:this|the|all|every|each|any) (?:request|operation|endpoint|call)s?\b))\b",
    re.IGNORECASE,
)
"""What says of whom the rule holds, which is a condition, too."""

_MORE = re.compile(
    r"\b(?:and|or|but|nor|not|before|after|between|within|that|which|with|without|than)\b",
    re.IGNORECASE,
)
"""What may add to a rule, or take from it."""

_SENTENCE_END = re.compile(r"[.;!](?=\s|$)")
_LONGEST = 2_000
"""A sentence is short; what is longer is a chapter."""


def _compiled(template: str) -> re.Pattern[str]:
    if template.endswith("{name}$"):
        # The name goes on to the end of its clause.
        start, end = (
            template.removesuffix("{name}$"),
            r"(?:[.,;:(!](?=\s|$)|\s[—–-]\s|$)(?P<rest>).*",
        )
        return re.compile(rf"{start}(?P<subject>[^,;:()]{{1,80}}?){end}", re.IGNORECASE)
    words = template.replace("{name}", r"(?P<subject>.{1,80}?)")
    return re.compile(rf"{words}(?![\w.]\w)\s*(?P<rest>.*)", re.IGNORECASE)


_COMPILED = tuple((fault, _compiled(template), build) for fault, template, build in RULES)
_KINDS = tuple((kind, re.compile(rf"{words}(?!\w)", re.IGNORECASE)) for kind, words in KIND_RULES)


@lru_cache(maxsize=4_096)
def statements(sentence: str) -> tuple[Statement, ...]:
    """What a sentence may say of a field, the likeliest first."""
    text = " ".join(sentence.split())
    if len(text) > _LONGEST or _CONDITION.search(text):
        return ()
    return tuple(_statements(text))


def _statements(text: str) -> Iterator[Statement]:
    for fault, pattern, build in _COMPILED:
        match = pattern.fullmatch(text)
        if match is None:
            continue
        rest = _SENTENCE_END.split(match["rest"], maxsplit=1)[0]
        if _PURPOSE.search(rest) or (fault == "missing" and not _ENDS.match(rest)):
            continue
        constraint = None if _MORE.search(rest) else build(match)
        yield Statement(match["subject"], fault, constraint)


@lru_cache(maxsize=4_096)
def kind(sentence: str) -> str | None:
    """The kind of trigger that a sentence names without a field: caller, state, resource or
    upstream.
    """
    text = " ".join(sentence[:_LONGEST].split())
    first = _SENTENCE_END.split(text, maxsplit=1)[0]
    if _CONDITION.search(first) or re.search(r"\bor\b", first):
        return None
    return next((kind for kind, pattern in _KINDS if pattern.match(first)), None)
