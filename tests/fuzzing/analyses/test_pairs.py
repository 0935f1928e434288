"""Pairs of errors: the order that implementations show, and what it must not depend on."""

from __future__ import annotations

import json
import random
from collections.abc import Callable, Mapping
from concurrent.futures import Future
from pathlib import Path
from typing import Any

import pytest

from contract_tests.http.exchange import Exchange
from contract_tests.http.exchange import Response as Got
from fuzzing.analyses.pairs import winner
from fuzzing.engine.result import WorkerResult
from fuzzing.engine.workers import make_campaign, run_campaign
from fuzzing.sending.budget import Budget
from fuzzing.sending.limits import Limits
from fuzzing.settings import Settings
from tallystick.contract import load_contract
from tallystick.reader.options import LoadOptions
from tests.contract_tests.commands import ROOT, Result, run_words
from tests.contract_tests.conftest import Start
from tests.contract_tests.targets import stateless_text, target_text, write
from tests.end_to_end.mock import running_mock
from tests.fuzzing.fuzzed import SEED, CountingApp, fuzz, ledger
from tests.independent.app import Answer, PaymentAccountLinks, RefusedError, Request
from tests.independent.serve import serving

MISSING_RETURN = "400 PaymentAccountLink.MissingReturnUrl"
INVALID_RETURN = "400 PaymentAccountLink.InvalidReturnUrl"
MISSING_REFRESH = "400 PaymentAccountLink.MissingRefreshUrl"
INVALID_REFRESH = "400 PaymentAccountLink.InvalidRefreshUrl"
FORBIDDEN = "403 Payment.Forbidden"
UNKNOWN = "404 Organisation.NotFound"
NOT_ENABLED = "409 PaymentAccount.NotEnabled"
DISCONNECTED = "409 PaymentAccount.Disconnected"
PROVIDER = "502 PaymentAccount.ProviderError"

MEMBERS = "one error for any order of members"
SPACE = "one error for any white space"
STEADY = "one error for one request"


class Ordered(CountingApp):
    """Checks the properties in an order of its own."""

    names: tuple[str, ...] = ("returnUrl", "refreshUrl")

    def order(self, _: Request) -> tuple[str, ...]:
        """The properties in the order in which they are checked."""
        return self.names

    def handle(self, request: Request) -> Answer:
        organisation = self.check_id(self.route(request))
        document = self.read_object(request)
        for name in self.order(request):
            self.check_url(name, document.get(name))
        self.check_caller(organisation)
        self.check_account(self.look_up(organisation))
        urls = document["returnUrl"], document["refreshUrl"]
        return self.success(self.create_link(organisation, *urls))


class StateFirst(CountingApp):
    """Looks at the organisation first, then at the body from its end, then asks the provider."""

    def handle(self, request: Request) -> Answer:
        organisation = self.check_id(self.route(request))
        self.check_caller(organisation)
        self.check_account(self.look_up(organisation))
        document = self.read_object(request)
        refresh_url = self.check_url("refreshUrl", document.get("refreshUrl"))
        return_url = self.check_url("returnUrl", document.get("returnUrl"))
        return self.success(self.create_link(organisation, return_url, refresh_url))


class ByMembers(Ordered):
    """Checks the properties in the order in which they are sent."""

    def order(self, request: Request) -> tuple[str, ...]:
        return tuple(sorted(self.names, key=[*json.loads(request.body), *self.names].index))


class BySpace(Ordered):
    """Checks them the other way round where the body begins with white space."""

    def order(self, request: Request) -> tuple[str, ...]:
        return self.names if request.body[:1] == b"{" else self.names[::-1]


class InTurn(Ordered):
    """Checks them one way and the other in turn."""

    def order(self, _: Request) -> tuple[str, ...]:
        return self.names[:: 1 if len(self.seen) % 2 else -1]


class AtRandom(Ordered):
    """Checks them in a random order, for the body's members and white space as for all else."""

    def __init__(self) -> None:
        super().__init__()
        self.random = random.Random(5)

    def order(self, _: Request) -> tuple[str, ...]:
        return self.names[:: self.random.choice([1, -1])]


