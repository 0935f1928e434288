"""Findings that no single answer shows: who reached the canary, how the target bore the fuzz."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, NamedTuple

from contract_tests.checks.levels import STANDARD
from contract_tests.checks.table import Check, seen_otherwise
from contract_tests.results.findings import Finding
from fuzzing.analyses.canary import Hit
from fuzzing.engine.workers import Sighting
from tallystick.contract import Contract

VISIT, REDIRECT = "visit", "redirect"
"""The ways in which a server can be seen to use an address of the canary."""


class Proof(NamedTuple):
    """A finding, and what to send to see it again, if that can be seen."""

    finding: Finding
    kept: Mapping[str, Any] | None


def _obligation(name: str, source: str, applies_to: str) -> Check:
    return Check(name, STANDARD, source, applies_to, seen_otherwise)


_WATCHED = "addresses of the canary"
_NO_VISIT = _obligation(
    "no request to a caller's address", "OWASP API Security Top 10 (2023), API7", _WATCHED
)
_NO_REDIRECT = _obligation("no redirect to a caller's address", "CWE-601", _WATCHED)
_BEARS_IT = _obligation(
    "the target bears the requests", "[fuzz] breaker of the target file", "the last answers"
)


def canary_proofs(hits: Iterable[Hit], sightings: Mapping[str, Sighting]) -> Iterator[Proof]:
    """A finding for each kind of visitor and of redirect, with the first request that brought
    it.
    """
    told: set[tuple[object, ...]] = set()
    for hit in hits:
        sighting = sightings.get(hit.token)
        if sighting is None:
            continue
        agent = f" ({hit.agent})" if hit.agent else ""
        message = f"the server sends a {hit.method} to an address that the caller gave{agent}"
        answer = f"{hit.method} from {hit.client}"
        cause = VISIT, sighting.operation, hit.method, hit.agent
        if cause not in told:
            told.add(cause)
            yield _proof(_NO_VISIT, sighting, message, answer, cause)
    for sighting in sightings.values():
        if sighting.redirect is None:
            continue
        message = f"a {sighting.redirect} redirects to an address that the caller gave"
        cause = REDIRECT, sighting.operation, str(sighting.redirect), ""
        if cause not in told:
            told.add(cause)
            yield _proof(_NO_REDIRECT, sighting, message, str(sighting.redirect), cause)


def _proof(
    check: Check,
    sighting: Sighting,
    message: str,
    answer: str,
    cause: tuple[object, ...],
) -> Proof:
    finding = Finding(
        check=check,
        operation=sighting.operation,
        source=check.source,
        sentence="",
        message=message,
        curl=sighting.curl,
        answer=answer,
        cause=cause,
    )
    return Proof(finding, {**sighting.kept, "proof": cause[0]})


def health_proof(contract: Contract, strain: str) -> Proof:
    """That the target did not bear what it was sent."""
    finding = Finding(
        check=_BEARS_IT,
        operation=contract.operations[0].name,
        source=_BEARS_IT.source,
        sentence="",
        message=f"{strain}; the fuzz was slowed down, then stopped",
        curl="",
        answer="",
        cause=("health",),
    )
    return Proof(finding, None)
