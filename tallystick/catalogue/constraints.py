"""Constraints: the rules on a property that a document states in prose.

Rules: a constraint is three-valued. The mock accepts what is not certainly invalid and refuses
what is; the contract tests assert on the certain values only. `null` and the empty string are
always disputed: to some implementations they are missing values, to others invalid ones.
A new kind is one row in `KINDS`, and, where prose states it, one in `tallystick.sentences`.
"""

from __future__ import annotations

import re
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from types import MappingProxyType
from typing import Any

from tallystick.catalogue.urls import judge_url, ordinary
from tallystick.errors import ExtensionError, Source
from tallystick.judgement import Judgement

Parameters = Mapping[str, Any]
_VALID, _INVALID, _DISPUTED = Judgement.VALID, Judgement.INVALID, Judgement.DISPUTED


@dataclass(frozen=True, slots=True)
class Constraint:
    """A kind of `KINDS` with its parameters, such as `maximum-length` with `limit`."""

    kind: str
    parameters: Parameters = field(default_factory=lambda: MappingProxyType({}))

    def judge(self, value: Any) -> Judgement:
        """How certain it is that the value keeps the rule."""
        if value is None or value == "":
            return _INVALID if value == "" and self.kind == "not-empty" else _DISPUTED
        return KINDS[self.kind].judge(value, self.parameters)

    def refuser(self) -> Callable[[Any], bool]:
        """A function that tells whether a value certainly breaks the rule: what `judge` says,
        sooner where the kind knows how.
        """
        quick = KINDS[self.kind].refuser
        return quick(self) if quick else lambda value: self.judge(value) is _INVALID

    def valid_values(self) -> list[Any]:
        """Values that certainly keep the rule, the plainest first."""
        return KINDS[self.kind].valid(self.parameters)

    def invalid_values(self) -> list[Any]:
        """Values of the right type that certainly break the rule, the plainest first."""
        return KINDS[self.kind].invalid(self.parameters)

    def to_json(self) -> dict[str, Any]:
        """The form that `x-tallystick-cases` holds."""
        return {"kind": self.kind, **self.parameters}


@dataclass(frozen=True, slots=True)
class ConstraintKind:
    """One kind of constraint: its parameters by type, how it judges, and sure examples."""

    parameters: Mapping[str, type | tuple[type, ...]]
    judge: Callable[[Any, Parameters], Judgement]
    valid: Callable[[Parameters], list[Any]]
    invalid: Callable[[Parameters], list[Any]]
    refuser: Callable[[Constraint], Callable[[Any], bool]] | None = None
    """Makes a quicker function that tells what is certainly invalid, where there is one."""


def constraint_from_json(value: Any, source: Source) -> Constraint:
    """Read the form of `to_json`. Raises ExtensionError naming what is wrong."""
    if not isinstance(value, dict) or str(value.get("kind")) not in KINDS:
        known = ", ".join(sorted(KINDS))
        raise ExtensionError("This constraint's 'kind' is not known.", source=source, remedy=known)
    wanted = KINDS[value["kind"]].parameters
    given = {name: item for name, item in value.items() if name != "kind"}
    for name in wanted.keys() ^ given.keys():
        wrong = "is missing" if name in wanted else "is not known"
        raise ExtensionError(f"The constraint's parameter {name!r} {wrong}.", source=source)
    for name, kind in wanted.items():
        if not isinstance(given[name], kind) or isinstance(given[name], bool):
            what = f"The constraint's parameter {name!r} is of the wrong type."
            raise ExtensionError(what, source=source)
    return Constraint(value["kind"], MappingProxyType(given))


def _text_rule(
    certain: Callable[[str], bool], impossible: Callable[[str], bool]
) -> Callable[[Any, Parameters], Judgement]:
    """A rule on strings; what is no string is certainly invalid."""

    def judge(value: Any, _: Parameters) -> Judgement:
        if not isinstance(value, str) or impossible(value):
            return _INVALID
        return _VALID if certain(value) else _DISPUTED

    return judge


def _number_rule(
    holds: Callable[[float, Parameters], bool],
) -> Callable[[Any, Parameters], Judgement]:
    def judge(value: Any, parameters: Parameters) -> Judgement:
        if isinstance(value, bool) or not isinstance(value, int | float):
            return _INVALID
        return _VALID if holds(value, parameters) else _INVALID

    return judge


_EMAIL = re.compile(
    r"[A-Za-z0-9_+-]+(?:\.[A-Za-z0-9_+-]+)*@(?:[A-Za-z0-9]+(?:-[A-Za-z0-9]+)*\.)+[A-Za-z]{2,24}"
)  # the plain part of RFC 5321's Mailbox
_UUID = re.compile(r"[0-9A-Fa-f]{8}(?:-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}")
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")
_CURRENCIES = frozenset(
    {"AUD", "BRL", "CAD", "CHF", "CNY", "CZK", "DKK", "EUR", "GBP", "HKD", "INR", "JPY", "KRW"}
    | {"MXN", "NOK", "NZD", "PLN", "SEK", "SGD", "USD", "ZAR"}
)  # those that every service takes; of the others, some do


