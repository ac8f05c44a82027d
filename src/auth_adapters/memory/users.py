"""Users, in memory."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from auth_adapters.memory.store import Tables
from auth_core.ids import UserId
from auth_core.users.email_address import CanonicalEmail, EmailAddress
from auth_core.users.errors import EmailTaken
from auth_core.users.model import Name, User, UserStatus


class MemoryUsers:
    """Everybody who has an account."""

    def __init__(self, tables: Tables) -> None:
        self._tables = tables

    async def add(self, user: User) -> bool:
        if user.email.canonical in self._tables.addresses:
            return False
        self._tables.addresses[user.email.canonical] = user.id
        self._tables.security_versions[user.id] = 0
        self._tables.users[user.id] = user
        return True

    async def find(self, user_id: UserId) -> User | None:
        return self._tables.users.get(user_id)

    async def find_by_email(self, email: CanonicalEmail) -> User | None:
        user_id = self._tables.addresses.get(email)
        return self._tables.users[user_id] if user_id else None

    async def rename(
        self, user_id: UserId, *, first_name: Name | None, last_name: Name | None, now: datetime
    ) -> User | None:
        user = self._tables.users.get(user_id)
        if user is None:
            return None
        return self._keep(
            replace(
                user,
                first_name=first_name or user.first_name,
                last_name=last_name or user.last_name,
                updated_at=now,
                version=user.version + 1,
            )
        )

    async def change_email(self, user_id: UserId, email: EmailAddress, *, now: datetime) -> User | None:
        user = self._tables.users.get(user_id)
        if user is None:
            return None
        if self._tables.addresses.get(email.canonical, user_id) != user_id:
            raise EmailTaken
        del self._tables.addresses[user.email.canonical]
        self._tables.addresses[email.canonical] = user_id
        verified_at = user.email_verified_at if user.email.canonical == email.canonical else None
        return self._keep(
            replace(user, email=email, email_verified_at=verified_at, updated_at=now, version=user.version + 1)
        )

    async def verify_email(self, user_id: UserId, *, now: datetime) -> bool:
        user = self._tables.users.get(user_id)
        if user is None or user.email_verified_at is not None:
            return False
        self._keep(replace(user, email_verified_at=now, awaits_proof=False, updated_at=now, version=user.version + 1))
        return True

    async def set_status(self, user_id: UserId, status: UserStatus, *, now: datetime) -> int | None:
        user = self._tables.users.get(user_id)
        if user is None or user.status in {status, UserStatus.DELETED}:
            return None
        self._keep(replace(user, status=status, updated_at=now, version=user.version + 1))
        return await self.raise_security_version(user_id, now=now)

    async def delete(self, user_id: UserId, *, now: datetime) -> int | None:
        user = self._tables.users.get(user_id)
        if user is None or user.status is UserStatus.DELETED:
            return None
        self._tables.statuses_before[user_id] = user.status
        self._keep(replace(user, status=UserStatus.DELETED, deleted_at=now, updated_at=now, version=user.version + 1))
        return await self.raise_security_version(user_id, now=now)

    async def restore(self, user_id: UserId, *, now: datetime) -> User | None:
        user = self._tables.users.get(user_id)
        if user is None or user.status is not UserStatus.DELETED:
            return None
        status = self._tables.statuses_before.pop(user_id)
        return self._keep(replace(user, status=status, deleted_at=None, updated_at=now, version=user.version + 1))

    async def erase(self, user_id: UserId) -> bool:
        user = self._tables.users.pop(user_id, None)
        if user is None:
            return False
        del self._tables.addresses[user.email.canonical]
        for table in (
            self._tables.statuses_before,
            self._tables.security_versions,
            self._tables.passwords,
            self._tables.former_passwords,
            self._tables.roles_held,
        ):
            table.pop(user_id, None)
        for session in [each for each in self._tables.sessions.values() if each.user_id == user_id]:
            del self._tables.sessions[session.id]
        for token in [each for each in self._tables.one_time_tokens.values() if each.binding.user_id == user_id]:
            del self._tables.one_time_tokens[token.digest]
        return True

    async def deleted_before(self, moment: datetime, *, after: UserId | None, limit: int) -> Sequence[UserId]:
        deleted = sorted(
            user.id
            for user in self._tables.users.values()
            if user.deleted_at is not None and user.deleted_at < moment and (after is None or user.id > after)
        )
        return deleted[:limit]

    async def raise_security_version(self, user_id: UserId, *, now: datetime) -> int | None:
        if user_id not in self._tables.users:
            return None
        self._tables.security_versions[user_id] += 1
        return self._tables.security_versions[user_id]

    async def record_log_in(self, user_id: UserId, *, now: datetime) -> User | None:
        user = self._tables.users.get(user_id)
        if user is None or user.status is not UserStatus.ACTIVE:
            return None
        return self._keep(replace(user, last_login_at=now))

    def _keep(self, user: User) -> User:
        self._tables.users[user.id] = user
        return user


class MemorySetUp:
    """Whether the first administrator has been made with the set-up secret."""

    def __init__(self, tables: Tables) -> None:
        self._tables = tables

    async def is_over(self) -> bool:
        return bool(self._tables.set_up)

    async def end(self, *, now: datetime) -> bool:
        if await self.is_over():
            return False
        self._tables.set_up[1] = now
        return True
