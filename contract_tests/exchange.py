"""Requests and answers: what was sent to the target, and what came back."""

from __future__ import annotations

import json
import shlex
import socket
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote, urlencode, urlsplit

import requests
import schemathesis

from contract_tests.target import HookCall, Target
from tallystick.contract import ContractOperation

_MOST_WAITS = 3
_LONGEST_WAIT = 30.0
_LONGEST_CONNECT = 4.0


@dataclass(frozen=True, slots=True)
class Call:
    """A request to an operation. `body` is a JSON value; ABSENT where there is none."""

    operation: ContractOperation
    path: Mapping[str, Any] = field(default_factory=dict)
    query: Mapping[str, Any] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)
    body: Any = ...

    def url(self, base_url: str) -> str:
        """The address of this call at a target."""
        path = self.operation.operation.path
        for name, value in self.path.items():
            path = path.replace("{" + name + "}", quote(str(value), safe=""))
        query = "?" + urlencode(self.query, doseq=True) if self.query else ""
        return base_url.rstrip("/") + path + query


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer as it came. `headers` have lower-case names."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def media_type(self) -> str:
        """The media type without parameters, in lower case (RFC 9110 section 8.3.1)."""
        return self.headers.get("content-type", "").partition(";")[0].strip().lower()

    @property
    def value(self) -> Any:
        """The body as JSON value. Raises ValueError where it is none (RFC 8259: UTF-8, no BOM, no
        NaN or Infinity).
        """
        return json.loads(self.body.decode("utf-8"), parse_constant=_refuse)


def _refuse(constant: str) -> None:
    raise ValueError(f"{constant} is no JSON number")


@dataclass(frozen=True, slots=True)
class Exchange:
    """A request with its answer; `curl` is a command that repeats the request."""

    answer: Answer
    curl: str


def unreachable(target: Target) -> str | None:
    """Why nothing can be sent to a target; None where a connection can be made."""
    address = urlsplit(target.base_url)
    port = address.port or (443 if address.scheme == "https" else 80)
    try:
        socket.create_connection((address.hostname or "", port), _LONGEST_CONNECT).close()
    except OSError as error:
        return f"The target {target.base_url} could not be reached: {error.strerror or error}."
    return None


class Client:
    """Sends calls to a target, over kept-alive connections. A 429, and a 503 with `Retry-After`,
    is waited for and sent again: that is no finding.
    """

    def __init__(self, target: Target) -> None:
        self.target = target
        self.session = requests.Session()
        self.session.trust_env = False  # a proxy of the environment is no part of the target
        self.session.headers.update({"accept": "application/json, */*;q=0.5"})
        self.session.headers.update(target.headers)

    def send(self, call: Call) -> Exchange:
        """Send a call, and wait for its answer."""
        return self.transmit(self.prepare(call))

    def prepare(
        self,
        call: Call,
        *,
        method: str | None = None,
        headers: Mapping[str, str] | None = None,
        content: bytes | Iterator[bytes] | None = None,
    ) -> requests.PreparedRequest:
        """The request of a call, or a variation of it: another method, more headers, other
        content (an iterator is sent chunked).
        """
        if content is None and call.body is not ...:
            content = json.dumps(call.body).encode()
        typed = {"content-type": "application/json"} if content else {}
        request = requests.Request(
            method or call.operation.operation.method.upper(),
            call.url(self.target.base_url),
            {**typed, **call.headers, **(headers or {})},
            data=content,
        )
        return self.session.prepare_request(request)

    def hook(self, call: HookCall) -> None:
        """Make a set-up or clean-up call. Raises requests.HTTPError where it fails."""
        answer = self.session.request(
            call.method,
            call.url,
            headers=dict(call.headers),
            json=call.json,
            timeout=self.target.timeout,
        )
        answer.raise_for_status()

    def transmit(self, prepared: requests.PreparedRequest) -> Exchange:
        """Send a prepared request."""
        for _ in range(_MOST_WAITS):
            answer = self._once(prepared)
            wait = _wait(answer)
            if wait is None:
                break
            time.sleep(wait)
        return Exchange(answer, curl(prepared, secret=self.target.headers))

    def _once(self, prepared: requests.PreparedRequest) -> Answer:
        # Redirects are answers, too; following one would hide what the target said.
        response = self.session.send(prepared, timeout=self.target.timeout, allow_redirects=False)
        return to_answer(response)


def to_answer(response: requests.Response | schemathesis.Response) -> Answer:
    """What came back, without the client's own types. Schemathesis lists a header's lines."""
    headers = {
        name.lower(): value if isinstance(value, str) else ", ".join(value)
        for name, value in response.headers.items()
    }
    return Answer(response.status_code, headers, response.content)


def _wait(answer: Answer) -> float | None:
    """How long an answer asks to wait, in seconds; None where it does not (RFC 9110 section
    10.2.3, RFC 6585 section 4).
    """
    asked = answer.headers.get("retry-after")
    if answer.status != 429 and not (answer.status == 503 and asked):
        return None
    seconds = float(asked) if asked and asked.isdigit() else 1.0
    return min(seconds, _LONGEST_WAIT)


def curl(prepared: requests.PreparedRequest, secret: Mapping[str, str]) -> str:
    """A command that repeats a request; the values of secret headers are left out."""
    hidden = {name.lower() for name in secret}
    words = ["curl", "-i", "-X", prepared.method or "GET", prepared.url or ""]
    for name, value in prepared.headers.items():
        if name.lower() in _OWN_HEADERS:
            continue
        text = value.decode() if isinstance(value, bytes) else value
        words += ["-H", f"{name}: {'...' if name.lower() in hidden else text}"]
    body = prepared.body
    if isinstance(body, bytes):
        body = body.decode("utf-8", "replace")
    if isinstance(body, str) and body:
        words += ["--data-raw", body]
    return " ".join(shlex.quote(word) for word in words)


_OWN_HEADERS = {
    "content-length",
    "connection",
    "accept-encoding",
    "user-agent",
    "x-schemathesis-testcaseid",
}
