"""Findings that no single answer shows: who reached the canary, how the target bore the fuzz."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from contract_tests.findings import Finding
from contract_tests.fuzzing.canary import Hit
from contract_tests.judged import Judged
from contract_tests.levels import STANDARD
from contract_tests.obligations import Obligation
from tallystick.contract import Contract


def _seen_otherwise(_: Judged) -> None:
    """No answer shows it."""


_NO_REQUEST = Obligation(
    "no request to a caller's address",
    STANDARD,
    "OWASP API Security Top 10 (2023), API7",
    "addresses of the canary",
    _seen_otherwise,
)
_BEARS_IT = Obligation(
    "the target bears the requests",
    STANDARD,
    "[fuzz] breaker of the target file",
    "the last answers",
    _seen_otherwise,
)


def canary_findings(
    contract: Contract, hits: list[Hit], watched: Mapping[str, str]
) -> Iterator[Finding]:
    """A finding for each kind of visitor, with the first request that brought it."""
    told: set[tuple[str, str]] = set()
    for hit in hits:
        kind = hit.method, hit.agent
        if kind in told or hit.token not in watched:
            continue
        told.add(kind)
        agent = f" ({hit.agent})" if hit.agent else ""
        yield Finding(
            obligation=_NO_REQUEST,
            operation=_operation(contract),
            source=_NO_REQUEST.source,
            sentence="",
            message=f"the server sends a {hit.method} to an address that the caller gave{agent}",
            curl=watched[hit.token],
            answer=f"{hit.method} from {hit.client}",
            cause=("canary", *kind),
        )


def health_finding(contract: Contract, strain: str) -> Finding:
    """That the target did not bear what it was sent."""
    return Finding(
        obligation=_BEARS_IT,
        operation=_operation(contract),
        source=_BEARS_IT.source,
        sentence="",
        message=f"{strain}; the fuzz was slowed down, then stopped",
        curl="",
        answer="",
        cause=("health",),
    )


def _operation(contract: Contract) -> str:
    return contract.operations[0].name if contract.operations else ""
