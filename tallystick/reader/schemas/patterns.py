"""Regular expressions of documents: ECMA-262, matched with a deadline.

Rules: JSON Schema says that patterns are those of ECMA-262 (2020-12 core, section 6.4). Compiled
validators match small ones by themselves; `match` is for the rest, and for all others who ask. A
short text is matched in linear time where the pattern allows that. Otherwise the pattern is
translated into the syntax of the `regex` library, which backtracks, and so has a deadline: a match
that is not decided by then is *disputed*. Who must stay responsive sets a `MatchTime`, which all
matches of its context share.
"""

from __future__ import annotations

import re
import time
from contextvars import ContextVar
from functools import lru_cache

import jsonschema_rs
import regex

from tallystick.judgement import Judgement

DEADLINE = 0.5
"""How long one match may take, in seconds."""

_LARGEST_NATIVE = 1024
"""The largest compiled pattern, in bytes, that is native. Linear time is long where each letter of
a long text is held to hundreds of states.
"""

_LARGEST_LINEAR = 64 * 1024
_SHORT = 4 * 1024
"""Texts of at most so many letters are matched in linear time by compiled patterns up to that size:
a few milliseconds at worst, which need no deadline.
"""

_LETTER = 2e-6
"""How many seconds a letter of those takes, at most. What takes longer waited for a processor; to
ask how long would take longer than most matches.
"""

_HEAVIEST = 100_000
"""How many parts a pattern may have once its counted repeats are written out, as `regex` does."""

_TOKENS = re.compile(
    r"""\\u\{(?P<point>[0-9A-Fa-f]{1,6})\}      # a code point
      | \\u(?P<high>[dD][89abAB][0-9A-Fa-f]{2})\\u(?P<low>[dD][c-fC-F][0-9A-Fa-f]{2})
      | \\c(?P<control>[A-Za-z])                # a control character
      | \\k<(?P<name>\w+)>                      # a reference to a named group
      | (?P<before>-?)\\(?P<set>[dDwWsS])(?P<after>-?)
      | (?P<escape>\\.)
      | (?P<open>\[\^?\]?)                      # a class, which in ECMA-262 may be empty
      | (?P<close>\])
      | (?P<end>\$)
      | (?P<any>\.)""",
    re.VERBOSE | re.DOTALL,
)
_APART = re.compile(r"\\[^bB]|\[(?:\\.|[^\]\\])*\]", re.DOTALL)
"""Escapes and classes, in which a dot is a dot."""

_OTHERWISE = re.compile(r"\.|\\[bB]")
_FLAGS = re.compile(r"\(\?(?P<flags>[a-z]+)\)")
_SETS = {
    "d": "0-9",
    "D": r"\x00-/:-\U0010ffff",
    "w": "A-Za-z0-9_",
    "W": r"\x00-/:-@\[-\^`{-\U0010ffff",
    "s": r"\t-\r \u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000\ufeff",
    "S": r"\x00-\x08\x0e-\x1f!-\u009f\u00a1-\u167f\u1681-\u1fff\u200b-\u2027\u202a-\u202e"
    r"\u2030-\u205e\u2060-\u2fff\u3001-\ufefe\uff00-\U0010ffff",
}
"""The characters of classes, which are others elsewhere (ECMA-262 section 22.2.2.9)."""

_WORD = f"[{_SETS['w']}]"
_OUTSIDE = {
    r"\b": f"(?:(?<={_WORD})(?!{_WORD})|(?<!{_WORD})(?={_WORD}))",
    r"\B": f"(?:(?<={_WORD})(?={_WORD})|(?<!{_WORD})(?!{_WORD}))",
    r"\z": r"\Z",  # the end of the text, in other dialects
}
"""What stands outside a class and means something else elsewhere."""


def is_usable(pattern: str) -> bool:
    """Whether anything can match a pattern."""
    return is_native(pattern) or _compiled(pattern) is not None


@lru_cache(maxsize=10_000)
def is_native(pattern: str) -> bool:
    """Whether compiled validators can match a pattern by themselves: in linear time, and with the
    meaning of ECMA-262. Where they would have to backtrack, they give up on some texts, and say
    that these do not match; their dot takes a carriage return, and their word boundary knows
    letters beyond ASCII. Large ones are not native, either.
    """
    return _linear(pattern, _LARGEST_NATIVE) is not None


def _linear(pattern: str, largest: int) -> jsonschema_rs.Draft202012Validator | None:
    """What matches a pattern in linear time, if it is at most so large when it is compiled."""
    if _OTHERWISE.search(_APART.sub("", pattern)):
        return None
    try:
        options = jsonschema_rs.RegexOptions(size_limit=largest)
        return jsonschema_rs.Draft202012Validator({"pattern": pattern}, pattern_options=options)
    except (ValueError, jsonschema_rs.ValidationError):
        return None


class MatchTime:
    """Time for matches, in seconds: `most` at once, and `share` of each second that passes."""

    def __init__(self, most: float, share: float) -> None:
        self._most, self._share = most, share
        self._left, self._since = most, time.monotonic()

    def left(self) -> float:
        """The time that there is now."""
        now = time.monotonic()
        self._left = min(self._most, self._left + (now - self._since) * self._share)
        self._since = now
        return self._left

    def spend(self, seconds: float) -> None:
        """So long did a match take, without what the process waited for a processor."""
        self._left = max(self._left - seconds, -self._most)


