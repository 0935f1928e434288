"""The client: sends requests to a target, and returns what came back.

Rules: redirects are responses, never followed; nothing of the environment (proxies, .netrc) takes
part; the rate limit holds for every request, set-up calls included. The client waits where a target
asks to come back later. It counts the requests. Headers, credentials and cookies of the target go
to its own origin only. Cookies that a target sets are not sent back, unless the document has an API
key in a cookie. Each request has one deadline, cut to what is left of the run, and its response has
bounds (see `bounds`): beyond them is a TransportError, and for a stream the end of reading.
"""

from __future__ import annotations

import json
import os
import socket
import threading
import time
from base64 import b64encode
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from http.client import IncompleteRead
from http.cookiejar import DefaultCookiePolicy
from math import inf
from typing import Any
from unittest import SkipTest
from urllib.parse import unquote, urlsplit

import requests
from requests.structures import CaseInsensitiveDict

from contract_tests.http.bodies import JSON
from contract_tests.http.bounds import (
    BoundedAdapter,
    BoundedResponse,
    Cut,
    LongHeadersError,
    late_seconds,
    timeout_of,
)
from contract_tests.http.exchange import (
    Chunks,
    Exchange,
    OperationRequest,
    Response,
    TransportError,
    curl,
    text_of,
)
from contract_tests.http.identities import Identities
from contract_tests.http.redaction import OPEN_HEADERS, SECRET_NAME, Redactor
from contract_tests.http.tokens import Token, token_from
from contract_tests.target.credentials import Credential, Identity, places_of
from contract_tests.target.hosts import ElsewhereError, host_of
from contract_tests.target.rate import ELSEWHERE, Throttle, per_second, seconds_of
from contract_tests.target.target import HookCall, Target, TargetError
from tallystick.contract import ContractOperation
from tallystick.errors import TallystickError

_MOST_WAITS = 3
_LONGEST_WAIT = 30.0
_PATIENCE = 60.0
"""How long, in seconds, all waits of a run together may last."""

_LONGEST_CONNECT = 3.0

GRACE = 1.0
"""Seconds for cleaning up after the time of the run is over."""

_SHORT = 1.0
"""The deadline of a request, in seconds, where the operation has been cut at its own before: once
where it sends a stream, else twice.
"""

_MOST_CUTS = 2

_STREAMS = (
    "text/event-stream",
    "application/x-ndjson",
    "application/ndjson",
    "application/jsonl",
    "application/json-seq",
    "multipart/x-mixed-replace",
)
"""Media types of bodies that need not end."""

CONCURRENCY = {True: 8, False: 4}
"""How many requests are under way at a time, on this machine and elsewhere."""

_INCOMPLETE = "RFC 9112 section 8"


class TargetGoneError(TallystickError):
    """The target cannot be reached (any more); `curl` is the request that showed it."""

    def __init__(self, what: str, curl: str) -> None:
        super().__init__(what)
        self.curl = curl


class UntestableError(TargetGoneError):
    """The target answers, but nothing can be tested there; `curl` is a request that showed it."""


class NoTokenError(UntestableError, TargetError):
    """No token came for the client credentials of the target file."""


class RunEndedError(SkipTest):
    """The time of the run is over. It is a SkipTest because Hypothesis lets that one through at
    once, and would send the same request again after any other.
    """