def _is_uuid(value: str) -> bool:
    """RFC 9562 text form, of a version and variant that it defines."""
    return (
        _UUID.fullmatch(value) is not None
        and uuid.UUID(value).variant == uuid.RFC_4122
        and uuid.UUID(value).version in range(1, 9)
    )


def _may_be_uuid(value: str) -> bool:
    """Whether some reader takes it: in braces, without hyphens, or as a URN."""
    text = value.strip().lower().removeprefix("urn:uuid:")
    return re.fullmatch(r"[{(]?[0-9a-f-]{32,36}[)}]?", text) is not None


def _is_date(value: str) -> bool:
    try:
        return _DATE.fullmatch(value) is not None and bool(date.fromisoformat(value))
    except ValueError:
        return False


def _moment(value: Any) -> datetime | None:
    try:
        moment = datetime.fromisoformat(value)
    except (TypeError, ValueError):
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _in_direction(sign: int) -> Callable[[Any, Parameters], Judgement]:
    """A moment after (1) or before (-1) now; within two days time zones and clocks disagree."""

    def judge(value: Any, _: Parameters) -> Judgement:
        moment = _moment(value)
        if moment is None:
            return _DISPUTED if isinstance(value, str) else _INVALID
        distance = (moment - datetime.now(UTC)) * sign
        if abs(distance) < timedelta(days=2):
            return _DISPUTED
        return _VALID if distance > timedelta(0) else _INVALID

    return judge


def _day(days: int) -> str:
    return (datetime.now(UTC) + timedelta(days=days)).isoformat(timespec="seconds")


def _judge_url(value: Any, parameters: Parameters) -> Judgement:
    return judge_url(value, parameters["schemes"])


def _url_refuser(constraint: Constraint) -> Callable[[Any], bool]:
    is_ordinary = ordinary(constraint.parameters["schemes"]).fullmatch

    def refuses(value: Any) -> bool:
        if isinstance(value, str) and is_ordinary(value):
            return False
        # Blanks are a URL to nobody, though some call them missing rather than invalid.
        is_blank = isinstance(value, str) and value.isspace()
        return is_blank or constraint.judge(value) is _INVALID

    return refuses


def _scheme(parameters: Parameters) -> str:
    schemes = parameters["schemes"]
    return "https" if "https" in schemes or not schemes else str(schemes[0])


def _valid_urls(parameters: Parameters) -> list[Any]:
    scheme = _scheme(parameters)
    return [
        f"{scheme}://example.com/return",
        f"{scheme.upper()}://example.com",
        f"{scheme}://app.example.com:8443/a/b%20c?x=1&y=/?#part",
        f"{scheme}://93.184.215.14/a",
    ]


def _invalid_urls(parameters: Parameters) -> list[Any]:
    scheme = _scheme(parameters)
    others = ["ftp://example.com/file", "javascript:alert(1)"] if parameters["schemes"] else []
    return [
        "not-a-url",
        "/relative/path",
        "//example.com/path",
        f"{scheme}://",
        *others,
        f"{scheme}://exa mple.com/",
    ]


def _never(_: Any, _parameters: Parameters) -> bool:
    return False


