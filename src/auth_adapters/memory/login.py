"""What is read at sign-in, in memory."""

from auth_adapters.memory.store import MemoryStore
from auth_core.login.model import Candidate
from auth_core.users.email_address import CanonicalEmail


class MemoryCandidates:
    """The accounts somebody may name at sign-in."""

    def __init__(self, store: MemoryStore) -> None:
        self._store = store

    async def find(self, email: CanonicalEmail) -> Candidate | None:
        await self._store.elsewhere()
        tables = self._store.committed
        user_id = tables.addresses.get(email)
        if user_id is None:
            return None
        return Candidate(user=tables.users[user_id], password=tables.passwords.get(user_id))
