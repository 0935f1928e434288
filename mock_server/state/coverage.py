"""Coverage of the consumer: which documented cases the tests of a mock's user have met.

It is read from a running mock (`GET /_tallystick/coverage`), and written as table, badge or JUnit
XML.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from xml.etree import ElementTree

import httpx

from tallystick.badge import badge as svg_badge
from tallystick.errors import TallystickError
from tallystick.printing import in_line, printable

_TIMEOUT = 10.0


class CoverageError(TallystickError):
    """No coverage can be had from there, or written."""


@dataclass(frozen=True, slots=True)
class Met:
    """How often a documented case was served."""

    operation: str
    label: str
    times: int


def fetch(url: str, session: str = "") -> list[Met]:
    """The coverage of a running mock: of one session, or since its start, of all. Raises
    CoverageError.
    """
    base = f"{url.rstrip('/')}/~session/{session}" if session else url.rstrip("/")
    query = {} if session else {"total": "true"}
    try:
        with httpx.Client(timeout=_TIMEOUT, trust_env=False) as client:
            rows = (
                client.get(f"{base}/_tallystick/coverage", params=query).raise_for_status().json()
            )
        return [
            Met(
                in_line(row["operation"]),
                in_line(" ".join(filter(None, (row["status"], row["code"])))),
                row["served"],
            )
            for row in rows
        ]
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        raise CoverageError(f"There is no mock at {url}: {error}.") from None
    except (ValueError, TypeError, KeyError):
        raise CoverageError(f"What answers at {url} is no mock of Tallystick.") from None


def percent(cases: list[Met]) -> float:
    """How many of a hundred cases were met."""
    return 100 * sum(case.times > 0 for case in cases) / len(cases) if cases else 100.0


def table(cases: list[Met]) -> str:
    """The cases with how often each was met, and those that never were."""
    width = max((len(case.label) for case in cases), default=0)
    lines: list[str] = []
    for operation in dict.fromkeys(case.operation for case in cases):
        lines.append(operation)
        lines += [
            f"  {case.label:<{width}}  {case.times or 'never met'}"
            for case in cases
            if case.operation == operation
        ]
    met = sum(case.times > 0 for case in cases)
    return "\n".join(
        [*lines, f"{met} of {len(cases)} documented cases met ({percent(cases):.0f} %)"]
    )


def badge(cases: list[Met]) -> str:
    """An SVG badge that says how many were met."""
    return svg_badge("cases met", sum(case.times > 0 for case in cases), len(cases))


def junit(cases: list[Met]) -> str:
    """JUnit XML with a test for each case, which fails where it was never met."""
    missed = sum(case.times == 0 for case in cases)
    suite = ElementTree.Element(
        "testsuite",
        name="documented cases met",
        tests=str(len(cases)),
        failures=str(missed),
        errors="0",
    )
    for case in cases:
        item = ElementTree.SubElement(
            suite, "testcase", classname=case.operation, name=case.label, time="0"
        )
        if case.times == 0:
            ElementTree.SubElement(item, "failure", message="no test has met this case")
    ElementTree.indent(suite)
    return ElementTree.tostring(suite, encoding="unicode", xml_declaration=True) + "\n"


def write(path: str, text: str) -> None:
    """Write a file. Raises CoverageError."""
    try:
        Path(path).write_text(printable(text), encoding="utf-8")
    except OSError as error:
        raise CoverageError(f"{path} cannot be written: {error.strerror}.") from None
