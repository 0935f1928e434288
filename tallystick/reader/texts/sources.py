"""Where a document's text comes from: a file, an address, or a fenced block in a Markdown page.

Rules: a text is read within the bounds of `reading` and `fetching`, and all texts of one contract
have bounds together.
"""

from __future__ import annotations

import errno
import re
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from tallystick.errors import LoadError, Source
from tallystick.reader.texts.fetching import fetch, too_large
from tallystick.reader.texts.parsing import Parsed, parse
from tallystick.reader.texts.reading import MAX_IN_ALL, allowance, read_bytes

_FENCE = re.compile(r"^ {0,3}(`{3,}|~{3,})[ \t]*([^\s`]*)[^\n`]*$")
_OPENAPI = re.compile(r"""^\s*\{?\s*["']?openapi["']?\s*:""", re.MULTILINE)


_READ: ContextVar[set[Path] | None] = ContextVar("_READ", default=None)


@contextmanager
def recording() -> Iterator[set[Path]]:
    """The files and folders that are read in the block, also those that cannot be."""
    found: set[Path] = set()
    token = _READ.set(found)
    try:
        yield found
    finally:
        _READ.reset(token)


def _record(place: str) -> Path:
    path, found = Path(place), _READ.get()
    if found is not None:
        found.add(path)
    return path


@dataclass(frozen=True, slots=True)
class Block:
    """A fenced code block: its text, and how many lines of the page stand before it."""

    text: str
    offset: int


def is_address(place: str) -> bool:
    """Whether a place is an http or https URL rather than a file."""
    return re.match(r"https?:", place, re.IGNORECASE) is not None


def read(place: str) -> Parsed:
    """Read and parse the document, overlay or referenced file at a path or http(s) URL.

    A Markdown page gives its first fenced block that holds an OpenAPI document.
    Raises LoadError.
    """
    text = read_text(place)
    if not _is_markdown(place, text):
        return parse(text, place)
    block = _openapi_block(text, place)
    return parse(block.text, place, offset=block.offset)


def read_text(place: str) -> str:
    """The text at a path or http(s) URL, as it is. Raises LoadError."""
    body = fetch(place) if is_address(place) else _read_file(place)
    left = allowance()
    left.bytes -= len(body)
    if left.bytes < 0:
        what = f"All texts of a document together are larger than {MAX_IN_ALL:,} bytes."
        raise LoadError(what, source=Source(place))
    return _decode(body, place)


def read_all(place: str) -> list[Parsed]:
    """Read the document at a place; of a folder, each document in it. Raises LoadError."""
    if is_address(place) or not Path(place).is_dir():
        return [read(place)]
    found = [
        document
        for path in sorted(_record(place).iterdir())
        if path.suffix.lower() in _SUFFIXES and path.is_file()
        for document in _document(str(path))
    ]
    if not found:
        raise LoadError("The folder holds no OpenAPI document.", source=Source(place))
    return found


def _document(place: str) -> Iterator[Parsed]:
    """The document in a file of a folder; nothing of a file that holds none."""
    text = _decode(_read_file(place), place)
    if not _OPENAPI.search(text):
        return
    if _is_markdown(place, text) and not any(map(_holds_openapi, _blocks(text))):
        return
    parsed = read(place)
    if isinstance(parsed.value, dict) and "openapi" in parsed.value:
        yield parsed


_SUFFIXES = {".yaml", ".yml", ".json", ".md", ".mdx", ".markdown"}


def _read_file(place: str) -> bytes:
    path = _record(place)
    try:
        return read_bytes(path)
    except FileNotFoundError:
        raise LoadError("There is no such file.", source=Source(place)) from None
    except (OSError, ValueError) as error:
        if isinstance(error, OSError) and error.errno == errno.EFBIG:
            raise too_large(place) from None
        reason = getattr(error, "strerror", None) or error
        raise LoadError(f"The file cannot be read: {reason}.", source=Source(place)) from None


def _decode(body: bytes, place: str) -> str:
    try:
        return body.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = body[: error.start].count(b"\n") + 1
        what = f"The text is not UTF-8 (byte {error.start})."
        raise LoadError(what, source=Source(place, "", line)) from None


def _is_markdown(place: str, text: str) -> bool:
    """By its name, or because a fenced OpenAPI block stands in what is no document itself."""
    name = urlsplit(place).path if is_address(place) else place
    suffix = Path(name).suffix.lower()
    if suffix in {".yaml", ".yml", ".json"}:
        return False
    if suffix in {".md", ".mdx", ".markdown"}:
        return True
    return not text.lstrip().startswith("{") and bool(_blocks(text)) and not _starts_openapi(text)


def _starts_openapi(text: str) -> bool:
    return (
        re.match(r"(?:[ \t]*(?:#.*|---[ \t]*)?\r?\n)*\s*['\"]?(?:openapi|overlay)\b", text)
        is not None
    )


def _openapi_block(text: str, place: str) -> Block:
    blocks = [block for block in _blocks(text) if _holds_openapi(block)]
    if not blocks:
        raise LoadError(
            "The page has no fenced code block that holds an OpenAPI document.",
            source=Source(place),
            remedy="Expected is a block such as ```yaml with a line 'openapi: 3.1.0'.",
        )
    return blocks[0]


def _holds_openapi(block: Block) -> bool:
    return _OPENAPI.search(block.text) is not None


def _blocks(text: str) -> list[Block]:
    """The fenced code blocks of a page (CommonMark section 4.5)."""
    blocks: list[Block] = []
    fence = ""
    start = 0
    lines = text.splitlines()
    for number, line in enumerate(lines):
        if not fence:
            if opening := _FENCE.match(line):
                fence, start = opening[1], number + 1
        elif _closes(line, fence):
            blocks.append(Block("\n".join(lines[start:number]) + "\n", start))
            fence = ""
    if fence:  # an unclosed block runs to the end of the page
        blocks.append(Block("\n".join(lines[start:]) + "\n", start))
    return blocks


def _closes(line: str, fence: str) -> bool:
    mark = line.strip()
    return len(mark) >= len(fence) and set(mark) == {fence[0]} and not line.startswith("    ")
