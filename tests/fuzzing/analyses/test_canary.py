"""The canary: servers that open the addresses that they are sent, or redirect to them."""

from __future__ import annotations

import http.client
import socket
import threading
from collections.abc import Callable
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from fuzzing.analyses.canary import CanaryError, leads_to, listening, token_of
from tests.contract_tests.commands import Result
from tests.fuzzing.fuzzed import CountingApp, Opening, checks, fuzz, fuzz_app
from tests.independent.app import Answer, Link
from tests.independent.serve import serving
from tests.ports import free_port

CALLBACK, REDIRECT = "no request to a caller's address", "no redirect to a caller's address"


def open_as(address: str, method: str, agent: str) -> None:
    """Open an address, as a careless server does."""
    parts = urlsplit(address)
    connection = http.client.HTTPConnection(parts.netloc, timeout=5)
    connection.request(method, parts.path, headers={"user-agent": agent})
    connection.getresponse().read()
    connection.close()


def at_once(address: str) -> None:
    open_as(address, "HEAD", "preview/1")
    open_as(address, "GET", "webhook/2")


def later(address: str) -> None:
    threading.Timer(0.5, open_as, (address, "GET", "cron/1")).start()


class Redirecting(CountingApp):
    """Sends the browser back to where it came from, as no document says."""

    def success(self, link: Link) -> Answer:
        return Answer(303, None, b"", (("location", link.return_url),))


def with_canary(folder: Path, app: CountingApp, *options: object, most: int = 200) -> Result:
    place = f"127.0.0.1:{free_port()}"
    return fuzz_app(folder, app, "--max-requests", most, "--canary", place, *options)


def test_each_kind_of_callback_is_one_finding(tmp_path: Path) -> None:
    """A server that opens addresses is proved to, by the very request that made it do so."""
    app = Opening(at_once)
    run = with_canary(tmp_path, app)
    assert (run.code, checks(run)) == (1, [CALLBACK, CALLBACK])
    messages = {finding["message"] for finding in run.heavy}
    assert messages == {
        "the server sends a HEAD to an address that the caller gave (preview/1)",
        "the server sends a GET to an address that the caller gave (webhook/2)",
    }
    for finding in run.heavy:
        assert '"returnUrl": "http://127.0.0.1:' in finding["curl"]
        assert "/tallystick-canary/" in finding["curl"]
        assert finding["curl"].startswith("curl -i -X POST http://127.0.0.1:")


def test_a_callback_after_the_response_counts(tmp_path: Path) -> None:
    """A server may open an address a little later; the end waits for it."""
    run = with_canary(tmp_path, Opening(later))
    assert checks(run) == [CALLBACK]
    assert "(cron/1)" in run.heavy[0]["message"]


def test_a_server_that_opens_nothing(tmp_path: Path) -> None:
    """Nothing is claimed of one that is only sent the addresses."""
    used: list[str] = []
    run = with_canary(tmp_path, Opening(used.append))
    assert (run.code, run.report["findings"]) == (0, [])
    assert len(used) == len(set(used)) > 0


def test_an_open_redirect(tmp_path: Path) -> None:
    """A Location that leads to the canary is a finding, and is not followed."""
    run = with_canary(tmp_path, Redirecting())
    assert REDIRECT in checks(run)
    assert CALLBACK not in checks(run)
    found = next(finding for finding in run.heavy if finding["check"] == REDIRECT)
    assert found["message"] == "a 303 redirects to an address that the caller gave"
    assert "/tallystick-canary/" in found["curl"]


def test_without_a_canary_nothing_is_claimed(tmp_path: Path) -> None:
    """No address of a canary is sent, and of redirects nothing is said but that they are not
    documented.
    """
    app = Redirecting()
    run = fuzz_app(tmp_path, app, "--max-requests", 150)
    assert not [request for request in app.requests if b"tallystick-canary" in request.body]
    assert {CALLBACK, REDIRECT}.isdisjoint(checks(run))


@pytest.mark.parametrize(
    ("place", "said"),
    [
        (
            "127.0.0.1:{port}",
            "The canary cannot listen on 127.0.0.1:{port}: Address already in use.",
        ),
        ("127.0.0.1", "--canary must be HOST:PORT, not '127.0.0.1'."),
        ("127.0.0.1:x", "--canary must be HOST:PORT, not '127.0.0.1:x'."),
        ("127.0.0.1:99999", "The canary cannot listen on 127.0.0.1:99999: "),
    ],
)
def test_a_place_that_cannot_be_listened_on_is_2(place: str, said: str, tmp_path: Path) -> None:
    """One line says why, and nothing is sent."""
    app = CountingApp()
    with socket.create_server(("127.0.0.1", 0)) as taken, serving(app) as url:
        port = taken.getsockname()[1]
        run = fuzz(tmp_path, "--base-url", url, "--canary", place.format(port=port))
    assert (run.code, app.seen) == (2, [])
    assert run.err.splitlines()[-1].startswith(f"error: {said.format(port=port)}")


def test_the_listener_answers_whatever_comes() -> None:
    """Any method on any path gets a 204, and only requests with a token are recorded."""
    port = free_port()
    opened: Callable[[str, str], None] = lambda method, path: open_as(  # noqa: E731
        f"http://127.0.0.1:{port}{path}", method, "a"
    )
    with listening(f"127.0.0.1:{port}") as callbacks:
        opened("BREW", "/tallystick-canary/k-1?x")
        opened("GET", "/favicon.ico")
    assert [(each.method, each.token, each.client) for each in callbacks] == [
        ("BREW", "k-1", "127.0.0.1")
    ]
    with pytest.raises(CanaryError), listening(":1"):
        pass


@pytest.mark.parametrize(
    ("location", "expected"),
    [
        ("http://canary.example:9/x", True),
        ("//CANARY.example:9/x", True),
        ("https://other.example/?next=http://canary.example:9/x", False),
        ("/login", False),
        ("http://canary.example:9@other.example/", False),
        ("http://[", False),
        ("", False),
    ],
)
def test_where_a_location_leads(location: str, expected: bool) -> None:
    """It counts where it leads to, not what it mentions."""
    assert leads_to("canary.example:9", "https://api.example/links", location) is expected


def test_the_token_of_an_address() -> None:
    """It ends where an address may go on."""
    assert token_of('{"a": "http://h:1/tallystick-canary/ab12-0-7"}') == "ab12-0-7"
    assert token_of("http://h:1/other/ab12-0-7") is None
