"""HTML: the whole report as one file, for reading without a network, on a screen or on paper."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from contract_tests.results.formats.junit import label
from contract_tests.results.formats.precedence import rows_of
from contract_tests.results.run import Verdict, in_words

_ENVIRONMENT = Environment(
    loader=FileSystemLoader(Path(__file__).parent),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)
_ENVIRONMENT.filters["in_words"] = in_words


def render(report: Mapping[str, Any]) -> str:
    """The report as a page that holds all it needs."""
    cases = [{**case, "label": label(case)} for case in report["cases"]]
    counted = Counter(case["verdict"] for case in cases)
    return _ENVIRONMENT.get_template("report.html.j2").render(
        report=report,
        cases=cases,
        counts={verdict.value: counted[verdict.value] for verdict in Verdict},
        orders={each["operation"]: list(rows_of(each)) for each in report.get("precedence", ())},
        operations=list(dict.fromkeys(case["operation"] for case in cases)),
    )
