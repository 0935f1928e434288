"""HTML: the whole report as one file, for reading without a network, on a screen or on paper.

Rules: findings come first. Operations stand by their tags; what is green is folded, on paper too
nothing is hidden.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from contract_tests.results.formats.junit import label
from contract_tests.results.formats.needs import count, is_closed, needs_of
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
_ENVIRONMENT.globals["count"] = count

_OTHERS = "Without tag"


class Tested(NamedTuple):
    """An operation of a report, with its cases."""

    name: str
    cases: Sequence[Mapping[str, Any]]

    @property
    def is_green(self) -> bool:
        """Whether nothing failed, and nothing could be covered that is not."""
        verdicts = {case["verdict"] for case in self.cases if not is_closed(case)}
        return verdicts.isdisjoint({"failed", "not_covered"})

    @property
    def counts(self) -> dict[str, int]:
        """How many cases have each verdict that there is."""
        counted = Counter(case["verdict"] for case in self.cases)
        return {verdict.value: n for verdict in Verdict if (n := counted[verdict.value])}


def render(report: Mapping[str, Any]) -> str:
    """The report as a page that holds all it needs."""
    cases = [{**case, "label": label(case)} for case in report["cases"]]
    counted = Counter(case["verdict"] for case in cases)
    return _ENVIRONMENT.get_template("report.html.j2").render(
        report=report,
        counts={verdict.value: counted[verdict.value] for verdict in Verdict},
        needs=needs_of(report),
        orders={each["operation"]: list(rows_of(each)) for each in report.get("precedence", ())},
        tagged=_by_tag(report, cases),
        messages=list(_messages()),
        lines=_lines,
    )


def _by_tag(
    report: Mapping[str, Any], cases: Sequence[Mapping[str, Any]]
) -> dict[str, list[Tested]]:
    """The operations by their first tag, in the order of the document; those without come last."""
    tags = report.get("tags", {})
    found: dict[str, list[Tested]] = {}
    for name in dict.fromkeys(case["operation"] for case in cases):
        tag = next(iter(tags.get(name, ())), _OTHERS)
        own = [case for case in cases if case["operation"] == name]
        found.setdefault(tag, []).append(Tested(name, own))
    return dict(sorted(found.items(), key=lambda item: item[0] == _OTHERS))


def _messages() -> Iterator[tuple[str, str]]:
    """The messages of an exchange, with their titles."""
    yield "request", "Request"
    yield "response", "Response"
    yield "compared", "Compared with"


def _lines(message: Mapping[str, Any]) -> list[tuple[str, bool]]:
    """The lines of a message, and which are marked."""
    marked = set(message["marked"])
    return [(line, n in marked) for n, line in enumerate(message["text"].split("\n"), 1)]
