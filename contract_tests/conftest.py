"""The suite's options and fixtures, and one test item per documented case.

Without options the suite checks the target that the fixture `default_base_url` gives; the root
`conftest.py` of the project starts a mock for it. A test records its findings by `Run.check`; it
fails where one of them is above the advisory.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NoReturn

import click
import pytest

from contract_tests.http.client import Client, TargetGoneError, unreachable
from contract_tests.plan import PLAN, Plan, read_plan
from contract_tests.requests.base import Base, Bases
from contract_tests.results.progress import FOUND
from contract_tests.results.report import summary, write_report
from contract_tests.results.run import RUN, Run, diagnostic
from contract_tests.target.target import Target, mock_target
from tallystick.contract import Contract, ContractOperation
from tallystick.errors import TallystickError
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
    group.addoption("--report-dir", metavar="DIR", help="write report.json and junit.xml there")
    group.addoption(
        "--undeclared-methods",
        action="store_true",
        help="try PUT, PATCH, DELETE and TRACE on a target that is not on this machine, too",
    )
    try:
        group.addoption("--base-url", metavar="URL", help="the implementation to check")
    except ValueError:
        return


def pytest_configure(config: pytest.Config) -> None:
    """Read the target file and the contract once. A mistake in them is bad usage."""
    if PLAN in config.stash:
        return
    try:
        config.stash[PLAN] = _read(config)
    except TallystickError as error:
        raise pytest.UsageError(str(error)) from None


def _read(config: pytest.Config) -> Plan:
    return read_plan(
        LoadOptions(tuple(config.getoption("documents")), tuple(config.getoption("overlays"))),
        base_url=config.getoption("base_url", None),
        target_file=config.getoption("target"),
        seed=_seed(config),
        undeclared_methods=config.getoption("undeclared_methods"),
    )


def _seed(config: pytest.Config) -> int | None:
    given = config.getoption("hypothesis_seed", None)
    return int(given) if given and str(given).isdecimal() else None


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Parametrise by documented case (`case`) and by operation (`operation`)."""
    contract = metafunc.config.stash[PLAN].contract
    if "case" in metafunc.fixturenames:
        pairs = [(operation, case) for operation in contract.operations for case in operation.cases]
        names = [f"{case.operation} {case.label}" for _, case in pairs]
        metafunc.parametrize(("operation", "case"), pairs, ids=names)
    elif "operation" in metafunc.fixturenames:
        names = [operation.name for operation in contract.operations]
        metafunc.parametrize("operation", contract.operations, ids=names)


@pytest.hookimpl(wrapper=True)
def pytest_pyfunc_call(pyfuncitem: pytest.Function) -> Iterator[None]:
    """Fail a test that has found something above the advisory. One that breaks is a diagnostic of
    its operation: the rest of the run is judged all the same.
    """
    try:
        result = yield
    except TargetGoneError as error:
        _end(pyfuncitem.config.stash[RUN], error)
    except Exception as error:
        # Each test is about one operation: see pytest_generate_tests.
        operation: ContractOperation = pyfuncitem.callspec.params["operation"]  # type: ignore[assignment]
        why = diagnostic(operation.name, error)
        pyfuncitem.config.stash[RUN].note(why)
        pytest.skip(why)
    run = pyfuncitem.config.stash.get(RUN, None)
    broken = run.take_broken() if run else []
    if broken:
        pyfuncitem.user_properties.append(FOUND)
        pytest.fail("\n\n".join(str(finding) for finding in broken), pytrace=False)
    return result


def _end(run: Run, error: TargetGoneError) -> NoReturn:
    """End the run. The findings so far stay."""
    run.gone = f"{error}\n  the last request: {error.curl}" if error.curl else str(error)
    pytest.exit(run.gone, returncode=UNREACHABLE)


def pytest_terminal_summary(
    terminalreporter: pytest.TerminalReporter, config: pytest.Config
) -> None:
    """Print the verdicts and the findings at the end."""
    run = config.stash.get(RUN, None)
    if run:
        text = summary(run)
        has_colours = config.get_terminal_writer().hasmarkup
        terminalreporter.write_line("")
        terminalreporter.write_line(text if has_colours else click.unstyle(text))


def pytest_sessionfinish(session: pytest.Session) -> None:
    """Write the report."""
    folder = session.config.getoption("report_dir", None)
    run = session.config.stash.get(RUN, None)
    if folder and run:
        write_report(run, folder)


@pytest.fixture(scope="session")
def contract(pytestconfig: pytest.Config) -> Contract:
    """The contract that the target is checked against."""
    return pytestconfig.stash[PLAN].contract


@pytest.fixture(scope="session")
def target(request: pytest.FixtureRequest, contract: Contract) -> Target:
    """The target: from the options, or the mock that the project's root starts."""
    given = request.config.stash[PLAN].target
    if given is not None:
        return given
    return mock_target(request.getfixturevalue("default_base_url"), contract)


@pytest.fixture(scope="session")
def run(pytestconfig: pytest.Config, contract: Contract, target: Target) -> Iterator[Run]:
    """The run; none starts where the target cannot be reached."""
    if reason := unreachable(target):
        pytest.exit(reason, returncode=UNREACHABLE)
    client = Client(target)
    run = Run(contract, target, client, pytestconfig.stash[PLAN])
    pytestconfig.stash[RUN] = run
    yield run
    client.close()


@pytest.fixture(scope="session")
def bases(run: Run) -> Bases:
    """The requests that should succeed."""
    return Bases(run)


@pytest.fixture
def base(run: Run, bases: Bases, operation: ContractOperation) -> Base:
    """The request to the operation that should succeed."""
    try:
        return bases.of(operation)
    except TargetGoneError as error:
        _end(run, error)
    except Exception as error:
        why = diagnostic(operation.name, error)
        run.leave_out(operation, why)
        pytest.skip(why)


@pytest.fixture
def working_base(base: Base) -> Base:
    """The same, where variations can be compared with it."""
    if not base.works:
        pytest.skip("the request that should succeed does not: variations mean nothing")
    return base
