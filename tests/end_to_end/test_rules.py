"""Rules of the project that hold for all its files."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import yaml

ROOT = Path(__file__).parents[2]
VENDOR = re.compile(
    r"payment.?account|returnUrl|refreshUrl|organisation|dolfin|stripe.com|expiresAt", re.IGNORECASE
)
"""Names of the bundled contract."""

REGISTRIES = re.compile(r"https?://(?!127\.0\.0\.1|localhost)[\w.-]*(?:pypi|pythonhosted|npmjs)")


def sources(*folders: str) -> list[Path]:
    return [path for folder in folders for path in sorted((ROOT / folder).rglob("*.py"))]


def test_nothing_is_written_for_one_operation() -> None:
    """No name of the vendor's document stands in the code of the reader, the mock's core or the
    contract tests.
    """
    files = sources("tallystick", "mock_server", "contract_tests")
    core = [path for path in files if "behaviours" not in path.parts]
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
        if (ROOT / name).is_file() and name != "tests/end_to_end/test_rules.py"
    )
    assert [name for name, text in texts if REGISTRIES.search(text)] == []
