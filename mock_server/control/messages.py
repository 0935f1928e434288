"""What the members of control requests mean. A wrong one raises ControlError."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from mock_server.answers.faults import LONGEST_DELAY, UnknownFaultError, disturbances
from mock_server.requests.control_body import ControlError
from mock_server.state.clock import Clock
from mock_server.state.disturbances import QueuedFault
from mock_server.state.forces import OwnAnswer
from mock_server.state.journal import is_named

LONGEST_WAIT = 60.0
"""For how many seconds a request to the control API may wait."""

_SCALARS = (str, int, float)
_FURTHEST = 1_000_000_000
_MATCHED = re.compile(r"(?:path|query|header|body)\..+", re.DOTALL)


def queued_fault(body: dict[str, Any]) -> QueuedFault:
    """The faults that a request's members ask to queue. Raises ControlError."""
    names = body.get("faults", [])
    if not isinstance(names, list) or not all(isinstance(name, str) for name in names):
        raise ControlError('\'faults\' must be a list of names, such as ["reset", "slow"].')
    wanted = names or [None]  # none but the delay, if there is one
    delay, rate = _number(body, "delay", 0, LONGEST_DELAY), _number(body, "rate", 1, 1)
    seed = body.get("seed", 0)
    if isinstance(seed, bool) or not isinstance(seed, int | float) or seed != int(seed):
        raise ControlError("'seed' must be a whole number.")
    try:
        queued = disturbances(wanted, delay)
        return QueuedFault(queued, times(body), match(body), rate, int(seed))
    except UnknownFaultError as error:
        raise ControlError(str(error)) from None


def _number(body: dict[str, Any], name: str, default: float, most: float) -> float:
    value = body.get(name, default)
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= most:
        raise ControlError(f"'{name}' must be a number from 0 to {most:g}.")
    return float(value)


def names(body: dict[str, Any]) -> list[str]:
    """The cases that are to be played. Raises ControlError."""
    given = body.get("cases")
    if "cases" not in body and body.keys() & {"body", "status"}:
        return []
    if not isinstance(given, list) or not given or not all(isinstance(n, str | int) for n in given):
        raise ControlError('\'cases\' must be a list of at least one case, such as ["502", "200"].')
    return [str(name) for name in given]


_TOKEN = re.compile(r"[!#$%&'*+\-.^_`|~0-9A-Za-z]+")
_VALUE = re.compile(r"[\t\x20-\x7e\x80-\xff]*")
"""The name and the value of a field (RFC 9110 sections 5.1 and 5.5)."""

_FRAMING = ("content-length", "transfer-encoding", "connection", "tallystick-case")
"""Headers that follow from the rest of the answer."""


def own_answer(body: dict[str, Any]) -> OwnAnswer | None:
    """What the answer is to have in place of what the document has. Raises ControlError."""
    if not body.keys() & {"body", "headers", "status"}:
        return None
    status = _whole(body.get("status"))
    is_status = isinstance(status, int) and not isinstance(status, bool)
    if "status" in body and not (is_status and 200 <= status <= 599):
        raise ControlError("'status' must be a whole number from 200 to 599.")
    if {"status", "cases"} <= body.keys():
        raise ControlError("'status' is for an answer without 'cases': a case has its own status.")
    return OwnAnswer(status, tuple(_headers(body)), "body" in body, body.get("body"))


def _headers(body: dict[str, Any]) -> Iterator[tuple[bytes, bytes]]:
    given = body.get("headers")
    if given is None:
        return
    if not isinstance(given, dict):
        raise ControlError('\'headers\' must be an object such as {"Retry-After": "5"}.')
    for name, values in given.items():
        if not _TOKEN.fullmatch(name):
            raise ControlError(f"{name!r} is no name of a header.")
        if name.lower() in _FRAMING:
            raise ControlError(f"The header {name!r} follows from the rest of the answer.")
        for value in values if isinstance(values, list) else [values]:
            if not isinstance(value, str) or not _VALUE.fullmatch(value):
                raise ControlError(
                    f"The header {name!r} needs a text of one line, or a list of such."
                )
            yield name.lower().encode(), value.strip().encode("latin-1")


