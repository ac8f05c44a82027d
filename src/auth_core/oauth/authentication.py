"""Which service is asking, and may it?"""

import hmac
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final
from uuid import UUID

from auth_core.access.errors import PermissionDenied
from auth_core.audit.events import EventKind, Outcome
from auth_core.audit.ports import AuditTx
from auth_core.audit.recorder import Recorder
from auth_core.clock import Clock
from auth_core.ids import ClientId
from auth_core.oauth.client_secret import SecretDigest, digest_of
from auth_core.oauth.errors import InvalidClient
from auth_core.oauth.model import MOST_REPLACED, ClientCredentials, ClientPermission, ServiceClient
from auth_core.oauth.ports import KnownClients
from auth_core.origin import Origin
from auth_core.throttling.guard import ThrottleGuard
from auth_core.unit_of_work import UnitOfWork

_OF_NOBODY: Final = SecretDigest(bytes(32))
"""Compared with when there is nothing to compare with. Nothing is known that has it for a digest."""


class AuthenticationFault(StrEnum):
    """Why a client was not believed. For the audit trail alone."""

    WRONG_SECRET = "wrong_secret"  # noqa: S105 - the name of a fault, not a secret
    REPLACED_SECRET = "replaced_secret"  # noqa: S105 - the name of a fault, not a secret
    DISABLED = "disabled"


@dataclass(frozen=True, slots=True, kw_only=True)
class ClientAuthentication:
    """Believes a client that knows its secret, for one thing it may do.

    It costs one read, and comparisons that take the same time for every secret and every client there is or is not.
    A failure is kept in the audit trail when it happened to a client of ours. Failures are counted by where they come
    from, and only failures: a secret is 256 random bits, so nothing is lost by looking at it first, and who knows it
    pays for no counting.
    """

    known: KnownClients
    uow: UnitOfWork[AuditTx]
    record: Recorder
    clock: Clock
    throttle: ThrottleGuard

    async def __call__(
        self, credentials: ClientCredentials, *, needs: ClientPermission, origin: Origin
    ) -> ServiceClient:
        """Return the client.

        Raises: InvalidClient, or TriedTooOften in its place when there were too many of them; PermissionDenied when it
        is who it says and may not do that.
        """
        client_id = _read(credentials.client_id)
        client = await self.known.find(client_id) if client_id else None
        now = self.clock.now()
        fault = _fault_in(client, digest_of(credentials.secret), now)
        if client is None or fault is not None:
            await self.throttle.count_failure(self.throttle.secret(origin), uow=self.uow, origin=origin)
        if client is None:
            raise InvalidClient
        if fault is not None:
            async with self.uow() as tx:
                await self.record(
                    tx,
                    EventKind.CLIENT_AUTHENTICATION_FAILED,
                    outcome=Outcome.FAILURE,
                    at=now,
                    origin=origin,
                    subject=None,
                    actor=None,
                    client_id=str(client.id),
                    reason=fault.value,
                )
            raise InvalidClient(client.id)
        if not client.may(needs):
            raise PermissionDenied
        return client


def _fault_in(client: ServiceClient | None, presented: SecretDigest, now: datetime) -> AuthenticationFault | None:
    """Judge the secret first: who does not know it learns nothing of the client, not even by the clock."""
    replaced = client.replaced if client else ()
    digests = [client.digest if client else _OF_NOBODY, *(each.digest for each in replaced)]
    digests += [_OF_NOBODY] * (1 + MOST_REPLACED - len(digests))
    matches = [hmac.compare_digest(presented, digest) for digest in digests]
    if client is None or not any(matches):
        return AuthenticationFault.WRONG_SECRET
    is_good = matches[0] or any(
        match and now < each.good_until for match, each in zip(matches[1:], replaced, strict=False)
    )
    if not is_good:
        return AuthenticationFault.REPLACED_SECRET
    return AuthenticationFault.DISABLED if client.disabled_at is not None else None


def _read(client_id: str) -> ClientId | None:
    """Return the id if it is spelt the one way we spell ids; anything else is no client's."""
    try:
        value = UUID(client_id)
    except ValueError:
        return None
    return ClientId(value) if str(value) == client_id else None
