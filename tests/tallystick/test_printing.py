"""What a text may do to a terminal: nothing; and JSON keeps its value."""

import json
import os
import subprocess
import sys

import pytest

from tallystick import printing

ACTING = {
    "null": "\0",
    "bell": "\a",
    "backspace": "\b",
    "carriage return": "\r",
    "escape": "\x1b",
    "last of C0": "\x1f",
    "delete": "\x7f",
    "first of C1": "\x80",
    "next line": "\x85",
    "control sequence of C1": "\x9b",
    "last of C1": "\x9f",
    "Arabic letter mark": "\u061c",
    "left-to-right mark": "\u200e",
    "right-to-left mark": "\u200f",
    "line separator": "\u2028",
    "paragraph separator": "\u2029",
    "embedding": "\u202a",
    "override": "\u202e",
    "isolate": "\u2066",
    "end of isolate": "\u2069",
    "half of a pair": "\ud800",
}
HARMLESS = ["é", "日本", "👩\u200d🚀", "\u00a0", "\u2027", "\u202f", "\u2065", "\ufffd", "שלום"]


@pytest.mark.parametrize("sign", ACTING.values(), ids=ACTING)
def test_what_acts_is_replaced(sign):
    """In a text for people."""
    assert printing.printable(f"a{sign}b") == "a\ufffdb"


@pytest.mark.parametrize("text", [*HARMLESS, "a\tb\nc"])
def test_what_does_not_act_stays(text):
    """Letters of all languages, emoji, tabs and lines."""
    assert (printing.printable(text), printing.escaped(text)) == (text, text)


def test_line_ends_of_others_are_line_ends():
    """CR LF is one."""
    assert printing.printable("a\r\nb\rc") == "a\nb\ufffdc"


def test_a_name_begins_no_line():
    """Neither by a line feed."""
    assert printing.in_line("a\nerror: \x1b[2J\tb") == "a\ufffderror: \ufffd[2J\ufffdb"


@pytest.mark.parametrize("sign", [*ACTING.values(), *HARMLESS, "\t", "\n", "\\"])
@pytest.mark.parametrize("indent", [None, 2])
def test_json_keeps_its_value(sign, indent):
    """Names, too; and nothing in it acts."""
    value = {f"a{sign}": [f"{sign}b"]}
    text = printing.as_json(value, indent)
    assert (json.loads(text), printing.printable(text)) == (value, text)


def test_colours_are_those_of_styled_alone():
    """A text that looks like a colour is none, whether colours are printed or not."""
    text = printing.styled("a\x1b[32mb", "red", bold=True) + "\x1b[31mc"
    assert printing.rendered(text, has_colours=True) == (
        "\x1b[31m\x1b[1ma\ufffd[32mb\x1b[0m\ufffd[31mc"
    )
    assert printing.rendered(text, has_colours=False) == "a\ufffd[32mb\ufffd[31mc"


def test_colours_can_be_taken_out():
    """For what counts letters."""
    assert printing.unstyled(printing.styled("abc", "red")) == "abc"


def test_a_text_without_colour_is_itself():
    """Nothing is added."""
    assert printing.styled("abc") == "abc"


PRINTED = """
from tallystick import logs, printing
import logging
printing.show("é\\x1b[2J", err=True)
printing.show_error("one\\ntwo\\u202e")
printing.show_status("at work\\n")
logs.show_logs()
logging.getLogger("library").warning("wrong: \\x9b2J")
try:
    raise ValueError("\\x1b]0;title\\x07")
except ValueError:
    logging.getLogger("library").exception("failed")
printing.show_data('{"a": "\\u2028é"}')
"""


@pytest.mark.parametrize("encoding", ["utf-8", "ascii"])
def test_whatever_the_terminal_knows(encoding):
    """All that is printed, and what libraries log; a letter that the terminal lacks is no error."""
    environment = {**os.environ, "PYTHONIOENCODING": encoding}
    done = subprocess.run(
        [sys.executable, "-c", PRINTED], env=environment, capture_output=True, check=True
    )
    lines = (
        done.stderr.decode(encoding)
        .replace("?", "\ufffd")
        .replace(r"\ufffd", "\ufffd")
        .splitlines()
    )
    first = "é\ufffd[2J" if encoding == "utf-8" else "\ufffd\ufffd[2J"
    assert [*lines[:6], lines[-1]] == [
        first,
        "error: one",
        "error: two\ufffd",
        "at work\ufffd",
        "WARNING: wrong: \ufffd2J",
        "ERROR: failed",
        "ValueError: \ufffd]0;title\ufffd",
    ]
    assert done.stdout.decode("utf-8") == '{"a": "\ufffdé"}'
