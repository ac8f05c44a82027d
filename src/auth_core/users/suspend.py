"""An account is closed for use, and opened again."""

from dataclasses import dataclass
from datetime import datetime

from auth_core.access.delegation import oversteps_with
from auth_core.access.errors import BeyondYourRights, LastAdministrator
from auth_core.access.last_administrator import is_last_administrator
from auth_core.audit.events import EventKind
from auth_core.audit.recorder import Recorder
from auth_core.clock import Clock
from auth_core.errors import AuthError
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
        """Disable the user. `actor` is None for the operator of the machine; nobody else disables who may do more.

        Raises: UserNotFound, BeyondYourRights, LastAdministrator.
        """
        now = self.clock.now()
        async with self.uow() as tx:
            refusal = await self._refusal(tx, user_id, actor)
            if refusal is None:
                await self._disable(tx, user_id, actor=actor, origin=origin, now=now)
        if refusal is not None:
            raise refusal

    async def _refusal(self, tx: StatusTx, user_id: UserId, actor: UserId | None) -> AuthError | None:
        held = await tx.roles.lock_held(user_id)
        user = await tx.users.find(user_id)
        if held is None or user is None:
            return UserNotFound()
        if await oversteps_with(tx, actor, held):
            return BeyondYourRights()
        if user.status is UserStatus.ACTIVE and await is_last_administrator(tx, user_id, held):
            return LastAdministrator()
        return None

    async def _disable(
        self, tx: StatusTx, user_id: UserId, *, actor: UserId | None, origin: Origin, now: datetime
    ) -> None:
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


@dataclass(frozen=True, slots=True, kw_only=True)
class EnableUser:
    """Open a disabled account again. Sessions that ended stay ended. Repeating it changes nothing."""

    uow: UnitOfWork[StatusTx]
    record: Recorder
    clock: Clock

    async def __call__(self, *, user_id: UserId, actor: UserId | None, origin: Origin) -> None:
        """Enable the user. `actor` is None for the operator of the machine; nobody else enables who may do more.

        Raises: UserNotFound, BeyondYourRights.
        """
        now = self.clock.now()
        refusal: AuthError | None = None
        async with self.uow() as tx:
            held = await tx.roles.lock_held(user_id)
            if held is None:
                refusal = UserNotFound()
            elif await oversteps_with(tx, actor, held):
                refusal = BeyondYourRights()
            elif await tx.users.set_status(user_id, UserStatus.ACTIVE, now=now) is not None:
                await self.record(tx, EventKind.USER_ENABLED, at=now, origin=origin, subject=user_id, actor=actor)
        if refusal is not None:
            raise refusal
