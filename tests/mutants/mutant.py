"""What a mutant is: a faulty implementation, and the calls that show its fault.

Rules for a new one:

* It breaks the document or a standard, and says which sentence. What honest teams do differently
  is no fault (`variants` lists it): which of several faults wins, null or empty as Missing or
  Invalid, a wrong type without a code, the status of a bad id or of another media type, what
  another method does short of a 5xx, `http:` or a private host refused, a first link that the
  second voids. To refuse any other valid URL is a fault, whatever it holds: a port, a query, a
  fragment, percent-encoding, an IDN, an address, 2,000 characters.
* It is small: an attribute or one short method differs from `PaymentAccountLinks`.
* Its factory gives a fresh instance, so that nothing is left of an earlier run.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Literal

from tests.independent.app import CASES, PaymentAccountLinks
from tests.independent.calls import Call
from tests.independent.client import Way

from .builders import Factory, changed

Family = Literal[
    "status", "media type", "body", "code", "URL rules", "promises", "HTTP", "robustness", "state"
]
Level = Literal["documented", "standard", "advisory"]


@dataclass(frozen=True)
class Mutant:
    """A faulty implementation, and the calls that show its fault."""

    name: str
    family: Family
    level: Level
    breaks: str
    app: Callable[[], PaymentAccountLinks]
    probe: tuple[Call, ...]
    way: Way = "apart"


Row = Callable[[Family], Mutant]


def family(name: Family, *rows: Row) -> tuple[Mutant, ...]:
    """The mutants of a family."""
    return tuple(row(name) for row in rows)


def documented(name: str, breaks: str, app: Factory, *probe: Call, way: Way = "apart") -> Row:
    """A mutant that breaks what the document says."""
    return lambda of: Mutant(name, of, "documented", breaks, app, probe, way)


def standard(name: str, breaks: str, app: Factory, *probe: Call, way: Way = "apart") -> Row:
    """A mutant that breaks a standard, by the section that `breaks` names."""
    return lambda of: Mutant(name, of, "standard", breaks, app, probe, way)


def advisory(name: str, breaks: str, app: Factory, *probe: Call) -> Row:
    """A mutant that breaks no rule, but good practice."""
    return lambda of: Mutant(name, of, "advisory", breaks, app, probe)


def misplaced(code: str, status: int, probe: Call) -> Row:
    """The fault of a documented case under another status."""
    case = CASES[code]
    faulty = changed(cases={**CASES, code: replace(case, status=status)})
    breaks = f"{code} is listed under {case.status}"
    return documented(f"{status} for {code}", breaks, faulty, probe)
