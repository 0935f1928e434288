"""`tallystick test` and `pytest contract_tests`: exit codes, and what is said with each."""

from __future__ import annotations

import re
import socket
import time
from collections.abc import Callable, Mapping
from concurrent.futures import Future
from pathlib import Path

import pytest
from click.testing import CliRunner

from contract_tests.results.formats import FORMATS
from contract_tests.target.file import check_target, read_target
from tallystick.cli import cli
from tallystick.contract import load_contract
from tests.contract_tests.commands import (
    Result,
    against,
    pytest_suite,
    stateless,
    tallystick_test,
)
from tests.contract_tests.conftest import Start
from tests.contract_tests.targets import (
    IDS,
    LABELS,
    stateless_text,
    target_text,
    write,
)
from tests.independent.app import NOT_ENABLED_ID, PaymentAccountLinks
from tests.independent.serve import serving

Runs = Mapping[str, Future[Result]]
ALL = dict.fromkeys(LABELS, "passed")
OF_STATES = LABELS[5:]
REASON = "Stripe cannot be made to fail in staging"

SMALL = """
openapi: 3.0.3
info: { title: Lamps, version: "1" }
paths:
  /lamps/{id}/switch:
    post:
      parameters: [{ name: id, in: path, required: true, schema: { type: integer } }]
      responses:
        "204": { description: It is on }
"""


def with_file(folder: Path, text: str, *options: object) -> Result:
    """`tallystick test` with a target file of this text; `URL` in it is the correct service."""
    with serving(PaymentAccountLinks()) as url:
        target = write(folder, text.replace("URL", url))
        return tallystick_test(folder, "--target", target, *options)


def with_unreachable(folder: Path) -> Result:
    """`tallystick test` with a case that is declared unreachable."""
    code = "PaymentAccount.ProviderError"
    entry = f'[cases."{code}"]\nunreachable = "{REASON}"'
    return with_file(folder, target_text("URL", without=code, more=entry))


def the_mock(folder: Path) -> Result:
    """`tallystick test` without a target."""
    return tallystick_test(folder)


def report_in_a_file(folder: Path) -> Result:
    """`tallystick test` with a report folder that would lie in a file."""
    (folder / "small.yaml").write_text(SMALL, encoding="utf-8")
    (folder / "file").touch()
    return tallystick_test(folder, folder / "small.yaml", "--report-dir", folder / "file/report")


@pytest.fixture(scope="module", autouse=True)
def runs(start: Start) -> Runs:
    """The runs of this file."""
    several = (stateless, with_unreachable, the_mock, report_in_a_file)
    started = {run.__name__: start(run) for run in several}
    started["faulty"] = start(against, "link for a disconnected account")
    return {**started, "allowed": start(stateless, "--allow-not-covered")}


def test_the_correct_implementation_is_passed(correct: Result) -> None:
    """All ten cases are passed, nothing is found, both reports are there: exit code 0."""
    assert (correct.code, correct.verdicts, correct.broken) == (0, ALL, [])
    assert {path.name for path in correct.folder.iterdir()} == {
        "report.json",
        "junit.xml",
        "report.html",
        "report.sarif",
        "summary.md",
        "badge.svg",
    }
    assert "10 passed · 0 failed · 0 not covered · 0 unreachable · 0 findings" in correct.out


def test_the_help_names_every_file_of_a_report() -> None:
    """`--report-dir` writes them, and nothing else."""
    help_text = CliRunner().invoke(cli, ["test", "--help"]).output
    assert [name for name in ("report.json", *FORMATS) if name not in help_text] == []


def test_the_mock_is_passed(runs: Runs) -> None:
    """Without a target, the mock of the document is tested, and all ten are passed."""
    run = runs["the_mock"].result()
    assert (run.code, run.verdicts, run.broken) == (0, ALL, [])
    assert "this checks the mock" in run.err


def test_a_failed_case_is_1(runs: Runs) -> None:
    """The one case that failed is printed with its response, and no other is touched."""
    run = runs["faulty"].result()
    assert (run.code, run.verdicts) == (
        1,
        ALL | {"409 PaymentAccount.Disconnected": "failed"},
    )
    assert "409 PaymentAccount.Disconnected           failed" in run.out
    assert "repeat    curl -i -X POST" in run.out


def test_not_covered_is_3(runs: Runs) -> None:
    """Without a way to the five states, the table has them as not covered."""
    run = runs["stateless"].result()
    not_covered = dict.fromkeys(OF_STATES, "not_covered")
    assert (run.code, run.verdicts, run.broken) == (3, ALL | not_covered, [])
    assert re.findall(r"^  (\S+ \S+) +not covered", run.out, re.MULTILINE) == OF_STATES


