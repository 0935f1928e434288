"""What is set for the requests to come: the clock, queued forces and queued faults of a session."""

from __future__ import annotations

import json

from mock_server.state.clock import Clock
from mock_server.state.disturbances import FaultQueue, QueuedFault
from mock_server.state.forces import Force, ForceQueue
from mock_server.state.memory import UNLIMITED, Memory, ReservedShare
from tallystick.contract import Contract


class Controls:
    """The controls of a session, at first none."""

    __slots__ = ("clock", "faults", "queue")

    def __init__(self, contract: Contract, memory: Memory | None = None) -> None:
        """What waits is counted as part of a memory, if one is given."""
        memory = Memory(UNLIMITED) if memory is None else memory
        self.clock = Clock()
        self.queue = ForceQueue(contract, ReservedShare(memory))
        self.faults = FaultQueue(ReservedShare(memory))

    def stored(self) -> str:
        """All of them, as JSON; nothing is stored at the start."""
        clock, queue, faults = self.clock, self.queue, self.faults
        value = {
            "clock": [clock.offset, clock.frozen_at],
            "forces": [queue.last, [force.stored() for force in queue.forces]],
            "faults": [faults.last, [queued.stored() for queued in faults.queued]],
        }
        return json.dumps(value)  # which takes whole numbers of any size

    @classmethod
    def restored(cls, contract: Contract, stored: str) -> Controls:
        """What was stored."""
        found = cls(contract)
        if stored:
            value = json.loads(stored)
            found.clock.offset, found.clock.frozen_at = value["clock"]
            found.queue.last, forces = value["forces"]
            found.queue.forces.extend(map(Force.restored, forces))
            found.faults.last, faults = value["faults"]
            found.faults.queued.extend(map(QueuedFault.restored, faults))
        return found

    def reset(self) -> None:
        """As at the start."""
        self.clock.reset()
        self.queue.clear()
        self.faults.clear()
