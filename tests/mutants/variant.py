"""What a variant is: a conformant implementation that decides otherwise what is left open.

Rules for a new one:

* It keeps the document and every standard, and says what leaves its decision open.
* It still gives the ten documented answers; `probe` is calls whose answers show the decision.
* Its factory gives a fresh instance, so that nothing is left of an earlier run.
"""

from collections.abc import Callable
from dataclasses import dataclass

from tests.independent.app import PaymentAccountLinks
from tests.independent.calls import Call


@dataclass(frozen=True)
class Variant:
    """A conformant implementation, what leaves it open to be so, and calls that show it."""

    name: str
    open: str
    app: Callable[[], PaymentAccountLinks]
    probe: tuple[Call, ...]


def variant(name: str, open_: str, app: Callable[[], PaymentAccountLinks], *probe: Call) -> Variant:
    """A row of a catalogue."""
    return Variant(name, open_, app, probe)
