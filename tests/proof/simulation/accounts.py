"""Users and their passwords in the simulated store."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from auth_core.access.model import USER, Principal, principal
from auth_core.credentials.passwords.model import PasswordHash, StoredPassword
from auth_core.ids import UserId
from auth_core.login.model import Candidate
from auth_core.page import Page
from auth_core.users.email_address import CanonicalEmail, EmailAddress
from auth_core.users.model import Name, Profile, User, UserStatus
from tests.proof.simulation.points import Key, nobody_does_this, statement
from tests.proof.simulation.rows import Rows, Transaction


@dataclass(frozen=True, slots=True)
class UserRow:
    """A user with the security version that belongs to them."""

    user: User
    version: int = 0

    @property
    def principal(self) -> Principal | None:
        active = self.user.status is UserStatus.ACTIVE
        return principal(self.user.id, self.version, (USER,)) if active else None


class SimUsers:
    """Everybody who has an account."""

    def __init__(self, transaction: Transaction) -> None:
        self._transaction = transaction

    async def find(self, user_id: UserId) -> User | None:
        await statement("find user")
        row: UserRow | None = self._transaction.read(("user", user_id))
        return None if row is None else row.user

    async def set_status(self, user_id: UserId, status: UserStatus, *, now: datetime) -> int | None:
        await statement(f"set status {status}")
        key: Key = ("user", user_id)
        if self._transaction.read(key).user.status is status:
            return None
        row: UserRow = await self._transaction.lock(key)
        if row.user.status is status:
            return None
        changed = UserRow(replace(row.user, status=status, updated_at=now), row.version + 1)
        self._transaction.write(key, changed)
        return changed.version

    async def raise_security_version(self, user_id: UserId, *, now: datetime) -> int | None:
        await statement("raise security version")
        key: Key = ("user", user_id)
        row: UserRow = await self._transaction.lock(key)
        self._transaction.write(key, replace(row, version=row.version + 1))
        return row.version + 1

    async def record_log_in(self, user_id: UserId, *, now: datetime) -> User | None:
        await statement("record log-in")
        key: Key = ("user", user_id)
        if self._transaction.read(key).principal is None:
            return None
        row: UserRow = await self._transaction.lock(key)
        if row.principal is None:
            return None
        self._transaction.write(key, replace(row, user=replace(row.user, last_login_at=now)))
        return row.user

    async def add(self, user: User) -> bool:
        nobody_does_this()

    async def find_by_email(self, email: CanonicalEmail) -> User | None:
        nobody_does_this()

    async def rename(
        self, user_id: UserId, *, first_name: Name | None, last_name: Name | None, now: datetime
    ) -> User | None:
        nobody_does_this()

    async def change_email(self, user_id: UserId, email: EmailAddress, *, now: datetime) -> User | None:
        nobody_does_this()

    async def verify_email(self, user_id: UserId, *, now: datetime) -> bool:
        nobody_does_this()

    async def delete(self, user_id: UserId, *, now: datetime) -> int | None:
        nobody_does_this()

    async def restore(self, user_id: UserId, *, now: datetime) -> User | None:
        nobody_does_this()

    async def erase(self, user_id: UserId) -> bool:
        nobody_does_this()

    async def deleted_before(self, moment: datetime, *, after: UserId | None, limit: int) -> Sequence[UserId]:
        nobody_does_this()

    async def page(self, *, after: UserId | None, limit: int) -> Page[User, UserId]:
        nobody_does_this()


class SimPrincipals:
    """Users with what they may do."""

    def __init__(self, transaction: Transaction) -> None:
        self._transaction = transaction

    async def find(self, user_id: UserId) -> Principal | None:
        await statement("find principal")
        row: UserRow | None = self._transaction.read(("user", user_id))
        return None if row is None else row.principal


class SimPasswords:
    """The password of each user."""

    def __init__(self, transaction: Transaction) -> None:
        self._transaction = transaction

    async def find(self, user_id: UserId) -> StoredPassword | None:
        await statement("find password")
        found: StoredPassword | None = self._transaction.read(("password", user_id))
        return found

    async def change(self, user_id: UserId, new: PasswordHash, *, version: int, now: datetime, keep: int = 0) -> bool:
        await statement("lock user")
        row: UserRow = await self._transaction.lock(("user", user_id))
        if row.principal is None:
            return False
        return await self._replace(user_id, new, version=version, by=version + 1)

    async def former(self, user_ids: Sequence[UserId]) -> Sequence[StoredPassword]:
        return ()  # Nothing is remembered in the simulated service.

    async def rehash(self, user_id: UserId, new: PasswordHash, *, version: int) -> bool:
        return await self._replace(user_id, new, version=version, by=version)

    async def _replace(self, user_id: UserId, new: PasswordHash, *, version: int, by: int) -> bool:
        await statement("change password")
        key: Key = ("password", user_id)
        if self._transaction.read(key).version != version or (await self._transaction.lock(key)).version != version:
            return False
        self._transaction.write(key, StoredPassword(user_id=user_id, hash=new, version=by))
        return True

    async def add(self, password: StoredPassword, *, now: datetime) -> None:
        nobody_does_this()

    async def reset(
        self, user_id: UserId, new: PasswordHash, *, must_change: bool, now: datetime, keep: int = 0
    ) -> None:
        nobody_does_this()

    async def demand_change(self, user_id: UserId) -> bool:
        nobody_does_this()

    async def count(self) -> int:
        nobody_does_this()

    async def page(self, *, after: UserId | None, limit: int) -> Sequence[StoredPassword]:
        nobody_does_this()

    async def reseal(self, user_id: UserId, new: PasswordHash, *, old: PasswordHash) -> bool:
        nobody_does_this()


class SimCandidates:
    """The accounts somebody may name at sign-in."""

    def __init__(self, rows: Rows) -> None:
        self._rows = rows

    async def find(self, email: CanonicalEmail) -> Candidate | None:
        await statement("find candidate")
        user_id = self._rows.committed.get(("email", email))
        if user_id is None:
            return None
        row: UserRow = self._rows.committed["user", user_id]
        return Candidate(user=row.user, password=self._rows.committed["password", user_id])


class SimProfiles:
    """People who are signed in, as they see themselves."""

    def __init__(self, rows: Rows) -> None:
        self._rows = rows

    async def find(self, user_id: UserId) -> Profile | None:
        await statement("find profile")
        row: UserRow | None = self._rows.committed.get(("user", user_id))
        return None if row is None or row.principal is None else Profile(user=row.user, principal=row.principal)