def _judge_length(
    holds: Callable[[int, Parameters], bool],
    is_disputed: Callable[[int, Parameters], bool] = _never,
) -> Callable[[Any, Parameters], Judgement]:
    """JSON Schema counts characters (code points), other languages UTF-16 units or bytes: on a
    text where these differ, implementations disagree.
    """

    def judge(value: Any, parameters: Parameters) -> Judgement:
        if not isinstance(value, str):
            return _INVALID
        counts = {len(value), len(value.encode("utf-16-le", "surrogatepass")) // 2}
        if any(is_disputed(count, parameters) for count in counts):
            return _DISPUTED
        verdicts = {holds(count, parameters) for count in counts}
        if len(verdicts) > 1:
            return _DISPUTED
        return _VALID if verdicts.pop() else _INVALID

    return judge


def _judge_between(value: Any, parameters: Parameters) -> Judgement:
    """Prose does not say whether the ends belong to it."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return _INVALID
    low, high = parameters["minimum"], parameters["maximum"]
    if value in (low, high):
        return _DISPUTED
    return _VALID if low < value < high else _INVALID


def _between(parameters: Parameters) -> list[Any]:
    low, high = parameters["minimum"], parameters["maximum"]
    return [value for value in (low + 1, high - 1) if low < value < high] or [(low + high) / 2]


def _judge_one_of(value: Any, parameters: Parameters) -> Judgement:
    values = parameters["values"]
    if value in values:
        return _VALID
    # Prose does not say whether `1` is a number or a text.
    same = str(value).strip().lower() in {str(v).lower() for v in values}
    return _DISPUTED if same else _INVALID


def _judge_not_empty(value: Any, _: Parameters) -> Judgement:
    if isinstance(value, str):
        return _VALID if value.strip() else _DISPUTED
    if isinstance(value, list | dict):
        return _VALID if value else _INVALID
    return _DISPUTED


_NUMBER = (int, float)

KINDS: Mapping[str, ConstraintKind] = MappingProxyType(
    {
        "absolute-url": ConstraintKind(
            {"schemes": list}, _judge_url, _valid_urls, _invalid_urls, _url_refuser
        ),
        "email": ConstraintKind(
            {},
            _text_rule(
                lambda v: _EMAIL.fullmatch(v) is not None and len(v) <= 128,
                lambda v: v == v.strip() and (v.count("@") == 0 or v[0] == "@" or v[-1] == "@"),
            ),
            lambda _: ["ada@example.com", "first.last+tag@mail.example.org"],
            lambda _: ["not-an-email", "@example.com", "ada@"],
        ),
        "uuid": ConstraintKind(
            {},
            _text_rule(_is_uuid, lambda v: not _may_be_uuid(v)),
            lambda _: ["6f1c2a8e-3f0b-4a7e-9a51-0c2f9f0c7a11"],
            lambda _: ["not-a-uuid", "6f1c2a8e"],
        ),
        "date": ConstraintKind(
            {},
            _text_rule(_is_date, lambda v: not re.search(r"\d", v)),
            lambda _: ["2030-01-31"],
            lambda _: ["not-a-date"],
        ),
        "currency": ConstraintKind(
            {},
            _text_rule(
                lambda v: v in _CURRENCIES,
                lambda v: re.fullmatch(r"[A-Za-z]{3}|\d{3}", v.strip()) is None,
            ),
            lambda _: ["EUR", "USD"],
            lambda _: ["EURO", "E", "12"],
        ),
        "greater-than": ConstraintKind(
            {"limit": _NUMBER},
            _number_rule(lambda v, p: v > p["limit"]),
            lambda p: [p["limit"] + 1, p["limit"] + 100],
            lambda p: [p["limit"], p["limit"] - 1],
        ),
        "at-least": ConstraintKind(
            {"limit": _NUMBER},
            _number_rule(lambda v, p: v >= p["limit"]),
            lambda p: [p["limit"], p["limit"] + 1],
            lambda p: [p["limit"] - 1],
        ),
        "less-than": ConstraintKind(
            {"limit": _NUMBER},
            _number_rule(lambda v, p: v < p["limit"]),
            lambda p: [p["limit"] - 1],
            lambda p: [p["limit"], p["limit"] + 1],
        ),
        "at-most": ConstraintKind(
            {"limit": _NUMBER},
            _number_rule(lambda v, p: v <= p["limit"]),
            lambda p: [p["limit"], p["limit"] - 1],
            lambda p: [p["limit"] + 1],
        ),
        "maximum-length": ConstraintKind(
            {"limit": int},
            _judge_length(lambda count, p: count <= p["limit"]),
            lambda p: ["a" * p["limit"], "a"],
            lambda p: ["a" * (p["limit"] + 1)],
        ),
        "minimum-length": ConstraintKind(
            {"limit": int},
            _judge_length(lambda count, p: count >= p["limit"]),
            lambda p: ["a" * p["limit"], "a" * (p["limit"] + 1)],
            lambda p: ["a" * (p["limit"] - 1)] if p["limit"] > 1 else [],
        ),
        "exact-length": ConstraintKind(
            {"limit": int},
            _judge_length(lambda count, p: count == p["limit"]),
            lambda p: ["a" * p["limit"]],
            lambda p: ["a" * (p["limit"] + 1)],
        ),
        "length-between": ConstraintKind(
            {"minimum": int, "maximum": int},
            _judge_length(
                lambda count, p: p["minimum"] < count < p["maximum"],
                lambda count, p: count in (p["minimum"], p["maximum"]),
            ),
            lambda p: ["a" * (p["minimum"] + 1), "a" * (p["maximum"] - 1)],
            lambda p: ["a" * (p["maximum"] + 1)],
        ),
        "between": ConstraintKind(
            {"minimum": _NUMBER, "maximum": _NUMBER},
            _judge_between,
            _between,
            lambda p: [p["maximum"] + 1, p["minimum"] - 1],
        ),
        "one-of": ConstraintKind(
            {"values": list},
            _judge_one_of,
            lambda p: list(p["values"]),
            lambda _: ["certainly-none-of-these"],
        ),
        "not-empty": ConstraintKind({}, _judge_not_empty, lambda _: ["text"], lambda _: [""]),
        "future": ConstraintKind({}, _in_direction(1), lambda _: [_day(30)], lambda _: [_day(-30)]),
        "past": ConstraintKind({}, _in_direction(-1), lambda _: [_day(-30)], lambda _: [_day(30)]),
    }
)
