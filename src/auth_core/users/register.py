"""A person makes an account for themselves."""

from dataclasses import dataclass

from auth_core.audit.events import EventKind, Outcome
from auth_core.audit.recorder import Recorder
from auth_core.clock import Clock
from auth_core.credentials.passwords.model import PasswordHash
from auth_core.credentials.passwords.new_passwords import NewPasswords
from auth_core.credentials.passwords.ports import PasswordHasher
from auth_core.idempotency.first_answers import FirstAnswers
from auth_core.idempotency.model import Once
from auth_core.ids import Ids
from auth_core.origin import Origin
from auth_core.redacted import Redacted
from auth_core.unit_of_work import UnitOfWork
from auth_core.users.creation import NewAccount, create_account, read_new_account
from auth_core.users.email_address import EmailAddress
from auth_core.users.errors import EmailTaken, RegistrationClosed
from auth_core.users.model import User, UserStatus
from auth_core.users.policy import RegistrationMode, UserPolicy
from auth_core.users.ports import RegistrationTx
from auth_core.verification.model import Binding, Purpose
from auth_core.verification.proof_mail import ProofMail


@dataclass(frozen=True, slots=True, kw_only=True)
class Register:
    """Create an account with the role `user`.

    Where addresses are proven first, whoever asks is told one and the same, and has one password hashed, whatever the
    address: who reads it is told the rest.
    """

    uow: UnitOfWork[RegistrationTx]
    hasher: PasswordHasher
    mail: ProofMail
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
        once: Once[User | None] | None = None,
    ) -> User | None:
        """Return the new user; None, always, where addresses are proven first.

        Raises: RegistrationClosed, Rejected, WeakPassword, EmailTaken, NoMail, Busy, Unavailable; AnsweredBefore,
        IdempotencyKeyReused.
        """
        if self.policy.registration is RegistrationMode.CLOSED:
            raise RegistrationClosed
        if self._proves_first:
            self.mail.must_be_possible()
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

        user: User | None = None
        try:
            async with self.uow() as tx, self.answers(tx, once) as outcome:
                user = await self._create(tx, account, password_hash, origin)
                if self._proves_first:
                    if user is None:
                        await self._answer_for_taken(tx, account.email, origin)
                    outcome.be(None)
                elif user is not None:
                    outcome.be(user)
        except EmailTaken:
            if not self._proves_first:
                raise
            async with self.uow() as tx, self.answers(tx, once) as outcome:
                await self._answer_for_taken(tx, account.email, origin)
                outcome.be(None)
        if self._proves_first:
            return None
        if user is None:
            raise EmailTaken
        return user

    @property
    def _proves_first(self) -> bool:
        return self.policy.registration is RegistrationMode.VERIFIED

    async def _create(
        self, tx: RegistrationTx, account: NewAccount, password_hash: PasswordHash, origin: Origin
    ) -> User | None:
        """Return the new user; None when the address is taken.

        Raises: EmailTaken, which undoes everything, when somebody from whom the address was taken can still have it
        back. Only now is that certain: before, whoever takes it may not have committed.
        """
        now = self.clock.now()
        user = await create_account(
            tx, account, password_hash, ids=self.ids, awaits_proof=self._proves_first, by=None, now=now
        )
        if user is None:
            return None
        if await tx.one_time_tokens.can_be_undone_to(user.email.canonical, now=now):
            raise EmailTaken
        await self.record(tx, EventKind.USER_REGISTERED, at=now, origin=origin, subject=user.id, actor=user.id)
        binding = Binding(user_id=user.id, email=user.email.canonical, password_version=1)
        await self.mail.ask(tx, Purpose.VERIFY_EMAIL, binding, address=user.email.address, now=now)
        return user

    async def _answer_for_taken(self, tx: RegistrationTx, email: EmailAddress, origin: Origin) -> None:
        """Tell who reads the address.

        An account that was never proven may be somebody else's doing, who knows its password: who reads the address
        gets into it by choosing another one, and in no other way.
        """
        now = self.clock.now()
        holder = await tx.users.find_by_email(email.canonical)
        stored = await tx.passwords.find(holder.id) if holder else None
        if holder is not None and holder.awaits_proof and holder.status is UserStatus.ACTIVE:
            binding = Binding(
                user_id=holder.id, email=email.canonical, password_version=stored.version if stored else 0
            )
            await self.mail.ask(tx, Purpose.RESET_PASSWORD, binding, address=holder.email.address, now=now)
        else:
            await self.mail.tell_owner(tx, address=(holder.email if holder else email).address, now=now)
        await self.record(
            tx,
            EventKind.USER_REGISTERED,
            outcome=Outcome.FAILURE,
            at=now,
            origin=origin,
            subject=holder.id if holder else None,
            actor=None,
        )
