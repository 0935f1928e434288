"""Redaction: nothing that is written or printed holds a secret.

Secrets are the header values of the target file, the environment's variables in its set-up calls
and parameters, and *capabilities* in responses: whoever has the link of a successful response can
open it, and whoever has a token can use it. Addresses, members with the name of a credential, and
what looks drawn at random are left out; titles, scopes and sentences are shown. The value of a
variable is shown as `${NAME}`: a printed command still works where the variable is set.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from functools import lru_cache
from urllib.parse import quote, quote_plus, urlsplit

from contract_tests.http.walk import strings

REDACTED = "[redacted]"

OPEN_HEADERS = frozenset({"accept", "accept-language", "content-type", "user-agent", "prefer"})
"""Headers whose values are no secrets, even in a target file."""

SECRET_NAME = re.compile(
    r"(?i)(?<![a-z])((api|app|access|auth|private)?[-_]?key|[a-z]*token|[a-z]*secret|auth|jwt|sid"
    r"|authorization|[a-z]*passw(or)?d|pwd|[a-z]*sess(ion)?[-_]?id|session|signature)(?![a-z])"
)
"""The names of parameters and members that are credentials."""

_SHORTEST, _MOST_ISSUED = 4, 200
_SHORTEST_TOKEN, _LONGEST_WORD = 12, 20
_URL = re.compile(r"[A-Za-z][A-Za-z0-9+.-]{0,30}:(?:\\?/){2}(?:\\/|[^\s\"'<>\\…])++")
_AROUND = "().,:;!?[]{}`"
_CHUNK = re.compile(r"[A-Za-z0-9_.~+=%-]{12,}")
_SEPARATORS = re.compile(r"[_.~+=%-]")
_RUN = re.compile(r"[A-Z]?[a-z]+|[A-Z]+|[0-9]+")
_WORD = re.compile(r"[A-Za-z]*[0-9]{0,4}")
_DIGITS_INSIDE = re.compile(r"(?<=[A-Za-z])[0-9]+(?=[A-Za-z])")
_ISSUED = re.compile(
    r"(?:AKIA|ASIA)[A-Z0-9]{16}|(?:gh[opsu]|xox[abprs]|[rs]k_(?:live|test))[_-]\w{10,}"
)
"""Tokens of well-known issuers, some of which have few digits."""

_MEMBER = re.compile(r'"((?:[^"\\]|\\.){1,60}+)"\s*:\s*"((?:[^"\\]|\\.)++)"')
_NO_CREDENTIAL = re.compile(
    r"(?i)(type|kind|scheme|name|hint|status|expir\w*|[_-](at|in)|uri|url)$"
)
"""Names such as `token_type` are about a credential; they hold none."""


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
        self._issued: set[str] = set()
        self.hide(*self.secrets, *hidden)

    def hide(self, *values: str) -> None:
        """Take these values out of all texts from now on."""
        fresh = {
            form: self.shown(text) for text in filter(_is_long, values) for form in _forms(text)
        }
        self._shown = {**self._shown, **fresh}
        self._order = sorted(self._shown, key=len, reverse=True)

    def hide_issued(self, values: Iterable[str]) -> None:
        """The same for what the target hands out: the first of them, since it says how many."""
        fresh = [value for value in values if value not in self._issued]
        fresh = fresh[: _MOST_ISSUED - len(self._issued)]
        if fresh:
            self._issued.update(fresh)
            self.hide(*fresh)

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


def without_capabilities(text: str, body: bytes, known: str, *, is_error: bool = False) -> str:
    """A text about a response, without what a reader of it could use: addresses, tokens and the
    values of credentials. What is `known` from elsewhere stays, and so does what the text has from
    elsewhere than the body. An address in an error stays where it only leads to a page: a problem
    has one as its type (RFC 9457 section 3.1.1).
    """
    inside = _contents(body)

    def address(match: re.Match[str]) -> str:
        found = match[0].rstrip(_AROUND)
        plain = found.replace("\\/", "/")
        is_open = plain in known or (is_error and _is_of_a_page(plain))
        is_hidden = not is_open and (found in inside or plain in inside)
        return REDACTED + match[0][len(found) :] if is_hidden else match[0]

    def token(match: re.Match[str]) -> str:
        found = match[0].strip(".=-_~+%")
        is_hidden = looks_random(found) and found not in known and found in inside
        return match[0].replace(found, REDACTED) if is_hidden else match[0]

    for value in _credentials(body):
        if value in text and value not in known:
            text = re.sub(rf"(?<!\w){re.escape(value)}(?!\w)", REDACTED, text)
    return _CHUNK.sub(token, _URL.sub(address, text))


def credentials_in(body: bytes) -> Iterator[str]:
    """The tokens that a response hands out: values that look random, in members with the name of a
    credential. Later requests may carry them.
    """
    return (value for value in _credentials(body) if looks_random(value))


def looks_random(text: str) -> bool:
    """Whether a text without spaces looks drawn at random, or has such a part: letters and digits
    change places all the time, or a word has no end. `lamps:read` and `Lamp.Broken` do not. This
    is a guess: of 16 random letters and digits, one in twenty is not seen.
    """
    parts = (text, *_SEPARATORS.split(text))
    return _ISSUED.search(text) is not None or any(map(_is_mixed, parts))


def _is_mixed(text: str) -> bool:
    runs = _RUN.findall(text)
    size = sum(map(len, runs))
    words = [run for run in runs if not run.isdigit()]
    if size < _SHORTEST_TOKEN or not words:
        return False
    has_digits = len(words) < len(runs)
    is_chopped = size < len(runs) * (3 if has_digits else 2.3)
    is_sprinkled = len(_DIGITS_INSIDE.findall(text)) > 1
    return is_chopped or is_sprinkled or max(map(len, words)) > _LONGEST_WORD


def _is_of_a_page(url: str) -> bool:
    """Whether an address names a page by words, such as `/rfc9110#section-15.5.1`: no query, and
    nothing to unlock.
    """
    parts = urlsplit(url)
    words = re.split(r"[/_.,~-]", f"{parts.path}/{parts.fragment}")
    is_plain = not parts.query and "@" not in parts.netloc
    return is_plain and all(_WORD.fullmatch(word) and not _is_mixed(word) for word in words)


@lru_cache(maxsize=1)
def _contents(body: bytes) -> str:
    """The text of a body, and its strings as they are without escapes."""
    text = body.decode("utf-8", "replace")
    try:
        return "\n".join((text, *strings(json.loads(text))))
    except (ValueError, RecursionError):
        return text


@lru_cache(maxsize=1)
def _credentials(body: bytes) -> tuple[str, ...]:
    """The values of the members that have the name of a credential, the longest first."""
    found = {
        form
        for name, value in _MEMBER.findall(body.decode("utf-8", "replace"))
        if SECRET_NAME.search(name) and not _NO_CREDENTIAL.search(name) and _is_long(value)
        # Tables of translations and settings have keys, too.
        if name.lower() != "key" or looks_random(value)
        for form in (value, *_unescaped(value))
    }
    return tuple(sorted(found, key=len, reverse=True))


def _unescaped(value: str) -> Iterator[str]:
    """A string of JSON as it is without escapes, and as Python would write it as JSON."""
    with suppress(ValueError):
        text = json.loads(f'"{value}"')
        yield from (text, json.dumps(text, ensure_ascii=False)[1:-1])
