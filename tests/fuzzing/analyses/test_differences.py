"""`--against`: two implementations get the same requests, and their cases are compared."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
import requests

from contract_tests.http.client import Client
from contract_tests.results.findings import Finding
from contract_tests.target.target import Target
from fuzzing.analyses.differences import (
    SAME_CASE,
    Deviation,
    UnsettledDifference,
    moved,
    other_target,
    unsettled_json,
    without_disguises,
)
from fuzzing.engine.result import WorkerResult
from fuzzing.sending.limits import Limits, LimitsError, limits_of
from tests.contract_tests.commands import Result
from tests.contract_tests.conftest import Start
from tests.contract_tests.targets import stateless_text, write
from tests.end_to_end.mock import running_mock
from tests.fuzzing.findings.test_replay import replay
from tests.fuzzing.fuzzed import CountingApp, Failing, checks, fuzz, ledger
from tests.fuzzing.others import (
    STYLES,
    MissingUnnamed,
    NotFoundBlamed,
    OtherScheme,
    RefreshBlamed,
    RefreshDefaults,
    other,
)
from tests.independent.app import ACTIVE_ID, Answer, Request
from tests.independent.serve import Application, serving
from tests.ports import free_port

FAULTS = (OtherScheme, RefreshBlamed, RefreshDefaults)
SHOWN = {
    ("400 PaymentAccountLink.InvalidReturnUrl", "200"),
    (
        "400 PaymentAccountLink.InvalidRefreshUrl",
        "400 PaymentAccountLink.InvalidReturnUrl",
    ),
    ("400 PaymentAccountLink.MissingRefreshUrl", "200"),
}
"""How the three faults show, beside a right answer."""


@pytest.fixture(scope="module")
def mock() -> Iterator[str]:
    """The mock."""
    with running_mock() as url:
        yield url


def beside(folder: Path, here: str, there: str, *options: object, table: str = "") -> Result:
    """Fuzz one beside the other."""
    folder.mkdir(exist_ok=True)
    text = f"{stateless_text(here)}\n[fuzz]\nbreaker = false\n{table}"
    return fuzz(folder, "--target", write(folder, text), "--against", there, *options)


def beside_app(folder: Path, here: str, app: Application, *options: object) -> Result:
    """Fuzz one beside an application."""
    with serving(app) as there:
        return beside(folder, here, there, *options)


def differences(run: Result) -> set[tuple[str, ...]]:
    """The answers of target and other in each difference."""
    found = [f for f in run.report["findings"] if f["check"] == SAME_CASE.name]
    return {pair(finding["message"]) for finding in found}


def pair(message: str) -> tuple[str, ...]:
    """The two answers that a message names."""
    here, _, there = message.partition(" from the target, ")
    return here.rpartition(": ")[2], there.partition(" from the other")[0]


# --- what is found


def test_three_faults_are_three_groups(mock: str, tmp_path: Path) -> None:
    """The mock beside the independent implementation in another problem style, with three faults:
    three findings, no others, each of which can be sent again, and is gone where it is mended.
    """
    with serving(other("member", *FAULTS)) as there:
        run = beside(tmp_path / "run", mock, there, "--max-requests", 300, "--seed", 3)
        assert (run.code, differences(run)) == (1, SHOWN), run.out
        assert [f["level"] for f in run.heavy] == ["difference"] * 3
        ids = [finding["id"] for finding in run.heavy]
        again = [replay(tmp_path / name, run.folder, name) for name in ids]
        assert [(each.code, "still holds" in each.out) for each in again] == [(1, True)] * 3
    with serving(other("detail")) as there:
        mended = replay(tmp_path / "mended", run.folder, ids[0], "--against", there)
    assert (mended.code, "does not hold any more" in mended.out) == (0, True)
    gone = replay(tmp_path / "gone", run.folder, ids[0])
    assert (gone.code, "The other implementation http://" in gone.err) == (4, True)


def test_the_faults_of_the_target_show_too(mock: str, tmp_path: Path) -> None:
    """The other way round: each difference comes beside the check that the target breaks."""
    with serving(other("type", *FAULTS)) as here:
        run = beside(tmp_path, here, mock, "--max-requests", 300, "--seed", 3)
    assert (run.code, differences(run)) == (1, {(b, a) for a, b in SHOWN}), run.out
    others = Counter(name for name in checks(run) if name != SAME_CASE.name)
    assert others.keys() == {"status of the case", "code of the case"}


@pytest.fixture(scope="module")
def styled(start: Start, mock: str) -> dict[str, Future[Result]]:
    """A run for each problem style, without faults."""

    def run(folder: Path, style: str) -> Result:
        return beside_app(folder, mock, other(style), "--max-requests", 150)

    return {style: start(run, style) for style in STYLES}


@pytest.mark.parametrize("style", STYLES)
def test_a_problem_style_is_no_difference(style: str, styled: dict[str, Future[Result]]) -> None:
    """Nothing is found where the other is right; where either may be right, it is only counted."""
    run = styled[style].result()
    assert (run.code, run.report["findings"]) == (0, []), run.out
    unsettled = run.report["unsettled_differences"]
    count = sum(group["count"] for group in unsettled)
    assert unsettled
    assert f"may differ: {count} (groups: {len(unsettled)}; " in run.out
    assert all(len(set(group["cases"])) == 2 and "curl" in group["curl"] for group in unsettled)


def test_one_fault_in_many_disguises_is_one_group(mock: str, tmp_path: Path) -> None:
    """A server error takes the place of every case; a wrong code that has nothing to do with the
    request shows among two faults, too.
    """
    failing = Failing(b"%")
    run = beside_app(tmp_path / "a", mock, failing, "--max-requests", 150)
    (finding,) = run.report["findings"]
    assert (pair(finding["message"])[1], "seen with" in finding["message"]) == ("500", True)
    app = other("title", NotFoundBlamed)
    run = beside_app(tmp_path / "b", mock, app, "--max-requests", 250)
    (finding,) = run.report["findings"]
    assert pair(finding["message"]) == (
        "400 PaymentAccountLink.InvalidReturnUrl",
        "404 Organisation.NotFound",
    )


class Elsewhere(CountingApp):
    """Knows no organisation, and looks for it before all else."""

    def respond(self, _: Request) -> Answer:
        return self.problem(404, "Organisation.NotFound", "the organisation does not exist")


def test_another_state_is_one_difference(mock: str, tmp_path: Path) -> None:
    """Nothing settles what the other's state hides; that state itself is one finding."""
    run = beside_app(tmp_path, mock, Elsewhere(), "--max-requests", 200)
    assert (run.code, differences(run)) == (1, {("200", "404 Organisation.NotFound")})
    assert len(run.heavy) == 1
    assert ["200", "404 Organisation.NotFound"] in [
        group["cases"] for group in run.report["unsettled_differences"]
    ]


