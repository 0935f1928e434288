"""A payment API's document, with hundreds of issue codes in branches of its error schemas.

Independent of the reader: codes are found by a walk of the raw JSON, bodies are judged by
`jsonschema` against the branch that pins their code. The document is OpenAPI 3.0, whose schemas
are those of draft 4 as far as it uses them.
"""

import json
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft4Validator

from tallystick import Contract, load_contract
from tallystick.generation.bodies import body, media_type

DOCUMENT = (
    Path(__file__).parents[3].parent / "shared" / "contracts" / "paypal-checkout_orders_v2.json"
)
pytestmark = pytest.mark.skipif(not DOCUMENT.exists(), reason=f"{DOCUMENT.name} is not here")

COUNTS = {
    ("POST /v2/checkout/orders", "400"): 10,
    ("POST /v2/checkout/orders", "401"): 1,
    ("POST /v2/checkout/orders", "422"): 97,
    ("GET /v2/checkout/orders/{id}", "401"): 1,
    ("GET /v2/checkout/orders/{id}", "404"): 1,
    ("PATCH /v2/checkout/orders/{id}", "400"): 9,
    ("PATCH /v2/checkout/orders/{id}", "401"): 1,
    ("PATCH /v2/checkout/orders/{id}", "404"): 1,
    ("PATCH /v2/checkout/orders/{id}", "422"): 38,
    ("POST /v2/checkout/orders/{id}/confirm-payment-source", "400"): 6,
    ("POST /v2/checkout/orders/{id}/confirm-payment-source", "403"): 3,
    ("POST /v2/checkout/orders/{id}/confirm-payment-source", "422"): 58,
    ("POST /v2/checkout/orders/{id}/authorize", "400"): 6,
    ("POST /v2/checkout/orders/{id}/authorize", "401"): 1,
    ("POST /v2/checkout/orders/{id}/authorize", "403"): 3,
    ("POST /v2/checkout/orders/{id}/authorize", "404"): 1,
    ("POST /v2/checkout/orders/{id}/authorize", "422"): 62,
    ("POST /v2/checkout/orders/{id}/capture", "400"): 5,
    ("POST /v2/checkout/orders/{id}/capture", "401"): 1,
    ("POST /v2/checkout/orders/{id}/capture", "403"): 4,
    ("POST /v2/checkout/orders/{id}/capture", "404"): 1,
    ("POST /v2/checkout/orders/{id}/capture", "422"): 68,
    ("POST /v2/checkout/orders/{id}/track", "400"): 4,
    ("POST /v2/checkout/orders/{id}/track", "403"): 1,
    ("POST /v2/checkout/orders/{id}/track", "404"): 1,
    ("POST /v2/checkout/orders/{id}/track", "422"): 4,
    ("PATCH /v2/checkout/orders/{id}/trackers/{tracker_id}", "400"): 6,
    ("PATCH /v2/checkout/orders/{id}/trackers/{tracker_id}", "403"): 1,
    ("PATCH /v2/checkout/orders/{id}/trackers/{tracker_id}", "404"): 1,
    ("PATCH /v2/checkout/orders/{id}/trackers/{tracker_id}", "422"): 5,
}
"""How many issue codes each status of each operation has, counted in the document itself."""


@pytest.fixture(scope="module")
def raw() -> Any:
    """The document as JSON."""
    return json.loads(DOCUMENT.read_text("utf-8"))


@pytest.fixture(scope="module")
def contract() -> Contract:
    """The contract that Tallystick reads from it."""
    return load_contract(str(DOCUMENT))


def followed(raw: Any, node: Any) -> Any:
    """What a value, or the reference in its place, stands for."""
    while isinstance(node, dict) and "$ref" in node:
        target = raw
        for token in node["$ref"].removeprefix("#/").split("/"):
            target = target[token.replace("~1", "/").replace("~0", "~")]
        node = target
    return node


def branches(raw: Any, node: Any, above: tuple[int, ...] = ()) -> Iterator[tuple[str, Any]]:
    """Every schema at or below a node that pins an `issue`, with the issue."""
    node = followed(raw, node)
    if id(node) in above or not isinstance(node, dict | list):
        return
    if isinstance(node, dict) and isinstance(node.get("properties"), dict):
        issue = followed(raw, node["properties"].get("issue"))
        if isinstance(issue, dict) and len(issue.get("enum", ())) == 1:
            yield issue["enum"][0], node
    for inside in node.values() if isinstance(node, dict) else node:
        yield from branches(raw, inside, (*above, id(node)))


def response(raw: Any, operation: str, status: str) -> Any:
    """A response of the raw document."""
    method, path = operation.split(" ")
    return followed(raw, raw["paths"][path][method.lower()]["responses"][status])


def details(value: Any) -> Iterator[dict[str, Any]]:
    """The objects of a body that hold an issue."""
    if isinstance(value, dict) and "issue" in value:
        yield value
    if isinstance(value, dict | list):
        for inside in value.values() if isinstance(value, dict) else value:
            yield from details(inside)


def test_every_issue_of_each_status_is_a_case(contract: Contract, raw: Any) -> None:
    """None is missing, none is invented; `default` has error names instead."""
    cases = [case for case in contract.cases if case.code and case.status != "default"]
    assert Counter((case.operation, case.status) for case in cases) == COUNTS
    for operation, status in COUNTS:
        content = response(raw, operation, status)["content"]
        wanted = {issue for issue, _ in branches(raw, content)}
        found = [
            case.code for case in cases if (case.operation, case.status) == (operation, status)
        ]
        assert (set(found), len(set(found))) == (wanted, len(found))


def test_each_forced_body_is_valid_against_its_own_branch(contract: Contract, raw: Any) -> None:
    """The detail with the issue, by the branch that pins it: its description is pinned, too."""
    wrong = []
    for operation in contract.operations:
        for case in operation.cases:
            kind = media_type(operation, case)
            if case.code is None or case.status == "default" or kind is None:
                continue
            held = [d for d in details(body(contract, case, kind)) if d["issue"] == case.code]
            content = response(raw, case.operation, case.status)["content"]
            own = [branch for issue, branch in branches(raw, content) if issue == case.code]
            if not any(_takes(raw, branch, detail) for branch in own for detail in held):
                wrong.append((case.operation, case.label, held))
    assert wrong == []


def _takes(raw: Any, branch: Any, detail: Any) -> bool:
    described = followed(raw, branch["properties"].get("description", {})).get("enum")
    schema = {**branch, "components": raw["components"]}
    is_described = described is None or detail.get("description") in described
    return is_described and bool(Draft4Validator(schema).is_valid(detail))


def test_each_forced_body_is_valid_against_its_response(contract: Contract, raw: Any) -> None:
    """The whole of it, `default` included."""
    wrong = []
    for operation in contract.operations:
        for case in operation.cases:
            kind = media_type(operation, case)
            if case.code is None or kind is None:
                continue
            made = body(contract, case, kind)
            schema = response(raw, case.operation, case.status)["content"][kind.name]["schema"]
            validator = Draft4Validator({**schema, "components": raw["components"]})
            errors = [error.message for error in validator.iter_errors(made)]
            if errors or case.code not in json.dumps(made):
                wrong.append((case.operation, case.label, errors))
    assert wrong == []