def test_the_snippets_can_be_pasted(
    runs: Runs, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Filled in and added to the target file, the snippets name the four cases."""
    _, _, printed = runs["stateless"].result().out.partition("add to the target file:\n")
    snippets = [line[4:] for line in printed.splitlines() if line.startswith("    ")]
    filled = "\n".join(snippets).replace("…", NOT_ENABLED_ID)
    monkeypatch.setenv("READONLY_KEY", "read-only")
    path = write(tmp_path, stateless_text("http://127.0.0.1") + filled)
    target = read_target(str(path))
    check_target(target, load_contract(), str(path))
    assert set(target.cases) == set(IDS) - {"PaymentAccount.ProviderError"}
    assert target.cases["Payment.Forbidden"].headers == {"x-dolfin-api-key": "read-only"}
    found = target.cases["PaymentAccount.NotEnabled"].parameters
    assert found == {"path.id": NOT_ENABLED_ID}


def test_not_covered_may_be_allowed(runs: Runs) -> None:
    """With --allow-not-covered the same run is exit code 0, and says the same."""
    run = runs["allowed"].result()
    assert (run.code, run.verdicts) == (0, runs["stateless"].result().verdicts)


def test_unreachable_is_reported_with_its_reason(runs: Runs) -> None:
    """A case that is declared unreachable has a verdict of its own, with its reason, and leaves
    exit code 0.
    """
    run = runs["with_unreachable"].result()
    case = run.case("502 PaymentAccount.ProviderError")
    assert (run.code, case["verdict"]) == (0, "unreachable")
    assert (case["reason"], case["requests"]) == (REASON, 0)
    assert "9 passed · 0 failed · 0 not covered · 1 unreachable" in run.out
    assert f"502 PaymentAccount.ProviderError          unreachable  {REASON}" in run.out
    assert f'<skipped message="unreachable: {REASON}"' in run.junit
    summary = (run.folder / "summary.md").read_text(encoding="utf-8")
    assert "9 passed, 1 unreachable" in summary
    page = (run.folder / "report.html").read_text(encoding="utf-8")
    assert '<td class="unreachable">unreachable</td>' in page
    assert "add to the target file" not in run.out


def test_a_report_that_cannot_be_written_is_2(runs: Runs) -> None:
    """The folder is named in one clear line."""
    run = runs["report_in_a_file"].result()
    assert (run.code, "Traceback" in run.err) == (2, False)
    assert run.err.splitlines()[-1].startswith("error: The report cannot be written: ")
    assert run.err.splitlines()[-1].endswith("/file/report: a file is where a folder should be.")


BAD_FILES = {
    "a key that is not known": (
        'base_url = "http://127.0.0.1:1"\ntimeuot = 3',
        ":2: The key 'timeuot' is not known. Did you mean 'timeout'?",
    ),
    "a case that the document lacks": (
        'base_url = "http://127.0.0.1:1"\n\n[cases."Organisation.NotFond"]\n',
        ":3: The document has no case 'Organisation.NotFond'. Did you mean "
        "'Organisation.NotFound'?",
    ),
    "a variable that is not set": (
        'base_url = "http://127.0.0.1:1"\n[headers]\nx-key = "${TALLY_NOT_SET}"',
        ":3: The environment variable TALLY_NOT_SET is not set.",
    ),
}
BAD_OPTIONS = {
    "a target and a base URL": (
        ["--target", "targets/mock.toml", "--base-url", "http://127.0.0.1:1"],
        "--target and --base-url exclude each other.",
    ),
    "a target file that is not there": (
        ["--target", "no-such.toml"],
        "no-such.toml: No such file or directory.",
    ),
    "a document that is not there": (["no-such.yaml"], "no-such.yaml: There is no such file."),
    "a base URL that is none": (
        ["--base-url", "ftp://127.0.0.1"],
        "--base-url must be an http(s) URL, not 'ftp://127.0.0.1'.",
    ),
}


def bad_file(folder: Path, text: str) -> Result:
    return tallystick_test(folder, "--target", write(folder, text))


@pytest.fixture(scope="module")
def bad_runs(start: Start) -> Runs:
    """A run per bad usage."""
    return {
        **{name: start(bad_file, text) for name, (text, _) in BAD_FILES.items()},
        **{name: start(tallystick_test, *given) for name, (given, _) in BAD_OPTIONS.items()},
    }


@pytest.mark.parametrize("name", [*BAD_FILES, *BAD_OPTIONS])
def test_bad_usage_is_2(name: str, bad_runs: Runs) -> None:
    """One line says what is wrong, where, and what was probably meant; nothing was run."""
    run = bad_runs[name].result()
    _, message = {**BAD_FILES, **BAD_OPTIONS}[name]
    lines = run.err.splitlines()
    assert (run.code, run.out, len(lines)) == (2, "", 1), run.err
    assert lines[0].startswith("error: ")
    assert lines[0].endswith(message)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--target", "targets/mock.toml", "--base-url", "http://127.0.0.1:1"], "exclude"),
        (["--document", "README.md"], "no fenced code block"),
    ],
)
def test_bad_usage_of_pytest_is_one_clear_line(
    options: list[str], message: str, tmp_path: Path
) -> None:
    """A wrong option ends the run with pytest's usage code and no traceback."""
    run = pytest_suite(tmp_path, *options)
    assert (run.code, message in run.err, "Traceback" in run.err) == (4, True, False)


@pytest.mark.parametrize("command", [tallystick_test, pytest_suite])
def test_an_unreachable_target_is_4_at_once(command: Callable[..., Result], tmp_path: Path) -> None:
    """Where nothing listens, either command says so within five seconds, beside what it takes to
    start on a machine that is busy with other tests.
    """
    with socket.create_server(("127.0.0.1", 0)) as listener:
        url = f"http://127.0.0.1:{listener.getsockname()[1]}"
    (tmp_path / "help").mkdir()
    began = time.monotonic()
    command(tmp_path / "help", "--help")
    started = time.monotonic()
    run = command(tmp_path, "--base-url", url)
    assert time.monotonic() - started < 5 + (started - began)
    said = f"The target {url} could not be reached: Connection refused."
    assert (run.code, said in run.out + run.err) == (4, True)
    assert "Traceback" not in run.out + run.err
