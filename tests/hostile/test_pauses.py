"""A target that only asks to come back later is no green run, of `tallystick test` or `fuzz`."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.contract_tests.commands import Result, tallystick_test
from tests.contract_tests.contracts import contract_of, documented
from tests.contract_tests.raw import RawServer, Write, head, raw_server
from tests.fuzzing.fuzzed import fuzz

EMPTY = "content-length: 0"
LONG = "retry-after: 999999"
PAUSES = {
    "seconds": [LONG],
    "more digits than a number has": ["retry-after: " + "9" * 400],
    "a date": ["retry-after: Fri, 31 Dec 9999 23:59:59 GMT"],
}
SHORT = {
    "nothing": [],
    "a negative number": ["retry-after: -5"],
    "a date that is none": ["retry-after: Thu, 01 Jan 99999999999999999999 00:00:00 GMT"],
    "two": [LONG, "retry-after: 1"],
}


def run(
    folder: Path, command: str, *options: object, headers: list[str], after: int = 0
) -> tuple[Result, RawServer]:
    """Run a command against a target that answers so many requests, and refuses the others."""
    contract_of(folder, {"/things": documented("get", "post"), "/more": documented("get")})

    def answer(write: Write, _: str) -> None:
        status = "200 OK" if len(server.requests) <= after else "429 Too Many Requests"
        write(head(EMPTY, *headers, status=status))

    with raw_server(answer) as server:
        command_of = {"test": tallystick_test, "fuzz": fuzz}[command]
        document = folder / "document.json"
        return command_of(folder, document, "--base-url", server.url, *options), server


@pytest.mark.parametrize("command", ["test", "fuzz"])
def test_a_long_pause_is_code_4(command: str, tmp_path: Path) -> None:
    """At once, with a sentence, and whatever may stay uncovered."""
    options = ["--allow-not-covered", "--max-time", 20] if command == "test" else []
    got, server = run(tmp_path, command, *options, headers=[LONG])
    assert (got.code, got.report["exit_code"], len(server.requests)) == (4, 4, 1)
    error = "\n".join(line for line in got.err.splitlines() if line.startswith("error: "))
    assert "come back" in error
    assert "Set a lower `rate` in the target file" in error
    assert got.report["seconds"] < 15


@pytest.mark.long
@pytest.mark.parametrize("command", ["test", "fuzz"])
@pytest.mark.parametrize("name", PAUSES)
def test_however_long_it_is(command: str, name: str, tmp_path: Path) -> None:
    """A number, or a date."""
    got, server = run(tmp_path, command, headers=PAUSES[name])
    assert (got.code, len(server.requests), "Traceback" in got.err) == (4, 1, False)


@pytest.mark.long
@pytest.mark.parametrize("command", ["test", "fuzz"])
@pytest.mark.parametrize("name", SHORT)
def test_nothing_but_short_pauses_is_code_4(command: str, name: str, tmp_path: Path) -> None:
    """Each is kept; nobody can test what answers nothing else."""
    options = [] if command == "test" else ["--max-time", 3]
    got, server = run(tmp_path, command, *options, headers=SHORT[name])
    assert (got.code, "Traceback" in got.err) == (4, False)
    assert 2 <= len(server.requests) <= 6
    assert "come back" in got.err


@pytest.mark.long
@pytest.mark.parametrize("command", ["test", "fuzz"])
def test_a_long_pause_in_the_middle(command: str, tmp_path: Path) -> None:
    """What was not tried is not green either; what is found before counts."""
    options = ["--allow-not-covered"] if command == "test" else []
    got, server = run(tmp_path, command, *options, headers=[LONG], after=6)
    assert (got.code, got.report["findings"]) == (4, [])
    assert len(server.requests) >= 7
    assert "come back" in got.err
