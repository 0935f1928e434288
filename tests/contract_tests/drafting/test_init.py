"""`tallystick init`: what it writes, asks and refuses, and that a run can use it at once."""

from __future__ import annotations

import json
import os
import pty
import subprocess
import sys
import tomllib
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from contract_tests.target.file import SCHEMA
from tests import PATIENCE
from tests.contract_tests.commands import ROOT, Result, run_words, tallystick_test
from tests.contract_tests.drafting.published import DOCUMENT, Publishing, document
from tests.contract_tests.shelves import serving

TOKEN = "a-token-that-nobody-knows"
GUARDED = document(
    security=[{"bearerAuth": []}],
    servers=[{"url": "https://api.example.test/v1"}],
    components={
        **document()["components"],
        "securitySchemes": {"bearerAuth": {"type": "http", "scheme": "bearer"}},
    },
)


def init(folder: Path, *options: object) -> Result:
    """Run `tallystick init` without a terminal."""
    folder.mkdir(exist_ok=True)
    return run_words(folder, ("tallystick", "init", *options))


def written(path: Path) -> dict[str, Any]:
    """The values of a target file."""
    return tomllib.loads(path.read_text("utf-8"))


def test_from_an_address_to_a_run(tmp_path: Path) -> None:
    """The address of a server that publishes its document is all that is needed, and the variable
    that the output names.
    """
    library = Publishing({"/openapi.json": GUARDED}, "/v1", TOKEN)
    file = tmp_path / "target.toml"
    with serving(library) as url:
        made = init(tmp_path / "a", url, "--output", file)
        assert (made.code, made.err) == (0, "")
        assert made.out.splitlines() == [
            f"{file}: a target file for 12 operations.",
            "  set these variables: BEARER_AUTH_TOKEN",
            "  left out for safety: POST /shutdown",
            f"Then run: tallystick test --target {file}",
        ]
        assert written(file) == {
            "base_url": f"{url}/v1",
            "document": f"{url}/openapi.json",
            "credentials": {"bearerAuth": {"token": "${BEARER_AUTH_TOKEN}"}},
        }
        unset = tallystick_test(tmp_path, "--target", file)
        assert (unset.code, "variable BEARER_AUTH_TOKEN is not set" in unset.err) == (2, True)
        env = {"BEARER_AUTH_TOKEN": TOKEN}
        done = tallystick_test(tmp_path, "--target", file, "--seed", 1, env=env)
    assert done.code == 0, done.out + done.err
    assert " · 0 failed · 0 not covered · 1 unreachable · 0 findings, " in done.out


def test_from_a_document_to_a_run(tmp_path: Path) -> None:
    """A file is named as it lies beside the target file."""
    (tmp_path / "api.yaml").write_bytes(DOCUMENT.read_bytes())
    file = tmp_path / "deep" / "target.toml"
    with serving(Publishing({})) as url:
        options = (tmp_path / "api.yaml", "--base-url", f"{url}/", "--output", file)
        assert init(tmp_path / "a", *options).code == 0
        assert written(file) == {"base_url": url, "document": "../api.yaml"}
        done = tallystick_test(tmp_path, "--target", file, "--only-safe", "--seed", 1)
    assert done.code in (0, 3), done.err


def test_production_is_not_written_unasked(tmp_path: Path) -> None:
    """A document that names another host alone gets a variable for the address."""
    place = tmp_path / "api.json"
    place.write_text(json.dumps(GUARDED))
    file = tmp_path / "target.toml"
    made = init(tmp_path / "a", place, "--output", file)
    assert made.code == 0
    assert written(file)["base_url"] == "${BASE_URL}"
    assert "# The document names as servers: https://api.example.test/v1\n" in file.read_text()
    assert "set these variables: BASE_URL, BEARER_AUTH_TOKEN" in made.out


def test_no_file_is_overwritten(tmp_path: Path) -> None:
    """Not without --force, and before a request; a schema that is there is kept."""
    file, schema = tmp_path / "target.toml", tmp_path / "tallystick.schema.json"
    file.write_text("mine")
    schema.write_text("mine, too")
    library = Publishing({"/openapi.json": document()})
    with serving(library) as url:
        refused = init(tmp_path / "a", url, "--output", file)
        assert refused.code == 2
        said = f"error: {file}: The file exists. --force overwrites it; --output names another one."
        assert (refused.err.strip(), library.asked, file.read_text()) == (said, [], "mine")
        other = tmp_path / "other.toml"
        assert init(tmp_path / "a", url, "--output", other).code == 0
        assert schema.read_text() == "mine, too"
        assert init(tmp_path / "a", url, "--output", file, "--force").code == 0
    assert written(file)["base_url"] == url
    assert schema.read_bytes() == SCHEMA.read_bytes()


