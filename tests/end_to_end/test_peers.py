"""What the suite says of implementations that nobody here wrote.

The verdicts and findings were looked at by hand, each with the `curl` that the report gives.
"""

from __future__ import annotations

import json
import re
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from typing import Any

import pytest

from tests.end_to_end.peers import MOCKOON, PEERS, PRISM, ROOT, WIREMOCK, Missing, running, suite

CASES = (
    "200",
    "400 PaymentAccountLink.MissingReturnUrl",
    "400 PaymentAccountLink.InvalidReturnUrl",
    "400 PaymentAccountLink.MissingRefreshUrl",
    "400 PaymentAccountLink.InvalidRefreshUrl",
    "403 Payment.Forbidden",
    "404 Organisation.NotFound",
    "409 PaymentAccount.NotEnabled",
    "409 PaymentAccount.Disconnected",
    "502 PaymentAccount.ProviderError",
)
_V, _C, _N = "passed", "failed", "not_covered"
VERDICTS: Mapping[str, list[str]] = {
    "prism": [_C, _C, _C, _C, _C, _N, _N, _N, _N, _N],
    "mockoon": [_C, _C, _C, _C, _C, _N, _N, _N, _N, _N],
    "wiremock": [_C, _V, _C, _V, _C, _N, _N, _N, _N, _N],
}
FOUND: Mapping[str, Mapping[tuple[str, str], str]] = {
    "prism": {
        ("documented", "body schema"): "/url does not fit the schema",
        ("documented", "promise: expires-in-the-future"): "which has passed",
        ("documented", "code of the case"): "no documented code or text was found",
        ("documented", "status of the case"): "200",
        ("documented", "documented status"): "the document has no 500",
        ("advisory", "allowed methods"): "the 405 has no Allow header",
        ("advisory", "media type advised"): "not application/json",
        ("advisory", "undocumented refusal"): "the document does not have",
    },
    "mockoon": {
        ("documented", "body schema"): "does not fit the schema",
        ("documented", "status of the case"): "200",
        ("advisory", "refusal advised"): "a body that is not UTF-8 should be refused",
    },
    "wiremock": {
        ("documented", "promise: fresh"): "two calls got the same url",
        ("documented", "documented media type"): "not text/plain",
        ("documented", "documented status"): "the document has no 500",
        ("documented", "valid request accepted"): "should get 200, not 400",
        ("documented", "status of the case"): "is 400, not 200",
        ("advisory", "promise: short-lived"): "more than 3,600 s",
        ("advisory", "advised request accepted"): "a percent-encoded id should get 200, not 404",
        ("advisory", "media type advised"): "not text/plain",
    },
}
"""Each check that is broken, and a part of the message."""


@dataclass(frozen=True)
class Said:
    """What the command said of a peer."""

    name: str
    exit_code: int
    output: str
    errors: str
    report: dict[str, Any]


@pytest.fixture(scope="module", params=PEERS)
def said(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Said:
    """The command, run once on each peer."""
    folder = tmp_path_factory.mktemp(request.param)
    with ExitStack() as stack:
        try:
            url = stack.enter_context(running(request.param))
        except Missing as missing:
            pytest.skip(f"{request.param}: {missing}")
        command = [*suite(url), "--report-dir", str(folder)]
        done = subprocess.run(command, capture_output=True, text=True, timeout=120)
    path = folder / "report.json"
    report = json.loads(path.read_text("utf-8")) if path.exists() else {}
    return Said(request.param, done.returncode, done.stdout, done.stderr, report)


def test_the_suite_does_not_fail_itself(said: Said) -> None:
    """Whatever a peer answers, the command tells findings, and nothing of itself."""
    everything = said.output + said.errors
    assert "the suite itself failed" not in everything
    assert "Traceback" not in everything
    assert said.exit_code == 1


def test_the_verdicts(said: Said) -> None:
    """Each case has the verdict that a look by hand gives it, in the report and as printed."""
    expected = list(zip(CASES, VERDICTS[said.name], strict=True))
    cases = said.report["cases"]
    labels = [" ".join(filter(None, (case["status"], case["code"]))) for case in cases]
    assert list(zip(labels, (case["verdict"] for case in cases), strict=True)) == expected
    assert list(table(said.output)) == expected


def test_the_findings(said: Said) -> None:
    """What a peer does wrong is found, and nothing else."""
    found: dict[tuple[str, str], str] = {}
    for finding in said.report["findings"]:
        key = (finding["level"], finding["check"])
        found[key] = found.get(key, "") + finding["message"]
    expected = FOUND[said.name]
    assert sorted(found) == sorted(expected)
    assert [key for key, text in expected.items() if text not in found[key]] == []


@pytest.mark.parametrize(
    ("name", "package"), [("prism", PRISM), ("mockoon", MOCKOON), ("wiremock", WIREMOCK)]
)
def test_the_page_shows_it(name: str, package: str) -> None:
    """The docs name the versions that are tried, their verdicts and what was found."""
    page = (ROOT / "docs" / "peers.md").read_text("utf-8")
    (section,) = (part for part in page.split("\n## ") if part.lower().startswith(name))
    assert f"`{package}`" in section
    assert list(table(section)) == list(zip(CASES, VERDICTS[name], strict=True))
    rows = re.findall(r"^\| ([^|]+) \|", section, re.MULTILINE)
    assert sorted(rows[1:]) == sorted(check for _, check in FOUND[name])


def table(text: str) -> Iterator[tuple[str, str]]:
    """The cases of a printed table, each with its verdict."""
    for line in text.splitlines():
        match = re.match(rf"  (\d{{3}}(?: \S+)?) +({_V}|{_C}|not covered)\b", line)
        if match:
            yield match[1], match[2].replace(" ", "_")
