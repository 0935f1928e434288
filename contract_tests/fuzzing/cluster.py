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

from contract_tests.fuzzing.budget import Spent
from contract_tests.fuzzing.campaign import Campaign
from contract_tests.fuzzing.corpus import is_shared
from contract_tests.fuzzing.dictionaries import Words, bound_words
from contract_tests.fuzzing.leasing import (
    Landlord,
    Tenant,
    call_from_client,
    call_from_worker,
    spent_of,
)
from contract_tests.fuzzing.ledger import Ledger
from contract_tests.fuzzing.limits import Limits
from contract_tests.fuzzing.settings import Settings, target_of
from contract_tests.fuzzing.workers import (
    END_SECONDS,
    LEDGER,
    Result,
    make_campaign,
    result_of,
    run_campaign,
)
from contract_tests.plan import Plan
from contract_tests.rate import is_loopback
from tallystick.errors import TallystickError

_CONNECTING = 10.0
"""Seconds for the scheduler to answer, and to have a worker."""

_LOOK = 0.5
"""Seconds between looks at how it goes."""

_GONE = (OSError, RuntimeError)
"""What a client raises whose scheduler has gone: at first the one, once it is closed the other."""

_ONE_AT_A_TIME = threading.Lock()
"""A worker with several threads sends one shard at a time: Hypothesis draws one by one."""


class ClusterError(TallystickError):
    """The cluster cannot be used."""


class Sealed:
    """What goes to the workers. It holds secrets, and shows none: Dask writes the arguments of a
    task that fails to its log.
    """

    def __init__(self, settings: Settings, plan: Plan, words: Mapping[str, Words]) -> None:
        self.settings = settings
        self.plan = plan
        self.words = words

    def __repr__(self) -> str:
        return "Sealed()"


# --- on a worker


@dataclass(frozen=True)
class Events:
    """Sends to the one who has started the fuzz. It is a ledger, too."""

    worker: Worker
    topic: str

    def write(self, entry: dict[str, Any]) -> None:
        """See Lines."""
        self.worker.log_event(self.topic, {"entry": entry})

    def send(self, shard: int, result: Result, *, is_last: bool) -> None:
        """Send what a shard has found so far, or all that it did."""
        told = {"shard": shard, "is_last": is_last, "result": pickle.dumps(result)}
        self.worker.log_event(self.topic, told)


def send_shard(sealed: Sealed, shard: int, known: frozenset[str], left: int) -> None:
    """The task: send a shard. `known` are the ids of what needs no shrinking any more; of so many
    requests that are `left`, pairs of faults may take a part.
    """
    with _ONE_AT_A_TIME:
        worker, name = get_worker(), sealed.settings.token
        events = Events(worker, name)
        budget = Tenant(call_from_worker(worker, name), worker.address)

        def tell_news(campaign: Campaign) -> None:
            found = result_of(campaign)
            news = Result(findings=found.findings, shown_by=found.shown_by)
            events.send(shard, news, is_last=False)

        campaign = make_campaign(sealed.settings, sealed.plan, sealed.words, budget, shard, events)
        campaign.gate.mark.worker = worker.name
        campaign.known, campaign.tell_news = known, tell_news
        result = run_campaign(campaign, iter([shard]), left)
        budget.tell()
        events.send(shard, result, is_last=True)


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
        self._news = Result()
        self._results: dict[int, Result] = {}
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
            self._spent = replace(self._spent, stopped="scheduler")
        return self._spent

    def work(self, plan: Plan) -> Result:
        """What all workers did."""
        target = target_of(plan)
        words = bound_words(target, plan.contract, self.settings.target_file)
        sealed = Sealed(_for_workers(self.settings), plan, words)
        patience = target.timeout + END_SECONDS
        with _ledger(self.settings) as ledger:
            self._send_all(sealed, patience, ledger)
        total = Result()
        for result in (self._news, *self._results.values()):
            total.add(result)
        return total

    def _send_all(self, sealed: Sealed, patience: float, ledger: Ledger | None) -> None:
        deadline = inf
        while time.monotonic() < deadline:
            stopped = self.spent().stopped
            if stopped is None:
                self._submit(sealed)
            elif deadline == inf:
                deadline = time.monotonic() + patience
            if not self._under_way or stopped == "scheduler":
                break
            self._collect(ledger)
        self._receive_all(ledger)
        if self._under_way:
            lost = ", ".join(map(str, self._under_way.values()))
            self._news.errors.append(f"What was not through is lost: the shards {lost}.")

    def _submit(self, sealed: Sealed) -> None:
        """Hand out shards, one for each worker."""
        workers = len(self.client.nthreads())
        free = min(workers, self.settings.workers or workers) - len(self._under_way)
        known = frozenset(self._news.shown_by)
        for shard in itertools.islice(self._shards, max(0, free)):
            key = f"{self.settings.token}-{shard}"
            left = self.limits.requests if shard == 0 else 0
            task = (send_shard, sealed, shard, known, left)
            self._under_way[self.client.submit(*task, key=key, pure=False)] = shard

    def _collect(self, ledger: Ledger | None) -> None:
        """Wait for a moment, and take what came back."""
        with contextlib.suppress(TimeoutError, CancelledError):  # the latter if all is lost
            wait(list(self._under_way), timeout=_LOOK, return_when="FIRST_COMPLETED")
        for future in [future for future in self._under_way if future.status == "finished"]:
            del self._under_way[future]
        for future in [future for future in self._under_way if future.status == "error"]:
            shard = self._under_way.pop(future)
            self._news.errors.append(f"Shard {shard} could not be sent: {_reason(future)}")
            self.stop("worker")
        self._receive_all(ledger)

    def _receive_all(self, ledger: Ledger | None) -> None:
        while not self._events.empty():
            self._receive(self._events.get(), ledger)

    def _receive(self, event: Mapping[str, Any], ledger: Ledger | None) -> None:
        if "entry" in event:
            if ledger is not None:
                ledger.write(event["entry"])
            return
        result: Result = pickle.loads(event["result"])  # noqa: S301 - Dask pickles all
        if event["is_last"]:
            self._results[event["shard"]] = result
        else:
            self._news.add(result)


