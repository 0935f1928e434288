"""Answers that ask to come back later are waited for, and are no finding."""

from __future__ import annotations

import time
from collections.abc import Mapping
from pathlib import Path

from tests.contract_tests.commands import Result, pytest_suite, tallystick_test
from tests.contract_tests.targets import LABELS, write_target
from tests.independent.app import Answer, PaymentAccountLinks, Request
from tests.independent.serve import serving

KEPT = "the target kept answering 429: it limits the rate (set a lower one in the target file)"


class Busy(PaymentAccountLinks):
    """Asks to come back a second later, by these statuses at these requests."""

    statuses: Mapping[int, int] = {4: 429, 9: 503}

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
    """Is unavailable once, and does not say for how long."""

    count = 0

    def answer(self, request: Request) -> Answer:
        self.count += 1
        return Answer(503, None, b"") if self.count == 4 else super().answer(request)


def cases(folder: Path, app: PaymentAccountLinks) -> Result:
    """The tests of the cases, against an application."""
    with serving(app) as url:
        target = write_target(folder, url)
        return pytest_suite(folder, "--target", target, tests="contract_tests/test_cases.py")


def test_what_asks_for_time_gets_it(tmp_path: Path) -> None:
    """After a 429 and a 503 with Retry-After nothing is sent for as long as they say, and then
    the same again; neither is a finding.
    """
    app = Busy()
    run = cases(tmp_path, app)
    assert (run.code, run.verdicts) == (0, dict.fromkeys(LABELS, "passed"))
    assert run.report["findings"] == []
    waited = [app.came[number] - app.came[number - 1] for number in app.statuses]
    assert [1 <= seconds < 1.5 for seconds in waited] == [True, True]


def test_a_503_without_a_time_is_a_finding(tmp_path: Path) -> None:
    """A 503 that does not ask to come back is an undocumented answer."""
    run = cases(tmp_path, Down())
    assert [finding["message"].partition(" (")[0] for finding in run.heavy] == [
        "the document has no 503"
    ]


def test_what_is_always_limited_is_not_covered(tmp_path: Path) -> None:
    """Where each answer is a 429, no case is provoked, and that is the reason."""
    with serving(AlwaysBusy()) as url:
        run = tallystick_test(tmp_path, "--target", write_target(tmp_path, url))
    assert (run.code, run.verdicts) == (3, dict.fromkeys(LABELS, "not_covered"))
    assert {case["reason"] for case in run.report["cases"]} == {KEPT}
    assert run.report["findings"] == []
    assert run.out.count(KEPT) == 10
