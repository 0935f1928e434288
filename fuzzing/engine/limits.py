"""Limits: how much a fuzz may send, how fast, and where to.

Rules: an option is stronger than the target file, the target file stronger than the default. A
target that is not on this machine must be named in the target file (`[fuzz] allow_hosts`), and
has a rate and a number of creations by default.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from contract_tests.target.rate import ELSEWHERE, is_loopback, per_second
from contract_tests.target.target import Target
from fuzzing.engine.health import Tolerance
from tallystick.errors import TallystickError

DEFAULT_REQUESTS = 10_000
CREATIONS_ELSEWHERE = 50
"""How many 2xx to unsafe methods a target that is not on this machine may be made to give."""


class LimitsError(TallystickError):
    """The target may not be fuzzed, or not so."""


@dataclass(frozen=True, slots=True)
class Limits:
    """What a fuzz may do at most. `seconds` in all, `rate` in requests a second, `quiet` the chance
    of something new below which it ends; None: no limit.
    """

    requests: int = DEFAULT_REQUESTS
    seconds: float | None = None
    rate: float | None = None
    creations: int | None = None
    tolerance: Tolerance | None = field(default_factory=Tolerance)
    quiet: float | None = None

    def __str__(self) -> str:
        parts = [f"at most {self.requests:,} requests"]
        parts += [f"{self.seconds:g} s"] if self.seconds is not None else []
        parts += [f"{self.rate:g} requests a second"] if self.rate is not None else []
        parts += [f"{self.creations:,} creations"] if self.creations is not None else []
        parts += [f"until the chance of news is {self.quiet:g}"] if self.quiet is not None else []
        return ", ".join(parts)


def limits_of(target: Target, options: Mapping[str, Any], *others: Target) -> Limits:
    """The limits for a target, and for what others get the same requests. `options` are those of
    the command, None where not given. Raises LimitsError where one of them is elsewhere and its
    host is not allowed.
    """
    elsewhere = [each for each in (target, *others) if not is_loopback(each.base_url)]
    is_local = not elsewhere
    told = target.fuzz
    for each in elsewhere:
        _check_allowed(urlsplit(each.base_url).hostname or "", told)
    given = {**told, **{name: value for name, value in options.items() if value is not None}}
    rate = given.get("rate") or target.rate or (None if is_local else ELSEWHERE)
    return Limits(
        requests=given.get("max_requests", DEFAULT_REQUESTS),
        seconds=given.get("max_time"),
        rate=_per_second(rate) if rate else None,
        creations=given.get("max_creations", None if is_local else CREATIONS_ELSEWHERE),
        quiet=given.get("until_quiet"),
        tolerance=_tolerance(told.get("breaker")),
    )


def _check_allowed(host: str, told: Mapping[str, Any]) -> None:
    if host not in {name.lower() for name in told.get("allow_hosts", ())}:
        raise LimitsError(
            f"{host} is not on this machine, and the target file does not allow to fuzz it.",
            remedy=f'Add to it, if you may: [fuzz] allow_hosts = ["{host}"]',
        )


def _per_second(rate: str) -> float:
    try:
        return per_second(rate)
    except ValueError as error:
        raise LimitsError(f"{error}.") from None


def _tolerance(told: Mapping[str, Any] | bool | None) -> Tolerance | None:
    if told is False:
        return None
    return Tolerance(**told) if isinstance(told, Mapping) else Tolerance()
