"""The payment accounts of organisations, and the states that they can be in.

Rules: an organisation that nobody has touched exists. Its account is `NotStarted`, or, where an
operation enables accounts, `NotEnabled`: there is none. Ids are UUIDs, whose letters may be of
either case (RFC 9562 section 4). The store keeps an account as JSON.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass
from functools import lru_cache
from hashlib import blake2b

import orjson

from mock_server.state.clock import timestamp
from mock_server.state.sessions import Session

NOT_ENABLED = "NotEnabled"
STATES = (
    NOT_ENABLED,
    "NotStarted",
    "OnboardingInProgress",
    "Active",
    "Restricted",
    "Rejected",
    "Disconnected",
)
DEAD: dict[str, str] = {
    "Rejected": "the payment account was rejected",
    "Disconnected": "the payment account is disconnected",
    NOT_ENABLED: "the organisation has no payment account",
}
"""The states in which no onboarding can go on, and why."""

_PREFIX = "payment-account/"


@dataclass(frozen=True, slots=True)
class Account:
    """A payment account; `enabled_at` is when it first became active."""

    state: str
    enabled_at: str | None = None


class Accounts:
    """The payment accounts, in the store of a session; `first` is the state of an untouched one."""

    def __init__(self, first: str) -> None:
        self.first = first

    async def state(self, session: Session, organisation: str) -> str:
        """The state of an organisation's account."""
        text = await session.store.get(_PREFIX + organisation.lower())
        return self.first if text is None else _read(text).state

    async def account(self, session: Session, organisation: str) -> Account:
        """An organisation's account."""
        text = await session.store.get(_PREFIX + organisation.lower())
        return Account(self.first) if text is None else _read(text)

    async def put(self, session: Session, organisation: str, state: str) -> Account:
        """Set the state of an organisation's account."""
        account, _ = await self.move(session, organisation, lambda _: state)
        return account

    async def move(
        self, session: Session, organisation: str, to_be: Callable[[str], str | None]
    ) -> tuple[Account, bool]:
        """Set the state of an organisation's account to what follows from the one that it is in,
        None to leave it; gives the account, and whether it was set.
        """
        moment = timestamp(session.controls.clock.now())

        def moved(text: str | None) -> tuple[str | None, tuple[Account, bool]]:
            before = Account(self.first) if text is None else _read(text)
            state = to_be(before.state)
            if state is None:
                return None, (before, False)
            first = moment if state == "Active" else None
            enabled_at = None if state == NOT_ENABLED else before.enabled_at or first
            account = Account(state, enabled_at)
            return orjson.dumps(asdict(account)).decode(), (account, True)

        return await session.store.update(_PREFIX + organisation.lower(), moved)

    async def touched(self, session: Session, most: int | None = None) -> dict[str, str]:
        """The state of each account that was ever set, the one set last at the end; of very many
        only the last.
        """
        keys = await session.store.keys(_PREFIX)
        names = [key.removeprefix(_PREFIX) for key in (keys if most is None else keys[-most:])]
        return {name: await self.state(session, name) for name in names}


def account_id(organisation: str) -> str:
    """The id of an organisation's account: always the same, so that who enables it twice at the
    same time, in two processes with one store, gets one account.
    """
    return f"acct_{blake2b(organisation.lower().encode(), digest_size=8).hexdigest()}"


@lru_cache(maxsize=512)
def _read(text: str) -> Account:
    return Account(**orjson.loads(text))
