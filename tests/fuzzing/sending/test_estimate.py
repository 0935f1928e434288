"""The Good-Turing estimate, and a budget that ends by it."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

import pytest
import requests

from fuzzing.sending.budget import Budget, BudgetSpentError, RequestRecord
from fuzzing.sending.estimate import GoodTuringEstimate, kind_of
from fuzzing.sending.limits import Limits


def test_the_chance_of_a_new_kind() -> None:
    """By hand: of 2,000 responses, two are the only ones of their kinds, so the next one is new
    with a chance of 1/1000; at least one of 1,000 is new with 1 - (999/1000) ** 1000 = 63.2%.
    """
    estimate = GoodTuringEstimate()
    for _ in range(1_998):
        estimate.add("usual")
    estimate.add("rare")
    estimate.add("rarer")
    assert estimate.chance == pytest.approx(0.6323, abs=0.0001)
    estimate.add("rare")
    estimate.add("rarer")
    assert estimate.chance == 0


def test_a_small_sample_gives_no_estimate() -> None:
    """There is none before 1,000 responses."""
    estimate = GoodTuringEstimate()
    for _ in range(999):
        estimate.add("usual")
    assert estimate.chance is None
    estimate.add("usual")
    assert estimate.chance == 0


def response(
    status: int = 400, body: Any = None, headers: Sequence[tuple[str, str]] = ()
) -> requests.Response:
    made = requests.Response()
    made.status_code = status
    made.headers.update({"Content-Type": "application/json; charset=utf-8", **dict(headers)})
    made._content = json.dumps(body).encode()
    return made


def kind(case: str | None = "a", body: Any = None, **parts: Any) -> str:
    return kind_of(response(body=body, **parts), case, body)


BODY = {"title": "a", "errors": [{"code": 1}]}


@pytest.mark.parametrize(
    "other",
    [
        {"body": {"title": "b", "errors": [{"code": 2}]}},
        {"body": {"errors": [{"code": 1}, {"code": 2}], "title": "a"}},
        {"headers": [("content-TYPE", "application/json")]},
    ],
    ids=["other texts and numbers", "more items, another order of members", "a parameter"],
)
def test_responses_of_one_kind(other: dict[str, Any]) -> None:
    """Texts, numbers, the count of items and parameters of the media type do not matter."""
    assert kind(**{"body": BODY, **other}) == kind(body=BODY)


@pytest.mark.parametrize(
    "other",
    [
        {"status": 401},
        {"case": "b"},
        {"headers": [("content-type", "text/plain")]},
        {"headers": [("x-step", "1")]},
        {"body": {"title": 1, "errors": [{"code": 1}]}},
        {"body": {"title": "a", "errors": [{"reason": 1}]}},
        {"body": {"title": "a" * 100, "errors": [{"code": 1}]}},
    ],
    ids=["status", "case", "media type", "header", "type of a member", "name of a member", "size"],
)
def test_responses_of_two_kinds(other: dict[str, Any]) -> None:
    """Each of these facts makes another kind."""
    assert kind(**{"body": BODY, **other}) != kind(body=BODY)


def settled(limits: Limits, *kinds: str) -> Budget:
    """A budget after responses of these kinds."""
    budget = Budget(limits)
    for each in kinds:
        permit = budget.take(is_unsafe=False)
        budget.settle(permit, RequestRecord(403, None, 0.01, is_error=False, kind=each))
    return budget


def test_a_quiet_fuzz_ends() -> None:
    """If all responses are of one kind, the budget stops after the first thousand."""
    limits = Limits(requests=3_000, quiet=0.01)
    assert settled(limits, *["usual"] * 999).usage().stopped is None
    budget = settled(limits, *["usual"] * 1_000)
    assert (budget.usage().stopped, budget.usage().chance) == ("quiet", 0)
    with pytest.raises(BudgetSpentError, match="quiet"):
        budget.take(is_unsafe=False)


def test_a_lively_fuzz_goes_on() -> None:
    """If each response is of a kind of its own, or no limit is set, the budget does not stop."""
    lively = settled(Limits(requests=3_000, quiet=0.9), *map(str, range(1_200)))
    assert (lively.usage().stopped, lively.usage().kinds) == (None, 1_200)
    assert (lively.usage().chance or 0) > 0.99
    assert settled(Limits(requests=3_000), *["usual"] * 1_100).usage().stopped is None
