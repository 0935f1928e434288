"""Real documents: what is read of each, and whether each case is served, beside Prism.

    python -m benchmarks.documents [--markdown FILE] [--faults FILE] [--prism CASES] [FOLDER]

FOLDER holds documents of real APIs (default: TALLYSTICK_CONTRACTS of the environment, or else
../shared/contracts, if it is there). Four more come from npm, installed into .cache/npm once. Each
document is read in a process of its own, and the mock and Prism serve it in processes of theirs
(`benchmarks.forcing`). The exit code is 1 where a document is refused, or an answer of the mock is
not what the document says.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tallystick.contract import Contract

CONTRACTS = Path(os.environ.get("TALLYSTICK_CONTRACTS") or "../shared/contracts")
CACHE = Path(".cache/npm")
PACKAGES = {
    "@octokit/openapi": ("generated/api.github.com.json",),
    "@directus/specs": ("dist/openapi.json",),
    "@blockfrost/openapi": ("openapi.yaml",),
    "@ideal-postcodes/openapi": ("dist/openapi.json",),
}
READ = ("document", "KB", "operations", "cases", "codes", "errors", "warnings", "seconds", "MB")
SERVED = ("document", "right", "starts in", "Prism: right", "Prism: starts in")
AT_PRISM = 150
"""How many cases of a document are asked for at Prism, at most."""

_SHOWN = 10

Row = dict[str, Any]


def main() -> None:
    parser = argparse.ArgumentParser(description="Tables over real documents.")
    parser.add_argument("folder", nargs="?", type=Path, default=CONTRACTS)
    parser.add_argument("--markdown", type=Path, help="write the tables there, too")
    parser.add_argument("--faults", type=Path, help="write what is wrong with answers there")
    parser.add_argument("--prism", type=int, default=AT_PRISM, help="cases at Prism; 0: none")
    parser.add_argument("--one", help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.one:
        print(json.dumps(measure(arguments.one, arguments.prism)))
        return
    rows = [_measured(name, path, arguments.prism) for name, path in documents(arguments.folder)]
    text = f"{table(READ, rows)}\n{table(SERVED, rows)}"
    print(text)
    if arguments.markdown:
        arguments.markdown.write_text(text, encoding="utf-8")
    if arguments.faults:
        found = {row["document"]: row.get("faults") for row in rows}
        arguments.faults.write_text(json.dumps(found, indent=2), encoding="utf-8")
    sys.exit(any(not row.get("is_right") for row in rows))


def documents(folder: Path = CONTRACTS) -> Iterator[tuple[str, Path]]:
    """The documents at hand, each with the name of the table's row."""
    if not folder.is_dir():
        print(f"{folder} is not there: only the documents of packages are read.", file=sys.stderr)
    yield from ((path.name, path) for path in in_folder(folder))
    for package, names in PACKAGES.items():
        for name in names:
            path = CACHE / "node_modules" / package / name
            if not path.exists():
                _install(package)
            if path.exists():
                yield package, path
            else:
                print(f"{package} cannot be installed here.", file=sys.stderr)


def in_folder(folder: Path) -> list[Path]:
    """The documents in a folder; none where it is not there."""
    found = sorted(folder.iterdir()) if folder.is_dir() else []
    return [path for path in found if path.suffix in {".json", ".yaml", ".yml"}]


def _install(package: str) -> None:
    CACHE.mkdir(parents=True, exist_ok=True)
    command = ["npm", "install", "--silent", "--no-fund", "--no-audit", "--ignore-scripts"]
    subprocess.run([*command, "--prefix", str(CACHE), package], check=False)


def _measured(name: str, path: Path, at_prism: int) -> Row:
    command = [sys.executable, "-m", "benchmarks.documents", "--one", str(path)]
    command += ["--prism", str(at_prism)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    size = round(path.stat().st_size / 1024)
    if done.returncode:
        print(done.stderr, file=sys.stderr)
        return {"document": name, "KB": size, **dict.fromkeys((*READ[2:], *SERVED[1:]), "refused")}
    row: Row = {"document": name, "KB": size, **json.loads(done.stdout)}
    for case, faults in islice(row["faults"]["mock"].items(), _SHOWN):
        print(f"{name}: {case}: {faults[0]}", file=sys.stderr)
    for server, reason in row["reasons"].items():
        print(f"{name}: {server} does not serve it: {reason}", file=sys.stderr)
    return row


def measure(place: str, at_prism: int = 0) -> Row:
    """What is read of a document, what that takes, and how it is served. Raises TallystickError."""
    from tallystick import load_contract
    from tallystick.lint import lint

    started = time.process_time()
    contract = load_contract(place)
    cases = list(contract.cases)
    seconds = time.process_time() - started
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    severities = [diagnostic.severity for diagnostic in lint(contract)]
    return {
        "operations": len(contract.operations),
        "cases": len(cases),
        "codes": sum(case.code is not None for case in cases),
        "errors": severities.count("error"),
        "warnings": severities.count("warning"),
        "seconds": round(seconds, 2),
        "MB": memory,
        **_served(contract, Path(place), at_prism),
    }


def _served(contract: Contract, document: Path, at_prism: int) -> Row:
    from benchmarks.forcing import Forced, Forcing  # it would count as memory that reading takes

    forcing = Forcing(contract, document)
    mock = forcing.at_mock()
    prism = forcing.at_prism(at_prism) if at_prism else Forced(why_not="nothing is asked of it")
    servers = {"mock": mock, "Prism": prism}
    return {
        "right": mock.score,
        "starts in": mock.start,
        "Prism: right": prism.score,
        "Prism: starts in": prism.start,
        "is_right": mock.is_right,
        "faults": {name: forced.wrong for name, forced in servers.items()},
        "reasons": {name: forced.why_not for name, forced in servers.items() if forced.why_not},
    }


def table(columns: Sequence[str], rows: Sequence[Row]) -> str:
    """The columns of the rows as a table in Markdown."""
    lines = [" | ".join(columns), " | ".join("---" for _ in columns)]
    lines += [" | ".join(str(row[column]) for column in columns) for row in rows]
    return "".join(f"| {line} |\n" for line in lines)


if __name__ == "__main__":
    main()
