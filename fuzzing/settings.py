"""The settings of a fuzz, as the command gets them: plain values, which go to every worker."""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field

from contract_tests.plan import Plan, read_plan
from contract_tests.target.target import Target
from tallystick.errors import TallystickError
from tallystick.reader.options import LoadOptions


@dataclass(frozen=True, slots=True)
class Settings:
    """What a fuzz is told. `limits` are the options by their names in target files; the `token`
    tells this fuzz from all others.
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
    novelty: bool = False
    against: str | None = None
    token: str = field(default_factory=lambda: secrets.token_hex(8))

    def plan(self) -> Plan:
        """The plan: contract and target. Raises TallystickError."""
        return read_plan(
            self.load,
            base_url=self.base_url,
            target_file=self.target_file,
            seed=self.seed,
        )


def target_of(plan: Plan) -> Target:
    """The target of a plan. Raises TallystickError where there is none."""
    if plan.target is None:
        raise TallystickError("A fuzz needs --target FILE (or --base-url URL on this machine).")
    return plan.target
