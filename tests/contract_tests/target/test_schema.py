"""The JSON Schema of target files: it knows what the parser knows, and fits every file there is."""

from __future__ import annotations

import json
import tomllib
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from contract_tests.target.file import SCHEMA, TABLES, read_target
from tallystick.errors import TallystickError
from tests.contract_tests.target.test_file import WHOLE
from tests.end_to_end.test_readme import PAGES, ROOT, blocks

VALUE = json.loads(SCHEMA.read_text("utf-8"))
VALIDATORS = [
    jsonschema.Draft7Validator(VALUE),
    jsonschema.Draft4Validator({**VALUE, "$schema": "http://json-schema.org/draft-04/schema#"}),
]
"""Editors of TOML hold files to draft 4, others to draft 7."""


def is_valid(text: str) -> bool:
    """Whether both drafts find a target file right."""
    (result,) = {validator.is_valid(tomllib.loads(text)) for validator in VALIDATORS}
    return result


def files() -> list[Any]:
    """All target files of the project, and those of the docs."""
    folders = (ROOT / "targets", ROOT / "examples", ROOT / "tests")
    paths = [path for folder in folders for path in sorted(folder.rglob("*.toml"))]
    texts = {str(path.relative_to(ROOT)): path.read_text("utf-8") for path in paths}
    for page in PAGES:
        texts |= {f"{page.name} {n}": text for n, text in enumerate(blocks(page, "toml"), 1)}
    others = [name for name, text in texts.items() if "[tool." in text]
    found = {**texts, "every key of test_file": WHOLE}
    return [pytest.param(text, id=name) for name, text in found.items() if name not in others]


def test_the_schema_is_one() -> None:
    """In both drafts."""
    for validator in VALIDATORS:
        validator.check_schema(validator.schema)


@pytest.mark.parametrize("text", files())
def test_every_file_fits(text: str) -> None:
    """A file or a part of one that the docs show."""
    is_part = "base_url" not in text
    assert is_valid(f'base_url = "http://127.0.0.1"\n{text}' if is_part else text)


def test_there_are_files() -> None:
    """Those of the real servers, of the mock, and of three pages at least."""
    names = {str(param.id) for param in files()}
    assert {"targets/mock.toml", "tests/real_servers/chroma.toml"} <= names
    assert {name.split(" ")[0] for name in names} >= {"target-file.md", "fuzzing.md"}


@pytest.mark.parametrize("table", TABLES)
def test_schema_and_parser_know_the_same_keys(table: str) -> None:
    """A new key has its place in both."""
    described = VALUE["definitions"][table] if table else VALUE
    assert set(described["properties"]) == set(TABLES[table])
    assert described["additionalProperties"] is False


URL = 'base_url = "http://127.0.0.1"\n'


@pytest.mark.parametrize(
    "text",
    [
        "",
        'base_url = "ftp://x"',
        f'{URL}base-url = "y"',
        f'{URL}timeout = "long"',
        f"{URL}timeout = 0",
        f'{URL}rate = "20"',
        f"{URL}only_safe = 1",
        f"{URL}[parameters]\nid = 1",
        f"{URL}[headers]\nk = 5",
        f"{URL}[cases.A]\nparameter = {{}}",
        f'{URL}[cases.A]\nbefore = [{{ url = "http://x" }}]',
        f"{URL}[[operations]]\nparameters = {{}}",
        f'{URL}[credentials.a]\npasword = "x"',
        f'{URL}[credentials.other.a]\npasword = "x"',
        f"{URL}[fuzz]\nmax_request = 5",
        f"{URL}[fuzz]\nbreaker = true",
    ],
)
def test_what_the_parser_refuses_the_schema_refuses(text: str, tmp_path: Path) -> None:
    """An editor marks it while you write."""
    path = tmp_path / "target.toml"
    path.write_text(text, "utf-8")
    with pytest.raises(TallystickError):
        read_target(str(path))
    assert not is_valid(text)
