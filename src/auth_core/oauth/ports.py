"""What service clients need from storage."""

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from auth_core.access.ports import AccessTx
from auth_core.audit.ports import AuditTx
from auth_core.idempotency.ports import AnswersTx
from auth_core.ids import ClientId
from auth_core.oauth.client_secret import SecretDigest
from auth_core.oauth.model import ClientName, ClientPermission, ServiceClient


class KnownClients(Protocol):
    """The clients somebody may claim to be."""

    async def find(self, client_id: ClientId) -> ServiceClient | None:
        """Return the client as it is stored now, disabled or not: one read. Raises: Unavailable."""
        ...


class ServiceClients(Protocol):
    """Every service that may ask us something."""

    async def add(self, client: ServiceClient) -> bool:
        """Keep `client`; False when its name is taken. Of any number of simultaneous calls exactly one gets True."""
        ...

    async def find(self, client_id: ClientId) -> ServiceClient | None:
        """Return the client, disabled or not."""
        ...

    async def find_by_name(self, name: ClientName) -> ServiceClient | None:
        """Return the client of this name, disabled or not."""
        ...

    async def list_all(self) -> Sequence[ServiceClient]:
        """Return every client, by name."""
        ...

    async def permit(self, client_id: ClientId, permissions: frozenset[ClientPermission]) -> bool:
        """Let the client do this and nothing else; False when it is unknown or may do just that already."""
        ...

    async def disable(self, client_id: ClientId, *, now: datetime) -> bool:
        """Stop believing the client; False when it is unknown or disabled already."""
        ...

    async def enable(self, client_id: ClientId) -> bool:
        """Believe the client again; False when it is unknown or not disabled."""
        ...

    async def replace_secret(
        self, client_id: ClientId, new: SecretDigest, *, now: datetime, old_until: datetime | None
    ) -> bool:
        """Put `new` in the place of the present secret, which stays good until `old_until`.

        Those replaced before keep their ends, but for all beyond `MOST_REPLACED`, which are void. When `old_until` is
        None, every secret but the new one is. Simultaneous calls come one after the other. False when the client is
        unknown.
        """
        ...

    async def remove(self, client_id: ClientId) -> bool:
        """Forget the client, whose name is then free; False when it is unknown."""
        ...


class ClientsTx(AuditTx, AccessTx, AnswersTx, Protocol):
    """The transaction slice of this room."""

    @property
    def clients(self) -> ServiceClients: ...
