"""Documents of extremes: a diagnostic or a clear error, in bounded time and memory."""

from __future__ import annotations

import re
import resource
import subprocess
import sys
from pathlib import Path
from urllib.parse import quote

import httpx
import pytest

from tests import PATIENCE
from tests.hostile.documents import EXTREMES
from tests.mock_server.running import running

pytestmark = pytest.mark.whole

MEMORY = 3 * 1024**3
"""Of the process, in bytes; far more than it needs, and far less than these documents could ask."""

SECONDS = 30
"""Of the processor, not of the clock; the slowest takes five."""

QUICK = (
    "an integer of a million digits",
    "a key of 100,000 letters",
    "minItems within minItems",
    "2 to the 25 by allOf",
    "catastrophic patterns",
)


def limited() -> None:
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))


@pytest.fixture
def document(tmp_path: Path, extreme: str) -> Path:
    """The document of an extreme."""
    text = EXTREMES[extreme]()
    path = tmp_path / ("document.json" if text.startswith("{") else "document.yaml")
    path.write_text(text, "utf-8")
    return path


def is_answered(*arguments: str) -> None:
    """A command ends as documented: it says what is wrong, if anything is."""
    done = subprocess.run(
        [sys.executable, "-m", "tallystick", *arguments],
        capture_output=True,
        timeout=4 * PATIENCE,
        preexec_fn=limited,
    )
    said = done.stderr.decode()
    assert (done.returncode in (0, 1, 2), "Traceback" in said, "defect" in said) == (
        True,
        False,
        False,
    ), (done.returncode, said[-2_000:])


@pytest.mark.parametrize("extreme", QUICK)
def test_an_extreme_document_is_read(document):
    """`lint` looks at all of it, and makes values for each schema."""
    is_answered("lint", str(document))


@pytest.mark.long
@pytest.mark.parametrize("extreme", EXTREMES)
@pytest.mark.parametrize("command", ["cases", "lint", "export msw", "export document"])
def test_each_command_ends(document, command):
    """Whatever the document."""
    is_answered(*command.split(), str(document))


LATE = 20
"""Far more seconds than an answer takes that needs a value made."""


SERVED = ("a media type without a slash", "a collection of integers beyond 64 bits")


@pytest.mark.parametrize("extreme", SERVED)
def test_an_extreme_document_is_served(document):
    """Each operation with what it has, and the mock lives."""
    is_served(document)


@pytest.mark.long
@pytest.mark.parametrize("extreme", EXTREMES)
def test_each_operation_is_answered(document):
    """Whatever the document."""
    is_served(document)


def is_served(document: Path) -> None:
    listed = subprocess.run(
        [sys.executable, "-m", "tallystick", "cases", str(document)], capture_output=True, text=True
    )
    if listed.returncode == 2:
        pytest.skip("it cannot be read, and is refused")
    operations = re.findall(r"^([A-Z]+) (/.*)$", listed.stdout, re.MULTILINE)[:10]
    with running(document, "--quiet") as mock:
        mock.client.timeout = httpx.Timeout(LATE)
        for method, path in operations:
            for sent in (None, b"{}", b'"text"', b"[1, 2, 3]"):
                url = quote(re.sub(r"\{[^}]*\}", "1", path), safe="/")[:60_000]
                headers = {} if sent is None else {"content-type": "application/json"}
                answer = mock.client.request(method, url, content=sent, headers=headers)
                assert answer.status_code < 500, (method, path[:80], answer.text[:500])
        assert mock.client.get("/_tallystick/openapi.json").status_code == 200
        assert mock.client.get("/_tallystick/").status_code == 200
