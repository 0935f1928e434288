"""Replay: sending again what showed a finding, to see whether it still holds.

Rules: what is kept of the requests holds no secret; where a header, an address or a body had one,
the variable's name stands, and is filled in from the environment again. What is expected is kept
with them, so that the answer is judged by the same obligation. What a first answer does not show
is asked for a second time: some findings are about two answers that are the same.
"""

from __future__ import annotations

import json
import time
from base64 import b64decode, b64encode
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import quote

import requests

from contract_tests.checks.context import Expectation, ExpectationKind
from contract_tests.http.client import Client
from contract_tests.http.exchange import Response, body_of
from contract_tests.results.findings import Finding
from contract_tests.results.run import Run
from contract_tests.target.target import Target
from fuzzing.analyses.canary import leads_to, listening, token_in
from fuzzing.analyses.differences import Differences, is_difference
from fuzzing.analyses.pairs import CHECKS, still_holds
from fuzzing.engine.campaign import Shown
from tallystick.catalogue.cases import Case
from tallystick.contract import ContractOperation
from tallystick.errors import Source, TallystickError

_TRIES = 2
_COMPARED = {check.family for check in CHECKS}
"""The findings that two answers show together."""

_PATIENCE = 5.0
"""Seconds in which a server may come to the canary."""


class ReplayError(TallystickError):
    """There is nothing that could be sent again."""


# --- what is kept


def kept(shown: Shown, client: Client) -> dict[str, Any]:
    """What to keep of the requests that show a finding."""
    expectation = shown.expectation
    return {
        "operation": shown.operation,
        "first": shown.first,
        "requests": [_kept_request(request, client) for request in shown.requests],
        "expected": {
            "kind": expectation.kind.name,
            "what": expectation.what,
            "cases": [case.label for case in expectation.cases],
            "named": None if expectation.named is None else sorted(expectation.named),
            "source": expectation.source,
        },
    }


def identity(finding: Finding) -> dict[str, Any]:
    """What a finding must have in common with another to be of the same cause."""
    return {
        "family": finding.check.family,
        "cause": repr(finding.cause),
        "codes": sorted(finding.codes),
    }


def _kept_request(prepared: requests.PreparedRequest, client: Client) -> dict[str, Any]:
    # What the target file and its address give is not kept: it is there when it is needed.
    own = {name.lower(): value for name, value in client.session.headers.items()}
    clean = client.redactor.clean
    return {
        "method": prepared.method,
        "path": clean((prepared.url or "").removeprefix(client.target.shown_url.rstrip("/"))),
        "headers": {
            name: clean(str(value))
            for name, value in prepared.headers.items()
            if name.lower() not in _MADE_AGAIN and value != own.get(name.lower())
        },
        "body": _packed(body_of(prepared), client),
    }


def _packed(body: bytes, client: Client) -> dict[str, str]:
    try:
        return {"text": client.redactor.clean(body.decode())}
    except UnicodeDecodeError:
        clean = client.redactor.clean(body.decode("utf-8", "surrogateescape"))
        return {"base64": b64encode(clean.encode("utf-8", "surrogateescape")).decode()}


_MADE_AGAIN = ("content-length", "cookie")


# --- what is sent again


def read_finding(report_dir: str, name: str) -> dict[str, Any]:
    """A finding of a report, by its id or its number, with the settings of its fuzz. Raises
    ReplayError.
    """
    path = Path(report_dir) / "report.json"
    source = Source(str(path))
    try:
        report = json.loads(path.read_text(encoding="utf-8"))
        findings, settings = report["findings"], report["settings"]
        by_name = {str(n): f for n, f in enumerate(findings, 1)} | {f["id"]: f for f in findings}
    except OSError as error:
        raise ReplayError(f"{error.strerror}.", source=source) from None
    except (ValueError, KeyError, TypeError):
        raise ReplayError("This is no report of tallystick fuzz.", source=source) from None
    if name not in by_name:
        remedy = f"It has: {', '.join(f['id'] for f in findings) or 'none'}."
        raise ReplayError(f"The report has no finding {name!r}.", source=source, remedy=remedy)
    return {**by_name[name], "settings": settings}


