"""A fuzz on a cluster: a real scheduler of Dask, and two workers, of which one may be killed.

A worker takes seconds to start: tests that need two come first, and leave theirs to the next.
"""

from __future__ import annotations

import os
import pickle
import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from fuzzing.cluster.shards import ClusterTask
from fuzzing.settings import Settings
from tallystick.reader.options import LoadOptions
from tests.contract_tests.commands import Result
from tests.contract_tests.shelves import Library
from tests.contract_tests.shelves import serving as serving_library
from tests.contract_tests.targets import LABELS, stateless_text, write
from tests.fuzzing.clusters import Cluster, dask_cluster, kill
from tests.fuzzing.fuzzed import (
    CountingApp,
    Failing,
    checks,
    fuzz,
    fuzzing,
    ledger,
)
from tests.independent.app import Answer, PaymentAccountLinks, Request
from tests.independent.serve import serving

SHARDS = 2


class Faulty(CountingApp):
    """Fails in three ways, each by itself."""

    def respond(self, request: Request) -> Answer:
        body = request.body
        if b"http://" in body:
            return self.problem(500, None, "plain addresses are too much")
        if len(body) > 5_000:
            return self.problem(418, None, "so long a body")
        if b"javascript" in body.lower():
            return self.problem(200, None, "a success")
        return PaymentAccountLinks.answer(self, request)


@pytest.fixture(scope="module")
def scheduler() -> Iterator[Cluster]:
    """A cluster without workers."""
    with dask_cluster() as cluster:
        yield cluster


@pytest.fixture
def cluster(scheduler: Cluster) -> Cluster:
    """A cluster with two workers, those of the test before if they live."""
    scheduler.have(2)
    return scheduler


def run(
    folder: Path,
    app: CountingApp,
    cluster: Cluster,
    *options: object,
    kill_after: int | None = None,
) -> Result:
    """Fuzz on the cluster; after so many requests, one worker is killed."""
    enough = app.after(kill_after) if kill_after else None
    with serving(app) as url:
        target = write(folder, f"{stateless_text(url)}\n[fuzz]\nbreaker = false\n")
        with fuzzing(
            folder, "--target", target, "--scheduler", cluster.address, *options
        ) as started:
            if enough is not None:
                assert enough.wait(60)
                kill(cluster.workers[0])
            return started.result()


def causes(run: Result) -> list[str]:
    """The ids of the findings: the same for the same cause."""
    return sorted(finding["id"] for finding in run.report["findings"])


def test_a_task_can_be_sent_to_another_process() -> None:
    """With its contract, though validators were compiled for it here, which cannot be sent."""
    settings = Settings(LoadOptions(), None, "http://127.0.0.1:1", seed=1, limits={})
    plan = settings.plan()
    document = plan.contract.document
    documented = ("components", "schemas", "PaymentAccountLinkResponse")
    assert not document.validators.at(documented).is_valid({})
    sent = pickle.loads(pickle.dumps(ClusterTask(settings, plan, {}, None)))
    assert [case.label for case in sent.plan.contract.cases] == LABELS
    assert not sent.plan.contract.document.validators.at(documented).is_valid({})


def test_never_one_creation_more(tmp_path: Path, cluster: Cluster) -> None:
    """Two workers make forty resources, and no one more; what was asked for and not used is given
    back. Nothing is left on the scheduler.
    """
    app = CountingApp()
    before = cluster.installed()
    ended = run(tmp_path, app, cluster, "--max-creations", 40)
    assert app.statuses.count(200) == 40
    assert (ended.report["stopped_by"], ended.report["creations"]) == ("creations", 40)
    assert cluster.installed() == before


def test_each_operation_is_reached_and_nothing_is_left(tmp_path: Path, cluster: Cluster) -> None:
    """Each shard makes what it needs, and deletes it; what nobody created is not touched."""
    library = Library()
    document = Path(__file__).parents[2] / "contract_tests" / "shelves.yaml"
    with serving_library(library) as url:
        options = (document, "--base-url", url, "--scheduler", cluster.address)
        with fuzzing(tmp_path, *options, "--max-requests", 300) as started:
            ended = started.result()
    tried = {each["operation"] for each in ended.report["operations"] if each["fuzz_cases"]}
    everything = {each["operation"] for each in ended.report["operations"]}
    assert everything - tried == {"POST /shutdown"}
    assert library.items == {"/shelves/7": {"id": 7, "name": "of somebody"}}
    assert (ended.report["notes"], ended.report["errors"]) == ([], [])
    assert len(library.requests) == ended.report["requests"] <= 300


