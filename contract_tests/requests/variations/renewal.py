"""Other values for what there can be only one of: a name that is taken, a number that is known.

Rules: a text stays of its kind: digits become digits, letters become letters. The same request
gets the same values, so that what is drawn can be drawn again.
"""

from __future__ import annotations

import json
import string
from collections.abc import Iterator
from random import Random
from typing import Any

from contract_tests.http.exchange import OperationRequest
from contract_tests.requests.reaching import as_json, fits_body, refers, value_at, with_value
from tallystick.contract import Contract
from tallystick.reader.operations import Field

_FEW_DIGITS = 3
"""With so many digits, letters stay: they may be those of an algorithm, or hexadecimal."""


def texts(contract: Contract, request: OperationRequest) -> list[Field]:
    """The places of texts in a body that may be another text."""
    found = [
        field for field in _places(request.body, "") if not refers(field.name.rpartition(".")[2])
    ]
    return [
        field for field in found if fits_body(contract, renewed(request, (field,), like=request))
    ]


def renewed(
    request: OperationRequest, unique: tuple[Field, ...], like: OperationRequest, salt: str = ""
) -> OperationRequest:
    """The request with other texts in its unique places, where it has those of `like`; what a
    variation has changed stays.
    """
    if not unique or not isinstance(request.body, dict):
        return request
    source = _random(json.dumps([salt, as_json(request.body)], default=str))
    for field in unique:
        value = value_at(like.body, field.name)
        if isinstance(value, str) and value_at(request.body, field.name) == value:
            request = with_value(request, field, _another(value, source))
    return request


def another(text: str, salt: str) -> str:
    """Another text of the same kind; the same for the same salt."""
    return _another(text, _random(f"{salt} {text}"))


def _random(salt: str) -> Random:
    return Random(salt)  # noqa: S311 - no secret


def _another(text: str, source: Random) -> str:
    keeps_letters = sum(letter.isdecimal() for letter in text) >= _FEW_DIGITS

    def other(letter: str) -> str:
        if letter in string.digits:
            return source.choice(string.digits)
        for letters in () if keeps_letters else (string.ascii_lowercase, string.ascii_uppercase):
            if letter in letters:
                return source.choice(letters)
        return letter

    return "".join(map(other, text))


def _places(value: Any, prefix: str) -> Iterator[Field]:
    for name, inner in value.items() if isinstance(value, dict) else ():
        if "." in name:
            continue
        if isinstance(inner, str) and inner:
            yield Field("body", f"{prefix}{name}")
        elif isinstance(inner, dict):
            yield from _places(inner, f"{prefix}{name}.")
