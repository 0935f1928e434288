"""The Good-Turing estimate: how likely more requests would show a new kind of response.

Rules: two responses are of one kind if status, case, media type, names of headers, shape of the
JSON body and size class are equal. The chance that the next response is of a new kind is the share
of responses whose kind was seen exactly once (I. J. Good, Biometrika 40, 1953).
"""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from dataclasses import dataclass, field
from typing import Any

import requests

AHEAD = 1_000
"""The estimate is for so many more requests."""

LEAST = 1_000
"""There is no estimate before so many responses: a smaller sample misses all that is rare."""

_DEEPEST = 20


def kind_of(response: requests.Response, case: str | None, value: Any) -> str:
    """The kind of a response, as a short text. `value` is its JSON body."""
    facts = (
        response.status_code,
        case,
        response.headers.get("content-type", "").partition(";")[0],
        sorted(name.lower() for name in response.headers),
        _shape(value),
        len(response.content).bit_length(),
    )
    return hashlib.sha256(json.dumps(facts).encode()).hexdigest()[:16]


def _shape(value: Any, depth: int = 0) -> Any:
    """The member names and types of a JSON value, without its texts and numbers."""
    if isinstance(value, dict) and depth < _DEEPEST:
        return {name: _shape(member, depth + 1) for name, member in sorted(value.items())}
    if isinstance(value, list) and depth < _DEEPEST:
        return [_shape(value[0], depth + 1)] if value else []
    return type(value).__name__


@dataclass(slots=True)
class GoodTuringEstimate:
    """Counts how often each kind of response was seen."""

    seen: Counter[str] = field(default_factory=Counter)

    def add(self, kind: str) -> None:
        """Count a response."""
        self.seen[kind] += 1

    @property
    def chance(self) -> float | None:
        """The estimated chance that `AHEAD` more responses show a new kind; None before `LEAST`
        responses.
        """
        responses = self.seen.total()
        if responses < LEAST:
            return None
        once = sum(count == 1 for count in self.seen.values())
        return 1 - (1 - once / responses) ** AHEAD
