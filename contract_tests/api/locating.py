"""Which operation a request was sent to.

Rules: the path may have a base path of the document's servers, or none, since clients of tests
often leave it out. Of several path templates the one holds that is literal where they first differ
(OpenAPI 3.1.1 section 4.8.8.2).
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Sequence
from functools import lru_cache
from urllib.parse import unquote, urlsplit

from tallystick.contract import Contract, ContractOperation
from tallystick.errors import TallystickError
from tallystick.servers import base_paths, base_pattern

_NEAR = 0.6
"""How alike a path is that may be the one that was meant, as `difflib` counts."""


class UnknownOperationError(TallystickError):
    """A request was sent to no operation of the document."""


def operation_of(
    contract: Contract, method: str, url: str, base_path: str | None = None
) -> ContractOperation:
    """The operation that a request was sent to. With a base path, all paths start with that.
    Raises UnknownOperationError.
    """
    path = _decoded(urlsplit(url).path)
    matching = [
        operation
        for pattern, operation in _patterns(contract, base_path)
        if pattern.fullmatch(path)
    ]
    for operation in matching:
        if operation.method.upper() == method:
            return operation
    raise UnknownOperationError(
        f"The document has no operation {method} {path}.",
        source=contract.document.locate(("paths",)),
        remedy=_remedy(contract, matching, path),
    )


def _remedy(contract: Contract, matching: Sequence[ContractOperation], path: str) -> str:
    """What may have been meant: another method, a base path, another path."""
    base = None if matching else _base_before(contract, path)
    if base:
        return f'If all paths begin with {base}, say so: base_path="{base}".'
    known = list(dict.fromkeys(o.name for o in matching or _near(contract, path)))
    return f"It has {', '.join(known)}." if known else ""


def _base_before(contract: Contract, path: str) -> str | None:
    """What stands before a path of the document, the shortest."""
    templates = {_template(operation.path) for operation in contract.operations} - {"/"}
    matches = (re.fullmatch(f"(/.*){template}", path) for template in templates)
    return min((match[1] for match in matches if match), key=len, default=None)


def _near(contract: Contract, path: str) -> list[ContractOperation]:
    paths = {operation.path for operation in contract.operations}
    near = difflib.get_close_matches(path, paths, 1, _NEAR)
    return [operation for operation in contract.operations if operation.path in near]


@lru_cache(maxsize=8)
def _patterns(
    contract: Contract, base_path: str | None
) -> Sequence[tuple[re.Pattern[str], ContractOperation]]:
    """What the paths of each operation look like, in the order in which they are tried."""
    found = [
        (not base, _rank(operation.path), _pattern(base, operation.path), operation)
        for operation in contract.operations
        for base in _bases(contract, operation, base_path)
    ]
    found.sort(key=lambda each: each[:2])
    return [(pattern, operation) for *_, pattern, operation in found]


def _bases(
    contract: Contract, operation: ContractOperation, base_path: str | None
) -> Iterable[str]:
    if base_path is not None:
        return [base_path.rstrip("/")]
    return ["", *base_paths(contract.document, operation)]


def _rank(path: str) -> tuple[int, ...]:
    """How literal each segment is, the most literal first: of two that a text may be, a template
    has always less of it.
    """
    return tuple(-len(re.sub(r"\{[^}]*\}", "", segment)) for segment in path.split("/"))


def _pattern(base: str, path: str) -> re.Pattern[str]:
    return re.compile((base_pattern(base).pattern if base else "") + _template(path))


def _template(path: str) -> str:
    """What a path looks like, as a regular expression."""
    return re.sub(r"\\\{.*?\\\}", "[^/]+", re.escape(path))


def _decoded(path: str) -> str:
    """A path without percent-encoding, but of slashes, which would divide it anew."""
    return unquote(re.sub(r"%2F", "%252F", path, flags=re.IGNORECASE)) or "/"
