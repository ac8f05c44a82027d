"""Somebody makes an account for another person, who chooses the password themselves."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from auth_core.access.delegation import oversteps_with
from auth_core.access.errors import BeyondYourRights
from auth_core.access.model import USER, RoleName, role_name
from auth_core.audit.events import EventKind
from auth_core.audit.recorder import Recorder
from auth_core.clock import Clock
from auth_core.idempotency.first_answers import FirstAnswers
from auth_core.idempotency.model import Once
from auth_core.ids import Ids, UserId
from auth_core.origin import Origin
from auth_core.unit_of_work import UnitOfWork
from auth_core.users.errors import EmailTaken
from auth_core.users.inviting import Inviting, Wanted, read_invited
from auth_core.users.model import NAMELESS, User, UserStatus
from auth_core.users.ports import RegistrationTx


@dataclass(frozen=True, slots=True, kw_only=True)
class InviteUser:
    """Create an account that waits for its owner, and send them a mail by which they make it theirs.

    Until they do the address is taken, the roles are given, and nobody can use any of it.
    """

    uow: UnitOfWork[RegistrationTx]
    inviting: Inviting
    record: Recorder
    clock: Clock
    ids: Ids
    answers: FirstAnswers

    async def __call__(
        self,
        *,
        email: str,
        first_name: str | None = None,
        last_name: str | None = None,
        locale: str | None = None,
        roles: Sequence[str] = (),
        actor: UserId | None,
        origin: Origin,
        once: Once[User] | None = None,
    ) -> User:
        """Return the invited user, who holds `user` besides `roles`. Names that are left out are asked of them.

        `actor` is None for the operator of the machine; nobody else gives a role that allows more than they may do
        themselves. The mail is in the language of `locale`, if we have it.
        Raises: InvitationsClosed, NoMail, Rejected, InvalidRoleName, RoleNotFound, BeyondYourRights, EmailTaken;
        AnsweredBefore, IdempotencyKeyReused.
        """
        self.inviting.must_be_possible()
        wanted = read_invited(email=email, first_name=first_name, last_name=last_name, locale=locale)
        role_names = tuple(role_name(each) for each in roles)

        now = self.clock.now()
        async with self.uow() as tx, self.answers(tx, once) as outcome:
            # Raised in here: nothing was written that would have to stay.
            if await oversteps_with(tx, actor, role_names):
                raise BeyondYourRights
            user = await self._invite(tx, wanted, role_names, by=actor, now=now)
            if user is not None:
                await self.record(
                    tx,
                    EventKind.USER_INVITED,
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

    async def _invite(
        self, tx: RegistrationTx, wanted: Wanted, roles: tuple[RoleName, ...], *, by: UserId | None, now: datetime
    ) -> User | None:
        """Return the new user; None when the address is taken. Raises: RoleNotFound."""
        user = User(
            id=self.ids.user(),
            email=wanted.email,
            first_name=wanted.first_name or NAMELESS,
            last_name=wanted.last_name or NAMELESS,
            status=UserStatus.INVITED,
            created_at=now,
            updated_at=now,
            invitation=self.inviting.invitation(by=by, now=now),
            locale=wanted.locale,
        )
        if not await tx.users.add(user):
            return None
        for role in {USER.name, *roles}:
            await tx.roles.assign(user.id, role, by=by, now=now)
        await self.inviting.send(tx, user, password_version=0, now=now)
        return user
