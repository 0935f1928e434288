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


def run_lint(load: LoadOptions, *, form: str, ignored: Iterable[str]) -> tuple[str, int]:
    """The text to print, and the exit code: 1 where there are errors; where `load` is strict,
    warnings count, too. `ignored` are the names that are left out. Raises TallystickError.
    """
    left_out = frozenset(_known(name) for name in ignored)
    contract = read_contract(replace(load, strict=False))
    found = [diagnostic for diagnostic in lint(contract) if diagnostic.name not in left_out]
    text = FORMATS[form](found, len(list(contract.cases)))
    fails = any(load.strict or diagnostic.severity == "error" for diagnostic in found)
    return text, int(fails)


def _known(name: str) -> str:
    if name in KINDS:
        return name
    near = get_close_matches(name, KINDS, 1, 0)
    raise TallystickError(
        f"No diagnostic is called {name!r}.",
        remedy=f"Did you mean {near[0]!r}? docs/diagnostics.md lists them." if near else "",
    )
