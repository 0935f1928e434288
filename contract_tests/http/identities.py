"""Who sends a request: its credentials are put in, replaced or left out.

Rules: a value of the request's own wins over the run's credentials, since only an entry of the
target file gives one. All other identities replace what is there. Nobody has no credentials at all,
wherever the target file gives them. A wrong credential is tried three times at most for a scheme:
accounts lock.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import replace
from urllib.parse import urljoin

import requests

from contract_tests.http.exchange import OperationRequest
from contract_tests.target.credentials import (
    Credential,
    Credentials,
    Identity,
    Place,
    met,
    needs_credentials,
    place_of,
    places_of,
    value_of,
    wrong,
)
from contract_tests.target.rate import is_loopback
from contract_tests.target.target import Target, TargetError, host_of
from tallystick.contract import ContractOperation
from tallystick.reader.operations import SecurityScheme

_MOST_WRONG = 3
_FIELDS = {"header": "headers", "query": "query", "cookie": "cookies"}


class Identities:
    """Puts credentials into the requests to a target. `on_token` hears of each token that is
    fetched, since it is a secret.
    """

    def __init__(self, target: Target, on_token: Callable[[str], None]) -> None:
        self.target, self.on_token = target, on_token
        self._tried: Counter[str] = Counter()
        self._tokens: dict[Credential, str] = {}

    def can_be(self, identity: Identity, operation: ContractOperation) -> bool:
        """Whether a request of this identity differs from one of the run's own."""
        if identity is Identity.OTHER:
            return bool(met(operation, self.target.other))
        if identity is Identity.WRONG:
            schemes = self._to_break(operation)
            return bool(schemes) and all(self._tried[s.name] < _MOST_WRONG for s in schemes)
        return needs_credentials(operation)

    def of(self, request: OperationRequest, identity: Identity) -> OperationRequest:
        """The request as this identity sends it. Raises TargetError where a token is refused."""
        operation = request.operation
        if identity is Identity.OWN:
            values = self._values(operation, self.target.credentials)
            own = {place: value for place, value in values.items() if not _has(request, place)}
            return _with(request, own)
        bare = _without(request, places_of(operation))
        if identity is Identity.OTHER:
            return _with(bare, self._values(operation, self.target.other))
        if identity is Identity.WRONG:
            return _with(bare, self._wrong(operation))
        return bare

    def _values(self, operation: ContractOperation, given: Credentials) -> dict[Place, str]:
        return {
            place_of(scheme): value_of(scheme, self._complete(scheme, given[scheme.name]))
            for scheme in met(operation, given)
        }

    def _wrong(self, operation: ContractOperation) -> dict[Place, str]:
        values: dict[Place, str] = {}
        for scheme in self._to_break(operation):
            self._tried[scheme.name] += 1
            credential = self.target.wrong.get(scheme.name) or wrong()
            values[place_of(scheme)] = value_of(scheme, credential)
        return values

    def _to_break(self, operation: ContractOperation) -> tuple[SecurityScheme, ...]:
        """The schemes whose credentials can be wrong."""
        if not needs_credentials(operation):
            return ()
        known = met(operation, self.target.credentials) or operation.security[0]
        return tuple(scheme for scheme in known if scheme.kind not in ("", "mutualTLS"))

    def _complete(self, scheme: SecurityScheme, credential: Credential) -> Credential:
        """The credential with a token, which is fetched once."""
        if not credential.client_id:
            return credential
        if credential not in self._tokens:
            self._tokens[credential] = self._fetched(scheme, credential)
            self.on_token(self._tokens[credential])
        return replace(credential, token=self._tokens[credential])

    def _fetched(self, scheme: SecurityScheme, credential: Credential) -> str:
        """A token for client credentials (RFC 6749 section 4.4)."""
        base = self.target.shown_url + "/"
        url = urljoin(base, credential.token_url or scheme.token_url)
        if not (credential.token_url or scheme.token_url):
            raise TargetError(f"No token URL is known for {scheme.name!r}: set 'token_url'.")
        self._check_host(url)
        data = {"grant_type": "client_credentials", "scope": " ".join(credential.scopes)}
        session = requests.Session()
        session.trust_env = False
        session.verify = self.target.ca_file or True
        try:
            response = session.post(
                url,
                data={name: value for name, value in data.items() if value},
                auth=(credential.client_id, credential.client_secret),
                timeout=self.target.timeout,
                allow_redirects=False,
            )
            token = response.json().get("access_token")
        except (requests.RequestException, ValueError, AttributeError) as error:
            what = f"No token came from {url}: {type(error).__name__}."
            raise TargetError(what) from None
        if not response.ok or not isinstance(token, str) or not token:
            raise TargetError(f"No token came from {url}: it answered {response.status_code}.")
        return token

    def _check_host(self, url: str) -> None:
        named = {host_of(self.target.base_url), *self.target.allow_hosts}
        if host_of(url) not in named and not is_loopback(url):
            host = host_of(url)
            raise TargetError(
                f"The token URL {url} is not at the target. If that is right, add it: "
                f'allow_hosts = ["{host}"].'
            )


def _values_at(request: OperationRequest, location: str) -> Mapping[str, object]:
    values: Mapping[str, object] = getattr(request, _FIELDS[location])
    return values


def _is_at(name: str, place: Place) -> bool:
    """Whether a name is that of a place; names of headers have no case (RFC 9110 section 5.1)."""
    return name == place.name or (place.location == "header" and name.lower() == place.name.lower())


def _has(request: OperationRequest, place: Place) -> bool:
    return any(_is_at(name, place) for name in _values_at(request, place.location))


def _with(request: OperationRequest, values: Mapping[Place, str]) -> OperationRequest:
    for place, value in values.items():
        rest = _values_at(_without(request, [place]), place.location)
        changed = {_FIELDS[place.location]: {**rest, place.name: value}}
        request = replace(request, **changed)  # type: ignore[arg-type]
    return request


def _without(request: OperationRequest, places: list[Place]) -> OperationRequest:
    for place in places:
        values = _values_at(request, place.location)
        rest = {name: value for name, value in values.items() if not _is_at(name, place)}
        request = replace(request, **{_FIELDS[place.location]: rest})  # type: ignore[arg-type]
    return request
