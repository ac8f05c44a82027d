"""What goes when a person is erased, whoever wants it."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from auth_core.audit.erasure import Erasure
from auth_core.audit.errors import TrailIsAppendOnly
from auth_core.audit.events import EventKind
from auth_core.audit.recorder import Recorder
from auth_core.clock import Clock
from auth_core.errors import AuthError
from auth_core.ids import UserId
from auth_core.origin import Origin
from auth_core.unit_of_work import UnitOfWork
from auth_core.users.model import User
from auth_core.users.ports import ErasureTx

_LATE: Final = timedelta(hours=1)
"""By how much an event may say that it happened before it was recorded."""

type Judge = Callable[[ErasureTx], Awaitable[User | AuthError]]
"""Locks the user and says whether they may be erased at this moment."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Erasing:
    """Erases a person for good: their account with all that hangs on it, their mail, and what the trail holds of them.

    What is left is that events happened to an id, that it was erased, and that the address is free.
    """

    uow: UnitOfWork[ErasureTx]
    erasure: Erasure
    record: Recorder
    clock: Clock

    async def __call__(self, user_id: UserId, judge: Judge, *, actor: UserId | None, origin: Origin) -> int | AuthError:
        """Return in how many events something was erased, or what forbids it.

        The account goes in one transaction with what is left of it in the trail, so that whoever is interrupted finds
        it still there. Only a long trail is emptied beforehand, in steps; then the user is judged again.
        """
        begun, erased, emptied = self.clock.now(), 0, False
        while True:
            async with self.uow() as tx:
                judged = await judge(tx) if await tx.sealed_batches.may_be_emptied() else TrailIsAppendOnly()
                if isinstance(judged, AuthError):
                    ordered = None
                else:
                    ordered = await self.erasure.order(tx, user_id, actor=actor, origin=origin, at=self.clock.now())
                is_last_step = emptied or await self.erasure.is_small(tx, user_id)
                if ordered is not None and is_last_step and not isinstance(judged, AuthError):
                    since = begun - _LATE if emptied else None
                    erased += await self.erasure.carry_out_in(tx, user_id, ordered=ordered, since=since)
                    await self._erase(tx, judged, actor=actor, origin=origin)
            if isinstance(judged, AuthError):
                return judged
            if ordered is None:
                return TrailIsAppendOnly()
            if is_last_step:
                return erased
            erased += await self.erasure.carry_out(user_id, ordered=ordered)
            emptied = True

    async def _erase(self, tx: ErasureTx, user: User, *, actor: UserId | None, origin: Origin) -> None:
        await tx.outbox.forget(user.email.canonical)
        await tx.users.erase(user.id)
        # After the order, which leaves it as it is: so it must hold nothing of the person.
        await self.record(
            tx,
            EventKind.USER_ERASED,
            at=self.clock.now(),
            origin=Origin() if actor == user.id else origin,
            subject=user.id,
            actor=actor,
        )
