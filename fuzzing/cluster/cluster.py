"""A cluster: the shards of a fuzz as tasks of Dask, on as many machines as it has.

Rules: the engine is Dask's: it hands tasks to workers, and those of a lost worker to others. What a
shard finds comes back as events, at once, so that nothing is lost with a worker; its last event
has all that it did. A shard that is done again replaces what it did before, but for its findings.
The contract and the target go to the workers with each task: they need this package, and neither
files nor variables of the environment. Nothing that Dask may show or log has a secret in it.
"""

from __future__ import annotations

import contextlib
import itertools
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
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from distributed import Client, Future, KilledWorker, Worker, get_worker, wait

from contract_tests.http.client import redactor_of
from contract_tests.plan import Plan
from contract_tests.target.rate import is_loopback
from contract_tests.target.target import Target
from fuzzing.cluster.leasing import (
    BudgetClient,
    BudgetServer,
    call_from_client,
    call_from_worker,
    spent_of,
)
from fuzzing.engine.budget import Spent
from fuzzing.engine.corpus import is_shared
from fuzzing.engine.ledger import Ledger
from fuzzing.engine.limits import Limits
from fuzzing.engine.workers import (
    END_SECONDS,
    LEDGER,
    Result,
    make_campaign,
    result_of,
    run_campaign,
)
from fuzzing.generators.dictionaries import Words, bound_words
from fuzzing.settings import Settings, target_of
from tallystick.errors import TallystickError

_CONNECTING = 10.0
"""Seconds for the scheduler to answer, and to have a worker."""

_LOOK = 0.5
"""Seconds between looks at how it goes."""

_LONELY = 15.0
"""Seconds without any worker after which it is over: Dask starts what has died again before."""

_RETRIES = 2
"""How often a shard is sent again whose worker lost the scheduler for a moment, say."""

_NO_SCHEDULER = "scheduler"

_GONE = (OSError, RuntimeError)
"""What a client raises whose scheduler has gone: at first the one, once it is closed the other."""

_ONE_AT_A_TIME = threading.Lock()
"""A worker with several threads sends one shard at a time: Hypothesis draws one by one."""


class ClusterError(TallystickError):
    """The cluster cannot be used."""


@dataclass(repr=False)
class Sealed:
    """What goes to the workers. It holds secrets, and shows none: Dask writes the arguments of a
    task that fails to its log. `home` is the machine where the target's address means the target;
    None where it means so on all.
    """

    settings: Settings
    plan: Plan
    words: Mapping[str, Words]
    home: str | None


# --- on a worker


@dataclass(frozen=True)
class Events:
    """Sends to the one who has started the fuzz. It is a ledger, too."""

    worker: Worker
    topic: str

    def write(self, entry: dict[str, Any]) -> None:
        """See Lines."""
        self.worker.log_event(self.topic, {"entry": entry})

    def send(self, shard: int, result: Result) -> None:
        """Send what a shard has done so far."""
        self.worker.log_event(self.topic, {"shard": shard, "result": pickle.dumps(result)})


def send_shard(sealed: Sealed, shard: int, known: frozenset[str], left: int) -> None:
    """The task: send a shard. `known` are the ids of what needs no shrinking any more; of so many
    requests that are `left`, pairs of faults may take a part.
    """
    if sealed.home not in (None, platform.node()):
        raise ClusterError(f"the target's address is another machine on {platform.node()}")
    with _ONE_AT_A_TIME:
        worker, name = get_worker(), sealed.settings.token
        events = Events(worker, name)
        budget = BudgetClient(call_from_worker(worker, name), worker.address)
        campaign = make_campaign(sealed.settings, sealed.plan, sealed.words, budget, shard, events)
        campaign.gate.mark.worker = worker.name
        campaign.known = known
        campaign.tell_news = lambda: events.send(shard, result_of(campaign))
        events.send(shard, run_campaign(campaign, iter([shard]), left))
        budget.tell()


# --- where the fuzz was started


