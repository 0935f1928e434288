"""The client: sends requests to a target, and returns what came back.

Rules: redirects are responses, never followed; nothing of the environment (proxies, .netrc) takes
part; the rate limit holds for every request, set-up calls included. The client waits where a target
asks to come back later. It counts the requests.
"""

from __future__ import annotations

import json
import os
import socket
import threading
import time
from base64 import b64encode
from collections.abc import Mapping
from dataclasses import replace
from typing import Any
from urllib.parse import unquote, urlsplit

import requests
import urllib3
from requests.adapters import HTTPAdapter

from contract_tests.http.bodies import JSON
from contract_tests.http.exchange import (
    Chunks,
    Exchange,
    OperationRequest,
    Response,
    TransportError,
    curl,
    text_of,
)
from contract_tests.http.redaction import OPEN_HEADERS, Redactor
from contract_tests.target.rate import ELSEWHERE, Throttle, is_loopback, per_second
from contract_tests.target.target import HookCall, Target, TargetError
from tallystick.errors import TallystickError

_MOST_WAITS = 3
_LONGEST_WAIT = 30.0
_PATIENCE = 60.0
"""How long, in seconds, all waits of a run together may last."""

_LONGEST_CONNECT = 3.0

_THREADS = 8
_INCOMPLETE = "RFC 9112 section 8"


class TargetGoneError(TallystickError):
    """The target cannot be reached (any more); `curl` is the request that showed it."""

    def __init__(self, what: str, curl: str) -> None:
        super().__init__(what)
        self.curl = curl


class UntestableError(TargetGoneError):
    """The target answers, but nothing can be tested there; `curl` is a request that showed it."""


class _PromptConnection(urllib3.connection.HTTPConnection):
    """Acknowledges what it receives at once. A server that sends head and body apart would
    otherwise wait 40 ms for it, each time (RFC 9293 section 3.8.6.3).
    """

    def getresponse(self) -> Any:
        """See HTTPConnection."""
        option = getattr(socket, "TCP_QUICKACK", None)
        if option is not None and self.sock is not None:
            self.sock.setsockopt(socket.IPPROTO_TCP, option, 1)
        return super().getresponse()


class _PromptPool(urllib3.HTTPConnectionPool):
    ConnectionCls = _PromptConnection


class PromptAdapter(HTTPAdapter):
    """Sends requests over connections that acknowledge at once."""

    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        """See HTTPAdapter."""
        super().init_poolmanager(*args, **kwargs)
        pools = self.poolmanager.pool_classes_by_scheme
        self.poolmanager.pool_classes_by_scheme = {**pools, "http": _PromptPool}


class Client:
    """Sends requests to a target, over kept-alive connections."""

    def __init__(self, target: Target, adapter: PromptAdapter | None = None) -> None:
        """`adapter` limits the requests, instead of the client's own rate limit and waits."""
        self.target = target
        self.is_local = is_loopback(target.base_url)
        self.redactor = redactor_of(target)
        self.requests = 0
        self._waited = 0.0
        self._count = threading.Lock()
        rate = target.rate or (None if self.is_local else ELSEWHERE)
        self._throttle = Throttle(per_second(rate) if rate and adapter is None else None)
        self.session = requests.Session()
        self.session.trust_env = False  # a proxy of the environment is no part of the target
        self.session.verify = os.environ.get("SSL_CERT_FILE") or True
        self._waits_itself = adapter is None
        adapter = adapter or PromptAdapter(pool_maxsize=_THREADS)
        self.session.mount("http://", adapter)
        self.session.mount("https://", adapter)
        self.session.headers.update({"accept": "application/json, */*;q=0.5"})
        self.session.headers.update(basic_credentials(target))
        self.session.headers.update(target.headers)

    def send(self, request: OperationRequest) -> Exchange:
        """Send a request, and wait for its response."""
        return self.transmit(self.prepare(request))

    def prepare(
        self,
        request: OperationRequest,
        *,
        method: str | None = None,
        headers: Mapping[str, str | None] | None = None,
        content: bytes | Chunks | None = None,
    ) -> requests.PreparedRequest:
        """The request as it is sent, or a variation of it: another method, other headers (None
        takes one out), other content.
        """
        typed: dict[str, str | bytes | None] = {}
        if content:
            typed = {"content-type": request.media_type or JSON}
        elif content is None and request.body is not ...:
            content, typed["content-type"] = request.content()
        unprepared = requests.Request(
            method or request.operation.method.upper(),
            request.url(self.target.shown_url),
            {**typed, **self._fields(request), **(headers or {})},
            data=content,
        )
        return self.session.prepare_request(unprepared)

    def _fields(self, request: OperationRequest) -> dict[str, str | bytes]:
        """The header fields of a request's own parameters; its cookies stand beside the target's,
        or replace those of the same name.
        """
        shared = {
            name: value
            for name, _, value in (
                part.strip().partition("=")
                for part in str(self.session.headers.get("cookie", "")).split(";")
            )
            if name and name not in request.cookies
        }
        fields = request.fields()
        if shared and request.cookies:
            others = "; ".join(f"{name}={value}" for name, value in shared.items())
            fields["cookie"] = f"{others}; {fields['cookie']!s}"
        return fields

    def transmit(self, prepared: requests.PreparedRequest) -> Exchange:
        """Send a prepared request."""
        outcome = self._once(prepared)
        for _ in range(_MOST_WAITS):
            if (
                isinstance(outcome, TransportError)
                or not outcome.is_limited
                or not self._wait(outcome)
            ):
                break
            outcome = self._once(prepared)
        return Exchange(outcome, text_of(prepared), self.shown(prepared))

    def hook(self, call: HookCall) -> None:
        """Make a set-up or clean-up call. Raises TargetError where it fails."""
        self._throttle.wait()
        what = f"The call {call.method} {call.url} of the target file"
        try:
            response = self.session.request(
                call.method,
                call.url,
                headers=dict(call.headers),
                json=call.json,
                timeout=self.target.timeout,
                allow_redirects=False,  # nothing is sent to a host that nobody named
            )
        except requests.RequestException as error:
            raise TargetError(self.redactor.clean(f"{what} failed: {_reason(error)}.")) from None
        if not response.ok:
            raise TargetError(self.redactor.clean(f"{what} was answered {response.status_code}."))

    def close(self) -> None:
        """Close the connections."""
        self.session.close()

    def _once(self, prepared: requests.PreparedRequest) -> Response | TransportError:
        outcome = self._try(prepared)
        if isinstance(outcome, TransportError) and outcome.is_unanswered:
            if reason := unreachable(self.target):
                raise TargetGoneError(reason, self.shown(prepared))
            # Either side may close a kept-alive connection at any time (RFC 9112 section 9.5): a
            # fresh one shows whether it was that.
            self.session.close()
            outcome = self._try(prepared)
        return outcome

    def shown(self, prepared: requests.PreparedRequest) -> str:
        """A command that repeats a request, without secrets."""
        return curl(prepared, self.redactor, self.target.headers)

    def _try(self, prepared: requests.PreparedRequest) -> Response | TransportError:
        self._throttle.wait()
        with self._count:
            self.requests += 1
        try:
            response = self.session.send(
                prepared, timeout=self.target.timeout, allow_redirects=False
            )
        except requests.exceptions.SSLError as error:
            raise TargetGoneError(_untrusted(self.target, error), "") from None
        except requests.RequestException as error:
            return _transport_error(error, self.target.timeout)
        return _response(response)

    def _wait(self, response: Response) -> bool:
        """Wait as long as a response asks, unless that is more than the run has patience for."""
        if not self._waits_itself:
            return True
        asked = response.headers.get("retry-after", "")
        seconds = min(float(asked) if asked.isdecimal() else 1.0, _LONGEST_WAIT)
        if self._waited + seconds > _PATIENCE:
            return False
        self._waited += seconds
        time.sleep(seconds)
        return True


