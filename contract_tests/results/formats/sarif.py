"""SARIF 2.1.0 (OASIS): findings at the lines of the document, for code hosts to annotate.

Rules: a rule is a check, a result is a finding; its place is where the document makes the demand.
The fingerprint is the finding's id, which is the same in every run.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any
from urllib.parse import quote

_SCHEMA = (
    "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
)
_LEVELS = {"documented": "error", "standard": "error", "difference": "warning", "advisory": "note"}


def render(report: Mapping[str, Any]) -> str:
    """The report as SARIF."""
    rules = list(dict.fromkeys(finding["check"] for finding in report["findings"]))
    driver = {
        "name": "Tallystick",
        "version": _version(),
        "rules": [_rule(name, report) for name in rules],
    }
    results = [_result(finding, rules) for finding in report["findings"]]
    run = {"tool": {"driver": driver}, "columnKind": "unicodeCodePoints", "results": results}
    return json.dumps({"$schema": _SCHEMA, "version": "2.1.0", "runs": [run]}, indent=2) + "\n"


def _version() -> str:
    try:
        return version("tallystick")
    except PackageNotFoundError:
        return "0"


def _rule(name: str, report: Mapping[str, Any]) -> dict[str, Any]:
    finding = next(f for f in report["findings"] if f["check"] == name)
    rule = {
        "id": _identifier(name),
        "name": "".join(word.capitalize() for word in _identifier(name).split("-")),
        "shortDescription": {"text": name[:1].upper() + name[1:] + "."},
        "defaultConfiguration": {"level": _LEVELS[finding["level"]]},
    }
    return rule | ({"help": {"text": finding["remedy"]}} if finding.get("remedy") else {})


def _identifier(name: str) -> str:
    letters = "".join(sign if sign.isalnum() else "-" for sign in name.lower())
    return "-".join(filter(None, letters.split("-")))


def _result(finding: Mapping[str, Any], rules: list[str]) -> dict[str, Any]:
    quoted = f' The document says: "{finding["quote"]}".' if finding["quote"] else ""
    result: dict[str, Any] = {
        "ruleId": _identifier(finding["check"]),
        "ruleIndex": rules.index(finding["check"]),
        "level": _LEVELS[finding["level"]],
        "message": {
            "text": f"{finding['operation']}: {finding['message']}.{quoted} "
            f"Source: {finding['source']}. Repeat: {finding['curl']}"
        },
        "partialFingerprints": {"tallystick/v1": finding["id"]},
    }
    if finding.get("location"):
        result["locations"] = [_location(finding["location"])]
    if finding.get("accepted"):
        accepted = {"kind": "external", "justification": finding["accepted"]}
        result["suppressions"] = [accepted]
    return result


def _address(file: str) -> str:
    """A file relative to the folder that the run was started in, where code hosts look for it."""
    if "://" in file:
        return file
    path = Path(file).resolve()
    if path.is_relative_to(Path.cwd()):
        return quote(path.relative_to(Path.cwd()).as_posix())
    return path.as_uri()


def _location(place: Mapping[str, Any]) -> dict[str, Any]:
    physical: dict[str, Any] = {"artifactLocation": {"uri": _address(place["file"])}}
    if place["line"]:
        physical["region"] = {"startLine": place["line"]}
    logical = {"fullyQualifiedName": f"#{place['pointer']}"}
    return {"physicalLocation": physical, "logicalLocations": [logical]}
