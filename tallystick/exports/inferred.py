"""The overlay that the reader would infer: what it read from prose, written down for review."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import PurePath
from typing import Any

import yaml

from tallystick.catalogue.cases import Case
from tallystick.catalogue.extensions import CASES, PROBLEM
from tallystick.contract import Contract
from tallystick.printing import escaped
from tallystick.reader.pointers import Path
from tallystick.reader.texts.parsing import CORE_SCALARS


def inferred_overlay(contract: Contract) -> str:
    """An OpenAPI Overlay, as YAML, that states each case's words, trigger and constraint.

    Applied to the same document, it gives the same catalogue.
    """
    document = contract.document
    name = PurePath(document.main.file).name
    overlay = {
        "overlay": "1.0.0",
        "info": {"title": f"The cases of {name}, as read from its prose", "version": "1.0.0"},
        "actions": [
            {"target": "$", "update": {PROBLEM: {"style": contract.problem.style}}},
            *_actions(contract),
        ],
    }
    return to_yaml(overlay)


def to_yaml(value: Any) -> str:
    """A JSON value as YAML that readers of YAML 1.1 and of 1.2 read alike."""
    text = yaml.dump(value, Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=100)
    return escaped(str(text))  # what is escaped here stands in double quotes


class _Dumper(yaml.SafeDumper):
    """Quotes what YAML 1.1 takes for something else than a string (PyYAML's own rules), and what
    YAML 1.2's core schema does, which readers of overlays use. Texts that act on a terminal, or
    that YAML 1.1 alone takes for the end of a line, stand in double quotes, which know escapes.
    """

    def ignore_aliases(self, _: Any) -> bool:
        return True

    def represent_text(self, text: str) -> yaml.ScalarNode:
        style = '"' if escaped(text) != text else None
        return self.represent_scalar("tag:yaml.org,2002:str", text, style=style)


_Dumper.add_representer(str, _Dumper.represent_text)

for _tag, _pattern, _first in CORE_SCALARS:
    _Dumper.add_implicit_resolver(f"tag:yaml.org,2002:{_tag}", re.compile(_pattern), _first)


def _actions(contract: Contract) -> Iterator[dict[str, Any]]:
    responses: dict[Path, dict[str, Any]] = {}
    for case in contract.cases:
        if case.code is not None:
            declarations = responses.setdefault(case.response, {})
            declaration = _declaration(case)
            if declarations.setdefault(case.code, declaration) != declaration:
                # Operations that share the response have fields of different names: only the
                # words hold for all of them, and each reads its own trigger from these.
                declarations[case.code] = {"description": case.description}
    for path, cases in responses.items():
        yield {"target": json_path(path), "update": {CASES: cases}}


def _declaration(case: Case) -> dict[str, Any]:
    declaration: dict[str, Any] = {"description": case.description}
    if case.trigger:
        declaration["trigger"] = case.trigger.to_json()
    if case.constraint:
        declaration["constraint"] = case.constraint.to_json()
    return declaration


def json_path(path: Path) -> str:
    """The normalised JSONPath of a path of member names (RFC 9535 section 2.7)."""
    tokens = (token.replace("\\", "\\\\").replace("'", "\\'") for token in path)
    return "$" + "".join(f"['{token}']" for token in tokens)
