"""Writing the parameters of a request, each as the document declares it.

One that the document does not declare is written in the usual style of its location.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Any
from urllib.parse import urlencode

from contract_tests.http import styles
from contract_tests.http.bodies import FORM, encoded_content, is_json
from contract_tests.http.styles import ParameterStyle
from tallystick.contract import ContractOperation
from tallystick.reader.operations import Parameter

Values = Mapping[str, Any]
_Styles = Mapping[tuple[str, str], ParameterStyle]

_USUAL = {
    "path": ParameterStyle("simple", explode=False),
    "query": ParameterStyle(),
    "header": ParameterStyle("simple", explode=False),
    "cookie": ParameterStyle(),
}


def path_of(operation: ContractOperation, values: Values) -> str:
    """The path of an operation, with these values."""
    path, declared = operation.path, _styles(operation)
    for name, value in values.items():
        how = declared.get(("path", name), _USUAL["path"])
        path = path.replace("{" + name + "}", styles.segment(name, value, how))
    return path


def query_of(operation: ContractOperation, values: Values) -> str:
    """The query, without its question mark; first the members that select the operation."""
    fixed = {name: value for name, value in operation.selectors if name not in values}
    declared = _styles(operation)
    found = [urlencode(fixed)] if fixed else []
    for name, value in values.items():
        if ("querystring", name) in declared:  # OpenAPI 3.2: the whole query
            found.append(_querystring(operation, name, value))
            continue
        how = declared.get(("query", name), _USUAL["query"])
        found.append(styles.joined(styles.pairs(name, value, how)))
    return "&".join(part for part in found if part)


def headers_of(operation: ContractOperation, values: Values) -> dict[str, str | bytes]:
    """The header fields; a value beyond Latin-1 as UTF-8 (RFC 9110 section 5.5)."""
    declared = {
        name.lower(): how
        for (location, name), how in _styles(operation).items()
        if location == "header"
    }
    return {
        name: _octets(styles.field(value, declared.get(name.lower(), _USUAL["header"])))
        for name, value in values.items()
    }


def cookie_of(operation: ContractOperation, values: Values) -> str:
    """The Cookie header (RFC 6265 section 4.2.1)."""
    declared = _styles(operation)
    found = [
        pair
        for name, value in values.items()
        for pair in styles.cookies(name, value, declared.get(("cookie", name), _USUAL["cookie"]))
    ]
    return "; ".join(f"{name}={value}" for name, value in found)


def _octets(text: str) -> str | bytes:
    try:
        text.encode("latin-1")
    except UnicodeEncodeError:
        return text.encode("utf-8", "surrogatepass")
    return text


@lru_cache(maxsize=1024)
def _styles(operation: ContractOperation) -> _Styles:
    return {
        (parameter.location, parameter.name): _style(operation, parameter)
        for parameter in operation.parameters
    }


def _style(operation: ContractOperation, parameter: Parameter) -> ParameterStyle:
    if not parameter.is_declared:
        return _USUAL[parameter.location]
    node = operation.document.at(parameter.path)
    said = node.value if isinstance(node.value, dict) else {}
    media_type = next((name for name, _ in node.map("content")), None)
    return ParameterStyle(
        parameter.style,
        parameter.explode,
        allow_reserved=said.get("allowReserved") is True,
        whole=media_type is not None,
        as_json=is_json(media_type),
    )


def _querystring(operation: ContractOperation, name: str, value: Any) -> str:
    declared = {(each.location, each.name): each for each in operation.parameters}
    owner = operation.document.at(declared["querystring", name].path)
    content, media_type = encoded_content(owner, value)
    text = content.decode("latin-1")
    return text if media_type == FORM else styles.escaped(text)
