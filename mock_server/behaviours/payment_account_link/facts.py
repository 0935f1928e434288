"""What the operations beside the link say of an account, by the names of the vendor's members.

Rules: a state of the mock is the status of the same name; an organisation without an account is
`NotStarted` to the outside, and has no account id. What is due has names as a payment provider
gives them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from mock_server.behaviours.payment_account_link.accounts import NOT_ENABLED, Account, account_id


def _capabilities(
    *,
    enabled: bool = False,
    submitted: bool = True,
    due: Sequence[str] = (),
    past_due: Sequence[str] = (),
    disabled: str | None = None,
) -> Mapping[str, Any]:
    return {
        "chargesEnabled": enabled,
        "payoutsEnabled": enabled,
        "detailsSubmitted": submitted,
        "currentlyDue": list(due),
        "pastDue": list(past_due),
        "disabledReason": disabled,
    }


_ALL = ("business_type", "external_account", "tos_acceptance.date")
_DOCUMENT = ("individual.verification.document",)

_CAPABILITIES: Mapping[str, Mapping[str, Any]] = {
    NOT_ENABLED: _capabilities(submitted=False),
    "NotStarted": _capabilities(submitted=False, due=_ALL),
    "OnboardingInProgress": _capabilities(submitted=False, due=_ALL[1:]),
    "Active": _capabilities(enabled=True),
    "Restricted": _capabilities(
        due=_DOCUMENT, past_due=_DOCUMENT, disabled="requirements.past_due"
    ),
    "Rejected": _capabilities(disabled="rejected.other"),
    "Disconnected": _capabilities(),
}


def facts(organisation: str, account: Account) -> dict[str, Any]:
    """What is known of an organisation's account."""
    exists = account.state != NOT_ENABLED
    return {
        "organisationId": organisation,
        "provider": "Stripe" if exists else None,
        "accountId": account_id(organisation) if exists else None,
        "status": account.state if exists else "NotStarted",
        "capabilities": dict(_CAPABILITIES[account.state]),
        "enabledAt": account.enabled_at,
    }