@pytest.mark.long
@pytest.mark.parametrize("seed", [4, 5])
def test_more_requests_find_no_more(seed: int, mock: str, tmp_path: Path) -> None:
    """Of three faults, 1,500 requests show three differences, too."""
    with serving(other("member", *FAULTS)) as there:
        run = beside(tmp_path, mock, there, "--max-requests", 1500, "--seed", seed)
    assert (run.code, differences(run)) == (1, SHOWN), run.out


# --- what is sent


@pytest.mark.parametrize("workers", [1, 2])
def test_both_share_the_budget(workers: int, tmp_path: Path) -> None:
    """Both together get the budget, and the ledger says which request went where. Both get the
    same requests in the same order, apart from the pairs for the target's order of errors.
    """
    here, there = CountingApp(), other("type", MissingUnnamed)
    with serving(here) as target, serving(there) as against:
        options = ("--max-requests", 200, "--workers", workers)
        run = beside(tmp_path, target, against, *options)
    assert len(here.seen) + len(there.seen) == 200 == run.report["requests"]
    lines = ledger(run)
    assert Counter(line.get("to") for line in lines) == {
        None: len(here.seen),
        "against": len(there.seen),
    }
    assert run.report["creations"] == (here.statuses + there.statuses).count(200)
    for worker in range(workers):
        hashes: dict[str | None, list[str]] = {None: [], "against": []}
        for line in lines:
            if line["worker"] == worker and line["kind"] != "order":
                hashes[line.get("to")].append(line["body_sha256"])
        assert abs(len(hashes[None]) - len(hashes["against"])) <= 3
        assert all(a == b for a, b in zip(*hashes.values(), strict=False))
    counted = sum(case["requests"] for case in run.report["cases"])
    assert counted <= len(here.seen)


