"""The target: an implementation under test, and how to bring about each case there.

Rules: a target file is TOML; `${NAME}` is read from the environment, and a missing variable is an
error that names it. An unknown key, or a case that the document lacks, is an error that suggests
the nearest known one: a typo must not turn a check off.
"""

from __future__ import annotations

import difflib
import os
import re
import tomllib
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from tallystick.cases import Case
from tallystick.contract import Contract
from tallystick.errors import Source, TallystickError


class TargetError(TallystickError):
    """A target file is wrong, or asks for what is not there."""


@dataclass(frozen=True, slots=True)
class HookCall:
    """A call that sets a case up, or cleans up after it."""

    method: str
    url: str
    headers: Mapping[str, str] = field(default_factory=dict)
    json: Any = None


@dataclass(frozen=True, slots=True)
class Provocation:
    """How a case is provoked at a target: whatever differs from a request that succeeds."""

    headers: Mapping[str, str] = field(default_factory=dict)
    parameters: Mapping[str, Any] = field(default_factory=dict)
    before: tuple[HookCall, ...] = ()
    after: tuple[HookCall, ...] = ()
    unreachable: str | None = None


@dataclass(frozen=True, slots=True)
class OperationValues:
    """Values that only the operations of one name need."""

    match: str
    parameters: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Target:
    """Where an implementation is, and how to use it. `timeout` is in seconds for one request."""

    base_url: str
    document: str | None = None
    overlays: tuple[str, ...] = ()
    timeout: float = 10.0
    rate: str | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    parameters: Mapping[str, Any] = field(default_factory=dict)
    cases: Mapping[str, Provocation] = field(default_factory=dict)
    operations: tuple[OperationValues, ...] = ()

    def values(self, operation: str) -> dict[str, Any]:
        """The parameters that make an operation succeed, such as `path.id`."""
        values = dict(self.parameters)
        for special in self.operations:
            if special.match == operation:
                values |= special.parameters
        return values

    def provocation(self, case: Case) -> Provocation | None:
        """How to provoke a case: its entry by full name, code or status."""
        for key in names_of(case):
            if key in self.cases:
                return self.cases[key]
        return None


def names_of(case: Case) -> list[str]:
    """The keys by which a target file may name a case, the most exact first."""
    return [f"{case.operation} {case.label}", case.label, case.code or case.status]


def mock_target(base_url: str, contract: Contract) -> Target:
    """The target that a mock of the contract is: its magic values provoke what no honest request
    does.
    """
    cases = {
        f"{case.operation} {case.label}": Provocation(parameters=case.magic)
        for case in contract.cases
        if case.magic and not (case.trigger and case.trigger.kind == "request")
    }
    return Target(base_url, cases=cases)


# --- reading target files

_KEYS = {
    "base_url",
    "document",
    "overlays",
    "timeout",
    "rate",
    "headers",
    "parameters",
    "cases",
    "operations",
    "fuzz",
}
_CASE_KEYS = {"headers", "parameters", "before", "after", "unreachable"}
_HOOK_KEYS = {"method", "url", "headers", "json"}
_VARIABLE = re.compile(r"\$\{([A-Za-z_][A-Za-z0-9_]*)\}")


def read_target(path: str) -> Target:
    """Read a target file. Raises TargetError."""
    reader = _Reader(path)
    return reader.target()


def check_cases(target: Target, contract: Contract, path: str) -> None:
    """See that each case that the target file names is documented. Raises TargetError."""
    reader = _Reader(path)
    known = {name for case in contract.cases for name in names_of(case)}
    for name in target.cases:
        reader.known(name, known, "The document has no case {!r}")
    operations = {operation.name for operation in contract.operations}
    for special in target.operations:
        reader.known(special.match, operations, "The document has no operation {!r}")


