"""A person makes an account for themselves."""

from dataclasses import dataclass

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
from auth_core.users.errors import EmailTaken, RegistrationClosed
from auth_core.users.model import User
from auth_core.users.policy import RegistrationMode, UserPolicy
from auth_core.users.ports import RegistrationTx


@dataclass(frozen=True, slots=True, kw_only=True)
class Register:
    """Create an account with the role `user`."""

    uow: UnitOfWork[RegistrationTx]
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
        email: str,
        password: Redacted[str],
        first_name: str,
        last_name: str,
        origin: Origin,
        once: Once[User] | None = None,
    ) -> User:
        """Return the new user.

        Raises: RegistrationClosed, Rejected, WeakPassword, EmailTaken, Busy, Unavailable; AnsweredBefore,
        IdempotencyKeyReused.
        """
        if self.policy.registration is RegistrationMode.CLOSED:
            raise RegistrationClosed
        await self.answers.look(once)
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
            user = await create_account(tx, account, password_hash, ids=self.ids, by=None, now=now)
            if user is not None:
                await self.record(tx, EventKind.USER_REGISTERED, at=now, origin=origin, subject=user.id, actor=user.id)
                outcome.be(user)
        if user is None:
            raise EmailTaken
        return user
