"""What discloses the inside of a service, and what only looks like it."""

from __future__ import annotations

import json

import pytest

from contract_tests.checks.context import CheckContext, Expectation, ExpectationKind
from contract_tests.checks.disclosure import no_query, no_secret, no_source_path, no_stack_trace
from contract_tests.http.exchange import Response
from tallystick.contract import load_contract

CONTRACT = load_contract()
OPERATION = CONTRACT.operations[0]
KEY = "sk_live_very_secret_123"


def context(detail: str, sent: str = "", header: str = "", media_type: str = "") -> CheckContext:
    """An answer with this detail: as a problem, or, with a media type, as it stands."""
    problem = json.dumps({"title": "Error", "detail": detail})
    headers = {"content-type": media_type or "application/problem+json", "x-note": header}
    body = (detail if media_type else problem).encode()
    answer = Response(500, headers, body)
    expectation = Expectation(ExpectationKind.HANDLED, "a request")
    return CheckContext(CONTRACT, OPERATION, answer, expectation, sent, (KEY, "short"))


TRACES = {
    "Python": 'Traceback (most recent call last):\n  File "/srv/app.py", line 87, in create\n',
    "Python, its end": '  File "app.py", line 87, in create\n    link = create()\nKeyError: 1',
    "Java": "java.lang.IllegalStateException: no\n\tat com.acme.Links.create(Links.java:87)\n",
    "Java, a lambda": "x\n\tat com.acme.Links.lambda$create$0(Links.java:87)\n",
    ".NET": "   at Acme.Links.Create(String id) in C:\\src\\Links.cs:line 87\r\n   at Acme.Main()",
    ".NET, async": "--- End of stack trace from previous location ---",
    ".NET, generic": "   at Acme.Store`1.Get[T](Guid id)\n",
    "Node": "Error: no\n    at createLink (/srv/app/links.js:87:13)\n",
    "Node, anonymous": "Error: no\n    at /srv/app/links.js:87:13\n",
    "Node, async": "Error: no\n    at async createLink (node:internal/http:8:1)\n",
    "Node, Windows": "Error: no\n    at createLink (C:\\srv\\links.js:87:13)\n",
    "Go": "panic: no\n\ngoroutine 18 [running]:\nmain.create(0x1)\n\t/srv/links.go:87 +0x1d",
    "PHP": "Stack trace:\n#0 /var/www/links.php(87): Links->create()\n#1 {main}",
    "Ruby": "no (RuntimeError)\n/srv/links.rb:87:in `create'\n",
    "Ruby 3.4": "no (RuntimeError)\n\tfrom /srv/links.rb:87:in 'Links#create'\n",
    "Rust": "thread 'main' panicked at src/links.rs:87:9:\nno",
    "Rust, with a number": "thread 'tokio-runtime-worker' (42) panicked at src/links.rs:87:9:",
}
ORDINARY = {
    "the documented text": "payment account is disconnected; reset the integration and re-run "
    "onboarding",
    "a sentence with at": "The organisation is looked up\nat Acme Ltd (London).",
    "a sentence with a call": "It failed at createLink (see the documentation).",
    "a URL": "See https://docs.example.com/errors/links.html#not-found for help.",
    "a URL of a script": "Load https://js.stripe.example/v3/stripe.js first.",
    "an address as instance": "/organisations/6f1c2a8e-3f0b-4a7e-9a51-0c2f9f0c7a11/link",
    "a type": "https://tools.ietf.org/html/rfc9110#section-15.5.5",
    "a date": "It expired at 2026-01-31T12:00:00Z (an hour ago).",
    "a line of a body": "Unexpected token } in JSON at position 17",
    "a place in a body": "'{' is invalid after a value. Path: $ | LineNumber: 0 | Position: 5.",
    "a trace id": "traceId: 00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-00",
    "a file name": "The file links.py could not be read.",
    "a picture": "The picture /assets/img/logo.png is too large.",
    "thread": "The thread 'main' is closed.",
    "select": "Select a payment account from the list, then update it and set the address.",
}
PATHS = {
    "Unix": ("could not be resolved (/srv/app/links/service.py:87)", "/srv/app/links/service.py"),
    "Unix, quoted": ("in '/usr/src/app/dist/main.js'", "/usr/src/app/dist/main.js"),
    "with a space": ("at /home/ada/my app/Links.java", "/home/ada/my app/Links.java"),
    "Windows": ("in C:\\src\\Acme\\Links.cs:line 87", "C:\\src\\Acme\\Links.cs"),
    "Windows, slashes": ("in D:/src/Acme/Links.vb", "D:/src/Acme/Links.vb"),
    "a file URL": ("file:///srv/app/links.mjs:87:3", "file:///srv/app/links.mjs"),
    "PHP": ("in /var/www/html/index.php on line 3", "/var/www/html/index.php"),
}


@pytest.mark.parametrize("media_type", ["", "text/plain"])
@pytest.mark.parametrize("name", TRACES)
def test_a_stack_trace_is_seen(name: str, media_type: str) -> None:
    """The traces of the usual languages are seen, in JSON as in plain text."""
    found = no_stack_trace(context(TRACES[name], media_type=media_type))
    assert found is not None
    assert found.message == "the answer holds a stack trace"


@pytest.mark.parametrize("name", ORDINARY)
def test_ordinary_details_disclose_nothing(name: str) -> None:
    """What ordinary problems say is no trace, no path, no query and no secret."""
    answer = context(ORDINARY[name])
    checks = (no_stack_trace, no_source_path, no_query, no_secret)
    assert [check(answer) for check in checks] == [None] * 4


@pytest.mark.parametrize("name", PATHS)
def test_a_source_path_is_seen(name: str) -> None:
    """The path of a source file is named."""
    detail, path = PATHS[name]
    found = no_source_path(context(detail))
    assert found is not None
    assert found.message == f"the answer names a source file: {path}"


def test_a_path_that_was_sent_may_come_back() -> None:
    """What the request itself held discloses nothing."""
    sent = 'http://127.0.0.1/\n\n{"returnUrl": "/srv/app/links.py"}'
    assert no_source_path(context("'/srv/app/links.py' is no URL", sent)) is None


@pytest.mark.parametrize(
    "query",
    [
        "SELECT * FROM organisations WHERE id = $1",
        "INSERT INTO links VALUES (1)",
        "UPDATE links SET used = 1",
        "DELETE FROM links",
    ],
)
def test_a_query_is_seen(query: str) -> None:
    """A statement of SQL is seen."""
    assert no_query(context(f"failed: {query}")) is not None


def test_a_secret_is_seen() -> None:
    """A secret of the target file is seen in the body and in the headers, and is not repeated."""
    for answer in (context(f"the key {KEY} is wrong"), context("no", header=f"key={KEY}")):
        found = no_secret(answer)
        assert found is not None
        assert KEY not in found.message


def test_a_short_secret_is_no_sign() -> None:
    """A secret that is a word of any text is not looked for."""
    assert no_secret(context("the name is too short")) is None
