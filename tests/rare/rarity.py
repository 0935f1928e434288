"""How rare the faults are: how many random valid requests meet each.

Valid requests are drawn in two ways: by the plain strategy of `tallystick test` for what certainly
keeps the rules of the document, and by Schemathesis from the schema alone; each afresh, since
Hypothesis would else send what is nearly the same several times.
"""

import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from hypothesis import given, seed, settings
from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from contract_tests.plan import Plan, read_plan
from contract_tests.requests import generated, strategies
from contract_tests.requests.reaching import constraints
from contract_tests.target.target import Target
from fuzzing.engine.campaign import FRESH
from tallystick.reader.options import LoadOptions
from tests.independent.app import ACTIVE_ID, Request

from .faults import Rare, RareFault

_PATH = f"/organisations/{ACTIVE_ID}/payment-account/link"


def _by_rule(plan: Plan) -> SearchStrategy[Any]:
    (operation,) = plan.contract.operations
    rules = constraints(operation)
    return st.fixed_dictionaries(
        {field.name: strategies.valid(rule) for field, rule in rules.items()}
    )


def _by_schema(plan: Plan) -> SearchStrategy[Any]:
    (operation,) = plan.contract.operations
    target = Target("http://127.0.0.1")
    return generated.requests_of(operation, target).map(lambda request: request.body)


SOURCES: Mapping[str, Callable[[Plan], SearchStrategy[Any]]] = {
    "tallystick test": _by_rule,
    "Schemathesis": _by_schema,
}
"""The ways to draw a body."""


def valid_requests(source: str, count: int) -> list[Request]:
    """So many requests, one drawn after the other."""
    plan = read_plan(LoadOptions(), base_url="http://127.0.0.1:1", target_file=None, seed=1)
    drawn: list[Request] = []

    def keep(body: Any) -> None:
        content = json.dumps(body).encode()
        drawn.append(Request("POST", _PATH, {"content-type": "application/json"}, content))

    property_ = given(body=SOURCES[source](plan))(keep)
    seed(1)(settings(generated.SETTINGS, max_examples=count, backend=FRESH)(property_))()
    return drawn


def times_met(fault: RareFault, requests: Sequence[Request]) -> int:
    """How many of the requests meet a fault, sent one after the other."""
    app = Rare(fault)
    for request in requests:
        try:
            app.answer(request)
        except RuntimeError:  # what some faults raise
            continue
    return app.met
