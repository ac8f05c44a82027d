"""People who come and go in numbers, in memory."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime

from auth_adapters.memory.access import MemoryRoles
from auth_adapters.memory.passwords import MemoryPasswords
from auth_adapters.memory.store import Tables
from auth_adapters.memory.users import MemoryUsers
from auth_core.audit.events import EventKind
from auth_core.credentials.passwords.model import StoredPassword
from auth_core.ids import UserId
from auth_core.users.email_address import CanonicalEmail
from auth_core.users.moving import Mover, Resident


class MemoryMovers:
    """People who come from another system or go to one."""

    def __init__(self, tables: Tables) -> None:
        self._tables = tables

    async def residents(self, emails: Collection[CanonicalEmail]) -> Mapping[CanonicalEmail, Resident]:
        imported = {event.subject for event in self._tables.events.values() if event.kind is EventKind.USER_IMPORTED}
        found = {email: self._tables.addresses[email] for email in emails if email in self._tables.addresses}
        return {email: Resident(user_id=user_id, imported=user_id in imported) for email, user_id in found.items()}

    async def add(self, movers: Sequence[Mover], *, now: datetime) -> Collection[UserId]:
        added: set[UserId] = set()
        erased = {event.subject for event in self._tables.events.values() if event.kind is EventKind.USER_ERASED}
        for mover in movers:
            user_id = mover.user.id
            if (
                user_id in self._tables.users
                or user_id in erased
                or not await MemoryUsers(self._tables).add(mover.user)
            ):
                continue
            added.add(user_id)
            if mover.password is not None:
                password = StoredPassword(
                    user_id=user_id, hash=mover.password, version=1, must_change=mover.must_change_password
                )
                await MemoryPasswords(self._tables).add(password, now=now)
            for role in mover.roles:
                await MemoryRoles(self._tables).assign(user_id, role, by=None, now=now)
        return added

    async def count(self) -> int:
        return len(self._tables.users)

    async def page(self, *, after: UserId | None, limit: int) -> Sequence[Mover]:
        following = [each for each in sorted(self._tables.users) if after is None or each > after]
        return [self._mover(each) for each in following[:limit]]

    def _mover(self, user_id: UserId) -> Mover:
        stored = self._tables.passwords.get(user_id)
        return Mover(
            user=self._tables.users[user_id],
            password=stored.hash if stored else None,
            roles=tuple(sorted(self._tables.roles_held.get(user_id, ()))),
            must_change_password=stored is not None and stored.must_change,
        )
