"""The preview of a fuzz (`--dry-run`): what it would send. It sends nothing."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

from hypothesis import Phase, given, seed, settings

from contract_tests.http.bodies import UnmakeableError
from contract_tests.http.exchange import Exchange, TransportError
from contract_tests.requests import generated
from contract_tests.requests.base import Base
from contract_tests.requests.sources import valid_request
from contract_tests.target.credentials import Credential
from contract_tests.target.target import Target
from fuzzing.engine.campaign import Campaign
from fuzzing.generators.cases import FuzzCase, fuzz_cases
from fuzzing.sending.limits import Limits
from tallystick.contract import ContractOperation

_DRAWN = 500
_SAMPLES = 10
_LONGEST = 400
_FETCHED = Credential(token="a-token-that-is-fetched")  # noqa: S106


def preview(campaign: Campaign, limits: Limits, number: int) -> str:
    """Counts by kind, ten samples, and the budget."""
    operations = campaign.run.plan.operations
    most = max(1, min(_DRAWN, limits.requests // max(1, len(operations))))
    drawn = [each for operation in operations for each in _draw(campaign, operation, number, most)]
    kinds = Counter(each.kind for each in drawn)
    counts = [f"  {kind:<22}{count:>5}" for kind, count in kinds.most_common()]
    step = max(1, len(drawn) // _SAMPLES)
    samples = [campaign.run.client.shown(each.last) for each in drawn[::step][:_SAMPLES]]
    samples = [
        sample if len(sample) <= _LONGEST else f"{sample[:_LONGEST]} …" for sample in samples
    ]
    return "\n".join(
        [
            f"{len(drawn):,} requests were drawn and not sent:",
            *counts,
            "",
            "Samples:",
            *(f"  {sample}" for sample in samples),
            *(f"note: {note}" for note in campaign.run.notes),
            "",
            f"Budget: {limits}",
        ]
    )


def without_fetching(target: Target) -> Target:
    """The target with a stand-in for each token that would be fetched."""
    given = {
        name: _FETCHED if each.client_id else each for name, each in target.credentials.items()
    }
    return replace(target, credentials=given)


def _draw(
    campaign: Campaign, operation: ContractOperation, number: int, most: int
) -> list[FuzzCase]:
    run = campaign.run
    try:
        request = valid_request(run.contract, operation, run.target)
    except UnmakeableError as error:
        run.note(str(error))
        return []
    success = next((case for case in operation.cases if case.is_success), None)
    base = Base(operation, request, Exchange(TransportError("not sent", ""), "", ""), success)
    drawn: list[FuzzCase] = []
    quiet = settings(generated.SETTINGS, max_examples=most, phases=[Phase.generate])
    every = given(fuzz_case=fuzz_cases(campaign.context_of(base)))
    seed(number)(quiet(every(lambda fuzz_case: drawn.append(fuzz_case))))()
    return drawn
