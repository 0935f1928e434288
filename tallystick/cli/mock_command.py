"""`tallystick mock`."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import click

from tallystick.cli.shared.contract_options import contract_options, read
from tallystick.cli.shared.exits import needs
from tallystick.cli.shared.folder import offered
from tallystick.cli.shared.limit_options import limit_options
from tallystick.reader.options import LOCALE

if TYPE_CHECKING:
    from tallystick.reader.options import LoadOptions


@click.command("mock")
@contract_options
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option("--port", default=8080, show_default=True, type=click.IntRange(0, 65535))
@click.option("--seed", default=0, show_default=True, help="Seed of the generated data.")
@click.option(
    "--locale",
    default=LOCALE,
    show_default=True,
    help="Language and country of the generated data, such as de_DE.",
)
@click.option(
    "--max-body",
    type=click.IntRange(1),
    metavar="BYTES",
    help="Largest request body that is read, where the document allows no larger one. By default "
    "1 MiB, and 32 MiB for files.",
)
@click.option(
    "--token",
    envvar="TALLYSTICK_TOKEN",
    help="What the board and the control API ask for. Off loopback one is made up by default.",
)
@click.option(
    "--token-file",
    type=click.Path(),
    metavar="FILE",
    help="Read the token from this file, which no list of processes shows.",
)
@click.option(
    "--allow-origin",
    "origins",
    multiple=True,
    metavar="ORIGIN",
    help="Let web pages of this origin control the mock, too; may be given several times.",
)
@click.option(
    "--no-auth",
    is_flag=True,
    help="Ask for no credentials, whatever security the document requires.",
)
@click.option(
    "--stateless",
    is_flag=True,
    help="Let collections keep nothing: each answer is as if it were the first.",
)
@click.option(
    "--state",
    "state_file",
    type=click.Path(),
    metavar="FILE",
    help="What collections have at first: JSON, as GET /_tallystick/state gives it.",
)
@click.option(
    "--watch/--no-watch",
    default=True,
    show_default=True,
    help="Serve files of the document and overlays anew when they are edited.",
)
@click.option(
    "--store",
    envvar="TALLYSTICK_STORE",
    metavar="URL",
    help="Keep all state in Redis, for several workers and replicas: redis://HOST:PORT/DB.",
)
@click.option(
    "--workers",
    default=1,
    show_default=True,
    type=click.IntRange(1, 64),
    help="Processes that serve; above 1 they need a --store.",
)
@limit_options
@click.option("-q", "--quiet", is_flag=True, help="Print no line for each request.")
@click.option(
    "-v",
    "--verbose",
    is_flag=True,
    help="Print the requests of the board and the control API, preflights and the like, too.",
)
@click.option("--open", "opens_board", is_flag=True, help="Open the board in the browser.")
def mock_command(
    load: LoadOptions,
    host: str,
    port: int,
    seed: int,
    max_body: int | None,
    locale: str,
    token: str | None,
    token_file: str | None,
    origins: Sequence[str],
    *,
    no_auth: bool,
    stateless: bool,
    state_file: str | None,
    watch: bool,
    quiet: bool,
    verbose: bool,
    opens_board: bool,
    store: str | None,
    workers: int,
    limits: Mapping[str, Any],
) -> None:
    """Serve the contract as a mock that produces every documented case.

    Without DOCUMENT, in a folder that holds just one, you are asked whether to serve that.
    """
    with needs("mock"):
        from mock_server.limits import MockLimits
        from mock_server.serve import access_to, serve
        from mock_server.watching import Watched
    from tallystick.reader.texts.sources import recording

    for origin in origins:
        _require_origin(origin)
    if stateless and state_file:
        raise click.UsageError("--state is of no use with --stateless.")
    if token_file is not None:
        token = _token(token_file)
    _require_token(token or "")
    access = access_to(host, token or None, origins)
    load = replace(offered(load), locale=locale)
    with recording() as files:
        contract = read(load)
    serve(
        contract,
        host=host,
        port=port,
        seed=seed,
        max_body=max_body,
        access=access,
        auth=not no_auth,
        remembers=not stateless,
        state=None if state_file is None else _json(state_file),
        load=load,
        watched=Watched(load, frozenset(files)) if watch and files else None,
        log="none" if quiet else "all" if verbose else "api",
        opens_board=opens_board,
        limits=MockLimits(**limits),
        is_token_given=bool(token),
        store=store,
        workers=workers,
    )


_TOKEN = re.compile(r"(?:[!-~](?:[ -~]{0,998}[!-~])?)?")


def _require_token(token: str) -> None:
    """A header and a cookie must be able to carry it (RFC 9110 section 5.5, RFC 6265 section 4.1),
    and the form of the board takes no more.
    """
    if not _TOKEN.fullmatch(token):
        raise click.UsageError(
            "The token must be one line of at most 1,000 ASCII letters, digits and signs, since a "
            "header has to carry it."
        )


def _token(file: str) -> str:
    """The token in a file."""
    from tallystick.reader.texts.reading import read_text

    try:
        token = read_text(file).strip()
    except (OSError, UnicodeDecodeError) as error:
        wrong = getattr(error, "strerror", None) or "it is no text"
        raise click.BadParameter(
            f"{file} cannot be read: {wrong}.", param_hint="--token-file"
        ) from None
    if not token:
        raise click.BadParameter(f"{file} is empty.", param_hint="--token-file")
    return token


def _json(file: str) -> Any:
    """The value of a JSON file."""
    from tallystick.reader.texts.reading import read_text

    try:
        return json.loads(read_text(file))
    except OSError as error:
        wrong = f"{file} cannot be read: {error.strerror}."
    except (ValueError, RecursionError) as error:
        wrong = f"{file} is no JSON: {error}."
    raise click.BadParameter(wrong, param_hint="--state")


def _require_origin(origin: str) -> None:
    if not re.fullmatch(r"https?://[^/?#\s]+", origin):
        raise click.BadParameter(
            f"{origin!r} is no origin, such as http://localhost:3000.",
            param_hint="--allow-origin",
        )
