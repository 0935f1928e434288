"""Each documented case, brought about by an honest request, is what the document says."""

from __future__ import annotations

import pytest

from contract_tests.exchange import Call, Client
from contract_tests.obligations import Judged, findings
from contract_tests.provoke import faulty_calls, valid_call, with_parameters
from contract_tests.target import Provocation, Target
from tallystick.cases import Case
from tallystick.contract import Contract, ContractOperation

NOT_PROVOKED = (
    "not provoked: no request is known to bring it about; say how in the target file, under "
    '[cases."{}"]'
)


def test_case(
    contract: Contract, operation: ContractOperation, case: Case, target: Target, client: Client
) -> None:
    """The case's answer keeps every obligation."""
    entry = target.provocation(case)
    if entry and entry.unreachable:
        pytest.skip(f"unreachable: {entry.unreachable}")
    calls = _calls(contract, operation, case, target, entry)
    if not calls:
        pytest.skip(NOT_PROVOKED.format(case.code or case.label))
    broken = _provoke(contract, operation, case, client, calls, entry or Provocation())
    if broken:
        pytest.fail("\n\n".join(broken), pytrace=False)


def _calls(
    contract: Contract,
    operation: ContractOperation,
    case: Case,
    target: Target,
    entry: Provocation | None,
) -> list[Call]:
    call = valid_call(contract, operation, target)
    if entry:
        call = with_parameters(call, entry.parameters)
        call = with_parameters(call, {f"header.{k}": v for k, v in entry.headers.items()})
    faulty = faulty_calls(call, case)
    return faulty or ([call] if entry or case.is_success else [])


def _provoke(
    contract: Contract,
    operation: ContractOperation,
    case: Case,
    client: Client,
    calls: list[Call],
    entry: Provocation,
) -> list[str]:
    for hook in entry.before:
        client.hook(hook)
    try:
        exchanges = [client.send(call) for call in calls]
    finally:
        for hook in entry.after:
            client.hook(hook)
    return [
        str(finding)
        for exchange in exchanges
        for finding in findings(Judged(contract, operation, exchange, case))
    ]
