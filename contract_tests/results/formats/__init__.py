"""The formats of a report, each for a place where people look.

Rules: every format is made from the same facts, those of `report.json`, which hold no secret. A new
format is one function and one row of `FORMATS`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from contract_tests.results.formats import html, junit, markdown, sarif
from tallystick.badge import badge

Report = Mapping[str, Any]


def _badge(report: Report) -> str:
    passed = sum(case["verdict"] == "passed" for case in report["cases"])
    return badge("cases passed", passed, len(report["cases"]))


FORMATS: Mapping[str, Callable[[Report], str]] = {
    "junit.xml": junit.render,
    "report.html": html.render,
    "report.sarif": sarif.render,
    "summary.md": markdown.render,
    "badge.svg": _badge,
}
"""The files beside `report.json`, each with the function that makes its text."""
