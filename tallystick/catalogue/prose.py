"""Error codes in the prose of a response's description.

Rules: a code line is `Code — text`, as a paragraph, a bullet or a table row; the dash is an em
dash, an en dash, a hyphen between spaces or a colon. After a full stop or semicolon the next may
follow on the same line, if its code can hardly be a word. A bare code is dotted (`Account.Closed`),
SCREAMING_SNAKE, lower kebab-case or snake_case, or CamelCase; in bold too; in backticks it may
also be one word in capitals. HTML, which Markdown may hold, is read as the Markdown that it
stands for. The name of a property is no code, nor is the word and dash that a
sentence merely starts with. What looks like a code line and cannot be read is given back as a
`Suspect`, never dropped.
"""

from __future__ import annotations

import html
import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class CodeLine:
    """A code and the sentence that explains it."""

    code: str
    text: str


@dataclass(frozen=True, slots=True)
class Suspect:
    """A line that looks like a code line, and why it was not read as one."""

    line: str
    reason: str


_SHAPE = r"""
    [A-Za-z][A-Za-z0-9_-]+(?:\.[A-Za-z][A-Za-z0-9_-]*)+   # dotted
  | [A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+                         # SCREAMING_SNAKE
  | [a-z][a-z0-9]*(?:[-_][a-z0-9]+)+                      # kebab-case, snake_case
  | [A-Z][a-z0-9]+[A-Z][A-Za-z0-9]*                       # CamelCase
"""
_TOKEN = rf"""
    (?: \*\*`(?P<bold_ticked>[A-Za-z][\w.\-/]*)`\*\*
      | `(?P<ticked>[A-Za-z][\w.\-/]*)`
      | (?P<mark>\*\*|__)(?P<bold>{_SHAPE})(?::?(?P=mark))
      | (?P<bare>{_SHAPE}) )
"""
_BULLET = r"(?:[-*+•]|\d+[.)])\s+"
_DASH = r"(?: \s+(?:[—–-]|--)\s+ | \s*[—–]\s* | \s*:(?=\s|$) | (?<=:\*\*)\s+ )"
_LINE = re.compile(rf"(?:{_BULLET})?{_TOKEN}{_DASH}(?P<text>.*)", re.VERBOSE)
_NEXT = re.compile(rf"(?<=[.;])\s+(?={_TOKEN}{_DASH}\s*\S)", re.VERBOSE)
_START = re.compile(rf"(?:{_BULLET})?{_TOKEN}(?P<rest>.*)", re.VERBOSE)
_NEW_ITEM = re.compile(rf"{_BULLET}|\*\*|`|\S+(?:\s+[—–-]\s|:\s)")
_TABLE_RULE = re.compile(r"[\s|:-]+")
_CAPITALS = re.compile(rf"(?:{_BULLET})?(?!NOTE|TODO|WARNING|HTTP)[A-Z]{{4,}}\s*(?:[—–:]|\s-)\s")
_TAGS = tuple(
    (re.compile(rf"(?<!`)<(?:{names})(?:\s[^<>]{{0,200}})?/?>{after}", re.IGNORECASE), mark)
    for names, after, mark in (
        (r"br", "", "\n"),
        (r"/(?:td|th)", r"\s*", " | "),
        (r"td|th", "", ""),
        (r"/?(?:p|div|ul|ol|dl|table|thead|tbody)|/tr", "", "\n\n"),
        (r"li|dt", "", "\n- "),
        (r"/(?:li|dd)", "", "\n\n"),
        (r"/dt", "", ""),
        (r"dd", "", " — "),
        (r"tr", r"\s*", "\n\n|"),
        (r"/?(?:b|strong)", "", "**"),
        (r"/?code", "", "`"),
    )
)
_NO_CODE = re.compile(
    r"(?i)e\.g|i\.e|github|gitlab|javascript|typescript|openapi|paypal|youtube|linkedin|mysql"
    r"|postgresql|graphql|[\w.-]+\.(?:js|md|json|ya?ml|html?|com|org|net|io|dev|co|eu)"
)  # brands, files and hosts: written like codes, never meant as such


def read(description: str, names: Collection[str] = ()) -> tuple[list[CodeLine], list[Suspect]]:
    """The code lines of a description in order, and the lines that look like one.

    `names` are the names of the operation's properties and parameters.
    """
    codes: list[CodeLine] = []
    suspects: list[Suspect] = []
    for line in (part for whole in _logical_lines(description) for part in _parts(whole)):
        found = _read_row(line, names) if _is_row(line) else _read_line(line, names)
        if isinstance(found, CodeLine):
            codes.append(found)
        elif found is not None:
            suspects.append(found)
    return codes, suspects