def test_creations_at_both_count(tmp_path: Path) -> None:
    """No more are made than are allowed, at both together."""
    here, there = CountingApp(), CountingApp()
    with serving(here) as target, serving(there) as against:
        run = beside(tmp_path, target, against, "--max-creations", 7)
    assert (here.statuses + there.statuses).count(200) == 7
    assert run.report["stopped_by"] == "creations"


def test_the_health_is_the_targets(mock: str, tmp_path: Path) -> None:
    """The other may fail as often as it likes; that is one difference."""
    app = Failing(b"")
    with serving(app) as there:
        target = write(tmp_path, stateless_text(mock))
        run = fuzz(tmp_path, "--target", target, "--against", there, "--max-requests", 150)
    assert (run.report["stopped_by"], len(run.heavy)) == ("requests", 1)
    assert differences(run) == {("200", "500")}


def test_the_canary_is_of_the_target(tmp_path: Path) -> None:
    """A callback must have one source: the other gets no address of the canary."""
    here, there = CountingApp(), CountingApp()
    with serving(here) as target, serving(there) as against:
        options = ("--canary", f"127.0.0.1:{free_port()}", "--max-requests", 120)
        beside(tmp_path, target, against, *options)
    assert any(b"tallystick-canary" in request.body for request in here.requests)
    assert not any(b"tallystick-canary" in request.body for request in there.requests)


FILE = """
base_url = "{url}"
[headers]
x-key = "${{TALLY_KEY}}"
[parameters]
"path.id" = "{id}"
[fuzz]
breaker = false
"""
SECRETS = ("sk_live_very_secret_123", "pass_word_secret", "other_word_secret", "CAPABILITY")


class Echo(CountingApp):
    """Sends back all that it got, in a response that the document does not have."""

    link_base = "https://connect.example.test/CAPABILITY/"

    def respond(self, request: Request) -> Answer:
        if len(request.body) % 3:
            return super().respond(request)
        return self.problem(418, None, f"{request.path} {request.headers} {request.body!r}")


def test_no_secret_is_shown(tmp_path: Path) -> None:
    """The other gets the keys of the target file, but the password of its own address only; no
    artefact has any of them, though it sends back all that it gets.
    """
    app, here = Echo(), CountingApp()
    with serving(here) as target, serving(app) as against:
        text = FILE.format(url=target.replace("://", "://anna:pass_word_secret@"), id=ACTIVE_ID)
        there = against.replace("://", "://berta:other_word_secret@")
        options = ("--against", there, "--max-requests", 200)
        path = write(tmp_path, text)
        run = fuzz(tmp_path, "--target", path, *options, env={"TALLY_KEY": SECRETS[0]})
    assert run.code == 1, run.err
    assert {request.headers["x-key"] for request in app.requests} == {SECRETS[0]}
    sent = [{r.headers["authorization"] for r in each.requests} for each in (app, here)]
    assert [len(found) for found in (*sent, sent[0] | sent[1])] == [1, 1, 2]
    assert run.report["settings"]["against"] == against
    leaked = [(s, name) for name, text in run.texts.items() for s in SECRETS if s in text]
    assert leaked == []


# --- where it may go


def test_where_the_other_may_be() -> None:
    """Its host must be allowed as the target's must be, and gives the limits of elsewhere."""
    target = Target("http://127.0.0.1:1", fuzz={"allow_hosts": ["b.example.test"]})
    there = other_target(target, "https://b.example.test/v1/")
    assert limits_of(target, {}, there) == Limits(rate=10, creations=50)
    with pytest.raises(LimitsError, match=r"c\.example\.test is not on this machine"):
        limits_of(target, {}, other_target(target, "https://c.example.test"))


@pytest.mark.parametrize(
    ("there", "said"),
    [
        ("http://192.0.2.7", "192.0.2.7 is not on this machine"),
        ("ftp://127.0.0.1", "--against must be an http(s) URL, not 'ftp://127.0.0.1'."),
        ("127.0.0.1:80", "--against must be an http(s) URL, not '127.0.0.1:80'."),
        ("http://u:secret@127.0.0.1:99999", "--against must be an http(s) URL, not '127.0.0.1:9"),
    ],
)
def test_what_is_refused(there: str, said: str, tmp_path: Path) -> None:
    """Before anything is sent."""
    app = CountingApp()
    with serving(app) as here:
        run = beside(tmp_path, here, there)
    assert (run.code, app.seen) == (2, [])
    assert (run.err.startswith(f"error: {said}"), "secret" in run.err) == (True, False)


