"""What a team writes by hand for a mock that reads no OpenAPI, or no rules on requests from it.

Rules: one list of stubs, written for both tools: the first that fits a request answers. Those of
the bundled contract for WireMock are the ones that the suite is held against (`docs/peers.md`).
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import NAMESPACE_URL, uuid5

from benchmarks.peers.loads import BOOKING, PAYMENT, TRAINS, VENDOR
from tests.end_to_end.peers import STUBS

FORCING = {"X-Mock-Case": "409"}
"""The header that the forced case is asked for by."""


@dataclass(frozen=True)
class Stub:
    """One answer. It fits where the member of the body is `missing`, or with the header of
    `FORCING` where it `is_forced`, or else always.
    """

    method: str
    path: str
    status: int
    body: Any
    missing: str | None = None
    is_forced: bool = False


_LINK = "/organisations/{id}/payment-account/link"
_CONFLICT = {"title": "PaymentAccount.NotEnabled", "status": 409}
_MISSING = "PaymentAccountLink.Missing"
_FORCED = Stub("POST", _LINK, 409, _CONFLICT, is_forced=True)
_BY_DOCUMENT: Mapping[str, Sequence[Stub]] = {
    VENDOR: (
        _FORCED,
        Stub("POST", _LINK, 400, {"title": f"{_MISSING}ReturnUrl", "status": 400}, "returnUrl"),
        Stub("POST", _LINK, 400, {"title": f"{_MISSING}RefreshUrl", "status": 400}, "refreshUrl"),
        Stub(
            "POST",
            _LINK,
            200,
            {"url": "https://pay.example.com/setup/1", "expiresAt": "2099-01-01T00:05:00Z"},
        ),
    ),
    TRAINS: (
        Stub(
            "GET",
            "/stations",
            200,
            {
                "data": [
                    {"id": BOOKING, "name": "Notchford", "country_code": "GB"},
                    {"id": BOOKING, "name": "Stickheim", "country_code": "DE"},
                ]
            },
        ),
        Stub("GET", "/bookings/{id}", 200, {"id": BOOKING, "passenger_name": "Ada Notch"}),
        Stub(
            "POST", "/bookings/{id}/payment", 400, {"title": "Bad Request", "status": 400}, "source"
        ),
        Stub("POST", "/bookings/{id}/payment", 200, {**PAYMENT, "status": "succeeded"}),
    ),
}


def for_wiremock(document: str) -> dict[str, Any]:
    """WireMock's mappings."""
    if document == VENDOR:
        return {"mappings": [_wiremock(0, _FORCED), *STUBS]}
    stubs = enumerate(_BY_DOCUMENT[document], start=1)
    return {"mappings": [_wiremock(number, stub) for number, stub in stubs]}


def _wiremock(priority: int, stub: Stub) -> dict[str, Any]:
    request: dict[str, Any] = {"method": stub.method, "urlPathTemplate": stub.path}
    if stub.is_forced:
        request["headers"] = {name: {"equalTo": value} for name, value in FORCING.items()}
    if stub.missing:
        request["bodyPatterns"] = [{"not": {"matchesJsonPath": f"$.{stub.missing}"}}]
    return {
        "priority": priority,
        "request": request,
        "response": {
            "status": stub.status,
            "headers": {"Content-Type": _media_type(stub)},
            "jsonBody": stub.body,
        },
    }


def for_mockoon(document: str, port: int) -> dict[str, Any]:
    """Mockoon's environment, one route for each method and path."""
    routes: dict[tuple[str, str], list[Stub]] = {}
    for stub in _BY_DOCUMENT[document]:
        routes.setdefault((stub.method, stub.path), []).append(stub)
    made = [_route(method, path, stubs) for (method, path), stubs in routes.items()]
    return {
        "uuid": _uuid(document),
        "lastMigration": 33,
        "name": document,
        "port": port,
        "hostname": "127.0.0.1",
        "endpointPrefix": "",
        "latency": 0,
        "folders": [],
        "routes": made,
        "rootChildren": [{"type": "route", "uuid": route["uuid"]} for route in made],
        "proxyMode": False,
        "proxyHost": "",
        "proxyRemovePrefix": False,
        "proxyReqHeaders": [],
        "proxyResHeaders": [],
        "tlsOptions": {"enabled": False},
        "cors": False,
        "headers": [],
        "data": [],
        "callbacks": [],
    }


def _route(method: str, path: str, stubs: Sequence[Stub]) -> dict[str, Any]:
    return {
        "uuid": _uuid(f"{method} {path}"),
        "type": "http",
        "documentation": "",
        "method": method.lower(),
        "endpoint": re.sub(r"\{(\w+)\}", r":\1", path).lstrip("/"),
        "responses": [_response(stub) for stub in stubs],
        "responseMode": None,
    }


def _response(stub: Stub) -> dict[str, Any]:
    rules = []
    if stub.is_forced:
        rules += [_rule("header", name, "equals", value) for name, value in FORCING.items()]
    if stub.missing:
        rules.append(_rule("body", stub.missing, "null", ""))
    return {
        "uuid": _uuid(repr(stub)),
        "body": json.dumps(stub.body),
        "latency": 0,
        "statusCode": stub.status,
        "label": "",
        "headers": [{"key": "Content-Type", "value": _media_type(stub)}],
        "bodyType": "INLINE",
        "filePath": "",
        "databucketID": "",
        "sendFileAsBody": False,
        "rules": rules,
        "rulesOperator": "OR",
        "disableTemplating": True,
        "fallbackTo404": False,
        "default": not rules,
        "crudKey": "id",
        "callbacks": [],
    }


def _rule(target: str, modifier: str, operator: str, value: str) -> dict[str, Any]:
    return {
        "target": target,
        "modifier": modifier,
        "value": value,
        "invert": False,
        "operator": operator,
    }


def _media_type(stub: Stub) -> str:
    return "application/json" if stub.status < 400 else "application/problem+json"


def _uuid(name: str) -> str:
    return str(uuid5(NAMESPACE_URL, name))