def _logical_lines(description: str) -> Iterator[str]:
    """The paragraphs, items and rows of a description, each on one line."""
    current = ""
    for raw in _markdown(description).splitlines():
        line = raw.strip()
        if not line or "|" in line or _NEW_ITEM.match(line) or _is_lone_code(line):
            if current:
                yield current
            current = line
        else:
            current = f"{current} {line}".strip()
    if current:
        yield current


def _parts(line: str) -> Iterator[str]:
    """The code lines that stand one after the other on a line."""
    start = 0
    if not _is_row(line) and _LINE.fullmatch(line):
        for match in _NEXT.finditer(line):
            if _is_strong(match):
                yield line[start : match.start()]
                start = match.end()
    yield line[start:]


def _markdown(description: str) -> str:
    """The description with HTML's lines, items, rows and marks as those of Markdown."""
    if "<" in description:
        for pattern, mark in _TAGS:
            description = pattern.sub(mark, description)
    return html.unescape(description) if "&" in description else description


def _is_row(line: str) -> bool:
    """Whether a line is a table row; a code line may have a bar in its text."""
    return line.startswith("|") or ("|" in line and _LINE.fullmatch(line) is None)


def _is_lone_code(line: str) -> bool:
    match = _START.fullmatch(line)
    return match is not None and not match["rest"] and _is_strong(match)


def _read_line(line: str, names: Collection[str]) -> CodeLine | Suspect | None:
    match = _LINE.fullmatch(line)
    if match is None:
        return _suspect(line, names)
    code = _code_of(match)
    if not _may_be_code(code, names):
        return None
    if not _is_shaped(match):
        return Suspect(line, "one plain word is not taken for a code")
    text = _plain(match["text"])
    return CodeLine(code, text) if text else Suspect(line, "the code has no text after it")


def _read_row(line: str, names: Collection[str]) -> CodeLine | Suspect | None:
    """A table row: the first cell that is a code, and the last cell after it, its text."""
    if _TABLE_RULE.fullmatch(line):
        return None
    cells = [cell.strip() for cell in line.strip("|").split("|")]
    for index, cell in enumerate(cells):
        match = _START.fullmatch(cell)
        if match is None or match["rest"] or not _may_be_code(_code_of(match), names):
            continue
        if not _is_shaped(match):
            return Suspect(line, "one plain word is not taken for a code")
        text = next((_plain(other) for other in reversed(cells[index + 1 :]) if other), "")
        if text:
            return CodeLine(_code_of(match), text)
        return Suspect(line, "the code has no text beside it")
    return None


def _suspect(line: str, names: Collection[str]) -> Suspect | None:
    if _CAPITALS.match(line):
        return Suspect(line, "one plain word is not taken for a code; put it in backticks if it is")
    match = _START.fullmatch(line)
    if match is None or not _is_strong(match) or not _may_be_code(_code_of(match), names):
        return None
    rest = match["rest"].strip(" *_.")
    if not rest:
        return Suspect(line, "the code has no text after it")
    if re.match(r"(?:[/,]|and\b|or\b)\s*[`A-Z]", rest):
        return Suspect(line, "several codes share one text; give each a line of its own")
    if re.match(r"[(=>→—–:-]", rest):
        return Suspect(line, "no dash or colon stands between the code and its text")
    return None


def _code_of(match: re.Match[str]) -> str:
    return next(match[n] for n in ("bold_ticked", "ticked", "bold", "bare") if match[n])


def _may_be_code(code: str, names: Collection[str]) -> bool:
    return code not in names and _NO_CODE.fullmatch(code) is None


def _is_shaped(match: re.Match[str]) -> bool:
    """Whether a token is written as codes are; in backticks, words and names are too."""
    code = _code_of(match)
    return code.isupper() or re.fullmatch(_SHAPE, code, re.VERBOSE) is not None


def _is_strong(match: re.Match[str]) -> bool:
    """Whether a token can hardly be an ordinary word."""
    code = _code_of(match)
    return match["bare"] is None or "." in code or "_" in code


def _plain(text: str) -> str:
    """The text without the marks of Markdown around it."""
    text = re.sub(r"\s+", " ", text).strip()
    return re.sub(r"(\*\*|__)(.+?)\1", r"\2", text).replace("`", "")
