"""Evidence: the requests that show a finding, kept so that `tallystick replay` can send them again.

Rules: for each finding, the smallest fuzz case that showed it is kept. What is written to a report
holds no secret: a variable's name stands in its place.
"""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import requests

from contract_tests.checks.context import Expectation
from contract_tests.http.client import Client
from contract_tests.http.exchange import body_of
from contract_tests.results.findings import Finding
from fuzzing.generators.cases import FuzzCase


@dataclass(slots=True)
class Evidence:
    """The requests that show a finding, what was expected of the last response, and the number of
    the request that showed the finding `first`.
    """

    operation: str
    requests: list[requests.PreparedRequest]
    expectation: Expectation
    first: int = 0

    def to_json(self, client: Client) -> dict[str, Any]:
        """The form in a report, without secrets."""
        expectation = self.expectation
        return {
            "operation": self.operation,
            "first": self.first,
            "requests": [_request_json(request, client) for request in self.requests],
            "expected": {
                "kind": expectation.kind.name,
                "what": expectation.what,
                "cases": [case.label for case in expectation.cases],
                "named": None if expectation.named is None else sorted(expectation.named),
                "source": expectation.source,
            },
        }


class EvidenceStore(dict[str, Evidence]):
    """The evidence of one worker, by the ids of findings."""

    def keep(
        self, fuzz_case: FuzzCase, operation: str, found: Sequence[Finding], number: int
    ) -> frozenset[str]:
        """Keep the smallest fuzz case that shows each finding. `number` is that of its last
        request. Gives the ids that are new.
        """
        fresh = frozenset(finding.id for finding in found) - self.keys()
        for finding in found:
            known = self.get(finding.id)
            if known is None or _size(fuzz_case.requests) < _size(known.requests):
                first = known.first if known else number
                self[finding.id] = Evidence(
                    operation, list(fuzz_case.requests), fuzz_case.expectation, first
                )
        return fresh


def _size(sent: Sequence[requests.PreparedRequest]) -> int:
    return sum(len(request.url or "") + len(request.body or b"") for request in sent)


def _request_json(prepared: requests.PreparedRequest, client: Client) -> dict[str, Any]:
    # Headers of the target file and credentials of its address are read again for a replay.
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
        "body": _body_json(body_of(prepared), client),
    }


def _body_json(body: bytes, client: Client) -> dict[str, str]:
    try:
        return {"text": client.redactor.clean(body.decode())}
    except UnicodeDecodeError:
        clean = client.redactor.clean(body.decode("utf-8", "surrogateescape"))
        return {"base64": b64encode(clean.encode("utf-8", "surrogateescape")).decode()}


_MADE_AGAIN = ("content-length", "cookie")
