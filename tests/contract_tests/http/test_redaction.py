"""Nothing that is printed or written holds a secret of the target file, or a capability URL."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from concurrent.futures import Future
from pathlib import Path
from typing import Any

import pytest

from contract_tests.http.redaction import REDACTED, Redactor, without_capabilities
from tests.contract_tests.commands import Result, mutant, pytest_suite, tallystick_test
from tests.contract_tests.conftest import Start
from tests.contract_tests.targets import target_text, write, write_target
from tests.independent.app import FORBIDDEN_ID, UNKNOWN_ID, Link, PaymentAccountLinks
from tests.independent.serve import serving

TOKEN = "CAPABILITY"  # each link of the applications here has it
ENV = {
    "TALLY_KEY": "sk_live_very_secret_123",
    "TALLY_BEARER": "bearer_secret_321",
    "TALLY_HOOK": "hook_json_secret_789",
    "TALLY_QUERY": "hook_query_secret_987",
}
LITERAL = ("sk_live_case_secret_456", "hook_header_secret_654", "pass_word_secret")
SECRETS = (TOKEN, *ENV.values(), *LITERAL)

BREAKING = (
    "fields of the request in detail",
    "link in an envelope",
    "url is a number",
    "link as a JSON string",
    "errors in HTML",
)
"""Of these, some echo the request, and some answer with a link in what they break."""

HOOK = """
[[cases."Organisation.NotFound".{when}]]
method = "POST"
url = "{url}/{path}?key=${{TALLY_QUERY}}"
headers = {{ x-hook = "hook_header_secret_654" }}
json = {{ token = "${{TALLY_HOOK}}" }}
"""


def revealing(name: str) -> PaymentAccountLinks:
    """A mutant whose links have the token."""
    right = mutant(name)()
    right.link_base += TOKEN
    return right


def file_of(url: str) -> str:
    """A target file with a secret in each place that may have one."""
    there = url.replace("://", "://anna:pass_word_secret@")
    headers = 'headers = { x-key = "${TALLY_KEY}", x-token = "Bearer ${TALLY_BEARER}" }'
    case = (
        '[cases."Payment.Forbidden"]\n'
        f'parameters = {{ "path.id" = "{FORBIDDEN_ID}" }}\n'
        'headers = { x-key = "sk_live_case_secret_456" }\n'
    )
    hooks = HOOK.format(when="after", url=there, path="no-such-hook")
    text = target_text(there, headers, without="Payment.Forbidden")
    at = f'parameters = {{ "path.id" = "{UNKNOWN_ID}" }}\n'
    return text.replace(at, at + hooks) + case


def against(folder: Path, name: str, run: Callable[..., Result]) -> Result:
    """A run with all the secrets against a mutant."""
    with serving(revealing(name)) as url:
        return run(folder, "--target", write(folder, file_of(url)), env=ENV)


@pytest.fixture(scope="module")
def runs(start: Start) -> Mapping[str, Future[Result]]:
    """A run per mutant, the last one by pytest, too."""
    by_pytest = start(against, BREAKING[1], pytest_suite)
    return {name: start(against, name, tallystick_test) for name in BREAKING} | {
        "pytest": by_pytest
    }


def told_in(run: Result) -> list[tuple[str, str]]:
    """The secrets that are told, and where."""
    texts = run.texts.items()
    return [(secret, where) for where, text in texts for secret in SECRETS if secret in text]


@pytest.mark.parametrize("name", [*BREAKING, "pytest"])
def test_no_secret_is_told(name: str, runs: Mapping[str, Future[Result]]) -> None:
    """What is broken is found and told, and no secret with it."""
    run = runs[name].result()
    assert (run.code, len(run.texts)) == (1, 8)
    assert told_in(run) == []


def test_what_is_kept_back_is_named(runs: Mapping[str, Future[Result]]) -> None:
    """A command names the variable in place of its value, and an answer says what is left out."""
    echo = runs["fields of the request in detail"].result()
    assert [finding["check"] for finding in echo.heavy] == ["no secret"]
    assert '-H "x-key: ${TALLY_KEY}"' in echo.heavy[0]["curl"]
    assert '-H "x-token: Bearer ${TALLY_BEARER}"' in echo.heavy[0]["curl"]
    assert "${TALLY_KEY}" in echo.heavy[0]["answer"]
    envelope = runs["link in an envelope"].result()
    assert envelope.heavy[0]["answer"] == ('200 application/json {"data":{"url":"[redacted]"}}')
    (note,) = envelope.report["notes"]
    assert note.startswith("The call POST http://anna:[redacted]@127.0.0.1:")
    assert note.endswith("/no-such-hook?key=${TALLY_QUERY} of the target file was answered 404.")


class CutInTheAnswer(PaymentAccountLinks):
    """Its answer is so long that a report shows but the beginning, and a part of the link."""

    success_status = 201
    link_base = f"{PaymentAccountLinks.link_base}{TOKEN}"

    def success_body(self, link: Link) -> Any:
        return {"note": "n" * 320, **super().success_body(link)}


class CutInTheMessage(PaymentAccountLinks):
    """What is wrong with its answer is so long that a report shows but the two ends of it."""

    link_base = f"{PaymentAccountLinks.link_base}{TOKEN}"

    def success_body(self, link: Link) -> Any:
        return json.dumps({"url": link.url, "note": "n" * 310})


@pytest.mark.parametrize("app", [CutInTheAnswer, CutInTheMessage])
def test_no_part_of_a_link_is_told(app: type[PaymentAccountLinks], tmp_path: Path) -> None:
    """Where a text is shortened, a link in it is still kept back."""
    with serving(app()) as url:
        run = pytest_suite(
            tmp_path,
            *("--target", write_target(tmp_path, url), "-k", "200"),
            tests="contract_tests/test_cases.py",
        )
    assert run.code == 1
    assert told_in(run) == []


def test_a_value_of_a_variable_is_shown_by_its_name() -> None:
    """A secret is shown as its variable where it came from one, and else not at all."""
    redactor = Redactor(["Bearer abcdef", "literal"], {"KEY": "abcdef"})
    assert redactor.clean("Bearer abcdef") == "Bearer ${KEY}"
    assert redactor.clean("the key abcdef and a literal") == f"the key ${{KEY}} and a {REDACTED}"


@pytest.mark.parametrize(
    ("body", "text", "expected"),
    [
        (b'{"url": "https://a/T"}', "url https://a/T is bad", "url [redacted] is bad"),
        (b'{"url": "https:\\/\\/a\\/T"}', 'got "https:\\/\\/a\\/T"', 'got "[redacted]"'),
        (b"<a href='https://a/T'>", "<a href='https://a/T'>", "<a href='[redacted]'>"),
        (b'{"a": ["token-1-2-3-4-5"]}', "a is token-1-2-3-4-5", "a is [redacted]"),
        (b'{"at": "2030-01-31T12:00:00Z"}', "2030-01-31T12:00:00Z", "2030-01-31T12:00:00Z"),
        (b'{"a": "told"}', "told", "told"),
        (b'{"a": "known text"}', "known text", "known text"),
    ],
)
def test_what_a_success_gave_is_kept_back(body: bytes, text: str, expected: str) -> None:
    """Strings of a success are left out but for times, short words and what is known anyway."""
    assert without_capabilities(text, body, "a known text") == expected
