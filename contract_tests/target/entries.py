"""Entries to add to a target file, ready to paste: the report and `tallystick init` show them."""

from __future__ import annotations

import json
from collections.abc import Mapping

from contract_tests.target.credentials import place_of
from tallystick.catalogue.cases import Case
from tallystick.contract import Contract
from tallystick.reader.operations import security_schemes

_BY_KIND: Mapping[str, str] = {
    "caller": 'headers = { {header} = "${READONLY_KEY}" }   # a caller who may not do this',
    "resource": "parameters = { {name} }   # one that does not exist",
    "state": "parameters = { {name} }   # one that is in this state",
    "upstream": 'unreachable = "…"   # why it cannot be made to fail here; or before = [{ … }]',
}
_BY_A_CALL = 'before = [{ method = "POST", url = "…" }]   # a call that brings it about'


def quoted(text: str) -> str:
    """A text as a basic string of TOML 1.0."""
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")


def entry_of(contract: Contract, case: Case) -> list[str]:
    """The entry of a case: its header, and what brings such a case about."""
    return [f"[cases.{quoted(key_of(contract, case))}]", setup_line(contract, case)]


def key_of(contract: Contract, case: Case) -> str:
    """The shortest name that only this case has."""
    short = case.code or case.status
    same = [other for other in contract.cases if (other.code or other.status) == short]
    return short if len(same) == 1 else f"{case.operation} {case.label}"


def path_values(contract: Contract, operation: str | None = None) -> list[str]:
    """The path parameters of an operation, or of all, with a value to fill in."""
    names = {
        f"path.{parameter.name}": None
        for each in contract.operations
        for parameter in each.parameters
        if parameter.location == "path" and operation in (None, each.name)
    }
    return [f'{quoted(name)} = "…"' for name in names]


def setup_line(contract: Contract, case: Case) -> str:
    """What stands in the entry of a case, to fill in."""
    entry = _BY_KIND.get(case.trigger.kind if case.trigger else "upstream", _BY_A_CALL)
    names = path_values(contract, case.operation)
    if "{name}" in entry:
        return entry.replace("{name}", names[-1]) if names else _BY_A_CALL
    return entry.replace("{header}", _key_header(contract))


def _key_header(contract: Contract) -> str:
    """The header that identifies the caller: the document's, or else the usual one."""
    places = (place_of(s) for s in security_schemes(contract.document) if s.kind == "apiKey")
    headers = (place.name for place in places if place.location == "header" and place.name)
    return quoted(next(headers, "authorization"))
