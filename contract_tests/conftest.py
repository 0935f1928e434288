"""The suite's options and fixtures, and one test item per documented case.

Without options the suite checks the target that the fixture `default_base_url` gives; the root
`conftest.py` of the project starts a mock for it. A test records its findings by `Run.check`; it
fails where one of them is above the advisory.
"""

from __future__ import annotations

import contextlib
import time
from collections.abc import Collection, Iterator
from dataclasses import replace
from math import inf
from typing import NoReturn

import pytest

from contract_tests.http.client import Client, RunEndedError, TargetGoneError, unreachable
from contract_tests.operations.roles import Role
from contract_tests.plan import PLAN, Plan, read_plan
from contract_tests.remembering.cleaning import clean_up
from contract_tests.requests.base import Base, Bases
from contract_tests.requests.reaching import has_request
from contract_tests.requests.testability import Testability
from contract_tests.results.baseline import read_baseline
from contract_tests.results.judging import LateError, ending
from contract_tests.results.progress import FOUND
from contract_tests.results.reasons import explain
from contract_tests.results.report import exit_code, make_folder, summary, write_report
from contract_tests.results.run import RUN, Run, diagnostic
from contract_tests.target.credentials import has_cookie_key
from contract_tests.target.target import Target
from tallystick.catalogue.cases import Case
from tallystick.contract import Contract, ContractOperation
from tallystick.errors import TallystickError
from tallystick.printing import printable, rendered
from tallystick.reader.options import LoadOptions

UNREACHABLE = 4
"""The exit code where the target could not be reached."""


def pytest_addoption(parser: pytest.Parser) -> None:
    """Register the suite's options. Where pytest-base-url is there, its `--base-url` is read."""
    group = parser.getgroup("tallystick")
    group.addoption("--target", metavar="FILE", help="the target file (TOML) to check")
    group.addoption(
        "--document",
        action="append",
        default=[],
        metavar="DOCUMENT",
        dest="documents",
        help="a document; default: the bundled one",
    )
    group.addoption("--overlay", action="append", default=[], metavar="FILE", dest="overlays")
    for name, what in (
        ("header", "a header of every request, such as 'Authorization: Bearer …'; never shown"),
        ("include", "operations to test: a tag, an operationId, a path, or a method and a path"),
        ("exclude", "operations to leave out"),
    ):
        group.addoption(f"--{name}", action="append", default=[], dest=f"{name}s", help=what)
    group.addoption("--only-safe", action="store_true", help="send GET and HEAD alone")
    group.addoption("--baseline", metavar="FILE", help="findings that are accepted for a while")
    group.addoption("--report-dir", metavar="DIR", help="write the report there, in all formats")
    group.addoption(
        "--undeclared-methods",
        action="store_true",
        help="try PUT, PATCH, DELETE and TRACE on a target that is not on this machine, too",
    )
    group.addoption(
        "--concurrency", metavar="N", type=int, help="how many requests are under way at a time"
    )
    group.addoption(
        "--max-time", metavar="S", type=float, help="end after so many seconds, with what was found"
    )
    try:
        group.addoption("--base-url", metavar="URL", help="the implementation to check")
    except ValueError:
        return


def pytest_configure(config: pytest.Config) -> None:
    """Read the target file and the contract once. A mistake in them is bad usage."""
    config.addinivalue_line("markers", "deletes(before): a test of what deletes, before it does")
    config.addinivalue_line("markers", "only(where): a test of operations of which this holds")
    if PLAN in config.stash:
        return
    try:
        config.stash[PLAN] = _read(config)
        if folder := config.getoption("report_dir"):
            make_folder(folder)
    except TallystickError as error:
        raise pytest.UsageError(printable(str(error))) from None


def _read(config: pytest.Config) -> Plan:
    baseline = config.getoption("baseline")
    plan = read_plan(
        LoadOptions(tuple(config.getoption("documents")), tuple(config.getoption("overlays"))),
        base_url=config.getoption("base_url", None),
        target_file=config.getoption("target"),
        seed=_seed(config),
        undeclared_methods=config.getoption("undeclared_methods"),
        headers=config.getoption("headers"),
        include=config.getoption("includes"),
        exclude=config.getoption("excludes"),
        only_safe=config.getoption("only_safe"),
        max_time=config.getoption("max_time"),
        concurrency=config.getoption("concurrency"),
    )
    return replace(plan, baseline=read_baseline(baseline)) if baseline else plan


