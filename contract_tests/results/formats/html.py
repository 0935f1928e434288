"""HTML: the whole report as one file, for reading without a network, on a screen or on paper."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from contract_tests.results.formats.junit import label
from contract_tests.results.formats.precedence import rows_of

_ENVIRONMENT = Environment(
    loader=FileSystemLoader(Path(__file__).parent),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)
_VERDICTS = ("passed", "failed", "not_covered")


def render(report: Mapping[str, Any]) -> str:
    """The report as a page that holds all it needs."""
    cases = [{**case, "label": label(case)} for case in report["cases"]]
    counts = {verdict: sum(c["verdict"] == verdict for c in cases) for verdict in _VERDICTS}
    return _ENVIRONMENT.get_template("report.html.j2").render(
        report=report,
        cases=cases,
        counts=counts,
        orders={each["operation"]: list(rows_of(each)) for each in report.get("precedence", ())},
        operations=list(dict.fromkeys(case["operation"] for case in cases)),
    )
