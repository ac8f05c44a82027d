"""Stands before whatever can be tried: takes a try first, and settles afterwards."""

from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from typing import Final

from auth_core.audit.events import EventKind, Outcome
from auth_core.audit.ports import AuditTx
from auth_core.audit.recorder import Recorder
from auth_core.clock import Clock
from auth_core.errors import Unavailable
from auth_core.ids import SessionId, UserId
from auth_core.origin import Origin
from auth_core.tally import Tally
from auth_core.throttling.errors import TriedTooOften
from auth_core.throttling.model import Attempt, Budget, BudgetName, Charge, KnownDevice, Refused
from auth_core.throttling.policy import ThrottlePolicy
from auth_core.throttling.ports import BudgetNames, Budgets
from auth_core.throttling.refusals import RecentRefusals
from auth_core.throttling.source import Source
from auth_core.unit_of_work import UnitOfWork

_EVERYBODY: Final = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ThrottleGuard:
    """Takes from budgets before a secret is looked at, so that nobody can try more often by trying at once.

    Who is refused has cost one read, or nothing at all where this process has refused them within the last second.
    """

    budgets: Budgets
    names: BudgetNames
    recent: RecentRefusals
    record: Recorder
    clock: Clock
    policy: ThrottlePolicy
    refusals: Tally

    def log_in(self, login_name: str, origin: Origin) -> tuple[Charge, ...]:
        """Return what a log-in from a device costs that is not known."""
        return (
            *self._of(Budget.ACCOUNT, login_name),
            *self._from(Budget.SOURCE, origin),
            *self._of(Budget.GLOBAL, _EVERYBODY),
        )

    def log_in_on(self, device: KnownDevice) -> tuple[Charge, ...]:
        """Return what a log-in from a known device costs: nothing that anybody else could have used up."""
        return self._of(Budget.DEVICE, device.id.hex())

    def in_session(self, session_id: SessionId) -> tuple[Charge, ...]:
        """Return what it costs to prove one's password once more."""
        return self._of(Budget.SESSION, str(session_id))

    def secret(self, origin: Origin) -> tuple[Charge, ...]:
        """Return what it costs to present a one-time token or the secret of a client."""
        return self._from(Budget.SECRETS, origin)

    def registration(self, origin: Origin) -> tuple[Charge, ...]:
        """Return what a registration costs."""
        return (*self._from(Budget.REGISTRATIONS, origin), *self._of(Budget.ALL_REGISTRATIONS, _EVERYBODY))

    def mail(self, origin: Origin) -> tuple[Charge, ...]:
        """Return what it costs to ask for a mail."""
        return (*self._from(Budget.MAILS, origin), *self._of(Budget.ALL_MAILS, _EVERYBODY))

    def look(self, charges: Iterable[Charge]) -> None:
        """Refuse, without I/O, who was refused just now. Raises: TriedTooOften."""
        refused = self.recent.find((each.name for each in charges), now=self.clock.now())
        if refused is not None:
            raise self._refusal(refused)

    async def take(self, charges: tuple[Charge, ...]) -> Attempt:
        """Take a try from every budget. Raises: TriedTooOften when one is empty; Unavailable when nobody can tell."""
        if not charges:
            return Attempt()
        self.look(charges)
        taken = await self.budgets.take(charges)
        if isinstance(taken, Refused):
            self.recent.note(taken, now=self.clock.now())
            raise self._refusal(taken)
        return Attempt(charges=charges, emptied=taken.emptied)

    async def undo(self, attempt: Attempt) -> None:
        """Give back what was taken: nothing was tried. Not to be had now, it stays taken."""
        await self._settle(attempt)

    async def succeeded(self, attempt: Attempt) -> None:
        """Give back what was taken, and fill up what is counted by who it was: the account, device or session.

        Where it came from, and all the world, have failed no less often than before.
        """
        await self._settle(attempt, full=tuple(each.name for each in attempt.charges if each.budget in _OF_ONE))

    async def forgive(self, login_name: str) -> None:
        """Fill up the budget of an account whose owner has proven in another way who they are."""
        with suppress(Unavailable):
            full = tuple(each.name for each in self._of(Budget.ACCOUNT, login_name))
            if full:
                await self.budgets.settle(back=(), untold=(), full=full)
                self.recent.forget(full)

    async def tell(self, tx: AuditTx, attempt: Attempt, *, origin: Origin, subject: UserId | None) -> None:
        """Keep one event for each budget that this attempt has emptied for the first time in its period."""
        for each in attempt.charges:
            if each.name in attempt.emptied:
                await self.record(
                    tx,
                    EventKind.ATTEMPTS_OF_ALL_EXHAUSTED if each.budget.is_global else EventKind.ATTEMPTS_EXHAUSTED,
                    outcome=Outcome.FAILURE,
                    at=self.clock.now(),
                    origin=origin,
                    subject=None if each.budget.is_global else subject,
                    actor=None,
                    budget=each.budget.value,
                    tries=each.allowance.tries,
                    seconds=int(each.allowance.period.total_seconds()),
                )

    async def count_failure(self, charges: tuple[Charge, ...], *, uow: UnitOfWork[AuditTx], origin: Origin) -> None:
        """Take from the budgets for what has failed already, where nothing could be guessed. Raises: TriedTooOften."""
        attempt = await self.take(charges)
        if attempt.emptied:
            async with uow() as tx:
                await self.tell(tx, attempt, origin=origin, subject=None)

    async def _settle(self, attempt: Attempt, *, full: tuple[BudgetName, ...] = ()) -> None:
        if not attempt.charges:
            return
        back = tuple(each for each in attempt.charges if each.name not in full)
        # Somebody who was let in is not turned away because of this: budgets come back by themselves.
        with suppress(Unavailable):
            await self.budgets.settle(back=back, untold=attempt.emptied, full=full)
        self.recent.forget(full)

    def _refusal(self, refused: Refused) -> TriedTooOften:
        self.refusals.note(refused.budget)
        return TriedTooOften(refused.retry_after)

    def _of(self, budget: Budget, whose: str) -> tuple[Charge, ...]:
        allowance = self.policy.allowance(budget)
        if allowance is None:
            return ()
        return (Charge(budget=budget, name=self.names.name(budget, whose), allowance=allowance),)

    def _from(self, budget: Budget, origin: Origin) -> tuple[Charge, ...]:
        return tuple(self._places(budget, origin))

    def _places(self, budget: Budget, origin: Origin) -> Iterator[Charge]:
        allowance, source = self.policy.allowance(budget), Source.of(origin.address)
        if allowance is None or source is None:
            return
        yield Charge(budget=budget, name=self.names.name(budget, source.narrow), allowance=allowance)
        if source.wide is not None:
            wider = allowance.times(self.policy.wider)
            yield Charge(budget=budget, name=self.names.name(budget, source.wide), allowance=wider)


_OF_ONE: Final = frozenset({Budget.ACCOUNT, Budget.DEVICE, Budget.SESSION})
