"""Entries to add to a target file, ready to paste: the report and `tallystick init` show them."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Mapping
from functools import lru_cache

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
    return short if _counts(contract)[short] == 1 else f"{case.operation} {case.label}"


@lru_cache(maxsize=1)
def _counts(contract: Contract) -> Counter[str]:
    """How many cases have the same short name; counted once, since contracts are large."""
    return Counter(case.code or case.status for case in contract.cases)


@lru_cache(maxsize=1)
def _path_names(contract: Contract) -> Mapping[str, list[str]]:
    """The path parameters of each operation."""
    return {
        each.name: [f"path.{p.name}" for p in each.parameters if p.location == "path"]
        for each in contract.operations
    }


def path_values(contract: Contract, operation: str | None = None) -> list[str]:
    """The path parameters of an operation, or of all, with a value to fill in."""
    known = _path_names(contract)
    chosen = known.values() if operation is None else [known[operation]]
    names = dict.fromkeys(name for each in chosen for name in each)
    return [f'{quoted(name)} = "…"' for name in names]


def values_needed(contract: Contract, case: Case, reason: str) -> list[str]:
    """The values that a reason names as those which a case needs, to fill in; those of the path
    where a success names none. None where the case takes an entry of its own.
    """
    names = dict.fromkeys(_NAME.findall(reason))
    if names or not case.is_success:
        return [f'{quoted(name)} = "…"' for name in names]
    return path_values(contract, case.operation)


_NAME = re.compile(r"\b(?:path|query|querystring|header|cookie)\.[^\s,]+")
"""A parameter, as target files call it."""


def setup_line(contract: Contract, case: Case) -> str:
    """What stands in the entry of a case, to fill in."""
    entry = _BY_KIND.get(case.trigger.kind if case.trigger else "upstream", _BY_A_CALL)
    members = _required_members(contract, case) if case.is_success else []
    if members:
        values = ", ".join(f'{quoted(f"body.{name}")} = "…"' for name in members)
        return f"parameters = {{ {values} }}   # values that it takes"
    names = path_values(contract, case.operation)
    if "{name}" in entry:
        return entry.replace("{name}", names[-1]) if names else _BY_A_CALL
    return entry.replace("{header}", _key_header(contract))


def _required_members(contract: Contract, case: Case) -> list[str]:
    """The members that the body of the operation of a case must have."""
    operation = next(each for each in contract.operations if each.name == case.operation)
    body = operation.request_body
    schemas = [media.schema for media in body.media_types if media.schema] if body else []
    found = [contract.document.schema_at(schema) for schema in schemas[:1]]
    required = found[0].get("required") if found and isinstance(found[0], dict) else None
    return [name for name in required if isinstance(name, str)] if required else []


def _key_header(contract: Contract) -> str:
    """The header that identifies the caller: the document's, or else the usual one."""
    places = (place_of(s) for s in security_schemes(contract.document) if s.kind == "apiKey")
    headers = (place.name for place in places if place.location == "header" and place.name)
    return quoted(next(headers, "authorization"))
