"""Somebody makes an account for another person."""

from collections.abc import Sequence
from dataclasses import dataclass

from auth_core.access.delegation import oversteps_with
from auth_core.access.errors import BeyondYourRights
from auth_core.access.model import role_name
from auth_core.audit.events import EventKind
from auth_core.audit.recorder import Recorder
from auth_core.clock import Clock
from auth_core.credentials.passwords.new_passwords import NewPasswords
from auth_core.credentials.passwords.ports import PasswordHasher
from auth_core.idempotency.first_answers import FirstAnswers
from auth_core.idempotency.model import Once
from auth_core.ids import Ids, UserId
from auth_core.origin import Origin
from auth_core.redacted import Redacted
from auth_core.unit_of_work import UnitOfWork
from auth_core.users.creation import create_account, read_new_account
from auth_core.users.errors import EmailTaken
from auth_core.users.model import User
from auth_core.users.ports import RegistrationTx


@dataclass(frozen=True, slots=True, kw_only=True)
class CreateUser:
    """Create an account with the roles given, whether registration is open or not."""

    uow: UnitOfWork[RegistrationTx]
    hasher: PasswordHasher
    record: Recorder
    clock: Clock
    ids: Ids
    new_passwords: NewPasswords
    answers: FirstAnswers

    async def __call__(
        self,
        *,
        email: str,
        password: Redacted[str],
        first_name: str,
        last_name: str,
        roles: Sequence[str] = (),
        must_change_password: bool = False,
        actor: UserId | None,
        origin: Origin,
        once: Once[User] | None = None,
    ) -> User:
        """Return the new user, who holds `user` besides `roles`. `actor` is None for the operator of the machine.

        Anybody else gives no role that allows more than they may do themselves. With `must_change_password` the
        password only serves to choose another one.
        Raises: Rejected, WeakPassword, InvalidRoleName, RoleNotFound, BeyondYourRights, EmailTaken, Busy, Unavailable;
        AnsweredBefore, IdempotencyKeyReused.
        """
        await self.answers.look(once)
        account = await read_new_account(
            email=email,
            password=password,
            first_name=first_name,
            last_name=last_name,
            new_passwords=self.new_passwords,
        )
        role_names = tuple(role_name(each) for each in roles)
        async with self.hasher.turn() as turn:
            password_hash = await account.password.hash(turn)

        now = self.clock.now()
        async with self.uow() as tx, self.answers(tx, once) as outcome:
            if await oversteps_with(tx, actor, role_names):
                raise BeyondYourRights
            user = await create_account(
                tx,
                account,
                password_hash,
                ids=self.ids,
                roles=role_names,
                must_change=must_change_password,
                by=actor,
                now=now,
            )
            if user is not None:
                await self.record(
                    tx,
                    EventKind.USER_CREATED,
                    at=now,
                    origin=origin,
                    subject=user.id,
                    actor=actor,
                    roles=" ".join(sorted(role_names)),
                )
                outcome.be(user)
        if user is None:
            raise EmailTaken
        return user
