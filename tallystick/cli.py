"""The command line.

Rules: bad input gives one clear message on standard error and exit code 2, never a traceback.
This is the only module of the package that may use the two programs, and only in its commands.
"""

from __future__ import annotations

import json
import re
import secrets
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import wraps
from typing import TYPE_CHECKING, Any, NoReturn

import click

from tallystick.catalogue.cases import Case
from tallystick.contract import Contract, read_contract
from tallystick.errors import TallystickError
from tallystick.exports import EXPORTS, files
from tallystick.exports.inferred import inferred_overlay
from tallystick.lint import lint
from tallystick.reader.options import LoadOptions

if TYPE_CHECKING:
    from contract_tests.plan import Plan
    from contract_tests.target.target import Target

BAD_USAGE, UNREACHABLE = 2, 4


def main() -> None:
    """The `tallystick` command."""
    try:
        # Outside its standalone mode, click gives the code of an `Exit` back.
        sys.exit(cli(standalone_mode=False) or 0)
    except click.Abort:
        sys.exit(130)
    except click.ClickException as error:
        error.show()
        sys.exit(error.exit_code)
    except TallystickError as error:
        _fail(str(error))
    except BrokenPipeError:
        # Whoever read our output has enough; close it, so that Python does not complain at exit.
        sys.stderr.close()
        sys.exit(141)


def _fail(message: str) -> NoReturn:
    for line in message.splitlines():
        click.echo(f"error: {line}", err=True)
    sys.exit(BAD_USAGE)


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(package_name="tallystick")
def cli() -> None:
    """One OpenAPI document, two programs: a mock that produces every documented outcome, and
    tests that hold any implementation to them.

    DOCUMENT is a YAML or JSON file, an http(s) URL, or a Markdown page with a fenced OpenAPI
    block. Without it, the bundled contract is used.
    """


def contract_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """The argument and options by which each command names its contract; it gets them as `load`."""

    @wraps(command)
    def loading(
        documents: tuple[str, ...], overlays: tuple[str, ...], remote_references: bool, **rest: Any
    ) -> Any:
        return command(load=LoadOptions(documents, overlays, remote_references), **rest)

    decorated: Callable[..., Any] = loading
    for decorate in (
        click.option(
            "--remote-references",
            is_flag=True,
            help="Follow $refs to other addresses, too.",
        ),
        click.option(
            "--overlay",
            "overlays",
            multiple=True,
            metavar="FILE",
            help="Apply an OpenAPI Overlay; may be given several times.",
        ),
        click.argument("documents", nargs=-1, metavar="[DOCUMENT]…"),
    ):
        decorated = decorate(decorated)
    return decorated


def _load(load: LoadOptions) -> Contract:
    contract = read_contract(load)
    for diagnostic in contract.document.diagnostics:
        click.echo(str(diagnostic), err=True)
    return contract


@cli.command()
@contract_options
@click.option("--format", "form", type=click.Choice(["table", "json"]), default="table")
def cases(load: LoadOptions, form: str) -> None:
    """List every documented case."""
    contract = _load(load)
    if form == "json":
        rows = [case.to_json() for case in contract.cases]
        click.echo(json.dumps(rows, indent=2, ensure_ascii=False))
        return
    for operation in contract.operations:
        click.echo(operation.name)
        for case in operation.cases:
            click.echo(_row(case, max(len(other.label) for other in operation.cases)))


def _row(case: Case, width: int) -> str:
    return f"  {case.label:<{width}}  {_trigger(case):<28}  {case.description}".rstrip()


def _trigger(case: Case) -> str:
    if case.is_success:
        return "-"
    if case.trigger is None:
        return "forced only"
    if case.trigger.field is None or case.trigger.fault is None:
        return case.trigger.kind
    return f"{case.trigger.field.location} {case.trigger.field.name} {case.trigger.fault}"


