"""Redaction: nothing that is written or printed holds a secret.

Secrets are the header values of the target file, what else came from the environment into a
set-up call, and *capability URLs*: whoever has the link that a success gave can open it, so that
the strings of successful answers are kept out, too. A value that came from a variable is shown
as `$NAME`, so that a printed command still works where the variable is set.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping

from contract_tests.walk import strings

REDACTED = "[redacted]"

OPEN_HEADERS = frozenset({"accept", "accept-language", "content-type", "user-agent", "prefer"})
"""Headers whose values are no secrets, even in a target file."""

_SHORTEST = 4
_SHORTEST_TOKEN = 12
_DATE_TIME = re.compile(r"\d{4}-\d{2}-\d{2}([Tt ].*)?")
_URL = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:(?:\\?/){2}(?:\\/|[^\s\"'<>\\])+")


class Redactor:
    """Takes secrets out of texts. `variables` are environment variables by name."""

    def __init__(self, secrets: Iterable[str], variables: Mapping[str, str]) -> None:
        self._names = {value: name for name, value in variables.items() if len(value) >= _SHORTEST}
        self._shown: dict[str, str] = {}
        for secret in secrets:
            for part in {secret, secret.rpartition(" ")[2]}:  # `Bearer abc` is secret for its `abc`
                if len(part) >= _SHORTEST:
                    self._shown[part] = self.shown(part)

    @property
    def secrets(self) -> tuple[str, ...]:
        """The secrets that were told, the longest first; capability URLs are not among them."""
        return tuple(sorted(self._shown, key=len, reverse=True))

    def shown(self, value: str) -> str:
        """A secret value with its variables named, or nothing of it."""
        text = value
        for secret, name in self._names.items():
            text = text.replace(secret, f"${{{name}}}")
        return text if text != value else REDACTED

    def clean(self, text: str) -> str:
        """A text without the secrets that were told."""
        for secret in self.secrets:
            text = text.replace(secret, self._shown[secret])
        return text


def without_capabilities(text: str, body: bytes, known: str) -> str:
    """A text that tells of a successful answer, without the strings of its body that whoever
    reads it could use (addresses and tokens), but for what is `known` without it.
    """
    for secret in sorted(_strings(body), key=len, reverse=True):
        if _may_open(secret) and secret not in known:
            for form in {secret, json.dumps(secret)[1:-1], secret.replace("/", "\\/")}:
                text = text.replace(form, REDACTED)
    return text


def _may_open(text: str) -> bool:
    """Whether a text may be an address or a token: what is short or has spaces is neither."""
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
