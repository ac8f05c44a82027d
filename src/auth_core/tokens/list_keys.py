"""What keys there are, for operators."""

from collections.abc import Sequence
from dataclasses import dataclass

from auth_core.clock import Clock
from auth_core.tokens.keys import KeyState, SigningKey, state_of
from auth_core.tokens.policy import TokenPolicy
from auth_core.tokens.ports import KeysTx
from auth_core.unit_of_work import UnitOfWork


@dataclass(frozen=True, slots=True, kw_only=True)
class ListKeys:
    """Read the stored keys and where each is in its life."""

    uow: UnitOfWork[KeysTx]
    clock: Clock
    policy: TokenPolicy

    async def __call__(self) -> Sequence[tuple[SigningKey, KeyState]]:
        """Return every stored key with its state, by number."""
        async with self.uow() as tx:
            keys = await tx.signing_keys.list_all()
        now = self.clock.now()
        return [(key, state_of(key, keys, now=now, retirement=self.policy.retirement)) for key in keys]
