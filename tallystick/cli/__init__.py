"""The command line: one module per command.

Rules: bad input gives one clear message on standard error and exit code 2, never a traceback. A
command imports what it uses when it runs, so that `--help` and the others do not pay for it. This
is the only part of the package that may use the programs, and only inside its commands.
"""

from __future__ import annotations

import os
import sys
import traceback
from contextlib import suppress
from io import StringIO

import click

from tallystick.cli.accept_command import accept_command
from tallystick.cli.cases_command import cases_command
from tallystick.cli.collections_command import collections_command
from tallystick.cli.coverage_command import coverage_command
from tallystick.cli.export_command import export_command
from tallystick.cli.fuzz_command import fuzz_command
from tallystick.cli.init_command import init_command
from tallystick.cli.lint_command import lint_command
from tallystick.cli.mock_command import mock_command
from tallystick.cli.overlay_command import overlay_command
from tallystick.cli.replay_command import replay_command
from tallystick.cli.shared.exits import fail
from tallystick.cli.tests_command import test_command
from tallystick.errors import TallystickError
from tallystick.printing import show

__all__ = ["cli", "main"]


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(package_name="tallystick")
def cli() -> None:
    """One OpenAPI document, two programs: a mock that produces every documented outcome, and
    tests that hold any implementation to them.

    DOCUMENT is a YAML or JSON file, an http(s) URL, or a Markdown page with a fenced OpenAPI
    block. Without it, the bundled contract is used.
    """


for _command in (
    cases_command,
    collections_command,
    lint_command,
    overlay_command,
    export_command,
    mock_command,
    init_command,
    test_command,
    fuzz_command,
    replay_command,
    accept_command,
    coverage_command,
):
    cli.add_command(_command)


def _shown(error: click.ClickException) -> str:
    """What click says of an error."""
    text = StringIO()
    error.show(file=text)
    return text.getvalue().rstrip("\n")


def _defect(error: Exception) -> str:
    """What is said of an error that nobody expected: never a traceback, unless it is asked for."""
    if os.environ.get("TALLYSTICK_TRACEBACK"):
        return "".join(traceback.format_exception(error))
    what = f"{type(error).__name__}: {error}".splitlines()[0][:_LONGEST]
    return (
        f"This is a defect of Tallystick: {what}\n"
        "Please report it, with what TALLYSTICK_TRACEBACK=1 in the environment adds."
    )


_LONGEST = 500
"""How much of such an error is shown: it may quote a document."""


def main() -> None:
    """The `tallystick` command."""
    try:
        # Outside its standalone mode, click returns the code of an `Exit`.
        sys.exit(cli(standalone_mode=False) or 0)
    except click.Abort:
        sys.exit(130)
    except click.ClickException as error:
        show(_shown(error), err=True)
        sys.exit(error.exit_code)
    except TallystickError as error:
        fail(str(error))
    except BrokenPipeError:
        # The reader of our output has enough. Close it, so that Python does not complain at exit.
        sys.stderr.close()
        sys.exit(141)
    except OSError as error:
        _let_go_of_output()
        what = error.strerror or str(error)
        fail(f"{error.filename}: {what}." if error.filename else f"Nothing can be written: {what}.")
    except Exception as error:
        # Exit code 1 would say that something was found.
        fail(_defect(error))


def _let_go_of_output() -> None:
    """Throw away what could not be written, so that Python does not try again at exit."""
    with suppress(OSError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