def test_workers_know_what_only_the_command_knows(tmp_path: Path, cluster: Cluster) -> None:
    """The target file and its variables are the command's; nothing that Dask writes has them."""
    app = Failing(b"http://")
    secret = "sk_live_very_secret_123"
    with serving(app) as url:
        text = f'{stateless_text(url)}\n[headers]\nx-key = "${{TALLY_KEY}}"\n'
        target = write(tmp_path, text + "[fuzz]\nbreaker = false\n")
        options = ("--target", target, "--scheduler", cluster.address, "--shards", 1)
        with fuzzing(tmp_path, *options, env={"TALLY_KEY": secret}) as started:
            ended = started.result()
    assert {request.headers.get("x-key") for request in app.requests} == {secret}
    written = [path.read_text() for path in ended.folder.iterdir()]
    assert ended.code == 1
    assert not any(secret in text for text in (*written, ended.out, ended.err, cluster.texts))
    assert "${TALLY_KEY}" in ended.out


def test_an_interrupt_ends_it_with_a_report(tmp_path: Path, cluster: Cluster) -> None:
    """Ctrl-C, as on one machine."""
    app = CountingApp()
    enough = app.after(100)
    with serving(app) as url:
        options = ("--base-url", url, "--scheduler", cluster.address)
        with fuzzing(tmp_path, *options) as started:
            assert enough.wait(60)
            started.signal(signal.SIGINT)
            ended = started.result()
    assert (ended.code, ended.report["stopped_by"]) == (0, "interrupted"), ended.err
    assert len(ledger(ended)) == len(app.seen) == ended.report["requests"]


def test_no_worker_goes_on_without_the_command(tmp_path: Path, cluster: Cluster) -> None:
    """Whoever kills the command ends the fuzz: a worker sends what it has leased, and no more."""
    app = CountingApp()
    enough = app.after(60)
    with serving(app) as url:
        options = ("--base-url", url, "--scheduler", cluster.address, "--rate", "20/s")
        with fuzzing(tmp_path, *options) as started:
            assert enough.wait(60)
            os.kill(started.process.pid, signal.SIGKILL)
            sent = len(app.seen)
            assert not app.after(sent + 20).wait(3)


def test_a_killed_worker_changes_no_finding(tmp_path: Path, cluster: Cluster) -> None:
    """The same shards give the same causes, though a worker is killed in the middle of one: what
    it had found counts, and its shard is sent again.
    """
    whole, broken = Faulty(), Faulty()
    (tmp_path / "one").mkdir()
    (tmp_path / "two").mkdir()
    undisturbed = run(tmp_path / "one", whole, cluster, "--shards", SHARDS)
    killed = run(tmp_path / "two", broken, cluster, "--shards", SHARDS, kill_after=200)
    assert (undisturbed.code, killed.code) == (1, 1), killed.err
    assert causes(killed) == causes(undisturbed)
    assert len(causes(killed)) >= 3
    assert len(broken.seen) > len(whole.seen)
    assert all("shown_by" in finding for finding in killed.heavy)
    for each, app in ((undisturbed, whole), (killed, broken)):
        assert each.report["stopped_by"] is None
        # A lost worker takes what it was just sending with it.
        assert 0 <= len(app.seen) - len(ledger(each)) <= 1 + 16 * (app is broken)
        assert len(app.seen) <= each.report["requests"] <= len(app.seen) + 16
    assert len({entry["worker"] for entry in ledger(undisturbed)}) == 2


@pytest.mark.parametrize("most", [200, pytest.param(650, marks=pytest.mark.long)])
def test_a_budget_that_binds(most: int, tmp_path: Path, cluster: Cluster) -> None:
    """At 50/s, with a worker that is killed, no 10 seconds of the server see more than 500 requests
    and 2%, and one request more than allowed never comes.
    """
    app = CountingApp()
    options = ("--max-requests", most, "--rate", "50/s")
    ended = run(tmp_path, app, cluster, *options, kill_after=100)
    assert (ended.code, ended.report["stopped_by"]) == (0, "requests"), ended.err
    assert most - 20 < len(app.seen) <= most
    assert app.most_within(10.0) <= 510
    assert app.most_within(1.0) <= 62


def test_what_a_lost_worker_found_counts(tmp_path: Path, scheduler: Cluster) -> None:
    """What is seen once only, by the worker that is killed, is in the report, and so is the order
    of errors that it found out.
    """

    class Once(CountingApp):
        def respond(self, request: Request) -> Answer:
            if len(self.seen) == 100:
                return self.problem(507, None, "just this once")
            return super().respond(request)

    app = Once()
    enough = app.after(130)
    scheduler.have(1)
    with serving(app) as url:
        target = write(tmp_path, f"{stateless_text(url)}\n")
        options = ("--target", target, "--scheduler", scheduler.address, "--max-requests", 180)
        with fuzzing(tmp_path, *options) as started:
            assert enough.wait(60)
            kill(scheduler.workers.pop())
            scheduler.start(1)
            ended = started.result()
    assert (ended.code, len(app.seen) <= 180) == (1, True), ended.err
    (finding,) = ended.heavy
    assert "507" in finding["message"]
    assert finding["shown_by"]["requests"]
    assert ended.report["precedence"]


