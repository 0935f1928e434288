"""Who sends a request: its credentials are put in, replaced or left out.

Rules: nothing that is made or drawn replaces a credential, or a header of the target file; only
what the file gives for an operation or a case does. All other identities replace what is there.
Nobody has no credentials at all, wherever the target file gives them. A wrong credential is tried
three times at most for a scheme: accounts lock, and addresses are banned. A token at a loopback
address has neither, so it is tried at each operation.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import replace
from urllib.parse import urljoin, urlsplit

from contract_tests.http.exchange import OperationRequest
from contract_tests.http.redaction import OPEN_HEADERS
from contract_tests.http.tokens import Fetch, Token, TokenStore
from contract_tests.target.credentials import (
    Credential,
    Credentials,
    Identity,
    Place,
    Schemes,
    is_sent,
    met,
    needs_credentials,
    place_of,
    places_of,
    value_of,
    wrong,
)
from contract_tests.target.hosts import host_of, is_loopback, spelled
from contract_tests.target.target import Target, TargetError
from tallystick.contract import ContractOperation
from tallystick.reader.operations import SecurityScheme

_MOST_WRONG = 3
_FIELDS = {"header": "headers", "query": "query", "cookie": "cookies"}


class Identities:
    """Puts credentials into the requests to a target. `fetch` gets the token of client
    credentials from an address.
    """

    def __init__(self, target: Target, fetch: Fetch) -> None:
        self.target, self.fetch = target.located(), fetch
        self.tokens = TokenStore(self._fetched)
        self._tried: Counter[str] = Counter()

    def can_be(self, identity: Identity, operation: ContractOperation) -> bool:
        """Whether a request of this identity differs from one of the run's own."""
        if identity is Identity.OTHER:
            return bool(self._of_other(operation))
        if not self._is_guarded(operation):
            return False
        if identity is Identity.WRONG:
            schemes = self._to_break(operation)
            return bool(schemes) and all(map(self._may_break, schemes))
        return True

    def _may_break(self, scheme: SecurityScheme) -> bool:
        is_token = scheme.kind == "apiKey" or scheme.scheme.lower() == "bearer"
        is_harmless = is_token and self.target.is_here
        return is_harmless or self._tried[scheme.name] < _MOST_WRONG

    def of(self, request: OperationRequest, identity: Identity) -> OperationRequest:
        """The request as this identity sends it. Raises TargetError where a token is refused."""
        operation = request.operation
        first = self._given(request)
        headers = [Place("header", n) for n in self.target.headers if n.lower() not in OPEN_HEADERS]
        request = _without(request, [place for place in headers if not _is_among(place, first)])
        if identity is Identity.OWN:
            values = self._values(met(operation, self.target.credentials), self.target.credentials)
            first += [Place("header", name) for name in self.target.first_headers]
            return _with(request, {p: v for p, v in values.items() if not _is_among(p, first)})
        bare = _without(request, places_of(operation))
        if identity is Identity.OTHER:
            given = {**self.target.credentials, **self.target.other}
            return _with(bare, self._values(self._of_other(operation), given))
        if identity is Identity.WRONG:
            return _with(bare, self._wrong(operation))
        return bare

    def _given(self, request: OperationRequest) -> list[Place]:
        """The places of what the target file gives for the operation or the case."""
        names = (*request.given, *self.target.values(request.operation))
        parts = [name.partition(".") for name in names]
        return [Place(location, name) for location, _, name in parts if location in _FIELDS]

    def _values(self, schemes: Schemes, given: Credentials) -> dict[Place, str]:
        return {
            place_of(scheme): value_of(scheme, self._complete(scheme, given[scheme.name]))
            for scheme in schemes
        }

    def _wrong(self, operation: ContractOperation) -> dict[Place, str]:
        values: dict[Place, str] = {}
        for scheme in self._to_break(operation):
            self._tried[scheme.name] += 1
            credential = self.target.wrong.get(scheme.name) or wrong()
            values[place_of(scheme)] = value_of(scheme, self._complete(scheme, credential))
        return values

    def _of_other(self, operation: ContractOperation) -> Schemes:
        """The schemes of another user: at least one is its own, and the rest are the run's."""
        other, own = self.target.other, self.target.credentials
        found = met(operation, {**own, **other}, among=other)
        return found if any(scheme.name in other for scheme in found) else ()

    def _is_guarded(self, operation: ContractOperation) -> bool:
        """Whether each requirement has a credential that can be left out. A client certificate
        cannot; nor what a target asks for that the document does not have: where the target file
        gives other headers in place of the scheme's, those are what counts.
        """
        if not needs_credentials(operation):
            return False
        if not all(any(map(is_sent, requirement)) for requirement in operation.security):
            return False
        headers = {name.lower() for name in self.target.headers} - OPEN_HEADERS
        given = headers | {name.partition(".")[2].lower() for name in self.target.parameters}
        if urlsplit(self.target.base_url).username is not None:
            given.add("authorization")
        places = {place.name.lower() for place in places_of(operation)} | {"cookie"}
        is_given = bool(given & places) or bool(met(operation, self.target.credentials))
        return is_given or not headers

    def _to_break(self, operation: ContractOperation) -> Schemes:
        """The schemes whose credentials can be wrong."""
        if not needs_credentials(operation):
            return ()
        given = met(operation, self.target.wrong) or met(operation, self.target.credentials)
        return tuple(scheme for scheme in given or operation.security[0] if is_sent(scheme))

    def _complete(self, scheme: SecurityScheme, credential: Credential) -> Credential:
        """The credential with a token that is valid now."""
        if not credential.client_id:
            return credential
        # A relative address is relative to the server (OpenAPI 3.1.1 section 4.6).
        url = urljoin(self.target.shown_url + "/", credential.token_url or scheme.token_url)
        return replace(credential, token=self.tokens.of(credential, url))

    def _fetched(self, url: str, credential: Credential) -> Token:
        named = {host_of(self.target.base_url), *map(spelled, self.target.allow_hosts)}
        if host_of(url) not in named and not is_loopback(url):
            raise TargetError(
                f"The token URL {url} is not at the target.",
                remedy=f'If that is right, add it: allow_hosts = ["{host_of(url)}"].',
            )
        return self.fetch(url, credential)


def _values_at(request: OperationRequest, location: str) -> Mapping[str, object]:
    values: Mapping[str, object] = getattr(request, _FIELDS[location])
    return values


def _is_at(name: str, place: Place) -> bool:
    """Whether a name is that of a place; names of headers have no case (RFC 9110 section 5.1)."""
    return name == place.name or (place.location == "header" and name.lower() == place.name.lower())


def _is_among(place: Place, places: Iterable[Place]) -> bool:
    return any(each.location == place.location and _is_at(each.name, place) for each in places)


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
