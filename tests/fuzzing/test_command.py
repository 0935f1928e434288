"""`tallystick fuzz`: exit codes, what is said with each, and what the report holds."""

from __future__ import annotations

import os
import pty
import re
import socket
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

import pytest

from tests.contract_tests.commands import ROOT, run_words
from tests.contract_tests.targets import LABELS, stateless_text, write
from tests.fuzzing.fuzzed import SEED, CountingApp, Failing, fuzz, fuzz_app, words
from tests.independent.app import Answer, Request
from tests.independent.serve import serving


def test_nothing_found_is_0(tmp_path: Path) -> None:
    """The report has the members that design and docs name; cases that were seen are passed."""
    run = fuzz_app(tmp_path, CountingApp(), "--max-requests", 200)
    report = run.report
    assert (run.code, report["exit_code"], report["findings"]) == (0, 0, [])
    assert (report["seed"], report["requests"], report["stopped_by"]) == (SEED, 200, "requests")
    assert [f"{case['status']} {case['code'] or ''}".strip() for case in report["cases"]] == LABELS
    assert set(report["cases"][0]) == {
        "operation",
        "status",
        "code",
        "verdict",
        "reason",
        "requests",
    }
    assert [case["verdict"] for case in report["cases"][:5]] == ["passed"] * 5
    assert [case["requests"] for case in report["cases"][5:]] == [0] * 5
    assert f"0 findings, 0 advisory, 0 accepted · 5 of 10 cases seen · seed {SEED}" in run.out


def test_nothing_sent_is_4(tmp_path: Path) -> None:
    """Nobody knows more of the target than before; a green run would say that all is well."""
    run = fuzz_app(tmp_path, CountingApp(), "--max-creations", 0)
    assert (run.code, run.report["exit_code"], run.report["requests"]) == (4, 4, 0)
    assert "Nothing was learnt: the fuzz ended before" in run.err


def test_findings_are_1(tmp_path: Path) -> None:
    """Each has the members that design and docs name, and a command that repeats it."""
    table = "[fuzz]\nbreaker = false"
    run = fuzz_app(tmp_path, Failing(b"http://"), "--max-requests", 200, table=table)
    (finding,) = run.heavy
    assert (run.code, finding["check"]) == (1, "documented status")
    names = {"id", "check", "level", "source", "operation", "case", "message", "curl"}
    assert names <= finding.keys()
    assert finding["shown_by"]["requests"][0]["method"] == "POST"
    assert f"id      {finding['id']}" in run.out
    assert "1 findings, 0 advisory, 0 accepted" in run.out


def test_the_same_seed_sends_the_same(tmp_path: Path) -> None:
    """A seed repeats a run, request by request."""
    sent = []
    for part in ("a", "b"):
        (tmp_path / part).mkdir()
        app = CountingApp()
        fuzz_app(tmp_path / part, app, "--max-requests", 100, "--seed", 3)
        sent.append([request.body for request in app.requests])
    assert sent[0] == sent[1]


def test_a_target_that_is_not_there_is_4(tmp_path: Path) -> None:
    """The error names the address; nothing is printed but that."""
    with socket.create_server(("127.0.0.1", 0)) as closed:
        url = f"http://127.0.0.1:{closed.getsockname()[1]}"
    run = fuzz(tmp_path, "--base-url", url)
    said = f"error: The target {url} could not be reached: Connection refused.\n"
    assert (run.code, run.out, run.err) == (4, "", said)


SERVER = """
import os
from http.server import BaseHTTPRequestHandler, HTTPServer
class Handler(BaseHTTPRequestHandler):
    count = 0
    def do_POST(self):
        Handler.count += 1
        if Handler.count > 30:
            os._exit(0)
        self.rfile.read(int(self.headers.get("content-length", 0)))
        self.send_response(404)
        self.send_header("content-length", "0")
        self.end_headers()
    def log_message(self, *_): pass
server = HTTPServer(("127.0.0.1", 0), Handler)
print(server.server_address[1], flush=True)
server.serve_forever()
"""


