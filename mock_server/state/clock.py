"""The mock's clock: real time, which tests may advance, freeze and reset."""

from __future__ import annotations

import time
from datetime import UTC, datetime
from functools import lru_cache


class Clock:
    """The mock's time, in seconds since the epoch."""

    def __init__(self) -> None:
        self.offset = 0.0
        self.frozen_at: float | None = None

    def now(self) -> float:
        """The mock's time."""
        return (time.time() if self.frozen_at is None else self.frozen_at) + self.offset

    def advance(self, seconds: float) -> None:
        """Move the time forward, frozen or not."""
        self.offset += seconds

    def freeze(self) -> None:
        """Let the time stand still until `reset` or `thaw`."""
        if self.frozen_at is None:
            self.frozen_at = time.time()

    def thaw(self) -> None:
        """Let a frozen time go on from where it stands."""
        if self.frozen_at is not None:
            self.offset += self.frozen_at - time.time()
            self.frozen_at = None

    def reset(self) -> None:
        """Back to real time."""
        self.offset = 0.0
        self.frozen_at = None


def timestamp(moment: float) -> str:
    """A moment in epoch seconds, to the second, by RFC 3339 with offset."""
    return _timestamp(int(moment))


@lru_cache(maxsize=64)
def _timestamp(second: int) -> str:
    return datetime.fromtimestamp(second, UTC).isoformat()
