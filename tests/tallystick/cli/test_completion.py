"""Shell completion: a real bash in a terminal, and what other shells ask for."""

from __future__ import annotations

import os
import pty
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from tests import PATIENCE
from tests.end_to_end.test_readme import ROOT, blocks

PAGE = ROOT / "docs" / "completion.md"
PROMPT = b"ready> "
PROGRAM = str(Path(sys.executable).with_name("tallystick"))


def environment(**more: str) -> dict[str, str]:
    """Variables with which `tallystick` is this checkout's."""
    path = os.pathsep.join((str(Path(PROGRAM).parent), os.environ["PATH"]))
    return {**os.environ, "PATH": path, "PYTHONPATH": str(ROOT), **more}


def typed(folder: Path, *lines: str) -> str:
    """What a bash shows where these lines are typed, one after the other."""
    own, its = pty.openpty()
    command = ["bash", "--norc", "--noprofile", "-i"]
    env = environment(PS1=PROMPT.decode(), TERM="dumb", HOME=str(folder))
    with subprocess.Popen(command, stdin=its, stdout=its, stderr=its, cwd=folder, env=env) as bash:
        os.close(its)
        said = until_prompt(own)
        for line in (*lines, "exit"):
            os.write(own, f"{line}\n".encode())
            said += until_prompt(own)
        bash.wait(PATIENCE)
    os.close(own)
    return said.decode()


def until_prompt(terminal: int) -> bytes:
    """What a terminal shows until the next prompt, or its end."""
    said = b""
    while PROMPT not in said:
        try:
            part = os.read(terminal, 4096)
        except OSError:  # Linux says so that the other side is closed
            break
        if not part:
            break
        said += part
    return said


@pytest.mark.skipif(shutil.which("bash") is None, reason="bash is not installed")
def test_bash_completes_by_the_line_of_the_docs(tmp_path: Path) -> None:
    """A command, a file and an option: together they are a command that works."""
    (line,) = blocks(PAGE, "bash")
    (tmp_path / "my-api.yaml").write_bytes(
        (ROOT / "tests" / "contract_tests" / "shelves.yaml").read_bytes()
    )
    said = typed(
        tmp_path, line.partition("#")[0].strip(), "tallystick ini\tmy-\t--no-in\t< /dev/null"
    )
    assert "tallystick init my-api.yaml --no-input" in said
    written = tomllib.loads((tmp_path / "target.toml").read_text("utf-8"))
    assert written["document"] == "my-api.yaml"


@pytest.mark.parametrize(
    ("words", "number", "found"),
    [
        ("tallystick ", "1", {"mock", "test", "init", "accept", "fuzz", "lint", "cases"}),
        ("tallystick test --ba", "2", {"--base-url", "--baseline"}),
        ("tallystick export m", "2", {"msw"}),
    ],
)
def test_what_is_completed(words: str, number: str, found: set[str]) -> None:
    """Commands, options and values."""
    asked = environment(_TALLYSTICK_COMPLETE="bash_complete", COMP_WORDS=words, COMP_CWORD=number)
    run = subprocess.run([PROGRAM], env=asked, capture_output=True, text=True, timeout=PATIENCE)
    assert found <= {line.partition(",")[2] for line in run.stdout.splitlines()}


@pytest.mark.parametrize("option", ["--target", "--baseline", "--report-dir", "--overlay"])
def test_files_are_completed_by_the_shell(option: str) -> None:
    """The shell knows them best."""
    asked = {"COMP_WORDS": f"tallystick test {option} x", "COMP_CWORD": "3"}
    env = environment(_TALLYSTICK_COMPLETE="bash_complete", **asked)
    run = subprocess.run([PROGRAM], env=env, capture_output=True, text=True, timeout=PATIENCE)
    assert run.stdout == "file,x\n"


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_each_shell_has_its_script(shell: str) -> None:
    """The variable of the docs gives it, and the docs show it."""
    (line,) = blocks(PAGE, shell)
    assert f"_TALLYSTICK_COMPLETE={shell}_source tallystick" in line
    env = environment(_TALLYSTICK_COMPLETE=f"{shell}_source")
    run = subprocess.run([PROGRAM], env=env, capture_output=True, text=True, timeout=PATIENCE)
    assert run.returncode == 0
    assert f"_TALLYSTICK_COMPLETE={shell}_complete" in run.stdout
