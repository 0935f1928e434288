"""A fuzz on a cluster: its shards are tasks of Dask, on as many machines as the cluster has.

Rules: Dask hands tasks to workers, and the tasks of a lost worker to others. What a shard finds
comes back at once, as events, so that a lost worker loses nothing; the last event of a shard holds
its whole result. A shard that is sent again replaces its earlier result, except the findings.
The contract and the target travel with each task: workers need this package, but no files and no
environment variables. Nothing that Dask may show or log holds a secret.
"""

from __future__ import annotations

import contextlib
import logging
import pickle
import platform
import queue
import threading
import time
from collections.abc import Iterator, Mapping
from concurrent.futures import CancelledError
from contextlib import contextmanager
from dataclasses import dataclass, replace
from math import inf
from typing import Any
from urllib.parse import urlsplit

from distributed import Client, Future, KilledWorker, Worker, get_worker, wait

from contract_tests.http.client import redactor_of
from contract_tests.plan import Plan
from fuzzing.cluster.leasing import (
    BudgetClient,
    BudgetServer,
    call_from_client,
    call_from_worker,
    usage_of,
)
from fuzzing.engine.corpus import is_shared
from fuzzing.engine.result import WorkerResult, result_of
from fuzzing.engine.workers import (
    END_SECONDS,
    make_campaign,
    open_ledger,
    run_campaign,
    schedule_of,
)
from fuzzing.generators.dictionaries import BoundDictionary, bound_dictionaries
from fuzzing.sending.budget import BudgetUsage
from fuzzing.sending.ledger import Ledger
from fuzzing.sending.limits import Limits
from fuzzing.sending.schedule import Shard
from fuzzing.settings import Settings, target_of
from tallystick.errors import TallystickError

_CONNECTING = 10.0
"""Seconds for the scheduler to respond, and to have a worker."""

_LOOK = 0.5
"""Seconds between looks at the state of the fuzz."""

_WITHOUT_WORKERS = 15.0
"""After so many seconds without any worker the fuzz ends. Dask restarts dead workers sooner."""

_LATEST = 2.0
"""So many seconds after the time of the fuzz, it waits for no shard any more. What a shard has
found is there already.
"""

_RETRIES = 2
"""So often a failed shard is sent again: its worker may have lost the scheduler for a moment."""

_NO_SCHEDULER = "scheduler"

_GONE = (OSError, RuntimeError)
"""What a client raises when its scheduler is gone: first the one, once it is closed the other."""

_ONE_AT_A_TIME = threading.Lock()
"""A worker with several threads sends one shard at a time, because Hypothesis draws one by one."""


class ClusterError(TallystickError):
    """The cluster cannot be used."""


@dataclass(repr=False)
class ClusterTask:
    """What each task carries. It holds secrets and has no `repr`, because Dask logs the arguments
    of a task that fails. `home` is the only machine where the target's address means the target;
    None if the address is valid everywhere.
    """

    settings: Settings
    plan: Plan
    dictionaries: Mapping[str, BoundDictionary]
    home: str | None


# --- on a worker


@dataclass(frozen=True)
class EventSender:
    """Sends to the command that started the fuzz. It is a LedgerSink, too."""

    worker: Worker
    topic: str

    def write(self, entry: dict[str, Any]) -> None:
        """See LedgerSink."""
        self.worker.log_event(self.topic, {"entry": entry})

    def send(self, shard: int, result: WorkerResult) -> None:
        """Send the result of a shard so far."""
        self.worker.log_event(self.topic, {"shard": shard, "result": pickle.dumps(result)})


def send_shard(task: ClusterTask, shard: Shard, known: frozenset[str], left: int) -> None:
    """Send a shard: the function that Dask runs. Findings whose ids are `known` are not shrunk any
    more. Pairs of errors may take a share of the requests that are `left`.
    """
    if task.home not in (None, platform.node()):
        raise ClusterError(f"the target's address is another machine on {platform.node()}")
    with _ONE_AT_A_TIME:
        worker, name = get_worker(), task.settings.token
        events = EventSender(worker, name)
        budget = BudgetClient(call_from_worker(worker, name), worker.address)
        what = (task.settings, task.plan, task.dictionaries)
        campaign = make_campaign(*what, budget, shard.number, events)
        campaign.adapter.origin.worker = worker.name
        campaign.known = known
        campaign.on_news = lambda: events.send(shard.number, result_of(campaign))
        events.send(shard.number, run_campaign(campaign, iter([shard]), left))
        budget.report()


