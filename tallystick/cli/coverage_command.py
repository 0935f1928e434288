"""`tallystick coverage`."""

from __future__ import annotations

import click

from tallystick.cli.shared.exits import needs
from tallystick.printing import show


@click.command("coverage")
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
@click.option(
    "--junit",
    type=click.Path(),
    metavar="FILE",
    help="Write JUnit XML, a test per documented case.",
)
@click.option("--badge", type=click.Path(), metavar="FILE", help="Write an SVG badge.")
def coverage_command(
    url: str, session: str, fail_under: float | None, junit: str | None, badge: str | None
) -> None:
    """Which documented cases a mock has served: which ones its user's tests met.

    URL is the base URL of a running mock.
    """
    with needs("mock"):
        from mock_server.state import coverage
    cases = coverage.fetch(url, session)
    show(coverage.table(cases))
    for path, text in ((junit, coverage.junit(cases)), (badge, coverage.badge(cases))):
        if path:
            coverage.write(path, text)
    enough = fail_under is None or coverage.percent(cases) >= fail_under
    raise click.exceptions.Exit(0 if enough else 1)
