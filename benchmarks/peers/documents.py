"""The documents that the peers serve, and the forms of them that some need.

Rules: all peers get the same text. Train Travel goes without its `x-` members, since Prism refuses
a document that refers to a page which is not there; without XML, of which Specmatic loads nothing;
and without its servers, since some take their base path for a part of each path. Connexion 3.3.0
loads no OpenAPI 3.1, so its copy says the same in 3.0.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import yaml

from benchmarks.documents import CONTRACTS
from benchmarks.peers.loads import TRAINS, VENDOR
from tests.end_to_end.peers import DOCUMENT

_OWN = Path(__file__).with_name("trains.yaml")
_TRAVEL = "train-travel.yaml"
_OF_XML = {"xml", "application/xml", "application/problem+xml"}


def served_documents(folder: Path) -> dict[str, Path]:
    """The documents by their names in `loads`, written into a folder where they are copies."""
    found = CONTRACTS / _TRAVEL
    travel = folder / "trains.json"
    document = in_json_only(_loaded(found if found.is_file() else _OWN))
    document.pop("servers", None)
    travel.write_text(json.dumps(document), encoding="utf-8")
    return {VENDOR: DOCUMENT, TRAINS: travel}


def trains() -> str:
    """The title of the document that is served as `trains`."""
    return "Train Travel" if (CONTRACTS / _TRAVEL).is_file() else "a document of our own"


def loaded_for_connexion(path: Path) -> dict[str, Any]:
    """The document as Connexion can load it."""
    document: dict[str, Any] = in_3_0(_loaded(path))
    document["info"].pop("license", None)
    document["openapi"] = "3.0.3"
    for scheme in document.get("components", {}).get("securitySchemes", {}).values():
        name = {"oauth2": "x-tokenInfoFunc", "http": "x-bearerInfoFunc"}.get(scheme["type"])
        if name is not None:
            scheme[name] = "benchmarks.peers.apps.token_info"
    return document


def in_json_only(value: Any) -> Any:
    """A document without XML, and without members that start with `x-`."""
    return _walked(
        value,
        lambda members: {
            name: inner
            for name, inner in members
            if not name.startswith("x-") and name not in _OF_XML
        },
    )


def in_3_0(value: Any) -> Any:
    """A document of 3.1 with the keywords of 3.0, as far as the documents here need it."""
    return _walked(value, lambda members: dict(_in_3_0(members)))


_NOT_IN_3_0 = {"unevaluatedProperties", "identifier", "webhooks"}


def _in_3_0(members: list[tuple[str, Any]]) -> list[tuple[str, Any]]:
    found: list[tuple[str, Any]] = []
    for name, value in members:
        if name == "const":
            found.append(("enum", [value]))
        elif name == "type" and isinstance(value, list):
            found += [("type", next(t for t in value if t != "null")), ("nullable", True)]
        elif name == "exclusiveMinimum" and not isinstance(value, dict):
            found += [("minimum", value), (name, True)]
        elif name not in _NOT_IN_3_0 and not (name == "examples" and isinstance(value, list)):
            found.append((name, value))
    return found


def _walked(value: Any, change: Callable[[list[tuple[str, Any]]], dict[str, Any]]) -> Any:
    if isinstance(value, Mapping):
        return change([(str(name), _walked(inner, change)) for name, inner in value.items()])
    if isinstance(value, list):
        return [_walked(inner, change) for inner in value]
    return value


def _loaded(path: Path) -> Any:
    # Moments stay texts: YAML 1.1 would make dates of them.
    return yaml.load(path.read_text(encoding="utf-8"), Loader=_Loader)


class _Loader(yaml.SafeLoader):
    """Without timestamps."""


_Loader.yaml_implicit_resolvers = {
    first: [(tag, match) for tag, match in found if tag != "tag:yaml.org,2002:timestamp"]
    for first, found in yaml.SafeLoader.yaml_implicit_resolvers.items()
}
