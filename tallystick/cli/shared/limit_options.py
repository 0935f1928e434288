"""The options of `tallystick mock` that limit what anybody may ask of it.

Rules: the table has what `mock_server.limits.MockLimits` has, which a command may import only when
it runs; a test compares the two, and `docs/limits.md` with them.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

import click

LIMITS: tuple[tuple[str, int | float, str, str], ...] = (
    ("--memory", 256 * 1024**2, "BYTES", "What the mock remembers at most, all sessions together."),
    ("--max-header", 64 * 1024, "BYTES", "Largest block of headers of a request (else 431)."),
    ("--header-timeout", 10.0, "SECONDS", "Time for the headers of a request to come (else 408)."),
    ("--body-timeout", 60.0, "SECONDS", "Time for the body of a request to come (else 408)."),
    ("--write-timeout", 30.0, "SECONDS", "Time for which a client may leave all unread."),
    ("--max-connections", 1_000, "N", "Connections that are open at once (else 503)."),
    ("--max-streams", 100, "N", "Live logs, such as of boards, that are open at once (else 503)."),
    ("--max-sessions", 200, "N", "Sessions that are in use at once (else 429)."),
    ("--session-idle", 3_600.0, "SECONDS", "Time after which an unused session ends."),
    ("--max-wrong-tokens", 60, "N", "Wrong tokens of an address in a minute (else 429)."),
)
"""Option, default, unit and help."""


def limit_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add them to a command, which gets their values as `limits`."""
    names = [name(option) for option, *_ in LIMITS]

    @wraps(command)
    def limiting(**given: Any) -> Any:
        return command(limits={each: given.pop(each) for each in names}, **given)

    decorated: Callable[..., Any] = limiting
    for option, default, unit, words in reversed(LIMITS):
        kind = click.IntRange(1) if isinstance(default, int) else click.FloatRange(0, min_open=True)
        decorated = click.option(
            option, type=kind, default=default, show_default=True, metavar=unit, help=words
        )(decorated)
    return decorated


def name(option: str) -> str:
    """The limit that an option sets."""
    return option.removeprefix("--").replace("-", "_")
