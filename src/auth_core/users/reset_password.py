"""Somebody gives another person a new password, or has them choose one."""

from dataclasses import dataclass

from auth_core.audit.events import EventKind
from auth_core.audit.recorder import Recorder
from auth_core.clock import Clock
from auth_core.credentials.passwords.model import PasswordHash
from auth_core.credentials.passwords.new_passwords import NewPasswords, VettedPassword
from auth_core.credentials.passwords.ports import PasswordHasher
from auth_core.entropy import Entropy
from auth_core.errors import AuthError
from auth_core.ids import UserId
from auth_core.origin import Origin
from auth_core.redacted import Redacted
from auth_core.revocation.model import Reason
from auth_core.revocation.revoking import Revoking
from auth_core.unit_of_work import UnitOfWork
from auth_core.users.errors import UserNotFound
from auth_core.users.model import PasswordReset, User
from auth_core.users.ports import PasswordResetTx
from auth_core.users.user_guard import UserGuard


@dataclass(frozen=True, slots=True, kw_only=True)
class ResetPassword:
    """Replace the password of another person, and end every session: whoever knew the old one is out."""

    uow: UnitOfWork[PasswordResetTx]
    hasher: PasswordHasher
    guard: UserGuard
    record: Recorder
    revoke: Revoking
    clock: Clock
    entropy: Entropy
    new_passwords: NewPasswords

    async def __call__(
        self,
        *,
        user_id: UserId,
        password: Redacted[str] | None = None,
        must_change: bool = True,
        actor: UserId | None,
        origin: Origin,
    ) -> PasswordReset:
        """Let the user have `password`, or one we make up; with `must_change` it only serves to choose another one.

        `actor` is None for the operator of the machine; nobody else resets the password of who may do more.
        Raises: UserNotFound, UserDeleted, BeyondYourRights, WeakPassword, Busy, Unavailable.
        """
        made_up, vetted = await self._vet(user_id, password)
        async with self.hasher.turn() as turn:
            new_hash = await vetted.hash(turn)

        async with self.uow() as tx:
            outcome = await self.guard(tx, user_id, attempted=EventKind.PASSWORD_RESET, actor=actor, origin=origin)
            ended = 0
            if not isinstance(outcome, AuthError):
                ended = await self._reset(tx, outcome, new_hash, must_change=must_change, actor=actor, origin=origin)
        if isinstance(outcome, AuthError):
            raise outcome
        return PasswordReset(made_up=made_up, must_change=must_change, sessions_ended=ended)

    async def _vet(
        self, user_id: UserId, password: Redacted[str] | None
    ) -> tuple[Redacted[str] | None, VettedPassword]:
        async with self.uow() as tx:
            user = await tx.users.find(user_id)
        if user is None:
            raise UserNotFound
        if password is None:
            return self.new_passwords.make_up(self.entropy)
        context = (user.email.address, user.first_name, user.last_name)
        return None, await self.new_passwords.vet(password, field="password", context=context)

    async def _reset(
        self,
        tx: PasswordResetTx,
        user: User,
        new_hash: PasswordHash,
        *,
        must_change: bool,
        actor: UserId | None,
        origin: Origin,
    ) -> int:
        now = self.clock.now()
        version = await tx.users.raise_security_version(user.id, now=now)
        await tx.passwords.reset(
            user.id, new_hash, must_change=must_change, now=now, keep=self.new_passwords.policy.remembered
        )
        ended = await tx.sessions.end_all(user.id, because=Reason.PASSWORD_RESET, now=now)
        if version is not None:
            await self.revoke.user(tx, user.id, least_version=version)
        await self.record(
            tx,
            EventKind.PASSWORD_RESET,
            at=now,
            origin=origin,
            subject=user.id,
            actor=actor,
            sessions_ended=ended,
            must_change="yes" if must_change else "no",
        )
        return ended


@dataclass(frozen=True, slots=True, kw_only=True)
class ForcePasswordChange:
    """Let a person choose another password at their next log-in. Their sessions go on. Repeating it changes nothing."""

    uow: UnitOfWork[PasswordResetTx]
    guard: UserGuard
    record: Recorder
    clock: Clock

    async def __call__(self, *, user_id: UserId, actor: UserId | None, origin: Origin) -> None:
        """Demand the change. `actor` is None for the operator; nobody else demands it of who may do more than they.

        Raises: UserNotFound, UserDeleted, BeyondYourRights.
        """
        async with self.uow() as tx:
            outcome = await self.guard(
                tx, user_id, attempted=EventKind.PASSWORD_CHANGE_DEMANDED, actor=actor, origin=origin
            )
            if not isinstance(outcome, AuthError) and await tx.passwords.demand_change(user_id):
                await self.record(
                    tx,
                    EventKind.PASSWORD_CHANGE_DEMANDED,
                    at=self.clock.now(),
                    origin=origin,
                    subject=user_id,
                    actor=actor,
                )
        if isinstance(outcome, AuthError):
            raise outcome