@cli.command("lint")
@contract_options
def lint_command(load: LoadOptions) -> None:
    """Say what in the documents could not be read. Exit code 1 if there is anything to mend."""
    contract = read_contract(load)
    remarks = list(lint(contract))
    for remark in remarks:
        click.echo(str(remark))
    findings = sum(remark.severity == "error" for remark in remarks)
    count = len(list(contract.cases))
    click.echo(f"{count} cases read, {findings} errors, {len(remarks) - findings} warnings")
    raise click.exceptions.Exit(1 if findings else 0)


@cli.command("overlay")
@contract_options
def overlay_command(load: LoadOptions) -> None:
    """Print the overlay that the reader would infer, to be reviewed, edited and committed."""
    click.echo(inferred_overlay(_load(load)), nl=False)


@cli.command("export")
@click.argument("name", type=click.Choice(list(EXPORTS)), metavar="NAME")
@contract_options
@click.option("--output", metavar="FILE", help="Write there instead of printing.")
@click.option("--check", metavar="FILE", help="Only see whether this file is what it would write.")
def export_command(name: str, load: LoadOptions, output: str | None, check: str | None) -> None:
    """Print the contract in the format of another tool.

    NAME is one of overlay, document, msw, http, postman and locust. Exit codes: 1 the file that
    --check names is stale; 2 bad usage, or it cannot be read.
    """
    text = EXPORTS[name](_load(load))
    if output:
        files.write(output, text)
    elif check is None:
        click.echo(text.encode(), nl=False)
    if check and not files.is_current(check, text):
        click.echo(f"error: {check} is stale: the contract gives another {name} now.", err=True)
        click.echo(f"hint: {files.command(name, load, check)}", err=True)
        raise click.exceptions.Exit(1)


@cli.command()
@contract_options
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option("--port", default=8080, show_default=True, type=click.IntRange(0, 65535))
@click.option("--seed", default=0, show_default=True, help="Seed of the generated data.")
@click.option(
    "--max-body",
    default=1024 * 1024,
    show_default=True,
    type=click.IntRange(1),
    metavar="BYTES",
    help="Largest request body that is read.",
)
@click.option(
    "--token",
    envvar="TALLYSTICK_TOKEN",
    help="What the board and the control API ask for. Off loopback one is made up by default.",
)
@click.option(
    "--allow-origin",
    "origins",
    multiple=True,
    metavar="ORIGIN",
    help="Let web pages of this origin control the mock, too; may be given several times.",
)
def mock(
    load: LoadOptions,
    host: str,
    port: int,
    seed: int,
    max_body: int,
    token: str | None,
    origins: Sequence[str],
) -> None:
    """Serve the contract as a mock that produces every documented case."""
    try:
        from mock_server.serve import access_to, serve
    except ModuleNotFoundError as error:
        _fail(f"The mock needs {error.name}: pip install 'tallystick[mock]'.")
    for origin in origins:
        if not re.fullmatch(r"https?://[^/?#\s]+", origin):
            raise click.BadParameter(
                f"{origin!r} is no origin, such as http://localhost:3000.",
                param_hint="--allow-origin",
            )
    access = access_to(host, token or None, origins)
    contract = _load(load)
    serve(contract, host=host, port=port, seed=seed, max_body=max_body, access=access)


