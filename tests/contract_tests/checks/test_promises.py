"""Promises: kept and broken by successes, and switched on by an overlay alone."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from contract_tests.checks import table
from contract_tests.checks.context import CheckContext
from contract_tests.checks.promises import PROMISES
from contract_tests.checks.table import ResponseCheck
from contract_tests.http.exchange import Response
from contract_tests.plan import read_plan
from tallystick.catalogue.extensions import Promise
from tallystick.contract import Contract, load_contract
from tallystick.errors import ExtensionError, Source
from tallystick.reader.options import LoadOptions
from tests.contract_tests.checks.contexts import RED, Row, Rows, each_row, got, messages

DOCUMENT = str(Path(__file__).with_name("lamps.yaml"))
OVERLAY = """overlay: 1.0.0
info: {{ title: Promises, version: 1.0.0 }}
actions:
  - target: $.paths['/lamps/{{id}}/switch'].post
    update:
      x-tallystick-promises:
        - {promise}
"""
NOW = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
SENT = """http://127.0.0.1/lamps/1/switch

{"back": "https:\\/\\/app.example\\/back", "host": "https://app.example"}"""
URL = "https://lamps.example/1"

Made = tuple[str, dict[str, Any]]


def success(body: Any, *made: Made, headers: dict[str, str] | None = None) -> CheckContext:
    """A success at noon of an operation that has made these promises."""
    context = got(200, body, RED, sent=SENT, headers=headers)
    promises = tuple(Promise(name, given, "", Source("x.yaml")) for name, given in made)
    return replace(
        context,
        operation=replace(context.operation, promises=promises),
        response=replace(context.response, received=NOW.timestamp(), seconds=2.0),
    )


def url(name: str, value: Any, **parameters: Any) -> CheckContext:
    """A success with this URL, and one promise about it."""
    return success({"url": value}, (name, parameters))


def expiring(name: str, value: str, headers: dict[str, str] | None = None) -> CheckContext:
    """A success that expires, and one promise about that."""
    return success(
        {"url": URL, "expiresAt": value}, (name, {"member": "expiresAt"}), headers=headers
    )


def cached(control: str) -> CheckContext:
    """A success with this Cache-Control, which promises not to be cacheable."""
    return success({"url": URL}, ("not-cacheable", {}), headers={"cache-control": control})


def again(before: bytes) -> CheckContext:
    """A success that promises a fresh URL, after another."""
    context = url("fresh", URL)
    return replace(context, earlier=[Response(200, {}, before)])


CALLERS = "url is a URL that the caller gave"
NO_URL = "url is no absolute http(s) URL"
ROWS: Rows = {
    table.ABSOLUTE_URL: [
        Row("nothing after the scheme", url("absolute-url", "https://"), NO_URL),
        Row("another scheme", url("absolute-url", "stripe://lamps.example/1"), NO_URL),
        Row("a path", url("absolute-url", "/setup/1"), NO_URL),
        Row("no scheme", url("absolute-url", "lamps.example/1"), NO_URL),
        Row("no host", url("absolute-url", "//lamps.example/1"), NO_URL),
        Row("in angle brackets", url("absolute-url", "<https://lamps.example>"), NO_URL),
        Row("https", url("absolute-url", URL)),
        Row("capitals", url("absolute-url", "HTTPS://Lamps.example:8443/1")),
        Row("left out", success({"watts": 7}, ("absolute-url", {}))),
        Row("no promise", success({"url": "/setup/1"})),
        Row(
            "within an object",
            success(
                {"url": URL, "lamp": {"link": "/1"}}, ("absolute-url", {"member": "lamp.link"})
            ),
            "lamp.link is no absolute http(s) URL",
        ),
        Row("its member breaks the schema", url("absolute-url", 7)),
        Row(
            "an error",
            replace(url("absolute-url", "/1"), response=Response(409, {}, b'{"url": "/1"}')),
        ),
    ],
    table.NOT_THE_CALLERS_URL: [
        Row("the same", url("not-the-callers-url", "https://app.example/back"), CALLERS),
        Row("longer", url("not-the-callers-url", "https://APP.example/back?token=1"), CALLERS),
        Row("its host alone", url("not-the-callers-url", "https://app.example/"), CALLERS),
        Row("another", url("not-the-callers-url", URL)),
        Row("on the same host", url("not-the-callers-url", "https://app.example/lamps/1")),
        Row("in the query", url("not-the-callers-url", f"{URL}?to=https://app.example/back")),
    ],
    table.PROMISE_CHECKS["fresh"]: [
        Row(
            "the same again",
            again(b'{"url": "https://lamps.example/1"}'),
            "two calls got the same url",
        ),
        Row("another before", again(b'{"url": "https://lamps.example/2"}')),
        Row("no JSON before", again(b"on")),
        Row("the first", url("fresh", URL)),
    ],
    table.PROMISE_CHECKS["expires-in-the-future"]: [
        Row(
            "an hour ago",
            expiring("expires-in-the-future", "2026-03-01T11:00:00Z"),
            "expiresAt is 2026-03-01T11:00:00Z, which has passed",
        ),
        Row(
            "now",
            expiring("expires-in-the-future", "2026-03-01T12:00:00Z"),
            "expiresAt is 2026-03-01T12:00:00Z, which has passed",
        ),
        Row(
            "past by the target's clock",
            expiring(
                "expires-in-the-future",
                "2026-03-01T12:30:00Z",
                {"date": "Sun, 01 Mar 2026 13:00:00 GMT"},
            ),
            "expiresAt is 2026-03-01T12:30:00Z, which has passed",
        ),
        Row("in an hour", expiring("expires-in-the-future", "2026-03-01T13:00:00Z")),
        Row("another offset", expiring("expires-in-the-future", "2026-03-01T14:01:00+02:00")),
        Row("small letters", expiring("expires-in-the-future", "2026-03-01t13:00:00z")),
        Row(
            "a second ahead of a clock of whole seconds",
            expiring(
                "expires-in-the-future",
                "2026-03-01T12:00:01Z",
                {"date": "Sun, 01 Mar 2026 12:00:02 GMT"},
            ),
        ),
        Row(
            "left out",
            success({"url": URL}, ("expires-in-the-future", {"member": "expiresAt"})),
        ),
    ],
    table.PROMISE_CHECKS["short-lived"]: [
        Row(
            "a day",
            expiring("short-lived", "2026-03-02T12:00:00Z"),
            "expiresAt is 86,400 s ahead, more than 3,600 s",
        ),
        Row(
            "beyond its own bound",
            success(
                {"url": URL, "expiresAt": "2026-03-01T12:05:00Z"},
                ("short-lived", {"member": "expiresAt", "within": 299}),
            ),
            "expiresAt is 300 s ahead, more than 299 s",
        ),
        Row("an hour", expiring("short-lived", "2026-03-01T13:00:00Z")),
    ],
    table.PROMISE_CHECKS["https"]: [
        Row("http", url("https", "http://lamps.example/1"), "url is a plain http URL"),
        Row("https", url("https", URL)),
        Row("http on this machine", url("https", "http://127.0.0.1:8080/s/1")),
    ],
    table.PROMISE_CHECKS["not-cacheable"]: [
        Row(
            "public",
            cached("public, max-age=3600"),
            "Cache-Control: public, max-age=3600 lets caches keep the response",
        ),
        Row("no-store", cached("no-store, max-age=0")),
        Row("private", cached("private, max-age=9")),
        Row("nothing", success({"url": URL}, ("not-cacheable", {}))),
    ],
    table.PROMISE_CHECKS["answers-within"]: [
        Row(
            "too slow",
            success({"url": URL}, ("answers-within", {"seconds": 1.5})),
            "the response took 2.0 s, more than 1.5 s",
        ),
        Row("in time", success({"url": URL}, ("answers-within", {}))),
    ],
}
LEVELS = {
    "absolute-url": "documented",
    "not-the-callers-url": "documented",
    "fresh": "documented",
    "expires-in-the-future": "documented",
    "short-lived": "advisory",
    "https": "advisory",
    "not-cacheable": "advisory",
    "answers-within": "advisory",
}


@pytest.mark.parametrize(("check", "row"), each_row(ROWS))
def test_promise(check: ResponseCheck, row: Row) -> None:
    """The check finds the violation of its row, or none."""
    assert messages(check, row.context) == ([] if row.message is None else [row.message])


def test_promises_of_one_name_about_two_members() -> None:
    """Each is a violation of its own, with its own cause, source and quote."""
    made = [
        Promise(
            "absolute-url", {"member": name}, f"{name} is a link", Source(f"{name}.yaml", "", 7)
        )
        for name in ("url", "next")
    ]
    context = success({"url": "/1", "next": "/2"})
    context = replace(context, operation=replace(context.operation, promises=tuple(made)))
    found = table.ABSOLUTE_URL.violations(context)
    assert [(v.cause, v.source, v.quote) for v in found] == [
        (("url",), "url.yaml:7", "url is a link"),
        (("next",), "next.yaml:7", "next is a link"),
    ]


def contract_with(folder: Path, promise: str) -> Contract:
    """The document, of which an overlay says this one promise."""
    path = folder / "promises.overlay.yaml"
    path.write_text(OVERLAY.format(promise=promise), encoding="utf-8")
    plan = read_plan(
        LoadOptions((DOCUMENT,), (str(path),)),
        base_url="http://127.0.0.1",
        target_file=None,
        seed=0,
    )
    return plan.contract


def test_an_overlay_switches_a_promise_on(tmp_path: Path) -> None:
    """Name, parameters and quote are the overlay's; without it there is no promise."""
    promise = "short-lived: { member: expiresAt, within: 200, quote: It expires soon }"
    contract = contract_with(tmp_path, promise)
    (read,) = [p for operation in contract.operations for p in operation.promises]
    assert (read.name, dict(read.parameters), read.quote) == (
        "short-lived",
        {"member": "expiresAt", "within": 200},
        "It expires soon",
    )
    assert not any(operation.promises for operation in load_contract(DOCUMENT).operations)


@pytest.mark.parametrize(
    ("promise", "message"),
    [
        ("frehs", "There is no promise 'frehs'."),
        ("frehs", "Did you mean 'fresh'?"),
        (
            "short-lived: { withn: 3 }",
            "There is no parameter of the promise 'short-lived' 'withn'.",
        ),
        ("short-lived: { withn: 3 }", "Did you mean 'within'?"),
        ("short-lived: { within: 3 }", "The promise 'short-lived' needs a 'member'"),
        (
            "short-lived: { member: expiresAt, within: long }",
            "The promise 'short-lived' needs a 'within': a number of seconds.",
        ),
    ],
)
def test_an_unknown_promise_is_an_error(tmp_path: Path, promise: str, message: str) -> None:
    """The error of a typo has file, line and the nearest name."""
    with pytest.raises(ExtensionError) as error:
        contract_with(tmp_path, promise)
    assert message in str(error.value)
    assert "promises.overlay.yaml:7" in str(error.value)


def test_the_library_has_the_documented_names() -> None:
    """The names and levels are those of the documentation."""
    assert {name: kind.level for name, kind in PROMISES.items()} == LEVELS
