"""Somebody asks for another mail to prove an address with."""

from dataclasses import dataclass

from auth_core.clock import Clock
from auth_core.recovery.asking import Asking
from auth_core.recovery.ports import RecoveryTx
from auth_core.unit_of_work import UnitOfWork
from auth_core.verification.model import Purpose


@dataclass(frozen=True, slots=True, kw_only=True)
class ResendVerification:
    """Send the mail again. Nobody learns whether there is such an account, nor what it lacks."""

    uow: UnitOfWork[RecoveryTx]
    ask: Asking
    clock: Clock

    async def __call__(self, *, email: str) -> None:
        """Send a token to an active account whose address is not proven. Raises: InvalidEmail, NoMail."""
        address = self.ask.read(email)
        now = self.clock.now()
        async with self.uow() as tx:
            await self.ask(tx, Purpose.VERIFY_EMAIL, address, now=now)
