"""Which operations a test of the suite applies to: what would send nothing is not collected.

Each is a function of the plan and the operation; a test names its own by the marker
`only(where=…)`.
"""

from __future__ import annotations

from contract_tests.checks.context import is_of_request
from contract_tests.operations.roles import SAFE, Role, is_item
from contract_tests.plan import Plan
from tallystick.contract import ContractOperation

OF_FAULTS = ("400", "422", "4XX")
"""The statuses of requests that break the schema."""


def documents(operation: ContractOperation, status: str) -> bool:
    """Whether an operation documents this status by itself, or by its range."""
    wanted = (status, f"{status[0]}XX")
    return any(response.status.upper() in wanted for response in operation.responses)


def refuses(operation: ContractOperation) -> bool:
    """Whether an operation documents that it refuses faulty requests."""
    return any(documents(operation, status) for status in OF_FAULTS)


def body(_: Plan, operation: ContractOperation) -> bool:
    """Requests have a body."""
    return operation.request_body is not None


def values(_: Plan, operation: ContractOperation) -> bool:
    """Requests have parameters or a body."""
    return bool(operation.parameters) or operation.request_body is not None


def faults(plan: Plan, operation: ContractOperation) -> bool:
    """Something may be broken, or a refusal is documented that needs a reason."""
    return values(plan, operation) or refuses(operation)


def item_to_read(_: Plan, operation: ContractOperation) -> bool:
    """A safe request asks for an item."""
    return operation.method in SAFE and "{" in operation.path


def item_to_delete(_: Plan, operation: ContractOperation) -> bool:
    """A DELETE is of one item."""
    return operation.method == "delete" and is_item(operation)


def large_body(plan: Plan, operation: ContractOperation) -> bool:
    """A body may be too large (413)."""
    return body(plan, operation) and documents(operation, "413")


def condition(_: Plan, operation: ContractOperation) -> bool:
    """Conditional requests are documented (304, 412), each by itself: a `4XX` is not about them."""
    wanted = "304" if operation.method in SAFE else "412"
    return any(response.status == wanted for response in operation.responses)


def faulty_case(_: Plan, operation: ContractOperation) -> bool:
    """A case is about a fault in the request."""
    return any(is_of_request(case) for case in operation.cases)


def rule(_: Plan, operation: ContractOperation) -> bool:
    """The prose has a rule on a value, or says that one is required."""
    return any(case.trigger and case.trigger.field for case in operation.cases)


def repetition(plan: Plan, operation: ContractOperation) -> bool:
    """The same request again gets the same: a safe one and a PUT do (RFC 9110 section 9.2.2), a
    POST where the overlay promises things of its responses, or the target file says so.
    """
    if operation.method not in ("post", "patch", "delete"):
        return True
    has_promises = operation.method == "post" and bool(operation.promises)
    return has_promises or bool(plan.target and plan.target.is_repeatable(operation))


def other_case(plan: Plan, operation: ContractOperation) -> bool:
    """The same, and a case can be brought about that is no success."""
    cases = [case for case in operation.cases if not case.is_success]
    has_setup = any(plan.target and plan.target.setup_of(case) for case in cases)
    return repetition(plan, operation) and (has_setup or rule(plan, operation))


def replacement(_: Plan, operation: ContractOperation) -> bool:
    """A PUT creates or replaces, and says which."""
    statuses = {response.status for response in operation.responses}
    return operation.method == "put" and "201" in statuses and bool({"200", "204"} & statuses)


def put_of_its_own(plan: Plan, operation: ContractOperation) -> bool:
    """A PUT says what there is, where no POST creates it."""
    is_alone = not is_item(operation) or plan.roles.of(operation) is Role.CREATE
    return operation.method == "put" and is_alone


def media_types_of_successes(operation: ContractOperation) -> list[str]:
    """The media types of the successes of an operation, without ranges."""
    successes = [response for response in operation.responses if response.status[0] == "2"]
    named = (media_type.name for each in successes for media_type in each.media_types)
    return list(dict.fromkeys(name for name in named if "*" not in name))


def several_media_types(_: Plan, operation: ContractOperation) -> bool:
    """A safe request has successes of several media types."""
    return operation.method in SAFE and len(media_types_of_successes(operation)) > 1


def list_of_items(plan: Plan, operation: ContractOperation) -> bool:
    """A GET lists items, or has a query that may ask for a part of them."""
    has_query = any(parameter.location == "query" for parameter in operation.parameters)
    is_list = plan.roles.of(operation) is Role.LIST
    return operation.method == "get" and (has_query or is_list)


def creation(plan: Plan, operation: ContractOperation) -> bool:
    """A POST creates an item."""
    return operation.method == "post" and plan.roles.of(operation) is Role.CREATE


def security(plan: Plan, operation: ContractOperation) -> bool:
    """Credentials are required, or another identity is known."""
    return bool(operation.security) or bool(plan.target and plan.target.other)
