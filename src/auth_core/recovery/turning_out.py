"""Everybody who is signed in to an account is signed out, whoever they are."""

from dataclasses import dataclass
from datetime import datetime

from auth_core.ids import UserId
from auth_core.recovery.ports import RecoveryTx
from auth_core.revocation.model import Reason
from auth_core.revocation.revoking import Revoking


@dataclass(frozen=True, slots=True, kw_only=True)
class TurningOut:
    """Ends every session of a locked user in the caller's transaction, and voids every access token they hold."""

    revoke: Revoking

    async def __call__(self, tx: RecoveryTx, user_id: UserId, *, because: Reason, now: datetime) -> int:
        """Say how many sessions there were."""
        version = await tx.users.raise_security_version(user_id, now=now)
        ended = await tx.sessions.end_all(user_id, because=because, now=now)
        if version is not None:
            await self.revoke.user(tx, user_id, least_version=version)
        return ended
