"""Nothing that a fuzz writes or prints holds a secret of the target file, or a capability URL."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from concurrent.futures import Future
from pathlib import Path
from typing import Any

import pytest

from tests.contract_tests.commands import Result
from tests.contract_tests.conftest import Start
from tests.contract_tests.targets import write
from tests.fuzzing.fuzzed import fuzz, ledger
from tests.independent.app import ACTIVE_ID, Answer, Link, PaymentAccountLinks, Request
from tests.independent.serve import serving

TOKEN = "CAPABILITY"  # each link of the applications here has it
ENV = {
    "TALLY_KEY": "sk_live_very_secret_123",
    "TALLY_BEARER": "bearer_secret_321",
    "TALLY_ORG": ACTIVE_ID,
    "TALLY_WORD": "https://hooks.example/word's+secret/456",
    "TALLY_CASE": "case_secret_789",
}
LITERAL = ("header_literal_654", "pass_word_secret", "anna_user_secret")
FORMS = ("word%27s%2Bsecret", "word's+secret", "word'\"'\"'s+secret", "word\\'s+secret")
SECRETS = (TOKEN, *ENV.values(), *LITERAL[:2], *FORMS)

FILE = """
base_url = "{url}"
[headers]
x-key = "${{TALLY_KEY}}"
x-token = "Bearer ${{TALLY_BEARER}}"
x-plain = "header_literal_654"
[parameters]
"path.id" = "${{TALLY_ORG}}"
"body.refreshUrl" = "https://app.example.com/?next=${{TALLY_WORD}}"
[cases."Payment.Forbidden"]
headers = {{ x-key = "${{TALLY_CASE}}" }}
[fuzz]
breaker = false
[fuzz.dictionaries.own]
values = ["${{TALLY_WORD}}"]
[fuzz.parameters]
"body.returnUrl" = {{ dictionary = "own" }}
"""


class Echo(PaymentAccountLinks):
    """Tells all that it was sent, in an answer that the document does not have."""

    link_base = f"{PaymentAccountLinks.link_base}{TOKEN}"

    def answer(self, request: Request) -> Answer:
        if len(request.body) % 3:
            return super().answer(request)
        text = f"{request.path} {request.headers} {request.body!r}"
        return self.problem(418, None, text)


class Wrapped(PaymentAccountLinks):
    """Its successes do not fit the schema, and have the link in them."""

    link_base = f"{PaymentAccountLinks.link_base}{TOKEN}"

    def success_body(self, link: Link) -> Any:
        return {"data": super().success_body(link)}


APPS: Mapping[str, Callable[[], PaymentAccountLinks]] = {"echo": Echo, "wrapped": Wrapped}


def secretive(folder: Path, name: str, *options: object) -> Result:
    """A fuzz with all the secrets; what it keeps goes into the report's folder, too."""
    with serving(APPS[name]()) as url:
        there = url.replace("://", "://anna_user_secret:pass_word_secret@")
        target = write(folder, FILE.format(url=there))
        corpus = folder / "report" / "corpus"
        options = ("--target", target, "--database", corpus, "--max-requests", 150, *options)
        return fuzz(folder, *options, env=ENV)


@pytest.fixture(scope="module")
def runs(start: Start) -> Mapping[str, Future[Result]]:
    """A run per application, and a preview."""
    return {
        **{name: start(secretive, name) for name in APPS},
        "preview": start(secretive, "echo", "--dry-run"),
    }


def artefacts(run: Result) -> dict[str, bytes]:
    """All that was printed or written, names of files included."""
    files = [path for path in run.folder.rglob("*") if path.is_file()]
    written = {str(path): path.read_bytes() + str(path).encode() for path in files}
    return {"standard output": run.out.encode(), "standard error": run.err.encode(), **written}


@pytest.mark.parametrize("name", APPS)
def test_no_secret_is_shown(name: str, runs: Mapping[str, Future[Result]]) -> None:
    """The findings are in all artefacts, and no secret is."""
    run = runs[name].result()
    assert run.code == 1, run.err
    texts = artefacts(run)
    assert {Path(place).name for place in texts} >= {"report.json", "requests.ndjson"}
    assert any("corpus" in place for place in texts)
    secrets = [(s, place) for place, text in texts.items() for s in SECRETS if s.encode() in text]
    assert secrets == []


def test_a_preview_shows_no_secret(runs: Mapping[str, Future[Result]]) -> None:
    """Samples of what would be sent name the variables."""
    run = runs["preview"].result()
    assert (run.code, [secret for secret in SECRETS if secret in run.out + run.err]) == (0, [])
    assert "organisations/'\"${TALLY_ORG}\"'/payment-account" in run.out


def test_the_ledger_has_a_line_for_each_request(runs: Mapping[str, Future[Result]]) -> None:
    """It names when, how and what, by a hash, and what came of it."""
    lines = ledger(runs["wrapped"].result())
    assert [line["number"] for line in lines] == list(range(1, 151))
    first, sent = lines[0], next(line for line in lines if line["kind"] == "positive")
    assert (first["kind"], first["status"], first["worker"]) == ("base", 200, 0)
    assert first["path"] == "/organisations/${TALLY_ORG}/payment-account/link"
    assert isinstance(sent["seed"], int)
    assert len(sent["body_sha256"]) == 64
    assert sent["milliseconds"] > 0
    assert sorted(line["time"] for line in lines) == [line["time"] for line in lines]
    assert {line["method"] for line in lines} == {"POST"}
    assert "400 PaymentAccountLink.InvalidReturnUrl" in {line["case"] for line in lines}
