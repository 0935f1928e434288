"""Dictionaries in the target file: their values are sent, and mistakes in them are named."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from contract_tests.target.file import read_target
from fuzzing.generators.dictionaries import BoundDictionary, bound_dictionaries, read_file
from tallystick.contract import load_contract
from tallystick.errors import TallystickError
from tests.contract_tests.targets import write
from tests.fuzzing.fuzzed import CountingApp, fuzz_app

TABLE = """
[fuzz.dictionaries.mine]
values = ["https://mine.example/1", 7]
[fuzz.dictionaries.read]
from-file = "words.dict"
[fuzz.parameters]
"body.returnUrl" = { dictionary = "mine" }
"body.refreshUrl" = { dictionary = "read", probability = 0.5 }
"path.id" = { dictionary = "read" }
"""
WORDS = '# of ours\n\nfirst="https://read.example/\\xc3\\xa9"\n"a\\"b\\\\c"\n'
ALL = ["https://mine.example/1", 7]
READ = ["https://read.example/é", 'a"b\\c']


def test_the_values_are_sent(tmp_path: Path) -> None:
    """Each value of a dictionary reaches the parameter that it is bound to; with a probability,
    built-in ones do, too.
    """
    (tmp_path / "words.dict").write_text(WORDS, encoding="utf-8")
    app = CountingApp()
    fuzz_app(tmp_path, app, "--max-requests", 700, table=TABLE)
    bodies = [body for request in app.requests if isinstance(body := loaded(request.body), dict)]
    assert {repr(value) for value in ALL} <= {repr(body.get("returnUrl")) for body in bodies}
    refresh = {body["refreshUrl"] for body in bodies if isinstance(body.get("refreshUrl"), str)}
    assert set(READ) <= refresh
    assert any("169.254.169.254" in url or "javascript" in url.lower() for url in refresh)
    assert any("read.example" in request.path for request in app.requests)


def loaded(body: bytes) -> Any:
    try:
        return json.loads(body)
    except (ValueError, RecursionError):
        return None


def bound(folder: Path, table: str) -> dict[str, BoundDictionary]:
    target = write(folder, f'base_url = "http://127.0.0.1:1"\n{table}')
    return bound_dictionaries(read_target(str(target)), load_contract(), str(target))


def test_what_is_bound(tmp_path: Path) -> None:
    """The values and probabilities are those of the file; the file is looked for beside it."""
    (tmp_path / "words.dict").write_text(WORDS, encoding="utf-8")
    assert bound(tmp_path, TABLE) == {
        "body.returnUrl": BoundDictionary(ALL),
        "body.refreshUrl": BoundDictionary(READ, 0.5),
        "path.id": BoundDictionary(READ),
    }


GOOD = '[fuzz.dictionaries.a]\nvalues = ["x"]\n'


@pytest.mark.parametrize(
    ("table", "said"),
    [
        (
            "[fuzz]\nmax_request = 5",
            ":3: [fuzz] has no key 'max_request'. Did you mean 'max_requests'?",
        ),
        ("[fuzz]\nmax_requests = '5'", ":3: 'max_requests' of [fuzz] is of the wrong type."),
        ("[fuzz]\nmax_requests = -5", ":3: 'max_requests' of [fuzz] must not be negative."),
        ("[fuzz]\nallow_hosts = [1]", ":3: 'allow_hosts' must be a list of host names."),
        ("[fuzz]\nrate = 'fast'", ":3: 'fast' is no rate: write it as 20/s, 90/m or 1000/h."),
        (
            "[fuzz]\nbreaker = { error = 1 }",
            ":3: 'breaker' has no key 'error'. Did you mean 'errors'?",
        ),
        (
            f'{GOOD}[fuzz.parameters]\n"body.retrunUrl" = {{ dictionary = "a" }}',
            ":5: The document has no parameter 'body.retrunUrl'. Did you mean 'body.returnUrl'?",
        ),
        (
            f'{GOOD}[fuzz.parameters]\n"body.returnUrl" = {{ dictionary = "aa" }}',
            ":5: There is no dictionary 'aa'. Did you mean 'a'?",
        ),
        (
            f'{GOOD}[fuzz.parameters]\n"body.returnUrl" = "a"',
            ":5: 'body.returnUrl' of [fuzz.parameters] needs a 'dictionary'. "
            'Write it as { dictionary = "NAME" }.',
        ),
        (
            f'{GOOD}[fuzz.parameters]\n"body.returnUrl" = {{ dictionary = "a", probability = 2 }}',
            ":5: 'probability' must be a number from 0 to 1.",
        ),
        (
            "[fuzz.dictionaries.a]\nvalue = ['x']",
            ":3: A dictionary has no key 'value'. Did you mean 'values'?",
        ),
        (
            "[fuzz.dictionaries.a]\nvalues = []",
            ":2: The dictionary 'a' needs a list of 'values', or a 'from-file'.",
        ),
        (
            "[fuzz.dictionaries.a]\nvalues = [true]",
            ":2: A value of the dictionary 'a' must be a text or a number, not True.",
        ),
        ("[fuzz.dictionaries.a]\nfrom-file = 'no.dict'", "no.dict: No such file or directory."),
    ],
)
def test_a_mistake_names_its_line(table: str, said: str, tmp_path: Path) -> None:
    """Each is one clear line with the file, the line and what was probably meant."""
    with pytest.raises(TallystickError) as error:
        bound(tmp_path, table)
    assert str(error.value).endswith(said)
    assert str(error.value).startswith(str(tmp_path))


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('"good"\nbad', ":2: 'bad' is not a dictionary entry. Write it as name=\"value\"."),
        ('"a\\q"', ":1: The escape \\q is not known."),
        ("# nothing\n", ": The file has no entries."),
    ],
)
def test_a_mistake_in_a_file_names_its_line(text: str, said: str, tmp_path: Path) -> None:
    """So does a mistake in a file of entries."""
    path = tmp_path / "words.dict"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(TallystickError) as error:
        read_file(path)
    assert str(error.value) == f"{path}{said}"


def test_the_format_is_that_of_schemathesis(tmp_path: Path) -> None:
    """Schemathesis reads the same entries from the same file, where they are no bytes of UTF-8."""
    from schemathesis.config._dictionaries import parse_dictionaries

    (tmp_path / "words.dict").write_text('a="x\\x41\\n"\n"y\\\\"\nz.1 = "\\""\n', encoding="utf-8")
    table = {"dictionaries": {"a": {"from-file": "words.dict"}}}
    theirs = parse_dictionaries(table, base_dir=str(tmp_path))["a"]
    assert [entry.value for entry in theirs.entries] == read_file(tmp_path / "words.dict")
