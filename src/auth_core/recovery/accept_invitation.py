"""A person who was invited makes the account theirs."""

from dataclasses import dataclass

from auth_core.audit.events import EventKind
from auth_core.audit.recorder import Recorder
from auth_core.clock import Clock
from auth_core.credentials.passwords.model import PasswordHash
from auth_core.credentials.passwords.new_passwords import NewPasswords
from auth_core.credentials.passwords.ports import PasswordHasher
from auth_core.origin import Origin
from auth_core.recovery.acceptance import Acceptance, read_acceptance
from auth_core.recovery.ports import RecoveryTx
from auth_core.recovery.standing import Account, invited_behind
from auth_core.redacted import Redacted
from auth_core.throttling.guard import ThrottleGuard
from auth_core.unit_of_work import UnitOfWork
from auth_core.users.errors import RegistrationClosed
from auth_core.users.model import InvitedTo, User
from auth_core.users.policy import RegistrationMode, UserPolicy
from auth_core.verification.errors import UnusableToken
from auth_core.verification.model import Purpose
from auth_core.verification.secret import digest_of


@dataclass(frozen=True, slots=True, kw_only=True)
class LookAtInvitation:
    """Show whoever holds the token what they are invited to. The token is as good afterwards as before."""

    uow: UnitOfWork[RecoveryTx]
    record: Recorder
    clock: Clock
    policy: UserPolicy
    throttle: ThrottleGuard

    async def __call__(self, *, token: Redacted[str], origin: Origin) -> InvitedTo:
        """Return what the invitation says. Raises: RegistrationClosed, UnusableToken, TriedTooOften."""
        _must_be_open(self.policy)
        attempt = await self.throttle.take(self.throttle.secret(origin))
        async with self.uow() as tx:
            sent = await tx.one_time_tokens.find(digest_of(token), Purpose.ACCEPT_INVITATION, now=self.clock.now())
            account = await invited_behind(tx, sent)
            if account is None:
                await self.throttle.tell(tx, attempt, origin=origin, subject=None)
        if account is None or account.user.invitation is None:
            raise UnusableToken
        await self.throttle.succeeded(attempt)
        user, pending = account.user, account.user.invitation
        return InvitedTo(
            email=user.email,
            first_name=user.first_name or None,
            last_name=user.last_name or None,
            locale=user.locale,
            expires_at=pending.expires_at,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class AcceptInvitation:
    """Trade the token of an invitation for an account with a password. Nobody is signed in by it.

    Whether the token is good is seen before anything is hashed, and again when it is spent, in the transaction that
    opens the account. Input that is not acceptable costs nothing: the token is still there.
    """

    uow: UnitOfWork[RecoveryTx]
    hasher: PasswordHasher
    new_passwords: NewPasswords
    record: Recorder
    clock: Clock
    policy: UserPolicy
    throttle: ThrottleGuard

    async def __call__(
        self,
        *,
        token: Redacted[str],
        password: Redacted[str],
        first_name: str | None = None,
        last_name: str | None = None,
        locale: str | None = None,
        origin: Origin,
    ) -> User:
        """Return the user, who is active now, and whose address counts as proven: that is where the token was read.

        What is given takes the place of what the invitation said; names it did not say must be given. Of any number of
        simultaneous calls with one token exactly one succeeds.
        Raises: RegistrationClosed, UnusableToken, alike whatever is wrong with the token, Rejected with every fault,
        WeakPassword, TriedTooOften, Busy, Unavailable.
        """
        _must_be_open(self.policy)
        digest = digest_of(token)
        attempt = await self.throttle.take(self.throttle.secret(origin))
        async with self.uow() as tx:
            sent = await tx.one_time_tokens.find(digest, Purpose.ACCEPT_INVITATION, now=self.clock.now())
            account = await invited_behind(tx, sent)
            if account is None:
                await self.throttle.tell(tx, attempt, origin=origin, subject=None)
        if account is None:
            raise UnusableToken
        await self.throttle.succeeded(attempt)
        acceptance = await read_acceptance(
            account.user,
            password=password,
            first_name=first_name,
            last_name=last_name,
            locale=locale,
            new_passwords=self.new_passwords,
        )
        async with self.hasher.turn(origin) as turn:
            password_hash = await acceptance.password.hash(turn)

        accepted: User | None = None
        async with self.uow() as tx:
            # Locked before it is spent: whoever needs both locks takes that of the user first.
            await tx.roles.lock_held(account.user.id)
            spent = await tx.one_time_tokens.spend(digest, Purpose.ACCEPT_INVITATION, now=self.clock.now())
            now_there = await invited_behind(tx, spent)
            if now_there is not None:
                accepted = await self._accept(tx, now_there, acceptance, password_hash, origin)
        if accepted is None:
            raise UnusableToken
        return accepted

    async def _accept(
        self, tx: RecoveryTx, account: Account, acceptance: Acceptance, password_hash: PasswordHash, origin: Origin
    ) -> User | None:
        now, user = self.clock.now(), account.user
        await tx.passwords.reset(user.id, password_hash, must_change=False, now=now)
        accepted = await tx.users.accept_invitation(
            user.id,
            first_name=acceptance.first_name or user.first_name,
            last_name=acceptance.last_name or user.last_name,
            locale=acceptance.locale or user.locale,
            now=now,
        )
        await self.record(tx, EventKind.INVITATION_ACCEPTED, at=now, origin=origin, subject=user.id, actor=user.id)
        return accepted


def _must_be_open(policy: UserPolicy) -> None:
    """Raises: RegistrationClosed where nobody comes in by an invitation, whatever they hold."""
    if policy.registration is RegistrationMode.CLOSED:
        raise RegistrationClosed
