"""The terminal: what a run found, in as many lines as fit onto a screen; the whole with `-v`.

Rules: without `-v` there are never more than `MOST_LINES` lines, and none is wider than `_WIDEST`,
whatever the document and the target say. Each section has several renderings: the whole, which only
`-v` prints, then those for a screen, the longest first. All sections start with their shortest;
then each gets the longest for which there is room, in the order of `_IMPORTANCE`.
"""

from __future__ import annotations

import re
import textwrap
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from math import inf
from typing import Any

from contract_tests.checks.levels import ADVISORY
from contract_tests.results.findings import lines_of
from contract_tests.results.formats.junit import label
from contract_tests.results.formats.needs import count, is_closed, needs_of
from contract_tests.results.run import in_words
from tallystick.printing import printable, styled, unstyled

MOST_LINES, WIDTH = 60, 120
"""How much is printed without `-v`, and the width where no terminal has another."""

_WIDEST = 150
_MOST_CAUSES, _MOST_GROUPS, _MOST_NOTES = 10, 6, 3
_COLOURS = {"passed": "green", "failed": "red", "not_covered": "yellow", "unreachable": "cyan"}

Report = Mapping[str, Any]
Lines = list[str]


def render(report: Report, *, is_whole: bool = False, width: int = WIDTH) -> str:
    """The lines of a report; all of them where it `is_whole`."""
    width, report = min(max(width, 40), _WIDEST), _printable(report)
    sections = {name: renderings(report, width) for name, renderings in _SECTIONS.items()}
    chosen = {name: renderings[0 if is_whole else -1] for name, renderings in sections.items()}
    for name in () if is_whole else _IMPORTANCE:
        fitting = (each for each in sections[name][1:] if _fits({**chosen, name: each}))
        chosen[name] = next(fitting, chosen[name])
    return "\n\n".join("\n".join(lines) for lines in chosen.values() if lines)


def _fits(chosen: Mapping[str, Lines]) -> bool:
    """Whether these sections, and the empty lines between them, fit onto a screen."""
    sizes = [len(lines) for lines in chosen.values() if lines]
    return sum(sizes) + len(sizes) - 1 <= MOST_LINES


# --- cases


def _cases(report: Report, width: int) -> list[Lines]:
    """A table of the cases, or how many operations are as the document says."""
    return [_table(report), _table(report, width), _counts(report)]


def _table(report: Report, width: int | None = None) -> Lines:
    size = max((len(label(case)) for case in report["cases"]), default=0)
    lines = []
    for operation, cases in _by_operation(report).items():
        lines.append(styled(_cut(operation, width), bold=True))
        # What nobody can bring about is counted below, unless it has a name.
        for case in (c for c in cases if c["code"] or not is_closed(c)):
            words = in_words(case["verdict"])
            known = "(accepted) " if case.get("accepted") else ""
            name = f"  {label(case):<{size}}  "
            line = _cut(f"{name}{words:<11}  {known}{case['reason'] or ''}".rstrip(), width)
            verdict = styled(words, _COLOURS[case["verdict"]])
            lines.append(name + verdict + line[len(name + words) :])
    return lines


def _by_operation(report: Report) -> dict[str, list[Mapping[str, Any]]]:
    found = defaultdict(list)
    for case in report["cases"]:
        found[case["operation"]].append(case)
    return found


def _counts(report: Report) -> Lines:
    operations = _by_operation(report).values()
    verdicts = [{case["verdict"] for case in cases if not is_closed(case)} for cases in operations]
    failed = sum("failed" in each for each in verdicts)
    is_open = sum("not_covered" in each and "failed" not in each for each in verdicts)
    return [
        f"{count(len(verdicts), 'operation')}: {failed} with failed cases, {is_open} with cases "
        f"not covered, {len(verdicts) - failed - is_open} with neither. Each case: -v."
    ]


# --- findings


def _findings(report: Report, width: int) -> list[Lines]:
    """All findings as a whole; or the largest causes in brief, first with the commands."""
    numbered = enumerate(report["findings"], 1)
    found = [(number, each) for number, each in numbered if not each.get("accepted")]
    if not found:
        return [[]]
    whole, screen = (
        [line for pair in found for line in _whole(*pair, width, longest)][1:]
        for longest in (None, _WIDEST)
    )
    head = ["The largest causes:"] if len(found) > _MOST_CAUSES else []
    return [
        whole,
        screen,
        *([*head, *_largest(found, width, brief)] for brief in (_with_command, _wide, _brief)),
    ]


