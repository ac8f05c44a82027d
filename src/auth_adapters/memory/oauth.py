"""Service clients, in memory."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from auth_adapters.memory.store import MemoryStore, Tables
from auth_core.ids import ClientId
from auth_core.oauth.client_secret import SecretDigest
from auth_core.oauth.model import MOST_REPLACED, ClientName, ClientPermission, ReplacedSecret, ServiceClient


class MemoryServiceClients:
    """Every service that may ask us something."""

    def __init__(self, tables: Tables) -> None:
        self._tables = tables

    async def add(self, client: ServiceClient) -> bool:
        if await self.find_by_name(client.name) is not None:
            return False
        self._tables.clients[client.id] = client
        return True

    async def find(self, client_id: ClientId) -> ServiceClient | None:
        return self._tables.clients.get(client_id)

    async def find_by_name(self, name: ClientName) -> ServiceClient | None:
        return next((client for client in self._tables.clients.values() if client.name == name), None)

    async def list_all(self) -> Sequence[ServiceClient]:
        return sorted(self._tables.clients.values(), key=lambda client: client.name)

    async def permit(self, client_id: ClientId, permissions: frozenset[ClientPermission]) -> bool:
        client = self._tables.clients.get(client_id)
        if client is None or client.permissions == permissions:
            return False
        return self._keep(replace(client, permissions=permissions))

    async def disable(self, client_id: ClientId, *, now: datetime) -> bool:
        client = self._tables.clients.get(client_id)
        if client is None or client.disabled_at is not None:
            return False
        return self._keep(replace(client, disabled_at=now))

    async def enable(self, client_id: ClientId) -> bool:
        client = self._tables.clients.get(client_id)
        if client is None or client.disabled_at is None:
            return False
        return self._keep(replace(client, disabled_at=None))

    async def replace_secret(
        self, client_id: ClientId, new: SecretDigest, *, now: datetime, old_until: datetime | None
    ) -> bool:
        client = self._tables.clients.get(client_id)
        if client is None:
            return False
        replaced: tuple[ReplacedSecret, ...] = ()
        if old_until is not None:
            replaced = (ReplacedSecret(digest=client.digest, good_until=old_until), *client.replaced)[:MOST_REPLACED]
        return self._keep(replace(client, digest=new, secret_made_at=now, replaced=replaced))

    async def remove(self, client_id: ClientId) -> bool:
        return self._tables.clients.pop(client_id, None) is not None

    def _keep(self, client: ServiceClient) -> bool:
        self._tables.clients[client.id] = client
        return True


class MemoryKnownClients:
    """The clients somebody may claim to be."""

    def __init__(self, store: MemoryStore) -> None:
        self._store = store

    async def find(self, client_id: ClientId) -> ServiceClient | None:
        await self._store.elsewhere()
        return self._store.committed.clients.get(client_id)
