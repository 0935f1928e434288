"""Dictionaries: values of one's own to fuzz with, in Schemathesis' format.

Rules: `[fuzz.dictionaries.NAME]` has `values`, or `from-file`, a file in libFuzzer's format (one
quoted entry a line, `name="value"`, with `\\xAB` for bytes), relative to the target file.
`[fuzz.parameters]` binds them: `"body.website" = { dictionary = "NAME" }`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from contract_tests.target import Target
from tallystick.errors import Source, TallystickError

_ENTRY = re.compile(r'(?:[A-Za-z0-9_.@-]+\s*=\s*)?"(?P<text>(?:[^"\\]|\\.)*)"')
_ESCAPE = re.compile(r'\\(?:x([0-9A-Fa-f]{2})|(["\\]))')


class DictionaryError(TallystickError):
    """A dictionary is none, or is not there."""


def bound_values(target: Target, target_file: str | None) -> dict[str, Sequence[Any]]:
    """The values for each parameter that a dictionary is bound to. Raises DictionaryError."""
    dictionaries: Mapping[str, Any] = target.fuzz.get("dictionaries", {})
    bindings: Mapping[str, Any] = target.fuzz.get("parameters", {})
    found: dict[str, Sequence[Any]] = {}
    for parameter, binding in bindings.items():
        name = str(binding.get("dictionary") if isinstance(binding, dict) else binding)
        if name not in dictionaries:
            raise DictionaryError(
                f"{parameter} is bound to {name!r}, which is no dictionary.",
                source=Source(target_file or ""),
                remedy=f"There are: {', '.join(dictionaries) or 'none'}.",
            )
        found[parameter] = _values(dictionaries[name], name, target_file)
    return found


def _values(told: Any, name: str, target_file: str | None) -> Sequence[Any]:
    values = told.get("values") if isinstance(told, dict) else None
    if isinstance(values, list) and values:
        return values
    file = told.get("from-file") if isinstance(told, dict) else None
    if not isinstance(file, str):
        raise DictionaryError(
            f"The dictionary {name!r} needs 'values' or 'from-file'.",
            source=Source(target_file or ""),
        )
    return read_file(Path(target_file or ".").parent / file)


def read_file(path: Path) -> list[str]:
    """The entries of a file in libFuzzer's format. Raises DictionaryError."""
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise DictionaryError(f"It cannot be read: {error}.", source=Source(str(path))) from None
    found = []
    for number, line in enumerate(lines, 1):
        text = line.strip()
        if not text or text.startswith("#"):
            continue
        match = _ENTRY.fullmatch(text)
        if match is None:
            raise DictionaryError(
                f'{text[:60]!r} is no entry; write it as name="value".',
                source=Source(str(path), "", number),
            )
        found.append(_unescaped(match["text"]))
    if not found:
        raise DictionaryError("It has no entries.", source=Source(str(path)))
    return found


def _unescaped(text: str) -> str:
    raw = _ESCAPE.sub(lambda m: chr(int(m[1], 16)) if m[1] else m[2], text)
    try:
        return raw.encode("latin-1").decode()  # escaped bytes of UTF-8
    except UnicodeError:
        return raw
