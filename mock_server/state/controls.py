"""What is set for the requests to come: the clock, queued forces and queued faults of a session."""

from __future__ import annotations

from mock_server.state.clock import Clock
from mock_server.state.disturbances import FaultQueue
from mock_server.state.forces import ForceQueue
from tallystick.contract import Contract


class Controls:
    """The controls of a session, at first none."""

    __slots__ = ("clock", "faults", "queue")

    def __init__(self, contract: Contract) -> None:
        self.clock = Clock()
        self.queue = ForceQueue(contract)
        self.faults = FaultQueue()

    def reset(self) -> None:
        """As at the start."""
        self.clock.reset()
        self.queue.clear()
        self.faults.clear()
