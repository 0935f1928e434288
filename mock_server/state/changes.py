"""Waking what waits for changes in a session: the live log, and tests."""

from __future__ import annotations

import asyncio


class Changes:
    """What happens in a session. For one event loop. Who looks at what there is notes `count`
    before, and then waits for what comes after that: nothing is missed while it looks.
    """

    __slots__ = ("count", "is_over", "waiting")

    def __init__(self) -> None:
        self.waiting: set[asyncio.Event] = set()
        self.is_over = False
        self.count = 0

    def notify(self) -> None:
        """Wake all that wait."""
        self.count += 1
        for event in self.waiting:
            event.set()

    def end(self) -> None:
        """Wake all that wait, and let nobody wait any more: the mock shuts down."""
        self.is_over = True
        self.notify()

    async def wait(self, count: int, seconds: float) -> bool:
        """Wait for the first change after so many, so long at most; says whether there was one."""
        if self.is_over:
            return False
        if self.count != count:
            return True
        event = asyncio.Event()
        self.waiting.add(event)
        try:
            await asyncio.wait_for(event.wait(), seconds)
        except TimeoutError:
            return False
        finally:
            self.waiting.discard(event)
        return not self.is_over