def times(body: dict[str, Any]) -> int | None:
    """How often; None for ever. Raises ControlError."""
    given = _whole(body.get("times", 1))
    if given is not None and (not isinstance(given, int) or isinstance(given, bool) or given < 1):
        raise ControlError("'times' must be a whole number from 1, or null for ever.")
    return given


def whole_number(text: str, name: str) -> int:
    """The number in a text. Raises ControlError."""
    if not (text.isascii() and text.isdigit() and len(text) < 19):
        raise ControlError(f"'{name}' must be a whole number from 0.")
    return int(text)


def _whole(value: Any) -> Any:
    """A number without a fraction as whole number: to JSON Schema, 1.0 is an integer, too."""
    return int(value) if isinstance(value, float) and value.is_integer() else value


def match(body: dict[str, Any]) -> dict[str, str]:
    """What requests must look like. Raises ControlError."""
    given = body.get("match")
    if given is None:
        return {}
    if not isinstance(given, dict) or not all(isinstance(v, _SCALARS) for v in given.values()):
        raise ControlError('\'match\' must be an object such as {"path.id": "…"}.')
    for name in given:
        if name != "operation" and not _MATCHED.fullmatch(name):
            wrong = f"'match' cannot look at {name!r}"
            raise ControlError(
                f"{wrong}; it can at path.…, query.…, header.…, body.… and operation."
            )
    return {_as_fact(name): str(value) for name, value in given.items()}


def _as_fact(name: str) -> str:
    """Header names are of any case (RFC 9110 section 5.1), and ASGI gives them in lower case."""
    return name.lower() if name.startswith("header.") else name


def set_clock(clock: Clock, body: dict[str, Any]) -> None:
    """Advance, freeze, thaw or reset a clock as a body says. Raises ControlError."""
    advance = body.get("advance", 0)
    if isinstance(advance, bool) or not isinstance(advance, int | float):
        raise ControlError("'advance' must be a number of seconds.")
    for name in ("freeze", "reset"):
        if not isinstance(body.get(name, False), bool):
            raise ControlError(f"'{name}' must be true or false.")
    offset = 0.0 if body.get("reset") else clock.offset
    if abs(offset + advance) > _FURTHEST:
        raise ControlError(f"The clock goes at most {_FURTHEST} seconds from real time.")
    if body.get("reset"):
        clock.reset()
    if "freeze" in body:
        (clock.freeze if body["freeze"] else clock.thaw)()
    clock.advance(advance)


@dataclass(frozen=True, slots=True)
class Count:
    """How many requests a case should have answered, and for how many seconds to wait for them."""

    case: str | None
    at_least: int
    at_most: int | None
    within: float

    def is_of(self, label: str) -> bool:
        """Whether the case of this label counts."""
        return self.case is None or is_named(label, self.case)

    def holds(self, count: int) -> bool:
        """Whether that many are as expected."""
        return self.at_least <= count and (self.at_most is None or count <= self.at_most)

    @property
    def words(self) -> str:
        """What is expected, in words."""
        most = self.at_most
        number = f"at least {self.at_least}" if most is None else f"{self.at_least} to {most}"
        number = str(self.at_least) if most == self.at_least else number
        requests = "request" if number.endswith(" 1") or number == "1" else "requests"
        return f"{number} {requests}" + (f" answered with {self.case}" if self.case else "")


def count(body: dict[str, Any]) -> Count:
    """What a request to verify expects. Raises ControlError."""
    case = body.get("case")
    if case is not None and not isinstance(case, str | int):
        raise ControlError("'case' must be a code or a status, such as \"502\".")
    given = {name: _whole(body[name]) for name in ("times", "at_least", "at_most") if name in body}
    for name, value in given.items():
        if isinstance(value, bool) or not isinstance(value, int) or value < 0:
            raise ControlError(f"'{name}' must be a whole number from 0.")
    exactly = given.get("times")
    least = given.get("at_least", 0 if "at_most" in given else 1) if exactly is None else exactly
    most = given.get("at_most") if exactly is None else exactly
    within = _number(body, "within", 0, LONGEST_WAIT)
    return Count(None if case is None else str(case), least, most, within)
