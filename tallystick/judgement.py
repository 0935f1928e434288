"""The three values of a judgement on data."""

from __future__ import annotations

from enum import Enum


class Judgement(Enum):
    """What a rule says of a value; honest implementations disagree only on DISPUTED ones."""

    VALID = "valid"
    INVALID = "invalid"
    DISPUTED = "disputed"
