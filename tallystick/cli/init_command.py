"""`tallystick init`."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import click

from tallystick.cli.shared.contract_options import read
from tallystick.cli.shared.exits import fail, needs
from tallystick.errors import TallystickError
from tallystick.printing import ask as prompt
from tallystick.printing import in_line, show
from tallystick.reader.options import LoadOptions

if TYPE_CHECKING:
    from contract_tests.drafting.draft import Draft
    from contract_tests.drafting.survey import Survey

_FILE = "target.toml"
_MOST_SHOWN = 6


@click.command("init")
@click.argument("place", required=False, type=click.Path(), metavar="[URL|DOCUMENT]")
@click.option("--base-url", metavar="URL", help="Where the implementation is.")
@click.option(
    "--output", type=click.Path(), metavar="FILE", help=f"The file to write [default: {_FILE}]."
)
@click.option("--force", is_flag=True, help="Overwrite files that are there.")
@click.option("--no-input", is_flag=True, help="Ask nothing, as without a terminal.")
@click.option("--schema-only", is_flag=True, help="Write the JSON Schema for editors alone.")
def init_command(
    place: str | None,
    base_url: str | None,
    output: str | None,
    force: bool,
    no_input: bool,
    schema_only: bool,
) -> None:
    """Draft a target file from a document, and from what it says of the implementation.

    URL is that of the document, or of a server, which is then asked for its document in the usual
    places. On a terminal, you are asked for the address, the file, and the names of variables.
    """
    with needs("test"):
        from contract_tests.drafting.discovery import checked_base_url, find_document, servers_of
        from contract_tests.drafting.draft import BASE_URL, Draft
        from contract_tests.drafting.survey import Survey
    from tallystick.reader.texts.sources import is_address

    if schema_only:
        _write_schema(Path(output or _FILE), force=force)
        return
    ask = _questions(are_asked=not no_input and sys.stdin.isatty() and sys.stdout.isatty())
    path = Path(output or ask("Write to", _FILE, str) or _FILE)
    _check_free(path, force=force)
    if base_url is not None:
        base_url = checked_base_url(base_url)
    found, document = place, _beside(path, place)
    if place and is_address(place):
        found = document = find_document(place)
    survey = Survey(read(LoadOptions((found,) if found else ())))
    servers = servers_of(survey.contract, found or "", place)
    if base_url is None:
        base_url = ask("Address of the implementation", servers.base_url, checked_base_url)
    draft = Draft(
        survey,
        base_url or BASE_URL,
        document,
        str(path),
        servers.named,
        _variables(survey, ask),
    )
    _write(path, draft.text())
    _write_schema(path, force=force, is_kept=True)
    _show(path, draft)


# --- questions

Ask = Callable[[str, str | None, Callable[[str], str]], str | None]
"""Asks a question with a default answer, until a check takes the answer."""


def _questions(*, are_asked: bool) -> Ask:
    """What asks the questions on a terminal; elsewhere the answers are the defaults."""

    def ask(question: str, default: str | None, check: Callable[[str], str]) -> str | None:
        def checked(answer: str) -> str:
            try:
                return check(answer.strip())
            except TallystickError as error:
                raise click.BadParameter(str(error)) from None

        return prompt(question, default, checked) if are_asked else default

    return ask


def _variables(survey: Survey, ask: Ask) -> dict[str, str]:
    """The variables of the environment that the credentials come from, by their usual names."""
    from contract_tests.drafting.draft import variables_of

    usual = [
        (name, f"{each.scheme.name} ({key})")
        for each in survey.credentials
        if each.is_first
        for key, name in variables_of(each).items()
    ]
    asked = {name: ask(f"Variable that holds {what}", name, _variable) for name, what in usual}
    return {name: answer for name, answer in asked.items() if answer}


def _variable(name: str) -> str:
    if not re.fullmatch(r"[A-Za-z_][A-Za-z0-9_]*", name):
        raise TallystickError("A variable's name has letters, digits and underscores alone.")
    return name


# --- files


def _beside(path: Path, document: str | None) -> str | None:
    """A document as the target file names it: relative to the file."""
    if document is None:
        return None
    return Path(os.path.relpath(document, path.parent)).as_posix()


def _check_free(path: Path, *, force: bool) -> None:
    if path.exists() and not force:
        fail(f"{path}: The file exists. --force overwrites it; --output names another one.")


def _write(path: Path, text: str) -> None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        # A lone surrogate of the document has no UTF-8; it is shown as a question mark.
        path.write_bytes(text.encode("utf-8", "replace"))
    except FileExistsError as error:
        fail(f"{path}: The file cannot be written: {error.filename} is no folder.")
    except OSError as error:
        fail(f"{path}: The file cannot be written: {error.strerror}.")


def _write_schema(target: Path, *, force: bool, is_kept: bool = False) -> None:
    """Write the schema beside a target file. One that is there is kept, or else is in the way."""
    from contract_tests.drafting.draft import SCHEMA_NAME
    from contract_tests.target.file import SCHEMA

    path = target.with_name(SCHEMA_NAME)
    if path.exists() and is_kept and not force:
        return
    _check_free(path, force=force)
    _write(path, SCHEMA.read_text("utf-8"))


def _show(path: Path, draft: Draft) -> None:
    """What was written, and what is left to do."""
    survey = draft.survey
    show(f"{path}: a target file for {len(survey.contract.operations)} operations.")
    for what, items in (
        ("set these variables", draft.used_variables),
        ("fill in these values", list(survey.values)),
        ("these cases need an entry", list(dict.fromkeys(c.label for c, _ in survey.cases))),
        ("left out for safety", list(survey.left_out)),
    ):
        if items:
            more = f", and {len(items) - _MOST_SHOWN} more" if len(items) > _MOST_SHOWN else ""
            show(in_line(f"  {what}: {', '.join(items[:_MOST_SHOWN])}{more}"))
    show(f"Then run: tallystick test --target {path}")
