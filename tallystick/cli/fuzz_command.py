"""`tallystick fuzz`."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING, Any

import click

from tallystick.cli.shared.contract_options import contract_options, scope_options
from tallystick.cli.shared.exits import needs

if TYPE_CHECKING:
    from tallystick.reader.options import LoadOptions

_LIMITS = ("max_requests", "max_creations", "max_time", "rate", "until_quiet")


@click.command("fuzz")
@contract_options
@click.option(
    "--target",
    "target_file",
    type=click.Path(),
    metavar="FILE",
    help="The target file (TOML) to fuzz.",
)
@click.option("--base-url", metavar="URL", help="A target on this machine that needs no file.")
@scope_options
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
    type=click.Path(),
    metavar="DIR|URL",
    default=".tallystick/corpus",
    show_default=True,
    help="Keep interesting inputs there: a folder, redis://…, or none.",
)
@click.option(
    "--baseline", type=click.Path(), metavar="FILE", help="Findings that are accepted for a while."
)
@click.option(
    "--report-dir",
    type=click.Path(),
    metavar="DIR",
    help="Write report.json and requests.ndjson there.",
)
@click.option("--dry-run", is_flag=True, help="Print what would be sent, and send nothing.")
def fuzz_command(load: LoadOptions, dry_run: bool, seed: int | None, **options: Any) -> None:
    """Fuzz an implementation, within a budget.

    Exit codes: 0 nothing found, whichever limit ended it; 1 findings; 2 bad usage; 4 the target
    could not be reached.
    """
    with needs("test"):
        from fuzzing.command import run_fuzz
        from fuzzing.settings import Settings
    settings = Settings(
        load=load,
        seed=secrets.randbelow(2**32) if seed is None else seed,
        limits={name: value for name in _LIMITS if (value := options.pop(name)) is not None},
        **options,
    )
    with needs("cluster"):  # for --scheduler only
        code = run_fuzz(settings, dry_run=dry_run)
    raise click.exceptions.Exit(code)
