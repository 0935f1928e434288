"""Novelty: what is answered as nothing before is mutated further; what more is to be expected."""

from __future__ import annotations

from pathlib import Path

import pytest

from fuzzing.sending.estimate import Kinds
from tests.fuzzing.fuzzed import Watched, checks, fuzz_app, ledger
from tests.independent.app import Answer, PaymentAccountLinks, Request

DEPTH = 4


class Maze(Watched):
    """Tells by the names of its headers how far one is in, and fails at the end. One is as far in
    as there are tildes in the body.
    """

    def respond(self, request: Request) -> Answer:
        depth = request.body.count(b"~")
        answer = PaymentAccountLinks.answer(self, request)
        if depth >= DEPTH and answer.status == 200:
            return self.problem(500, None, "the end of the maze")
        headers = tuple((f"x-step-{step}", "here") for step in range(1, depth + 1))
        return Answer(answer.status, answer.media_type, answer.body, (*answer.headers, *headers))


@pytest.mark.parametrize(("options", "code"), [(["--novelty"], 1), ([], 0)])
def test_what_is_new_leads_further(options: list[str], code: int, tmp_path: Path) -> None:
    """With novelty, the end of a maze is found, which is not found without."""
    run = fuzz_app(tmp_path, Maze(), "--max-requests", 2_000, *options)
    assert run.code == code, run.out
    assert checks(run) == ["documented status"] * code
    assert ("mutated" in {entry["kind"] for entry in ledger(run)}) == bool(options)


def test_the_chance_of_something_new() -> None:
    """By hand: of 2,000 answers, 1,998 of one kind and two of a kind of their own, one of 1,000 is
    new; that 1,000 more show none has the chance (1 - 1/1000) ** 1000 = 36.8%.
    """
    kinds = Kinds()
    for _ in range(1_998):
        kinds.add("usual")
    kinds.add("rare")
    kinds.add("rarer")
    assert kinds.chance == pytest.approx(0.6323, abs=0.0001)
    kinds.add("rare")
    kinds.add("rarer")
    assert kinds.chance == 0


def test_too_few_answers_say_nothing() -> None:
    """Whoever has seen next to nothing knows next to nothing of what is to come."""
    kinds = Kinds()
    for _ in range(999):
        kinds.add("usual")
    assert kinds.chance is None
    kinds.add("usual")
    assert kinds.chance == 0


def test_it_ends_when_it_is_quiet(tmp_path: Path) -> None:
    """Where all answers are alike, it ends soon after the first thousand."""

    class Dull(Watched):
        def respond(self, _: Request) -> Answer:
            return self.problem(403, "Payment.Forbidden", "not for you")

    app = Dull()
    run = fuzz_app(tmp_path, app, "--max-requests", 3_000, "--until-quiet", "0.01")
    assert run.report["stopped_by"] == "quiet"
    assert 1_000 <= len(app.seen) < 1_050
    assert run.report["novelty"]["chance_in_1000"] < 0.01
    assert "Ended because little more is to be expected" in run.out
    assert "the chance that 1,000 more requests show another is 0.0% (Good-Turing)" in run.out


def test_it_goes_on_as_long_as_there_is_news(tmp_path: Path) -> None:
    """Where each answer has a header of its own, nothing is quiet."""

    class Lively(Watched):
        def respond(self, _: Request) -> Answer:
            answer = self.problem(403, "Payment.Forbidden", "not for you")
            headers = ((f"x-{len(self.seen)}", "new"),)
            return Answer(answer.status, answer.media_type, answer.body, headers)

    run = fuzz_app(tmp_path, Lively(), "--max-requests", 1_200, "--until-quiet", "0.9")
    assert run.report["stopped_by"] == "requests"
    assert run.report["novelty"]["kinds"] > 1_000
    assert run.report["novelty"]["chance_in_1000"] > 0.99
