"""How access tokens are made not to count any more, whatever the cause."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from auth_core.clock import Clock
from auth_core.ids import SessionId, UserId
from auth_core.revocation.model import (
    KeyRevocation,
    RoleRevocation,
    SessionRevocation,
    UserRevocation,
)
from auth_core.revocation.ports import RevocationsTx


@dataclass(frozen=True, slots=True, kw_only=True)
class Revoking:
    """Writes revocations in the caller's transaction.

    Call it once the rows of what ends are locked: a token issued before has begun its life by then. `longest_life` is
    how long a token can be good for, plus the difference between the clocks of two machines.
    """

    clock: Clock
    longest_life: timedelta

    async def sessions(self, tx: RevocationsTx, session_ids: Iterable[SessionId]) -> None:
        """Revoke every token of these sessions."""
        until = self._until()
        await tx.revocations.add(*(SessionRevocation(session_id=each, until=until) for each in session_ids))

    async def user(self, tx: RevocationsTx, user_id: UserId, *, least_version: int) -> None:
        """Revoke every token of the user with a lower security version."""
        await tx.revocations.add(UserRevocation(user_id=user_id, least_version=least_version, until=self._until()))

    async def roles(self, tx: RevocationsTx, roles: Iterable[str], *, least_version: int) -> None:
        """Revoke every token that names one of these roles and was written with a lower version of the roles."""
        until = self._until()
        await tx.revocations.add(
            *(RoleRevocation(role=each, least_version=least_version, until=until) for each in roles)
        )

    async def key(self, tx: RevocationsTx, kid: str, *, until: datetime) -> None:
        """Revoke every token under the key; `until` everybody must have looked at the keys again."""
        await tx.revocations.add(KeyRevocation(kid=kid, until=until))

    def _until(self) -> datetime:
        return self.clock.now() + self.longest_life