class InTwos(Ordered):
    """Checks two requests with both faults one way, and the next two the other."""

    def __init__(self) -> None:
        super().__init__()
        self.count = -1

    def order(self, request: Request) -> tuple[str, ...]:
        body = json.loads(request.body)
        self.count += len(body) == 2 and not any(map(self.is_valid_url, body.values()))
        return self.names[:: 1 if self.count // 2 % 2 == 0 else -1]


class Listing(CountingApp):
    """Tells all faults of the body at once."""

    def check_urls(self, document: dict[str, Any]) -> tuple[str, str]:
        codes = [code for name in self.url_codes for code in self.codes_of(name, document)]
        if codes:
            good = self.problem(400, None, "the body has faults")
            body = {**json.loads(good.body), "errors": [{"code": code} for code in codes]}
            raise RefusedError(Answer(400, good.media_type, self.encode(body)))
        return super().check_urls(document)

    def codes_of(self, name: str, document: dict[str, Any]) -> list[str]:
        try:
            self.check_url(name, document.get(name))
        except RefusedError as refused:
            return [json.loads(refused.answer.body)["title"]]
        return []


class Failing(Ordered):
    """Has no answer where both properties are missing."""

    def order(self, request: Request) -> tuple[str, ...]:
        if request.body == b"{}":
            raise RefusedError(self.problem(500, None, "something went wrong"))
        return self.names


APPS: Mapping[str, Callable[[], CountingApp]] = {
    app.__name__: app
    for app in (StateFirst, ByMembers, BySpace, InTurn, AtRandom, InTwos, Listing, Failing)
}
WHOLE = ("StateFirst",)
"""Those that are fuzzed with a whole target file, so that states are paired, too."""


def examined(folder: Path, name: str, most: int, *options: object) -> tuple[CountingApp, Result]:
    """A fuzz of an application."""
    app = APPS[name]()
    with serving(app) as url:
        text = target_text(url) if name in WHOLE else stateless_text(url)
        target = write(folder, f"{text}\n[fuzz]\nbreaker = false")
        return app, fuzz(folder, "--target", target, "--max-requests", most, *options)


def analysed(folder: Path, text: str, left: int) -> WorkerResult:
    """The pairs alone, without fuzz cases after them, for a target file."""
    path = write(folder, f"{text}\n[fuzz]\nbreaker = false")
    settings = Settings(LoadOptions(), str(path), base_url=None, seed=SEED, limits={})
    campaign = make_campaign(settings, settings.plan(), {}, Budget(Limits()), 0)
    return run_campaign(campaign, iter(()), left)


Runs = Mapping[str, Future[tuple[CountingApp, Result]]]


@pytest.fixture(scope="module")
def runs(start: Start) -> Runs:
    """A run for each application."""
    return {name: start(examined, name, 470 if name in WHOLE else 120) for name in APPS}


def order_of(run: Result) -> Any:
    """What a report says of the order."""
    (found,) = run.report["precedence"]
    return found


def of_pairs(run: Result) -> list[tuple[str, str]]:
    """The findings about the order, with their levels."""
    named = [(finding["check"], finding["level"]) for finding in run.report["findings"]]
    return [found for found in named if found[0] in (MEMBERS, SPACE, STEADY)]


@pytest.fixture(scope="module")
def correct(tmp_path_factory: pytest.TempPathFactory) -> WorkerResult:
    """The pairs of the correct implementation."""
    with serving(CountingApp()) as url:
        return analysed(tmp_path_factory.mktemp("correct"), target_text(url), 470)


def test_the_order_of_the_correct_implementation(correct: WorkerResult) -> None:
    """It is the one that the implementation documents, and nothing is found."""
    (found,) = correct.precedence
    assert correct.findings == []
    assert found.order() == [
        [MISSING_RETURN, INVALID_RETURN],
        [MISSING_REFRESH, INVALID_REFRESH],
        [FORBIDDEN, UNKNOWN, NOT_ENABLED, DISCONNECTED, PROVIDER],
    ]


def test_another_order(runs: Runs) -> None:
    """Any order is reported, and is no finding; the table shows it."""
    _, run = runs["StateFirst"].result()
    found = order_of(run)
    assert (run.code, run.report["findings"]) == (0, [])
    assert found["order"] == [
        [FORBIDDEN, UNKNOWN, NOT_ENABLED, DISCONNECTED],
        [MISSING_REFRESH, INVALID_REFRESH],
        [MISSING_RETURN, INVALID_RETURN],
        [PROVIDER],
    ]
    # Four of the body, and each of these four with each of five states.
    assert (len(found["pairs"]), found["not_tried"], found["circles"]) == (24, 0, [])
    first = next(p for p in found["pairs"] if p["cases"] == [MISSING_RETURN, FORBIDDEN])
    assert (first["winner"], first["consistent"]) == (FORBIDDEN, True)
    assert f"\n  2  {MISSING_REFRESH}, {INVALID_REFRESH}\n" in run.out
    for name in ("summary.md", "report.html"):
        assert "Order of errors" in run.texts[name]
        assert MISSING_REFRESH in run.texts[name]


@pytest.mark.parametrize(
    ("name", "check", "source", "said"),
    [
        ("ByMembers", MEMBERS, "RFC 8259 section 4", "with its properties in reverse order"),
        ("BySpace", SPACE, "RFC 8259 section 2", "with white space around its tokens"),
    ],
)
def test_what_means_nothing_changes_the_error(
    name: str, check: str, source: str, said: str, runs: Runs
) -> None:
    """It is one finding, however many pairs show it, with both requests."""
    _, run = runs[name].result()
    (finding,) = run.heavy
    assert (run.code, of_pairs(run)) == (1, [(check, "standard")])
    assert (finding["source"], finding["quote"]) == (source, None)
    assert said in finding["message"]
    assert len(finding["curl"].splitlines()) == len(finding["shown_by"]["requests"]) == 2
    assert finding["response"].count("400 application/problem+json") == 2
    assert not all(pair["consistent"] for pair in order_of(run)["pairs"])
    assert f"check: {check}" in run.junit


def test_white_space_of_each_pair_is_one_finding(runs: Runs) -> None:
    """All four pairs change with white space; the finding is shown by one, the table names all."""
    _, run = runs["BySpace"].result()
    (finding,) = run.heavy
    assert [pair["consistent"] for pair in order_of(run)["pairs"]] == [False] * 4
    assert finding["message"].count(" at once get ") == 1
    assert run.out.count("inconsistent  ") == 4


@pytest.mark.parametrize("name", ["InTurn", "AtRandom", "InTwos"])
def test_an_order_that_changes_is_advisory(name: str, runs: Runs) -> None:
    """No standard says that it must not; of spellings nothing is claimed then."""
    _, run = runs[name].result()
    assert (run.code, of_pairs(run)) == (0, [(STEADY, "advisory")])
    assert "inconsistent" in run.out


def test_a_list_of_errors_has_no_order(runs: Runs) -> None:
    """An answer that names both faults is right."""
    _, run = runs["Listing"].result()
    found = order_of(run)
    assert (run.code, run.report["findings"], found["order"]) == (0, [], [])
    seen = {(pair["winner"], pair["consistent"]) for pair in found["pairs"]}
    assert (seen, len(found["pairs"])) == ({("both", True)}, 4)


def test_a_response_to_a_pair_is_checked(runs: Runs) -> None:
    """A 500 to two faults is found, and kept with the request that shows it."""
    _, run = runs["Failing"].result()
    (finding,) = run.heavy
    assert (run.code, finding["check"]) == (1, "documented status")
    assert finding["shown_by"]["requests"][0]["body"] == {"text": "{}"}
    (first, *_) = (line for line in ledger(run) if line["status"] == 500)
    assert (first["kind"], first["number"]) == ("order", finding["shown_by"]["first"])


def test_what_is_sent(correct: WorkerResult) -> None:
    """Each fault alone, then four requests for each pair at most; they are a kind of their own."""
    # Nine alone. Each pair twice, and with white space; in reverse those with two properties:
    # of the body, one pair, and of the states two of four each.
    assert correct.kinds == {"base": 1, "order": 9 + 24 * 3 + 1 + 5 * 2}


@pytest.mark.parametrize(("most", "pairs"), [(20, 0), (30, 1), (70, 3)])
def test_a_small_budget_is_kept(most: int, pairs: int, tmp_path: Path) -> None:
    """The pairs take a fifth of what is left at most; the report counts the others."""
    with serving(Failing()) as url:
        result = analysed(tmp_path, stateless_text(url), most)
    assert result.kinds["order"] <= most // 5
    assert [len(found.pairs) for found in result.precedence] == [pairs] * bool(pairs)
    assert [found.not_tried for found in result.precedence] == [4 - pairs] * bool(pairs)


def test_one_worker_examines(tmp_path: Path) -> None:
    """Of two, only the first sends pairs, and its table is the report's."""
    _, run = examined(tmp_path, "Failing", 240, "--workers", 2, "--rate", "60/s")
    workers = {line["worker"] for line in ledger(run) if line["kind"] == "order"}
    assert (workers, len(order_of(run)["pairs"])) == ({0}, 4)


def replay(folder: Path, report: Path, *options: object) -> int:
    """Run `tallystick replay` for the first finding of a report."""
    folder.mkdir()
    return run_words(folder, ("tallystick", "replay", report, "1", *options)).code


@pytest.mark.parametrize("name", ["ByMembers", "BySpace", "InTurn"])
def test_a_replay_compares_again(name: str, runs: Runs, tmp_path: Path) -> None:
    """It holds where the faulty implementation answers, and not where the correct one does."""
    _, run = runs[name].result()
    with serving(APPS[name]()) as faulty, serving(PaymentAccountLinks()) as correct:
        assert replay(tmp_path / "a", run.folder, "--base-url", faulty) == 1
        assert replay(tmp_path / "b", run.folder, "--base-url", correct) == 0


class Keyed(BySpace):
    """Refuses the key that may only read: before the body or, where that begins with white space,
    after it.
    """

    def order(self, request: Request) -> tuple[str, ...]:
        if request.headers.get("x-key") == "key_that_reads" and request.body[:1] == b"{":
            self.refuse_with("Payment.Forbidden")
        return self.names

    def check_caller(self, _: str) -> None:
        if self.requests[-1].headers.get("x-key") == "key_that_reads":
            self.refuse_with("Payment.Forbidden")


def test_a_header_of_the_target_file_is_a_fault(tmp_path: Path) -> None:
    """Another caller is paired with the errors of the body, shown without its key, and replayed
    with it.
    """
    env = {"READING": "key_that_reads", "WRITING": "key_that_writes"}
    with serving(Keyed()) as url:
        headers = '[headers]\nx-key = "${WRITING}"\n[cases."Payment.Forbidden"]\n'
        text = f'{stateless_text(url)}{headers}headers = {{ x-key = "${{READING}}" }}'
        run = fuzz(tmp_path, "--target", write(tmp_path, text), "--max-requests", 300, env=env)
        again = ("tallystick", "replay", run.folder, run.heavy[0]["id"])
        (tmp_path / "a").mkdir()
        assert run_words(tmp_path / "a", again, env).code == 1
    assert of_pairs(run) == [(SPACE, "standard")]
    assert FORBIDDEN in run.heavy[0]["message"]
    assert not [name for name, text in run.texts.items() if "key_that_" in text]


def test_the_mock_has_one_order(tmp_path: Path) -> None:
    """Nothing is found in it; the ids that stand for its states come before the faults of the body,
    as what is forced does.
    """
    with running_mock() as url:
        text = (ROOT / "targets" / "mock.toml").read_text(encoding="utf-8")
        text = text.replace("http://127.0.0.1:8080", url).replace('"../', f'"{ROOT}/')
        result = analysed(tmp_path, text, 470)
    (found,) = result.precedence
    assert result.findings == []
    assert found.order() == [
        [FORBIDDEN, UNKNOWN, NOT_ENABLED, DISCONNECTED, PROVIDER],
        [MISSING_RETURN, INVALID_RETURN],
        [MISSING_REFRESH, INVALID_REFRESH],
    ]


CONTRACT = load_contract()
(LINK,) = CONTRACT.operations
BY_LABEL = {case.label: case for case in LINK.cases}


@pytest.mark.parametrize(
    ("pair", "status", "body", "expected"),
    [
        ((MISSING_RETURN, UNKNOWN), 404, {"title": "Organisation.NotFound"}, UNKNOWN),
        ((MISSING_RETURN, UNKNOWN), 404, {"title": "Not Found"}, UNKNOWN),
        ((MISSING_RETURN, UNKNOWN), 404, None, UNKNOWN),
        ((MISSING_RETURN, UNKNOWN), 403, {"title": "Payment.Forbidden"}, None),
        ((MISSING_RETURN, UNKNOWN), 409, None, None),
        ((MISSING_RETURN, UNKNOWN), 200, {"title": "Organisation.NotFound"}, None),
        ((MISSING_RETURN, INVALID_REFRESH), 400, {"title": "Bad Request"}, None),
        (
            (MISSING_RETURN, INVALID_REFRESH),
            400,
            {"detail": "ReturnUrl is required."},
            MISSING_RETURN,
        ),
        (
            (MISSING_RETURN, MISSING_REFRESH),
            400,
            ["RefreshUrl is required", "ReturnUrl is required"],
            "both",
        ),
        ((MISSING_RETURN, UNKNOWN), 429, {"title": "Organisation.NotFound"}, None),
    ],
)
def test_what_an_answer_names(
    pair: tuple[str, str], status: int, body: Any, expected: str | None
) -> None:
    """By its code, its text, or a status that only one of the two has."""
    content = b"" if body is None else json.dumps(body).encode()
    exchange = Exchange(Got(status, {}, content), "", "")
    assert winner(LINK, [BY_LABEL[label] for label in pair], exchange) == expected
