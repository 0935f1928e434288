"""Tokens for client credentials (RFC 6749 section 4.4).

Rules: the client names itself in `Authorization`, as every server understands (section 2.3.1), and
where that is refused in the form. Nothing that is a secret stands in an error.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any
from urllib.parse import quote_plus

import requests

from contract_tests.target.credentials import Credential
from contract_tests.target.target import TargetError

Post = Callable[..., requests.Response]
"""Sends a form to an address. Raises RequestException."""

_CODE = re.compile(r"[\x20-\x21\x23-\x5b\x5d-\x7e]{1,60}")
"""An error of section 5.2."""


def token_from(post: Post, url: str, credential: Credential) -> str:
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
    return token


def _value(response: requests.Response) -> dict[str, Any]:
    try:
        value = json.loads(response.content)
    except (ValueError, RecursionError):
        return {}
    return value if isinstance(value, dict) else {}
