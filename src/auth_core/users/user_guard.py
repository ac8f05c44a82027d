"""What forbids to act on a user: that they may do more, or that they have changed, are deleted, or are the last."""

from dataclasses import dataclass

from auth_core.access.delegation import oversteps_with
from auth_core.access.errors import BeyondYourRights, LastAdministrator
from auth_core.access.last_administrator import is_last_administrator
from auth_core.audit.events import EventKind, Outcome
from auth_core.audit.recorder import Recorder
from auth_core.clock import Clock
from auth_core.errors import AuthError, ChangedMeanwhile
from auth_core.ids import UserId
from auth_core.origin import Origin
from auth_core.seen import Seen, is_outdated
from auth_core.users.errors import UserDeleted, UserNotFound
from auth_core.users.model import User, UserStatus
from auth_core.users.ports import ProfileTx


@dataclass(frozen=True, slots=True, kw_only=True)
class UserGuard:
    """Locks the user somebody wants to act on, and says whether they may; an attempt beyond their rights is kept."""

    record: Recorder
    clock: Clock

    async def __call__(
        self,
        tx: ProfileTx,
        user_id: UserId,
        *,
        attempted: EventKind,
        actor: UserId | None,
        origin: Origin,
        seen: Seen = None,
        closes: bool = False,
        deleted_too: bool = False,
    ) -> User | AuthError:
        """Return the user as they are, locked until the transaction ends, or what forbids it.

        `actor` is None for the operator of the machine, who may do everything. What `closes` the account is not done to
        the last administrator, and with `deleted_too` a deleted user is no obstacle.
        """
        held = await tx.roles.lock_held(user_id)
        user = await tx.users.find(user_id)
        if held is None or user is None:
            return UserNotFound()
        refusal: AuthError | None = None
        if await oversteps_with(tx, actor, held):
            refusal = BeyondYourRights()
        elif is_outdated(seen, user.tag):
            return ChangedMeanwhile()
        elif user.status is UserStatus.DELETED and not deleted_too:
            return UserDeleted()
        elif closes and user.status is UserStatus.ACTIVE and await is_last_administrator(tx, user_id, held):
            refusal = LastAdministrator()
        if refusal is None:
            return user
        await self.record(
            tx,
            EventKind.USER_CHANGE_REFUSED,
            outcome=Outcome.FAILURE,
            at=self.clock.now(),
            origin=origin,
            subject=user_id,
            actor=actor,
            attempted=attempted.value,
            reason=refusal.code,
        )
        return refusal