def _seed(config: pytest.Config) -> int | None:
    given = config.getoption("hypothesis_seed", None)
    return int(given) if given and str(given).isdecimal() else None


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Parametrise by documented case (`case`) and by operation (`operation`), in the order of a
    run. What is not sent is not collected.
    """
    plan = metafunc.config.stash[PLAN]
    operations = plan.operations
    if "case" in metafunc.fixturenames:
        pairs = [
            (o, case) for o in operations for case in o.cases if has_request(plan.target, o, case)
        ]
        names = [f"{case.operation} {case.label}" for _, case in pairs]
        metafunc.parametrize(("operation", "case"), pairs, ids=names)
    elif "operation" in metafunc.fixturenames:
        for_deletes = metafunc.definition.get_closest_marker("deletes") is not None
        marker = metafunc.definition.get_closest_marker("only")
        needs = marker.kwargs["where"] if marker else lambda *_: True
        chosen = [
            operation
            for operation in operations
            if (plan.roles.of(operation) is Role.DELETE) is for_deletes and needs(plan, operation)
        ]
        metafunc.parametrize("operation", chosen, ids=[operation.name for operation in chosen])


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Put the tests into the order of a run: the successes of what creates and lists, of what
    reads, of what updates; all else; and then what deletes.
    """
    plan = config.stash[PLAN]
    ranks = {operation.name: rank for rank, operation in enumerate(plan.roles.ordered())}

    def place(numbered: tuple[int, pytest.Item]) -> tuple[int, int, int, int]:
        number, item = numbered
        operation, case = _subject(item)
        if operation is None:
            return 1, 0, 0, number
        rank = ranks[operation.name]
        if plan.roles.of(operation) is Role.DELETE:
            marker = item.get_closest_marker("deletes")
            comes_after = marker is None or marker.args != ("before",)
            return 2, rank, comes_after, number
        is_success = case is not None and case.is_success
        return (0, rank, 0, number) if is_success else (1, 0, 0, number)

    # pytest makes an item even where there is nothing to parametrise by.
    kept = [item for item in items if "operation" not in _names(item) or _subject(item)[0]]
    items[:] = [item for _, item in sorted(enumerate(kept), key=place)]


def _names(item: pytest.Item) -> Collection[str]:
    return item.fixturenames if isinstance(item, pytest.Function) else ()


def _subject(item: pytest.Item) -> tuple[ContractOperation | None, Case | None]:
    """The operation and the case that a test is about."""
    given = getattr(item, "callspec", None)
    operation, case = (given.params.get(n) if given else None for n in ("operation", "case"))
    is_one = isinstance(operation, ContractOperation)
    return operation if is_one else None, case if isinstance(case, Case) else None


@pytest.hookimpl(wrapper=True)
def pytest_pyfunc_call(pyfuncitem: pytest.Function) -> Iterator[None]:
    """Fail a test that has found something above the advisory. One that breaks is a diagnostic of
    its operation: the rest of the run is judged all the same.
    """
    started = pyfuncitem.config.stash.get(RUN, None)
    try:
        with ending(lambda: started.client.ends_at if started else inf):
            result = yield
    except (TargetGoneError, RunEndedError, LateError) as error:
        _end(pyfuncitem.config.stash[RUN], error)
    except Exception as error:
        if started and time.monotonic() >= started.client.ends_at:
            _end(started, RunEndedError(str(LateError())))  # whoever was interrupted may break
        # Each test is about one operation: see pytest_generate_tests.
        operation: ContractOperation = pyfuncitem.callspec.params["operation"]  # type: ignore[assignment]
        why = diagnostic(operation.name, error)
        pyfuncitem.config.stash[RUN].note(why)
        pytest.skip(printable(why))
    broken = started.take_broken() if started else []
    if broken:
        pyfuncitem.user_properties.append(FOUND)
        pytest.fail("\n\n".join(str(finding) for finding in broken), pytrace=False)
    return result