class Client:
    """Sends requests to a target, over kept-alive connections."""

    def __init__(
        self,
        target: Target,
        adapter: BoundedAdapter | None = None,
        *,
        streams: Collection[str] = (),
        passing: Mapping[str, Collection[int]] | None = None,
        seconds: float | None = None,
        keeps_cookies: bool = False,
        concurrency: int | None = None,
    ) -> None:
        """`adapter` limits the requests, instead of the client's own rate limit and waits.
        `streams` are media types of bodies that need not end; `passing` are the statuses of
        failures that may pass, by the name of the operation that documents them; `seconds` is the
        time of the run; `concurrency` is how many requests may be under way at a time.
        """
        target = target.located()
        self.target = target
        self.is_local = bool(target.is_here)
        self.redactor = redactor_of(target)
        self.identities = Identities(target, self._token)
        self.requests = 0
        self.put_off: str | None = None
        """What is said of a target that asks to come back much later, or has answered nothing
        else.
        """
        self._waited = 0.0
        self._resumes = 0.0
        self._is_served = False
        self._count = threading.Lock()
        rate = target.rate or (None if self.is_local else ELSEWHERE)
        self._throttle = Throttle(per_second(rate) if rate and adapter is None else None)
        self._waits_itself = adapter is None
        most = max(concurrency or 0, *CONCURRENCY.values())
        adapter = adapter or BoundedAdapter(pool_maxsize=most)
        adapter.largest_body = target.largest_response
        adapter.destinations = target.destinations
        self._adapter = adapter
        self.session = _session(target, adapter)
        self.session.cert = _certificate(target)
        self.other = _session(target, _around(target))
        """For other origins: nothing of the target goes there."""
        # With cookies that the target sets, one response decides over the next request.
        self._concurrency = 1 if keeps_cookies else concurrency or CONCURRENCY[self.is_local]
        if keeps_cookies:
            self.session.cookies.set_policy(DefaultCookiePolicy())
        self.ends = inf if seconds is None else time.monotonic() + seconds
        self._streams = {*_STREAMS, *streams}
        self._passing = passing or {}
        self._cuts: Counter[str] = Counter()
        self._alone: set[str] = set()
        self.session.headers.update({"accept": "application/json, */*;q=0.5"})
        self.session.headers.update(basic_credentials(target))
        self.session.headers.update(target.headers)

    def send(self, request: OperationRequest, *, is_patient: bool = True) -> Exchange:
        """Send a request, and wait for its response. Who is not patient wants the response that
        asks to come back later, or that is of a failure that may pass.
        """
        prepared, operation = self.prepare(request), request.operation.name
        if not is_patient:
            return self._exchange(prepared, self._once(prepared, operation))
        return self.transmit(prepared, operation)

    def prepare(
        self,
        request: OperationRequest,
        *,
        method: str | None = None,
        headers: Mapping[str, str | None] | None = None,
        content: bytes | Chunks | None = None,
        identity: Identity = Identity.OWN,
    ) -> requests.PreparedRequest:
        """The request as it is sent, or a variation of it: another method, other headers (None
        takes one out), other content, another identity. Raises NoTokenError.
        """
        removed = self._removed(request.operation, identity)
        try:
            request = self.identities.of(request, identity)
        except TargetError as error:
            raise NoTokenError(self.redactor.clean(str(error)), "") from None
        typed: dict[str, str | bytes | None] = {}
        if content:
            typed = {"content-type": request.media_type or JSON}
        elif content is None and request.body is not ...:
            content, typed["content-type"] = request.content()
        sent: dict[str, Any] = {**removed, **typed, **self._fields(request, identity)}
        sent |= headers or {}
        unprepared = requests.Request(
            method or request.operation.method.upper(),
            request.url(self.target.shown_url),
            sent,
            data=content,
        )
        prepared = self.session.prepare_request(unprepared)
        if identity is not Identity.OWN and not CaseInsensitiveDict(sent).get("cookie"):
            prepared.headers.pop("cookie", None)  # one that the target has set
        self.redactor.hide(*(cookie.value or "" for cookie in self.session.cookies))
        return prepared

    def _removed(self, operation: ContractOperation, identity: Identity) -> dict[str, Any]:
        """The headers of the target that another identity does not have."""
        if identity is Identity.OWN:
            return {}
        places = [place for place in places_of(operation) if place.location != "query"]
        names = {"Cookie" if place.location == "cookie" else place.name for place in places}
        return dict.fromkeys(names)

    def _fields(self, request: OperationRequest, identity: Identity) -> dict[str, Any]:
        """The header fields of a request's own parameters; its cookies stand beside the target's,
        or replace those of the same name.
        """
        secret = {place.name for place in places_of(request.operation)}
        taken = {*request.cookies, *(() if identity is Identity.OWN else secret)}
        given = str(self.session.headers.get("cookie", "")).split(";")
        parts = (part.strip().partition("=") for part in given)
        shared = {name: value for name, _, value in parts if name and name not in taken}
        fields: dict[str, Any] = dict(request.fields())
        if shared and (request.cookies or identity is not Identity.OWN):
            others = "; ".join(f"{name}={value}" for name, value in shared.items())
            own = fields.get("cookie")
            fields["cookie"] = f"{others}; {own}" if own else others
        return fields

    def _token(self, url: str, credential: Credential) -> Token:
        """A token for client credentials; nobody may see it. Raises TargetError."""
        is_own = origin_of(url) == origin_of(self.target.base_url)

        def post(
            url: str, form: Mapping[str, str], auth: tuple[str, str] | None = None
        ) -> requests.Response:
            self._throttle.wait(self._left())
            session = _session(self.target, _around(self.target))
            session.cert = _certificate(self.target) if is_own else None
            with session:
                return session.post(
                    url,
                    form,
                    headers={"accept": "application/json"},
                    auth=auth,
                    timeout=timeout_of(min(self.target.timeout, self._left())),  # type: ignore[arg-type]  # HTTPAdapter takes it
                    allow_redirects=False,
                )

        try:
            token = token_from(post, url, credential)
        except (requests.RequestException, ElsewhereError) as error:
            self._left()  # what the end of the run has cut says nothing about the server
            raise TargetError(f"No token came from {url}: {_reason(error)}.") from None
        self.redactor.hide(token.value)
        return token

    def _with_token(
        self, prepared: requests.PreparedRequest, token_for: Callable[[str], str | None]
    ) -> requests.PreparedRequest | None:
        """The request with another token in place of one that was fetched; None where there is no
        other. Raises NoTokenError.
        """
        scheme, token = _bearer(prepared)
        try:
            fresh = token_for(token)
        except TargetError as error:
            raise NoTokenError(self.redactor.clean(str(error)), self.shown(prepared)) from None
        if fresh in (None, token):
            return None
        copy = prepared.copy()
        copy.headers["authorization"] = f"{scheme} {fresh}"
        return copy

    def transmit(self, prepared: requests.PreparedRequest, operation: str = "") -> Exchange:
        """Send a prepared request; once more where its failure may pass, and after a while where
        the target asks to come back later. An operation whose responses do not end has less time
        then. A fetched token that has expired is renewed, and one that is refused once. Raises
        NoTokenError and RunEndedError.
        """
        tokens = self.identities.tokens
        prepared = self._with_token(prepared, tokens.current) or prepared
        outcome = self._answered(prepared, operation)
        if isinstance(outcome, Response) and outcome.status == 401:
            again = self._with_token(prepared, tokens.instead)
            if again is not None:
                prepared, outcome = again, self._answered(again, operation)
        if isinstance(outcome, Response):
            tokens.saw(_bearer(prepared)[1], is_refused=outcome.status == 401)
        return self._exchange(prepared, outcome)

    def _answered(
        self, prepared: requests.PreparedRequest, operation: str
    ) -> Response | TransportError:
        outcome = self._once(prepared, operation)
        for _ in range(_MOST_WAITS):
            if (
                isinstance(outcome, TransportError)
                or not outcome.is_limited
                or not self._wait(outcome)
            ):
                break
            outcome = self._once(prepared, operation)
        if isinstance(outcome, Response) and outcome.status in self._passing.get(operation, ()):
            outcome = self._once(prepared, operation)
        return outcome

    def transmit_all(
        self, prepared: Sequence[requests.PreparedRequest], operation: str = ""
    ) -> list[Exchange]:
        """Send requests, several at a time, and give their exchanges in the same order. Each
        changes nothing, or is certain to be refused. A target that has asked to come back later
        gets one after the other; so does an operation that is late when several come at a time.
        """
        workers = min(self._concurrency, len(prepared))
        if workers < 2 or self._waited or operation in self._alone:
            return [self.transmit(each, operation) for each in prepared]
        before = self._cuts[operation]
        with ThreadPoolExecutor(workers) as pool:
            exchanges = list(pool.map(lambda each: self.transmit(each, operation), prepared))
        late = [index for index, exchange in enumerate(exchanges) if _is_late(exchange)]
        if late and before == 0:
            self._cuts[operation] = before
            self._alone.add(operation)
            # What the target still works on would make the next one late, too.
            time.sleep(min(self.target.timeout, self._left()))
            for index in late:
                exchanges[index] = self.transmit(prepared[index], operation)
                if _is_late(exchanges[index]):
                    break
        return exchanges

    def _exchange(
        self, prepared: requests.PreparedRequest, outcome: Response | TransportError
    ) -> Exchange:
        method = prepared.method or ""
        return Exchange(outcome, text_of(prepared), self.shown(prepared), method)

    def hook(self, call: HookCall, operation: ContractOperation | None = None) -> None:
        """Make a set-up or clean-up call. One to the target has the credentials of the operation,
        unless it has its own. Raises TargetError where it fails, and RunEndedError.
        """
        self._throttle.wait(self._left(GRACE))
        left = timeout_of(min(self.target.timeout, self._left(GRACE)))
        what = f"The call {call.method} {call.url} of the target file"
        is_own = origin_of(call.url) == origin_of(self.target.base_url)
        session = self.session if is_own else self.other
        mine = OperationRequest(operation) if operation and is_own else None
        given = self.identities.of(mine, Identity.OWN) if mine else None
        fields = self._fields(given, Identity.OWN) if given else {}
        try:
            response = session.request(
                call.method,
                call.url,
                params=given.query if given else None,
                headers={**CaseInsensitiveDict(fields), **call.headers},
                json=call.json,
                timeout=left,  # type: ignore[arg-type]  # HTTPAdapter takes it
                allow_redirects=False,  # nothing is sent to a host that nobody named
            )
        except (requests.RequestException, ElsewhereError) as error:
            raise TargetError(self.redactor.clean(f"{what} failed: {_reason(error)}.")) from None
        if not response.ok:
            raise TargetError(self.redactor.clean(f"{what} was answered {response.status_code}."))

    def close(self) -> None:
        """Close the connections."""
        self.session.close()
        self.other.close()

    def _once(
        self, prepared: requests.PreparedRequest, operation: str
    ) -> Response | TransportError:
        is_slow = self._cuts[operation] >= _MOST_CUTS
        seconds = min(self.target.timeout, _SHORT) if is_slow else self.target.timeout
        deadline = time.monotonic() + seconds
        outcome = self._try(prepared, operation, deadline, seconds)
        if isinstance(outcome, TransportError) and outcome.is_unanswered:
            if reason := unreachable(self.target, self._left()):
                raise TargetGoneError(reason, self.shown(prepared))
            # Either side may close a kept-alive connection at any time (RFC 9112 section 9.5): a
            # fresh one shows whether it was that.
            self.session.close()
            outcome = self._try(prepared, operation, deadline, seconds)
        return outcome

    @property
    def ends_at(self) -> float:
        """The moment when the run ends, by `time.monotonic`."""
        return min(self.ends, self._adapter.ends)

    def _left(self, grace: float = 0.0) -> float:
        """The seconds that are left of the run. Raises RunEndedError."""
        left = min(self.ends + grace - time.monotonic(), self._adapter.left())
        if left <= 0:
            raise RunEndedError("the time of the run is over")
        return left

    def shown(self, prepared: requests.PreparedRequest) -> str:
        """A command that repeats a request, without secrets."""
        return curl(prepared, self.redactor, _curl_options(self.target))

    def _try(
        self, prepared: requests.PreparedRequest, operation: str, deadline: float, seconds: float
    ) -> Response | TransportError:
        """Send a request, once. Whoever has `seconds` for it has them until the deadline."""
        self._throttle.wait(self._left())
        late = late_seconds(prepared.method)
        left = timeout_of(min(deadline - time.monotonic(), self._left() + late))
        with self._count:
            self.requests += 1
        try:
            received = self.session.send(
                prepared,
                timeout=left,  # type: ignore[arg-type]  # HTTPAdapter takes it
                allow_redirects=False,
            )
        except ElsewhereError as error:
            raise TargetGoneError(_not_reached(self.target, _reason(error)), "") from None
        except requests.exceptions.SSLError as error:
            raise TargetGoneError(_untrusted(self.target, error), "") from None
        except requests.RequestException as error:
            outcome: Response | TransportError = _transport_error(error, seconds)
            self._cuts[operation] += isinstance(error, requests.Timeout)
        else:
            outcome = self._received(received, operation, seconds)
        if isinstance(outcome, TransportError):
            self._left()  # what the end of the run has cut says nothing about the target
        return outcome

    def _received(
        self, received: requests.Response, operation: str, seconds: float
    ) -> Response | TransportError:
        response = _response(received)
        if not response.is_limited and not self._is_served:
            # Whatever was said before: it can be tested.
            self._is_served, self.put_off = True, None
        cut = received.cut if isinstance(received, BoundedResponse) else None
        is_stream = response.media_type in self._streams
        if is_stream and received.request.method == "HEAD":
            # A server may go on with what it does not send, and let the next request wait for it.
            self.session.close()
        if cut is None:
            return response
        if cut is Cut.TIME:
            self._cuts[operation] += _MOST_CUTS if is_stream else 1
        if is_stream:
            return replace(response, is_cut=True)
        if cut is Cut.TIME:
            late = f"the body did not end within {seconds:g} s"
            return TransportError(late, _INCOMPLETE, is_late=True)
        return TransportError(
            f"the body is longer than {self.target.largest_response:,} bytes; if that is right, "
            "say in the target file: largest_response = …",
            _INCOMPLETE,
        )

    def _wait(self, response: Response) -> bool:
        """Wait as long as a response asks, unless that is more than the run has patience for."""
        if not self._waits_itself:
            return True
        asked = seconds_of(response.headers.get("retry-after", ""))
        if asked > _PATIENCE or not self._is_served:
            self.put_off = (
                f"{self.target.called} {self.target.shown_url} answers {response.status} and asks "
                f"to come back in {asked:,.0f} s. Set a lower `rate` in the target file, or try "
                "again then."
            )
        if asked > _PATIENCE:
            return False
        seconds = min(asked, _LONGEST_WAIT)
        with self._count:
            # Requests that are under way together wait together.
            begins = max(time.monotonic(), self._resumes)
            more = max(0.0, time.monotonic() + seconds - begins)
            if self._waited + more > _PATIENCE:
                return False
            if seconds >= self._left():
                raise RunEndedError("the target asks to come back after the end of the run")
            self._waited += more
            self._resumes = begins + more
        time.sleep(max(0.0, self._resumes - time.monotonic()))
        return True