@pytest.mark.long
def test_all_workers_lost(tmp_path: Path, scheduler: Cluster) -> None:
    """Without any worker the fuzz ends, and says so."""
    app = CountingApp()
    enough = app.after(50)
    scheduler.have(1)
    with serving(app) as url:
        options = ("--base-url", url, "--scheduler", scheduler.address)
        with fuzzing(tmp_path, *options) as started:
            assert enough.wait(60)
            scheduler.end_workers()
            ended = started.result()
    assert (ended.code, ended.report["stopped_by"]) == (2, "worker"), ended.err
    assert "error: All workers are lost." in ended.err.splitlines()


@pytest.mark.long
@pytest.mark.parametrize("comes_back", [False, True])
def test_a_scheduler_that_goes_away(comes_back: bool, tmp_path: Path) -> None:
    """What was found until then is reported, and what happened is said; one that comes back knows
    nothing of the fuzz.
    """
    app = Failing(b"http://")
    enough = app.after(300)
    with dask_cluster() as cluster, serving(app) as url:
        cluster.have(1)
        target = write(tmp_path, f"{stateless_text(url)}\n[fuzz]\nbreaker = false\n")
        with fuzzing(tmp_path, "--target", target, "--scheduler", cluster.address) as started:
            assert enough.wait(60)
            if comes_back:
                cluster.restart()
            else:
                kill(cluster.scheduler)
            ended = started.result()
    assert ended.code == 1, ended.err
    assert ended.report["stopped_by"] == "scheduler", ended.err
    assert checks(ended) == ["documented status"]
    assert "These shards were not finished: " in ended.err
    assert "Traceback" not in ended.err


@pytest.mark.parametrize(
    ("address", "words"),
    [
        pytest.param(
            "tcp://127.0.0.1:1",
            "The scheduler tcp://127.0.0.1:1 cannot be reached: ",
            marks=pytest.mark.long,
        ),
        ("127.0.0.1", "--scheduler must be an address such as tcp://127.0.0.1:8786, not"),
        ("tcp://[::1", "--scheduler must be an address such as tcp://127.0.0.1:8786, not"),
        ("tls://127.0.0.1:1", "The scheduler tls://127.0.0.1:1 cannot be reached: "),
    ],
)
def test_schedulers_that_cannot_be_used(tmp_path: Path, address: str, words: str) -> None:
    """The error says why, before anything is sent."""
    app = CountingApp()
    with serving(app) as url:
        ended = fuzz(tmp_path, "--base-url", url, "--scheduler", address)
    assert (ended.code, app.seen) == (2, []), ended.out
    assert words in ended.err
    assert "Traceback" not in ended.err


def unshared() -> list[str]:
    """What runs a command on a machine of another name; skips the test where nothing does."""
    words = ["unshare", "--uts", "sh", "-c", 'hostname elsewhere && exec "$@"', "sh"]
    try:
        subprocess.run([*words, "true"], check=True, capture_output=True)
    except (OSError, subprocess.CalledProcessError):
        pytest.skip("a machine of another name needs unshare(1), and the right to use it")
    return words


def test_an_address_of_this_machine_is_another_one_elsewhere(
    tmp_path: Path, scheduler: Cluster
) -> None:
    """A worker on another machine sends nothing to its own 127.0.0.1, whichever way its scheduler
    is reached.
    """
    app = CountingApp()
    words = unshared()
    scheduler.have(0)
    scheduler.have(1, *words)
    with serving(app) as url:
        options = ("--base-url", url, "--scheduler", scheduler.address)
        with fuzzing(tmp_path, *options) as started:
            ended = started.result()
    assert (ended.code, app.seen) == (2, []), ended.out
    assert "the target's address is another machine on elsewhere" in ended.err


def test_a_scheduler_without_workers(tmp_path: Path, scheduler: Cluster) -> None:
    """The error says what to start."""
    app = CountingApp()
    scheduler.have(0)
    with serving(app) as url:
        ended = fuzz(tmp_path, "--base-url", url, "--scheduler", scheduler.address)
    assert (ended.code, app.seen) == (2, []), ended.out
    assert f"The scheduler {scheduler.address} has no workers." in ended.err
    assert "dask worker" in ended.err