def replay(told: Mapping[str, Any], run: Run, other: Run | None = None) -> bool:
    """Send what showed a finding again, a difference to the other implementation, too; says
    whether it still holds. Raises TallystickError.
    """
    shown = told.get("shown_by")
    if shown is None:
        what = f"The finding {told['id']} is about many requests, of which none shows it alone."
        raise ReplayError(what)
    operation = next((o for o in run.contract.operations if o.name == shown["operation"]), None)
    if operation is None:
        raise ReplayError(f"The document has no operation {shown['operation']!r} any more.")
    prepared = [_request(request, run) for request in shown["requests"]]
    if "proof" in shown:
        return _is_proved(run, prepared[-1], shown["proof"], told["settings"]["canary"])
    expectation = _expectation(shown["expected"], operation.cases)
    if shown["shows"]["family"] in _COMPARED:
        return still_holds(run, operation, prepared, expectation.cases)
    if is_difference(told):
        return _differs(told, run, other, operation, prepared, expectation)
    return any(
        _is_shown(finding, shown["shows"])
        for _ in range(_TRIES)
        for finding in _judged(run, operation, prepared, expectation)
    )


def _differs(
    told: Mapping[str, Any],
    run: Run,
    other: Run | None,
    operation: ContractOperation,
    prepared: Sequence[requests.PreparedRequest],
    expectation: Expectation,
) -> bool:
    if other is None:
        what = f"The finding {told['id']} is a difference, and the report does not say from what."
        raise ReplayError(what, remedy="Name the other implementation: --against URL")
    differences = Differences(run, other)
    again = (differences.again(operation, prepared, expectation) for _ in range(_TRIES))
    return any(difference is not None for difference in again)


def _judged(
    run: Run,
    operation: ContractOperation,
    prepared: Sequence[requests.PreparedRequest],
    expectation: Expectation,
) -> list[Finding]:
    *before, last = prepared
    for request in before:
        run.client.transmit(request)
    return run.judge(operation, run.client.transmit(last), expectation)


def _is_shown(finding: Finding, told: Mapping[str, Any]) -> bool:
    """Whether this is the finding that was told (see `findings`: codes, where there are some,
    say more than the cause).
    """
    if finding.check.family != told["family"]:
        return False
    if finding.codes or told["codes"]:
        return not finding.codes.isdisjoint(told["codes"])
    return repr(finding.cause) == str(told["cause"])


def _is_proved(run: Run, prepared: requests.PreparedRequest, proof: str, place: str) -> bool:
    """Whether the server uses the canary's address again."""
    with listening(place) as hits:
        outcome = run.client.transmit(prepared).outcome
        if proof == "redirect":
            location = outcome.headers.get("location", "") if isinstance(outcome, Response) else ""
            return leads_to(place, prepared.url or "", location)
        token = token_in(prepared)
        deadline = time.monotonic() + _PATIENCE
        while time.monotonic() < deadline:
            if any(hit.token == token for hit in hits):
                return True
            time.sleep(0.05)
    return False


def _expectation(told: Mapping[str, Any], cases: Sequence[Case]) -> Expectation:
    named = told["named"]
    return Expectation(
        ExpectationKind[told["kind"]],
        told["what"],
        tuple(case for label in told["cases"] for case in cases if case.label == label),
        named=None if named is None else frozenset(named),
        source=told["source"],
        is_random=True,
    )


def _request(told: Mapping[str, Any], run: Run) -> requests.PreparedRequest:
    target: Target = run.target
    body = told["body"]
    if "base64" in body:
        text = b64decode(body["base64"]).decode("utf-8", "surrogateescape")
    else:
        text = body["text"]
    content = _filled(text, target, _in_json).encode("utf-8", "surrogateescape")
    request = requests.Request(
        told["method"],
        target.shown_url.rstrip("/") + _filled(told["path"], target, _in_address),
        {name: _filled(value, target, str) for name, value in told["headers"].items()},
        data=content or None,
    )
    return run.client.session.prepare_request(request)


def _filled(text: str, target: Target, escape: Callable[[str], str]) -> str:
    for name, value in target.variables.items():
        text = text.replace(f"${{{name}}}", escape(value))
    return text


def _in_json(value: str) -> str:
    return json.dumps(value)[1:-1]


def _in_address(value: str) -> str:
    return quote(value, safe="")
