"""One client: a kept-alive connection that sends scripts, and a reader of live logs."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from random import Random

import httptools

from .exchange import Answer, Script, Sent
from .kinds import Kind
from .tally import Tally

PATIENCE = 120
"""Seconds after which an answer is late."""

OWN_SESSIONS = 8
"""How many sessions a client has."""


class _Reading:
    """An answer as it comes; see httptools."""

    def __init__(self) -> None:
        self.headers: dict[str, str] = {}
        self.body = bytearray()
        self.is_complete = False
        self.parser = httptools.HttpResponseParser(self)

    def on_header(self, name: bytes, value: bytes) -> None:
        self.headers[name.decode("latin-1").lower()] = value.decode("latin-1")

    def on_body(self, body: bytes) -> None:
        self.body += body

    def on_message_complete(self) -> None:
        self.is_complete = True

    def answer(self) -> Answer:
        return Answer(self.parser.get_status_code(), self.headers, bytes(self.body))


class Client:
    """Sends requests, one after the other."""

    def __init__(self, port: int, name: str, tally: Tally) -> None:
        self.port, self.name, self.tally = port, name, tally
        self._streams: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None

    async def run(self, kinds: dict[Kind, int], source: Random) -> None:
        """Play scripts until enough was sent."""
        names, weights = list(kinds), list(kinds.values())
        while self.tally.is_open:
            kind = source.choices(names, weights)[0]
            session = f"{self.name}-{source.randrange(OWN_SESSIONS)}"
            await self._play(kind.__name__, kind(source, session))
        self._close()

    async def _play(self, kind: str, script: Script) -> None:
        try:
            sent = next(script)
            while True:
                answer = await asyncio.wait_for(self._exchange(sent), PATIENCE)
                wrong = sent.wrong(answer)
                self.tally.note(kind, answer.status, wrong and f"{wrong}: {sent.data[:200]!r}")
                if wrong:
                    return
                sent = script.send(answer)
        except StopIteration:
            return

    async def _exchange(self, sent: Sent) -> Answer:
        reader, writer = self._streams or await self._open()
        reading = _Reading()
        try:
            writer.write(sent.data)
            while not reading.is_complete:
                data = await reader.read(65_536)
                if not data:
                    raise ConnectionError
                reading.parser.feed_data(data)
        except (ConnectionError, httptools.HttpParserError):
            self._close()
            return Answer(0)
        if sent.ends or reading.headers.get("connection") == "close":
            self._close()
        return reading.answer()

    async def _open(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        self._streams = await asyncio.open_connection("127.0.0.1", self.port)
        return self._streams

    def _close(self) -> None:
        if self._streams is not None:
            self._streams[1].close()
            self._streams = None


async def watch(port: int, session: str, tally: Tally, source: Random) -> None:
    """Open live logs, read some of each, and leave, until enough was sent."""
    while tally.is_open:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        target = f"/~session/{session}/_tallystick/events"
        writer.write(f"GET {target} HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n".encode())
        reading = _Reading()
        while not reading.body:
            reading.parser.feed_data(await asyncio.wait_for(reader.read(65_536), PATIENCE))
        for _ in range(source.randint(0, 20)):
            if tally.is_open and (data := await _some(reader)):
                reading.parser.feed_data(data)
        writer.close()
        answer = reading.answer()
        tally.note("live log", answer.status, _strange(answer))


def _strange(answer: Answer) -> str:
    """What in a live log is none of its events; nothing where all is right."""
    text = answer.body.decode()
    if answer.status != 200 or not text.startswith("event: changed\n"):
        return f"no live log: {text[:80]!r}"
    lines = text.split("\n")[:-1]  # the last may not be whole
    return next((repr(line[:80]) for line in lines if line and not line.startswith(_FIELDS)), "")


_FIELDS = ("event: ", "data:", "id: ", ":")


async def _some(reader: asyncio.StreamReader) -> bytes:
    try:
        return await asyncio.wait_for(reader.read(65_536), 0.3)
    except TimeoutError:
        return b""


def clients(port: int, prefix: str, count: int, tally: Tally) -> Iterator[Client]:
    """So many clients of a mock."""
    return (Client(port, f"{prefix}{number}", tally) for number in range(count))