# --- where the fuzz was started


class Cluster:
    """A cluster that is connected, with the budget on its scheduler (see BudgetMonitor)."""

    def __init__(self, client: Client, settings: Settings, limits: Limits) -> None:
        self.client = client
        self.settings = settings
        self.limits = limits
        self._call = call_from_client(client, settings.token)
        self._usage = usage_of(self._call("usage"))
        self._under_way: dict[Future[None], int] = {}
        self._is_handed_out = False
        self._errors: list[str] = []
        self._notes: list[str] = []
        self._results: dict[int, WorkerResult] = {}
        self._without_workers_since = inf
        self._events: queue.SimpleQueue[dict[str, Any]] = queue.SimpleQueue()
        client.subscribe_topic(settings.token, lambda event: self._events.put(event[1]))

    def stop(self, reason: str) -> None:
        """See Budget."""
        with contextlib.suppress(*_GONE):  # without a scheduler there is nothing to stop
            self._call("stop", reason=reason)

    def usage(self) -> BudgetUsage:
        """See Budget. Without the scheduler: the last known usage, and a stop."""
        try:
            self._usage = usage_of(self._call("usage"))
        except _GONE:
            self._usage = replace(self._usage, stopped=_NO_SCHEDULER)
        return self._usage

    def work(self, plan: Plan) -> WorkerResult:
        """Send all shards; gives the result of all workers."""
        target = target_of(plan)
        dictionaries = bound_dictionaries(target, plan.contract, self.settings.target_file)
        # There, an address of this machine would mean another one.
        home = platform.node() if self.settings.here else None
        task = ClusterTask(_for_workers(self.settings), plan, dictionaries, home)
        with _ledger(self.settings) as ledger:
            self._send_all(task, target.timeout + END_SECONDS, ledger)
        clean = redactor_of(target).clean
        total = WorkerResult(errors=[clean(e) for e in self._errors], notes=list(self._notes))
        total.unwritten = ledger.failure if ledger is not None else None
        for _, result in sorted(self._results.items()):
            total.add(result)
        return total

    def _send_all(self, task: ClusterTask, patience: float, ledger: Ledger | None) -> None:
        begun, deadline = time.monotonic(), inf
        while time.monotonic() < deadline:
            stopped = self.usage().stopped
            if stopped is None:
                self._stop_if_over(begun)
                self._submit(task)
            elif deadline == inf:
                deadline = time.monotonic() + (_LATEST if stopped == "time" else patience)
            is_finished = not self._under_way and (stopped is not None or self._is_handed_out)
            if is_finished or stopped == _NO_SCHEDULER or self._is_without_workers():
                break
            self._collect(ledger)
        self._receive_all(ledger)
        if self._under_way:
            lost = ", ".join(map(str, self._under_way.values()))
            kept = self._notes if self.usage().stopped == "time" else self._errors
            kept.append(f"These shards were not finished: {lost}.")

    def _stop_if_over(self, begun: float) -> None:
        """Stop for reasons that no worker notices: workers check the time only when they ask for a
        permit.
        """
        if self.limits.seconds is not None and time.monotonic() - begun > self.limits.seconds:
            self.stop("time")
        if self._is_without_workers():
            self._errors.append("All workers are lost.")
            self.stop("worker")

    def _is_without_workers(self) -> bool:
        """Whether there has been no worker for too long."""
        now = time.monotonic()
        self._without_workers_since = (
            inf if self._workers() else min(self._without_workers_since, now)
        )
        return now - self._without_workers_since > _WITHOUT_WORKERS

    def _workers(self) -> int:
        with contextlib.suppress(*_GONE):
            return len(self.client.nthreads())
        return 0

    def _submit(self, task: ClusterTask) -> None:
        """Hand out shards, one for each worker."""
        workers = self._workers()
        free = max(0, min(workers, self.settings.workers or workers) - len(self._under_way))
        known = frozenset(id_ for result in self._results.values() for id_ in result.shown_by)
        shards = self._next_shards(free)
        self._is_handed_out = len(shards) < free
        for shard in shards:
            key = f"{self.settings.token}-{shard.number}"
            left = self.limits.requests if shard.number == 0 else 0
            arguments = (task, shard, known, left)
            future = self.client.submit(
                send_shard, *arguments, key=key, pure=False, retries=_RETRIES
            )
            self._under_way[future] = shard.number

    def _next_shards(self, count: int) -> list[Shard]:
        """At most so many shards; fewer where all are handed out, or the scheduler is gone."""
        with contextlib.suppress(*_GONE):
            given = [self._call("next_shard") for _ in range(count)]
            return [Shard(*shard) for shard in given if shard]
        return []

    def _collect(self, ledger: Ledger | None) -> None:
        """Wait for a moment, and take the results and events that came."""
        if not self._under_way:  # no worker just now
            time.sleep(_LOOK)
        with contextlib.suppress(TimeoutError, CancelledError):  # the latter if all is lost
            wait(list(self._under_way), timeout=_LOOK, return_when="FIRST_COMPLETED")
        done = [future for future in self._under_way if future.status != "pending"]
        if self.usage().stopped == _NO_SCHEDULER:  # which cancels them all
            return
        for future in done:
            shard = self._under_way.pop(future)
            if future.status != "finished":
                self._errors.append(f"Shard {shard} could not be sent: {_reason(future)}")
                self.stop("worker")
        self._receive_all(ledger)

    def _receive_all(self, ledger: Ledger | None) -> None:
        while not self._events.empty():
            event = self._events.get()
            if "result" in event:
                result: WorkerResult = pickle.loads(event["result"])  # noqa: S301 - Dask pickles all
                self._results.setdefault(event["shard"], WorkerResult()).renew(result)
            elif ledger is not None:
                ledger.write(event["entry"])