def test_a_target_that_goes_away_is_reported(tmp_path: Path) -> None:
    """The fuzz ends, with a report, and says what it sent last."""
    with subprocess.Popen(
        [sys.executable, "-c", SERVER], stdout=subprocess.PIPE, text=True
    ) as served:
        assert served.stdout is not None
        url = f"http://127.0.0.1:{int(served.stdout.readline())}"
        run = fuzz(tmp_path, "--base-url", url)
    assert (run.code, run.report["stopped_by"]) in {(4, "unreachable"), (1, "unreachable")}
    assert f"error: The target {url} could not be reached: Connection refused." in run.err
    assert "Ended because the target became unreachable" in run.out


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ([], "A fuzz needs --target FILE (or --base-url URL on this machine)."),
        (["--target", "a", "--base-url", "b"], "--target and --base-url exclude each other."),
        (["--target", "no.toml"], "no.toml: No such file or directory."),
        (["--base-url", "http://127.0.0.1:1", "--rate", "x"], "'x' is no rate: write it as"),
        (["--base-url", "http://127.0.0.1:1", "--report-dir", "/proc/no"], "cannot be written: "),
        (
            ["--base-url", "http://127.0.0.1:1", "--exclude", "POST *"],
            "No operation is left to fuzz",
        ),
        (["--base-url", "http://127.0.0.1:1", "--include", "x"], "No operation is called 'x'."),
    ],
)
def test_bad_usage_is_2(options: list[str], said: str, tmp_path: Path) -> None:
    """One line says what is wrong."""
    run = run_words(tmp_path, ("tallystick", "fuzz", *options, "--database", "none"))
    (line,) = run.err.splitlines()
    assert (run.code, run.out, line.startswith("error: "), said in line) == (2, "", True, True), (
        line
    )


@pytest.mark.skipif(sys.platform == "win32", reason="needs a pseudo-terminal")
def test_a_terminal_shows_how_far_it_is(tmp_path: Path) -> None:
    """One line shows rate, budget left, findings and cases seen, as long as the fuzz lasts."""
    controller, terminal = pty.openpty()
    with serving(Failing(b"http://")) as url:
        target = write(tmp_path, f"{stateless_text(url)}\n[fuzz]\nbreaker = false")
        options = words(
            tmp_path, "--target", target, "--max-time", 4, "--rate", "40/s", "--max-creations", 900
        )
        command = [sys.executable, "-m", *(str(word) for word in options)]
        with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=terminal):
            os.close(terminal)
            shown = read_all(controller)
    os.close(controller)
    lines = shown.split("\r\x1b[K")
    progress = re.compile(
        r"([\d,]+) requests, (\d+)/s, ([\d,]+) left, (\d+) creations left, (\d) s left, "
        r"(\d+) findings, (\d+) of 10 cases, well"
    )
    found = [match for line in lines if (match := progress.fullmatch(line))]
    assert len(found) >= 2, shown
    last = found[-1]
    assert int(last[1].replace(",", "")) + int(last[3].replace(",", "")) == 10_000
    assert 0 < int(last[2]) <= 41
    assert (last[6], int(last[7]) >= 3) == ("1", True)


def read_all(controller: int) -> str:
    """All that is written to a terminal until its last writer closes it."""
    shown = b""
    with suppress(OSError):  # what Linux gives where nobody has the other end any more
        while part := os.read(controller, 4096):
            shown += part
    return shown.decode()


@pytest.mark.long
def test_the_command_ends_a_quiet_fuzz(tmp_path: Path) -> None:
    """`--until-quiet` ends it soon after the first thousand responses, and the report says why."""

    class Dull(CountingApp):
        def respond(self, _: Request) -> Answer:
            return self.problem(403, "Payment.Forbidden", "not for you")

    app = Dull()
    run = fuzz_app(tmp_path, app, "--max-requests", 3_000, "--until-quiet", "0.01")
    assert run.report["stopped_by"] == "quiet"
    assert 1_000 <= len(app.seen) < 1_050
    assert run.report["estimate"]["chance_in_1000"] < 0.01
    assert "Ended because a new kind of response is unlikely" in run.out
    assert "the chance that 1,000 more requests show a new one is 0.0% (Good-Turing)" in run.out
