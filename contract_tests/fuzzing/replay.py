"""Replay: sending again what showed a finding, to see whether it still holds.

Rules: what is kept of the requests holds no secret; where a header or a body had one, the
variable's name stands, and is filled in from the environment again. What is expected is kept with
them, so that the answer is judged by the same obligation.
"""

from __future__ import annotations

import json
from base64 import b64decode, b64encode
from pathlib import Path
from typing import Any

import requests

from contract_tests.client import Client
from contract_tests.exchange import body_of
from contract_tests.fuzzing.campaign import Shown
from contract_tests.judged import Expectation, Kind
from contract_tests.run import Run
from contract_tests.target import Target
from tallystick.cases import Case
from tallystick.errors import Source, TallystickError


class ReplayError(TallystickError):
    """There is nothing that could be sent again."""


def kept(shown: Shown, client: Client) -> dict[str, Any]:
    """What to keep of the requests that show a finding."""
    expectation = shown.expectation
    return {
        "operation": shown.operation,
        "requests": [_kept_request(request, client) for request in shown.requests],
        "expected": {
            "kind": expectation.kind.name,
            "what": expectation.what,
            "cases": [case.label for case in expectation.cases],
            "named": None if expectation.named is None else sorted(expectation.named),
            "source": expectation.source,
        },
    }


def _kept_request(prepared: requests.PreparedRequest, client: Client) -> dict[str, Any]:
    own = {name.lower() for name in client.session.headers} | {"content-length"}
    return {
        "method": prepared.method,
        # What the target file and its address give is not kept: it is there when it is needed.
        "path": client.redactor.clean(
            (prepared.url or "").removeprefix(client.target.shown_url.rstrip("/"))
        ),
        "headers": {
            name: client.redactor.clean(str(value))
            for name, value in prepared.headers.items()
            if name.lower() not in own
        },
        "body": _packed(body_of(prepared), client),
    }


def _packed(body: bytes, client: Client) -> dict[str, str]:
    try:
        return {"text": client.redactor.clean(body.decode())}
    except UnicodeDecodeError:
        return {"base64": b64encode(body).decode()}


def read_kept(report_dir: str, finding: str) -> dict[str, Any]:
    """What a report keeps of a finding, by its id or its number. Raises ReplayError."""
    path = Path(report_dir) / "report.json"
    try:
        report = json.loads(path.read_text(encoding="utf-8"))
        findings = report["findings"]
        by_name = {f["id"]: f for f in findings} | {str(n): f for n, f in enumerate(findings, 1)}
    except OSError as error:
        raise ReplayError(f"{error.strerror}.", source=Source(str(path))) from None
    except (ValueError, KeyError, TypeError):
        raise ReplayError(
            "This is no report of tallystick fuzz.", source=Source(str(path))
        ) from None
    found = by_name.get(finding)
    if found is None or "shown_by" not in found:
        raise ReplayError(
            f"The report has no finding {finding!r} that can be sent again.",
            source=Source(str(path)),
            remedy=f"It has: {', '.join(f['id'] for f in findings) or 'none'}.",
        )
    return {**found, "settings": report.get("settings", {})}


def replay(run: Run, told: dict[str, Any]) -> bool:
    """Send what showed a finding again; says whether it still holds. Raises ReplayError."""
    shown = told["shown_by"]
    operation = next((o for o in run.contract.operations if o.name == shown["operation"]), None)
    if operation is None:
        raise ReplayError(f"The document has no operation {shown['operation']!r} any more.")
    expectation = _expectation(shown["expected"], operation.cases)
    *before, last = (_request(request, run) for request in shown["requests"])
    for request in before:
        run.client.transmit(request)
    found = run.judge(operation, run.client.transmit(last), expectation)
    return any(finding.id == told["id"] for finding in found)


def _expectation(told: dict[str, Any], cases: tuple[Case, ...] | list[Case]) -> Expectation:
    named = told["named"]
    return Expectation(
        Kind[told["kind"]],
        told["what"],
        tuple(case for label in told["cases"] for case in cases if case.label == label),
        named=None if named is None else frozenset(named),
        source=told["source"],
        is_random=True,
    )


def _request(told: dict[str, Any], run: Run) -> requests.PreparedRequest:
    target: Target = run.target
    body = told["body"]
    content = (
        b64decode(body["base64"]) if "base64" in body else _filled(body["text"], target).encode()
    )
    headers = {name: _filled(value, target) for name, value in told["headers"].items()}
    request = requests.Request(
        told["method"],
        target.shown_url.rstrip("/") + _filled(told["path"], target),
        headers,
        data=content or None,
    )
    return run.client.session.prepare_request(request)


def _filled(text: str, target: Target) -> str:
    for name, value in target.variables.items():
        text = text.replace(f"${{{name}}}", value)
    return text
