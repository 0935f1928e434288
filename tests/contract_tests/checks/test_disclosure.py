"""What discloses the inside of a service, and what only looks like it."""

from __future__ import annotations

import pytest

from contract_tests.checks import table
from contract_tests.checks.context import CheckContext
from contract_tests.checks.table import ResponseCheck
from tests.contract_tests.checks.contexts import Row, Rows, each_row, got, messages

KEY = "sk_live_very_secret_123"
SECRETS = (KEY, "short")

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
    "a script of a page": '<script src="/static/abc/app/main.bundle.min.js"></script>',
    "a script of a page, without quotes": "<script src=/static/app/main.js></script>",
    "a link of a page": "<link href='/static/app/main.mjs' rel=modulepreload>",
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
    "beside a script": ('<b src="/static/a.js">/srv/app/a.py', "/srv/app/a.py"),
    "a file URL": ("file:///srv/app/links.mjs:87:3", "file:///srv/app/links.mjs"),
    "PHP": ("in /var/www/html/index.php on line 3", "/var/www/html/index.php"),
}
QUERIES = {
    "SELECT": ("SELECT * FROM organisations WHERE id = $1", "SELECT * FROM organisations"),
    "INSERT": ("INSERT INTO links VALUES (1)", "INSERT INTO links"),
    "UPDATE": ("UPDATE links SET used = 1", "UPDATE links SET used"),
    "DELETE": ("DELETE FROM links RETURNING id", "DELETE FROM links"),
}
IN_THE_REQUEST = 'http://127.0.0.1/\n\n{"returnUrl": "/srv/app/links.py"}'


def problem(detail: str, header: str = "", sent: str = "") -> CheckContext:
    """A problem with this detail."""
    body = {"title": "Error", "detail": detail}
    return got(500, body, headers={"x-note": header}, secrets=SECRETS, sent=sent)


def text(words: str) -> CheckContext:
    """The same as plain text."""
    return got(500, words.encode(), media_type="text/plain", secrets=SECRETS)


def ordinary() -> list[Row]:
    """What ordinary problems say."""
    return [Row(name, problem(detail)) for name, detail in ORDINARY.items()]


TRACE = "the response holds a stack trace"
SECRET = "the response gives a secret of the request back"
ROWS: Rows = {
    table.NO_STACK_TRACE: [
        *(Row(f"{name}, in JSON", problem(trace), TRACE) for name, trace in TRACES.items()),
        *(Row(f"{name}, in text", text(trace), TRACE) for name, trace in TRACES.items()),
        *ordinary(),
    ],
    table.NO_SOURCE_PATH: [
        *(
            Row(name, problem(detail), f"the response names a source file: {path}")
            for name, (detail, path) in PATHS.items()
        ),
        Row(
            "a path of the request",
            problem("'/srv/app/links.py' is no URL", sent=IN_THE_REQUEST),
        ),
        *ordinary(),
    ],
    table.NO_QUERY: [
        *(
            Row(name, problem(f"failed: {query}"), f"the response holds a query: {start}")
            for name, (query, start) in QUERIES.items()
        ),
        *ordinary(),
    ],
    table.NO_SECRET: [
        Row("in the body", problem(f"the key {KEY} is wrong"), SECRET),
        Row("in a header", problem("no", header=f"key={KEY}"), SECRET),
        Row("a word of any text", problem("the name is too short")),
        *ordinary(),
    ],
}


@pytest.mark.parametrize(("check", "row"), each_row(ROWS))
def test_disclosure(check: ResponseCheck, row: Row) -> None:
    """The check finds the violation of its row, or none."""
    assert messages(check, row.context) == ([] if row.message is None else [row.message])
