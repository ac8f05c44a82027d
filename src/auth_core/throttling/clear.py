"""An operator fills up the budgets of an account or a place."""

from collections.abc import Sequence
from dataclasses import dataclass

from auth_core.audit.events import EventKind
from auth_core.audit.ports import AuditTx
from auth_core.audit.recorder import Recorder
from auth_core.clock import Clock
from auth_core.ids import UserId
from auth_core.origin import Origin
from auth_core.throttling.guard import ThrottleGuard
from auth_core.throttling.meant import budgets_meant
from auth_core.throttling.model import Budget
from auth_core.unit_of_work import UnitOfWork


@dataclass(frozen=True, slots=True, kw_only=True)
class ClearBudgets:
    """Let somebody try again who has tried too often: everybody who can be meant by it, guessers among them."""

    guard: ThrottleGuard
    uow: UnitOfWork[AuditTx]
    record: Recorder
    clock: Clock

    async def __call__(
        self,
        *,
        login_name: str | None = None,
        address: str | None = None,
        everybody: bool = False,
        subject: UserId | None = None,
        actor: UserId | None,
        origin: Origin,
    ) -> Sequence[Budget]:
        """Fill up the budgets of the login name, the address, and with `everybody` those of all the world; say which.

        `subject` is whose login name it is, if it is anybody's. It is kept in the audit trail. Raises: Unavailable.
        """
        charges = budgets_meant(self.guard, login_name=login_name, address=address, everybody=everybody)
        if not charges:
            return ()
        await self.guard.budgets.settle(back=(), untold=(), full=[each.name for each in charges])
        self.guard.recent.forget(each.name for each in charges)
        filled = tuple(dict.fromkeys(each.budget for each in charges))
        async with self.uow() as tx:
            await self.record(
                tx,
                EventKind.ATTEMPTS_FORGIVEN,
                at=self.clock.now(),
                origin=origin,
                subject=subject,
                actor=actor,
                budgets=" ".join(filled),
            )
        return filled
