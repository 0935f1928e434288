"""Novelty: answers of a kind that was never seen before, and how likely one more is.

Rules: answers are of one kind if status, case, media type, names of headers, shape of the JSON body
and size class are the same. What gives a kind never seen before is kept, and mutated further. The
chance of a new kind is estimated by I. J. Good and A. Turing (Biometrika 40, 1953): the chance that
the next answer is new is the share of answers whose kind was seen only once.
"""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import requests

from contract_tests.http.exchange import OperationRequest

AHEAD = 1_000
"""For how many requests the chance is told."""

LEAST = 1_000
"""Answers without which nothing is estimated: with few, all that is rare is missing."""

_MOST_KEPT = 200

_DEEPEST = 20


def kind_of(response: requests.Response, case: str | None, value: Any) -> str:
    """The kind of an answer, as a short text."""
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
    """A JSON value without what it says: names of members, and types; as deep as it matters."""
    if isinstance(value, dict) and depth < _DEEPEST:
        return {name: _shape(member, depth + 1) for name, member in sorted(value.items())}
    if isinstance(value, list) and depth < _DEEPEST:
        return [_shape(value[0], depth + 1)] if value else []
    return type(value).__name__


@dataclass(slots=True)
class Kinds:
    """How often each kind of answer was seen."""

    seen: Counter[str] = field(default_factory=Counter)

    def add(self, kind: str) -> None:
        """Count an answer."""
        self.seen[kind] += 1

    @property
    def chance(self) -> float | None:
        """The estimated chance that the next `AHEAD` answers show a new kind; None as long as there
        are too few to say.
        """
        answers = self.seen.total()
        if answers < LEAST:
            return None
        once = sum(count == 1 for count in self.seen.values())
        return 1 - (1 - once / answers) ** AHEAD


class Pool:
    """The requests that gave a kind of answer that was new, the newest last."""

    def __init__(self) -> None:
        self._kept: dict[str, dict[str, OperationRequest]] = {}

    def add(self, kind: str, call: OperationRequest) -> None:
        """Keep a request, unless a smaller one of its kind is kept."""
        kept = self._kept.setdefault(call.operation.name, {})
        known = kept.get(kind)
        if (len(kept) < _MOST_KEPT) if known is None else (_size(call) < _size(known)):
            kept[kind] = call

    def of(self, operation: str) -> Sequence[OperationRequest]:
        """What is kept for an operation."""
        return tuple(self._kept.get(operation, {}).values())


def _size(call: OperationRequest) -> int:
    return len(repr(call.body))
