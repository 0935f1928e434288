"""Everything that is printed. Nothing else in the project writes to a terminal: a test sees to it.

Rules: texts of documents, of targets and of whoever sends requests do nothing to a terminal. They
do not move its cursor, change its colours, or turn the direction of writing (ECMA-48; UAX 9). In a
text for people such a character is replaced; in JSON it is escaped, so that the value stays what it
is (RFC 8259 section 7). Colours are those that `styled` gives, which no text can imitate.
"""

from __future__ import annotations

import json
import os
import re
import sys
from collections.abc import Callable
from typing import Any, TextIO

import click

_ACTING = r"\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff"
"""C0 but for tab and line feed, DEL, C1; marks of direction, embeddings, overrides and isolates;
separators of lines and paragraphs; and halves of surrogate pairs, which no text holds.
"""

_CONTROLS = re.compile(f"[{_ACTING}]")
_BREAKS = re.compile(r"[\t\n]+")
_ESCAPABLE = re.compile(f"[{_ACTING}]".replace(r"\x0b-\x1f", r"\x0b\x0c\x0e-\x1f"))
_REPLACEMENT = "\N{REPLACEMENT CHARACTER}"

_SIGN = os.urandom(8).hex()
"""Marks what `styled` puts into a text; nobody else knows it."""

_STYLE = re.compile(f"\x1b{_SIGN}([a-z]+);")
_REWRITE = "\r\x1b[K"


# --- texts


def printable(text: str) -> str:
    """A text of lines that does nothing to a terminal."""
    return _CONTROLS.sub(_REPLACEMENT, text.replace("\r\n", "\n"))


def in_line(text: str) -> str:
    """The same as one line: a name of a document cannot begin another."""
    return _BREAKS.sub(_REPLACEMENT, printable(text))


def escaped(json_text: str) -> str:
    """JSON text, or another whose strings know `\\u`, with the same value, that does nothing to a
    terminal.
    """
    return _ESCAPABLE.sub(lambda match: f"\\u{ord(match[0]):04x}", json_text)


def as_json(value: Any, indent: int | None = 2) -> str:
    """A value as JSON, with letters of all languages as they are."""
    return escaped(json.dumps(value, indent=indent, ensure_ascii=False))


def styled(text: str, colour: str = "", *, bold: bool = False, dim: bool = False) -> str:
    """A text in a colour, for `show`."""
    styles = [colour] if colour else []
    styles += ["bold"] if bold else []
    styles += ["dim"] if dim else []
    marks = "".join(f"\x1b{_SIGN}{style};" for style in styles)
    return f"{marks}{text}\x1b{_SIGN}reset;" if styles else text


def unstyled(text: str) -> str:
    """A text without its colours."""
    return _STYLE.sub("", text)


def rendered(text: str, *, has_colours: bool) -> str:
    """A text with colours as a terminal takes it, or without."""
    plain, styles = _STYLE.split(text)[::2], _STYLE.split(text)[1::2]
    codes = [_CODES[style] if has_colours else "" for style in styles]
    return "".join(code + printable(part) for code, part in zip(["", *codes], plain, strict=True))


_COLOURS = ("black", "red", "green", "yellow", "blue", "magenta", "cyan", "white")
_CODES = {colour: f"\x1b[{code}m" for code, colour in enumerate(_COLOURS, 30)}
_CODES |= {"bold": "\x1b[1m", "dim": "\x1b[2m", "reset": "\x1b[0m"}


# --- printing


def show(text: str, *, err: bool = False) -> None:
    """Print a text for people and end the line. It has colours on a terminal (no-color.org)."""
    stream = sys.stderr if err else sys.stdout
    has_colours = stream.isatty() and not os.environ.get("NO_COLOR")
    _write(rendered(text, has_colours=has_colours) + "\n", stream, err=err)


def show_error(text: str) -> None:
    """Print what went wrong, on standard error: each line says that it is one."""
    for line in text.splitlines():
        show(f"error: {line}", err=True)


def show_data(text: str) -> None:
    """Print a text for programs as it is, in UTF-8. Whoever made it has escaped what acts on a
    terminal; what was forgotten is replaced.
    """
    click.echo(_CONTROLS.sub(_REPLACEMENT, text).encode(), nl=False)


def show_status(line: str = "") -> None:
    """Print a line on standard error, on a terminal in the place of the last one."""
    start, end = (_REWRITE, "") if sys.stderr.isatty() else ("", "\n")
    _write(f"{start}{in_line(line)}{end}", sys.stderr, err=True)


def _write(text: str, stream: TextIO, *, err: bool) -> None:
    """Without an error where the encoding of the stream lacks a letter."""
    encoding = getattr(stream, "encoding", None) or "utf-8"
    click.echo(text.encode(encoding, "replace").decode(encoding), err=err, nl=False, color=True)


# --- questions


def ask(question: str, default: str | None, check: Callable[[str], str]) -> str:
    """The answer of who sits at the terminal, once the check takes it."""
    return str(click.prompt(in_line(question), default=default, value_proc=check))


def confirm(question: str) -> bool:
    """Whether who sits at the terminal says yes, as by default."""
    return click.confirm(in_line(question), default=True)
