"""The control API and the mock together, whatever is asked of them, in any order."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from hypothesis import Phase, settings
from hypothesis.stateful import RuleBasedStateMachine, run_state_machine_as_test

from tallystick import load_contract
from tests.mock_server.collections.conftest import DOCUMENT
from tests.mock_server.conftest import client, replicated
from tests.mock_server.control.collection_machine import CollectionMachine
from tests.mock_server.control.control_machine import ControlMachine
from tests.mock_server.stores import STORES, a_store

MACHINES: dict[type[RuleBasedStateMachine], tuple[str, ...]] = {
    ControlMachine: (),
    CollectionMachine: (str(DOCUMENT),),
}

of_each_machine = pytest.mark.parametrize("machine", MACHINES, ids=lambda each: each.__name__)


@contextmanager
def connected(
    machine: type[RuleBasedStateMachine], store: str | None = None
) -> Iterator[type[RuleBasedStateMachine]]:
    """A machine with a mock of its own; with a store, with two replicas that take turns."""
    contract = load_contract(*MACHINES[machine])
    with replicated(contract, store) as url, client(url) as found:
        yield type(machine.__name__, (machine,), {"client": found})


@of_each_machine
def test_the_mock_does_what_the_model_says(machine: type[RuleBasedStateMachine]) -> None:
    """A few orders, always the same."""
    few = settings(
        max_examples=20,
        stateful_step_count=25,
        derandomize=True,
        database=None,
        phases=[Phase.generate],  # to find the shortest order takes minutes; the campaign does
    )
    with connected(machine) as made:
        run_state_machine_as_test(made, settings=few)


@pytest.mark.long
@pytest.mark.parametrize("kind", STORES)
@of_each_machine
def test_the_mock_does_it_in_many_orders(
    machine: type[RuleBasedStateMachine], kind: str, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """Others each time, on each store."""
    many = settings(max_examples=150, stateful_step_count=50, database=None)
    with a_store(kind, tmp_path_factory) as store, connected(machine, store) as made:
        run_state_machine_as_test(made, settings=many)
