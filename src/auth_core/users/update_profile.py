"""A person changes how they are called."""

from dataclasses import dataclass

from auth_core.errors import AuthError, ChangedMeanwhile
from auth_core.ids import UserId
from auth_core.origin import Origin
from auth_core.seen import Seen, is_outdated
from auth_core.unit_of_work import UnitOfWork
from auth_core.users.errors import UserNotFound
from auth_core.users.model import Profile
from auth_core.users.ports import ProfileTx
from auth_core.users.profile_changes import ProfileChanges, WantedProfile, read_profile


@dataclass(frozen=True, slots=True, kw_only=True)
class UpdateProfile:
    """Change the names that are given and leave the others as they are. Doing it twice is doing it once."""

    uow: UnitOfWork[ProfileTx]
    change: ProfileChanges

    async def __call__(
        self,
        *,
        user_id: UserId,
        first_name: str | None = None,
        last_name: str | None = None,
        seen: Seen = None,
        origin: Origin,
    ) -> Profile:
        """Return the profile as it is afterwards.

        Raises: Rejected with every fault at once, UserNotFound, ChangedMeanwhile unless it is as it was `seen`.
        """
        wanted = read_profile(first_name=first_name, last_name=last_name)
        async with self.uow() as tx:
            outcome = await self._change(tx, user_id, wanted, seen, origin)
        if isinstance(outcome, AuthError):
            raise outcome
        return outcome

    async def _change(
        self, tx: ProfileTx, user_id: UserId, wanted: WantedProfile, seen: Seen, origin: Origin
    ) -> Profile | AuthError:
        await tx.roles.lock_held(user_id)
        user = await tx.users.find(user_id)
        principal = await tx.principals.find(user_id)
        if user is None or principal is None:
            return UserNotFound()
        if is_outdated(seen, user.tag):
            return ChangedMeanwhile()
        user = await self.change(tx, user, wanted, actor=user_id, origin=origin)
        return Profile(user=user, principal=principal)