class Cluster:
    """A cluster that is connected, with the budget on its scheduler (see Watched)."""

    def __init__(self, client: Client, settings: Settings, limits: Limits) -> None:
        self.client = client
        self.settings = settings
        self.limits = limits
        self._call = call_from_client(client, settings.token)
        self._spent = spent_of(self._call("spent"))
        self._shards = iter(range(settings.shards) if settings.shards else itertools.count())
        self._under_way: dict[Future[None], int] = {}
        self._is_handed_out = False
        self._errors: list[str] = []
        self._results: dict[int, Result] = {}
        self._lonely_since = inf
        self._events: queue.SimpleQueue[dict[str, Any]] = queue.SimpleQueue()
        client.subscribe_topic(settings.token, lambda event: self._events.put(event[1]))

    def stop(self, reason: str) -> None:
        """See Budget."""
        with contextlib.suppress(*_GONE):  # what is gone need not be stopped
            self._call("stop", reason=reason)

    def spent(self) -> Spent:
        """See Budget. Without the scheduler it is what it said last, and all is over."""
        try:
            self._spent = spent_of(self._call("spent"))
        except _GONE:
            self._spent = replace(self._spent, stopped=_NO_SCHEDULER)
        return self._spent

    def work(self, plan: Plan) -> Result:
        """What all workers did."""
        target = target_of(plan)
        words = bound_words(target, plan.contract, self.settings.target_file)
        home = platform.node() if _is_of_this_machine(self.settings, target) else None
        sealed = Sealed(_for_workers(self.settings), plan, words, home)
        with _ledger(self.settings) as ledger:
            self._send_all(sealed, target.timeout + END_SECONDS, ledger)
        clean = redactor_of(target).clean
        total = Result(errors=[clean(error) for error in self._errors])
        for _, result in sorted(self._results.items()):
            total.add(result)
        return total

    def _send_all(self, sealed: Sealed, patience: float, ledger: Ledger | None) -> None:
        begun, deadline = time.monotonic(), inf
        while time.monotonic() < deadline:
            stopped = self.spent().stopped
            if stopped is None:
                self._stop_if_over(begun)
                self._submit(sealed)
            elif deadline == inf:
                deadline = time.monotonic() + patience
            is_through = not self._under_way and (stopped is not None or self._is_handed_out)
            if is_through or stopped == _NO_SCHEDULER or self._is_lonely():
                break
            self._collect(ledger)
        self._receive_all(ledger)
        if self._under_way:
            lost = ", ".join(map(str, self._under_way.values()))
            self._errors.append(f"What was not through is lost: the shards {lost}.")

    def _stop_if_over(self, begun: float) -> None:
        """Stop what no worker would: they ask for permits only as long as there are some, and they
        get some.
        """
        if self.limits.seconds is not None and time.monotonic() - begun > self.limits.seconds:
            self.stop("time")
        if self._is_lonely():
            self._errors.append("All workers are lost.")
            self.stop("worker")

    def _is_lonely(self) -> bool:
        """Whether there has been no worker for long."""
        now = time.monotonic()
        self._lonely_since = inf if self._workers() else min(self._lonely_since, now)
        return now - self._lonely_since > _LONELY

    def _workers(self) -> int:
        with contextlib.suppress(*_GONE):
            return len(self.client.nthreads())
        return 0

    def _submit(self, sealed: Sealed) -> None:
        """Hand out shards, one for each worker."""
        workers = self._workers()
        free = max(0, min(workers, self.settings.workers or workers) - len(self._under_way))
        known = frozenset(id_ for result in self._results.values() for id_ in result.shown_by)
        shards = list(itertools.islice(self._shards, free))
        self._is_handed_out = len(shards) < free
        for shard in shards:
            key = f"{self.settings.token}-{shard}"
            left = self.limits.requests if shard == 0 else 0
            task = (send_shard, sealed, shard, known, left)
            future = self.client.submit(*task, key=key, pure=False, retries=_RETRIES)
            self._under_way[future] = shard

    def _collect(self, ledger: Ledger | None) -> None:
        """Wait for a moment, and take what came back."""
        if not self._under_way:  # no worker just now
            time.sleep(_LOOK)
        with contextlib.suppress(TimeoutError, CancelledError):  # the latter if all is lost
            wait(list(self._under_way), timeout=_LOOK, return_when="FIRST_COMPLETED")
        if self.spent().stopped == _NO_SCHEDULER:
            return
        for future in [future for future in self._under_way if future.status != "pending"]:
            shard = self._under_way.pop(future)
            if future.status != "finished":
                self._errors.append(f"Shard {shard} could not be sent: {_reason(future)}")
                self.stop("worker")
        self._receive_all(ledger)

    def _receive_all(self, ledger: Ledger | None) -> None:
        while not self._events.empty():
            event = self._events.get()
            if "result" in event:
                result: Result = pickle.loads(event["result"])  # noqa: S301 - Dask pickles all
                self._results.setdefault(event["shard"], Result()).renew(result)
            elif ledger is not None:
                ledger.write(event["entry"])


@contextmanager
def connected(settings: Settings, limits: Limits) -> Iterator[Cluster]:
    """The cluster of a scheduler, with a budget of these limits. Raises ClusterError."""
    place = settings.scheduler or ""
    _check(place)
    # What Dask would log here (lost workers, say) is told by the report.
    for name in logging.root.manager.loggerDict:
        if name.startswith("distributed"):
            logging.getLogger(name).setLevel(logging.CRITICAL + 1)
    try:
        client = Client(place, timeout=_CONNECTING)
    except (OSError, ValueError, RuntimeError, TypeError) as error:
        what = f"The scheduler {place} cannot be reached: {error}."
        raise ClusterError(what, remedy="Is `dask scheduler` running there?") from None
    with client:
        _rent(client, settings, limits)
        try:
            yield Cluster(client, settings, limits)
        finally:
            with contextlib.suppress(*_GONE):
                call_from_client(client, settings.token)("leave")


def _rent(client: Client, settings: Settings, limits: Limits) -> None:
    """Put the budget on the scheduler. Raises ClusterError."""
    try:
        client.wait_for_workers(1, timeout=_CONNECTING)
    except TimeoutError:
        what = f"The scheduler {settings.scheduler} has no workers."
        raise ClusterError(what, remedy="Start some: dask worker ADDRESS --nthreads 1") from None
    try:
        client.register_plugin(BudgetServer(settings.token, limits, client.id), settings.token)
    except Exception as error:
        # Whatever its interpreter says of what it cannot load.
        what = f"The scheduler cannot keep the budget: {error}."
        remedy = "Install the same Tallystick and Python there: pip install 'tallystick[cluster]'"
        raise ClusterError(what, remedy=remedy) from None


def _for_workers(settings: Settings) -> Settings:
    """The settings without what is on this machine only."""
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


def _is_of_this_machine(settings: Settings, target: Target) -> bool:
    """Whether an address of the fuzz means another machine wherever it is used."""
    return is_loopback(target.base_url) or is_loopback(settings.against or "")


@contextmanager
def _ledger(settings: Settings) -> Iterator[Ledger | None]:
    if settings.report_dir is None:
        yield None
        return
    ledger = Ledger(Path(settings.report_dir) / LEDGER)
    try:
        yield ledger
    finally:
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