def test_the_schema_lies_beside_the_file(tmp_path: Path) -> None:
    """Where the first line says; alone with --schema-only, which renews it with --force."""
    file, schema = tmp_path / "target.toml", tmp_path / "tallystick.schema.json"
    assert init(tmp_path / "a", "--output", file).code == 0
    assert file.read_text().startswith("#:schema ./tallystick.schema.json\n")
    assert schema.read_bytes() == SCHEMA.read_bytes()
    schema.write_text("an older one")
    only = ("--schema-only", "--output", file)
    assert (init(tmp_path / "a", *only).code, schema.read_text()) == (2, "an older one")
    assert init(tmp_path / "a", *only, "--force").code == 0
    assert schema.read_bytes() == SCHEMA.read_bytes()


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["no-such-file.yaml"], "no-such-file.yaml: There is no such file."),
        (["http://127.0.0.1:1"], "could not be reached: Connection refused"),
        (["--base-url", "127.0.0.1"], "The address must be an http(s) URL"),
        (["--output", "/dev/null/target.toml"], "/dev/null/target.toml: The file cannot be"),
        ([str(ROOT / "tests/contracts/documents/swagger-2.0.yaml")], "2.0"),
    ],
)
def test_bad_usage_is_2(options: Sequence[str], said: str, tmp_path: Path) -> None:
    """One clear message, and nothing is written."""
    output = () if "--output" in options else ("--output", tmp_path / "target.toml")
    done = init(tmp_path / "a", *options, *output)
    assert (done.code, done.err.startswith("error: "), said in done.err) == (2, True, True)
    assert "Traceback" not in done.err
    assert not (tmp_path / "target.toml").exists()


def at_terminal(folder: Path, words: Sequence[str], typed: str) -> tuple[int, str]:
    """The exit code and output of a command in a terminal where this is typed."""
    own, its = pty.openpty()
    command = [sys.executable, "-m", "tallystick", *words]
    env = {**os.environ, "PYTHONPATH": str(ROOT)}
    with subprocess.Popen(command, stdin=its, stdout=its, stderr=its, cwd=folder, env=env) as run:
        os.close(its)
        os.write(own, typed.encode())
        said = b""
        try:
            while part := os.read(own, 4096):
                said += part
        except OSError:  # Linux says so that the other side is closed
            pass
        code = run.wait(PATIENCE)
    os.close(own)
    return code, said.decode()


def test_the_questions_at_a_terminal(tmp_path: Path) -> None:
    """The file, the address and the variables are asked for, with defaults; a wrong answer is
    asked for again.
    """
    (tmp_path / "api.json").write_text(json.dumps(GUARDED))
    answers = ("staging.toml", "", "nowhere", "http://127.0.0.1:1/v1/", "not a name", "STAGING")
    code, said = at_terminal(tmp_path, ["init", "api.json"], "\n".join([*answers, ""]))
    assert code == 0, said
    assert "Write to [target.toml]: " in said
    assert "Address of the implementation: " in said
    assert "The address must be an http(s) URL without a query, not 'nowhere'" in said
    assert "Variable that holds bearerAuth (token) [BEARER_AUTH_TOKEN]: " in said
    assert written(tmp_path / "staging.toml") == {
        "base_url": "http://127.0.0.1:1/v1",
        "document": "api.json",
        "credentials": {"bearerAuth": {"token": "${STAGING}"}},
    }


def test_no_input_asks_nothing_at_a_terminal(tmp_path: Path) -> None:
    """The defaults are taken."""
    (tmp_path / "api.json").write_text(json.dumps(GUARDED))
    code, said = at_terminal(tmp_path, ["init", "api.json", "--no-input"], "")
    assert (code, "[target.toml]" in said) == (0, False)
    assert written(tmp_path / "target.toml")["base_url"] == "${BASE_URL}"


def test_ending_the_questions_writes_nothing(tmp_path: Path) -> None:
    """Ctrl-D: the end of the input."""
    (tmp_path / "api.json").write_text(json.dumps(GUARDED))
    code, _ = at_terminal(tmp_path, ["init", "api.json"], "\x04")
    assert (code, sorted(path.name for path in tmp_path.iterdir())) == (130, ["api.json"])
