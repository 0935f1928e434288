"""Named promises: what a document's prose promises of a success and a schema cannot say.

An overlay switches them on per operation by `x-tallystick-promises`. A new promise is one
function and one row of `PROMISES`. Which member of the body a promise is about is its parameter
`member`; what prose leaves open (a bound, a safe scheme) is advisory.
"""

from __future__ import annotations

import difflib
import json
import re
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from types import MappingProxyType
from typing import Any
from urllib.parse import urlsplit

from contract_tests.checks.context import CheckContext, Compared, Violation
from contract_tests.checks.levels import ADVISORY, DOCUMENTED
from contract_tests.http.addresses import followed
from contract_tests.http.exchange import Response
from tallystick.catalogue.extensions import Promise
from tallystick.contract import Contract
from tallystick.errors import ExtensionError

Parameters = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class PromiseKind:
    """A promise that overlays may name. Its function gets the response, the parameters, and the
    value of the member that the promise is about; it gives what is wrong, or None. `defaults` are
    its parameters; None stands for one that the overlay must give. `remedy` says what keeps it.
    """

    level: str
    function: Callable[[CheckContext, Parameters, Any], str | None]
    defaults: Parameters
    remedy: str


def broken_promises(name: str, context: CheckContext) -> list[Violation]:
    """How a success breaks the promises of one name; an operation may make several."""
    if not context.is_described or context.documented is None or not context.response.is_success:
        return []
    promises = (promise for promise in context.operation.promises if promise.name == name)
    found = (_broken_promise(promise, context) for promise in promises)
    return [violation for violation in found if violation is not None]


def _broken_promise(promise: Promise, context: CheckContext) -> Violation | None:
    kind = PROMISES[promise.name]
    parameters = {**kind.defaults, **promise.parameters}
    member = parameters.get("member")
    value = _member(context.value, member) if member else None
    if member and (value is None or _is_misfit(context, member)):
        return None
    message = kind.function(context, parameters, value)
    if message is None:
        return None
    cause = (member,) if member else ()
    marks = (f"/{member.replace('.', '/')}",) if member else ()
    same = _earlier(context, member, value) if member and kind.function is _fresh else None
    return Violation(
        message,
        cause,
        source=str(promise.source),
        quote=promise.quote,
        marks=marks,
        compared=Compared("an earlier response", same.body) if same else None,
    )


def _is_misfit(context: CheckContext, member: str) -> bool:
    """Whether the member, or the body as a whole, breaks its schema, which says enough."""
    return not context.misfits.keys().isdisjoint({"", f"/{member.replace('.', '/')}"})


def check_promises(contract: Contract) -> None:
    """Raise ExtensionError where a promise of a contract, or a parameter of one, is unknown."""
    for operation in contract.operations:
        for promise in operation.promises:
            _known(promise, promise.name, PROMISES, "promise")
            defaults = PROMISES[promise.name].defaults
            for name in promise.parameters:
                _known(promise, name, defaults, f"parameter of the promise {promise.name!r}")
            for name, default in defaults.items():
                value = promise.parameters.get(name, default)
                if isinstance(value, bool) or not isinstance(value, _TYPES[name]):
                    wrong = f"The promise {promise.name!r} needs a {name!r}: {_NEEDED[name]}."
                    raise ExtensionError(wrong, source=promise.source)


_TYPES: Mapping[str, Any] = {"member": str, "within": (int, float), "seconds": (int, float)}
_NEEDED = {
    "member": "the name of a member of the body",
    "within": "a number of seconds",
    "seconds": "a number",
}


def _known(promise: Promise, name: str, names: Mapping[str, Any], what: str) -> None:
    if name not in names:
        near = difflib.get_close_matches(name, names, 1, cutoff=0.4) or sorted(names)
        remedy = f"Did you mean {near[0]!r}?" if len(near) == 1 else f"Known: {', '.join(near)}."
        raise ExtensionError(f"There is no {what} {name!r}.", source=promise.source, remedy=remedy)


def _member(body: Any, name: str) -> Any:
    for key in name.split("."):
        body = body.get(key) if isinstance(body, dict) else None
    return body


def _fresh(context: CheckContext, parameters: Parameters, value: Any) -> str | None:
    """No two responses give the same."""
    name = parameters["member"]
    return f"two calls got the same {name}" if _earlier(context, name, value) else None


def _earlier(context: CheckContext, name: str, value: Any) -> Response | None:
    """The first earlier response with this value."""
    for response in context.earlier:
        with suppress(ValueError):
            if _member(response.value, name) == value:
                return response
    return None


def _in_the_future(context: CheckContext, parameters: Parameters, value: Any) -> str | None:
    moment = _moment(value)
    if moment is None or moment > _now(context):
        return None
    return f"{parameters['member']} is {value}, which has passed"


def _absolute(_: CheckContext, parameters: Parameters, value: Any) -> str | None:
    if isinstance(value, str) and _HTTP_URL.match(value):
        return None
    return f"{parameters['member']} is no absolute http(s) URL"


