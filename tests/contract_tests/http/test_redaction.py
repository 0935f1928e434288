"""Nothing that is printed or written holds a secret of the target file, or a capability URL."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from concurrent.futures import Future
from pathlib import Path
from random import Random
from string import ascii_letters, digits
from typing import Any

import pytest

from contract_tests.checks.context import Expectation, ExpectationKind
from contract_tests.http.client import Client, redactor_of
from contract_tests.http.exchange import Exchange, Response
from contract_tests.http.redaction import REDACTED, Redactor, looks_random, without_capabilities
from contract_tests.plan import Plan
from contract_tests.results.report import exit_code, summary, write_report
from contract_tests.results.run import Run
from contract_tests.target.credentials import Credential
from contract_tests.target.target import CaseSetup, OperationValues, Target
from tallystick.contract import load_contract
from tests.contract_tests.commands import Result, mutant, pytest_suite, tallystick_test
from tests.contract_tests.conftest import Start
from tests.contract_tests.targets import target_text, write
from tests.independent.app import FORBIDDEN_ID, UNKNOWN_ID, PaymentAccountLinks
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

ECHO, ENVELOPE = "fields of the request in detail", "link in an envelope"
"""The first mutant echoes the request, the second breaks a check with a response of a link."""

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
    """A run per mutant, one of them by pytest, too."""
    by_pytest = {"pytest": start(against, ENVELOPE, pytest_suite)}
    return by_pytest | {name: start(against, name, tallystick_test) for name in (ECHO, ENVELOPE)}


def leaks(run: Result) -> list[tuple[str, str]]:
    """The secrets that stand in some text, and in which."""
    texts = run.texts.items()
    return [(secret, where) for where, text in texts for secret in SECRETS if secret in text]


@pytest.mark.parametrize("name", [ECHO, ENVELOPE, "pytest"])
def test_no_secret_is_written(name: str, runs: Mapping[str, Future[Result]]) -> None:
    """There is a finding, and no secret in any text."""
    run = runs[name].result()
    assert (run.code, len(run.texts)) == (1, 8)
    assert leaks(run) == []


def test_what_is_left_out_is_named(runs: Mapping[str, Future[Result]]) -> None:
    """A command names the variable in place of its value; a response shows what is left out."""
    echo = runs[ECHO].result()
    assert [finding["check"] for finding in echo.heavy] == ["no secret"]
    assert '-H "x-key: ${TALLY_KEY}"' in echo.heavy[0]["curl"]
    assert '-H "x-token: Bearer ${TALLY_BEARER}"' in echo.heavy[0]["curl"]
    assert "${TALLY_KEY}" in echo.heavy[0]["response"]
    envelope = runs[ENVELOPE].result()
    assert envelope.heavy[0]["response"] == ('200 application/json {"data":{"url":"[redacted]"}}')
    (note,) = envelope.report["notes"]
    assert note.startswith("The call POST http://anna:[redacted]@127.0.0.1:")
    assert note.endswith("/no-such-hook?key=${TALLY_QUERY} of the target file was answered 404.")


LINK = f"https://connect.example.test/s/{TOKEN}0123456789"
LONG = "n" * 320
# Of each: the status, the media type and the body of a response that breaks a check.
WITH_A_LINK: Mapping[str, tuple[int, str, Any]] = {
    "in an envelope": (200, "application/json", {"data": {"url": LINK}}),
    "as a JSON string": (200, "application/json", LINK),
    "in a text": (200, "text/plain", f"Go to {LINK} now"),
    "with a solidus escaped": (200, "text/plain", json.dumps(LINK).replace("/", "\\/")),
    "in a member of the wrong type": (200, "application/json", {"url": {"href": LINK}}),
    "cut in the response": (201, "application/json", {"note": LONG, "url": LINK}),
    "cut in the message": (200, "application/json", json.dumps({"url": LINK, "note": LONG})),
}


@pytest.mark.parametrize("name", WITH_A_LINK)
def test_no_part_of_a_link_is_written(name: str, tmp_path: Path) -> None:
    """A finding about a success, in every format, has no part of the link, even where it is cut."""
    contract, target = load_contract(), Target("http://127.0.0.1:1")
    run = Run(contract, target, Client(target), Plan(contract, target, 0))
    status, media_type, body = WITH_A_LINK[name]
    content = body if media_type == "text/plain" else json.dumps(body)
    response = Response(status, {"content-type": media_type}, content.encode())
    operation = contract.operations[0]
    expectation = Expectation(ExpectationKind.CASE, "the request", operation.cases[:1])
    run.check(operation, Exchange(response, "", "curl -i"), expectation)
    assert exit_code(run) == 1
    write_report(run, str(tmp_path))
    texts = [summary(run), *(path.read_text(encoding="utf-8") for path in tmp_path.iterdir())]
    assert len(texts) == 7
    assert [text for text in texts if TOKEN in text] == []


def test_a_value_of_a_variable_is_shown_by_its_name() -> None:
    """A secret is shown as its variable where it came from one, and else not at all."""
    redactor = Redactor(["Bearer abcdef", "literal"], {"KEY": "abcdef"})
    assert redactor.clean("Bearer abcdef") == "Bearer ${KEY}"
    assert redactor.clean("the key abcdef and a literal") == f"the key ${{KEY}} and a {REDACTED}"


@pytest.mark.parametrize(
    "name",
    [
        *("header.X-Api-Key", "header.Authorization", "header.X-Auth-Token", "header.apiKey"),
        *("query.api_key", "query.access_token", "query.key", "query.sig.signature"),
        *("query.client_secret", "query.password", "query.csrftoken"),
        *("cookie.sid", "cookie.session", "cookie.JSESSIONID", "cookie.sessionId", "cookie.jwt"),
    ],
)
def test_a_parameter_with_the_name_of_a_credential_is_hidden(name: str) -> None:
    """In [parameters], of operations and of cases; but the target may send it back."""
    value = "a-literal-value"
    for target in (
        Target("http://127.0.0.1:1", parameters={name: value}),
        Target("http://127.0.0.1:1", operations=(OperationValues("GET /a", {name: value}),)),
        Target("http://127.0.0.1:1", cases={"200": CaseSetup(parameters={name: value})}),
    ):
        redactor = redactor_of(target)
        assert redactor.clean(f"got {value}") == f"got {REDACTED}"
        assert redactor.secrets == ()


@pytest.mark.parametrize(
    "name",
    [
        *("query.keyword", "query.author", "query.monkey", "query.tokens_used", "cookie.lang"),
        *("header.X-Author", "path.key", "body.token", "query.resident", "query.sidebar"),
    ],
)
def test_other_parameters_are_shown(name: str) -> None:
    """A name that only looks like one of a credential hides nothing."""
    target = Target("http://127.0.0.1:1", parameters={name: "a-literal-value"})
    assert redactor_of(target).clean("got a-literal-value") == "got a-literal-value"


def test_each_form_of_a_credential_is_hidden() -> None:
    """Literal ones, of each identity, as they are and as they are encoded."""
    own = Credential(username="anna", password="pass/w rd")
    target = Target(
        "http://127.0.0.1:1",
        credentials={"a": own},
        other={"b": Credential(token="other-token")},
        wrong={"c": Credential(key="wrong-key")},
        headers={"Cookie": "sid=cookie-value; lang=french"},
        proxy="http://anna:pr%2Fxy@127.0.0.1:1",
    )
    pair = "YW5uYTpwYXNzL3cgcmQ="
    texts = ("pass/w rd", "pass%2Fw+rd", pair, "other-token", "wrong-key", "cookie-value", "pr/xy")
    redactor = redactor_of(target)
    assert [text for text in texts if redactor.clean(text) != REDACTED] == []
    assert redactor.clean("anna") == "anna"


LETTERS = "Zk9qW3xT7bV1mR5cY8nD"
JWT = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiI0MiJ9.dBjftJeZ4CVPmB92K27u"
PAGE = "https://api.example/problems/out-of-credit"
KNOWN = "POST http://127.0.0.1:1/pay\n\nid=3f2a9c71b04d4e58 https://shop.example/back"

# Of a success: a part of its body, and whether a finding shows it.
IN_A_SUCCESS: tuple[tuple[str, str, bool], ...] = (
    # addresses
    ('{"url": "https://a/T"}', "https://a/T", False),
    ('{"url": "https:\\/\\/a\\/T"}', "https:\\/\\/a\\/T", False),
    ("<a href='https://a/T'>", "https://a/T", False),
    ('{"url": "wss://live.example/room"}', "wss://live.example/room", False),
    ('{"text": "Go to https://a/T."}', "https://a/T", False),
    ('{"back": "https://shop.example/back"}', "https://shop.example/back", True),
    # tokens, wherever they stand
    (f'{{"a": "{LETTERS}"}}', LETTERS, False),
    (f'{{"a": "{JWT}"}}', JWT, False),
    ('{"a": "/s/9f86d081884c7d65"}', "9f86d081884c7d65", False),
    ('{"a": "2f1c4b1e-8a34-4c57-9be2-6d3f0a9c1e77"}', "2f1c4b1e-8a34-4c57", False),
    ('{"a": "AKIAIOSFODNN7EXAMPLE"}', "AKIAIOSFODNN7EXAMPLE", False),
    ('{"a": "sk_live_verysecretwords"}', "sk_live_verysecretwords", False),
    (f'{{"text": "your token is {LETTERS}, keep it"}}', LETTERS, False),
    ('{"a": "3f2a9c71b04d4e58"}', "3f2a9c71b04d4e58", True),  # the request had it
    # members with the name of a credential
    ('{"password": "hunter"}', "hunter", False),
    ('{"access_token": "open-sesame"}', "open-sesame", False),
    ('{"clientSecret": "open sesame"}', "open sesame", False),
    ('{"token_type": "Bearer"}', "Bearer", True),
    ('{"key": "lamp.colour.warm"}', "lamp.colour.warm", True),
    (f'{{"key": "{LETTERS}"}}', LETTERS, False),
    ('{"monkey": "chimpanzee"}', "chimpanzee", True),
    # words
    ('{"title": "PaymentAccount.Disconnected"}', "PaymentAccount.Disconnected", True),
    ('{"title": "Quarterly-Report-2024"}', "Quarterly-Report-2024", True),
    ('{"scopes": ["payments:read", "user.profile.write"]}', "payments:read", True),
    ('{"scopes": ["payments:read", "user.profile.write"]}', "user.profile.write", True),
    ('{"a": "SCREAMING_SNAKE_CASE"}', "SCREAMING_SNAKE_CASE", True),
    ('{"a": "application/vnd.lamps+json"}', "application/vnd.lamps+json", True),
    ('{"a": "internationalization"}', "internationalization", True),
    ('{"a": "a known sentence"}', "a known sentence", True),
    # moments and numbers
    ('{"at": "2030-01-31T12:00:00Z"}', "2030-01-31T12:00:00Z", True),
    ('{"at": "2030-01-31T12:00:00.123456Z"}', "2030-01-31T12:00:00.123456Z", True),
    ('{"a": "token-1-2-3-4-5"}', "token-1-2-3-4-5", True),
    ('{"phone": "+49-170-1234567"}', "+49-170-1234567", True),
)


@pytest.mark.parametrize(("body", "part", "is_shown"), IN_A_SUCCESS)
def test_a_success_is_shown_without_what_opens_something(
    body: str, part: str, is_shown: bool
) -> None:
    """In the response as it came, and in a message about a part of it."""
    shown = without_capabilities(body, body.encode(), KNOWN)
    assert (part in shown, REDACTED in shown) == (is_shown, not is_shown)
    message = without_capabilities(f"'{part}' is not a 'date'", body.encode(), KNOWN)
    assert (part in message, REDACTED in message) == (is_shown, not is_shown)


IN_AN_ERROR: tuple[tuple[str, str, bool], ...] = (
    (f'{{"message": "the token {LETTERS} has expired"}}', LETTERS, False),
    (f'{{"detail": "Bearer {JWT} is not valid"}}', JWT, False),
    ('{"detail": "see https://a.example/s/9f86d081884c7d65"}', "9f86d081884c7d65", False),
    ('{"detail": "try https://a.example/reset?code=abc"}', "reset?code=abc", False),
    ('{"session": "open-sesame"}', "open-sesame", False),
    (f'{{"type": "{PAGE}"}}', PAGE, True),
    ('{"title": "Organisation.NotFound"}', "Organisation.NotFound", True),
    ('{"detail": "the scope payments:write is missing"}', "payments:write", True),
)


@pytest.mark.parametrize(("body", "part", "is_shown"), IN_AN_ERROR)
def test_an_error_is_shown_by_the_same_rules(body: str, part: str, is_shown: bool) -> None:
    """A token that an error repeats is hidden; the type of a problem and its words are shown."""
    shown = without_capabilities(body, body.encode(), KNOWN, is_error=True)
    assert (part in shown, REDACTED in shown) == (is_shown, not is_shown)


def test_few_random_values_look_like_words() -> None:
    """Of 16 random letters and digits, about one in twenty."""
    random = Random(7)
    drawn = ["".join(random.choices(ascii_letters + digits, k=16)) for _ in range(2_000)]
    assert sum(map(looks_random, drawn)) > 1_880


def test_what_the_body_does_not_have_stays() -> None:
    """A message has words of the document and the suite, which are no secret."""
    message = f"'x' does not match '^[A-Za-z0-9]{{22}}$' of https://schemas.example/{LETTERS}"
    assert without_capabilities(message, b'{"a": "x"}', "") == message


def test_a_token_that_was_handed_out_is_hidden_from_then_on() -> None:
    """The token of a success is in no later command and in no error that repeats it."""
    contract, target = load_contract(), Target("http://127.0.0.1:1")
    run = Run(contract, target, Client(target), Plan(contract, target, 0))
    operation = contract.operations[0]
    expectation = Expectation(ExpectationKind.CASE, "the request", operation.cases[:1])
    for status, member, sent in ((200, "token", ""), (500, "message", f"GET /a/{LETTERS}")):
        body = json.dumps({member: LETTERS}).encode()
        response = Response(status, {"content-type": "application/json"}, body)
        run.check(operation, Exchange(response, sent, "curl -i"), expectation)
    assert [f.check.name for f in run.findings] == ["body schema", "documented status"]
    assert [f.response for f in run.findings if LETTERS in f.response] == []
    assert LETTERS not in run.client.redactor.clean(f"curl http://127.0.0.1:1/a/{LETTERS}")
