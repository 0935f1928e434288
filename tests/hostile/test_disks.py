"""Disks that are full, read-only or in a mess: one clear error, code 2, and what was found."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from fuzzing.sending.ledger import Ledger
from tests.contract_tests.commands import ROOT, Result, pytest_suite, run_words, tallystick_test
from tests.contract_tests.contracts import contract_of, documented
from tests.contract_tests.raw import Write, head, raw_server
from tests.fuzzing.fuzzed import fuzz

QUERY = {"name": "q", "in": "query", "schema": {"type": "string"}}


@pytest.fixture
def faulty(tmp_path: Path) -> Iterator[list[object]]:
    """The words that name a target in which every response is a finding, and its document."""
    contract_of(tmp_path, {"/a": documented("get", parameters=[QUERY])})

    def answer(write: Write, first: str) -> None:
        status = "404 Not Found" if "tallystick" in first else "500 Oh"
        write(head("content-length: 0", status=status))

    with raw_server(answer) as server:
        yield [tmp_path / "document.json", "--base-url", server.url]


def errors(run: Result) -> list[str]:
    return [line for line in run.err.splitlines() if line.startswith("error: ")]


def in_the_way(folder: Path, name: str) -> Path:
    """The folder of a report in which a folder has the name of a file."""
    (folder / "report" / name).mkdir(parents=True)
    return folder / "report"


FILES = ["report.json", "report.html", "junit.xml", "summary.md", "report.sarif", "badge.svg"]


@pytest.mark.parametrize("command", ["test", "fuzz"])
def test_a_file_of_the_report_that_cannot_be_written(
    command: str, faulty: list[object], tmp_path: Path
) -> None:
    """The others are there, and the findings are printed."""
    folder = in_the_way(tmp_path, "report.html")
    if command == "test":
        run = tallystick_test(tmp_path, *faulty)
    else:
        run = fuzz(tmp_path, *faulty, "--max-requests", 30)
    assert run.code == 2
    place = folder / "report.html"
    assert errors(run) == [f"error: The report cannot be written: {place}: Is a directory."]
    assert "the document has no 500" in run.out
    assert run.report["exit_code"] == 1
    assert sorted(p.name for p in folder.iterdir() if p.is_file() and p.stat().st_size) == sorted(
        {*FILES, *(["requests.ndjson"] if command == "fuzz" else [])} - {"report.html"}
    )


@pytest.mark.long
@pytest.mark.parametrize("name", FILES)
@pytest.mark.parametrize("command", ["test", "fuzz"])
def test_each_file_of_the_report(
    command: str, name: str, faulty: list[object], tmp_path: Path
) -> None:
    """None of them costs the rest, nor what was found."""
    folder = in_the_way(tmp_path, name)
    if command == "test":
        run = tallystick_test(tmp_path, *faulty)
    else:
        run = fuzz(tmp_path, *faulty, "--max-requests", 30)
    assert (run.code, "the document has no 500" in run.out) == (2, True)
    assert errors(run)[-1].startswith(f"error: The report cannot be written: {folder / name}: ")


@pytest.mark.parametrize("place", ["file", "file/below", "/proc/report"])
@pytest.mark.parametrize("command", ["test", "fuzz"])
def test_a_folder_that_is_none(command: str, place: str, tmp_path: Path) -> None:
    """It is refused before anything is sent."""
    (tmp_path / "file").touch()
    contract_of(tmp_path, {"/a": documented("get")})
    with raw_server() as server:
        words = [tmp_path / "document.json", "--base-url", server.url]
        folder = tmp_path / place
        run_it = tallystick_test if command == "test" else fuzz
        run = run_it(tmp_path, *words, "--report-dir", folder)
    assert (run.code, run.out, server.requests) == (2, "", [])
    assert errors(run)[0].startswith(f"error: The report cannot be written: {folder}: ")
    assert "Traceback" not in run.err


@pytest.mark.long
def test_a_full_disk(faulty: list[object], tmp_path: Path) -> None:
    """What was found is printed."""
    report = ("--report-dir", tmp_path / "report")
    words = ("tests.hostile.limited", 3_000, "test", *faulty, *report)
    run = run_words(tmp_path, words)
    (error,) = errors(run)
    assert (run.code, error.partition(": ")[2][:30]) == (2, "The report cannot be written: ")
    assert "File too large" in error
    assert "the document has no 500" in run.out


@pytest.mark.long
def test_pytest_says_so_too(faulty: list[object], tmp_path: Path) -> None:
    """It ends with its code for bad usage, and no traceback."""
    in_the_way(tmp_path, "report.html")
    document, *rest = faulty
    run = pytest_suite(tmp_path, "--document", document, *rest)
    assert (run.code, "INTERNALERROR" in run.out) == (4, False)
    assert "The report cannot be written: " in run.err + run.out


# --- the corpus and the ledger of a fuzz


def test_a_corpus_that_cannot_be_kept(faulty: list[object], tmp_path: Path) -> None:
    """The fuzz runs without one, and says so."""
    (tmp_path / "file").touch()
    place = tmp_path / "file" / "corpus"
    run = fuzz(tmp_path, *faulty, "--max-requests", 20, "--database", place)
    said = (
        f"The database cannot be kept at {place}: Not a directory. This fuzz keeps no inputs for "
        "the next one."
    )
    assert (run.code, run.report["notes"][0]) == (1, said)
    assert f"note: {said}" in run.err
    assert f"note: {said}" in run.out


def test_a_ledger_on_a_full_disk() -> None:
    """It ends at the first line that cannot be written; the fuzz goes on."""
    ledger = Ledger(Path("/dev/full"))
    for number in range(3):
        ledger.write({"number": number})
    ledger.close()
    assert ledger.failure == "/dev/full: No space left on device"


@pytest.mark.long
def test_a_ledger_that_is_not_whole(tmp_path: Path) -> None:
    """That is an error at the end; the report is there."""
    contract_of(tmp_path, {"/a": documented("get", parameters=[QUERY])})
    with raw_server(lambda write, _: write(head("content-length: 0"))) as server:
        given = (tmp_path / "document.json", "--base-url", server.url, "--database", "none")
        words = (*given, "--report-dir", tmp_path / "report", "--max-requests", 600)
        run = run_words(tmp_path, ("tests.hostile.limited", 90_000, "fuzz", *words))
    ledger = tmp_path / "report" / "requests.ndjson"
    (error,) = errors(run)
    assert (run.code, error.startswith(f"error: The ledger is not whole: {ledger}: ")) == (2, True)
    assert run.report["requests"] == len(server.requests) > 500


# --- other files


def report_with_a_finding(folder: Path) -> Path:
    finding = {"id": "abc", "operation": "GET /a", "check": "x", "message": "m"}
    report = folder / "report"
    report.mkdir()
    (report / "report.json").write_text(json.dumps({"findings": [finding], "seed": 1}), "utf-8")
    return report


def test_a_baseline_survives_a_full_disk(tmp_path: Path) -> None:
    """What cannot be written as a whole stays as it was."""
    words = ("accept", report_with_a_finding(tmp_path), "--all", "--baseline")
    baseline = tmp_path / "known.json"
    more = (baseline, "--reason", "known", "--expires", "2999-12-31")
    assert run_words(tmp_path, ("tallystick", *words, *more)).code == 0
    before = baseline.read_bytes()
    limited = ("tests.hostile.limited", 250, "accept", tmp_path / "report", "abc", "--baseline")
    run = run_words(tmp_path, (*limited, *more))
    (error,) = errors(run)
    assert (run.code, error.startswith(f"error: {baseline}: ")) == (2, True), error
    assert (baseline.read_bytes(), list(tmp_path.glob(".known*"))) == (before, [])


FULL, BELOW, LONG = "/dev/full", "file/x", "a" * 300
OUTPUTS = {
    "an export on a full disk": (["export", "msw", "--output", FULL], "No space left on device"),
    "an export below a file": (["export", "overlay", "--output", BELOW], "Not a directory"),
    "a name that is too long": (["export", "http", "--output", LONG], "File name too long"),
    "a draft on a full disk": (["init", "--force", "--output", FULL], "No space left on device"),
    "a draft below a file": (["init", "--output", BELOW], "file is no folder"),
    "a draft of a long name": (["init", "--output", LONG], "File name too long"),
    "a schema below a file": (["init", "--schema-only", "--output", BELOW], "file is no folder"),
}


@pytest.mark.parametrize(("words", "said"), OUTPUTS.values(), ids=OUTPUTS)
def test_what_cannot_be_written_is_2(words: list[str], said: str, tmp_path: Path) -> None:
    """One line says which file, and why."""
    (tmp_path / "file").touch()
    run = tallystick(tmp_path, *words)
    (error,) = run.stderr.splitlines()
    assert (run.returncode, error.startswith("error: "), said in error) == (2, True, True), error


@pytest.mark.parametrize("words", [["cases"], ["lint"], ["export", "postman"]])
def test_an_output_that_is_full(words: list[str], tmp_path: Path) -> None:
    """It says so, once."""
    with Path(FULL).open("w") as full:
        run = tallystick(tmp_path, *words, out=full)
    assert (run.returncode, run.stderr) == (
        2,
        "error: Nothing can be written: No space left on device.\n",
    )


def tallystick(folder: Path, *words: str, out: object = None) -> subprocess.CompletedProcess[str]:
    """Run `tallystick` in a folder."""
    return subprocess.run(
        [sys.executable, "-m", "tallystick", *words],
        cwd=folder,
        env={"PYTHONPATH": str(ROOT), "PATH": ""},
        stdin=subprocess.DEVNULL,
        stdout=out or subprocess.PIPE,  # type: ignore[call-overload]
        stderr=subprocess.PIPE,
        text=True,
    )
