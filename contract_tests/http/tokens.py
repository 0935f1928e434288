"""Tokens for client credentials (RFC 6749 section 4.4).

Rules: the client names itself in `Authorization`, as every server understands (section 2.3.1), and
where that is refused in the form. A token is asked for again shortly before it expires
(`expires_in`, section 5.1), and once where it is refused. If that was in vain, the target refuses
the request and not the token: then another one is worth it only after twice as many refusals
without a success between them. Nothing that is a secret stands in an error.
"""

from __future__ import annotations

import json
import re
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from math import inf
from typing import Any
from urllib.parse import quote_plus

import requests

from contract_tests.target.credentials import Credential
from contract_tests.target.target import TargetError

Post = Callable[..., requests.Response]
"""Sends a form to an address. Raises RequestException."""

_CODE = re.compile(r"[\x20-\x21\x23-\x5b\x5d-\x7e]{1,60}")
"""An error of section 5.2."""

_EARLY, _EARLY_SHARE = 30.0, 0.1
"""A token is renewed so many seconds before it expires, but not before nine tenths of its time."""


@dataclass(frozen=True, slots=True)
class Token:
    """A token, and the seconds in which it may be used."""

    value: str = field(repr=False)
    seconds: float = inf


Fetch = Callable[[str, Credential], Token]
"""Gets a token for a credential from a token URL. Raises TargetError."""


@dataclass(slots=True)
class _Kept:
    """What came for a credential: a token until a moment, or an error. After so many refusals as
    are `enough`, the token is renewed.
    """

    url: str
    outcome: Token | TargetError
    until: float
    enough: int = 1
    refusals: int = 0
    is_tried: bool = False


class TokenStore:
    """The tokens of a run. Each is fetched by whoever needs it first."""

    def __init__(self, fetch: Fetch, clock: Callable[[], float] = time.monotonic) -> None:
        self.fetch, self.clock = fetch, clock
        self._kept: dict[Credential, _Kept] = {}
        self._earlier: dict[str, Credential] = {}
        self._lock = threading.Lock()

    def of(self, credential: Credential, url: str) -> str:
        """The token of a credential. Raises TargetError."""
        with self._lock:
            return self._current(credential, url)

    def current(self, value: str) -> str:
        """What is sent in place of a value: the same, unless it is a token that has expired. Raises
        TargetError.
        """
        with self._lock:
            credential = self._earlier.get(value)
            return value if credential is None else self._current(credential)

    def instead(self, value: str) -> str | None:
        """Another token in place of one that was refused; None where there is none. Raises
        TargetError.
        """
        with self._lock:
            credential = self._earlier.get(value)
            kept = self._kept[credential] if credential is not None else None
            if credential is None or kept is None or not isinstance(kept.outcome, Token):
                return None
            if kept.outcome.value != value:  # another request has renewed it
                return kept.outcome.value
            kept.refusals += 1
            if kept.refusals < kept.enough:
                return None
            self._renew(credential, kept.url)
            self._kept[credential].enough = 2 * kept.enough
            return self._current(credential)

    def saw(self, value: str, *, is_refused: bool) -> None:
        """Learn whether a request with a token was refused in the end."""
        with self._lock:
            credential = self._earlier.get(value)
            if credential is None:
                return
            kept = self._kept[credential]
            if not is_refused:
                kept.refusals = 0
                kept.enough = kept.enough if kept.is_tried else 1
            kept.is_tried = True

    def _current(self, credential: Credential, url: str = "") -> str:
        kept = self._kept.get(credential)
        if kept is None or self.clock() >= kept.until:
            return self._renew(credential, kept.url if kept else url)
        if isinstance(kept.outcome, TargetError):
            raise kept.outcome
        return kept.outcome.value

    def _renew(self, credential: Credential, url: str) -> str:
        try:
            token = self.fetch(url, credential)
        except TargetError as error:
            self._kept[credential] = _Kept(url, error, inf)
            raise
        usable = token.seconds - min(_EARLY, token.seconds * _EARLY_SHARE)
        self._kept[credential] = _Kept(url, token, self.clock() + usable)
        self._earlier[token.value] = credential
        return token.value


def token_from(post: Post, url: str, credential: Credential) -> Token:
    """A token from a token URL. Raises TargetError, and RequestException."""
    form = {"grant_type": "client_credentials"}
    if credential.scopes:
        form["scope"] = " ".join(credential.scopes)
    client = {"client_id": credential.client_id, "client_secret": credential.client_secret}
    pair = [quote_plus(value) for value in client.values()]
    response = post(url, form, auth=(pair[0], pair[1]))
    if response.status_code in (400, 401):
        response = post(url, {**form, **client})
    value = _value(response)
    token = value.get("access_token")
    if not response.ok or not isinstance(token, str) or not token:
        code = value.get("error")
        said = f" ({code})" if isinstance(code, str) and _CODE.fullmatch(code) else ""
        what = f"{response.status_code}{' without an access_token' if response.ok else said}"
        raise TargetError(f"No token came from {url}: it answered {what}.")
    if not token.isascii() or not token.isprintable():
        raise TargetError(f"The token from {url} cannot stand in a header.")
    return Token(token, _seconds(value.get("expires_in")))


def _seconds(expires_in: Any) -> float:
    """The lifetime that a server gives; without one that makes sense, a token lasts."""
    try:
        seconds = float(expires_in)
    except (TypeError, ValueError):
        return inf
    return seconds if seconds > 0 else inf


def _value(response: requests.Response) -> dict[str, Any]:
    try:
        value = json.loads(response.content)
    except (ValueError, RecursionError):
        return {}
    return value if isinstance(value, dict) else {}