@contextmanager
def connected(settings: Settings, plan: Plan, limits: Limits) -> Iterator[Cluster]:
    """The cluster of a scheduler, with a budget of these limits. Raises ClusterError."""
    place = settings.scheduler or ""
    _check(place)
    # The report says what Dask would log here (lost workers, say).
    for name in logging.root.manager.loggerDict:
        if name.startswith("distributed"):
            logging.getLogger(name).setLevel(logging.CRITICAL + 1)
    try:
        client = Client(place, timeout=_CONNECTING)
    except (OSError, ValueError, RuntimeError, TypeError) as error:
        what = f"The scheduler {place} cannot be reached: {error}."
        raise ClusterError(what, remedy="Is `dask scheduler` running there?") from None
    with client:
        _put_budget(client, settings, plan, limits)
        try:
            yield Cluster(client, settings, limits)
        finally:
            with contextlib.suppress(*_GONE):
                call_from_client(client, settings.token)("leave")


def _put_budget(client: Client, settings: Settings, plan: Plan, limits: Limits) -> None:
    """Put the budget on the scheduler. Raises ClusterError."""
    try:
        client.wait_for_workers(1, timeout=_CONNECTING)
    except TimeoutError:
        what = f"The scheduler {settings.scheduler} has no workers."
        raise ClusterError(what, remedy="Start some: dask worker ADDRESS --nthreads 1") from None
    try:
        schedule = schedule_of(settings, plan, keeps_bases=False)
        server = BudgetServer(settings.token, limits, client.id, schedule)
        client.register_plugin(server, settings.token)
    except Exception as error:
        # Whatever error its interpreter raises for what it cannot load.
        what = f"The scheduler cannot keep the budget: {error}."
        remedy = "Install the same Tallystick and Python there: pip install 'tallystick[cluster]'"
        raise ClusterError(what, remedy=remedy) from None


def _for_workers(settings: Settings) -> Settings:
    """The settings without what exists on this machine only."""
    database = settings.database if is_shared(settings.database) else None
    return replace(settings, report_dir=None, target_file=None, database=database)


def _check(place: str) -> None:
    try:
        is_address = "://" in place and bool(urlsplit(place).hostname)
    except ValueError:
        is_address = False
    if not is_address:
        what = f"--scheduler must be an address such as tcp://127.0.0.1:8786, not {place!r}."
        raise ClusterError(what)


@contextmanager
def _ledger(settings: Settings) -> Iterator[Ledger | None]:
    ledger = open_ledger(settings)
    try:
        yield ledger
    finally:
        if ledger is not None:
            ledger.close()


def _reason(future: Future[None]) -> str:
    if future.status != "error":
        return "Dask has cancelled it (was the cluster restarted?)."
    error = future.exception()
    if isinstance(error, KilledWorker):
        return "each worker that tried it died (killed, or out of memory?)."
    if isinstance(error, ModuleNotFoundError):
        return f"a worker has no module {error.name}: pip install 'tallystick[cluster]' there."
    return str(error)
