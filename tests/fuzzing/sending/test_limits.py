"""Where a fuzz may go, how far, and where it never does."""

from __future__ import annotations

import re
import socket
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from contract_tests.target.target import Target
from fuzzing.sending.health import BreakerThresholds
from fuzzing.sending.limits import Limits, LimitsError, limits_of
from tallystick.cli import cli
from tallystick.errors import TallystickError
from tests.contract_tests.target.test_rate import needs_address, own_address
from tests.contract_tests.targets import serving_at, stateless_text, write
from tests.fuzzing.fuzzed import CountingApp, checks, fuzz, fuzz_app
from tests.independent.app import Answer, Link
from tests.independent.serve import serving

ELSEWHERE = "https://staging.example.test"
ALLOWED = {"allow_hosts": ["Staging.Example.test"]}


@pytest.mark.parametrize(
    ("target", "options", "expected"),
    [
        (Target("http://127.0.0.1:1"), {}, Limits(requests=10_000)),
        (
            Target(ELSEWHERE, fuzz=ALLOWED),
            {},
            Limits(requests=10_000, rate=10, creations=50),
        ),
        (Target(ELSEWHERE, rate="3/s", fuzz=ALLOWED), {}, Limits(rate=3, creations=50)),
        (
            Target(ELSEWHERE, rate="3/s", fuzz={**ALLOWED, "rate": "5/s", "max_creations": 0}),
            {},
            Limits(rate=5, creations=0),
        ),
        (
            Target("http://[::1]:1", fuzz={"max_requests": 7, "max_time": 9, "breaker": False}),
            {"max_requests": 8, "rate": "120/m"},
            Limits(requests=8, seconds=9, rate=2, breaker=None),
        ),
        (
            Target("http://127.0.0.1:1", fuzz={"breaker": {"errors": 0.2, "window": 5}}),
            {"max_creations": 3},
            Limits(creations=3, breaker=BreakerThresholds(errors=0.2, window=5)),
        ),
    ],
)
def test_which_limits_hold(target: Target, options: dict[str, Any], expected: Limits) -> None:
    """An option before the file, the file before the default; elsewhere there are more limits."""
    assert limits_of(target, options) == expected


@pytest.mark.parametrize("hosts", [[], ["example.test"], ["other.staging.example.test"], ["*"]])
def test_a_host_that_is_not_named_is_refused(hosts: list[str]) -> None:
    """Only the very name of the host allows it."""
    with pytest.raises(LimitsError, match=r"staging\.example\.test is not on this machine"):
        limits_of(Target(ELSEWHERE, fuzz={"allow_hosts": hosts}), {})


def test_a_rate_that_is_none() -> None:
    """The message says how to write one."""
    with pytest.raises(TallystickError, match="'fast' is no rate: write it as 20/s"):
        limits_of(Target("http://127.0.0.1:1"), {"rate": "fast"})


@pytest.mark.parametrize("allowed", [False, True])
@pytest.mark.parametrize("options", [[], ["--dry-run"], ["--workers", "2"]])
def test_the_refusal_comes_before_any_connection(
    options: list[str], allowed: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A name that leads elsewhere is refused with 2, and nothing is connected to; where the target
    file names it, it is (and a preview still connects to nothing).
    """
    tried: list[object] = []

    def connect(address: object, *_: object) -> socket.socket:
        tried.append(address)
        raise ConnectionRefusedError(111, "Connection refused")

    def look_up(*_: object, **__: object) -> list[object]:
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("192.0.2.7", 443))]

    monkeypatch.setattr(socket, "getaddrinfo", look_up)
    monkeypatch.setattr(socket, "create_connection", connect)
    monkeypatch.setattr(socket.socket, "connect", lambda _, address: connect(address))
    table = f'[fuzz]\nallow_hosts = ["{"staging.example.test" if allowed else "other.test"}"]'
    target = write(tmp_path, f"{stateless_text(ELSEWHERE)}\n{table}")
    run = CliRunner().invoke(cli, ["fuzz", "--target", str(target), *options])
    is_dry = "--dry-run" in options
    if allowed:
        assert (run.exit_code, len(tried)) == ((0, 0) if is_dry else (4, 1))
        assert (
            "Budget: at most 10,000 requests, 10 requests a second, 50 creations" in run.output
        ) is is_dry
    else:
        assert isinstance(run.exception, LimitsError)
        assert 'Add to it, if you may: [fuzz] allow_hosts = ["staging.example.test"]' in str(
            run.exception
        )
        assert tried == []


@needs_address
def test_elsewhere_by_a_real_address(tmp_path: Path) -> None:
    """An address of this machine that is no loopback one is refused; where it is allowed, it gets
    ten requests a second.
    """
    app, host = CountingApp(), own_address() or ""
    with serving_at(host, app) as url:
        refused = fuzz(tmp_path, "--base-url", url)
        assert (refused.code, app.seen) == (2, [])
        assert refused.err.startswith(f"error: {host} is not on this machine")
        target = write(tmp_path, f'{stateless_text(url)}\n[fuzz]\nallow_hosts = ["{host}"]')
        run = fuzz(tmp_path, "--target", target, "--max-requests", 25)
    assert (run.code, len(app.seen)) == (0, 25)
    assert app.most_within(1.0) <= 11


class Leading(CountingApp):
    """Leads to another server wherever it can: by redirects, links, and addresses in answers."""

    def __init__(self, there: str) -> None:
        super().__init__()
        self.there = there
        self.link_base = f"{there}/setup/"

    def type_of(self, status: int) -> str:
        return f"{self.there}/problems/{status}"

    def success(self, link: Link) -> Answer:
        good = super().success(link)
        headers = (("link", f'<{self.there}/next>; rel="next"'), ("location", f"{self.there}/a"))
        is_redirect = len(link.return_url) % 3 == 0
        return Answer(302 if is_redirect else 200, good.media_type, good.body, headers)


def test_nothing_leads_elsewhere(tmp_path: Path) -> None:
    """Neither redirects nor addresses in answers nor proxies of the environment are followed."""
    elsewhere = CountingApp()
    with serving(elsewhere) as there:
        names = ("HTTP_PROXY", "http_proxy", "HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy")
        env = dict.fromkeys(names, there)
        app = Leading(there)
        run = fuzz_app(tmp_path, app, "--max-requests", 120, env=env)
    assert (run.code, len(app.seen), elsewhere.seen) == (1, 120, [])
    assert "documented status" in checks(run)


def test_what_is_declared_and_nothing_else(tmp_path: Path) -> None:
    """No method is sent that the document does not have, and no path but the operation's."""
    app = CountingApp()
    run = fuzz_app(tmp_path, app, "--max-requests", 300)
    assert run.code == 0, run.out
    assert {request.method for request in app.requests} == {"POST"}
    around = {
        re.sub("^/organisations/.*/(?=payment-account/link$)", "", request.path)
        for request in app.requests
    }
    assert around == {"payment-account/link"}
