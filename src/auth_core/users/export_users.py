"""People go, or a copy of them does, with the passwords they have."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Final

from auth_core.audit.events import EventKind
from auth_core.audit.recorder import Recorder
from auth_core.clock import Clock
from auth_core.credentials.passwords.ports import HashTransfer
from auth_core.ids import UserId
from auth_core.origin import Origin
from auth_core.unit_of_work import UnitOfWork
from auth_core.users.moving import Departing, Mover
from auth_core.users.ports import MoversTx

_PAGE: Final = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class ExportUsers:
    """Tell everybody there is, in the order of their identities, in a form that an import reads back.

    Never more than a page of them is held, and no transaction stays open while the receiver takes its time. It is for
    the operator of the machine, and the trail keeps that it was done.
    """

    uow: UnitOfWork[MoversTx]
    transfer: HashTransfer
    record: Recorder
    clock: Clock

    async def __call__(self, *, with_password_hashes: bool = False, origin: Origin) -> AsyncIterator[Departing]:
        """Yield the users. The hashes are open then: whoever has them can guess at passwords."""
        async with self.uow() as tx:
            await self.record(
                tx,
                EventKind.USERS_EXPORTED,
                at=self.clock.now(),
                origin=origin,
                subject=None,
                actor=None,
                users=await tx.movers.count(),
                with_password_hashes="yes" if with_password_hashes else "no",
            )
        after: UserId | None = None
        while True:
            async with self.uow() as tx:
                page = await tx.movers.page(after=after, limit=_PAGE)
            for mover in page:
                yield self._departing(mover, with_password_hashes=with_password_hashes)
            if len(page) < _PAGE:
                return
            after = page[-1].user.id

    def _departing(self, mover: Mover, *, with_password_hashes: bool) -> Departing:
        stored = mover.password if with_password_hashes else None
        given = None if stored is None else self.transfer.give_away(stored)
        return Departing(
            user=mover.user,
            roles=mover.roles,
            password_hash=given,
            must_change_password=mover.must_change_password,
            unreadable=stored is not None and given is None,
        )
