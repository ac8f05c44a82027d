"""A service may ask other things than before, or nothing for a while."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

from auth_core.access.delegation import oversteps
from auth_core.access.errors import BeyondYourRights
from auth_core.audit.events import EventKind
from auth_core.audit.recorder import Recorder
from auth_core.clock import Clock
from auth_core.ids import ClientId, UserId
from auth_core.oauth.errors import ClientNotFound
from auth_core.oauth.model import ServiceClient, client_permissions
from auth_core.oauth.ports import ClientsTx
from auth_core.origin import Origin
from auth_core.unit_of_work import UnitOfWork


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeClient:
    """Change what a client may do, disable or enable it: in force at its next question. Repeating changes nothing."""

    uow: UnitOfWork[ClientsTx]
    record: Recorder
    clock: Clock

    async def __call__(
        self,
        *,
        client_id: ClientId,
        permissions: Sequence[str] | None = None,
        disabled: bool | None = None,
        actor: UserId | None,
        origin: Origin,
    ) -> ServiceClient:
        """Change what is given, leave the rest, and return the client as it is then.

        `actor` is None for the operator of the machine. Anybody else may disable any client; to let it do something,
        or do it again, they have to hold the right themselves.
        Raises: UnknownClientPermission, ClientNotFound, BeyondYourRights.
        """
        allowed = None if permissions is None else client_permissions(permissions)
        now = self.clock.now()
        async with self.uow() as tx:
            record = partial(self.record, tx, at=now, origin=origin, subject=None, actor=actor)
            if allowed is not None and await tx.clients.permit(client_id, allowed):
                may = " ".join(sorted(allowed))
                await record(EventKind.CLIENT_PERMITTED, client_id=str(client_id), permissions=may)
            if disabled is True and await tx.clients.disable(client_id, now=now):
                await record(EventKind.CLIENT_DISABLED, client_id=str(client_id))
            if disabled is False and await tx.clients.enable(client_id):
                await record(EventKind.CLIENT_ENABLED, client_id=str(client_id))
            client = await tx.clients.find(client_id)
            lets_it = allowed is not None or disabled is False
            if client is not None and lets_it and await oversteps(tx, actor, client.rights):
                raise BeyondYourRights
        if client is None:
            raise ClientNotFound
        return client
