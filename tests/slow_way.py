"""A way to a server on which what it says comes late, or never."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress


class SlowWay:
    """A proxy before a loopback port. What the server says waits `delay` seconds, None for ever;
    with `accepts` off, new connections are closed at once, and `refused` counts them.
    """

    def __init__(self, to: int) -> None:
        self.to, self.port = to, 0
        self.delay: float | None = 0.0
        self.accepts = True
        self.refused = 0
        self._open: set[asyncio.StreamWriter] = set()
        self._mute: set[asyncio.StreamWriter] = set()
        self._loop = asyncio.new_event_loop()

    def cut(self) -> None:
        """Break all connections."""
        for writer in list(self._open):
            self._loop.call_soon_threadsafe(writer.close)

    def mute(self) -> None:
        """Nothing comes on the connections that there are, any more."""
        self._mute |= self._open

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if not self.accepts:
            self.refused += 1
            writer.close()
            return
        self._open.add(writer)
        their_reader, their_writer = await asyncio.open_connection("127.0.0.1", self.to)
        with suppress(OSError):
            await asyncio.gather(
                self._pass_on(reader, their_writer), self._pass_on(their_reader, writer)
            )
        self._open.discard(writer)

    async def _pass_on(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while data := await reader.read(65536):
                is_late = writer in self._open
                if is_late and (self.delay is None or writer in self._mute):
                    continue
                if is_late and self.delay:
                    await asyncio.sleep(self.delay)
                writer.write(data)
                await writer.drain()
        finally:
            writer.close()

    @contextmanager
    def open(self) -> Iterator[None]:
        """Listen on a free loopback port, in a thread."""
        starting = asyncio.start_server(self._serve, "127.0.0.1", 0)
        server = self._loop.run_until_complete(starting)
        self.port = server.sockets[0].getsockname()[1]
        thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        thread.start()
        try:
            yield
        finally:
            self._loop.call_soon_threadsafe(self._loop.stop)
            thread.join()
            server.close()
            self._loop.run_until_complete(self._end())
            self._loop.close()

    async def _end(self) -> None:
        others = asyncio.all_tasks() - {asyncio.current_task()}
        for task in others:
            task.cancel()
        await asyncio.gather(*others, return_exceptions=True)


@contextmanager
def slow_way(to: int) -> Iterator[SlowWay]:
    """A proxy, as long as the block lasts."""
    way = SlowWay(to)
    with way.open():
        yield way
