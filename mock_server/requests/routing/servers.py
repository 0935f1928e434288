"""The base paths of an operation's servers (OpenAPI 3.1.1 sections 4.8.5 and 4.8.6).

Rules: the operation's servers hold, else the path item's, else the document's. Each variable has
each value of its `enum`, or else its default. Hosts do not matter: the mock stands for them all.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import islice, product
from urllib.parse import unquote

from tallystick.reader.document import Document, Node
from tallystick.reader.operations import Operation

_HOST = re.compile(r"(?:[A-Za-z][A-Za-z0-9+.-]*:)?//[^/?#]*")
_VARIABLE = re.compile(r"\{([^{}]*)\}")
_MOST = 100
"""How many base paths of one server are served; variables can have many values."""


def base_paths(document: Document, operation: Operation) -> frozenset[str]:
    """The base paths of an operation, but for the empty one."""
    location = operation.location
    is_extra = len(location) > 1 and location[-2] == "additionalOperations"
    for place in (location, location[: -2 if is_extra else -1], ()):
        servers = list(document.at(place).list("servers"))
        if servers:
            return frozenset(base for server in servers for base in _bases(server) if base)
    return frozenset()


def _bases(server: Node) -> Iterator[str]:
    url = server.text("url")
    variables = dict(server.map("variables"))
    names = list(dict.fromkeys(_VARIABLE.findall(url)))
    values = [_values(variables[name]) if name in variables else [""] for name in names]
    for combination in islice(product(*values), _MOST):
        filled = url
        for name, value in zip(names, combination, strict=True):
            filled = filled.replace("{" + name + "}", value)
        yield _path(filled)


def _values(variable: Node) -> list[str]:
    if not isinstance(variable.value, dict):
        return [""]
    default = variable.value.get("default", "")
    enum = variable.value.get("enum")
    values = [*enum, default] if isinstance(enum, list) and enum else [default]
    return list(dict.fromkeys(str(value) for value in values))


def _path(url: str) -> str:
    path = re.split(r"[?#]", _HOST.sub("", url, count=1))[0]
    parts = [part for part in path.split("/") if part not in ("", ".", "..")]
    return unquote("".join(f"/{part}" for part in parts))