@cli.command("test")
@contract_options
@click.option("--base-url", metavar="URL", help="The implementation to check.")
@click.option("--target", "target_file", metavar="FILE", help="The target file (TOML) to check.")
@click.option("--seed", type=click.IntRange(0), help="Seed of the generated data; repeats a run.")
@click.option("--report-dir", metavar="DIR", help="Write report.json and junit.xml there.")
@click.option(
    "--allow-not-covered", is_flag=True, help="Exit with 0 though cases were not covered."
)
@click.option(
    "--undeclared-methods",
    is_flag=True,
    help="Try PUT, PATCH, DELETE and TRACE on a target that is not on this machine, too.",
)
def test_command(
    load: LoadOptions,
    report_dir: str | None,
    allow_not_covered: bool,
    **options: Any,
) -> None:
    """Hold an implementation to the contract. Without --target and --base-url it is the mock.

    Exit codes: 0 all cases passed; 1 a case failed, or an obligation broken; 2 bad usage;
    3 cases not covered; 4 the target could not be reached.
    """
    try:
        from contract_tests.http.client import unreachable
        from contract_tests.plan import read_plan
    except ModuleNotFoundError as error:
        _fail(f"The tests need {error.name}: pip install 'tallystick[test]'.")
    plan = read_plan(load, **options)
    with _target(plan) as target:
        if reason := unreachable(target):
            click.echo(f"error: {reason}", err=True)
            raise click.exceptions.Exit(UNREACHABLE)
        # Late, since it takes longest: what is wrong so far is told at once.
        from contract_tests.command import run_suite

        code = run_suite(plan, target, report_dir=report_dir, allow_not_covered=allow_not_covered)
    raise click.exceptions.Exit(code)


@cli.command("fuzz")
@contract_options
@click.option("--target", "target_file", metavar="FILE", help="The target file (TOML) to fuzz.")
@click.option("--base-url", metavar="URL", help="A target on this machine that needs no file.")
@click.option("--max-requests", type=click.IntRange(1), help="Requests in all [default: 10,000].")
@click.option(
    "--max-creations", type=click.IntRange(0), help="2xx to unsafe methods [elsewhere 50]."
)
@click.option("--max-time", type=click.FloatRange(0), metavar="SECONDS", help="How long in all.")
@click.option("--rate", metavar="N/s", help="Requests a second [default: elsewhere 10/s].")
@click.option(
    "--until-quiet",
    type=click.FloatRange(0, 1),
    metavar="CHANCE",
    help="End when 1,000 more requests would show a new kind of answer with less than this chance.",
)
@click.option("--seed", type=click.IntRange(0), help="Seed of the data; repeats a run.")
@click.option(
    "--workers",
    type=click.IntRange(1, 64),
    help="Processes that share the budget [default: 1; all of a scheduler's].",
)
@click.option("--scheduler", metavar="tcp://…", help="Fuzz on the Dask cluster of this scheduler.")
@click.option("--shards", type=click.IntRange(1), help="End after so many [default: the budget].")
@click.option(
    "--against", metavar="URL", help="Send the same to a second implementation, and compare."
)
@click.option("--canary", metavar="HOST:PORT", help="Listen there, and send its addresses.")
@click.option(
    "--database",
    metavar="DIR|URL",
    default=".tallystick/corpus",
    show_default=True,
    help="Keep interesting inputs there: a folder, redis://…, or none.",
)
@click.option("--baseline", metavar="FILE", help="Findings that are accepted for a while.")
@click.option("--report-dir", metavar="DIR", help="Write report.json and requests.ndjson there.")
@click.option("--dry-run", is_flag=True, help="Print what would be sent, and send nothing.")
def fuzz_command(
    load: LoadOptions,
    dry_run: bool,
    seed: int | None,
    **options: Any,
) -> None:
    """Fuzz an implementation, within a budget.

    Exit codes: 0 nothing found, whichever limit ended it; 1 findings; 2 bad usage; 4 the target
    could not be reached.
    """
    try:
        from fuzzing.command import run_fuzz
        from fuzzing.settings import Settings
    except ModuleNotFoundError as error:
        _fail(f"Fuzzing needs {error.name}: pip install 'tallystick[test]'.")
    names = ("max_requests", "max_creations", "max_time", "rate", "until_quiet")
    settings = Settings(
        load=load,
        seed=secrets.randbelow(2**32) if seed is None else seed,
        limits={name: value for name in names if (value := options.pop(name)) is not None},
        **options,
    )
    try:
        code = run_fuzz(settings, dry_run=dry_run)
    except ModuleNotFoundError as error:
        _fail(f"A scheduler needs {error.name}: pip install 'tallystick[cluster]'.")
    raise click.exceptions.Exit(code)


