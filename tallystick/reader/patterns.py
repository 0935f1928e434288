"""Regular expressions of documents: ECMA-262, matched with a deadline.

Rules: JSON Schema says that patterns are those of ECMA-262 (2020-12 core, section 6.4). Compiled
validators match most by themselves; `match` is for the rest, and for all others who ask. It
translates a pattern into the syntax of the `regex` library, which backtracks, and so has a
deadline: a match that is not decided by then is *disputed*.
"""

from __future__ import annotations

import re
from functools import lru_cache

import jsonschema_rs
import regex

from tallystick.judgement import Judgement

DEADLINE = 0.5
"""How long one match may take, in seconds."""

_TOKENS = re.compile(
    r"""\\u\{(?P<point>[0-9A-Fa-f]{1,6})\}      # a code point
      | \\c(?P<control>[A-Za-z])                # a control character
      | \\k<(?P<name>\w+)>                      # a reference to a named group
      | (?P<escape>\\.)
      | (?P<open>\[\^?\]?)                      # a class, which in ECMA-262 may be empty
      | (?P<close>\])
      | (?P<end>\$)
      | (?P<any>\.)""",
    re.VERBOSE | re.DOTALL,
)
_CLASSES = {
    r"\d": "0-9",
    r"\w": "A-Za-z0-9_",
    r"\s": r"\t\n\v\f\r \u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000\ufeff",
}
"""Classes that mean more characters elsewhere (ECMA-262 section 22.2.2.9)."""

_OUTSIDE = {
    r"\D": "[^0-9]",
    r"\W": "[^A-Za-z0-9_]",
    r"\S": f"[^{_CLASSES[chr(92) + 's']}]",
}


def is_usable(pattern: str) -> bool:
    """Whether `match` can match a pattern."""
    return _compiled(pattern) is not None


@lru_cache(maxsize=10_000)
def is_native(pattern: str) -> bool:
    """Whether compiled validators can match a pattern by themselves."""
    try:
        jsonschema_rs.Draft202012Validator({"pattern": pattern})
    except (ValueError, jsonschema_rs.ValidationError):
        return False
    return True


def match(pattern: str, text: str) -> Judgement:
    """Whether a text holds what the pattern describes. A pattern that cannot be used says nothing
    of any text.
    """
    compiled = _compiled(pattern)
    if compiled is None:
        return Judgement.DISPUTED
    try:
        found = compiled.search(text, timeout=DEADLINE)
    except TimeoutError:
        return Judgement.DISPUTED
    return Judgement.VALID if found else Judgement.INVALID


@lru_cache(maxsize=10_000)
def _compiled(pattern: str) -> regex.Pattern[str] | None:
    try:
        return regex.compile(_translated(pattern))
    except (regex.error, OverflowError, ValueError):
        return None


def _translated(pattern: str) -> str:
    """The pattern in the syntax of `regex`, with the meaning that ECMA-262 gives it."""
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
            is_in_class = False
            result.append(text if result else r"\]")
        elif token["open"]:  # a bracket within a class
            result.append("\\" + text.rstrip("]"))
            if text.endswith("]"):
                is_in_class = False
                result.append("]")
        else:
            result.append(_token(token, is_in_class=is_in_class))
    return "".join((*result, pattern[place:]))


def _token(token: re.Match[str], *, is_in_class: bool) -> str:
    if token["point"]:
        return f"\\U{int(token['point'], 16):08x}"
    if token["control"]:
        return f"\\x{ord(token['control'].upper()) - 64:02x}"
    if token["name"]:
        return f"(?P={token['name']})"
    if token["end"]:
        return "$" if is_in_class else r"\Z"
    if token["any"]:
        return "." if is_in_class else r"[^\n\r\u2028\u2029]"
    escape = token["escape"]
    if escape in _CLASSES:
        return _CLASSES[escape] if is_in_class else f"[{_CLASSES[escape]}]"
    if escape in _OUTSIDE and not is_in_class:
        return _OUTSIDE[escape]
    return escape
