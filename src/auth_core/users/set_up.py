"""Whoever installs the service makes its first administrator, with a secret that only they have."""

import hashlib
import hmac
from dataclasses import dataclass

from auth_core.access.model import ADMIN
from auth_core.audit.events import EventKind
from auth_core.audit.recorder import Recorder
from auth_core.clock import Clock
from auth_core.credentials.passwords.new_passwords import NewPasswords
from auth_core.credentials.passwords.ports import PasswordHasher
from auth_core.idempotency.first_answers import FirstAnswers
from auth_core.idempotency.model import Once
from auth_core.ids import Ids
from auth_core.origin import Origin
from auth_core.redacted import Redacted
from auth_core.unit_of_work import UnitOfWork
from auth_core.users.creation import create_account, read_new_account
from auth_core.users.errors import EmailTaken, SetUpRefused
from auth_core.users.model import User
from auth_core.users.policy import UserPolicy
from auth_core.users.ports import SetUpTx


@dataclass(frozen=True, slots=True, kw_only=True)
class SetUpAdministrator:
    """Create an administrator for whoever has the set-up secret: once, and as long as there is none."""

    uow: UnitOfWork[SetUpTx]
    hasher: PasswordHasher
    record: Recorder
    clock: Clock
    ids: Ids
    policy: UserPolicy
    new_passwords: NewPasswords
    answers: FirstAnswers

    async def __call__(
        self,
        *,
        secret: Redacted[str],
        email: str,
        password: Redacted[str],
        first_name: str,
        last_name: str,
        origin: Origin,
        once: Once[User] | None = None,
    ) -> User:
        """Return the administrator. Of any number of simultaneous calls one does.

        Raises: SetUpRefused, alike for a wrong secret, for none in the settings, for an administrator who is there and
        for a set-up that has been, whatever became of it; only where none of this is so Rejected, WeakPassword,
        EmailTaken, Busy, Unavailable; AnsweredBefore, IdempotencyKeyReused.
        """
        if not self._is_ours(secret):
            raise SetUpRefused
        await self.answers.look(once)
        if not await self.is_open():
            raise SetUpRefused
        account = await read_new_account(
            email=email,
            password=password,
            first_name=first_name,
            last_name=last_name,
            new_passwords=self.new_passwords,
        )
        async with self.hasher.turn() as turn:
            password_hash = await account.password.hash(turn)

        now = self.clock.now()
        async with self.uow() as tx, self.answers(tx, once) as outcome:
            # Raised in here on purpose: what follows is done together, or the set-up is not over.
            if not await tx.set_up.end(now=now) or not await self._nobody_administers(tx):
                raise SetUpRefused
            user = await create_account(tx, account, password_hash, ids=self.ids, roles=(ADMIN.name,), by=None, now=now)
            if user is None:
                raise EmailTaken
            await self.record(tx, EventKind.ADMINISTRATOR_SET_UP, at=now, origin=origin, subject=user.id, actor=None)
            outcome.be(user)
        return user

    async def is_open(self) -> bool:
        """Say whether whoever has the secret, if there is one, could make an administrator now."""
        async with self.uow() as tx:
            return not await tx.set_up.is_over() and await self._nobody_administers(tx)

    def _is_ours(self, secret: Redacted[str]) -> bool:
        """Say whether this is the secret, in a time that tells nothing of it, nor whether there is one."""
        ours = self.policy.set_up_secret or Redacted("")
        is_equal = hmac.compare_digest(_digest(ours), _digest(secret))
        return is_equal and self.policy.set_up_secret is not None

    async def _nobody_administers(self, tx: SetUpTx) -> bool:
        # Besides somebody who is not there yet: that is everybody.
        return not await tx.roles.others_hold(ADMIN.name, besides=self.ids.user())


def _digest(secret: Redacted[str]) -> bytes:
    return hashlib.sha256(secret.reveal().encode("utf-8", "surrogatepass")).digest()
