"""The settings of a fuzz: plain values from the command line, sent to every worker."""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field, replace

from contract_tests.plan import Plan, read_plan
from contract_tests.target.target import Target
from tallystick.errors import TallystickError
from tallystick.reader.options import LoadOptions


@dataclass(frozen=True, slots=True)
class Settings:
    """The settings of a fuzz. `limits` are options by their names in target files; the `token` is
    unique to this fuzz. `here` are the base URLs that are on this machine, once that is decided.
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
    here: tuple[str, ...] | None = field(default=None, repr=False)
    token: str = field(default_factory=lambda: secrets.token_hex(8))

    def plan(self) -> Plan:
        """The plan: contract and target. Raises TallystickError."""
        plan = read_plan(
            self.load,
            base_url=self.base_url,
            target_file=self.target_file,
            seed=self.seed,
            headers=self.headers,
            include=self.include,
            exclude=self.exclude,
            only_safe=self.only_safe,
        )
        return replace(plan, target=self.placed(plan.target)) if plan.target else plan

    def placed(self, target: Target) -> Target:
        """A target, with what was decided of its place: no later look-up changes the limits."""
        if self.here is None:
            return target
        return replace(target, is_here=target.base_url in self.here)

    def decided(self, *targets: Target) -> Settings:
        """The settings, with the targets' places looked up."""
        here = (each.base_url for each in targets if each.located().is_here)
        return replace(self, here=tuple(here))


def target_of(plan: Plan) -> Target:
    """The target of a plan. Raises TallystickError if there is none."""
    if plan.target is None:
        raise TallystickError("A fuzz needs --target FILE (or --base-url URL on this machine).")
    return plan.target