class _Interrupts:
    """A plugin that notes that a run was interrupted, before it is explained."""

    def __init__(self, run: Run) -> None:
        self.run = run

    def pytest_keyboard_interrupt(self, excinfo: pytest.ExceptionInfo[BaseException]) -> None:
        """See pytest; it calls this for its own exits, too."""
        if isinstance(excinfo.value, KeyboardInterrupt):
            self.run.end(f"the run was interrupted after {self.run.seconds:.0f} s")


def _end(run: Run, error: TargetGoneError | RunEndedError | LateError) -> NoReturn:
    """End the run. The findings so far stay."""
    if isinstance(error, TargetGoneError):
        run.gone = f"{error}\n  the last request: {error.curl}" if error.curl else str(error)
        pytest.exit(printable(run.gone), returncode=UNREACHABLE)
    run.end(f"the run ended after {run.seconds:.0f} s: {error}")
    pytest.exit(printable(str(error)), returncode=exit_code(run))


def pytest_terminal_summary(
    terminalreporter: pytest.TerminalReporter, config: pytest.Config
) -> None:
    """Print the verdicts and the findings at the end."""
    run = config.stash.get(RUN, None)
    if run:
        text = summary(run, is_whole=config.get_verbosity() > 0)
        has_colours = config.get_terminal_writer().hasmarkup
        terminalreporter.write_line("")
        terminalreporter.write_line(rendered(text, has_colours=has_colours))


def pytest_sessionfinish(session: pytest.Session) -> None:
    """Write the report."""
    folder = session.config.getoption("report_dir", None)
    run = session.config.stash.get(RUN, None)
    if folder and run:
        try:
            write_report(run, folder)
        except TallystickError as error:
            pytest.exit(str(error), returncode=pytest.ExitCode.USAGE_ERROR)


@pytest.fixture(scope="session")
def contract(pytestconfig: pytest.Config) -> Contract:
    """The contract that the target is checked against."""
    return pytestconfig.stash[PLAN].contract


@pytest.fixture(scope="session")
def target(request: pytest.FixtureRequest) -> Target:
    """The target: from the options, or the mock that the project's root starts."""
    plan: Plan = request.config.stash[PLAN]
    if plan.target is not None:
        return plan.target
    return plan.mock_at(request.getfixturevalue("default_base_url"))


@pytest.fixture(scope="session")
def run(pytestconfig: pytest.Config, contract: Contract, target: Target) -> Iterator[Run]:
    """The run; none starts where the target cannot be reached. At its end, it deletes what it
    created, and says why cases were not covered.
    """
    if reason := unreachable(target):
        pytest.exit(printable(reason), returncode=UNREACHABLE)
    plan = replace(pytestconfig.stash[PLAN], target=target)
    client = Client(
        target,
        streams=plan.streams,
        passing=plan.passing,
        seconds=plan.max_time,
        concurrency=plan.concurrency,
        keeps_cookies=has_cookie_key(contract),
    )
    run = Run(contract, target, client, plan)
    pytestconfig.stash[RUN] = run
    pytestconfig.pluginmanager.register(_Interrupts(run))
    yield run
    if not run.gone:
        with contextlib.suppress(TargetGoneError):
            clean_up(run)
    explain(run)
    client.close()


@pytest.fixture(scope="session")
def bases(run: Run) -> Bases:
    """The requests that should succeed."""
    return Bases(run, Testability(run).see)


@pytest.fixture
def base(run: Run, bases: Bases, operation: ContractOperation) -> Base:
    """The request to the operation that should succeed."""
    try:
        with ending(lambda: run.client.ends_at):
            return bases.of(operation)
    except (TargetGoneError, RunEndedError, LateError) as error:
        _end(run, error)
    except Exception as error:
        if time.monotonic() >= run.client.ends_at:
            _end(run, RunEndedError(str(LateError())))
        why = diagnostic(operation.name, error)
        run.leave_out(operation, why)
        pytest.skip(printable(why))


@pytest.fixture
def working_base(base: Base) -> Base:
    """The same, where variations can be compared with it."""
    if not base.is_success:
        pytest.skip("the request that should succeed does not: variations mean nothing")
    return base
