"""`tallystick replay` and `tallystick accept`: what becomes of a finding after its fuzz."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from contract_tests.checks.context import Expectation, ExpectationKind
from contract_tests.http.client import Client
from contract_tests.http.exchange import OperationRequest
from contract_tests.plan import Plan
from contract_tests.results.run import Run
from contract_tests.target.credentials import Credential
from contract_tests.target.target import Target
from fuzzing.evidence import Evidence
from fuzzing.findings.replay import _request
from tests.contract_tests.commands import Result, run_words
from tests.contract_tests.contracts import contract_of, documented
from tests.contract_tests.http.recorder import recording
from tests.contract_tests.targets import stateless_text, write
from tests.fuzzing.analyses.test_canary import at_once
from tests.fuzzing.fuzzed import CountingApp, Failing, Opening, fuzz
from tests.independent.app import ACTIVE_ID, PaymentAccountLinks, Request
from tests.independent.serve import serving
from tests.ports import free_port

KEY = "sk_live_very_secret_123"
ENV = {"TALLY_KEY": KEY, "TALLY_ORG": ACTIVE_ID}
FILE = """
base_url = "{url}"
[headers]
x-key = "${{TALLY_KEY}}"
[parameters]
"path.id" = "${{TALLY_ORG}}"
[fuzz]
breaker = false
"""


class Mendable(Failing):
    """Fails for some requests, if they come with the key, until it is mended."""

    is_mended = False

    def respond(self, request: Request) -> Any:
        if self.is_mended or request.headers.get("x-key") != KEY:
            return PaymentAccountLinks.answer(self, request)
        return super().respond(request)


class Stale(CountingApp):
    """Gives the same link to all."""

    def new_url(self) -> str:
        return f"{self.link_base}always-the-same"


def replay(folder: Path, report: Path, finding: str, *options: object) -> Result:
    """Run `tallystick replay` in a folder of its own."""
    folder.mkdir(exist_ok=True)
    return run_words(folder, ("tallystick", "replay", report, finding, *options), ENV)


def test_a_finding_holds_until_it_is_mended(tmp_path: Path) -> None:
    """It is sent again as it was, with the secrets of the environment: 1, and 0 when it is mended;
    4 when nothing listens.
    """
    app = Mendable(b"http://")
    with serving(app) as url:
        target = write(tmp_path, FILE.format(url=url))
        run = fuzz(tmp_path, "--target", target, "--max-requests", 100, env=ENV)
        (finding,) = run.heavy
        app.seen.clear()
        again = replay(tmp_path / "a", run.folder, finding["id"])
        assert (again.code, again.err) == (1, "")
        assert again.out.startswith(f"{finding['id']} still holds: the document has no 500")
        (request,) = app.requests
        assert (request.path.split("/")[2], request.headers["x-key"]) == (ACTIVE_ID, KEY)
        assert b"http://" in request.body
        by_number = replay(tmp_path / "b", run.folder, "1", "--target", target)
        assert by_number.code == 1
        app.is_mended = True
        mended = replay(tmp_path / "c", run.folder, finding["id"])
        assert (mended.code, "does not hold any more" in mended.out) == (0, True)
        other = replay(tmp_path / "d", run.folder, finding["id"], "--base-url", url)
        assert other.code == 0
    gone = replay(tmp_path / "e", run.folder, finding["id"])
    assert (gone.code, "could not be reached" in gone.err) == (4, True)


def test_what_two_answers_show(tmp_path: Path) -> None:
    """A link that was given before is found again, though it takes two requests to see it."""
    with serving(Stale()) as url:
        run = fuzz(tmp_path, "--base-url", url, "--max-requests", 60)
        found = {f["id"] for f in run.heavy if "before" in f["message"] or "fresh" in f["check"]}
        assert len(found) == 1
        assert replay(tmp_path / "a", run.folder, found.pop()).code == 1


def test_what_the_canary_showed(tmp_path: Path) -> None:
    """The listener is up again for a replay."""
    app = Opening(at_once)
    with serving(app) as url:
        place = f"127.0.0.1:{free_port()}"
        run = fuzz(tmp_path, "--base-url", url, "--max-requests", 200, "--canary", place)
        finding = run.heavy[0]["id"]
        assert replay(tmp_path / "a", run.folder, finding).code == 1
        app.use = lambda _: None
        assert replay(tmp_path / "b", run.folder, finding).code == 0


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (None, "report.json: No such file or directory."),
        ("[]", "report.json: This is not a report of tallystick."),
        ("{", "report.json: This is not a report of tallystick."),
        ('{"findings": []}', "report.json: This is not a report of tallystick fuzz."),
        (
            '{"findings": [{"id": "abc"}], "settings": {}}',
            "report.json: The report has no finding 'x'. It has: abc.",
        ),
    ],
)
def test_what_cannot_be_replayed_is_2(text: str | None, said: str, tmp_path: Path) -> None:
    """One line says why."""
    if text is not None:
        (tmp_path / "report.json").write_text(text)
    run = replay(tmp_path / "a", tmp_path, "x")
    (line,) = run.err.splitlines()
    assert (run.code, line.startswith("error: ")) == (2, True)
    assert line.endswith(said)


def test_a_replay_asks_leave_as_a_fuzz_does(tmp_path: Path) -> None:
    """A target elsewhere that no target file allows is not sent anything."""
    settings = {
        "documents": [],
        "overlays": [],
        "remote_references": False,
        "target_file": None,
    }
    report = {
        "findings": [{"id": "abc", "message": ""}],
        "settings": {**settings, "base_url": "http://192.0.2.7", "canary": None},
    }
    (tmp_path / "report.json").write_text(json.dumps(report))
    run = replay(tmp_path / "a", tmp_path, "abc")
    assert (run.code, "192.0.2.7 is not on this machine" in run.err) == (2, True)


def accept(folder: Path, report: Path, finding: str, *options: object) -> Result:
    """Run `tallystick accept`."""
    folder.mkdir(exist_ok=True)
    return run_words(folder, ("tallystick", "accept", report, finding, *options))


def day(offset: int) -> str:
    return (datetime.now(UTC).date() + timedelta(days=offset)).isoformat()


def test_what_is_accepted_does_not_count_until_it_expires(tmp_path: Path) -> None:
    """An accepted finding is printed with its reason, and makes no exit code. After its day it
    counts again, and the output says so.
    """
    baseline = tmp_path / "known.json"
    with serving(Failing(b"http://")) as url:
        target = write(tmp_path, f"{stateless_text(url)}\n[fuzz]\nbreaker = false")
        options = ("--target", target, "--max-requests", 80)
        run = fuzz(tmp_path, *options)
        entry_options = ("--baseline", baseline, "--reason", "known: JIRA-7", "--expires", day(0))
        accepted = accept(tmp_path / "a", run.folder, "1", *entry_options)
        assert accepted.code == 0, accepted.err
        (entry,) = json.loads(baseline.read_text())["entries"]
        assert (entry["check"], entry["expires"]) == ("documented status", day(0))
        (tmp_path / "b").mkdir()
        known = fuzz(tmp_path / "b", *options, "--baseline", baseline)
        assert known.code == 0, known.out
        assert f"accepted: {entry['signature']} the document has no 500" in known.out
        assert "(known: JIRA-7)" in known.out
        assert known.report["findings"][0]["accepted"] == "known: JIRA-7"
        baseline.write_text(baseline.read_text().replace(day(0), day(-1)))
        (tmp_path / "c").mkdir()
        expired = fuzz(tmp_path / "c", *options, "--baseline", baseline)
    assert expired.code == 1
    assert f"accepted until {day(-1)}: {entry['signature']} counts again" in expired.out


ENTRY = {"operation": "GET /", "check": "x", "failure": "Finding", "signature": "abc"}


@pytest.mark.parametrize(
    ("entries", "said"),
    [
        ([{**ENTRY, "reason": "r"}], "The entry 'abc' needs 'expires' and 'reason'."),
        ([{**ENTRY, "expires": "2999-01-01"}], "The entry 'abc' needs 'expires' and 'reason'."),
        ([{**ENTRY, "reason": "r", "expires": "soon"}], "This is not a baseline: "),
        (None, "There is no such file."),
    ],
)
def test_a_baseline_with_a_gap_is_2(entries: Any, said: str, tmp_path: Path) -> None:
    """What is accepted without an end or a reason is an error, before anything is sent."""
    file = tmp_path / "known.json"
    if entries is not None:
        file.write_text(json.dumps({"format_version": 1, "entries": entries}))
    app = CountingApp()
    with serving(app) as url:
        run = fuzz(tmp_path, "--base-url", url, "--baseline", file)
    assert (run.code, app.seen) == (2, [])
    assert run.err.startswith(f"error: {file}: {said}")


GUARDED: dict[str, Any] = {
    "header": {"type": "apiKey", "in": "header", "name": "X-Api-Key"},
    "query": {"type": "apiKey", "in": "query", "name": "key"},
    "cookie": {"type": "apiKey", "in": "cookie", "name": "sid"},
    "basic": {"type": "http", "scheme": "basic"},
}


@pytest.mark.parametrize("name", GUARDED)
def test_a_replay_has_the_credentials(tmp_path: Path, name: str) -> None:
    """The report has none, and a literal one comes from no variable: the target file has it."""
    right = Credential(key="literal-secret", username="anna", password="literal-secret")
    paths = {"/a": documented("post", security=[{name: []}])}
    contract = contract_of(tmp_path, paths, components={"securitySchemes": GUARDED})
    (operation,) = contract.operations
    with recording() as server:
        client = Client(Target(server.url, credentials={name: right}))
        request = OperationRequest(operation, query={"a": "b c"}, body={"x": 1})
        first = client.prepare(request)
        evidence = Evidence(operation.name, [first], Expectation(ExpectationKind.HANDLED, "x"), 1)
        (kept,) = evidence.to_json(client)["requests"]
        assert "literal-secret" not in json.dumps(kept)
        assert "YW5uYTps" not in json.dumps(kept)
        run = Run(contract, client.target, client, Plan(contract, client.target, 0))
        client.transmit(first)
        client.transmit(_request(kept, run, operation))
        client.close()
    one, again = server.got
    assert (one.query, one.body) == (again.query, again.body)
    names = ("authorization", "cookie", "x-api-key", "content-type", "accept")
    headers = [{name: got.headers.get(name) for name in names} for got in (one, again)]
    assert headers[0] == headers[1]
