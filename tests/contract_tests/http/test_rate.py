"""The rate limit, and what is sent to a target that is not on this machine."""

from __future__ import annotations

import socket
from collections import Counter
from collections.abc import Mapping
from concurrent.futures import Future
from pathlib import Path

import pytest

from contract_tests.http.rate import is_loopback, per_second
from tests.contract_tests.commands import Result, pytest_suite, tallystick_test
from tests.contract_tests.conftest import Start
from tests.contract_tests.targets import Recording, serving_at, target_text, write
from tests.independent.serve import serving

Seen = Mapping[str, tuple[Recording, Future[Result]]]
CASES = "contract_tests/test_cases.py"


@pytest.mark.parametrize(
    ("text", "expected"),
    [("20/s", 20), ("0.5/s", 0.5), (" 90 / m ", 1.5), ("3600/h", 1), ("1/s", 1)],
)
def test_a_rate_is_read(text: str, expected: float) -> None:
    """A rate is requests per second, minute or hour."""
    assert per_second(text) == expected


@pytest.mark.parametrize("text", ["", "20", "s", "20/d", "0/s", "-1/s", "1e3/s", "20/s/s", "x/s"])
def test_what_is_no_rate_is_refused(text: str) -> None:
    """What is no rate is told, with how to write one."""
    with pytest.raises(ValueError, match=r"is no rate: write it as 20/s, 90/m or 1000/h"):
        per_second(text)


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("http://127.0.0.1:8080", True),
        ("http://127.1.2.3/base", True),
        ("http://[::1]:8080", True),
        ("http://localhost", True),
        ("http://192.0.2.7", False),
        ("https://[2001:db8::7]/", False),
        ("http://0.0.0.0", False),
        ("http://no-such-host.invalid", False),
    ],
)
def test_loopback(url: str, expected: bool) -> None:
    """Only an address that leads to this machine and nowhere else is a loopback one."""
    assert is_loopback(url) is expected


def own_address() -> str | None:
    """An address of this machine that is no loopback one. Nothing is sent to find it out."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as unsent:
        try:
            unsent.connect(("192.0.2.1", 9))
        except OSError:
            return None
        address = str(unsent.getsockname()[0])
    return None if address.startswith("127.") or address == "0.0.0.0" else address


@pytest.fixture(scope="module")
def seen(start: Start) -> Seen:
    """What was seen of runs with a limit: on this machine, and by its address elsewhere."""
    here, by_default, whole = Recording(), Recording(), Recording()

    def limited(folder: Path) -> Result:
        with serving(here) as url:
            target = write(folder, target_text(url, 'rate = "20/s"'))
            return pytest_suite(folder, "--target", target, tests=CASES)

    def elsewhere(folder: Path) -> Result:
        with serving_at(own_address() or "", by_default) as url:
            target = write(folder, target_text(url))
            return pytest_suite(folder, "--target", target, "-k", "200 or Missing", tests=CASES)

    def faster(folder: Path) -> Result:
        with serving_at(own_address() or "", whole) as url:
            target = write(folder, target_text(url, 'rate = "200/s"'))
            return tallystick_test(folder, "--target", target)

    runs = {"here": (here, start(limited))}
    if own_address():
        runs |= {"elsewhere": (by_default, start(elsewhere)), "whole": (whole, start(faster))}
    return runs


def test_no_second_sees_more_than_the_limit(seen: Seen) -> None:
    """With 20/s, no second of the target sees more than 20 requests, and one that was under way."""
    app, run = seen["here"]
    assert run.result().code == 0, run.result().out
    assert len(app.seen) > 40
    assert 15 <= app.most_within(1.0) <= 21


needs_address = pytest.mark.skipif(
    own_address() is None, reason="this machine has no address but the loopback one"
)


@needs_address
def test_elsewhere_the_limit_is_ten(seen: Seen) -> None:
    """A target that is not on this machine gets ten requests a second where its file sets none."""
    app, run = seen["elsewhere"]
    assert run.result().code == 0, run.result().out
    assert len(app.seen) > 10
    assert app.most_within(1.0) <= 11


@needs_address
def test_elsewhere_is_treated_with_care(seen: Seen) -> None:
    """There, PUT, PATCH, DELETE and TRACE are not sent, and one request is repeated less often."""
    app, run = seen["whole"]
    assert run.result().code == 0, run.result().out
    assert {request.method for request in app.requests} == {"POST", "GET", "HEAD", "OPTIONS"}
    alike = Counter(
        (request.path, request.body, *request.headers.items()) for request in app.requests
    )
    assert max(alike.values()) < 35  # on this machine it is 42
