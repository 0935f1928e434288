"""Waking what waits for changes in a session: the live log, and tests."""

from __future__ import annotations

import asyncio


class Changes:
    """What happens in a session. For one event loop."""

    __slots__ = ("is_over", "waiting")

    def __init__(self) -> None:
        self.waiting: set[asyncio.Event] = set()
        self.is_over = False

    def notify(self) -> None:
        """Wake all that wait."""
        for event in self.waiting:
            event.set()

    def end(self) -> None:
        """Wake all that wait, and let nobody wait any more: the mock shuts down."""
        self.is_over = True
        self.notify()

    async def wait(self, seconds: float) -> bool:
        """Wait for the next change, so long at most; says whether there was one."""
        if self.is_over:
            return False
        event = asyncio.Event()
        self.waiting.add(event)
        try:
            await asyncio.wait_for(event.wait(), seconds)
        except TimeoutError:
            return False
        finally:
            self.waiting.discard(event)
        return not self.is_over
