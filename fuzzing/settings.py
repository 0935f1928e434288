"""The settings of a fuzz: plain values from the command line, sent to every worker."""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field

from contract_tests.plan import Plan, read_plan
from contract_tests.target.target import Target
from tallystick.errors import TallystickError
from tallystick.reader.options import LoadOptions


@dataclass(frozen=True, slots=True)
class Settings:
    """The settings of a fuzz. `limits` are options by their names in target files; the `token` is
    unique to this fuzz.
    """

    load: LoadOptions
    target_file: str | None
    base_url: str | None
    seed: int
    limits: dict[str, int | float | str]
    report_dir: str | None = None
    workers: int | None = None
    scheduler: str | None = None
    shards: int | None = None
    canary: str | None = None
    database: str | None = None
    baseline: str | None = None
    against: str | None = None
    headers: tuple[str, ...] = field(default=(), repr=False)
    include: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()
    only_safe: bool = False
    token: str = field(default_factory=lambda: secrets.token_hex(8))

    def plan(self) -> Plan:
        """The plan: contract and target. Raises TallystickError."""
        return read_plan(
            self.load,
            base_url=self.base_url,
            target_file=self.target_file,
            seed=self.seed,
            headers=self.headers,
            include=self.include,
            exclude=self.exclude,
            only_safe=self.only_safe,
        )


def target_of(plan: Plan) -> Target:
    """The target of a plan. Raises TallystickError if there is none."""
    if plan.target is None:
        raise TallystickError("A fuzz needs --target FILE (or --base-url URL on this machine).")
    return plan.target
