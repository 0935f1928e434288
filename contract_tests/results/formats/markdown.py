"""Markdown: a summary for the page of a CI job, or a comment on a pull request.

Rules: findings come first, since a document may have hundreds of operations. Texts of documents and
targets are texts there, too: none of them is a link, a picture, HTML or a cell of a table.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any

from contract_tests.results.formats.junit import label
from contract_tests.results.formats.precedence import rows_of
from contract_tests.results.run import in_words

_SIGNS = {"passed": "✅", "failed": "❌", "not_covered": "⚪", "unreachable": "🚫"}
_ACCEPTED = "☑️"
_MOST = 30


def render(report: Mapping[str, Any]) -> str:
    """The report as Markdown."""
    parts = (*_findings(report), *_orders(report), *_cases(report))
    return "\n".join([_verdicts(report), "", *parts, "", _totals(report), ""])


def _verdicts(report: Mapping[str, Any]) -> str:
    counted = Counter(case["verdict"] for case in report["cases"])
    counts = [f"{counted[name]} {in_words(name)}" for name in _SIGNS if counted[name]]
    return f"## Contract: {', '.join(counts) or 'no cases'}"


def _cases(report: Mapping[str, Any]) -> Iterator[str]:
    for operation in dict.fromkeys(case["operation"] for case in report["cases"]):
        yield from ("", f"### {_code(operation)}", "", "| | case | |", "|---|---|---|")
        for case in (c for c in report["cases"] if c["operation"] == operation):
            verdict = f"{_SIGNS[case['verdict']]} {in_words(case['verdict'])}"
            if case.get("accepted"):
                verdict = f"{_ACCEPTED} {in_words(case['verdict'])}, accepted"
            yield f"| {verdict} | {_code(label(case))} | {_text(case['reason'] or '')} |"


def _orders(report: Mapping[str, Any]) -> Iterator[str]:
    """The order in which errors are named, where a fuzz has looked."""
    for precedence in report.get("precedence", ()):
        yield from (f"### Order of errors: {_code(precedence['operation'])}", "")
        yield from ("| | |", "|---|---|")
        yield from (f"| {first} | {_text(second)} |" for first, second in rows_of(precedence))
        yield ""


def _findings(report: Mapping[str, Any]) -> Iterator[str]:
    found = [finding for finding in report["findings"] if not finding.get("accepted")]
    if found:
        yield from ("### Findings", "")
    for number, finding in enumerate(found[:_MOST], 1):
        title = f"**{_text(finding['check'])}** ({finding['level']})"
        yield f"{number}. {title}: {_text(finding['message'])}"
        yield ""
        if finding["quote"]:
            yield from (f"   > {_text(finding['quote'])}", "")
        if finding.get("remedy"):
            yield from (f"   {_text(finding['remedy'])}", "")
        yield from (f"   {_text(finding['source'])}", "", *_fenced(finding["curl"]), "")
    if len(found) > _MOST:
        yield from (f"… and {len(found) - _MOST} more, in the report.", "")


def _fenced(text: str) -> Iterator[str]:
    """A fenced block in a list item, with a fence that the text does not hold."""
    fence = "```"
    while fence in text:
        fence += "`"
    yield f"   {fence}sh"
    yield from (f"   {line}" for line in text.splitlines())
    yield f"   {fence}"


def _totals(report: Mapping[str, Any]) -> str:
    target = f" of {_code(report['target'])}" if report.get("target") else ""
    accepted = sum(bool(finding.get("accepted")) for finding in report["findings"])
    known = f" {accepted} findings are accepted." if accepted else ""
    return (
        f"{report['requests']:,} requests{target} in {report['seconds']:.1f} s, "
        f"seed {report['seed']}.{known}"
    )


def _code(text: str) -> str:
    """A text as code, unless it could end that, or the cell that it stands in."""
    plain = " ".join(text.split())
    return _text(plain) if re.search(r"[\\`|]", plain) or not plain else f"`{plain}`"


_MARKUP = re.compile(
    r"""[\\`*_\[\]|~&<>]    # the backslash, too: it would escape ours
    |(?<=[a-z]):(?=//)     # an address, which GitHub makes a link
    |(?<=www)\.
    |^[-+=\#]              # at the start of a line: a list, a heading""",
    re.VERBOSE | re.IGNORECASE,
)
_NUMBER = re.compile(r"^([0-9]+)(?=[.)])")
_ENTITIES = {"&": "&amp;", "<": "&lt;", ">": "&gt;"}


def _text(text: str) -> str:
    """A text without markup (CommonMark section 2.4), in a cell of a table, too."""
    plain = " ".join(text.split())
    escaped = _MARKUP.sub(lambda sign: _ENTITIES.get(sign[0], f"\\{sign[0]}"), plain)
    return _NUMBER.sub(r"\1\\", escaped)
