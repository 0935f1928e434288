"""What a mutant of the workshop is: a faulty one, and the calls that show its fault.

Rules for a new one:

* It breaks the document or a standard, and `breaks` says which sentence.
* It is small: a rule, an attribute or one short method differs from `Workshop`.
* A tester who reads the document and nothing else can see the fault.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any, Literal

from tests.crud.aiohttp_service import Workshop
from tests.crud.calls import Call

from .advised import ADVISED

Family = Literal[
    "auth", "state", "validation", "strictness", "headers", "media types", "statuses", "forms",
    "paging",
]  # fmt: skip
Factory = Callable[[], Workshop]


@dataclass(frozen=True)
class Mutant:
    """A faulty workshop, and the calls that show its fault. What only a reader of the whole
    document takes for a fault is `advisory`: no sentence of it says so for a machine.
    """

    name: str
    family: Family
    breaks: str
    app: Factory
    probe: tuple[Call, ...]
    level: Literal["documented", "advisory"] = "documented"


Row = Callable[[Family], Mutant]


def family(name: Family, *rows: Row) -> tuple[Mutant, ...]:
    """The mutants of a family."""
    made = [row(name) for row in rows]
    return tuple(replace(m, level="advisory") if m.name in ADVISED else m for m in made)


def mutant(name: str, breaks: str, app: Factory, *probe: Call) -> Row:
    """A row of a family."""
    return lambda of: Mutant(name, of, breaks, app, probe)


def changed(**members: Any) -> Factory:
    """The workshop with these attributes and methods in place of its own."""
    return type("Changed", (Workshop,), members)
