"""The JSON Schema Test Suite (draft 2020-12) through the reader: references, dialect, registry."""

from __future__ import annotations

import json
import subprocess
import sys
import tarfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from jsonschema_specifications import REGISTRY  # type: ignore[import-untyped]

from tests.tallystick.conftest import Server, document, load

pytestmark = pytest.mark.long

SDIST = "jsonschema==4.26.0"
"""A source distribution on PyPI that holds the suite, in its folder `json`."""

SUITE = "http://localhost:1234"
"""Where the suite's schemas expect the files that they refer to."""

STANDARD = "https://json-schema.org"
"""Where they expect the metaschemas."""

FORMATS = "formats are asserted here: OpenAPI documents mean them so"
KNOWN = {
    "format": FORMATS,
    "vocabulary": "each schema has all vocabularies: OpenAPI has no way to switch one off",
    "optional/unknownKeyword": "names count wherever they stand, since files hold schemas anywhere",
    "optional/cross-draft": "each schema is read as of 2020-12, whatever its `$schema`",
}
"""The cases that fail, by file and group, and why."""


@pytest.fixture(scope="module")
def suite(request: pytest.FixtureRequest) -> Path:
    """The folder of the suite, installed once into pytest's cache."""
    folder = Path(request.config.cache.mkdir("json-schema-test-suite"))
    if not (folder / "tests").is_dir():
        command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps"]
        command += ["--no-binary", ":all:", "--dest", str(folder), SDIST]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        archives = list(folder.glob("*.tar.gz"))
        if not archives:
            pytest.skip(f"{SDIST} cannot be had: {done.stderr[-300:]}")
        with tarfile.open(archives[0]) as archive:
            for member in archive.getmembers():
                _, _, member.name = member.name.partition("/json/")
                if member.name:
                    archive.extract(member, folder, filter="data")
    return folder


@pytest.fixture(scope="module")
def remotes(suite: Path) -> Iterator[Server]:
    """A server of the files that the suite's schemas refer to."""
    server = Server()
    for path in (suite / "remotes").rglob("*.json"):
        text = path.read_text("utf-8").replace(SUITE, server.url)
        server.answers[f"/{path.relative_to(suite / 'remotes')}"] = (200, {}, text.encode())
    for uri in REGISTRY:
        if uri.startswith(f"{STANDARD}/draft/2020-12/"):
            text = json.dumps(REGISTRY.contents(uri)).replace(STANDARD, server.url)
            server.answers[uri.removeprefix(STANDARD)] = (200, {}, text.encode())
    yield server
    server.close()


def groups(suite: Path, url: str) -> Iterator[tuple[str, dict[str, Any]]]:
    """The groups of the suite, each with the name of its file."""
    folder = suite / "tests" / "draft2020-12"
    for path in sorted(folder.rglob("*.json")):
        name = str(path.relative_to(folder).with_suffix(""))
        text = path.read_text("utf-8").replace(SUITE, url).replace(STANDARD, url)
        for group in json.loads(text):
            yield name, group


def failures(group: dict[str, Any], folder: Path) -> list[str]:
    """The descriptions of those cases of a group that fail."""
    (folder / "schema.json").write_text(json.dumps(group["schema"]), "utf-8")
    value = document(
        {"200": {"description": "OK"}}, components={"schemas": {"S": {"$ref": "schema.json"}}}
    )
    (folder / "document.json").write_text(json.dumps(value), "utf-8")
    loaded = load(str(folder / "document.json"), remote_references=True)
    validator = loaded.validators.at(("components", "schemas", "S"))
    return [
        case["description"]
        for case in group["tests"]
        if validator.is_valid(case["data"]) is not case["valid"]
    ]


def test_the_suite(suite, remotes, tmp_path, capsys):
    """All pass, but for those whose reason is known."""
    total, failed, known, unknown = 0, 0, set(), []
    for name, group in groups(suite, remotes.url):
        total += len(group["tests"])
        wrong = failures(group, tmp_path)
        failed += len(wrong)
        reasons = {name, f"{name}: {group['description']}"} & KNOWN.keys()
        known |= reasons if wrong else set()
        unknown += [] if reasons else [f"{name}: {group['description']}: {one}" for one in wrong]
    with capsys.disabled():
        print(f"\nJSON Schema Test Suite: {total - failed} of {total} pass; known to fail:")
        for name, reason in KNOWN.items():
            print(f"  {name}: {reason}")
    assert (unknown, KNOWN.keys() - known) == ([], set())
