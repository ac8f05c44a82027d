"""What ends when an account is closed, whatever for."""

from dataclasses import dataclass
from datetime import datetime

from auth_core.audit.events import EventKind
from auth_core.audit.recorder import Recorder
from auth_core.ids import UserId
from auth_core.origin import Origin
from auth_core.revocation.model import Reason
from auth_core.revocation.revoking import Revoking
from auth_core.users.model import User
from auth_core.users.ports import StatusTx


@dataclass(frozen=True, slots=True, kw_only=True)
class Closing:
    """Ends every session of a user in the caller's transaction, and voids every token they hold or were sent."""

    record: Recorder
    revoke: Revoking

    async def __call__(
        self,
        tx: StatusTx,
        user: User,
        version: int | None,
        *,
        event: EventKind,
        because: Reason,
        actor: UserId | None,
        origin: Origin,
        now: datetime,
    ) -> User:
        """Return the user as they are now. `version` is their security version if it was raised for this."""
        await tx.one_time_tokens.forget(user.id)
        # Sessions end even if somebody else has closed the account, by hand perhaps, and forgot about them.
        ended = await tx.sessions.end_all(user.id, because=because, now=now)
        if version is None and ended:
            version = await tx.users.raise_security_version(user.id, now=now)
        if version is None:
            return user
        await self.revoke.user(tx, user.id, least_version=version)
        await self.record(tx, event, at=now, origin=origin, subject=user.id, actor=actor, sessions_ended=ended)
        return await tx.users.find(user.id) or user