def unreachable(target: Target, seconds: float = inf) -> str | None:
    """Why nothing can be sent to a target; None where a connection can be made within so many
    seconds.
    """
    seconds = min(seconds, _LONGEST_CONNECT)
    said: list[str | None] = []
    # A thread, since looking a name up has no limit of time.
    threading.Thread(target=lambda: said.append(_connect(target)), daemon=True).start()
    deadline = time.monotonic() + seconds
    while not said and time.monotonic() < deadline:
        time.sleep(0.002)
    reason = said[0] if said else f"no connection within {seconds:g} s"
    return _not_reached(target, reason) if reason else None


def _not_reached(target: Target, reason: str) -> str:
    return f"{target.called} {target.shown_url} could not be reached: {reason}."


def _connect(target: Target) -> str | None:
    """Why no connection can be made; None where one can."""
    url = target.proxy or target.base_url
    reason = None
    try:
        for address in target.destinations.addresses(host_of(url)):
            if (reason := _try_address(address, origin_of(url)[2])) is None:
                return None
    except (OSError, ElsewhereError) as error:
        return _reason(error)
    return reason


def _try_address(address: str, port: int | None) -> str | None:
    try:
        socket.create_connection((address, port or 0), _LONGEST_CONNECT).close()
    except OSError as error:
        return error.strerror or str(error)
    return None


