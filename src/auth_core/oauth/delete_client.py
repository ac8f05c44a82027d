"""A service is gone for good."""

from dataclasses import dataclass

from auth_core.audit.events import EventKind
from auth_core.audit.recorder import Recorder
from auth_core.clock import Clock
from auth_core.ids import ClientId, UserId
from auth_core.oauth.errors import ClientNotFound
from auth_core.oauth.ports import ClientsTx
from auth_core.origin import Origin
from auth_core.unit_of_work import UnitOfWork


@dataclass(frozen=True, slots=True, kw_only=True)
class DeleteClient:
    """Forget a client and its secrets. Its id never comes back; its name is free."""

    uow: UnitOfWork[ClientsTx]
    record: Recorder
    clock: Clock

    async def __call__(self, *, client_id: ClientId, actor: UserId | None, origin: Origin) -> None:
        """Delete the client. `actor` is None for the operator of the machine. Raises: ClientNotFound."""
        async with self.uow() as tx:
            removed = await tx.clients.remove(client_id)
            if removed:
                await self.record(
                    tx,
                    EventKind.CLIENT_DELETED,
                    at=self.clock.now(),
                    origin=origin,
                    subject=None,
                    actor=actor,
                    client_id=str(client_id),
                )
        if not removed:
            raise ClientNotFound