@cli.command("replay")
@click.argument("report_dir")
@click.argument("finding")
@click.option(
    "--target", "target_file", metavar="FILE", help="Another target file than the fuzz's."
)
@click.option("--base-url", metavar="URL", help="Another target on this machine.")
@click.option("--against", metavar="URL", help="Another second implementation, for a difference.")
def replay_command(
    report_dir: str,
    finding: str,
    target_file: str | None,
    base_url: str | None,
    against: str | None,
) -> None:
    """Send a finding of a fuzz again, and say whether it still holds.

    FINDING is its id or its number in the report. Exit codes: 1 it still holds; 0 it does not; 2
    bad usage; 4 the target could not be reached.
    """
    try:
        from fuzzing.command import run_replay
    except ModuleNotFoundError as error:
        _fail(f"Replaying needs {error.name}: pip install 'tallystick[test]'.")
    code = run_replay(
        report_dir, finding, target_file=target_file, base_url=base_url, against=against
    )
    raise click.exceptions.Exit(code)


@cli.command("accept")
@click.argument("report_dir")
@click.argument("finding")
@click.option("--baseline", metavar="FILE", required=True, help="The file to add it to.")
@click.option("--reason", metavar="TEXT", required=True, help="Why it is accepted.")
@click.option("--expires", metavar="DATE", required=True, help="The last day, as in 2026-12-31.")
def accept_command(report_dir: str, finding: str, baseline: str, reason: str, expires: str) -> None:
    """Accept a finding of a fuzz for a while: with this baseline, it does not count.

    FINDING is its id or its number in the report.
    """
    try:
        from fuzzing.findings.accepted import accept
        from fuzzing.findings.replay import read_finding
    except ModuleNotFoundError as error:
        _fail(f"Accepting needs {error.name}: pip install 'tallystick[test]'.")
    told = read_finding(report_dir, finding)
    accept(baseline, told, reason, expires)
    click.echo(f"{told['id']} is accepted until {expires}: {told['message']}")


@cli.command()
@click.argument("url")
@click.option(
    "--session", default="", metavar="NAME", help="Only this session, since its last reset."
)
@click.option(
    "--fail-under",
    type=click.FloatRange(0, 100),
    metavar="PERCENT",
    help="Exit with 1 where fewer of the cases were met.",
)
@click.option("--junit", metavar="FILE", help="Write JUnit XML, a test per documented case.")
@click.option("--badge", metavar="FILE", help="Write an SVG badge.")
def coverage(
    url: str, session: str, fail_under: float | None, junit: str | None, badge: str | None
) -> None:
    """Which documented cases a mock has served: which ones its user's tests met.

    URL is the base URL of a running mock.
    """
    try:
        from mock_server.state import coverage as served
    except ModuleNotFoundError as error:
        _fail(f"Coverage needs {error.name}: pip install 'tallystick[mock]'.")
    cases = served.fetch(url, session)
    click.echo(served.table(cases))
    for path, text in ((junit, served.junit(cases)), (badge, served.badge(cases))):
        if path:
            served.write(path, text)
    enough = fail_under is None or served.percent(cases) >= fail_under
    raise click.exceptions.Exit(0 if enough else 1)


@contextmanager
def _target(plan: Plan) -> Iterator[Target]:
    """The target of a plan; where it names none, a mock that is served as long as it is needed."""
    if plan.target is not None:
        yield plan.target
        return
    from contract_tests.target.target import mock_target

    try:
        from mock_server.serve import serving
    except ModuleNotFoundError as error:
        _fail(f"Give --target or --base-url; the mock needs {error.name}.")
    click.echo("No --target and no --base-url: this checks the mock of the document.", err=True)
    with serving(plan.contract) as url:
        yield mock_target(url, plan.contract)


if __name__ == "__main__":
    main()
