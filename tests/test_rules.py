"""Rules of the project that hold for all its files."""

from __future__ import annotations

import ast
import re
import subprocess
from collections import Counter
from collections.abc import Iterable
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).parents[1]
PACKAGES = ("tallystick", "mock_server", "contract_tests", "fuzzing")
VENDOR = re.compile(
    r"payment.?account|returnUrl|refreshUrl|organisation|dolfin|stripe.com|expiresAt", re.IGNORECASE
)
"""Names of the bundled contract."""

REGISTRIES = re.compile(r"https?://(?!127\.0\.0\.1|localhost)[\w.-]*(?:pypi|pythonhosted|npmjs)")


def sources(*folders: str) -> list[Path]:
    return [path for folder in folders for path in sorted((ROOT / folder).rglob("*.py"))]


def test_nothing_is_written_for_one_operation() -> None:
    """No name of the vendor's document stands in the code, apart from the mock's behaviours."""
    core = [path for path in sources(*PACKAGES) if "behaviours" not in path.parts]
    named = {
        str(path.relative_to(ROOT)): found
        for path in core
        if (found := VENDOR.findall(path.read_text(encoding="utf-8")))
    }
    assert named == {}


def test_the_vendors_document_is_as_published() -> None:
    """The bundled document has the vendor's operation, its nine codes and no extension of ours."""
    text = (ROOT / "openapi" / "dolfin-payment-account-link.yaml").read_text(encoding="utf-8")
    document = yaml.safe_load(text)
    assert document["openapi"] == "3.1.1"
    assert list(document["paths"]) == ["/organisations/{id}/payment-account/link"]
    assert len(re.findall(r"\w+\.\w+ —", text)) == 9
    assert "x-tallystick" not in text


def test_no_registry_is_named() -> None:
    """No file that git tracks names the host of a package registry."""
    listed = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True)
    texts = (
        (name, (ROOT / name).read_bytes().decode("utf-8", "replace"))
        for name in listed.stdout.split()
        if (ROOT / name).is_file() and name != "tests/test_rules.py"
    )
    assert [name for name, text in texts if REGISTRIES.search(text)] == []


PRINTING = re.compile(
    r"click\.(?:echo\w*|secho|style|unstyle|prompt|confirm|pause|progressbar|get_\w*stream)"
    r"|sys\.__?std\w+|sys\.std\w+\.write\w*|(?:traceback|logging)\.print\w+|pprint\.\w+|warnings\.warn"
    r"|logging\.(?:\w*Handler|basicConfig|lastResort|captureWarnings)|print|input|Console"
)
"""Ways to a terminal, as they are called."""


def test_one_module_prints() -> None:
    """Texts of documents and targets reach a terminal through `tallystick.printing` alone."""
    found = {
        (str(path.relative_to(ROOT)), name)
        for path in sources(*PACKAGES)
        for node in ast.walk(ast.parse(path.read_bytes()))
        if isinstance(node, ast.Call) and PRINTING.fullmatch(name := ast.unparse(node.func))
    }
    assert {(path, name) for path, name in found if path != "tallystick/printing.py"} == {
        # What these write goes through it.
        ("tallystick/logs.py", "logging.StreamHandler"),
        ("tallystick/logs.py", "logging.basicConfig"),
        ("tallystick/logs.py", "logging.captureWarnings"),
        ("contract_tests/results/progress.py", "Console"),
    }


# --- names and sizes (ARCHITECTURE.md)


def twice(names: Iterable[str]) -> list[str]:
    """The names that occur more than once."""
    return sorted(name for name, count in Counter(names).items() if count > 1)


def test_a_class_name_stands_for_one_thing() -> None:
    """In all four packages. Two classes of one name in two rooms are taken for each other."""
    trees = [ast.parse(path.read_bytes()) for path in sources(*PACKAGES)]
    classes = [node.name for tree in trees for node in tree.body if isinstance(node, ast.ClassDef)]
    assert twice(classes) == []


@pytest.mark.parametrize("package", PACKAGES)
def test_a_module_name_stands_for_one_thing(package: str) -> None:
    """Within a package, wherever in its folders."""
    names = [path.stem for path in sources(package) if path.stem != "__init__"]
    assert twice(names) == []


def test_no_folder_is_crowded() -> None:
    """About a dozen modules can be overlooked; what needs more is more than one thing."""
    sizes = Counter(str(path.parent.relative_to(ROOT)) for path in sources(*PACKAGES))
    assert {folder: size for folder, size in sizes.items() if size > 13} == {}


def test_told_is_said_of_speech_only() -> None:
    """The code prints, sends, records and knows; nobody is told anything in it."""
    files = [
        path
        for package in PACKAGES
        for path in sorted((ROOT / package).rglob("*"))
        if path.suffix in {".py", ".html", ".j2", ".js", ".ts", ".yaml"}
    ]
    lines = [
        f"{path.relative_to(ROOT)}:{number}"
        for path in files
        for number, line in enumerate(path.read_text("utf-8").splitlines(), start=1)
        if re.search(r"\btold\b", line, re.IGNORECASE)
    ]
    assert lines == []
