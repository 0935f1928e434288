"""Redaction: nothing that is written or printed holds a secret.

Secrets are the header values of the target file, the environment's variables in its set-up calls
and parameters, and *capability URLs*: whoever has the link of a successful response can open it,
so the strings of successful responses are left out, too. The value of a variable is shown as
`${NAME}`: a printed command still works where the variable is set.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from urllib.parse import quote, quote_plus

from contract_tests.walk import strings

REDACTED = "[redacted]"

OPEN_HEADERS = frozenset({"accept", "accept-language", "content-type", "user-agent", "prefer"})
"""Headers whose values are no secrets, even in a target file."""

_SHORTEST = 4
_SHORTEST_TOKEN = 12
_KEYS = range(_SHORTEST + 1, 2 * _SHORTEST + 1)
_DATE_TIME = re.compile(r"\d{4}-\d{2}-\d{2}([Tt ].*)?")
_URL = re.compile(r"[A-Za-z][A-Za-z0-9+.-]{0,30}:(?:\\?/){2}(?:\\/|[^\s\"'<>\\])++")


class Redactor:
    """Takes secrets out of texts. `variables` are environment variables by name. `hidden` values
    are taken out, too, but the target may send them back.
    """

    def __init__(
        self, secrets: Iterable[str], variables: Mapping[str, str], hidden: Iterable[str] = ()
    ) -> None:
        self.variables = variables
        self._names = {value: name for name, value in variables.items() if len(value) >= _SHORTEST}
        # `Bearer abc` is secret for its `abc`.
        parts = {part for secret in secrets for part in (secret, _credential_of(secret))}
        self.secrets = tuple(sorted(filter(_is_long, parts), key=len, reverse=True))
        """The given secrets, the longest first; capability URLs are not among them."""
        self._short = frozenset(part for part in parts if part and not _is_long(part))
        self._shown: dict[str, str] = {}
        self._order: list[str] = []
        self.hide(*self.secrets, *hidden)

    def hide(self, *values: str) -> None:
        """Take these values out of all texts from now on."""
        fresh = {
            form: self.shown(text) for text in filter(_is_long, values) for form in _forms(text)
        }
        self._shown = {**self._shown, **fresh}
        self._order = sorted(self._shown, key=len, reverse=True)

    def holds(self, value: str) -> bool:
        """Whether a value has a secret in it, or is one that is too short to be looked for."""
        return _credential_of(value) in self._short or self.clean(value) != value

    def shown(self, value: str) -> str:
        """A secret value with its variables named, or nothing of it."""
        text = value
        for secret, name in self._names.items():
            text = text.replace(secret, f"${{{name}}}")
        return text if text != value else REDACTED

    def clean(self, text: str) -> str:
        """A text without the given secrets."""
        for secret in self._order:
            text = text.replace(secret, self._shown[secret])
        return text


def _credential_of(value: str) -> str:
    """What follows the name of a scheme (RFC 9110 section 11.4), or else the whole."""
    scheme, _, rest = value.partition(" ")
    return rest if scheme.isalnum() and rest and " " not in rest else value


def _is_long(text: str) -> bool:
    return len(text) >= _SHORTEST


def _forms(text: str) -> set[str]:
    """A text as it stands in an address, a form or JSON."""
    quoted = {quote(text, safe=""), quote(text), quote_plus(text)}
    return {text, *quoted, json.dumps(text)[1:-1], json.dumps(text, ensure_ascii=False)[1:-1]}


def without_capabilities(text: str, body: bytes, known: str) -> str:
    """A text about a successful response, without the strings of its body that a reader could use
    (addresses and tokens). Strings that are `known` from elsewhere stay.
    """
    forms = _capabilities(body)
    ends = {text[end - size : end] for size in _KEYS for end in range(size, len(text) + 1)}
    found = {form: secret for end in ends for form, secret in forms.get(end, ()) if form in text}
    for form in sorted(found, key=len, reverse=True):
        if found[form] not in known:
            text = text.replace(form, REDACTED)
    return text


@lru_cache(maxsize=1)
def _capabilities(body: bytes) -> Mapping[str, Sequence[tuple[str, str]]]:
    """The strings of a body that may open something, in each form, by their last letters: the
    target says how many there are, and a text holds few of them.
    """
    found: dict[str, list[tuple[str, str]]] = {}
    for secret in filter(_may_open, set(_strings(body))):
        for form in {secret, json.dumps(secret)[1:-1], secret.replace("/", "\\/")}:
            found.setdefault(form[-_KEYS[-1] :], []).append((form, secret))
    return found


def _may_open(text: str) -> bool:
    """Whether a text may be an address or a token: a short one, or one with spaces, is neither."""
    if _DATE_TIME.fullmatch(text) or len(text) <= _SHORTEST:
        return False
    return "/" in text or (len(text) >= _SHORTEST_TOKEN and " " not in text)


def _strings(body: bytes) -> Iterator[str]:
    text = body.decode("utf-8", "replace")
    yield from _URL.findall(text)
    try:
        yield from strings(json.loads(text))
    except (ValueError, RecursionError):
        return
