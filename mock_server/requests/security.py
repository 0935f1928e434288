"""Who calls: the security requirements of an operation.

Rules: of the requirements one must be met, and of a requirement each scheme (OpenAPI 3.1.1 section
4.8.30). One that asks for nothing (`{}`) is always met, so nothing is enforced beside it; nor can a
client certificate be, or a scheme that the document does not have. The mock knows no users: a
well-formed credential is right, but for one that is wrong, one that is expired and one that is not
allowed to, so that a client can be tried with each.

Who calls is asked before anything else of the request (401), what the caller may do (403) after
its errors. Each 401 names what would do in `WWW-Authenticate` (RFC 9110 section 15.5.2).
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from enum import IntEnum
from itertools import islice

from mock_server.requests.errors import RequestError
from mock_server.requests.request import Request
from tallystick.catalogue.cases import Case
from tallystick.contract import Contract, ContractOperation
from tallystick.reader.operations import Requirement, SecurityScheme

WRONG = "wrong-credential"
"""The API key, the token or the password that the mock takes for wrong (401)."""

EXPIRED = "expired-credential"
"""The one that has expired (401)."""

FORBIDDEN = "forbidden-credential"
"""The one of a caller who may not do what is asked (403)."""

_TOKEN = re.compile(r"[A-Za-z0-9\-._~+/]+=*")  # RFC 9110 section 11.2, token68
_UNENFORCED = {"mutualTLS", ""}
_MOST_CHALLENGES = 20
"""How many a 401 names: a client reads no header line without end."""

_UNAUTHENTICATED = re.compile(
    r"unauthenticated|not (?:been )?(?:authenticated|logged[ -]?in)|log(?:ged)?[ -]?in\b|"
    r"authenticat\w+ (?:is |was )?(?:required|missing|failed)|"
    r"(?:missing|no|without|invalid) (?:\w+ )?(?:authentication|authorization|credentials?|token"
    r"|api[ -]?key)",
    re.IGNORECASE,
)
"""How a description of a 403 says that it is about missing authentication."""


class Standing(IntEnum):
    """What the mock thinks of a credential, the best last."""

    MISSING = 0
    MALFORMED = 1
    WRONG = 2
    EXPIRED = 3
    FORBIDDEN = 4
    RIGHT = 5


_LISTED = {WRONG: Standing.WRONG, EXPIRED: Standing.EXPIRED, FORBIDDEN: Standing.FORBIDDEN}
_WORDS = {
    Standing.MISSING: ("missing", "required", "no "),
    Standing.MALFORMED: ("malformed", "invalid", "wrong"),
    Standing.WRONG: ("invalid", "wrong", "bad", "incorrect", "unknown"),
    Standing.EXPIRED: ("expired",),
}
"""Words by which one of several documented cases of a 401 is found."""

_WHY = {
    Standing.MISSING: "The request has no credentials",
    Standing.MALFORMED: "The credentials of the request are not well-formed",
    Standing.WRONG: "The credentials of the request are wrong",
    Standing.EXPIRED: "The credentials of the request have expired",
    Standing.FORBIDDEN: "The caller may not do this",
}


# --- the schemes

Judge = Callable[[Request], Standing]


def _listed(credential: str) -> Standing:
    return _LISTED.get(credential, Standing.RIGHT)


def _authorization(request: Request, scheme: str) -> str | None:
    """What follows the scheme in the header; None where that has another scheme."""
    value = request.headers.get(b"authorization", b"").decode("latin-1").strip()
    name, _, rest = value.partition(" ")
    return rest.strip() if name.lower() == scheme else None


def _bearer(request: Request) -> Standing:
    """RFC 6750 section 2.1."""
    token = _authorization(request, "bearer")
    if token is None:
        return Standing.MISSING
    return _listed(token) if _TOKEN.fullmatch(token) else Standing.MALFORMED


def _basic(request: Request) -> Standing:
    """RFC 7617 section 2; the password decides."""
    value = _authorization(request, "basic")
    if value is None:
        return Standing.MISSING
    try:
        text = base64.b64decode(value, validate=True).decode("utf-8", "replace")
    except binascii.Error:
        return Standing.MALFORMED
    _, colon, password = text.partition(":")
    return _listed(password) if colon else Standing.MALFORMED


def _other(scheme: str) -> Judge:
    """Schemes that the mock does not know inside: whatever follows the name."""

    def judge(request: Request) -> Standing:
        value = _authorization(request, scheme)
        if value is None:
            return Standing.MISSING
        return _listed(value) if value else Standing.MALFORMED

    return judge


def _api_key(scheme: SecurityScheme) -> Judge:
    name = scheme.parameter

    def judge(request: Request) -> Standing:
        if scheme.location == "query":
            key = request.query.get(name, [""])[0]
        elif scheme.location == "cookie":
            key = request.cookies.get(name, "")
        else:
            value = request.headers.get(name.lower().encode("latin-1", "replace"), b"")
            key = value.decode("latin-1").strip()
        return _listed(key) if key else Standing.MISSING

    return judge


def _judge(scheme: SecurityScheme) -> Judge:
    if scheme.kind == "apiKey":
        return _api_key(scheme)
    if scheme.kind == "http" and scheme.scheme != "bearer":
        return _basic if scheme.scheme == "basic" else _other(scheme.scheme)
    return _bearer  # of OAuth 2 and OpenID Connect, too


def _challenge(scheme: SecurityScheme, standing: Standing) -> str:
    """A challenge in `WWW-Authenticate` (RFC 9110 section 11.6.1); for API keys there is no
    registered scheme.
    """
    if scheme.kind == "apiKey":
        return f'ApiKey in="{scheme.location}", name="{_quoted(scheme.parameter)}"'
    if scheme.kind == "http" and scheme.scheme == "basic":
        return 'Basic realm="mock", charset="UTF-8"'
    if scheme.kind == "http" and scheme.scheme == "digest":
        return 'Digest realm="mock", qop="auth", nonce="mock"'
    if scheme.kind == "http" and scheme.scheme != "bearer":
        return f'{scheme.scheme.capitalize()} realm="mock"'
    errors = {  # RFC 6750 section 3.1
        Standing.MALFORMED: ', error="invalid_request"',
        Standing.WRONG: ', error="invalid_token"',
        Standing.EXPIRED: ', error="invalid_token", error_description="The token expired"',
        Standing.FORBIDDEN: ', error="insufficient_scope"',
    }
    return f'Bearer realm="mock"{errors.get(standing, "")}'


def _quoted(text: str) -> str:
    return re.sub(r'[^\x20-\x7e]|["\\]', "", text)


def _in_words(scheme: SecurityScheme) -> str:
    """What a scheme asks for, in words."""
    if scheme.kind == "apiKey":
        return f"an API key in the {scheme.location} parameter {scheme.parameter!r}"
    if scheme.kind == "http" and scheme.scheme != "bearer":
        return f"{scheme.scheme.capitalize()} credentials in the header 'Authorization'"
    return "a bearer token in the header 'Authorization'"


# --- the requirements


@dataclass(frozen=True)
class Security:
    """The security of an operation: errors of those who call and of what they may do."""

    requirements: tuple[tuple[Judge, ...], ...]
    errors: dict[Standing, RequestError]

    def standing(self, request: Request) -> Standing:
        """How the caller stands by the requirement that is met best."""
        return max(
            min((judge(request) for judge in judges), default=Standing.RIGHT)
            for judges in self.requirements
        )

    def unauthenticated(self, request: Request) -> RequestError | None:
        """The error of a caller who is nobody."""
        standing = self.standing(request)
        return self.errors[standing] if standing < Standing.FORBIDDEN else None

    def forbidden(self, request: Request) -> RequestError | None:
        """The error of a caller who may not do this."""
        standing = self.standing(request)
        return self.errors[standing] if standing is Standing.FORBIDDEN else None


def security_of(operation: ContractOperation) -> Security | None:
    """The security of an operation; None where nothing is enforced."""
    enforced = _enforced(operation)
    if not enforced:
        return None
    return Security(
        tuple(tuple(_judge(scheme) for scheme in requirement) for requirement in enforced),
        {standing: _error(operation, enforced, standing) for standing in _WHY},
    )


CREDENTIALS = "credentials"
"""What an error calls the place of credentials, wherever in the request they are."""


def wanted(operation: ContractOperation) -> str:
    """What credentials an operation asks for, in words; empty where nothing is enforced."""
    return _wanted(_enforced(operation))


def _wanted(requirements: Iterable[Requirement]) -> str:
    return "; or ".join(" and ".join(map(_in_words, some)) for some in requirements)


def _enforced(operation: ContractOperation) -> list[Requirement]:
    """The requirements without the schemes that cannot be enforced; none where one of them is
    always met.
    """
    found = [
        tuple(scheme for scheme in requirement if _is_enforceable(scheme))
        for requirement in operation.security
    ]
    return found if all(found) else []


def _is_enforceable(scheme: SecurityScheme) -> bool:
    is_complete = scheme.kind != "apiKey" or bool(scheme.parameter)
    return scheme.kind not in _UNENFORCED and is_complete


def undocumented(contract: Contract) -> int:
    """How many operations ask for credentials and document no answer to a request without."""
    return sum(
        bool(_enforced(operation)) and not _answers(operation, Standing.MISSING)
        for operation in contract.operations
    )


def _error(
    operation: ContractOperation, requirements: Iterable[Requirement], standing: Standing
) -> RequestError:
    schemes = list(dict.fromkeys(scheme for some in requirements for scheme in some))
    detail = f"{_WHY[standing]}. The document wants {_wanted(requirements)}."
    each = dict.fromkeys(_challenge(scheme, standing) for scheme in schemes)
    challenges = ", ".join(islice(each, _MOST_CHALLENGES))
    headers = ((b"www-authenticate", challenges.encode("latin-1", "replace")),)
    cases = _answers(operation, standing)
    status = 403 if standing is Standing.FORBIDDEN else 401
    if not cases:
        return RequestError(status, detail, headers=headers, place=CREDENTIALS)
    case = _chosen(cases, standing)
    if case.status not in ("401", "403"):  # of a range, or default, with this status
        return RequestError(status, detail, headers=headers, place=CREDENTIALS)
    return RequestError(case.http_status, detail, case, headers, CREDENTIALS)


def _answers(operation: ContractOperation, standing: Standing) -> list[Case]:
    """The documented cases for a caller, those of the status before those of a range."""
    by_status: dict[str, list[Case]] = {}
    for case in operation.cases:
        by_status.setdefault(case.status.upper(), []).append(case)
    forbidden = by_status.get("403", [])
    about_callers = [case for case in forbidden if _is_about_callers(operation, case)]
    if standing is Standing.FORBIDDEN:
        about_rights = [case for case in forbidden if case not in about_callers]
        first: list[Case] = about_rights or forbidden
        last: list[Case] = []
    else:
        first, last = by_status.get("401", []), about_callers
    return first or by_status.get("4XX") or by_status.get("DEFAULT") or last


def _is_about_callers(operation: ContractOperation, case: Case) -> bool:
    described = (r.description for r in operation.responses if r.status == case.status)
    texts = [case.code or "", case.description or "", *(described if not case.code else ())]
    return any(_UNAUTHENTICATED.search(text) for text in texts)


def _chosen(cases: list[Case], standing: Standing) -> Case:
    """Of several cases the one whose words fit."""
    for word in _WORDS.get(standing, ()):
        for case in cases:
            if word in f"{case.code or ''} {case.description or ''}".lower():
                return case
    return cases[0]


def api_keys(contract: Contract) -> frozenset[str]:
    """The names, in lower case, by which any operation calls an API key."""
    requirements = (each for operation in contract.operations for each in operation.security)
    return frozenset(scheme.parameter.lower() for each in requirements for scheme in each) - {""}
