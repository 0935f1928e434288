"""Serving an edited contract at once: its files are looked at twice a second.

Rules: the contract is read beside the requests, in a thread, and takes the place of the old one
between two of them; state and journal stay. What cannot be read changes nothing: the old contract
is served on, and the board and the terminal say why.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from mock_server.app import create_app
from mock_server.control.guard import Access
from mock_server.mock import Mock
from mock_server.requests.front import Front
from mock_server.state.clock import timestamp
from mock_server.state.edits import Edit
from tallystick.contract import Contract, read_contract
from tallystick.errors import TallystickError
from tallystick.printing import styled
from tallystick.reader.grouping import summary
from tallystick.reader.options import LoadOptions
from tallystick.reader.texts.sources import recording

_PERIOD = 0.5
"""Seconds between two looks."""

_CALM = 0.1
"""For how many seconds a file must be as it is: an editor may still be writing it."""

_LOG = logging.getLogger(__name__)

Stamps = Mapping[Path, tuple[int, int, int] | None]
"""What tells that a file changed: its time, size and number; None where there is none."""


@dataclass(frozen=True, slots=True)
class Watched:
    """What a contract was read from: its files and folders, and how it is read."""

    load: LoadOptions
    files: frozenset[Path]


class Watcher:
    """Looks at files, and has a front serve what they hold. `looked` is what was seen of them when
    they were read; `output` gets the lines for the terminal, and `followed` each new contract.
    """

    def __init__(
        self,
        watched: Watched,
        looked: Stamps,
        front: Front,
        mock: Mock,
        access: Access,
        output: Callable[[str], object],
        followed: Callable[[Contract], None],
    ) -> None:
        self.load, self.front, self.mock, self.access = watched.load, front, mock, access
        self.output, self.followed = output, followed
        self._stamps = looked

    async def run(self) -> None:
        """Watch until this is cancelled."""
        while True:
            await asyncio.sleep(_PERIOD)
            now = await asyncio.to_thread(stamps, self._stamps)
            if now == self._stamps:
                continue
            await asyncio.sleep(_CALM)
            if await asyncio.to_thread(stamps, self._stamps) == now:
                self._serve(await asyncio.to_thread(self._read, now))

    def _read(self, now: Stamps) -> tuple[Mock, Front] | str:
        """The mock of what the files hold now and its front, or why there is none."""
        with recording() as files:
            try:
                mock = self.mock.edited(read_contract(self.load))
                return mock, create_app(mock, self.access)
            except TallystickError as error:
                return str(error)
            except Exception as error:  # a defect of the reader must not end the mock, either
                _LOG.exception("The edited contract cannot be read")
                return f"{type(error).__name__}: {error}"
            finally:
                # What was there at the last look may have changed while it was read.
                self._stamps = {**stamps(files - now.keys()), **now}

    def _serve(self, read: tuple[Mock, Front] | str) -> None:
        moment = timestamp(time.time())
        if isinstance(read, str):
            self.mock.edits.note(Edit(moment, error=read))
            self.mock.sessions.notify()
            self._print(styled(f"error: {read}", "red"))
            self._print("The contract that was read before is still served.")
            return
        mock, front = read
        old, new = _cases(self.mock.contract), _cases(mock.contract)
        edit = Edit(moment, _without(new, old), _without(old, new))
        mock.edits.note(edit)
        self.mock = mock
        self.front.become(front)
        self.followed(mock.contract)
        mock.sessions.follow(mock.contract)
        self._print(f"read anew: {edit.words}")
        for line in summary(mock.contract.document.diagnostics):
            self._print(line)

    def _print(self, text: str) -> None:
        self.output(f"{time.strftime('%H:%M:%S')}  {text}")


def _cases(contract: Contract) -> list[str]:
    return [f"{case.operation} {case.label}" for case in contract.cases]


def _without(cases: Iterable[str], others: list[str]) -> tuple[str, ...]:
    known = set(others)
    return tuple(case for case in cases if case not in known)


def stamps(files: Iterable[Path]) -> Stamps:
    """What tells of files that they changed."""
    return {file: _stamp(file) for file in files}


def _stamp(file: Path) -> tuple[int, int, int] | None:
    try:
        found = file.stat()
    except OSError:
        return None
    return found.st_mtime_ns, found.st_size, found.st_ino
