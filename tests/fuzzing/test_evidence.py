"""Evidence: the smallest fuzz case of each finding is kept, and secrets are not."""

from __future__ import annotations

import requests

from contract_tests.checks.context import Expectation, ExpectationKind
from contract_tests.checks.table import DOCUMENTED_STATUS
from contract_tests.http.client import Client
from contract_tests.results.findings import Finding
from contract_tests.target.target import Target
from fuzzing.evidence import Evidence, EvidenceStore
from fuzzing.generators.cases import FuzzCase

TARGET = Target(
    "http://127.0.0.1:1", headers={"x-key": "secret_123"}, variables={"KEY": "secret_123"}
)
EXPECTATION = Expectation(ExpectationKind.HANDLED, "data", named=frozenset({"B", "A"}))


def prepared(body: bytes, **headers: str) -> requests.PreparedRequest:
    request = requests.Request("POST", "http://127.0.0.1:1/a?b=1", headers, data=body)
    return Client(TARGET).session.prepare_request(request)


def fuzz_case(*bodies: bytes) -> FuzzCase:
    return FuzzCase("positive", tuple(map(prepared, bodies)), EXPECTATION)


def finding(cause: str) -> Finding:
    return Finding(DOCUMENTED_STATUS, "POST /a", "", "", "", "", "", (cause,))


def test_the_smallest_fuzz_case_is_kept() -> None:
    """A larger one changes nothing; the first number stays; only new ids are given."""
    store, one, other = EvidenceStore(), finding("one"), finding("other")
    assert store.keep(fuzz_case(b"four"), "POST /a", [one], 7) == {one.id}
    assert store.keep(fuzz_case(b"two"), "POST /a", [one, other], 8) == {other.id}
    assert store.keep(fuzz_case(b"two", b"more"), "POST /a", [one], 9) == frozenset()
    kept = {id_: (each.requests[0].body, each.first) for id_, each in store.items()}
    assert kept == {one.id: (b"two", 7), other.id: (b"two", 8)}


def test_the_form_in_a_report() -> None:
    """Headers of the target file are left out, and a secret elsewhere has its variable's name."""
    sent = prepared(b'{"a": "secret_123"}', accept="application/json", x="secret_123")
    found = Evidence("POST /a", [sent, prepared(b"\xff")], EXPECTATION, 3).to_json(Client(TARGET))
    first, second = found["requests"]
    assert (first["method"], first["path"]) == ("POST", "/a?b=1")
    assert first["headers"]["accept"] == "application/json"
    assert first["headers"]["x"] == "${KEY}"
    assert not {"x-key", "content-length", "cookie"} & {name.lower() for name in first["headers"]}
    assert first["body"] == {"text": '{"a": "${KEY}"}'}
    assert second["body"] == {"base64": "/w=="}
    assert (found["operation"], found["first"]) == ("POST /a", 3)
    assert found["expected"] == {
        "kind": "HANDLED",
        "what": "data",
        "cases": [],
        "named": ["A", "B"],
        "source": "",
    }