class _Reader:
    def __init__(self, path: str) -> None:
        self.path = path
        try:
            self.text = Path(path).read_text(encoding="utf-8")
            self.value = tomllib.loads(self.text)
        except OSError as error:
            raise TargetError(f"{error.strerror}.", source=Source(path)) from None
        except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
            raise TargetError(f"This is not valid TOML: {error}.", source=Source(path)) from None

    def target(self) -> Target:
        value = self.expanded(self.value)
        for key in value:
            self.known(key, _KEYS, "The key {!r} is not known")
        base_url = value.get("base_url")
        if not isinstance(base_url, str) or urlsplit(base_url).scheme not in ("http", "https"):
            raise self.error("'base_url' must be an http(s) URL", "base_url")
        return Target(
            base_url=base_url.rstrip("/"),
            document=self.beside(self.typed(value, "document", str, None)),
            overlays=tuple(self.beside(o) or "" for o in self.typed(value, "overlays", list, [])),
            timeout=float(self.typed(value, "timeout", (int, float), 10.0)),
            rate=self.typed(value, "rate", str, None),
            headers=self.headers(value),
            parameters=self.typed(value, "parameters", dict, {}),
            cases={
                name: self.provocation(name, case)
                for name, case in self.typed(value, "cases", dict, {}).items()
            },
            operations=tuple(
                OperationValues(str(item.get("match")), self.typed(item, "parameters", dict, {}))
                for item in self.typed(value, "operations", list, [])
            ),
        )

    def provocation(self, name: str, value: Any) -> Provocation:
        if not isinstance(value, dict):
            raise self.error(f"The case {name!r} must be a table", name)
        for key in value:
            self.known(key, _CASE_KEYS, "The key {!r} is not known in a case")
        return Provocation(
            headers=self.headers(value),
            parameters=self.typed(value, "parameters", dict, {}),
            before=self.hooks(value, "before"),
            after=self.hooks(value, "after"),
            unreachable=self.typed(value, "unreachable", str, None),
        )

    def hooks(self, value: dict[str, Any], name: str) -> tuple[HookCall, ...]:
        calls = self.typed(value, name, list, [])
        for call in calls:
            if not isinstance(call, dict) or not {"method", "url"} <= call.keys():
                raise self.error(f"Each call of {name!r} needs a 'method' and a 'url'", name)
            for key in call:
                self.known(key, _HOOK_KEYS, "The key {!r} is not known in a call")
        return tuple(HookCall(**call) for call in calls)

    def headers(self, value: dict[str, Any]) -> dict[str, str]:
        headers = self.typed(value, "headers", dict, {})
        return {name: str(text) for name, text in headers.items()}

    def typed(self, value: dict[str, Any], key: str, kind: Any, default: Any) -> Any:
        found = value.get(key, default)
        if found is not default and not isinstance(found, kind):
            raise self.error(f"{key!r} is of the wrong type", key)
        return found

    def expanded(self, value: Any) -> Any:
        if isinstance(value, dict):
            return {key: self.expanded(item) for key, item in value.items()}
        if isinstance(value, list):
            return [self.expanded(item) for item in value]
        return _VARIABLE.sub(self.variable, value) if isinstance(value, str) else value

    def variable(self, match: re.Match[str]) -> str:
        if match[1] not in os.environ:
            raise self.error(f"The environment variable {match[1]} is not set", match[0])
        return os.environ[match[1]]

    def beside(self, name: str | None) -> str | None:
        """A path relative to the target file."""
        if name is None or urlsplit(name).scheme in ("http", "https"):
            return name
        return str(Path(self.path).parent / name)

    def known(self, name: str, names: Collection[str], wrong: str) -> None:
        if name not in names:
            near = difflib.get_close_matches(name, names, 1)
            raise self.error(wrong.format(name), name, f"Did you mean {near[0]!r}?" if near else "")

    def error(self, what: str, needle: str, remedy: str = "") -> TargetError:
        lines = enumerate(self.text.splitlines(), 1)
        line = next((number for number, line in lines if needle in line), None)
        return TargetError(f"{what}.", source=Source(self.path, "", line), remedy=remedy)
