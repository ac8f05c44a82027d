"""Somebody asks for another mail to prove an address with."""

from dataclasses import dataclass

from auth_core.audit.events import EventKind, Outcome
from auth_core.audit.recorder import Recorder
from auth_core.clock import Clock
from auth_core.origin import Origin
from auth_core.recovery.asking import Asking
from auth_core.recovery.ports import RecoveryTx
from auth_core.unit_of_work import UnitOfWork
from auth_core.verification.model import Purpose


@dataclass(frozen=True, slots=True, kw_only=True)
class ResendVerification:
    """Send the mail again. Nobody learns whether there is such an account, nor what it lacks."""

    uow: UnitOfWork[RecoveryTx]
    ask: Asking
    record: Recorder
    clock: Clock

    async def __call__(self, *, email: str, origin: Origin) -> None:
        """Send a token to an active account whose address is not proven. Raises: InvalidEmail, NoMail."""
        address = self.ask.read(email)
        now = self.clock.now()
        async with self.uow() as tx:
            asked = await self.ask(tx, Purpose.VERIFY_EMAIL, address, now=now)
            await self.record(
                tx,
                EventKind.EMAIL_PROOF_ASKED,
                outcome=Outcome.SUCCESS if asked else Outcome.FAILURE,
                at=now,
                origin=origin,
                subject=asked,
                actor=None,
            )
