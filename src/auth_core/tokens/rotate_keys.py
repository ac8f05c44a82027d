"""A new signing key takes over."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from auth_core.audit.events import EventKind
from auth_core.audit.recorder import Recorder
from auth_core.clock import Clock
from auth_core.origin import Origin
from auth_core.tokens.key_ring import KeyRing
from auth_core.tokens.keys import KeyState, SigningKey, state_of
from auth_core.tokens.policy import TokenPolicy
from auth_core.tokens.ports import KeyMaker, KeysTx
from auth_core.unit_of_work import UnitOfWork


@dataclass(frozen=True, slots=True, kw_only=True)
class RotateKeys:
    """Make the next key, forget those nothing relies on any more, and tell this process.

    Any number of processes may do this at once: one of them makes the key and the others learn of it.
    """

    uow: UnitOfWork[KeysTx]
    maker: KeyMaker
    ring: KeyRing
    record: Recorder
    clock: Clock
    policy: TokenPolicy

    async def __call__(self, *, if_due: bool = False, origin: Origin) -> SigningKey | None:
        """Make a key of the policy's algorithm and return it; None when there is nothing to do.

        There is nothing to do while such a key is waiting to sign, be it one that somebody else has just made. `if_due`
        makes one only when there is none, or when the newest has signed for the rotation period. The first key of all
        signs at once, because nobody can have cached a key set without it.
        """
        async with self.uow() as tx:
            keys = await tx.signing_keys.list_all()
        made = await self._next_key(keys) if self._is_wanted(keys, self.clock.now(), if_due=if_due) else None
        async with self.uow() as tx:
            if made is not None and await tx.signing_keys.add(made):
                await self.record(
                    tx,
                    EventKind.SIGNING_KEY_CREATED,
                    at=made.created_at,
                    origin=origin,
                    subject=None,
                    actor=None,
                    kid=made.kid,
                )
            else:
                made = None
            keys = await self._forget_gone(tx)
        self.ring.load(keys)
        return made

    def _is_wanted(self, keys: Sequence[SigningKey], now: datetime, *, if_due: bool) -> bool:
        if not keys:
            return True
        if if_due:
            return now >= keys[-1].signs_from + self.policy.key_rotation
        return not any(key.signs_from > now and key.material.algorithm is self.policy.algorithm for key in keys)

    async def _next_key(self, keys: Sequence[SigningKey]) -> SigningKey:
        """Make the key outside of any transaction: a large prime takes a while to find."""
        material = await self.maker.make(self.policy.algorithm)
        now = self.clock.now()
        return SigningKey(
            number=keys[-1].number + 1 if keys else 1,
            material=material,
            created_at=now,
            signs_from=now + self.policy.publication if keys else now,
        )

    async def _forget_gone(self, tx: KeysTx) -> Sequence[SigningKey]:
        """Return the keys that are left."""
        keys = await tx.signing_keys.list_all()
        now = self.clock.now()
        gone = [
            key.number
            for key in keys
            if state_of(key, keys, now=now, retirement=self.policy.retirement) is KeyState.GONE
        ]
        for number in gone:
            await tx.signing_keys.remove(number)
        return [key for key in keys if key.number not in gone]
