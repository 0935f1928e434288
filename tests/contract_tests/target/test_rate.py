"""The rate limit, and what is sent to a target that is not on this machine."""

from __future__ import annotations

import socket
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from contract_tests.http.client import Client
from contract_tests.http.exchange import Response
from contract_tests.requests.sources import valid_request
from contract_tests.target.rate import per_second, seconds_of
from contract_tests.target.target import HookCall, Target
from tallystick.contract import load_contract
from tests.contract_tests.commands import tallystick_test
from tests.contract_tests.targets import Recording, serving_at, target_text, write
from tests.independent.app import ACTIVE_ID
from tests.independent.serve import serving

CONTRACT = load_contract()


@pytest.mark.parametrize(
    ("text", "expected"),
    [("20/s", 20), ("0.5/s", 0.5), (" 90 / m ", 1.5), ("3600/h", 1), ("1/s", 1)],
)
def test_a_rate_is_read(text: str, expected: float) -> None:
    """A rate is requests per second, minute or hour."""
    assert per_second(text) == expected


@pytest.mark.parametrize("text", ["", "20", "s", "20/d", "0/s", "-1/s", "1e3/s", "20/s/s", "x/s"])
def test_what_is_no_rate_is_refused(text: str) -> None:
    """The error says how to write a rate."""
    with pytest.raises(ValueError, match=r"is no rate: write it as 20/s, 90/m or 1000/h"):
        per_second(text)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("0", 0),
        ("999999", 999_999),
        (" 20 ", 20),
        ("9" * 400, 999_999_999),
        ("", 1),
        ("-5", 1),
        ("1e9", 1),
        ("soon", 1),
        ("٣", 1),
        ("Thu, 01 Jan 1970 00:00:00 GMT", 0),
        ("Thu, 01 Jan 99999999999999999999 00:00:00 GMT", 1),
        ("Thu, 99 Jan 2026 99:99:99 GMT", 1),
        ("Thu, 01 Jan 2026 00:00:00 +99999999999999999999", 1),
        ("\x00", 1),
    ],
)
def test_a_pause_is_read(text: str, expected: float) -> None:
    """Seconds or a date (RFC 9110 section 10.2.3); a second where it is neither."""
    assert seconds_of(text) == expected


def test_a_pause_until_a_date() -> None:
    """What is left until then; a date without a zone is one of UTC."""
    for zone in ("GMT", "-0000", ""):
        assert seconds_of(f"Fri, 31 Dec 9999 23:59:59 {zone}".strip()) > 250_000_000_000


def own_address() -> str | None:
    """An address of this machine that is no loopback one. Nothing is sent to find it out."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as unsent:
        try:
            unsent.connect(("192.0.2.1", 9))
        except OSError:
            return None
        address = str(unsent.getsockname()[0])
    return None if address.startswith("127.") or address == "0.0.0.0" else address


needs_address = pytest.mark.skipif(
    own_address() is None, reason="this machine has no address but the loopback one"
)


def send(url: str, count: int, rate: str | None = None) -> None:
    """Send so many requests by one client, from several threads, with a set-up call among them."""
    client = Client(Target(url, rate=rate, parameters={"path.id": ACTIVE_ID}))
    request = valid_request(CONTRACT, CONTRACT.operations[0], client.target)
    with ThreadPoolExecutor(4) as pool:
        sent = [pool.submit(client.send, request) for _ in range(count - 1)]
        client.hook(HookCall("POST", request.url(url), json=request.body))
        assert all(isinstance(future.result().outcome, Response) for future in sent)
    client.close()


def test_no_second_sees_more_than_the_limit() -> None:
    """With 20/s, no second of the target sees more than 20 requests, and one that was under way."""
    app = Recording()
    with serving(app) as url:
        send(url, 40, "20/s")
    assert len(app.seen) == 40
    assert 15 <= app.most_within(1.0) <= 21


def test_here_there_is_no_limit() -> None:
    """A target on this machine gets its requests as fast as it answers."""
    app = Recording()
    with serving(app) as url:
        began = time.monotonic()
        send(url, 40)
        seconds = time.monotonic() - began
    assert app.most_within(max(seconds, 1.0)) == 40


@needs_address
def test_elsewhere_the_limit_is_ten() -> None:
    """A target that is not on this machine gets ten requests a second where its file sets none."""
    app = Recording()
    with serving_at(own_address() or "", app) as url:
        send(url, 20)
    assert len(app.seen) == 20
    assert app.most_within(1.0) <= 11


@needs_address
def test_elsewhere_is_treated_with_care(tmp_path: Path) -> None:
    """There, PUT, PATCH, DELETE and TRACE are not sent, and one request is repeated less often."""
    app = Recording()
    with serving_at(own_address() or "", app) as url:
        target = write(tmp_path, target_text(url, 'rate = "200/s"'))
        run = tallystick_test(tmp_path, "--target", target)
    assert run.code == 0, run.out
    assert {request.method for request in app.requests} == {"POST", "GET", "HEAD", "OPTIONS"}
    alike = Counter(
        (request.path, request.body, *request.headers.items()) for request in app.requests
    )
    assert max(alike.values()) < 35  # on this machine it is 42
