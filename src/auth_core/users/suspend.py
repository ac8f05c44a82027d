"""An account is closed for use, and opened again."""

from dataclasses import dataclass

from auth_core.audit.events import EventKind
from auth_core.audit.recorder import Recorder
from auth_core.clock import Clock
from auth_core.ids import UserId
from auth_core.origin import Origin
from auth_core.revocation.model import Reason
from auth_core.revocation.revoking import Revoking
from auth_core.unit_of_work import UnitOfWork
from auth_core.users.errors import UserNotFound
from auth_core.users.model import UserStatus
from auth_core.users.ports import StatusTx


@dataclass(frozen=True, slots=True, kw_only=True)
class DisableUser:
    """Close an account: no log-in, and every session ends with the acknowledgement. Repeating it changes nothing."""

    uow: UnitOfWork[StatusTx]
    record: Recorder
    revoke: Revoking
    clock: Clock

    async def __call__(self, *, user_id: UserId, actor: UserId | None, origin: Origin) -> None:
        """Disable the user. `actor` is None for the operator of the machine. Raises: UserNotFound."""
        now = self.clock.now()
        async with self.uow() as tx:
            known = await tx.users.find(user_id) is not None
            version = await tx.users.set_status(user_id, UserStatus.DISABLED, now=now)
            # Sessions end even if somebody else has closed the account, by hand perhaps, and forgot about them.
            ended = await tx.sessions.end_all(user_id, because=Reason.USER_DISABLED, now=now)
            if version is None and ended:
                version = await tx.users.raise_security_version(user_id, now=now)
            if version is not None:
                await self.revoke.user(tx, user_id, least_version=version)
                await self.record(
                    tx,
                    EventKind.USER_DISABLED,
                    at=now,
                    origin=origin,
                    subject=user_id,
                    actor=actor,
                    sessions_ended=ended,
                )
        if not known:
            raise UserNotFound


@dataclass(frozen=True, slots=True, kw_only=True)
class EnableUser:
    """Open a disabled account again. Sessions that ended stay ended. Repeating it changes nothing."""

    uow: UnitOfWork[StatusTx]
    record: Recorder
    clock: Clock

    async def __call__(self, *, user_id: UserId, actor: UserId | None, origin: Origin) -> None:
        """Enable the user. `actor` is None for the operator of the machine. Raises: UserNotFound."""
        now = self.clock.now()
        async with self.uow() as tx:
            known = await tx.users.find(user_id) is not None
            if await tx.users.set_status(user_id, UserStatus.ACTIVE, now=now) is not None:
                await self.record(tx, EventKind.USER_ENABLED, at=now, origin=origin, subject=user_id, actor=actor)
        if not known:
            raise UserNotFound
