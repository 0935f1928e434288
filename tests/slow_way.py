"""A way to a server on which what it says comes late, or never."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress


class SlowWay:
    """A proxy before a loopback port. What the server says waits `delay` seconds, None for ever,
    on the connections that there are; with `accepts` off, new ones are closed at once. `refused`
    counts these.
    """

    def __init__(self, to: int) -> None:
        self.to, self.port = to, 0
        self.delay: float | None = 0.0
        self.accepts = True
        self.refused = 0

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if not self.accepts:
            self.refused += 1
            writer.close()
            return
        their_reader, their_writer = await asyncio.open_connection("127.0.0.1", self.to)
        with suppress(OSError):
            await asyncio.gather(
                self._pass_on(reader, their_writer, late=False),
                self._pass_on(their_reader, writer, late=True),
            )

    async def _pass_on(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, *, late: bool
    ) -> None:
        try:
            while data := await reader.read(65536):
                if late and self.delay is None:
                    continue
                if late and self.delay:
                    await asyncio.sleep(self.delay)
                writer.write(data)
                await writer.drain()
        finally:
            writer.close()


@contextmanager
def slow_way(to: int) -> Iterator[SlowWay]:
    """A proxy, on a free loopback port, as long as the block lasts."""
    way, loop = SlowWay(to), asyncio.new_event_loop()
    server = loop.run_until_complete(asyncio.start_server(way._serve, "127.0.0.1", 0))
    way.port = server.sockets[0].getsockname()[1]
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()
    try:
        yield way
    finally:
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        for task in asyncio.all_tasks(loop):
            task.cancel()
        loop.run_until_complete(asyncio.sleep(0))
        loop.close()