def _around(target: Target) -> BoundedAdapter:
    """What sends to what is around a target."""
    adapter = BoundedAdapter()
    adapter.destinations = target.surroundings
    return adapter


def _session(target: Target, adapter: BoundedAdapter) -> requests.Session:
    """The way to a target and to what is around it, without anything that only the target may
    see.
    """
    session = requests.Session()
    session.trust_env = False  # a proxy of the environment is no part of the target
    session.verify = target.ca_file or os.environ.get("SSL_CERT_FILE") or True
    session.proxies = {"all": target.proxy} if target.proxy else {}
    session.cookies.set_policy(DefaultCookiePolicy(allowed_domains=[]))
    session.mount("http://", adapter)
    session.mount("https://", adapter)
    return session


def _curl_options(target: Target) -> list[str]:
    """The same way, as options of curl."""
    options = ["--proxy", target.proxy] if target.proxy else []
    options += ["--cacert", target.ca_file] if target.ca_file else []
    for option, file in zip(("--cert", "--key"), target.client_certificate, strict=False):
        options += [option, file]
    return options


def _certificate(target: Target) -> Any:
    """The client's certificate, and its key where that is another file, as requests wants them."""
    files = target.client_certificate
    return files if len(files) == 2 else next(iter(files), None)


def _bearer(prepared: requests.PreparedRequest) -> tuple[str, str]:
    """The name and the rest of a request's credentials (RFC 9110 section 11.4)."""
    scheme, _, rest = str(prepared.headers.get("authorization", "")).partition(" ")
    return scheme, rest


