"""Which services may ask us, and what."""

from collections.abc import Sequence
from dataclasses import dataclass

from auth_core.ids import ClientId
from auth_core.oauth.errors import ClientNotFound
from auth_core.oauth.model import ServiceClient, client_name
from auth_core.oauth.ports import ClientsTx
from auth_core.unit_of_work import UnitOfWork


@dataclass(frozen=True, slots=True, kw_only=True)
class ListClients:
    """Read every client: there are as many as there are services, which is few."""

    uow: UnitOfWork[ClientsTx]

    async def __call__(self) -> Sequence[ServiceClient]:
        """Return the clients, by name."""
        async with self.uow() as tx:
            return await tx.clients.list_all()


@dataclass(frozen=True, slots=True, kw_only=True)
class LookUpClient:
    """Read one client."""

    uow: UnitOfWork[ClientsTx]

    async def __call__(self, *, client_id: ClientId) -> ServiceClient:
        """Return the client. Raises: ClientNotFound."""
        async with self.uow() as tx:
            client = await tx.clients.find(client_id)
        if client is None:
            raise ClientNotFound
        return client


@dataclass(frozen=True, slots=True, kw_only=True)
class LookUpClientByName:
    """Find a client by its name."""

    uow: UnitOfWork[ClientsTx]

    async def __call__(self, *, name: str) -> ServiceClient:
        """Return the client. Raises: InvalidClientName, ClientNotFound."""
        read = client_name(name)
        async with self.uow() as tx:
            client = await tx.clients.find_by_name(read)
        if client is None:
            raise ClientNotFound
        return client
