"""Credentials: what the security schemes of a document need, and where they go.

Rules: a credential goes where its scheme says (OpenAPI 3.1.1 section 4.8.27): HTTP schemes, OAuth 2
and OpenID Connect into `Authorization` (RFC 9110 section 11.6.2, RFC 6750, RFC 7617), an API key
into its header, query or cookie. An operation gets those of its first requirement that the target
file can meet. A wrong credential is one that looks like a right one, with no name of a real user.
"""

from __future__ import annotations

import secrets
from base64 import b64encode
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from enum import Enum

from tallystick.contract import Contract, ContractOperation
from tallystick.reader.operations import Field, SecurityScheme


class Identity(Enum):
    """Who sends a request."""

    OWN = "own"
    NONE = "nobody"
    WRONG = "somebody with wrong credentials"
    OTHER = "another user"


@dataclass(frozen=True, slots=True)
class Credential:
    """What one scheme needs: a token, a user with a password, a key, or what a token is fetched
    with (OAuth 2 client credentials, RFC 6749 section 4.4).
    """

    token: str = field(default="", repr=False)
    username: str = ""
    password: str = field(default="", repr=False)
    key: str = field(default="", repr=False)
    client_id: str = ""
    client_secret: str = field(default="", repr=False)
    token_url: str = ""
    scopes: tuple[str, ...] = ()

    @property
    def secrets(self) -> list[str]:
        """The values that nobody may see."""
        pair = _pair(self.username, self.password) if self.password else ""
        found = (self.token, self.password, self.key, self.client_secret, pair)
        return [value for value in found if value]


Credentials = Mapping[str, Credential]
"""Credentials by the names of their schemes."""

_TOKEN = frozenset({"token"})
_CLIENT = frozenset({"client_id", "client_secret"})
OPTIONAL = frozenset({"token_url", "scopes"})

KEYS: Mapping[str, tuple[frozenset[str], ...]] = {
    "basic": (frozenset({"username", "password"}),),
    "http": (_TOKEN,),
    "apiKey": (frozenset({"key"}),),
    "oauth2": (_TOKEN, _CLIENT),
    "openIdConnect": (_TOKEN,),
    "mutualTLS": (),
}
"""The keys that a scheme of each kind needs: one of these sets."""


Place = Field
"""Where a credential goes: in a header, the query or a cookie."""


def kind_of(scheme: SecurityScheme) -> str:
    """The kind of a scheme, as `KEYS` has it."""
    return "basic" if (scheme.kind, scheme.scheme) == ("http", "basic") else scheme.kind


def place_of(scheme: SecurityScheme) -> Place:
    """Where the credential of a scheme goes."""
    if scheme.kind == "apiKey":
        return Place(scheme.location, scheme.parameter)
    return Place("header", "Authorization")


def places_of(operation: ContractOperation) -> list[Place]:
    """Where all credentials of an operation go, whichever requirement is met."""
    schemes = [scheme for requirement in operation.security for scheme in requirement]
    return list(dict.fromkeys(place_of(scheme) for scheme in schemes if is_sent(scheme)))


def has_cookie_key(contract: Contract) -> bool:
    """Whether a document has an API key in a cookie, which its target may set."""
    places = [place for operation in contract.operations for place in places_of(operation)]
    return any(place.location == "cookie" for place in places)


Schemes = tuple[SecurityScheme, ...]


def met(
    operation: ContractOperation, credentials: Credentials, among: Collection[str] | None = None
) -> Schemes:
    """The schemes of the first requirement that the credentials meet, and that has a scheme `among`
    these; none where none is.
    """
    for requirement in operation.security:
        # A client certificate is no part of a request (OpenAPI 3.1.1 section 4.8.27.1).
        schemes = tuple(scheme for scheme in requirement if scheme.kind != "mutualTLS")
        is_wanted = among is None or any(scheme.name in among for scheme in schemes)
        if schemes and is_wanted and all(scheme.name in credentials for scheme in schemes):
            return schemes
    return ()


def is_sent(scheme: SecurityScheme) -> bool:
    """Whether a scheme's credential is a part of requests that is known."""
    is_complete = scheme.kind != "apiKey" or (
        scheme.location in ("header", "query", "cookie") and bool(scheme.parameter)
    )
    return scheme.kind in KEYS and scheme.kind != "mutualTLS" and is_complete


def needs_credentials(operation: ContractOperation) -> bool:
    """Whether each requirement of an operation asks for something."""
    return bool(operation.security) and all(operation.security)


def value_of(scheme: SecurityScheme, credential: Credential) -> str:
    """What is sent for a scheme."""
    if scheme.kind == "apiKey":
        return credential.key
    if kind_of(scheme) == "basic":
        return f"Basic {_pair(credential.username, credential.password)}"
    # OAuth 2 and OpenID Connect have no such name; theirs are bearer tokens (RFC 6750).
    return f"{scheme.scheme.capitalize() or 'Bearer'} {credential.token}"


def wrong() -> Credential:
    """A credential of the right shape that nobody has."""
    text = secrets.token_urlsafe(24)
    return Credential(token=text, username=f"tallystick-{text[:8]}", password=text, key=text)


def _pair(username: str, password: str) -> str:
    return b64encode(f"{username}:{password}".encode()).decode()
