"""Connections that keep the mock's limits, on top of uvicorn's.

Rules: what does not keep a limit is refused with a problem, and its connection ends: 431 for
headers that are too large (RFC 6585 section 5), 408 for a request that does not come (RFC 9110
section 15.5.9), 503 for one connection too many. A client that reads nothing is dropped. Time is
looked at once a second, for all connections together, so that requests do not pay for it.
"""

from __future__ import annotations

import asyncio
from collections.abc import Collection

import orjson
from starlette.types import Receive, Scope, Send
from uvicorn.protocols.http.flow_control import FlowControl
from uvicorn.protocols.http.httptools_impl import STATUS_LINE, HttpToolsProtocol

from mock_server.limits import MockLimits
from mock_server.requests.cors import OWN
from tallystick.generation.problem import MEDIA_TYPE, problem

_LINGER = 1.0
"""Seconds in which what a refused client still sends is thrown away: if the connection closed at
once, the client might never see why (RFC 9112 section 9.6).
"""

Phase = tuple[str, Scope | None, int]
"""What a client is to do next, for which request, and how much of an answer waits for it."""


class Connection(HttpToolsProtocol):
    """One connection. `limits` are those of its server."""

    limits = MockLimits()
    waiting = 0
    """How many bytes came of headers, or trailers, that are not complete, or somewhat more."""

    fed = 0
    """How many bytes came last."""

    is_in_trailers = False
    is_refused = False
    phase: Phase | None = None
    since = 0.0

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """See asyncio.Protocol."""
        super().connection_made(transport)
        self.flow = _Flow(transport, self.pipeline)
        if len(self.connections) > self.limits.max_connections:
            self.refuse(503, "The mock has as many connections as it takes (--max-connections).")

    def data_received(self, data: bytes) -> None:
        """See asyncio.Protocol."""
        if self.is_refused:
            return
        self.fed = len(data)
        super().data_received(data)
        if self.is_in_head or self.is_in_trailers:
            self.waiting += self.fed
            # What came last may have begun with other requests.
            if self.waiting > self.limits.max_header + self.fed:
                self.refuse(431, self._too_large())

    def on_headers_complete(self) -> None:
        """See httptools. Headers are counted only where enough came that they may be too many."""
        came, self.waiting = self.waiting + self.fed, 0
        if came <= self.limits.max_header or self._size() <= self.limits.max_header:
            super().on_headers_complete()
            return
        app, self.app = self.app, _Refusal(431, self._too_large())
        try:
            super().on_headers_complete()
        finally:
            self.app = app

    def on_chunk_header(self) -> None:
        """See httptools: a chunk begins, or, after the last one, the trailers."""
        self.is_in_trailers = True

    def on_body(self, body: bytes) -> None:
        """See httptools."""
        self.is_in_trailers, self.waiting = False, 0
        super().on_body(body)

    def on_message_complete(self) -> None:
        """See httptools."""
        self.is_in_trailers, self.waiting = False, 0
        super().on_message_complete()

    @property
    def is_in_head(self) -> bool:
        """Whether the headers of a request are still to come, as far as one has begun."""
        return self.scope is None or "method" not in self.scope

    def waits_for(self) -> Phase | None:
        """What the client is to do next; None where it is to do nothing."""
        if self.flow.write_paused:
            return "write", None, self.transport.get_write_buffer_size()
        if self.is_in_head:
            return "head", self.scope, 0  # type: ignore[return-value]
        if self.cycle.more_body and not self.cycle.response_complete:
            return "body", self.scope, 0  # type: ignore[return-value]
        return None

    def check(self, now: float) -> None:
        """Refuse what has taken too long."""
        phase = self.waits_for()
        if phase is None or not _is_same(phase, self.phase):
            self.phase, self.since = phase, now
            return
        passed = now - self.since
        if phase[0] == "write" and passed > self.limits.write_timeout:
            self._disconnect()
            self.transport.abort()
        elif phase[0] == "head" and passed > self.limits.header_timeout:
            self.refuse(408, "The headers of the request took too long (--header-timeout).")
        elif phase[0] == "body" and passed > self.limits.body_timeout:
            self.refuse(408, "The body of the request took too long (--body-timeout).")

    def refuse(self, status: int, detail: str) -> None:
        """Answer with a problem, unless another answer is on its way, and end the connection."""
        if self.is_refused:
            return
        self.is_refused = True
        cycle = self.cycle
        is_answering = cycle is not None and cycle.response_started and not cycle.response_complete
        if not is_answering and not self.pipeline:
            body = orjson.dumps(problem(status, detail))
            lines = [b"%b: %b\r\n" % header for header in _headers(body)]
            self.transport.write(b"".join((STATUS_LINE[status], *lines, b"\r\n", body)))
        self._disconnect()
        if self.transport.can_write_eof():
            self.transport.write_eof()
        self.pipeline.clear()
        self.flow.resume_reading()
        self.loop.call_later(_LINGER, self.transport.abort)

    def send_400_response(self, msg: str) -> None:
        """See uvicorn: what came is no HTTP."""
        self.refuse(400, msg)

    def _disconnect(self) -> None:
        """Let what answers a request know that nobody waits for the answer."""
        if self.cycle is not None and not self.cycle.response_complete:
            self.cycle.disconnected = True
            self.cycle.message_event.set()
            self.flow.resume_writing()

    def _size(self) -> int:
        return len(self.url) + sum(len(name) + len(value) + 4 for name, value in self.headers)

    def _too_large(self) -> str:
        return f"The headers have more than {self.limits.max_header} bytes (--max-header)."


class _Flow(FlowControl):
    """Reads no more while requests wait for their turn; only the last of them can be incomplete."""

    def __init__(self, transport: asyncio.Transport, pipeline: Collection[object]) -> None:
        super().__init__(transport)
        self._pipeline = pipeline

    def resume_reading(self) -> None:
        """See FlowControl."""
        if not self._pipeline:
            super().resume_reading()


class _Refusal:
    """The application for a request that is refused; the connection ends with it."""

    def __init__(self, status: int, detail: str) -> None:
        self.status = status
        self.body = orjson.dumps(problem(status, detail))

    async def __call__(self, _: Scope, __: Receive, send: Send) -> None:
        """See ASGI."""
        headers = _headers(self.body)
        await send({"type": "http.response.start", "status": self.status, "headers": headers})
        await send({"type": "http.response.body", "body": self.body})


def _is_same(phase: Phase, other: Phase | None) -> bool:
    return other is not None and phase[::2] == other[::2] and phase[1] is other[1]


def _headers(body: bytes) -> list[tuple[bytes, bytes]]:
    return [
        (b"content-type", MEDIA_TYPE.encode()),
        (b"content-length", b"%d" % len(body)),
        (b"connection", b"close"),
        *OWN,
    ]


def connections(limits: MockLimits) -> type[Connection]:
    """Connections with these limits, for uvicorn."""
    return type("LimitedConnection", (Connection,), {"limits": limits})
