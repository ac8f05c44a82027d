"""A person makes an account for themselves."""

from dataclasses import dataclass

from auth_core.audit.events import EventKind, Outcome
from auth_core.audit.recorder import Recorder
from auth_core.clock import Clock
from auth_core.credentials.passwords.errors import Busy
from auth_core.credentials.passwords.model import PasswordHash
from auth_core.credentials.passwords.new_passwords import NewPasswords
from auth_core.credentials.passwords.ports import PasswordHasher
from auth_core.even_time import EvenTime
from auth_core.idempotency.first_answers import FirstAnswers
from auth_core.idempotency.model import Once
from auth_core.ids import Ids
from auth_core.origin import Origin
from auth_core.outbox.model import Recipient
from auth_core.redacted import Redacted
from auth_core.throttling.guard import ThrottleGuard
from auth_core.throttling.model import Attempt
from auth_core.unit_of_work import UnitOfWork
from auth_core.users.creation import NewAccount, create_account, read_new_account
from auth_core.users.errors import EmailTaken, RegistrationClosed
from auth_core.users.model import User, UserStatus
from auth_core.users.policy import RegistrationMode, UserPolicy
from auth_core.users.ports import RegistrationTx
from auth_core.verification.model import Binding, Purpose
from auth_core.verification.proof_mail import ProofMail


@dataclass(frozen=True, slots=True, kw_only=True)
class Register:
    """Create an account with the role `user`.

    Where addresses are proven first, whoever asks is told one and the same after one and the same time, and has one
    password hashed, whatever the address: who reads it is told the rest.
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
    throttle: ThrottleGuard
    even_time: EvenTime

    async def __call__(
        self,
        *,
        email: str,
        password: Redacted[str],
        first_name: str,
        last_name: str,
        locale: str | None = None,
        origin: Origin,
        once: Once[User | None] | None = None,
    ) -> User | None:
        """Return the new user; None, always, where addresses are proven first.

        Raises: RegistrationClosed, Rejected, WeakPassword, EmailTaken, NoMail, TriedTooOften, Busy, Unavailable;
        AnsweredBefore, IdempotencyKeyReused.
        """
        if not self.policy.registration.lets_anybody_register:
            raise RegistrationClosed
        if self._proves_first:
            self.mail.must_be_possible()
        charges = self.throttle.registration(origin)
        self.throttle.look(charges)
        await self.answers.look(once)
        attempt = await self.throttle.take(charges)
        account = await read_new_account(
            email=email,
            password=password,
            first_name=first_name,
            last_name=last_name,
            locale=locale,
            new_passwords=self.new_passwords,
        )
        password_hash = await self._hash(account, attempt, origin)

        if self._proves_first:
            async with self.even_time():
                await self._tell_by_mail(account, password_hash, origin, once)
            return None
        async with self.uow() as tx, self.answers(tx, once) as outcome:
            user = await self._create(tx, account, password_hash, origin)
            if user is not None:
                outcome.be(user)
        if user is None:
            raise EmailTaken
        return user

    async def _hash(self, account: NewAccount, attempt: Attempt, origin: Origin) -> PasswordHash:
        try:
            async with self.hasher.turn(origin) as turn:
                password_hash = await account.password.hash(turn)
        except Busy:
            await self.throttle.undo(attempt)
            raise
        if attempt.emptied:
            async with self.uow() as tx:
                await self.throttle.tell(tx, attempt, origin=origin, subject=None)
        return password_hash

    async def _tell_by_mail(
        self, account: NewAccount, password_hash: PasswordHash, origin: Origin, once: Once[User | None] | None
    ) -> None:
        """Create the account, or tell who has the address; whoever asks hears the same."""
        try:
            async with self.uow() as tx, self.answers(tx, once) as outcome:
                if await self._create(tx, account, password_hash, origin) is None:
                    await self._answer_for_taken(tx, account, origin)
                outcome.be(None)
        except EmailTaken:
            async with self.uow() as tx, self.answers(tx, once) as outcome:
                await self._answer_for_taken(tx, account, origin)
                outcome.be(None)

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
        await self.mail.ask(tx, Purpose.VERIFY_EMAIL, binding, to=user.recipient, now=now)
        return user

    async def _answer_for_taken(self, tx: RegistrationTx, account: NewAccount, origin: Origin) -> None:
        """Tell who reads the address.

        An account that was never proven may be somebody else's doing, who knows its password: who reads the address
        gets into it by choosing another one, and in no other way.
        """
        now, email = self.clock.now(), account.email
        holder = await tx.users.find_by_email(email.canonical)
        stored = await tx.passwords.find(holder.id) if holder else None
        if holder is not None and holder.awaits_proof and holder.status is UserStatus.ACTIVE:
            binding = Binding(
                user_id=holder.id, email=email.canonical, password_version=stored.version if stored else 0
            )
            await self.mail.ask(tx, Purpose.RESET_PASSWORD, binding, to=holder.recipient, now=now)
        else:
            nobody = Recipient(address=email.address, locale=account.locale)
            await self.mail.tell_owner(tx, to=holder.recipient if holder else nobody, now=now)
        await self.record(
            tx,
            EventKind.USER_REGISTERED,
            outcome=Outcome.FAILURE,
            at=now,
            origin=origin,
            subject=holder.id if holder else None,
            actor=None,
        )