def _not_the_callers(context: CheckContext, parameters: Parameters, value: Any) -> str | None:
    """No URL of the request is this URL, or its beginning."""
    for given in _given_urls(context.sent):
        if isinstance(value, str) and _leads_back(value.casefold(), given.casefold().rstrip("/")):
            return f"{parameters['member']} is a URL that the caller gave"
    return None


def _leads_back(value: str, given: str) -> bool:
    """Whether a URL is a given one, or goes on from it. A given host alone must be the same: many
    URLs of the service may begin with its host.
    """
    is_host_alone = given.count("/") <= 2
    return value.rstrip("/") == given if is_host_alone else value.startswith(given)


def _short_lived(context: CheckContext, parameters: Parameters, value: Any) -> str | None:
    moment = _moment(value)
    seconds = (moment - _now(context)).total_seconds() if moment else 0
    if seconds <= parameters["within"]:
        return None
    return f"{parameters['member']} is {seconds:,.0f} s ahead, more than {parameters['within']:,} s"


def _https(_: CheckContext, parameters: Parameters, value: Any) -> str | None:
    address = followed("", value) if isinstance(value, str) else None
    if address is None or urlsplit(address).scheme.lower() != "http":
        return None
    # What runs on one's own machine, such as a mock, has no certificate.
    is_here = re.fullmatch(r"localhost|127(\.\d+){3}|::1", urlsplit(address).hostname or "")
    return None if is_here else f"{parameters['member']} is a plain http URL"


def _not_cacheable(context: CheckContext, _: Parameters, __: Any) -> str | None:
    control = context.response.headers.get("cache-control", "").lower()
    directives = {name.strip().partition("=")[0] for name in control.split(",")}
    if directives & {"no-store", "no-cache", "private"} or not directives & _CACHED:
        return None
    return f"Cache-Control: {control} lets caches keep the response"


def _answers_within(context: CheckContext, parameters: Parameters, _: Any) -> str | None:
    if context.response.seconds <= parameters["seconds"]:
        return None
    return (
        f"the response took {context.response.seconds:.1f} s, more than {parameters['seconds']:g} s"
    )


_CACHED = {"public", "max-age", "s-maxage"}
_HTTP_URL = re.compile(r"(?i)https?://[^/?#\s]")
_HTTP_URL_IN_TEXT = re.compile(r"(?i)https?://[^\s\"\\]{4,}")


def _given_urls(sent: str) -> list[str]:
    """The URLs in the body of a request, whichever way it is written."""
    body = sent.partition("\n\n")[2]
    with suppress(ValueError, RecursionError):
        body = json.dumps(json.loads(body), ensure_ascii=False)
    return _HTTP_URL_IN_TEXT.findall(body)


def _moment(value: Any) -> datetime | None:
    try:
        # RFC 3339 section 5.6 allows a small t and z, which Python does not read.
        moment = datetime.fromisoformat(value.upper())
    except (AttributeError, ValueError):
        return None
    return moment if moment.tzinfo else None


def _now(context: CheckContext) -> datetime:
    """When the response was made: by the target's clock, which need not be this machine's, where
    there is a `Date` (RFC 9110 section 6.6.1), or else when it came.
    """
    received = datetime.fromtimestamp(context.response.received, UTC)
    try:
        date = parsedate_to_datetime(context.response.headers["date"])
    except (KeyError, ValueError):
        return received
    # `Date` has whole seconds, and servers make it once a second: within that, both clocks agree.
    return received if abs((received - date).total_seconds()) < _AGREE else date


_AGREE = 3

PROMISES: Mapping[str, PromiseKind] = MappingProxyType(
    {
        "absolute-url": PromiseKind(
            DOCUMENTED,
            _absolute,
            {"member": "url"},
            "Send the whole address, with scheme and host.",
        ),
        "not-the-callers-url": PromiseKind(
            DOCUMENTED,
            _not_the_callers,
            {"member": "url"},
            "Send an address of your own; the caller's comes into play when it is done.",
        ),
        "fresh": PromiseKind(
            DOCUMENTED,
            _fresh,
            {"member": "url"},
            "Make a new value for each call, and cache no response.",
        ),
        "expires-in-the-future": PromiseKind(
            DOCUMENTED,
            _in_the_future,
            {"member": None},
            "Reckon the moment from now, in UTC, with its offset.",
        ),
        "short-lived": PromiseKind(
            ADVISORY,
            _short_lived,
            {"member": None, "within": 3_600},
            "Let it expire sooner, or correct the promise in the overlay.",
        ),
        "https": PromiseKind(
            ADVISORY,
            _https,
            {"member": "url"},
            "Send https addresses; behind a proxy, take the scheme from its headers.",
        ),
        "not-cacheable": PromiseKind(
            ADVISORY, _not_cacheable, {}, "Send `Cache-Control: no-store`."
        ),
        "answers-within": PromiseKind(
            ADVISORY,
            _answers_within,
            {"seconds": 5.0},
            "Answer sooner: look at slow queries and calls to other services.",
        ),
    }
)
