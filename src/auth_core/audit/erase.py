"""Erase what the trail holds of one person, and leave the trail sound."""

from dataclasses import dataclass

from auth_core.audit.erasure import Erasure
from auth_core.audit.errors import TrailIsAppendOnly
from auth_core.audit.ports import TrailTx
from auth_core.clock import Clock
from auth_core.ids import UserId
from auth_core.origin import Origin
from auth_core.unit_of_work import UnitOfWork


@dataclass(frozen=True, slots=True, kw_only=True)
class ErasePersonalData:
    """Erase what is personal in all events that a person did or that befell them; their account stays as it is."""

    uow: UnitOfWork[TrailTx]
    erasure: Erasure
    clock: Clock

    async def __call__(self, *, user_id: UserId, actor: UserId | None, origin: Origin) -> int:
        """Erase what was recorded until now, in small steps, and say in how many events.

        Cut short, it can be called again. Raises: TrailIsAppendOnly.
        """
        async with self.uow() as tx:
            ordered = await self.erasure.order(tx, user_id, actor=actor, origin=origin, at=self.clock.now())
        if ordered is None:
            raise TrailIsAppendOnly
        return await self.erasure.carry_out(user_id, ordered=ordered)
