"""The tables of `docs/cases.md` and `docs/overlays.md` are promises: each example is tried."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

from tallystick import Field, Trigger
from tallystick.catalogue.constraints import KINDS
from tallystick.catalogue.prose import read as read_prose
from tallystick.catalogue.rules import _COMPILED, _KINDS, KIND_RULES, RULES
from tallystick.catalogue.sentences import infer
from tests.tallystick.conftest import Read

DOCS = Path(__file__).parents[3] / "docs"
FIELDS = tuple(
    Field("body", name)
    for name in (
        *("name", "email", "returnUrl", "reference", "currency", "dueDate", "birthday", "amount"),
        *("country", "colour", "phone"),
    )
)


def rows(page: str, *header: str) -> Iterator[list[str]]:
    """The cells of every table of a page that has this header."""
    lines = (DOCS / page).read_text("utf-8").splitlines()
    is_inside = False
    for line in lines:
        cells = [cell.strip().replace(r"\|", "|") for cell in re.split(r"(?<!\\)\|", line)[1:-1]]
        if is_inside and cells and not set("".join(cells)) <= {"-"}:
            yield cells
        is_inside = bool(cells) and (is_inside or cells == list(header))


def plain(cell: str) -> str:
    """What is between the backticks of a cell (CommonMark 0.31.2 section 6.1)."""
    match = re.fullmatch(r"(`+)(.*)\1", cell)
    if match is None:
        return cell
    inside = match[2]
    return inside[1:-1] if inside[:1] == inside[-1:] == " " else inside


SENTENCES = list(rows("cases.md", "sentence", "field", "fault", "constraint"))
WIDENED = list(rows("cases.md", "sentence", "field", "fault"))
NOTHING = list(rows("cases.md", "sentence", "why"))
BY_SENTENCE = list(rows("cases.md", "sentence", "trigger"))
BY_STATUS = list(rows("cases.md", "status", "trigger"))
CODES = list(rows("cases.md", "form", "line", "code"))
SOURCES = list(rows("cases.md", "source", "response", "code"))


def test_the_page_has_its_tables() -> None:
    """Hand-counted: a table that is not found would prove nothing."""
    tables = (SENTENCES, WIDENED, NOTHING, BY_SENTENCE, BY_STATUS, CODES, SOURCES)
    assert [len(table) for table in tables] == [62, 2, 5, 21, 4, 29, 6]


@pytest.mark.parametrize(("sentence", "field", "fault", "constraint"), SENTENCES)
def test_a_sentence(sentence: str, field: str, fault: str, constraint: str) -> None:
    """Field, fault and constraint are those of the row."""
    trigger, rule = infer(sentence, "422", FIELDS)
    assert (trigger, rule.to_json() if rule else None) == (
        Trigger("request", Field("body", plain(field)), fault),
        yaml.safe_load(plain(constraint)) if constraint else None,
    )


@pytest.mark.parametrize(("sentence", "field", "fault"), WIDENED)
def test_a_sentence_that_goes_on(sentence: str, field: str, fault: str) -> None:
    """The fault holds, the constraint does not."""
    trigger = Trigger("request", Field("body", plain(field)), fault)
    assert infer(sentence, "422", FIELDS) == (trigger, None)


@pytest.mark.parametrize(("sentence", "_why"), NOTHING)
def test_a_sentence_of_which_nothing_is_inferred(sentence: str, _why: str) -> None:
    """Neither a trigger nor a constraint."""
    assert infer(sentence, "422", FIELDS) == (None, None)


@pytest.mark.parametrize(("sentence", "trigger"), BY_SENTENCE)
def test_a_sentence_without_a_field(sentence: str, trigger: str) -> None:
    """The kind of trigger, where the status leaves it open."""
    statuses = ["500", "default"] if trigger == "upstream" else ["400", "422", "4XX"]
    found = {infer(sentence, status, FIELDS) for status in statuses}
    assert found == {(Trigger(trigger), None)}


@pytest.mark.parametrize(
    ("status", "trigger"),
    [(status, trigger) for several, trigger in BY_STATUS for status in several.split(", ")],
)
def test_a_status(status: str, trigger: str) -> None:
    """The kind of trigger that the status alone gives."""
    assert infer("something is wrong", status, FIELDS) == (Trigger(trigger), None)


@pytest.mark.parametrize(("_form", "line", "code"), CODES)
def test_a_code_line(_form: str, line: str, code: str) -> None:
    """The code, and its text up to where the line ends."""
    codes, suspects = read_prose(plain(line))
    assert ([line.code for line in codes], suspects) == ([plain(code)], [])
    assert codes[0].text.startswith("it is closed")


@pytest.mark.parametrize(("_source", "response", "code"), SOURCES)
def test_a_source(_source: str, response: str, code: str, read: Read) -> None:
    """A response that is no more than the row says."""
    (case,) = read({"409": {"description": "Gone", **yaml.safe_load(plain(response))}}).cases
    assert case.code == plain(code)


def test_each_rule_has_a_row() -> None:
    """No form is recognised that the page does not promise."""
    sentences = [row[0] for row in SENTENCES]
    shown = {
        next(n for n, (_, pattern, _) in enumerate(_COMPILED) if pattern.fullmatch(sentence))
        for sentence in sentences
    }
    assert [RULES[number] for number in range(len(RULES)) if number not in shown] == []


def test_each_kind_of_trigger_has_a_row() -> None:
    """Of the sentences without a field, too."""
    shown = {
        next(n for n, (_, pattern) in enumerate(_KINDS) if pattern.match(sentence))
        for sentence, _ in BY_SENTENCE
    }
    assert [KIND_RULES[number] for number in range(len(KIND_RULES)) if number not in shown] == []


def test_each_constraint_has_a_row() -> None:
    """The page on overlays names each kind with its parameters."""
    named = {
        plain(kind): set() if not parameters else {plain(p) for p in parameters.split(", ")}
        for kinds, _, parameters in rows(
            "overlays.md", "`kind`", "certainly valid is", "parameters"
        )
        for kind in kinds.split(", ")
    }
    assert named == {kind: set(rule.parameters) for kind, rule in KINDS.items()}
