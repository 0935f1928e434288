"""Serves workshops in this process: one thread for all, a free port for each."""

from __future__ import annotations

import asyncio
import logging
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from aiohttp import web

from tests.crud.aiohttp_service import Workshop

HOST = "127.0.0.1"


class Hosting:
    """A loop in a thread of its own, which serves what it is given."""

    def __init__(self) -> None:
        # Faulty workshops raise on purpose: their tracebacks would bury the table.
        logging.getLogger("aiohttp.server").setLevel(logging.CRITICAL)
        self.loop = asyncio.new_event_loop()
        self.thread = threading.Thread(target=self.loop.run_forever, daemon=True)
        self.thread.start()

    @contextmanager
    def serving(self, workshop: Workshop) -> Iterator[str]:
        """A workshop, while the block lasts; gives its base URL."""
        runner = web.AppRunner(workshop.app(), access_log=None, shutdown_timeout=1)
        try:
            yield asyncio.run_coroutine_threadsafe(_started(runner), self.loop).result()
        finally:
            asyncio.run_coroutine_threadsafe(runner.cleanup(), self.loop).result()

    def close(self) -> None:
        self.loop.call_soon_threadsafe(self.loop.stop)
        self.thread.join()
        self.loop.close()


async def _started(runner: web.AppRunner) -> str:
    await runner.setup()
    await web.TCPSite(runner, HOST, 0).start()
    return f"http://{HOST}:{runner.addresses[0][1]}/v1"
