"""People with their rights, in memory."""

from auth_adapters.memory.access import find_principal
from auth_adapters.memory.store import MemoryStore
from auth_core.ids import UserId
from auth_core.users.model import Profile


class MemoryProfiles:
    """People who are signed in, as they see themselves."""

    def __init__(self, store: MemoryStore) -> None:
        self._store = store

    async def find(self, user_id: UserId) -> Profile | None:
        await self._store.elsewhere()
        tables = self._store.committed
        principal = find_principal(tables, user_id)
        return None if principal is None else Profile(user=tables.users[user_id], principal=principal)
