"""Findings that no single response shows: out-of-band callbacks, and the target's health."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, NamedTuple

from contract_tests.checks.levels import STANDARD
from contract_tests.checks.table import Check
from contract_tests.results.findings import Finding
from fuzzing.analyses.canary import Callback, CallbackSource
from tallystick.contract import Contract

CALLBACK, REDIRECT = "callback", "redirect"
"""The two ways to see that a server uses an address of the canary."""


class Proof(NamedTuple):
    """A finding, and the evidence for a replay, if it can be replayed."""

    finding: Finding
    evidence: Mapping[str, Any] | None


def _check(name: str, source: str, applies_to: str, remedy: str) -> Check:
    return Check(name, STANDARD, source, applies_to, remedy=remedy)


_WATCHED = "addresses of the canary"
_NO_CALLBACK = _check(
    "no request to a caller's address",
    "OWASP API Security Top 10 (2023), API7",
    _WATCHED,
    "Send requests only to hosts of a list, and to no address that a caller gave.",
)
_NO_REDIRECT = _check(
    "no redirect to a caller's address",
    "CWE-601",
    _WATCHED,
    "Redirect only to hosts of a list, or to paths of your own.",
)
_BEARS_IT = _check(
    "the target bears the requests",
    "[fuzz] breaker of the target file",
    "the last responses",
    "Look for what fails under load, or set a lower `rate` in the target file.",
)


def canary_proofs(
    callbacks: Iterable[Callback], sources: Mapping[str, CallbackSource]
) -> Iterator[Proof]:
    """A finding for each kind of callback and of redirect, with the first request that caused
    it.
    """
    known: set[tuple[object, ...]] = set()
    for callback in callbacks:
        source = sources.get(callback.token)
        if source is None:
            continue
        agent = f" ({callback.agent})" if callback.agent else ""
        message = f"the server sends a {callback.method} to an address that the caller gave{agent}"
        seen = f"{callback.method} from {callback.client}"
        cause = CALLBACK, source.operation, callback.method, callback.agent
        if cause not in known:
            known.add(cause)
            yield _proof(_NO_CALLBACK, source, message, seen, cause)
    for source in sources.values():
        if source.redirect is None:
            continue
        message = f"a {source.redirect} redirects to an address that the caller gave"
        cause = REDIRECT, source.operation, str(source.redirect), ""
        if cause not in known:
            known.add(cause)
            yield _proof(_NO_REDIRECT, source, message, str(source.redirect), cause)


def _proof(
    check: Check,
    source: CallbackSource,
    message: str,
    seen: str,
    cause: tuple[object, ...],
) -> Proof:
    finding = Finding(
        check=check,
        operation=source.operation,
        source=check.source,
        quote="",
        message=message,
        curl=source.curl,
        response=seen,
        cause=cause,
    )
    return Proof(finding, {**source.evidence, "proof": cause[0]})


def health_proof(contract: Contract, strain: str) -> Proof:
    """The finding that the target did not bear the requests."""
    finding = Finding(
        check=_BEARS_IT,
        operation=contract.operations[0].name,
        source=_BEARS_IT.source,
        quote="",
        message=f"{strain}; the fuzz was slowed down, then stopped",
        curl="",
        response="",
        cause=("health",),
    )
    return Proof(finding, None)
