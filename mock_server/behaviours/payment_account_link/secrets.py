"""The client secrets of the embedded onboarding: single use and short-lived.

Rules: a secret is used up by its first use, and expires by the mock's clock. The store keeps the
last few of each account, as JSON; those before are unknown.
"""

from __future__ import annotations

import secrets
from typing import Any

import orjson

from mock_server.answers.templates import EXPIRES_AFTER
from mock_server.behaviours.payment_account_link.accounts import DEAD, account_id
from mock_server.requests.control_body import ControlError
from mock_server.state.sessions import Session

MOST_SECRETS = 20
"""How many secrets of an account are remembered."""

_PREFIX = "payment-secrets/"
_MIDDLE = "_secret_"


async def new_secret(session: Session, organisation: str) -> tuple[str, float]:
    """A new secret for the account of an organisation, and when it expires."""
    own = account_id(organisation)
    secret = f"{own}{_MIDDLE}{secrets.token_hex(12)}"
    expires = session.controls.clock.now() + EXPIRES_AFTER
    made = {"secret": secret, "organisation": organisation, "expires": expires, "used": False}

    def added(text: str | None) -> tuple[str, None]:
        return _text([*_kept(text), made]), None

    await session.store.update(_PREFIX + own, added)
    return secret, expires


async def use_up(session: Session, secret: str) -> str:
    """Use a secret up; gives the organisation. Raises ControlError where it does not work."""
    now = session.controls.clock.now()

    def used(text: str | None) -> tuple[str, str]:
        kept = _kept(text)
        found = next((made for made in kept if made["secret"] == secret), None)
        if found is None:
            raise ControlError("This secret is not known (any more).", 404)
        if found["used"]:
            why = "This secret was used before: it works once. Ask for a new one."
            raise ControlError(why, 409)
        if now >= found["expires"]:
            why = f"This secret expired, {EXPIRES_AFTER:g} seconds after it was made."
            raise ControlError(f"{why} Ask for a new one.", 409)
        found["used"] = True
        return _text(kept), str(found["organisation"])

    return await session.store.update(_PREFIX + secret.partition(_MIDDLE)[0], used)


def refuse_dead(state: str) -> None:
    """Refuse to onboard an account in this state, if none can be. Raises ControlError."""
    if state in DEAD:
        raise ControlError(f"Nothing can be onboarded: {DEAD[state]}.", 409)


def _kept(text: str | None) -> list[dict[str, Any]]:
    return [] if text is None else list(orjson.loads(text))


def _text(kept: list[dict[str, Any]]) -> str:
    return orjson.dumps(kept[-MOST_SECRETS:]).decode()
