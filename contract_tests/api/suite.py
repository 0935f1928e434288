"""The suite in a project's own tests: a pytest test with an item for each operation.

    test_contract = suite("openapi.yaml", app=app)

Rules: the whole suite is run once, when its first item is; each item then fails by the findings of
its operation. The run has a process of its own (`isolated`), and an app stays in the process of
the tests (`serving`). Options mean what they mean in `tallystick test`.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from contract_tests.api.isolated import isolated_report
from contract_tests.api.serving import Interface, interface_of, serving_app
from contract_tests.api.settings import SuiteSettings, with_path
from contract_tests.plan import Plan
from contract_tests.results.findings import lines_of
from contract_tests.results.formats.junit import heavy
from tallystick.errors import TallystickError
from tallystick.printing import printable
from tallystick.servers import default_base_paths

_SOMEWHERE = "http://127.0.0.1"
"""The origin of an app that is not served yet."""


def suite(
    document: str | os.PathLike[str] | None = None,
    *,
    base_url: str | None = None,
    app: Any = None,
    fixture: str | None = None,
    target_file: str | os.PathLike[str] | None = None,
    overlays: Sequence[str | os.PathLike[str]] = (),
    headers: Mapping[str, str] | None = None,
    include: Sequence[str] = (),
    exclude: Sequence[str] = (),
    only_safe: bool = False,
    baseline: str | os.PathLike[str] | None = None,
    seed: int | None = None,
    max_time: float | None = None,
    concurrency: int | None = None,
    undeclared_methods: bool = False,
    report_dir: str | os.PathLike[str] | None = None,
    base_path: str | None = None,
    interface: Interface | None = None,
) -> Callable[..., None]:
    """A pytest test of the contract, with one item for each operation; give it a name that pytest
    collects.

    What is tested is one of: the server at a `base_url`, an ASGI or WSGI `app`, what a `fixture` of
    this name gives (one of both), or what the `target_file` says. An app may have a target file,
    too, for credentials and values. `base_path` is where the paths of the document begin in an app:
    by default as in the target file, or in the document's servers.
    """
    settings = SuiteSettings(
        document=_path(document),
        overlays=[os.fspath(overlay) for overlay in overlays],
        target_file=_path(target_file),
        headers=dict(headers or {}),
        include=list(include),
        exclude=list(exclude),
        only_safe=only_safe,
        baseline=_path(baseline),
        seed=seed,
        max_time=max_time,
        concurrency=concurrency,
        undeclared_methods=undeclared_methods,
    )
    given = {"base_url": base_url, "app": app, "fixture": fixture}
    try:
        named = [name for name, value in given.items() if value is not None]
        if len(named) > 1 or (base_url is not None and target_file is not None):
            raise TallystickError("suite() tests one thing: base_url, app, fixture or target_file.")
        if not named and target_file is None:
            raise TallystickError("suite() needs a base_url, an app, a fixture or a target_file.")
        if app is not None:
            interface = interface or interface_of(app)
        plan = settings.plan(base_url or (None if target_file else _SOMEWHERE))
    except TallystickError as error:
        # pytest prints this one without a traceback.
        raise pytest.Collector.CollectError(str(error)) from None
    tested = _Tested(
        settings,
        _base_path(plan) if base_path is None else base_path,
        interface,
        _path(report_dir),
    )
    names = [operation.name for operation in plan.operations]

    @pytest.mark.parametrize("operation", names)
    def test(operation: str, request: pytest.FixtureRequest) -> None:
        """The operation keeps the contract."""
        subject = request.getfixturevalue(fixture) if fixture else (base_url or app)
        tested.check(operation, subject)

    return test


class _Tested:
    """A suite, and what its run has found, once it is made."""

    def __init__(
        self,
        settings: SuiteSettings,
        base_path: str,
        interface: Interface | None,
        report_dir: str | None,
    ) -> None:
        self._settings = settings
        self._base_path = base_path
        self._interface = interface
        self._report_dir = report_dir
        # A test may change it before the run is made.
        self._folder = str(Path.cwd())
        self._outcome: Mapping[str, Any] | TallystickError | None = None

    def check(self, operation: str, subject: Any) -> None:
        """Fail by the findings of an operation; skip where nothing of it could be tried."""
        if self._outcome is None:
            self._outcome = self._run(subject)
        if isinstance(self._outcome, TallystickError):
            pytest.fail(printable(str(self._outcome)), pytrace=False)
        found = [each for each in heavy(self._outcome) if operation in each["operations"]]
        if found:
            pytest.fail("\n\n".join("\n".join(lines_of(each)) for each in found), pytrace=False)
        cases = [case for case in self._outcome["cases"] if case["operation"] == operation]
        if cases and all(case["verdict"] == "not_covered" for case in cases):
            pytest.skip(printable(f"not covered: {cases[0]['reason']}"))

    def _run(self, subject: Any) -> Mapping[str, Any] | TallystickError:
        """The report of the run, or why there is none."""
        try:
            with self._served(subject) as base_url:
                return isolated_report(self._settings, base_url, self._report_dir, self._folder)
        except TallystickError as error:
            return error

    @contextmanager
    def _served(self, subject: Any) -> Iterator[str | None]:
        """The address of what is tested; None where the target file has it."""
        if subject is None or isinstance(subject, str):
            yield subject
            return
        with serving_app(subject, self._interface) as origin:
            yield with_path(origin, self._base_path)


def _base_path(plan: Plan) -> str:
    """Where paths begin in an app: as the target file says, or else the document's servers."""
    own = urlsplit(plan.target.base_url).path if plan.target else ""
    bases = default_base_paths(plan.contract.document, plan.contract.operations[0])
    return own or next(iter(bases), "")


def _path(given: str | os.PathLike[str] | None) -> str | None:
    return None if given is None else os.fspath(given)
