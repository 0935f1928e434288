"""The plan of a run: which contract, which target, and how."""

from __future__ import annotations

import secrets
from dataclasses import dataclass, replace
from functools import cached_property
from urllib.parse import urlsplit

import pytest

from contract_tests.checks.promises import check_promises
from contract_tests.operations.roles import Roles
from contract_tests.operations.scope import Scope
from contract_tests.target.file import check_target, read_target
from contract_tests.target.target import Target
from tallystick.contract import Contract, read_contract
from tallystick.errors import TallystickError
from tallystick.reader.options import LoadOptions


@dataclass(frozen=True)
class Plan:
    """What a run is to do. Without a target, a mock is started for the run and tested."""

    contract: Contract
    target: Target | None
    seed: int
    undeclared_methods: bool = False

    @cached_property
    def roles(self) -> Roles:
        """What the operations do."""
        return Roles(self.contract)

    @cached_property
    def scope(self) -> Scope:
        """Which operations are sent to the target."""
        own_mock = Target("http://127.0.0.1", is_own_mock=True)
        return Scope(self.contract, self.target or own_mock, self.roles)


def read_plan(
    options: LoadOptions,
    *,
    base_url: str | None,
    target_file: str | None,
    seed: int | None,
    undeclared_methods: bool = False,
) -> Plan:
    """Read the contract and the target file. Raises TallystickError."""
    if target_file and base_url:
        raise TallystickError("--target and --base-url exclude each other.")
    target = read_target(target_file) if target_file else _target_at(base_url)
    contract = read_contract(_with_those_of(target, options))
    check_promises(contract)
    if target and target_file:
        check_target(target, contract, target_file)
    seed = secrets.randbelow(2**32) if seed is None else seed
    return Plan(contract, target, seed, undeclared_methods)


def _with_those_of(target: Target | None, options: LoadOptions) -> LoadOptions:
    """The options with the document and the overlays of the target file, where none is given."""
    if options.documents or target is None:
        return options
    documents = (target.document,) if target.document else ()
    return replace(options, documents=documents, overlays=(*target.overlays, *options.overlays))


def _target_at(base_url: str | None) -> Target | None:
    if not base_url:
        return None
    if urlsplit(base_url).scheme not in ("http", "https") or not urlsplit(base_url).hostname:
        raise TallystickError(f"--base-url must be an http(s) URL, not {base_url!r}.")
    return Target(base_url.rstrip("/"))


PLAN = pytest.StashKey[Plan]()
"""Where pytest's configuration keeps the plan."""
