"""A service may ask us from now on."""

from collections.abc import Sequence
from dataclasses import dataclass

from auth_core.access.delegation import oversteps
from auth_core.access.errors import BeyondYourRights
from auth_core.audit.events import EventKind
from auth_core.audit.recorder import Recorder
from auth_core.clock import Clock
from auth_core.entropy import Entropy
from auth_core.idempotency.first_answers import FirstAnswers
from auth_core.idempotency.model import Once
from auth_core.ids import Ids, UserId
from auth_core.oauth.client_secret import digest_of, new_secret
from auth_core.oauth.errors import ClientNameTaken
from auth_core.oauth.model import IssuedSecret, ServiceClient, client_name, client_permissions
from auth_core.oauth.ports import ClientsTx
from auth_core.origin import Origin
from auth_core.unit_of_work import UnitOfWork


@dataclass(frozen=True, slots=True, kw_only=True)
class CreateClient:
    """Make a client that may do what it is given, and nothing else."""

    uow: UnitOfWork[ClientsTx]
    record: Recorder
    clock: Clock
    entropy: Entropy
    ids: Ids
    answers: FirstAnswers

    async def __call__(
        self,
        *,
        name: str,
        permissions: Sequence[str] = (),
        actor: UserId | None,
        origin: Origin,
        once: Once[IssuedSecret] | None = None,
    ) -> IssuedSecret:
        """Return the client and its secret, told this once. `actor` is None for the operator of the machine.

        Anybody else lets a client do nothing that they may not do themselves.
        Raises: InvalidClientName, UnknownClientPermission, BeyondYourRights, ClientNameTaken; AnsweredBefore,
        IdempotencyKeyReused. ClientNameTaken also when it is asked again, without `once`, because the answer got lost.
        Then the client is there, and `rotate_secret` gives it a secret somebody knows.
        """
        secret = new_secret(self.entropy)
        now = self.clock.now()
        client = ServiceClient(
            id=self.ids.client(),
            name=client_name(name),
            permissions=client_permissions(permissions),
            created_at=now,
            digest=digest_of(secret),
            secret_made_at=now,
        )
        issued = IssuedSecret(client=client, secret=secret)
        async with self.uow() as tx, self.answers(tx, once) as outcome:
            if await oversteps(tx, actor, client.rights):
                raise BeyondYourRights
            added = await tx.clients.add(client)
            if added:
                await self.record(
                    tx,
                    EventKind.CLIENT_CREATED,
                    at=now,
                    origin=origin,
                    subject=None,
                    actor=actor,
                    client_id=str(client.id),
                    name=client.name,
                    permissions=" ".join(sorted(client.permissions)),
                )
                outcome.be(issued)
        if not added:
            raise ClientNameTaken
        return issued
