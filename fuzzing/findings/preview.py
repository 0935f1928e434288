"""The preview of a fuzz (`--dry-run`): what would be sent. Nothing is."""

from __future__ import annotations

from collections import Counter

from hypothesis import Phase, given, seed, settings

from contract_tests.http.exchange import Exchange, TransportError
from contract_tests.requests import generated
from contract_tests.requests.base import Base
from contract_tests.requests.reaching import valid_call
from fuzzing.engine.campaign import Campaign
from fuzzing.engine.limits import Limits
from fuzzing.generators.cases import FuzzCase, shots
from tallystick.contract import ContractOperation

_DRAWN = 500
_SAMPLES = 10
_LONGEST = 400


def preview(campaign: Campaign, limits: Limits, number: int) -> str:
    """Counts by kind, ten samples, and the budget."""
    operations = campaign.run.contract.operations
    most = max(1, min(_DRAWN, limits.requests // max(1, len(operations))))
    drawn = [shot for operation in operations for shot in _draw(campaign, operation, number, most)]
    kinds = Counter(shot.kind for shot in drawn)
    counts = [f"  {kind:<22}{count:>5}" for kind, count in kinds.most_common()]
    step = max(1, len(drawn) // _SAMPLES)
    samples = [campaign.run.client.shown(shot.last) for shot in drawn[::step][:_SAMPLES]]
    samples = [
        sample if len(sample) <= _LONGEST else f"{sample[:_LONGEST]} …" for sample in samples
    ]
    return "\n".join(
        [
            f"Of {len(drawn):,} requests that were drawn, and not sent:",
            *counts,
            "",
            "Samples:",
            *(f"  {sample}" for sample in samples),
            "",
            f"Budget: {limits}",
        ]
    )


def _draw(
    campaign: Campaign, operation: ContractOperation, number: int, most: int
) -> list[FuzzCase]:
    run = campaign.run
    call = valid_call(run.contract, operation, run.target)
    success = next((case for case in operation.cases if case.is_success), None)
    base = Base(operation, call, Exchange(TransportError("not sent", ""), "", ""), success)
    drawn: list[FuzzCase] = []
    quiet = settings(generated.SETTINGS, max_examples=most, phases=[Phase.generate])
    seed(number)(
        quiet(given(shot=shots(campaign.range_of(base)))(lambda shot: drawn.append(shot)))
    )()
    return drawn
