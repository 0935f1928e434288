"""Variations of a request that succeeds get what the standards say, again and again."""

from __future__ import annotations

import pytest

from contract_tests.exchange import Answer, Client, Exchange
from contract_tests.obligations import Judged, findings, is_accepted
from contract_tests.probes import PROBES, Expected, Probe
from contract_tests.provoke import valid_call
from contract_tests.target import Target
from tallystick.contract import Contract, ContractOperation

REPETITIONS = 20
"""How often one request is repeated; finds one failure in ten with a chance of seven in eight."""


@pytest.mark.parametrize("probe", PROBES, ids=lambda probe: probe.name)
def test_probe(
    contract: Contract,
    operation: ContractOperation,
    target: Target,
    client: Client,
    probe: Probe,
) -> None:
    """The variation is accepted, refused or handled, as its row says."""
    call = valid_call(contract, operation, target)
    if not probe.applies(call):
        pytest.skip("the operation takes no JSON object")
    exchange = client.transmit(probe.make(client, call))
    _hold(contract, operation, exchange, is_other=probe.name in {"GET", "HEAD", "OPTIONS"})
    if not _is_expected(operation, exchange.answer, probe.expected):
        pytest.fail(
            f"{probe.name} should be {probe.expected.value} ({probe.source}), but the answer is "
            f"{exchange.answer.status} {exchange.answer.body[:300]!r}\n  repeat: {exchange.curl}",
            pytrace=False,
        )


def test_repetition(
    contract: Contract, operation: ContractOperation, target: Target, client: Client
) -> None:
    """The same request gets the same status each time, over a kept-alive connection."""
    call = valid_call(contract, operation, target)
    exchanges = [client.send(call) for _ in range(REPETITIONS)]
    for exchange in exchanges:
        _hold(contract, operation, exchange)
    assert {exchange.answer.status for exchange in exchanges} == {exchanges[0].answer.status}


def _is_expected(operation: ContractOperation, answer: Answer, expected: Expected) -> bool:
    if expected is Expected.ACCEPTED:
        return is_accepted(operation, answer)
    if expected is Expected.REFUSED:
        return 400 <= answer.status < 500
    documented = {case.http_status for case in operation.cases}
    return answer.status < 500 or answer.status in documented


def _hold(
    contract: Contract,
    operation: ContractOperation,
    exchange: Exchange,
    *,
    is_other: bool = False,
) -> None:
    """The obligations of any answer; of other methods the document says nothing."""
    broken = [] if is_other else findings(Judged(contract, operation, exchange))
    if broken:
        pytest.fail("\n\n".join(str(finding) for finding in broken), pytrace=False)
