"""What to read, and how far to go for it: one value from the command line to the reader."""

from __future__ import annotations

from dataclasses import dataclass

LOCALE = "en_US"
"""The language and country of made-up data, where nobody wants others."""


@dataclass(frozen=True, slots=True)
class LoadOptions:
    """The options of loading a contract.

    `documents` and `overlays` are paths or http(s) URLs; without a document the bundled contract
    is read. `remote_references` allows `$ref`s to other addresses; `strict` refuses a document
    that has errors. `locale` is that of the data that is made up for it.
    """

    documents: tuple[str, ...] = ()
    overlays: tuple[str, ...] = ()
    remote_references: bool = False
    strict: bool = False
    locale: str = LOCALE