def origin_of(url: str) -> tuple[str, str, int | None]:
    """The origin of an address (RFC 6454 section 4)."""
    parts = urlsplit(url)
    port = parts.port or {"http": 80, "https": 443}.get(parts.scheme)
    return parts.scheme, host_of(url), port


def basic_credentials(target: Target) -> dict[str, str]:
    """The header that user and password of the address stand for (RFC 7617)."""
    parts = urlsplit(target.base_url)
    if parts.username is None:
        return {}
    pair = f"{unquote(parts.username)}:{unquote(parts.password or '')}"
    return {"authorization": "Basic " + b64encode(pair.encode()).decode()}


def redactor_of(target: Target) -> Redactor:
    """The redactor of a target's secrets."""
    return Redactor(secrets_of(target), target.variables, hidden_of(target))


def secrets_of(target: Target) -> list[str]:
    """The secrets of a target: the values of its headers, the variables of the environment in
    set-up calls, and the password of its address.
    """
    headers = [target.headers]
    for case in target.cases.values():
        headers += [case.headers, *(hook.headers for hook in (*case.before, *case.after))]
    secrets = [
        value
        for group in headers
        for name, value in group.items()
        if name.lower() not in OPEN_HEADERS
    ]
    hooks = [hook for case in target.cases.values() for hook in (*case.before, *case.after)]
    text = json.dumps([[hook.url, hook.json] for hook in hooks])
    secrets += [value for value in target.variables.values() if json.dumps(value)[1:-1] in text]
    secrets += _cookies_in(headers)
    secrets += basic_credentials(target).values()
    for credentials in (target.credentials, target.other, target.wrong):
        secrets += [secret for each in credentials.values() for secret in each.secrets]
    proxy = urlsplit(target.proxy or "").password
    secrets += [unquote(proxy)] if proxy else []
    return secrets + ([target.password] if target.password else [])


