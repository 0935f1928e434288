"""Replay: sends the evidence of a finding again, to see whether the finding still holds.

Rules: evidence holds no secret. Where a header, an address or a body had one, the variable's name
stands, and the environment gives the value again. The expectation is part of the evidence, so the
same check decides. If the first response does not show the finding, the requests are sent a second
time, because some findings are about two equal responses.
"""

from __future__ import annotations

import json
import time
from base64 import b64decode
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import quote

import requests

from contract_tests.checks.context import Expectation, ExpectationKind
from contract_tests.http.exchange import OperationRequest, Response
from contract_tests.http.redaction import REDACTED
from contract_tests.results.baseline import named, read_report
from contract_tests.results.findings import Finding
from contract_tests.results.run import Run
from contract_tests.target.credentials import Identity
from contract_tests.target.target import Target
from fuzzing.analyses.canary import leads_to, listening, token_in
from fuzzing.analyses.differences import DifferenceAnalysis, is_difference
from fuzzing.analyses.pairs import CHECKS, still_holds
from tallystick.catalogue.cases import Case
from tallystick.contract import ContractOperation
from tallystick.errors import Source, TallystickError

_TRIES = 2
_COMPARED = {check.family for check in CHECKS}
"""The families of findings that two responses show together."""

_PATIENCE = 5.0
"""Seconds to wait for a callback."""


class ReplayError(TallystickError):
    """The finding cannot be replayed."""


def identity(finding: Finding) -> dict[str, Any]:
    """What two findings of one cause have in common."""
    return {
        "family": finding.check.family,
        "cause": repr(finding.cause),
        "codes": sorted(finding.codes),
    }


def read_finding(report_dir: str, name: str) -> dict[str, Any]:
    """Read a finding of a report by its id or number, with the settings of its fuzz. Raises
    TallystickError.
    """
    report = read_report(report_dir)
    if "settings" not in report:
        source = Source(str(Path(report_dir) / "report.json"))
        raise ReplayError("This is not a report of tallystick fuzz.", source=source)
    return {**named(report, name, report_dir), "settings": report["settings"]}


def replay(finding: Mapping[str, Any], run: Run, other: Run | None = None) -> bool:
    """Send the evidence of a finding again; for a difference, to the other implementation, too.
    Gives whether the finding still holds. Raises TallystickError.
    """
    evidence = finding.get("shown_by")
    if evidence is None:
        what = f"The finding {finding['id']} is about many requests; none of them shows it alone."
        raise ReplayError(what)
    operation = next((o for o in run.contract.operations if o.name == evidence["operation"]), None)
    if operation is None:
        raise ReplayError(f"The document has no operation {evidence['operation']!r} any more.")
    prepared = [_request(request, run, operation) for request in evidence["requests"]]
    if "proof" in evidence:
        return _is_proved(run, prepared[-1], evidence["proof"], finding["settings"]["canary"])
    expectation = _expectation(evidence["expected"], operation.cases)
    if evidence["shows"]["family"] in _COMPARED:
        return still_holds(run, operation, prepared, expectation.cases)
    if is_difference(finding):
        return _differs(finding, run, other, operation, prepared, expectation)
    return any(
        _is_same(again, evidence["shows"])
        for _ in range(_TRIES)
        for again in _findings(run, operation, prepared, expectation)
    )


def _differs(
    finding: Mapping[str, Any],
    run: Run,
    other: Run | None,
    operation: ContractOperation,
    prepared: Sequence[requests.PreparedRequest],
    expectation: Expectation,
) -> bool:
    if other is None:
        what = f"The finding {finding['id']} is a difference; the report does not say from what."
        raise ReplayError(what, remedy="Name the other implementation: --against URL")
    analysis = DifferenceAnalysis(run, other)
    again = (analysis.again(operation, prepared, expectation) for _ in range(_TRIES))
    return any(difference is not None for difference in again)


def _findings(
    run: Run,
    operation: ContractOperation,
    prepared: Sequence[requests.PreparedRequest],
    expectation: Expectation,
) -> list[Finding]:
    *before, last = prepared
    for request in before:
        run.client.transmit(request)
    return run.check(operation, run.client.transmit(last), expectation)


def _is_same(finding: Finding, identity_: Mapping[str, Any]) -> bool:
    """Whether this is the finding of the report. Codes, if there are some, say more than the
    cause (see `findings`).
    """
    if finding.check.family != identity_["family"]:
        return False
    if finding.codes or identity_["codes"]:
        return not finding.codes.isdisjoint(identity_["codes"])
    return repr(finding.cause) == str(identity_["cause"])


def _is_proved(run: Run, prepared: requests.PreparedRequest, proof: str, place: str) -> bool:
    """Whether the server uses the address of the canary again."""
    with listening(place) as callbacks:
        outcome = run.client.transmit(prepared).outcome
        if proof == "redirect":
            location = outcome.headers.get("location", "") if isinstance(outcome, Response) else ""
            return leads_to(place, prepared.url or "", location)
        token = token_in(prepared)
        deadline = time.monotonic() + _PATIENCE
        while time.monotonic() < deadline:
            if any(callback.token == token for callback in callbacks):
                return True
            time.sleep(0.05)
    return False


def _expectation(expected: Mapping[str, Any], cases: Sequence[Case]) -> Expectation:
    named = expected["named"]
    return Expectation(
        ExpectationKind[expected["kind"]],
        expected["what"],
        tuple(case for label in expected["cases"] for case in cases if case.label == label),
        named=None if named is None else frozenset(named),
        source=expected["source"],
        is_random=True,
    )


def _request(
    kept: Mapping[str, Any], run: Run, operation: ContractOperation
) -> requests.PreparedRequest:
    """The request of a report, with the credentials of the target."""
    target: Target = run.target
    body = kept["body"]
    if "base64" in body:
        text = b64decode(body["base64"]).decode("utf-8", "surrogateescape")
    else:
        text = body["text"]
    content = _filled(text, target, _in_json).encode("utf-8", "surrogateescape")
    own = run.client.identities.of(OperationRequest(operation), Identity.OWN)
    path = kept["path"]
    for name, value in own.query.items():
        path = path.replace(f"{name}={REDACTED}", f"{name}={_in_address(value)}")
    headers = {
        **kept["headers"],
        **{n: v for n, v in own.fields().items() if _is_left_out(n, kept)},
    }
    request = requests.Request(
        kept["method"],
        target.shown_url.rstrip("/") + _filled(path, target, _in_address),
        {name: _filled(str(value), target, str) for name, value in headers.items()},
        data=content or None,
    )
    return run.client.session.prepare_request(request)


def _is_left_out(name: str, kept: Mapping[str, Any]) -> bool:
    """Whether a report does not have a header that was sent."""
    return REDACTED in kept["headers"].get(name, REDACTED)


def _filled(text: str, target: Target, escape: Callable[[str], str]) -> str:
    for name, value in target.variables.items():
        text = text.replace(f"${{{name}}}", escape(value))
    return text


def _in_json(value: str) -> str:
    return json.dumps(value)[1:-1]


def _in_address(value: str) -> str:
    return quote(value, safe="")
