"""Somebody says that they have forgotten a password."""

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
class RequestPasswordReset:
    """Send a mail by which a new password can be chosen. The old one stays good until then.

    No password is hashed, whoever is asked for: an unknown address costs what a known one does but for the writing of
    the mail.
    """

    uow: UnitOfWork[RecoveryTx]
    ask: Asking
    record: Recorder
    clock: Clock

    async def __call__(self, *, email: str, origin: Origin) -> None:
        """Send a token to an active account. Raises: InvalidEmail, NoMail."""
        address = self.ask.read(email)
        now = self.clock.now()
        async with self.uow() as tx:
            asked = await self.ask(tx, Purpose.RESET_PASSWORD, address, now=now)
            await self.record(
                tx,
                EventKind.PASSWORD_RESET_ASKED,
                outcome=Outcome.SUCCESS if asked else Outcome.FAILURE,
                at=now,
                origin=origin,
                subject=asked,
                actor=None,
            )