BUDGET: ContextVar[MatchTime | None] = ContextVar("budget of pattern matches", default=None)
"""What matches of this context may take together; without one, each has its own deadline."""


def match(pattern: str, text: str) -> Judgement:
    """Whether a text holds what the pattern describes. A pattern that cannot be used says nothing
    of any text, and none does while the budget is spent.
    """
    budget = BUDGET.get()
    timeout = DEADLINE if budget is None else min(DEADLINE, budget.left())
    if timeout <= 0:
        return Judgement.DISPUTED
    linear = _short(pattern) if len(text) <= _SHORT else None
    if linear is not None:
        begun = time.monotonic()
        is_match = linear.is_valid(text)
        if budget is not None:
            budget.spend(min(time.monotonic() - begun, len(text) * _LETTER))
        return Judgement.VALID if is_match else Judgement.INVALID
    before = time.thread_time()
    try:
        return _searched(pattern, text, timeout)
    finally:
        if budget is not None:
            budget.spend(time.thread_time() - before)


def _searched(pattern: str, text: str, timeout: float) -> Judgement:
    compiled = _compiled(pattern)
    if compiled is None:
        return Judgement.DISPUTED
    try:
        found = compiled.search(text, timeout=timeout)
    except TimeoutError:
        return Judgement.DISPUTED
    return Judgement.VALID if found else Judgement.INVALID


@lru_cache(maxsize=10_000)
def _short(pattern: str) -> jsonschema_rs.Draft202012Validator | None:
    """What matches a pattern with short texts, where linear time is enough."""
    return _linear(pattern, _LARGEST_LINEAR)


@lru_cache(maxsize=10_000)
def _compiled(pattern: str) -> regex.Pattern[str] | None:
    if _weight(pattern) > _HEAVIEST:
        return None
    try:
        return regex.compile(_translated(pattern))
    except (regex.error, OverflowError, ValueError, RecursionError):
        return None


_UNITS = re.compile(r"\\.|\[(?:\\.|[^\]\\])*\]|\{(?P<least>[0-9]{1,9})(?:,[0-9]*)?\}|.", re.DOTALL)


def _weight(pattern: str) -> int:
    """How many parts a pattern has once `(ab){3}` is written as `ababab`."""
    sums, last = [0], 0
    for unit in _UNITS.finditer(pattern):
        if unit[0] == "(":
            sums.append(0)
            last = 0
        elif unit["least"] is not None:
            more = last * (max(1, int(unit["least"])) - 1)
            sums[-1] += more
            last += more
        else:
            last = sums.pop() if unit[0] == ")" and len(sums) > 1 else 1
            sums[-1] += last
    return sum(sums)


def _translated(pattern: str) -> str:
    """The pattern in the syntax of `regex`, with the meaning that ECMA-262 gives it."""
    flags = _FLAGS.match(pattern)
    kept = {"m": "$", "s": "."}  # flags of other dialects, and what they give another meaning
    untouched = {kept[flag] for flag in (flags["flags"] if flags else "") if flag in kept}
    result: list[str] = []
    place, is_in_class = 0, False
    for token in _TOKENS.finditer(pattern):
        result.append(pattern[place : token.start()])
        place = token.end()
        text = token[0]
        if token["open"] and not is_in_class:
            is_in_class = not text.endswith("]")
            result.append({"[]": r"(?!)", "[^]": r"[\s\S]"}.get(text, text))
        elif token["close"]:
            result.append(text if is_in_class else r"\]")
            is_in_class = False
        elif token["open"]:  # a bracket within a class
            result.append("\\" + text.rstrip("]"))
            if text.endswith("]"):
                is_in_class = False
                result.append("]")
        elif text in untouched:
            result.append(text)
        else:
            result.append(_in_class(token) if is_in_class else _outside(token))
    return "".join((*result, pattern[place:]))


def _in_class(token: re.Match[str]) -> str:
    if token["set"]:
        # A hyphen beside a set is a character (ECMA-262 annex B.1.2.8.1).
        return (
            token["before"].replace("-", r"\-")
            + _SETS[token["set"]]
            + (token["after"].replace("-", r"\-"))
        )
    if token["end"] or token["any"]:
        return token[0]
    return _character(token)


def _outside(token: re.Match[str]) -> str:
    if token["set"]:
        return f"{token['before']}[{_SETS[token['set']]}]{token['after']}"
    if token["name"]:
        return f"(?P={token['name']})"
    if token["end"]:
        return r"\Z"
    if token["any"]:
        return r"[^\n\r\u2028\u2029]"
    return _OUTSIDE.get(token[0]) or _character(token)


def _character(token: re.Match[str]) -> str:
    if token["point"]:
        return f"\\U{int(token['point'], 16):08x}"
    if token["high"]:
        high, low = int(token["high"], 16), int(token["low"], 16)
        return f"\\U{0x10000 + ((high - 0xD800) << 10) + (low - 0xDC00):08x}"
    if token["control"]:
        return f"\\x{ord(token['control'].upper()) - 64:02x}"
    return token[0]