def unreachable(target: Target) -> str | None:
    """Why nothing can be sent to a target; None where a connection can be made."""
    said: list[str | None] = []
    # A thread, since looking a name up has no limit of time.
    threading.Thread(target=lambda: said.append(_connect(target)), daemon=True).start()
    deadline = time.monotonic() + _LONGEST_CONNECT
    while not said and time.monotonic() < deadline:
        time.sleep(0.002)
    reason = said[0] if said else f"no connection within {_LONGEST_CONNECT:g} s"
    return f"{target.called} {target.shown_url} could not be reached: {reason}." if reason else None


def _connect(target: Target) -> str | None:
    address = urlsplit(target.base_url)
    port = address.port or (443 if address.scheme == "https" else 80)
    try:
        socket.create_connection((address.hostname or "", port), _LONGEST_CONNECT).close()
    except (OSError, UnicodeError) as error:
        return getattr(error, "strerror", None) or str(error)
    return None


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
    secrets += basic_credentials(target).values()
    return secrets + ([target.password] if target.password else [])


def hidden_of(target: Target) -> list[str]:
    """The variables of the environment in values that are sent. They are not shown, but the target
    may send them back.
    """
    values: list[Any] = [target.parameters, target.fuzz]
    values += [special.parameters for special in target.operations]
    values += [case.parameters for case in target.cases.values()]
    text = json.dumps(values, default=str)
    return [value for value in target.variables.values() if json.dumps(value)[1:-1] in text]


def _response(received: requests.Response) -> Response:
    headers = {name.lower(): value for name, value in received.headers.items()}
    response = Response(received.status_code, headers, received.content)
    return replace(response, received=time.time(), seconds=received.elapsed.total_seconds())


def _untrusted(target: Target, error: requests.exceptions.SSLError) -> str:
    return (
        f"{target.called} {target.shown_url} could not be reached: {_reason(error)}. For a "
        "certificate of your own, name your CA's file in the environment variable SSL_CERT_FILE."
    )


def _transport_error(error: requests.RequestException, timeout: float) -> TransportError:
    if isinstance(error, requests.Timeout):
        return TransportError(f"no response came within {timeout:g} s", "RFC 9110 section 3.4")
    if isinstance(error, requests.exceptions.ContentDecodingError):
        return TransportError(
            "the body does not have the content coding that Content-Encoding names",
            "RFC 9110 section 8.4",
        )
    reason = _reason(error)
    # A response that was cut off in the middle did arrive.
    is_cut = isinstance(error, requests.exceptions.ChunkedEncodingError)
    return TransportError(
        f"no complete response came: {reason}", _INCOMPLETE, is_unanswered=not is_cut
    )


def _reason(error: requests.RequestException) -> str:
    """The reason below the layers of libraries, without addresses of memory."""
    cause: Any = error
    while cause.args and isinstance(cause.args[-1], Exception):
        cause = cause.args[-1]
    reason = getattr(cause, "reason", None)
    cause = reason if isinstance(reason, Exception) else cause
    if isinstance(cause, OSError) and cause.strerror:
        return cause.strerror.lower()
    if isinstance(cause, urllib3.exceptions.IncompleteRead):
        return "the connection was closed before the end of the body"
    return type(cause).__name__ if not str(cause) or "0x" in str(cause) else str(cause)
