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

    async def change(self, user_id: UserId, new: PasswordHash, *, version: int, now: datetime, keep: int = 0) -> bool:
        user = self._tables.users.get(user_id)
        if user is None or user.status is not UserStatus.ACTIVE or not self._stands_at(user_id, version):
            return False
        former = (self._tables.passwords[user_id], *self._tables.former_passwords.get(user_id, ()))
        self._tables.former_passwords[user_id] = former[:keep]
        self._tables.passwords[user_id] = StoredPassword(user_id=user_id, hash=new, version=version + 1)
        return True

    async def former(self, user_ids: Sequence[UserId]) -> Sequence[StoredPassword]:
        return [each for user_id in user_ids for each in self._tables.former_passwords.get(user_id, ())]

    async def reset(
        self, user_id: UserId, new: PasswordHash, *, must_change: bool, now: datetime, keep: int = 0
    ) -> None:
        stored = self._tables.passwords.get(user_id)
        former = (*((stored,) if stored else ()), *self._tables.former_passwords.get(user_id, ()))
        self._tables.former_passwords[user_id] = former[:keep]
        self._tables.passwords[user_id] = StoredPassword(
            user_id=user_id, hash=new, version=stored.version + 1 if stored else 1, must_change=must_change
        )

    async def demand_change(self, user_id: UserId) -> bool:
        stored = self._tables.passwords.get(user_id)
        if stored is None or stored.must_change:
            return False
        self._tables.passwords[user_id] = replace(stored, must_change=True)
        return True

    async def rehash(self, user_id: UserId, new: PasswordHash, *, version: int) -> bool:
        stored = self._tables.passwords.get(user_id)
        if stored is None or stored.version != version:
            return False
        self._tables.passwords[user_id] = replace(stored, hash=new)
        return True

    async def count(self) -> int:
        return len(self._tables.passwords)

    async def page(self, *, after: UserId | None, limit: int) -> Sequence[StoredPassword]:
        owners = sorted(owner for owner in self._tables.passwords if after is None or owner > after)
        return [self._tables.passwords[owner] for owner in owners[:limit]]

    async def reseal(self, user_id: UserId, new: PasswordHash, *, old: PasswordHash) -> bool:
        stored = self._tables.passwords.get(user_id)
        if stored is not None and stored.hash.reveal() == old.reveal():
            self._tables.passwords[user_id] = replace(stored, hash=new)
            return True
        former = self._tables.former_passwords.get(user_id, ())
        resealed = tuple(replace(each, hash=new) if each.hash.reveal() == old.reveal() else each for each in former)
        self._tables.former_passwords[user_id] = resealed
        return resealed != former

    def _stands_at(self, user_id: UserId, version: int) -> bool:
        stored = self._tables.passwords.get(user_id)
        return stored is not None and stored.version == version
