"""Passwords, in memory."""

from collections.abc import Sequence
from dataclasses import replace
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

    async def count(self) -> int:
        return len(self._tables.passwords)

    async def page(self, *, after: UserId | None, limit: int) -> Sequence[StoredPassword]:
        owners = sorted(owner for owner in self._tables.passwords if after is None or owner > after)
        return [self._tables.passwords[owner] for owner in owners[:limit]]

    async def reseal(self, user_id: UserId, new: PasswordHash, *, old: PasswordHash) -> bool:
        stored = self._tables.passwords.get(user_id)
        if stored is None or stored.hash.reveal() != old.reveal():
            return False
        self._tables.passwords[user_id] = replace(stored, hash=new)
        return True

    def _stands_at(self, user_id: UserId, version: int) -> bool:
        stored = self._tables.passwords.get(user_id)
        return stored is not None and stored.version == version
