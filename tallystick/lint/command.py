"""What `tallystick lint` does: the command line only reads its options and prints."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from difflib import get_close_matches

from tallystick.contract import read_contract
from tallystick.errors import TallystickError
from tallystick.lint import lint
from tallystick.lint.formats import FORMATS
from tallystick.reader.diagnostics import KINDS
from tallystick.reader.options import LoadOptions
from tallystick.reader.texts import sources


def run_lint(load: LoadOptions, *, form: str, ignored: Iterable[str]) -> tuple[str, int]:
    """The text to print, and the exit code: 1 where there are errors; where `load` is strict,
    warnings count, too. `ignored` are the names that are left out. Raises TallystickError.
    """
    left_out = frozenset(_known(name) for name in ignored)
    contracts = [read_contract(replace(one, strict=False)) for one in _contracts(load)]
    found = [
        diagnostic
        for contract in contracts
        for diagnostic in lint(contract)
        if diagnostic.name not in left_out
    ]
    text = FORMATS[form](found, sum(len(list(contract.cases)) for contract in contracts))
    fails = any(load.strict or diagnostic.severity == "error" for diagnostic in found)
    return text, int(fails)


def _contracts(load: LoadOptions) -> list[LoadOptions]:
    """The options of each contract: the documents with one `info` are one, and others are others,
    since whoever lints a repository names all that it holds.
    """
    by_info: dict[str, list[str]] = {}
    for place in load.documents:
        values = [parsed.value for parsed in sources.read_all(place)]
        info = [value.get("info") if isinstance(value, dict) else place for value in values]
        by_info.setdefault(repr(info[0]), []).append(place)
    return [replace(load, documents=tuple(places)) for places in by_info.values()] or [load]


def _known(name: str) -> str:
    if name in KINDS:
        return name
    near = get_close_matches(name, KINDS, 1, 0)
    raise TallystickError(
        f"No diagnostic is called {name!r}.",
        remedy=f"Did you mean {near[0]!r}? docs/diagnostics.md lists them." if near else "",
    )
