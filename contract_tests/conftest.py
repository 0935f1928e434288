"""The suite's options and fixtures, and one test item per documented case.

Without options the suite checks the target that the fixture `default_base_url` gives; the root
`conftest.py` of the project starts a mock for it.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from contract_tests.exchange import Client, unreachable
from contract_tests.target import Target, check_cases, mock_target, read_target
from tallystick.contract import Contract, load_contract
from tallystick.errors import TallystickError

UNREACHABLE = 4
"""The exit code where the target could not be reached."""

_CONTRACT = pytest.StashKey[Contract]()
_TARGET = pytest.StashKey[Target | None]()


def pytest_addoption(parser: pytest.Parser) -> None:
    """Register the suite's options. Where pytest-base-url is there, its `--base-url` is read."""
    group = parser.getgroup("tallystick")
    group.addoption("--target", metavar="FILE", help="the target file (TOML) to check")
    group.addoption("--document", metavar="DOCUMENT", help="the document; default: the bundled one")
    group.addoption("--overlay", action="append", default=[], metavar="FILE", dest="overlays")
    try:
        group.addoption("--base-url", metavar="URL", help="the implementation to check")
    except ValueError:
        return


def pytest_configure(config: pytest.Config) -> None:
    """Read the target file and the contract once. What is wrong with them is bad usage."""
    try:
        target, contract = _read(config)
    except TallystickError as error:
        raise pytest.UsageError(str(error)) from None
    config.stash[_TARGET] = target
    config.stash[_CONTRACT] = contract


def _read(config: pytest.Config) -> tuple[Target | None, Contract]:
    file, url = config.getoption("target"), config.getoption("base_url", None)
    if file and url:
        raise TallystickError("--target and --base-url exclude each other.")
    target = read_target(file) if file else Target(url.rstrip("/")) if url else None
    document = config.getoption("document") or (target.document if target else None)
    overlays = [*(target.overlays if target else ()), *config.getoption("overlays")]
    contract = load_contract(document, overlays)
    if target and file:
        check_cases(target, contract, file)
    return target, contract


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Parametrise by documented case (`case`) and by operation (`operation`)."""
    contract = metafunc.config.stash[_CONTRACT]
    if "case" in metafunc.fixturenames:
        pairs = [(operation, case) for operation in contract.operations for case in operation.cases]
        names = [f"{case.operation} {case.label}" for _, case in pairs]
        metafunc.parametrize(("operation", "case"), pairs, ids=names)
    elif "operation" in metafunc.fixturenames:
        names = [operation.name for operation in contract.operations]
        metafunc.parametrize("operation", contract.operations, ids=names)


@pytest.fixture(scope="session")
def contract(pytestconfig: pytest.Config) -> Contract:
    """The contract that the target is held to."""
    return pytestconfig.stash[_CONTRACT]


@pytest.fixture(scope="session")
def target(request: pytest.FixtureRequest, contract: Contract) -> Target:
    """The target: from the options, or the mock that the project's root starts."""
    given = request.config.stash[_TARGET]
    if given is not None:
        return given
    return mock_target(request.getfixturevalue("default_base_url"), contract)


@pytest.fixture(scope="session")
def client(target: Target) -> Iterator[Client]:
    """What sends requests to the target. Without a target there is nothing to test."""
    if reason := unreachable(target):
        pytest.exit(reason, returncode=UNREACHABLE)
    client = Client(target)
    yield client
    client.session.close()
