"""Limits: how much a fuzz may send, how fast, and where to.

Rules: an option overrides the target file, and the target file overrides the default. A host other
than this machine must be named in the target file (`[fuzz] allow_hosts`); it gets a rate and a
limit of creations by default.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from contract_tests.target.hosts import host_of, spelled
from contract_tests.target.rate import ELSEWHERE, per_second
from contract_tests.target.target import Target
from fuzzing.sending.health import BreakerThresholds
from tallystick.errors import TallystickError

DEFAULT_REQUESTS = 10_000
CREATIONS_ELSEWHERE = 50
"""How many 2xx responses to unsafe methods a fuzz may cause on another machine."""


class LimitsError(TallystickError):
    """The target must not be fuzzed, or not with these limits."""


@dataclass(frozen=True, slots=True)
class Limits:
    """The most that a fuzz may do: `seconds` in all, `rate` in requests a second. It ends when the
    chance of a new kind of response falls below `quiet`. None means no limit.
    """

    requests: int = DEFAULT_REQUESTS
    seconds: float | None = None
    rate: float | None = None
    creations: int | None = None
    breaker: BreakerThresholds | None = field(default_factory=BreakerThresholds)
    quiet: float | None = None

    def __str__(self) -> str:
        parts = [f"at most {self.requests:,} requests"]
        parts += [f"{self.seconds:g} s"] if self.seconds is not None else []
        parts += [f"{self.rate:g} requests a second"] if self.rate is not None else []
        parts += [f"{self.creations:,} creations"] if self.creations is not None else []
        if self.quiet is not None:
            parts += [f"until a new kind of response is less likely than {self.quiet:g}"]
        return ", ".join(parts)


def limits_of(target: Target, options: Mapping[str, Any], *others: Target) -> Limits:
    """The limits for a target, and for others that get the same requests. `options` are those of
    the command; None means not given. Raises LimitsError where a host is not allowed.
    """
    elsewhere = [each for each in (target, *others) if not each.located().is_here]
    is_local = not elsewhere
    table = target.fuzz
    for each in elsewhere:
        _check_allowed(host_of(each.base_url), table)
    given = {**table, **{name: value for name, value in options.items() if value is not None}}
    rate = given.get("rate") or target.rate or (None if is_local else ELSEWHERE)
    return Limits(
        requests=given.get("max_requests", DEFAULT_REQUESTS),
        seconds=given.get("max_time"),
        rate=_per_second(rate) if rate else None,
        creations=given.get("max_creations", None if is_local else CREATIONS_ELSEWHERE),
        quiet=given.get("until_quiet"),
        breaker=_breaker(table.get("breaker")),
    )


def _check_allowed(host: str, table: Mapping[str, Any]) -> None:
    if host not in map(spelled, table.get("allow_hosts", ())):
        raise LimitsError(
            f"{host} is not on this machine, and the target file does not allow to fuzz it.",
            remedy=f'Add to it, if you may: [fuzz] allow_hosts = ["{host}"]',
        )


def _per_second(rate: str) -> float:
    try:
        return per_second(rate)
    except ValueError as error:
        raise LimitsError(f"{error}.") from None


def _breaker(value: Mapping[str, Any] | bool | None) -> BreakerThresholds | None:
    if value is False:
        return None
    return BreakerThresholds(**value) if isinstance(value, Mapping) else BreakerThresholds()
