"""The payment accounts of organisations, and the states that they can be in.

Rules: an organisation that nobody has touched exists and is `NotStarted`. Ids are UUIDs, whose
letters may be of either case (RFC 9562 section 4).
"""

from __future__ import annotations

from collections.abc import Awaitable

from mock_server.state.sessions import Session

STATES = (
    "NotEnabled",
    "NotStarted",
    "OnboardingInProgress",
    "Active",
    "Restricted",
    "Rejected",
    "Disconnected",
)
FIRST = "NotStarted"
_PREFIX = "payment-account/"


class Accounts:
    """The states of payment accounts, in the store of a session."""

    def changed(self, session: Session, organisation: str) -> Awaitable[str | None]:
        """The state that an organisation's account was put into; None where it has the first."""
        return session.store.get(_PREFIX + organisation.lower())

    async def state(self, session: Session, organisation: str) -> str:
        """The state of an organisation's account."""
        return await self.changed(session, organisation) or FIRST

    async def put(self, session: Session, organisation: str, state: str) -> None:
        """Set the state of an organisation's account."""
        await session.store.put(_PREFIX + organisation.lower(), state)

    async def touched(self, session: Session, most: int | None = None) -> dict[str, str]:
        """The state of each account that was ever set, the one set last at the end; of very many
        only the last.
        """
        keys = await session.store.keys(_PREFIX)
        names = [key.removeprefix(_PREFIX) for key in (keys if most is None else keys[-most:])]
        return {name: await self.state(session, name) for name in names}
