"""What accounts need from storage."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Protocol

from auth_core.access.ports import AccessTx, RolePreviewTx
from auth_core.audit.ports import AuditTx, TrailTx
from auth_core.credentials.passwords.ports import PasswordsTx
from auth_core.idempotency.ports import AnswersTx
from auth_core.ids import UserId
from auth_core.revocation.model import Reason
from auth_core.revocation.ports import RevocationsTx
from auth_core.users.directory import Found, ListedUser, UserFilter, UserPlace, UserSort
from auth_core.users.email_address import CanonicalEmail, EmailAddress
from auth_core.users.model import Name, Profile, User, UserStatus
from auth_core.users.moving import Mover, Resident
from auth_core.verification.ports import VerificationTx


class Users(Protocol):
    """Everybody who has an account."""

    async def add(self, user: User) -> bool:
        """Add `user`; False when another one has the address. Of any number of simultaneous calls one gets True."""
        ...

    async def find(self, user_id: UserId) -> User | None:
        """Return the user, whatever their status."""
        ...

    async def find_by_email(self, email: CanonicalEmail) -> User | None:
        """Return the user with this address, whatever their status."""
        ...

    async def rename(
        self, user_id: UserId, *, first_name: Name | None, last_name: Name | None, now: datetime
    ) -> User | None:
        """Change the names that are given and leave the others; None when the user is unknown."""
        ...

    async def change_email(self, user_id: UserId, email: EmailAddress, *, now: datetime) -> User | None:
        """Give the user this address; None when the user is unknown. Of any number who want one at once one gets it.

        Another address is not proven, whatever the one before was; another spelling is no other address.

        Raises: EmailTaken, after which the transaction is of no use.
        """
        ...

    async def verify_email(self, user_id: UserId, *, now: datetime) -> bool:
        """Let the address count as proven since `now`, and nothing else be waited for; False when it does already."""
        ...

    async def set_status(self, user_id: UserId, status: UserStatus, *, now: datetime) -> int | None:
        """Open or close the account and return the raised security version.

        None when the user is unknown, has this status already, or is deleted.
        The user stays locked against log-ins and changes of password until the transaction ends.
        """
        ...

    async def delete(self, user_id: UserId, *, now: datetime) -> int | None:
        """Delete the account, for the time being, and return the raised security version.

        None when the user is unknown or deleted already. Address, roles and password stay theirs. The user stays locked
        as by `set_status`.
        """
        ...

    async def restore(self, user_id: UserId, *, now: datetime) -> User | None:
        """Give a deleted user the status they had; None when the user is not a deleted one."""
        ...

    async def erase(self, user_id: UserId) -> bool:
        """Remove the user with all that is theirs, for good; False when there is none.

        That is passwords, those they had before, roles, sessions and tokens that were sent. The address is free.
        """
        ...

    async def deleted_before(self, moment: datetime, *, after: UserId | None, limit: int) -> Sequence[UserId]:
        """Return up to `limit` users who were deleted before then, in the order of their ids, those after `after`."""
        ...

    async def raise_security_version(self, user_id: UserId, *, now: datetime) -> int | None:
        """Void every access token the user holds, and return the version that counts from now on; None when unknown.

        The user stays locked as by `set_status`.
        """
        ...

    async def record_log_in(self, user_id: UserId, *, now: datetime) -> User | None:
        """Stamp `last_login_at` and lock the user until the transaction ends; None unless the user is active."""
        ...


class UserDirectory(Protocol):
    """Everybody who has an account, to be looked through, whatever their status."""

    async def find(self, user_id: UserId) -> ListedUser | None:
        """Return the user with the roles they hold."""
        ...

    async def page(self, which: UserFilter, *, sort: UserSort, after: UserPlace | None, limit: int) -> Found:
        """Return up to `limit` of those who fit and follow `after`, in the order asked for.

        From page to page nobody is left out and nobody comes twice, whoever is added meanwhile. A page takes a bounded
        amount of work, however many users there are: so it may have fewer than there are further on, but says where.

        Counted are at most `MOST_COUNTED`: the total is told when that many or fewer fit, unless more than that fit
        each of several conditions.
        """
        ...


class SetUp(Protocol):
    """Whether the first administrator has been made with the set-up secret: that happens once in a store's life."""

    async def is_over(self) -> bool:
        """Say whether it has happened, whatever became of that administrator since."""
        ...

    async def end(self, *, now: datetime) -> bool:
        """Let it have happened; False when it has already. Of any number of simultaneous calls one gets True."""
        ...


class Movers(Protocol):
    """People who come from another system or go to one, many at a time, with all they bring."""

    async def residents(self, emails: Collection[CanonicalEmail]) -> Mapping[CanonicalEmail, Resident]:
        """Return who has these addresses already."""
        ...

    async def add(self, movers: Sequence[Mover], *, now: datetime) -> Collection[UserId]:
        """Add these users with their passwords and roles, and say who was added.

        Left out is whoever's address or identity another user has, and whoever was erased here. Raises: RoleNotFound.
        """
        ...

    async def count(self) -> int:
        """Return how many users there are, at one moment."""
        ...

    async def page(self, *, after: UserId | None, limit: int) -> Sequence[Mover]:
        """Return up to `limit` users in the order of their identities, those that follow `after`."""
        ...


class SessionEnding(Protocol):
    """What this room needs of the sessions it does not otherwise know."""

    async def end_all(self, user_id: UserId, *, because: Reason, now: datetime) -> int:
        """End every session of the user that has not been ended and say how many there were."""
        ...


class Profiles(Protocol):
    """People who are signed in, as they see themselves."""

    async def find(self, user_id: UserId) -> Profile | None:
        """Return an active user with the rights of this moment, in one look; None when there is none of this id.

        It holds nothing afterwards, waits for no transaction and sees nothing of one that is not committed.
        """
        ...


class UsersTx(AuditTx, Protocol):
    """The transaction slice of this room."""

    @property
    def users(self) -> Users: ...


class RegistrationTx(UsersTx, PasswordsTx, AccessTx, AnswersTx, VerificationTx, Protocol):
    """What the making of an account touches."""


class SetUpTx(RegistrationTx, Protocol):
    """What the making of the first administrator touches."""

    @property
    def set_up(self) -> SetUp: ...


class MoversTx(AuditTx, AccessTx, Protocol):
    """What people touch who come in numbers, or go."""

    @property
    def movers(self) -> Movers: ...


class RolesTx(UsersTx, RevocationsTx, AccessTx, Protocol):
    """What a change of somebody's roles touches."""


class DirectoryTx(Protocol):
    """What is read to find people."""

    @property
    def directory(self) -> UserDirectory: ...


class HoldersTx(UsersTx, RolePreviewTx, Protocol):
    """What is read to say which roles somebody holds, and why they may do something."""


class StatusTx(RolesTx, AnswersTx, VerificationTx, Protocol):
    """What disabling and enabling touches."""

    @property
    def sessions(self) -> SessionEnding: ...


class PasswordResetTx(StatusTx, PasswordsTx, Protocol):
    """What the reset of somebody's password touches."""


class ErasureTx(StatusTx, TrailTx, Protocol):
    """What goes with a person who is erased."""


class ProfileTx(UsersTx, AccessTx, AnswersTx, Protocol):
    """What is read to show a profile, and what changes it."""
