"""Dictionaries: the user's own values to fuzz with, in the format of Schemathesis.

Rules: `[fuzz.dictionaries.NAME]` has `values`, or `from-file`: a file in libFuzzer's format (one
quoted entry a line, `name="value"`, with `\\xAB` for bytes), relative to the target file.
`[fuzz.parameters]` binds them to documented parameters: `"body.website" = { dictionary = "NAME" }`.
With `probability = 0.3`, 70% of the values are still built-in ones.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from contract_tests.target.file import Places
from contract_tests.target.target import Target
from tallystick.catalogue.sentences import Field
from tallystick.contract import Contract
from tallystick.errors import Source, TallystickError
from tallystick.reader.texts.reading import read_text

_ENTRY = re.compile(r'(?:[A-Za-z0-9_.@-]+\s*=\s*)?"(?P<text>(?:[^"\\]|\\.)*)"')
_ESCAPE = re.compile(r"\\(?:x([0-9A-Fa-f]{2})|(.))")
_SIMPLE = {"\\": "\\", '"': '"', "n": "\n", "r": "\r", "t": "\t"}
_IN_HEADERS = ("header", "cookie")
_KINDS = (str, int, float)


class DictionaryError(TallystickError):
    """A dictionary cannot be read."""


@dataclass(frozen=True, slots=True)
class BoundDictionary:
    """The values of a dictionary, and the share of values that it gives to its parameter."""

    values: Sequence[Any]
    probability: float = 1.0

    def beside(self, built_in: Sequence[Any]) -> SearchStrategy[Any]:
        """These values and the built-in ones, by the probability."""
        own = st.sampled_from(self.values)
        if self.probability == 1:
            return own
        others = st.sampled_from(built_in)
        return st.integers(1, 1_000).flatmap(
            lambda drawn: own if drawn <= self.probability * 1_000 else others
        )


def name_of(field: Field) -> str:
    """The name of a field in target files."""
    return f"{field.location}.{field.name}"


def bound_dictionaries(
    target: Target, contract: Contract, target_file: str | None
) -> dict[str, BoundDictionary]:
    """The dictionary of each parameter that has one. Raises TallystickError."""
    if target_file is None:
        return {}
    places = Places(target_file)
    dictionaries: Mapping[str, Any] = target.fuzz.get("dictionaries", {})
    values = {name: _values(table, name, places) for name, table in dictionaries.items()}
    documented = {name_of(field) for operation in contract.operations for field in operation.fields}
    found: dict[str, BoundDictionary] = {}
    for parameter, binding in target.fuzz.get("parameters", {}).items():
        places.known(parameter, documented, "The document has no parameter {!r}")
        found[parameter] = _bound(parameter, binding, values, places)
    return found


def _bound(
    parameter: str, binding: Any, values: Mapping[str, Sequence[Any]], places: Places
) -> BoundDictionary:
    if not isinstance(binding, dict) or not isinstance(binding.get("dictionary"), str):
        what = f"{parameter!r} of [fuzz.parameters] needs a 'dictionary'"
        raise places.error(what, parameter, 'Write it as { dictionary = "NAME" }.')
    places.known_keys(binding, {"dictionary", "probability"}, "The key {!r} is not known there")
    probability = binding.get("probability", 1.0)
    if isinstance(probability, bool) or not isinstance(probability, int | float):
        raise places.error("'probability' must be a number from 0 to 1", "probability")
    if not 0 <= probability <= 1:
        raise places.error("'probability' must be a number from 0 to 1", "probability")
    places.known(binding["dictionary"], values, "There is no dictionary {!r}")
    bound = BoundDictionary(values[binding["dictionary"]], float(probability))
    if parameter.partition(".")[0] in _IN_HEADERS:
        _check_headers(parameter, bound, places)
    return bound


def _check_headers(parameter: str, bound: BoundDictionary, places: Places) -> None:
    for value in bound.values:
        if not isinstance(value, str) or not (value.isprintable() and value.isascii()):
            what = f"The value {value!r} cannot be sent in a header ({parameter})"
            raise places.error(what, parameter)


def _values(table: Any, name: str, places: Places) -> Sequence[Any]:
    header = f"dictionaries.{name}"
    place = header if places.line(header) else name
    if not isinstance(table, dict):
        raise places.error(f"The dictionary {name!r} must be a table", place)
    places.known_keys(table, {"values", "from-file"}, "A dictionary has no key {!r}")
    values, file = table.get("values"), table.get("from-file")
    if values is None and isinstance(file, str):
        return read_file(Path(places.path).parent / file)
    if file is not None or not isinstance(values, list) or not values:
        what = f"The dictionary {name!r} needs a list of 'values', or a 'from-file'"
        raise places.error(what, place)
    for value in values:
        if isinstance(value, bool) or not isinstance(value, _KINDS):
            what = f"A value of the dictionary {name!r} must be a text or a number, not {value!r}"
            raise places.error(what, place)
    return values


def read_file(path: Path) -> list[str]:
    """The entries of a file in libFuzzer's format. Raises DictionaryError."""
    try:
        lines = read_text(path).splitlines()
    except OSError as error:
        raise DictionaryError(f"{error.strerror}.", source=Source(str(path))) from None
    except UnicodeDecodeError as error:
        raise DictionaryError(f"This is not UTF-8: {error}.", source=Source(str(path))) from None
    texts = [(number, line.strip()) for number, line in enumerate(lines, 1)]
    found = [
        _entry(text, Source(str(path), "", number))
        for number, text in texts
        if text and not text.startswith("#")
    ]
    if not found:
        raise DictionaryError("The file has no entries.", source=Source(str(path)))
    return found


def _entry(text: str, source: Source) -> str:
    match = _ENTRY.fullmatch(text)
    if match is None:
        what = f"{text[:60]!r} is not a dictionary entry."
        raise DictionaryError(what, source=source, remedy='Write it as name="value".')
    return _unescaped(match["text"], source)


def _unescaped(text: str, source: Source) -> str:
    def plain(match: re.Match[str]) -> str:
        if match[1]:
            return chr(int(match[1], 16))
        if match[2] not in _SIMPLE:
            raise DictionaryError(f"The escape \\{match[2]} is not known.", source=source)
        return _SIMPLE[match[2]]

    raw = _ESCAPE.sub(plain, text)
    try:
        return raw.encode("latin-1").decode()  # the escapes are bytes of UTF-8
    except UnicodeError:
        return raw
