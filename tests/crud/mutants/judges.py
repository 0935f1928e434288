"""The judges of a workshop: `tallystick test`, and plain `schemathesis run` beside it.

Rules: each judges over real HTTP, as the command that a user calls, with the token and nothing
else. Plain Schemathesis raises alarms on the right workshop, too: a mutant counts as caught by it
where it fails something that it does not fail there.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests import PATIENCE
from tests.crud.conformance import read_document
from tests.crud.store import TOKEN
from tests.crud.test_contract import target_text
from tests.end_to_end.peers import ROOT

from .hosting import Hosting
from .mutant import Factory

_BIN = Path(sys.executable).parent
_FAILURE = re.compile(r"❌ (ST\d+[^:\n]*): \d+")
Command = Callable[[Path, Path, str], list[str]]


@dataclass(frozen=True)
class Judgement:
    """What a judge says of a workshop: its exit code, what it finds and advises, and what that
    took.
    """

    code: int
    found: frozenset[str]
    advised: frozenset[str]
    not_covered: frozenset[str]
    requests: int
    seconds: float


def tallystick(hosting: Hosting, app: Factory, document: Any = None) -> Judgement:
    """Judge a workshop by `tallystick test`; findings are those above the advisory."""

    def command(folder: Path, path: Path, url: str) -> list[str]:
        target = folder / "target.toml"
        target.write_text(target_text(url, path), "utf-8")
        options = ["--target", str(target), "--seed", "1", "--report-dir", str(folder)]
        return [sys.executable, "-m", "tallystick", "test", *options]

    def read(folder: Path, code: int, _: str, seconds: float) -> Judgement:
        report = json.loads((folder / "report.json").read_text("utf-8"))
        texts = {
            is_advised: frozenset(
                f"{f['operation']}: {f['check']}: {f['message']}"
                for f in report["findings"]
                if (f["level"] == "advisory") is is_advised
            )
            for is_advised in (False, True)
        }
        missing = frozenset(
            f"{case['operation']} {case['status']}"
            for case in report["cases"]
            if case["verdict"] != "passed" and case["status"] != "403" and case["status"] < "5"
        )
        return Judgement(code, texts[False], texts[True], missing, report["requests"], seconds)

    return _judged(hosting, app, document, command, read)


def schemathesis(hosting: Hosting, app: Factory, document: Any = None) -> Judgement:
    """Judge a workshop by plain `schemathesis run` with its defaults."""

    def command(_: Path, path: Path, url: str) -> list[str]:
        options = [
            "--url",
            url,
            "--seed",
            "1",
            "--no-color",
            "-H",
            f"Authorization: Bearer {TOKEN}",
        ]
        return [str(_BIN / "schemathesis"), "run", str(path), *options]

    def read(_: Path, code: int, output: str, seconds: float) -> Judgement:
        return Judgement(
            code, frozenset(_FAILURE.findall(output)), frozenset(), frozenset(), 0, seconds
        )

    return _judged(hosting, app, document, command, read)


def _judged(
    hosting: Hosting,
    app: Factory,
    document: Any,
    command: Command,
    read: Callable[[Path, int, str, float], Judgement],
) -> Judgement:
    with tempfile.TemporaryDirectory() as name, hosting.serving(app()) as url:
        folder = Path(name)
        path = folder / "document.json"
        path.write_text(json.dumps(document or read_document()), "utf-8")
        started = time.monotonic()
        words = command(folder, path, url)
        run = subprocess.run(words, cwd=ROOT, capture_output=True, text=True, timeout=PATIENCE)
        seconds = time.monotonic() - started
        if run.returncode not in (0, 1, 3):
            said = f"exit code {run.returncode}: {run.stdout[-500:]}{run.stderr[-500:]}"
            return Judgement(
                run.returncode, frozenset([said]), frozenset(), frozenset(), 0, seconds
            )
        return read(folder, run.returncode, run.stdout, seconds)