def _whole(
    number: int, finding: Mapping[str, Any], width: int, longest: int | None
) -> Iterator[str]:
    yield ""
    first, *rest = lines_of({**finding, "curl": ""})
    head, *more = _wrapped(f"{number}. {first}", width, "   ")
    yield from (styled(line, _colour(finding)) for line in (head, *more))
    for line in rest:
        yield from _wrapped(f"   {line}", width, " " * 15)
    yield from _command(finding, width, " " * 5, longest)


def _largest(
    found: Sequence[tuple[int, Mapping[str, Any]]],
    width: int,
    brief: Callable[..., Iterator[str]],
) -> Iterator[str]:
    for number, finding in found[:_MOST_CAUSES]:
        yield from brief(number, finding, width)
    more = found[_MOST_CAUSES:]
    if more:
        advisory = sum(finding["level"] == ADVISORY for _, finding in more)
        line = f"… and {count(len(more), 'more finding')}, {advisory} of them advisory"
        yield f"{line}: -v, or --report-dir DIR."


def _with_command(number: int, finding: Mapping[str, Any], width: int) -> Iterator[str]:
    yield from _wide(number, finding, width)
    yield from _command(finding, width, " " * 6, _WIDEST)


def _wide(number: int, finding: Mapping[str, Any], width: int) -> Iterator[str]:
    head, *rest = _brief(number, finding, None)
    for line in _wrapped(unstyled(head), width, " " * 6):
        yield styled(line, _colour(finding))
    for line in rest:
        yield from _wrapped(line, width, " " * 16)


def _brief(number: int, finding: Mapping[str, Any], width: int | None) -> Iterator[str]:
    """A finding in three lines: what is wrong, where, and what mends it."""
    message = finding.get("headline") or finding["message"]
    head = f"{number:>2}. {finding['check']} ({finding['level']}): {message}"
    yield styled(_cut(head, width), _colour(finding))
    yield _cut(f"      in        {_breadth(finding)} · {_place(finding)}", width)
    if finding.get("remedy"):
        yield _cut(f"      change    {finding['remedy']}", width)


def _breadth(finding: Mapping[str, Any]) -> str:
    """Where a cause shows: the operation, or how many there are, and the first."""
    operations = finding.get("operations") or [finding["operation"]]
    requests = count(finding.get("requests", 1), "request")
    if len(operations) == 1:
        return f"{operations[0]} ({requests})"
    return f"{len(operations)} operations, {requests}, first {operations[0]}"


def _place(finding: Mapping[str, Any]) -> str:
    """The file and line; the pointer where all stands on one line; or the standard."""
    place = finding.get("location")
    if finding["level"] not in ("documented", "difference") or not place:
        return str(finding["source"])
    has_line = place["line"] and (place["line"] > 1 or not place["pointer"])
    name = place["file"].replace("\\", "/").rpartition("/")[2]
    return f"{name}:{place['line']}" if has_line else f"#{place['pointer']}"


def _command(finding: Mapping[str, Any], width: int, indent: str, longest: int | None) -> Lines:
    """The command that repeats a request, over several lines that a shell takes as one. A word
    that is too long for a line cannot be divided.
    """
    units = _units(finding["curl"])
    is_long = max(map(len, units)) + len(indent) + 12 > (longest or inf)
    if is_long or (longest and "\n" in finding["curl"]):
        return [f"{indent}repeat    the command is long: -v, or --report-dir DIR"]
    lines = [f"{indent}repeat    {units[0]}"]
    for unit in units[1:]:
        if len(lines[-1]) + len(unit) + 3 > width:
            lines[-1] += " \\"
            lines.append(f"{indent}          {unit}")
        else:
            lines[-1] += f" {unit}"
    return lines


_WORD = re.compile(r"""(?:\$'(?:[^'\\]|\\.)*'|'[^']*'|"(?:[^"\\]|\\.)*"|\\.|[^\s'"\\])+""")


def _units(command: str) -> list[str]:
    """The words of a command for the shell, each option with its value."""
    units: list[str] = []
    for word in _WORD.findall(command):
        if units and re.fullmatch(r"--?[\w-]+", units[-1]) and not word.startswith("-"):
            units[-1] += f" {word}"
        else:
            units.append(word)
    return units or [""]


def _colour(finding: Mapping[str, Any]) -> str:
    return "cyan" if finding["level"] == ADVISORY else "red"


# --- what is not covered


def _not_covered(report: Report, width: int) -> list[Lines]:
    """What the cases that are not covered need, a line for each need."""
    needs = needs_of(report)
    if not needs:
        return [[]]
    lines = [f"  {need.text}" for need in needs]
    screen = [_cut(line, width) for line in lines]
    brief = screen[:_MOST_GROUPS]
    if len(lines) > _MOST_GROUPS:
        rest = sum(need.cases for need in needs[_MOST_GROUPS:])
        brief.append(f"  … and {count(rest, 'case')} for other reasons: -v")
    return [["Not covered:", *each] for each in (lines, screen, brief)]


