"""Responses that ask to come back later: the client waits, and sends the request again."""

from __future__ import annotations

import time
from collections.abc import Mapping
from pathlib import Path

from contract_tests.http.client import Client
from contract_tests.http.exchange import Response
from contract_tests.requests.sources import valid_request
from contract_tests.target.target import Target
from tallystick.contract import load_contract
from tests.contract_tests.commands import tallystick_test
from tests.contract_tests.targets import LABELS, write_target
from tests.independent.app import ACTIVE_ID, Answer, PaymentAccountLinks, Request
from tests.independent.serve import serving


class Busy(PaymentAccountLinks):
    """Asks to come back a second later, by these statuses at these requests."""

    statuses: Mapping[int, int] = {2: 429, 4: 503}

    def __init__(self) -> None:
        self.came: list[float] = []

    def answer(self, request: Request) -> Answer:
        self.came.append(time.monotonic())
        status = self.statuses.get(len(self.came))
        if status is None:
            return super().answer(request)
        return Answer(status, "text/plain", b"later", (("retry-after", "1"),))


class AlwaysBusy(PaymentAccountLinks):
    """Asks to come back at once, whatever comes."""

    def answer(self, _: Request) -> Answer:
        return Answer(429, "text/plain", b"later", (("retry-after", "0"),))


class Down(PaymentAccountLinks):
    """Is unavailable, and does not say for how long."""

    def answer(self, _: Request) -> Answer:
        return Answer(503, None, b"")


def statuses(app: PaymentAccountLinks, count: int) -> list[int]:
    """The statuses that so many requests get, one after the other."""
    contract = load_contract()
    with serving(app) as url:
        client = Client(Target(url, parameters={"path.id": ACTIVE_ID}))
        request = valid_request(contract, contract.operations[0], client.target)
        outcomes = [client.send(request).outcome for _ in range(count)]
        client.close()
    return [outcome.status for outcome in outcomes if isinstance(outcome, Response)]


def test_a_target_that_asks_for_time_gets_it() -> None:
    """After a 429 and a 503 with Retry-After nothing is sent for as long as they say, and then
    the same again.
    """
    app = Busy()
    assert statuses(app, 3) == [200, 200, 200]
    assert len(app.came) == 5
    waited = [app.came[number] - app.came[number - 1] for number in app.statuses]
    assert [1 <= seconds < 1.5 for seconds in waited] == [True, True]


def test_a_target_may_ask_again_and_again() -> None:
    """After three waits, the last response counts."""
    assert statuses(AlwaysBusy(), 1) == [429]


def test_a_503_without_a_time_is_a_response() -> None:
    """It does not ask to come back."""
    assert statuses(Down(), 1) == [503]


def test_what_is_always_limited_cannot_be_tested(tmp_path: Path) -> None:
    """Where each response is a 429, the run ends, says why, and writes its report."""
    with serving(AlwaysBusy()) as url:
        run = tallystick_test(tmp_path, "--target", write_target(tmp_path, url))
    assert (run.code, run.verdicts) == (4, dict.fromkeys(LABELS, "not_covered"))
    assert {case["reason"] for case in run.report["cases"]} == {"the run ended early"}
    assert run.report["findings"] == []
    assert "keeps answering 429: it asks to come back later" in run.err
