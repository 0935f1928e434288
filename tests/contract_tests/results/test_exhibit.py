"""An exchange as a report shows it: laid out, what is wrong marked, nothing secret, never long."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import pytest

from contract_tests.checks.context import HEADER, STATUS_LINE, Compared, Violation
from contract_tests.http.exchange import Exchange, Response, TransportError
from contract_tests.http.redaction import Redactor
from contract_tests.results.exhibit import Exhibit, Line, exhibit

TOKEN = "Zk9qW3xT7bV1mR5cY8nD"
LAMP = {"id": 7, "colour": {"red": 1, "green": "x"}, "tags": ["a", "b"]}
LAID_OUT = """\
{
  "id": 7,
  "colour": {
    "red": 1,
    "green": "x"
  },
  "tags": [
    "a",
    "b"
  ]
}"""


def shown(
    body: Any,
    *marks: str,
    status: int = 200,
    headers: Mapping[str, str] | None = None,
    compared: Any = None,
    sent: str = "http://127.0.0.1:1/lamps",
) -> Exhibit:
    """The exhibit of a response that breaks a check."""
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    response = Response(status, headers or {"content-type": "application/json"}, content)
    other = None if compared is None else Compared("the lamp before", json.dumps(compared).encode())
    violation = Violation("it is wrong", marks=marks, compared=other)
    secrets = ["Bearer very-secret-word", "abc", "value-of-key"]
    redactor = Redactor(secrets, {"KEY": "value-of-key"}, ["cookie-1"])
    return exhibit(Exchange(response, sent, "curl", "GET"), violation, redactor, "")


def body_of(lines: tuple[Line, ...]) -> str:
    """The text below the headers."""
    return "\n".join(line.text for line in lines).partition("\n\n")[2]


def marked(lines: tuple[Line, ...]) -> list[str]:
    """The lines that are marked, without their indentation."""
    return [line.text.strip() for line in lines if line.is_marked]


def test_a_body_is_laid_out() -> None:
    """One member to a line, below status and headers."""
    found = shown(LAMP)
    assert [line.text for line in found.response[:3]] == [
        "200 OK",
        "content-type: application/json",
        "",
    ]
    assert body_of(found.response) == LAID_OUT
    assert marked(found.response) == []


MARKS: tuple[tuple[str, list[str]], ...] = (
    ("/id", ['"id": 7,']),
    ("/colour/green", ['"green": "x"']),
    ("/colour", ['"colour": {', '"red": 1,', '"green": "x"', "},"]),
    ("/tags/1", ['"b"']),
    ("/colour/blue", ['"colour": {']),  # it is missing
    ("/name", ["{"]),
    (STATUS_LINE, ["200 OK"]),
    (f"{HEADER}content-type", ["content-type: application/json"]),
    (f"{HEADER}allow", ["200 OK"]),  # it is missing
    ("/i", ["{"]),
)


@pytest.mark.parametrize(("mark", "lines"), MARKS)
def test_what_is_wrong_is_marked(mark: str, lines: list[str]) -> None:
    """A member with all its lines, a header, or the place where something is missing."""
    assert marked(shown(LAMP, mark).response) == lines


def test_a_long_body_is_shown_around_the_marks() -> None:
    """And of a long member, the first line is marked."""
    lamps = [{"id": n, "on": n != 700} for n in range(1_000)]
    found = shown(lamps, "/700/on")
    assert marked(found.response) == ['"on": false']
    assert len(found.response) < 40
    assert [line.text for line in found.response].count("…") == 2
    assert marked(shown(lamps, "").response) == ["["]


@pytest.mark.parametrize(
    "body", [b"x" * 2**20, b"<p>\n" * 2**18, b"[" * 40_000, b"\xff\xfe\x00" * 999, b"[1," * 5_000]
)
def test_no_body_is_too_long(body: bytes) -> None:
    """Whatever a target answers with."""
    lines = shown(body).response
    assert len(lines) < 80
    assert max(len(line.text) for line in lines) <= 400


def test_two_messages_have_the_same_marks() -> None:
    """The member that should agree is marked in both."""
    found = shown(LAMP, "/id", compared={**LAMP, "id": 8})
    assert (marked(found.response), marked(found.compared)) == (['"id": 7,'], ['"id": 8,'])
    assert found.to_json()["compared_with"] == "the lamp before"


def test_without_marks_the_difference_is_marked() -> None:
    """The lines that only one of two messages has."""
    found = shown(LAMP, compared={**LAMP, "tags": ["a", "c"]})
    assert (marked(found.response), marked(found.compared)) == (['"b"'], ['"c"'])


SENT = (
    "http://127.0.0.1:1/lamps?key=value-of-key&short=abc&colour=red\n"
    "Authorization: Bearer very-secret-word\nCookie: sid=1234567890\nx-key: value-of-key\n"
    "x-short: abc\naccept: text/plain\nUser-Agent: me\n\n"
    '{"name": "cookie-1", "note": "plain"}'
)


def test_a_request_has_no_secret() -> None:
    """What comes from a variable is named; headers of ours are left out."""
    text = "\n".join(line.text for line in shown({}, sent=SENT).request)
    assert text == (
        "GET /lamps?key=${KEY}&short=[redacted]&colour=red\nAuthorization: [redacted]\n"
        "Cookie: [redacted]\nx-key: ${KEY}\nx-short: [redacted]\naccept: text/plain\n\n"
        '{\n  "name": "[redacted]",\n  "note": "plain"\n}'
    )


def test_a_response_has_no_secret() -> None:
    """In its headers neither, and in what it is compared with."""
    headers = {
        "set-cookie": "sid=plain-words; HttpOnly",
        "location": f"https://a.example/s/{TOKEN}",
        "x-next": TOKEN,
        "x-kind": "lamps",
    }
    body = {"token": "open-sesame", "password": "sw\u00f6rdfish", "title": "Lamp.Broken"}
    found = shown(body, headers=headers, compared={**body, "link": f"https://a.example/{TOKEN}"})
    texts = json.dumps(found.to_json(), ensure_ascii=False)
    hidden = (TOKEN, "plain-words", "open-sesame", "sw\u00f6rdfish")
    assert [secret for secret in hidden if secret in texts] == []
    assert ("x-kind: lamps" in texts, "Lamp.Broken" in texts) == (True, True)


def test_no_response_is_said_in_words() -> None:
    """Why there is none stands in its place."""
    lost = TransportError("no response came within 3 s", "RFC 9110 section 3.4")
    found = exhibit(Exchange(lost, "", "curl", "GET"), Violation("lost"), Redactor([], {}), "")
    assert marked(found.response) == ["no response came within 3 s"]
