"""The limits of a mock: what anybody may ask of it, in numbers. docs/limits.md explains each."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class MockLimits:
    """Each is an option of `tallystick mock` of the same name. Sizes are in bytes, times in
    seconds.
    """

    max_header: int = 64 * 1024
    """The block of a request's headers, its first line included."""

    header_timeout: float = 10.0
    """For the whole block to come."""

    body_timeout: float = 60.0
    """For the whole body to come."""

    write_timeout: float = 30.0
    """For a client to read anything at all of what waits for it."""

    max_connections: int = 1_000
    max_streams: int = 100
    """Live logs that are open at once."""

    max_sessions: int = 200
    """Named sessions; one that is in use never ends for another."""

    session_idle: float = 3600.0
    """How long nobody may name a session before it can end."""

    max_wrong_tokens: int = 60
    """Of one address, within a minute."""

    memory: int = 256 * 1024**2
    """For what the mock remembers, in all sessions together."""


DEFAULT = MockLimits()
