"""The base paths of an operation's servers (OpenAPI 3.1.1 sections 4.8.5 and 4.8.6).

Rules: the operation's servers hold, else the path item's, else the document's. Each variable has
each value of its `enum`. One without takes its default, and any other text without a slash: such a
base path keeps the variable (`/v{version}`). Hosts do not matter: a mock and a test stand for
them all.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import partial
from itertools import islice, product
from urllib.parse import unquote

from tallystick.reader.document import Document, Node
from tallystick.reader.operations import Operation

_HOST = re.compile(r"(?:[A-Za-z][A-Za-z0-9+.-]*:)?//[^/?#]*")
_ORIGIN = re.compile(r"[^/?#]*//[^/?#]*")
"""The origin of a URL, with variables or without."""

_VARIABLE = re.compile(r"\{([^{}]*)\}")
_MOST = 100
"""How many base paths of one server are served; variables can have many values."""


def base_paths(document: Document, operation: Operation) -> frozenset[str]:
    """The base paths of an operation, but for the empty one; some with variables."""
    servers = _servers(document, operation)
    return frozenset(base for server in servers for base in _bases(server) if base)


def default_base_paths(document: Document, operation: Operation) -> list[str]:
    """The base path of each server of an operation, with the defaults of its variables."""
    return [
        _path(_VARIABLE.sub(partial(_default, dict(server.map("variables"))), server.text("url")))
        for server in _servers(document, operation)
    ]


def _default(variables: Mapping[str, Node], found: re.Match[str]) -> str:
    variable = variables.get(found[1])
    return "" if variable is None else variable.text("default")


def _servers(document: Document, operation: Operation) -> list[Node]:
    location = operation.location
    is_extra = len(location) > 1 and location[-2] == "additionalOperations"
    places = (location, location[: -2 if is_extra else -1], ())
    found = (list(document.at(place).list("servers")) for place in places)
    return next((servers for servers in found if servers), [])


def _bases(server: Node) -> Iterator[str]:
    url = server.text("url")
    variables = dict(server.map("variables"))
    names = list(dict.fromkeys(_VARIABLE.findall(url)))
    of_path = _VARIABLE.findall(_ORIGIN.sub("", url, count=1))
    values = [
        _values(variables[name], [f"{{{name}}}"] if name in of_path else [])
        if name in variables
        else [""]
        for name in names
    ]
    for combination in islice(product(*values), _MOST):
        filled = url
        for name, value in zip(names, combination, strict=True):
            filled = filled.replace("{" + name + "}", value)
        yield _path(filled)


def _values(variable: Node, anything: list[str]) -> list[str]:
    """The values of a variable; `anything` stands for any text, where there may be one."""
    if not isinstance(variable.value, dict):
        return [""]
    default = str(variable.value.get("default", ""))
    enum = variable.value.get("enum")
    if isinstance(enum, list) and enum:
        return list(dict.fromkeys(str(value) for value in [*enum, default]))
    return [default] if "/" in default else [default, *anything]


def base_pattern(base: str) -> re.Pattern[str]:
    """What a path starts with that has this base path, each variable any text."""
    pieces = _VARIABLE.split(base)
    texts = (re.escape(piece) if at % 2 == 0 else "[^/]+" for at, piece in enumerate(pieces))
    return re.compile("".join(texts) + "(?=/)")


def _path(url: str) -> str:
    path = re.split(r"[?#]", _HOST.sub("", url, count=1))[0]
    parts = [part for part in path.split("/") if part not in ("", ".", "..")]
    return unquote("".join(f"/{part}" for part in parts))