def _cookies_in(headers: Iterable[Mapping[str, str]]) -> list[str]:
    """The values of the cookies in Cookie headers."""
    texts = [v for group in headers for name, v in group.items() if name.lower() == "cookie"]
    return [pair.partition("=")[2].strip() for text in texts for pair in text.split(";")]


def _secret_parameters(target: Target) -> list[str]:
    """The values of parameters that are credentials, by their names."""
    groups = [target.parameters, *(special.parameters for special in target.operations)]
    groups += [case.parameters for case in target.cases.values()]
    return [
        str(value)
        for group in groups
        for name, value in group.items()
        if not name.startswith(("path.", "body.")) and SECRET_NAME.search(name.partition(".")[2])
    ]


def hidden_of(target: Target) -> list[str]:
    """The variables of the environment in values that are sent, and values whose names are those of
    credentials. They are not shown, but the target may send them back.
    """
    values: list[Any] = [target.parameters, target.fuzz]
    values += [special.parameters for special in target.operations]
    values += [case.parameters for case in target.cases.values()]
    text = json.dumps(values, default=str)
    found = [value for value in target.variables.values() if json.dumps(value)[1:-1] in text]
    return found + _secret_parameters(target)


def _response(received: requests.Response) -> Response:
    headers = {name.lower(): value for name, value in received.headers.items()}
    response = Response(received.status_code, headers, received.content)
    return replace(
        response,
        received=time.time(),
        seconds=received.elapsed.total_seconds(),
        has_surplus=isinstance(received, BoundedResponse) and received.has_surplus,
    )