def test_one_that_is_not_there(tmp_path: Path) -> None:
    """The message names it, and nothing is sent."""
    app = CountingApp()
    with serving(app) as there:
        pass
    with serving(app) as here:
        run = beside(tmp_path, here, there)
    assert (run.code, app.seen) == (4, [])
    assert run.err.startswith(f"error: The other implementation {there} could not be reached: ")


def test_one_that_goes_away(tmp_path: Path) -> None:
    """The fuzz ends, with code 4 where nothing was found, and says which of the two went."""
    app = CountingApp()
    enough = app.after(40)
    with ThreadPoolExecutor(1) as pool, serving(CountingApp()) as here:
        with serving(app) as there:
            ended = pool.submit(beside, tmp_path, here, there)
            assert enough.wait(60)
        run = ended.result(120)
    assert (run.code, run.report["stopped_by"]) == (4, "other unreachable"), run.out
    assert f"error: The other implementation {there} could not be reached: " in run.err
    assert "Ended because the other implementation became unreachable" in run.out


# --- parts


def test_a_request_moved_to_the_other() -> None:
    """The address is the other's, with its base path and credentials; the target's cookies are
    left out, all else is as it was.
    """
    here = Target("http://u:p@127.0.0.1:1/a/", headers={"x-key": "k"})
    target, there = Client(here), Client(other_target(here, "http://127.0.0.1:2/b/c/"))
    target.session.cookies.set("sid", "1")
    there.session.cookies.set("sid", "2")
    request = requests.Request("POST", "http://127.0.0.1:1/a/x%2Fy?z=1", data=b"\x00")
    sent = moved(target.session.prepare_request(request), target, there)
    assert (sent.method, sent.url, sent.body) == ("POST", "http://127.0.0.1:2/b/c/x%2Fy?z=1", b"\0")
    assert (sent.headers["x-key"], sent.headers["cookie"]) == ("k", "sid=2")
    assert "authorization" not in sent.headers


def found(*cause: Deviation) -> Finding:
    """A difference with this cause."""
    return Finding(SAME_CASE, "GET /", "", "", "", "curl", "", cause, seen=[str(cause)])


def test_what_shows_among_several_faults() -> None:
    """It is reported where no single error shows it: the same response, of the same side, in place
    of one of the expected cases.
    """
    alone = found(Deviation("other", "200", ("A",)))
    shown = found(Deviation("other", "200", ("A", "B")))
    both = found(Deviation("target", "404 C", ("A", "B")), Deviation("other", "200", ("A", "B")))
    otherwise = [
        found(Deviation("target", "200", ("A", "B"))),
        found(Deviation("other", "201", ("A", "B"))),
        found(Deviation("other", "200", ("B", "C"))),
        both,
    ]
    assert without_disguises([shown, alone, *otherwise]) == [alone, *otherwise]
    assert shown.seen[0] in alone.seen
    target = found(Deviation("target", "404 C", ("B",)))
    assert without_disguises([alone, target, both]) == [alone, target]
    assert without_disguises([shown]) == [shown]


def test_what_several_workers_leave_unsettled() -> None:
    """It is added up, with the smallest request."""
    key, other_key = ("GET /", "200", "400"), ("GET /", "200", "404")
    total = WorkerResult(unsettled={key: UnsettledDifference(2, "curl -i a")})
    more = {key: UnsettledDifference(3, "curl a"), other_key: UnsettledDifference(1, "curl b")}
    total.add(WorkerResult(unsettled=more))
    assert total.unsettled == {
        key: UnsettledDifference(5, "curl a"),
        other_key: UnsettledDifference(1, "curl b"),
    }
    assert more[key].count == 3
    assert [group["count"] for group in unsettled_json(total.unsettled)] == [5, 1]


def test_the_formats_have_it(mock: str, tmp_path: Path) -> None:
    """A difference is a failed test, a warning, and an article of the page; it fails no case."""
    run = beside_app(tmp_path, mock, other("type", RefreshBlamed), "--max-requests", 200)
    assert 'name="check: the same case as the other implementation"' in run.junit
    assert run.junit.count("<failure ") == 1
    sarif: Any = json.loads((run.folder / "report.sarif").read_text(encoding="utf-8"))
    assert [result["level"] for result in sarif["runs"][0]["results"]] == ["warning"]
    assert '<article data-level="difference"' in run.texts["report.html"]
    assert "failed" not in run.verdicts.values()
