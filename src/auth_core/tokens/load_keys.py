"""Learn of the keys other processes have made."""

from dataclasses import dataclass

from auth_core.clock import Clock
from auth_core.tokens.errors import NoSigningKey
from auth_core.tokens.key_ring import KeyRing
from auth_core.tokens.ports import KeysTx
from auth_core.unit_of_work import UnitOfWork


@dataclass(frozen=True, slots=True, kw_only=True)
class LoadKeys:
    """Look at the store, so that this process knows the keys others have made."""

    uow: UnitOfWork[KeysTx]
    ring: KeyRing
    clock: Clock

    async def __call__(self, *, if_none_signs: bool = False) -> None:
        """Bring the ring up to date; `if_none_signs`, only when this process knows of no key that signs.

        That is so after the one that did was revoked elsewhere, until its successor is known here.
        """
        if if_none_signs and self._can_sign():
            return
        async with self.uow() as tx:
            keys = await tx.signing_keys.list_all()
        self.ring.load(keys)

    def _can_sign(self) -> bool:
        try:
            self.ring.signing_key(self.clock.now())
        except NoSigningKey:
            return False
        return True
