"""Magic values: fixed values of a path parameter that ask the mock for an error case.

Rules: the last path parameter carries them, since it names what the operation acts on; a value
fits the parameter's schema, or there is none. Success needs no magic. The values depend on the
status and the case's place among those of its status only, so that adding a status moves none.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from typing import Any

from tallystick.catalogue.cases import Case
from tallystick.reader.document import Document
from tallystick.reader.operations import Operation, Parameter

Maker = Callable[[int, int], Any]

_MAKERS: Mapping[str, Maker] = {
    # "ca5e" for case, the status in decimal digits, then the number of the case
    "uuid": lambda status, number: f"ca5e0{status:03}-{number:04}-4000-8000-000000000000",
    "integer": lambda status, number: status * 1_000_000 + number,
    "string": lambda status, number: f"case-{status}-{number}",
}


def with_magic(document: Document, operation: Operation, cases: Iterable[Case]) -> list[Case]:
    """The cases, each error case with its magic value where the parameter can carry one."""
    cases = list(cases)
    parameter = _carrier(operation)
    numbers = Counter({case.status: _first(case.status) - 1 for case in cases})
    result = []
    for case in cases:
        numbers[case.status] += 1
        value = None
        if parameter and not case.is_success:
            value = _value(document, parameter, case.http_status, numbers[case.status])
        magic = {f"path.{parameter.name}": value} if parameter and value else None
        result.append(replace(case, magic=magic))
    return result


def _first(status: str) -> int:
    """The number of a status' first case: a range and `default` are sent with the same status
    code as another response may be, and must not share its values.
    """
    return 1 if status.isdecimal() else 9001 if status == "default" else 5001


def _carrier(operation: Operation) -> Parameter | None:
    """The path parameter that stands last in the path template."""
    inside = [p for p in operation.parameters if p.location == "path"]
    return max(inside, key=lambda p: operation.path.rfind("{" + p.name + "}"), default=None)


def _value(document: Document, parameter: Parameter, status: int, number: int) -> str | None:
    if parameter.schema is None:
        return str(_MAKERS["string"](status, number))
    validator = document.validators.at(parameter.schema)
    for make in _MAKERS.values():
        value = make(status, number)
        if validator.is_valid(value):
            return str(value)
    return None
