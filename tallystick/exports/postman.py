"""A Postman collection (v2.1) with a folder for each operation, and in it a request with tests
for each case.
"""

from __future__ import annotations

import json
from typing import Any

from tallystick.catalogue.cases import Case
from tallystick.contract import Contract, ContractOperation
from tallystick.exports.escaping import json_text, one_line
from tallystick.exports.samples import request_for
from tallystick.exports.variables import Variables
from tallystick.generation import bodies
from tallystick.generation.values import holds

_SCHEMA = "https://schema.getpostman.com/json/collection/v2.1.0/collection.json"

_TESTS = """\
const named = (value) =>
  (typeof value === "string" &&
    ["", "/", ":", "#"].some((mark) =>
      mark ? value.endsWith(mark + expected.code) : value === expected.code)) ||
  (typeof value === "object" && value !== null && Object.values(value).some(named));
pm.test("status", () => pm.expect(pm.response.code).to.be.within(...expected.status));
if (expected.mediaType !== null) {
  const mediaType = (pm.response.headers.get("Content-Type") || "").split(";")[0].trim();
  pm.test("media type", () => pm.expect(mediaType.toLowerCase()).to.equal(expected.mediaType));
}
if (expected.code !== null) {
  pm.test("code", () => pm.expect(named(pm.response.json()), expected.code).to.equal(true));
}"""


def export_postman(contract: Contract) -> str:
    """The collection, as JSON."""
    variables = Variables()
    folders = [_folder(contract, operation, variables) for operation in contract.operations]
    collection = {
        "info": {
            "name": one_line(f"{contract.document.root['info']['title']}: documented cases"),
            "schema": _SCHEMA,
        },
        "item": folders,
        "variable": [{"key": name, "value": value} for name, value in variables.values.items()],
    }
    return json.dumps(collection, indent=2) + "\n"


def _folder(
    contract: Contract, operation: ContractOperation, variables: Variables
) -> dict[str, Any]:
    items = [
        _item(contract, operation, case, name, variables)
        for name, case in bodies.names(operation.cases).items()
    ]
    return {"name": one_line(operation.name), "item": items}


def _item(
    contract: Contract, operation: ContractOperation, case: Case, name: str, variables: Variables
) -> dict[str, Any]:
    sample = request_for(contract, operation, case)
    script = f"const expected = {json_text(_expected(contract, operation, case))};\n{_TESTS}"
    request: dict[str, Any] = {
        "method": sample.method,
        "header": [{"key": key, "value": value} for key, value in sample.all_headers().items()],
        "url": variables.url(sample, case, name),
        "description": one_line(case.description),
    }
    if text := sample.text():
        request["body"] = {"mode": "raw", "raw": text}
    return {
        "name": one_line(case.label),
        "event": [
            {"listen": "test", "script": {"type": "text/javascript", "exec": script.split("\n")}}
        ],
        "protocolProfileBehavior": {"followRedirects": False, "disableBodyPruning": True},
        "request": request,
    }


def _expected(contract: Contract, operation: ContractOperation, case: Case) -> dict[str, Any]:
    """What the tests of a case compare; null is not compared."""
    media_type = bodies.media_type(operation, case)
    code = None
    has_body = media_type is not None and operation.method != "head"
    if media_type and has_body and bodies.is_json(media_type) and case.code:
        body = bodies.body(contract, case, media_type)
        code = case.code if _tells(body, case.code) else None
    return {
        "status": _statuses(case),
        "mediaType": _plain(media_type.name) if media_type else None,
        "code": code,
    }


def _tells(body: Any, code: str) -> bool:
    """Whether a body of the contract's style holds the code; a plain one does not."""
    kind = body.get("type") if isinstance(body, dict) else None
    marked = tuple(mark + code for mark in "/:#")
    return holds(body, code) or (isinstance(kind, str) and kind.endswith(marked))


def _plain(media_type: str) -> str | None:
    """A media type without its parameters; None where it is a range."""
    return None if "*" in media_type else media_type.partition(";")[0].strip().lower()


def _statuses(case: Case) -> tuple[int, int]:
    """The first and the last status that the case may be sent with."""
    if case.status == "default":
        return (400, 599)
    last = case.http_status + 99 if not case.status.isdecimal() else case.http_status
    return (case.http_status, last)
