"""All objects of a document, each once: the walk of those checks that look at every one."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from tallystick.reader.document import Document
from tallystick.reader.pointers import Path
from tallystick.reader.shapes import members


def objects(document: Document) -> Iterator[tuple[str, Path, dict[str, Any]]]:
    """The kind of each object (see `shapes.KINDS`), its path, and its value. References are not
    followed, so that a part that many share comes once.
    """
    return _inside("document", (), document.root)


def _inside(kind: str, path: Path, value: Any) -> Iterator[tuple[str, Path, dict[str, Any]]]:
    if not isinstance(value, dict):
        return
    yield kind, path, value
    for name, member in members(kind, value):
        item = value[name]
        if member.form == "one":
            yield from _inside(member.kind, (*path, name), item)
        else:
            pairs = item.items() if isinstance(item, dict) else enumerate(item)
            for key, one in pairs:
                yield from _inside(member.kind, (*path, name, str(key)), one)
