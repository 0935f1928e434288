"""JSON pointers (RFC 6901), as tuples of reference tokens inside and as text outside."""

from __future__ import annotations

from typing import Any

Path = tuple[str, ...]


def to_pointer(path: Path) -> str:
    """The text of a path: `~` becomes `~0` and `/` becomes `~1` (RFC 6901 section 3)."""
    return "".join("/" + token.replace("~", "~0").replace("/", "~1") for token in path)


def from_pointer(pointer: str) -> Path:
    """The path of a pointer's text. Raises ValueError where it is no JSON pointer."""
    if not pointer:
        return ()
    if not pointer.startswith("/"):
        raise ValueError(f"{pointer!r} is no JSON pointer: it must be empty or start with '/'.")
    return tuple(token.replace("~1", "/").replace("~0", "~") for token in pointer[1:].split("/"))


def look_up(value: Any, path: Path) -> Any:
    """The value at a path. Raises LookupError where there is none."""
    for token in path:
        value = value[_index(token)] if isinstance(value, list) else _member(value, token)
    return value


def _index(token: str) -> int:
    if not token.isascii() or not token.isdigit():
        raise LookupError(token)
    return int(token)


def _member(value: Any, token: str) -> Any:
    if not isinstance(value, dict):
        raise LookupError(token)
    return value[token]