@contextmanager
def connected(settings: Settings, plan: Plan, limits: Limits) -> Iterator[Cluster]:
    """The cluster of a scheduler, with a budget of these limits. Raises ClusterError."""
    place = settings.scheduler or ""
    _check(place, target_of(plan).base_url)
    # What Dask would log here (lost workers, say) is told by the report.
    for name in logging.root.manager.loggerDict:
        if name.startswith("distributed"):
            logging.getLogger(name).setLevel(logging.CRITICAL + 1)
    try:
        client = Client(place, timeout=_CONNECTING)
    except (OSError, ValueError, RuntimeError) as error:
        what = f"The scheduler {place} cannot be reached: {error}."
        raise ClusterError(what, remedy="Is `dask scheduler` running there?") from None
    with client:
        _rent(client, settings, limits)
        try:
            yield Cluster(client, settings, limits)
        finally:
            with contextlib.suppress(*_GONE, ValueError):
                call_from_client(client, settings.token)("leave")
                client.unregister_scheduler_plugin(settings.token)


def _rent(client: Client, settings: Settings, limits: Limits) -> None:
    """Put the budget on the scheduler. Raises ClusterError."""
    try:
        client.wait_for_workers(1, timeout=_CONNECTING)
    except TimeoutError:
        what = f"The scheduler {settings.scheduler} has no workers."
        raise ClusterError(what, remedy="Start some: dask worker ADDRESS --nthreads 1") from None
    try:
        client.register_plugin(Landlord(settings.token, limits, client.id), settings.token)
    except Exception as error:
        # Whatever its interpreter says of what it cannot load.
        what = f"The scheduler cannot keep the budget: {error}."
        remedy = "Install the same Tallystick and Python there: pip install 'tallystick[cluster]'"
        raise ClusterError(what, remedy=remedy) from None


def _for_workers(settings: Settings) -> Settings:
    """The settings without what is on this machine only."""
    database = settings.database if is_shared(settings.database) else None
    return replace(settings, report_dir=None, target_file=None, database=database)


def _check(place: str, url: str) -> None:
    if "://" not in place or not urlsplit(place).hostname:
        what = f"--scheduler must be an address such as tcp://127.0.0.1:8786, not {place!r}."
        raise ClusterError(what)
    if is_loopback(url) and not is_loopback(place):
        what = f"{url} is another machine for each worker of {place}."
        raise ClusterError(what, remedy="Name the target by an address that all of them reach.")


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
    error = future.exception()
    if isinstance(error, KilledWorker):
        return "each worker that tried it died (killed, or out of memory?)."
    if isinstance(error, ModuleNotFoundError):
        return f"a worker has no module {error.name}: pip install 'tallystick[cluster]' there."
    return str(error)
