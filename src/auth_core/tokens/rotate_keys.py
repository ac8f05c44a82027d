"""A new signing key takes over."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from auth_core.clock import Clock
from auth_core.origin import Origin
from auth_core.tokens.key_ring import KeyRing
from auth_core.tokens.keys import SigningKey
from auth_core.tokens.policy import TokenPolicy
from auth_core.tokens.ports import KeysTx
from auth_core.tokens.succession import Succession
from auth_core.unit_of_work import UnitOfWork


@dataclass(frozen=True, slots=True, kw_only=True)
class RotateKeys:
    """Make the next key, forget those nothing relies on any more, and tell this process.

    Any number of processes may do this at once: one of them makes the key and the others learn of it.
    """

    uow: UnitOfWork[KeysTx]
    succession: Succession
    ring: KeyRing
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
        material = await self.succession.make() if self._is_wanted(keys, self.clock.now(), if_due=if_due) else None
        made: SigningKey | None = None
        async with self.uow() as tx:
            if material is not None:
                made = await self.succession.add(tx, keys, material, at_once=not keys, origin=origin)
            keys = await self.succession.clear(tx)
        self.ring.load(keys)
        return made

    def _is_wanted(self, keys: Sequence[SigningKey], now: datetime, *, if_due: bool) -> bool:
        trusted = [key for key in keys if key.revoked_at is None]
        if not trusted:
            return True
        if if_due:
            return now >= trusted[-1].signs_from + self.policy.key_rotation
        return not any(key.signs_from > now and key.material.algorithm is self.policy.algorithm for key in trusted)
