"""Figures in pages of the documentation, between markers, so that one command renews them."""

from __future__ import annotations

import os
import platform
import re
from datetime import UTC, datetime
from pathlib import Path

import psutil


def write_into(page: Path, name: str, text: str) -> None:
    """Put a text between the markers of a page. Raises ValueError where it has none."""
    page.write_text(written(page.read_text(encoding="utf-8"), name, text), encoding="utf-8")


def written(page: str, name: str, text: str) -> str:
    """The page with the text between its markers `<!-- NAME -->` and `<!-- /NAME -->`."""
    begin, end = f"<!-- {name} -->", f"<!-- /{name} -->"
    before, found, rest = page.partition(begin)
    _, also, after = rest.partition(end)
    if not (found and also):
        raise ValueError(f"the page has no {begin} … {end}")
    return f"{before}{begin}\n\n{text.strip()}\n\n{end}{after}"


def where() -> str:
    """The day, and the machine that it is measured on."""
    info = Path("/proc/cpuinfo")
    found = re.search(r"model name\s*: (.+)", info.read_text()) if info.is_file() else None
    name = found[1].strip() if found else platform.machine()
    return (
        f"{datetime.now(UTC).date()}, {os.cpu_count()} cores ({name}), "
        f"{psutil.virtual_memory().total / 2**30:.0f} GiB, {platform.system()} "
        f"{platform.release()}, Python {platform.python_version()}"
    )