def _to_add(report: Report, _: int) -> list[Lines]:
    """What to paste into the target file."""
    lines = list(report.get("to_add", ()))
    if not lines:
        return [[]]
    head = "Not covered. To have these cases tested, add to the target file:"
    brief = ["What to add to the target file to have them tested: -v."]
    whole = [head, *(f"    {line}".rstrip() for line in lines)]
    return [whole, whole if max(map(len, whole)) <= _WIDEST else brief, brief]


# --- the baseline


def _baseline(report: Report, width: int) -> list[Lines]:
    """Acceptances that are over: their day has passed, or what they are about is gone."""
    expired = [
        f"accepted until {e['expires']}: {e['id']} counts again" for e in report.get("expired", ())
    ]
    gone = [
        f"  {each['id']}  {each['operation']}: {each['check']} (seen with seed {each['seed']})"
        for each in report.get("no_longer_found", ())
    ]
    if not expired and not gone:
        return [[]]
    counts = [
        *([f"{count(len(expired), 'acceptance')} expired: -v."] if expired else []),
        *([f"{count(len(gone), 'accepted finding')} no longer found: -v."] if gone else []),
    ]
    head = "Accepted, but no longer found. Take it out of the baseline (tallystick accept --prune):"
    whole = [*expired, *([head, *gone] if gone else [])]
    return [whole, [_cut(line, width) for line in whole], counts]


# --- notes and totals


def _notes(report: Report, width: int) -> list[Lines]:
    """What was said beside the findings."""
    notes = [f"note: {note}" for note in report.get("notes", ())]
    whole = [line for note in notes for line in _wrapped(note, width, "      ")]
    brief = [_cut(note, width) for note in notes[:_MOST_NOTES]]
    if len(notes) > _MOST_NOTES:
        brief.append(f"… and {count(len(notes) - _MOST_NOTES, 'more note')}: -v.")
    return [whole, whole, brief]


def _totals(report: Report, width: int) -> list[Lines]:
    """The verdicts and findings, counted, and how to repeat the run."""
    counts = [
        f"{sum(case['verdict'] == verdict for case in report['cases'])} {in_words(verdict)}"
        for verdict in _COLOURS
    ]
    known = [finding for finding in report["findings"] if finding.get("accepted")]
    found = [finding for finding in report["findings"] if not finding.get("accepted")]
    advisory = sum(finding["level"] == ADVISORY for finding in found)
    parts = [
        *counts,
        f"{len(found) - advisory} findings, {advisory} advisory",
        *([f"{len(known)} accepted"] if known else []),
        *([_cut(f"codes in {report['codes_in']}", width)] if report.get("codes_in") else []),
        f"{report['requests']} requests in {report['seconds']:.1f} s",
        f"seed {report['seed']}",
    ]
    return [_wrapped(" · ".join(parts), width, "")]


# --- lines


def _wrapped(text: str, width: int, indent: str) -> Lines:
    """A text as lines, all but the first indented. A word that is too long for a line is cut in
    two: it is no command.
    """
    return [
        line
        for n, part in enumerate(text.splitlines())
        for line in textwrap.wrap(
            part,
            width,
            initial_indent=indent if n else "",
            subsequent_indent=indent,
            break_on_hyphens=False,
            drop_whitespace=True,
        )
    ]


def _printable(value: Any) -> Any:
    """A report without signs that do something to a terminal."""
    if isinstance(value, str):
        return printable(value)
    if isinstance(value, list):
        return [_printable(each) for each in value]
    if isinstance(value, dict):
        # The exchange is for other formats.
        return {name: _printable(each) for name, each in value.items() if name != "exchange"}
    return value


def _cut(line: str, width: int | None) -> str:
    """One line that is not too wide."""
    line = line.replace("\n", " ")
    return line if width is None or len(line) <= width else f"{line[: width - 1]}…"


_Renderings = Callable[[Report, int], list[Lines]]
_SECTIONS: Mapping[str, _Renderings] = {
    "cases": _cases,
    "findings": _findings,
    "not covered": _not_covered,
    "to add": _to_add,
    "baseline": _baseline,
    "notes": _notes,
    "totals": _totals,
}
"""The sections, in the order in which they are printed."""

_IMPORTANCE = ("findings", "not covered", "baseline", "notes", "cases", "to add")
"""Which section becomes whole first."""
