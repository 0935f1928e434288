"""What a suite of a project's own tests runs with: the options of `tallystick test` as values.

Rules: the settings are JSON values, since they go to the process that makes the run.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from urllib.parse import urlsplit, urlunsplit

from contract_tests.plan import Plan, read_plan
from contract_tests.results.baseline import read_baseline
from tallystick.reader.options import LoadOptions


@dataclass(frozen=True)
class SuiteSettings:
    """The options of a suite. See `contract_tests.suite`."""

    document: str | None = None
    overlays: Sequence[str] = ()
    target_file: str | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    include: Sequence[str] = ()
    exclude: Sequence[str] = ()
    only_safe: bool = False
    baseline: str | None = None
    seed: int | None = None
    max_time: float | None = None
    concurrency: int | None = None
    undeclared_methods: bool = False

    def plan(self, base_url: str | None) -> Plan:
        """The plan of a run at this address, or where the target file says. Raises
        TallystickError.
        """
        plan = read_plan(
            LoadOptions((self.document,) if self.document else (), tuple(self.overlays)),
            base_url=None if self.target_file else base_url,
            target_file=self.target_file,
            seed=self.seed,
            undeclared_methods=self.undeclared_methods,
            headers=[f"{name}: {text}" for name, text in self.headers.items()],
            include=self.include,
            exclude=self.exclude,
            only_safe=self.only_safe,
            max_time=self.max_time,
            concurrency=self.concurrency,
        )
        if self.baseline:
            plan = replace(plan, baseline=read_baseline(self.baseline))
        if plan.target and base_url:
            plan = replace(plan, target=replace(plan.target, base_url=base_url))
        return plan


def with_path(origin: str, path: str) -> str:
    """The address of a path at a server."""
    return urlunsplit(urlsplit(origin)._replace(path=path.rstrip("/")))
