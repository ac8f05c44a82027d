"""A client gets another secret."""

from dataclasses import dataclass
from datetime import timedelta

from auth_core.access.delegation import oversteps
from auth_core.access.errors import BeyondYourRights
from auth_core.audit.events import EventKind
from auth_core.audit.recorder import Recorder
from auth_core.clock import Clock
from auth_core.entropy import Entropy
from auth_core.ids import ClientId, UserId
from auth_core.oauth.client_secret import digest_of, new_secret
from auth_core.oauth.errors import ClientNotFound, OverlapTooLong
from auth_core.oauth.model import IssuedSecret
from auth_core.oauth.policy import LONGEST_OVERLAP, ClientPolicy
from auth_core.oauth.ports import ClientsTx
from auth_core.origin import Origin
from auth_core.unit_of_work import UnitOfWork


@dataclass(frozen=True, slots=True, kw_only=True)
class RotateSecret:
    """Give a client a new secret; the one it has stays good for an overlap, in which it can learn of the new one.

    To do it again, because the answer got lost, makes another one, and ends none earlier.
    """

    uow: UnitOfWork[ClientsTx]
    record: Recorder
    clock: Clock
    entropy: Entropy
    policy: ClientPolicy

    async def __call__(
        self, *, client_id: ClientId, overlap: timedelta | None = None, actor: UserId | None, origin: Origin
    ) -> IssuedSecret:
        """Return the client and its new secret, told this once.

        `overlap` of zero, for a secret that somebody else may know, makes all others void at once; None is what the
        policy says. `actor` is None for the operator of the machine; anybody else has to hold every right the client
        has, since the secret lets them act as it. Raises: OverlapTooLong, ClientNotFound, BeyondYourRights.
        """
        overlap = self.policy.overlap if overlap is None else overlap
        if overlap > LONGEST_OVERLAP:
            raise OverlapTooLong
        secret = new_secret(self.entropy)
        now = self.clock.now()
        async with self.uow() as tx:
            replaced = await tx.clients.replace_secret(
                client_id, digest_of(secret), now=now, old_until=now + overlap if overlap > timedelta(0) else None
            )
            client = await tx.clients.find(client_id) if replaced else None
            if client is not None:
                if await oversteps(tx, actor, client.rights):
                    raise BeyondYourRights
                await self.record(
                    tx,
                    EventKind.CLIENT_SECRET_ROTATED,
                    at=now,
                    origin=origin,
                    subject=None,
                    actor=actor,
                    client_id=str(client_id),
                    overlap_seconds=max(0, int(overlap.total_seconds())),
                )
        if client is None:
            raise ClientNotFound
        return IssuedSecret(client=client, secret=secret)
