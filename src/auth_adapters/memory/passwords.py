"""Passwords, in memory."""

from datetime import datetime

from auth_adapters.memory.store import Tables
from auth_core.credentials.passwords.model import PasswordHash, StoredPassword
from auth_core.ids import UserId
from auth_core.users.model import UserStatus


class MemoryPasswords:
    """The password of each user."""

    def __init__(self, tables: Tables) -> None:
        self._tables = tables

    async def add(self, password: StoredPassword, *, now: datetime) -> None:
        self._tables.passwords[password.user_id] = password

    async def find(self, user_id: UserId) -> StoredPassword | None:
        return self._tables.passwords.get(user_id)

    async def change(self, user_id: UserId, new: PasswordHash, *, version: int, now: datetime) -> bool:
        user = self._tables.users.get(user_id)
        if user is None or user.status is not UserStatus.ACTIVE or not self._stands_at(user_id, version):
            return False
        self._tables.passwords[user_id] = StoredPassword(user_id=user_id, hash=new, version=version + 1)
        return True

    async def rehash(self, user_id: UserId, new: PasswordHash, *, version: int) -> bool:
        if not self._stands_at(user_id, version):
            return False
        self._tables.passwords[user_id] = StoredPassword(user_id=user_id, hash=new, version=version)
        return True

    def _stands_at(self, user_id: UserId, version: int) -> bool:
        stored = self._tables.passwords.get(user_id)
        return stored is not None and stored.version == version
