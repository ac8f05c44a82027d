"""Learn of the keys other processes have made."""

from dataclasses import dataclass

from auth_core.tokens.key_ring import KeyRing
from auth_core.tokens.ports import KeysTx
from auth_core.unit_of_work import UnitOfWork


@dataclass(frozen=True, slots=True, kw_only=True)
class LoadKeys:
    """Look at the store, so that this process knows the keys others have made."""

    uow: UnitOfWork[KeysTx]
    ring: KeyRing

    async def __call__(self) -> None:
        """Bring the ring up to date."""
        async with self.uow() as tx:
            keys = await tx.signing_keys.list_all()
        self.ring.load(keys)
