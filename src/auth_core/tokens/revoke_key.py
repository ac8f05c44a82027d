"""A signing key is not to be trusted any more: somebody else may have it."""

from collections.abc import Sequence
from dataclasses import dataclass

from auth_core.audit.events import EventKind
from auth_core.audit.recorder import Recorder
from auth_core.clock import Clock
from auth_core.ids import UserId
from auth_core.origin import Origin
from auth_core.revocation.revoking import Revoking
from auth_core.tokens.errors import SigningKeyNotFound
from auth_core.tokens.key_ring import KeyRing
from auth_core.tokens.keys import KeyId, KeyState, SigningKey, state_of
from auth_core.tokens.policy import TokenPolicy
from auth_core.tokens.ports import KeysTx
from auth_core.tokens.succession import Succession
from auth_core.unit_of_work import UnitOfWork


@dataclass(frozen=True, slots=True, kw_only=True)
class RevokeKey:
    """Refuse every token a key has signed: in this process at once, elsewhere as soon as it is heard of.

    Who follows revocations hears of it within a second; who does not goes on trusting the key until they look at the
    keys again. If it was the key that signs, a successor takes over at once. Nobody can have been told of that one
    before: other services refuse its tokens until they fetch the key set anew.
    """

    uow: UnitOfWork[KeysTx]
    succession: Succession
    ring: KeyRing
    revoke: Revoking
    record: Recorder
    clock: Clock
    policy: TokenPolicy

    async def __call__(self, *, kid: str, actor: UserId | None, origin: Origin) -> SigningKey | None:
        """Revoke the key and return its successor, None when none was needed. Doing it twice does no harm.

        Raises: SigningKeyNotFound.
        """
        spare = await self.succession.make()  # Whether it is needed is only known where nothing slow may happen.
        successor: SigningKey | None = None
        async with self.uow() as tx:
            now = self.clock.now()
            is_known = any(key.kid == kid for key in await tx.signing_keys.list_all())
            if is_known and await tx.signing_keys.revoke(KeyId(kid), now=now):
                await self.revoke.key(tx, kid, until=now + self.policy.key_mistrust)
                await self.record(
                    tx, EventKind.SIGNING_KEY_REVOKED, at=now, origin=origin, subject=None, actor=actor, kid=kid
                )
            keys = await tx.signing_keys.list_all()
            while is_known and not any(self._signs(key, keys) for key in keys):
                # None when a simultaneous rotation has taken the number: its key waits, and ours must not.
                successor = await self.succession.add(tx, keys, spare, at_once=True, origin=origin)
                keys = await tx.signing_keys.list_all()
        self.ring.load(keys)
        if not is_known:
            raise SigningKeyNotFound
        return successor

    def _signs(self, key: SigningKey, keys: Sequence[SigningKey]) -> bool:
        return state_of(key, keys, now=self.clock.now(), retirement=self.policy.retirement) is KeyState.ACTIVE
