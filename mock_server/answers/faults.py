"""Faults of the transport: delays, and answers that do not arrive as they should.

`Prefer: delay=1.5` and `Prefer: fault=slow` ask for one, or one is queued for the next requests of
a session (`mock_server.state.disturbances`). A new fault is one function and one row of `FAULTS`.
This module decides how an answer arrives, not what it says.
"""

from __future__ import annotations

import asyncio
import inspect
import socket
import struct
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from starlette.types import Receive, Send

from mock_server.requests import preferences
from mock_server.requests.request import Header
from mock_server.state.disturbances import Disturbance

LONGEST_DELAY = 300.0
"""The longest delay, in seconds."""

_PAUSE = 0.05
"""Seconds between the pieces of a slow answer."""

_PIECES = 40
_HTML = (
    b"<html><head><title>502 Bad Gateway</title></head><body><h1>502 Bad Gateway</h1></body></html>"
)


@dataclass(frozen=True, slots=True)
class Wire:
    """An answer that is about to be sent, and what it is sent by."""

    status: int
    headers: list[Header]
    body: bytes
    receive: Receive
    send: Send

    async def start(self, status: int, headers: list[Header]) -> None:
        """Send the status and the headers."""
        await self.send({"type": "http.response.start", "status": status, "headers": headers})

    async def piece(self, body: bytes, *, more: bool = False) -> None:
        """Send a piece of the body."""
        await self.send({"type": "http.response.body", "body": body, "more_body": more})

    def transport(self) -> Any:
        """uvicorn's connection, below all that wraps `send`."""
        return getattr(getattr(self.send, "plain", self.send), "__self__").transport  # noqa: B009


class UnknownFaultError(Exception):
    """No fault has this name, or a delay is none."""

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.name = name

    def __str__(self) -> str:
        return f"No fault is called {self.name[:80]!r}. The faults are: {', '.join(FAULTS)}."


async def _gone(wire: Wire) -> None:
    """Wait until the connection has ended: a server that sees its application return before that
    would complain that there is no answer.
    """
    while (await wire.receive())["type"] != "http.disconnect":
        pass


async def _reset(wire: Wire) -> None:
    """The connection is reset (TCP RST) before anything is sent."""
    transport = wire.transport()
    connection = transport.get_extra_info("socket")
    if connection is not None:
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    transport.abort()
    await _gone(wire)


async def _empty(wire: Wire) -> None:
    """The connection is closed before anything is sent."""
    wire.transport().close()
    await _gone(wire)


async def _truncated(wire: Wire) -> None:
    """The connection is closed in the middle of the body."""
    await wire.start(wire.status, wire.headers)
    await wire.piece(wire.body[: len(wire.body) // 2], more=True)
    wire.transport().close()


async def _garbage(wire: Wire) -> None:
    """Bytes that are no HTTP, and the end of the connection."""
    transport = wire.transport()
    transport.write(b"\x00\xff\xfe tally \x80\x81 this is no HTTP\r\n" + bytes(range(256)))
    transport.close()
    await _gone(wire)


async def _hang(wire: Wire) -> None:
    """No answer, for as long as the client waits."""
    await _gone(wire)


async def _slow(wire: Wire) -> None:
    """The right answer, its body in small pieces with pauses between them."""
    await wire.start(wire.status, wire.headers)
    size = max(1, len(wire.body) // _PIECES)
    for start in range(0, len(wire.body), size):
        await wire.piece(wire.body[start : start + size], more=True)
        await asyncio.sleep(_PAUSE)
    await wire.piece(b"")


async def _wrong_type(wire: Wire) -> None:
    """The right body under another media type."""
    others = [header for header in wire.headers if header[0] != b"content-type"]
    await wire.start(wire.status, [*others, (b"content-type", b"text/html; charset=utf-8")])
    await wire.piece(wire.body)


async def _bad_gateway(wire: Wire) -> None:
    """The 502 of a gateway, in HTML, as if the service were down behind it."""
    headers = [(b"content-type", b"text/html"), (b"content-length", b"%d" % len(_HTML))]
    await wire.start(502, headers)
    await wire.piece(_HTML)


Play = Callable[[Wire], Awaitable[None]]

FAULTS: Mapping[str, Play] = {
    "reset": _reset,
    "empty": _empty,
    "truncated": _truncated,
    "garbage": _garbage,
    "hang": _hang,
    "slow": _slow,
    "wrong-type": _wrong_type,
    "bad-gateway": _bad_gateway,
}


def words(fault: str) -> str:
    """What a fault is, for people."""
    return (
        (inspect.getdoc(FAULTS[fault]) or fault).partition("\n\n")[0].replace("\n", " ").rstrip(".")
    )


async def _is_gone_within(wire: Wire, seconds: float) -> bool:
    """Wait so long; whether the client has gone by then, and so nobody waits any more."""
    gone = asyncio.ensure_future(_gone(wire))
    await asyncio.wait({gone}, timeout=seconds)
    return not gone.cancel()


async def play(disturbance: Disturbance, wire: Wire) -> None:
    """Send an answer with a disturbance, unless the client does not wait for it."""
    if disturbance.delay and await _is_gone_within(wire, disturbance.delay):
        return
    if disturbance.fault is not None:
        await FAULTS[disturbance.fault](wire)
    else:
        await wire.start(wire.status, wire.headers)
        await wire.piece(wire.body)


def disturbances(faults: Sequence[str | None], delay: float) -> tuple[Disturbance, ...]:
    """Disturbances of these faults, each after the delay. Raises UnknownFaultError."""
    for name in faults:
        if name is not None and name not in FAULTS:
            raise UnknownFaultError(name)
    return tuple(Disturbance(delay, name) for name in faults)


def preferred(headers: Iterable[Header]) -> Disturbance | None:
    """The disturbance that Prefer headers ask for. Raises UnknownFaultError."""
    wanted = preferences.parse(value for name, value in headers if name == b"prefer")
    delay, fault = wanted.get("delay"), wanted.get("fault")
    if delay is None and fault is None:
        return None
    try:
        seconds = float(delay or 0)
    except ValueError:
        raise UnknownFaultError(f"delay={delay}") from None
    if not 0 <= seconds <= LONGEST_DELAY:
        raise UnknownFaultError(f"delay={delay}")
    return disturbances([fault], seconds)[0]