def _untrusted(target: Target, error: requests.exceptions.SSLError) -> str:
    return (
        f"{target.called} {target.shown_url} could not be reached: {_reason(error)}. For a "
        "certificate of your own, name your CA's file: ca_file in the target file, or the "
        "environment variable SSL_CERT_FILE."
    )


def _is_late(exchange: Exchange) -> bool:
    return isinstance(exchange.outcome, TransportError) and exchange.outcome.is_late


def _transport_error(error: requests.RequestException, seconds: float) -> TransportError:
    if isinstance(error, requests.Timeout) or isinstance(_cause(error), TimeoutError):
        late = f"no response came within {seconds:g} s"
        return TransportError(late, "RFC 9110 section 3.4", is_late=True)
    if isinstance(error, requests.exceptions.ContentDecodingError):
        return TransportError(
            "the body does not have the content coding that Content-Encoding names",
            "RFC 9110 section 8.4",
        )
    reason = _reason(error)
    # A response that was cut off in the middle did arrive.
    is_cut = isinstance(error, requests.exceptions.ChunkedEncodingError) or isinstance(
        _cause(error), LongHeadersError
    )
    return TransportError(
        f"no complete response came: {reason}", _INCOMPLETE, is_unanswered=not is_cut
    )


def _reason(error: Exception) -> str:
    """The reason below the layers of libraries, without addresses of memory."""
    if isinstance(error, ElsewhereError):
        return error.what.removesuffix(".")
    cause = _cause(error)
    if isinstance(cause, OSError) and cause.strerror:
        return cause.strerror.lower()
    if isinstance(cause, IncompleteRead):
        return "the connection was closed before the end of the body"
    return type(cause).__name__ if not str(cause) or "0x" in str(cause) else str(cause)


def _cause(error: Exception) -> Any:
    cause: Any = error
    while cause.args and isinstance(cause.args[-1], Exception):
        cause = cause.args[-1]
    reason = getattr(cause, "reason", None)
    cause = reason if isinstance(reason, Exception) else cause
    # What urllib3 says of a refused connection names an object of its own.
    return cause.__cause__ if isinstance(cause.__cause__, OSError) else cause
