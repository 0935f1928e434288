"""Real documents through the reader: what is read of each, how fast, and in how much memory.

    python -m benchmarks.documents [--markdown FILE] [FOLDER]

FOLDER holds documents of real APIs (default: ../shared/contracts, if it is there). Four more come
from npm, installed into .cache/npm once. Each document is read in a process of its own.
"""

from __future__ import annotations

import argparse
import json
import resource
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

CONTRACTS = Path("../shared/contracts")
CACHE = Path(".cache/npm")
PACKAGES = {
    "@octokit/openapi": ("generated/api.github.com.json",),
    "@directus/specs": ("dist/openapi.json",),
    "@blockfrost/openapi": ("openapi.yaml",),
    "@ideal-postcodes/openapi": ("dist/openapi.json",),
}
COLUMNS = ("document", "KB", "operations", "cases", "codes", "errors", "warnings", "seconds", "MB")


def main() -> None:
    parser = argparse.ArgumentParser(description="A table over real documents.")
    parser.add_argument("folder", nargs="?", type=Path, default=CONTRACTS)
    parser.add_argument("--markdown", type=Path, help="write the table there, too")
    parser.add_argument("--one", help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.one:
        print(json.dumps(measure(arguments.one)))
        return
    rows = [_measured(name, path) for name, path in documents(arguments.folder)]
    text = table(rows)
    print(text)
    if arguments.markdown:
        arguments.markdown.write_text(text, encoding="utf-8")
    sys.exit(any(row["operations"] == "refused" for row in rows))


def documents(folder: Path = CONTRACTS) -> Iterator[tuple[str, Path]]:
    """The documents at hand, each with the name of the table's row."""
    if folder.is_dir():
        for path in sorted(folder.iterdir()):
            if path.suffix in {".json", ".yaml", ".yml"}:
                yield path.name, path
    else:
        print(f"{folder} is not there: only the documents of packages are read.", file=sys.stderr)
    for package, names in PACKAGES.items():
        for name in names:
            path = CACHE / "node_modules" / package / name
            if not path.exists():
                _install(package)
            if path.exists():
                yield package, path
            else:
                print(f"{package} cannot be installed here.", file=sys.stderr)


def _install(package: str) -> None:
    CACHE.mkdir(parents=True, exist_ok=True)
    command = ["npm", "install", "--silent", "--no-fund", "--no-audit", "--ignore-scripts"]
    subprocess.run([*command, "--prefix", str(CACHE), package], check=False)


def _measured(name: str, path: Path) -> dict[str, object]:
    command = [sys.executable, "-m", "benchmarks.documents", "--one", str(path)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    size = round(path.stat().st_size / 1024)
    if done.returncode:
        print(done.stderr, file=sys.stderr)
        return {"document": name, "KB": size, **dict.fromkeys(COLUMNS[2:], "refused")}
    return {"document": name, "KB": size, **json.loads(done.stdout)}


def measure(place: str) -> dict[str, object]:
    """What is read of a document, and what that takes. Raises TallystickError."""
    from tallystick import load_contract
    from tallystick.lint import lint

    started = time.process_time()
    contract = load_contract(place)
    seconds = time.process_time() - started
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    cases = list(contract.cases)
    severities = [diagnostic.severity for diagnostic in lint(contract)]
    return {
        "operations": len(contract.operations),
        "cases": len(cases),
        "codes": sum(case.code is not None for case in cases),
        "errors": severities.count("error"),
        "warnings": severities.count("warning"),
        "seconds": round(seconds, 2),
        "MB": memory,
    }


def table(rows: list[dict[str, object]]) -> str:
    """The rows as a table in Markdown."""
    lines = [" | ".join(COLUMNS), " | ".join("---" for _ in COLUMNS)]
    lines += [" | ".join(str(row[column]) for column in COLUMNS) for row in rows]
    return "".join(f"| {line} |\n" for line in lines)


if __name__ == "__main__":
    main()
