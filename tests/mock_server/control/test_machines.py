"""The control API and the mock together, whatever is asked of them, in any order."""

from collections.abc import Iterator

import pytest
from hypothesis import Phase, settings
from hypothesis.stateful import RuleBasedStateMachine, run_state_machine_as_test

from mock_server.serve import serving
from tallystick import load_contract
from tests.mock_server.collections.conftest import DOCUMENT
from tests.mock_server.conftest import client
from tests.mock_server.control.collection_machine import CollectionMachine
from tests.mock_server.control.control_machine import ControlMachine

MACHINES: dict[type[RuleBasedStateMachine], tuple[str, ...]] = {
    ControlMachine: (),
    CollectionMachine: (str(DOCUMENT),),
}


@pytest.fixture(params=MACHINES, ids=lambda machine: machine.__name__)
def machine(request: pytest.FixtureRequest) -> Iterator[type[RuleBasedStateMachine]]:
    """Each of the machines, with a mock of its own."""
    contract = load_contract(*MACHINES[request.param])
    with serving(contract) as url, client(url) as connected:
        yield type(request.param.__name__, (request.param,), {"client": connected})


def test_the_mock_does_what_the_model_says(machine: type[RuleBasedStateMachine]) -> None:
    """A few orders, always the same."""
    few = settings(
        max_examples=20,
        stateful_step_count=25,
        derandomize=True,
        database=None,
        phases=[Phase.generate],  # to find the shortest order takes minutes; the campaign does
    )
    run_state_machine_as_test(machine, settings=few)


@pytest.mark.long
def test_the_mock_does_it_in_many_orders(machine: type[RuleBasedStateMachine]) -> None:
    """Others each time."""
    many = settings(max_examples=150, stateful_step_count=50, database=None)
    run_state_machine_as_test(machine, settings=many)
