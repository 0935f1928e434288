"""The document of the folder that `tallystick mock` runs in."""

from __future__ import annotations

import os
import pty
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest

from tallystick.cli.shared.folder import documents_in

DOCUMENT = """openapi: 3.1.1
info: {title: Lamps, version: '1'}
paths: {/lamps: {get: {responses: {'200': {description: OK}}}}}
"""
COMMAND = [sys.executable, "-m", "tallystick", "mock", "--port", "0"]


@pytest.mark.parametrize(
    ("files", "found"),
    [
        ({"openapi.yaml": DOCUMENT}, ["openapi.yaml"]),
        ({"a.yml": f"# Ours\n---\n{DOCUMENT}"}, ["a.yml"]),
        ({"a.json": '{"openapi": "3.1.0"}'}, ["a.json"]),
        ({"a.json": '{\n  "info": {},\n  "openapi": "3.1.0"\n}'}, ["a.json"]),
        ({"a.yaml": "swagger: '2.0'\n"}, ["a.yaml"]),
        ({"a.yaml": DOCUMENT, "b.yaml": DOCUMENT}, ["a.yaml", "b.yaml"]),
        ({"a.yaml": "overlay: 1.0.0\n", "b.json": "{}", "c.txt": DOCUMENT, "d.yaml": ""}, []),
        ({"a.yaml": "about: 'openapi: 3'\n", "b.yaml": "x:\n  openapi: 3\n"}, []),
    ],
)
def test_documents_of_a_folder(files: Mapping[str, str], found: list[str], tmp_path: Path) -> None:
    """By their names, and by what stands at their top."""
    for name, text in files.items():
        (tmp_path / name).write_text(text, "utf-8")
    (tmp_path / "folder.yaml").mkdir()
    assert [path.name for path in documents_in(tmp_path)] == found


def environment() -> dict[str, str]:
    """This checkout's package, wherever the command runs."""
    return {**os.environ, "PYTHONPATH": str(Path(__file__).parents[3]), "CI": ""}


@pytest.mark.whole
@pytest.mark.parametrize(("answer", "count"), [(b"\n", 1), (b"n\n", 10)])
def test_on_a_terminal_it_asks(answer: bytes, count: int, tmp_path: Path) -> None:
    """Enter means yes; no means the bundled contract, with its ten cases."""
    (tmp_path / "lamps.yaml").write_text(DOCUMENT, "utf-8")
    ours, theirs = pty.openpty()
    with subprocess.Popen(
        COMMAND, cwd=tmp_path, env=environment(), stdin=theirs, stdout=theirs, stderr=theirs
    ) as process:
        os.close(theirs)
        said = b""
        while b"Serve lamps.yaml? [Y/n]" not in said:
            said += os.read(ours, 1024)
        os.write(ours, answer)
        while b" documented cases" not in said:
            said += os.read(ours, 1024)
        process.terminate()
        os.close(ours)
    assert f": a mock of {count} documented cases".encode() in said


@pytest.mark.whole
def test_without_a_terminal_it_hints(tmp_path: Path) -> None:
    """The bundled contract is served, as ever; a line says how to serve the document."""
    (tmp_path / "lamps.yaml").write_text(DOCUMENT, "utf-8")
    with subprocess.Popen(
        COMMAND,
        cwd=tmp_path,
        env=environment(),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout is not None
        first = process.stdout.readline()
        process.terminate()
        hint = process.communicate()[1]
    assert ": a mock of 10 documented cases" in first
    assert "tallystick mock lamps.yaml" in hint
