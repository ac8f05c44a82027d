"""Find a user and what they may do."""

from dataclasses import dataclass

from auth_core.ids import UserId
from auth_core.unit_of_work import UnitOfWork
from auth_core.users.directory import ListedUser
from auth_core.users.email_address import EmailAddress
from auth_core.users.errors import UserNotFound
from auth_core.users.model import Profile, User
from auth_core.users.ports import DirectoryTx, Profiles, ProfileTx


@dataclass(frozen=True, slots=True, kw_only=True)
class LookUpProfile:
    """Read an active user with the rights they have at this moment."""

    profiles: Profiles

    async def __call__(self, *, user_id: UserId) -> Profile:
        """Return the profile. Raises: UserNotFound when there is no active user of this id."""
        profile = await self.profiles.find(user_id)
        if profile is None:
            raise UserNotFound
        return profile


@dataclass(frozen=True, slots=True, kw_only=True)
class LookUpByEmail:
    """Find a user, active or not, by their address."""

    uow: UnitOfWork[ProfileTx]

    async def __call__(self, *, email: str) -> User:
        """Return the user. Raises: InvalidEmail, UserNotFound."""
        address = EmailAddress.parse(email)
        async with self.uow() as tx:
            user = await tx.users.find_by_email(address.canonical)
        if user is None:
            raise UserNotFound
        return user


@dataclass(frozen=True, slots=True, kw_only=True)
class LookUpListed:
    """Find one user of the listing, active or not, with the roles they hold."""

    uow: UnitOfWork[DirectoryTx]

    async def __call__(self, *, user_id: UserId) -> ListedUser:
        """Return the user. Raises: UserNotFound."""
        async with self.uow() as tx:
            found = await tx.directory.find(user_id)
        if found is None:
            raise UserNotFound
        return found
