"""Roles are given to a user and taken away, in force at once."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from auth_core.access.model import Assignment, role_name
from auth_core.errors import AuthError
from auth_core.ids import UserId
from auth_core.origin import Origin
from auth_core.seen import Seen
from auth_core.unit_of_work import UnitOfWork
from auth_core.users.ports import RolesTx
from auth_core.users.role_changes import Held, RoleChanges


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeRoles:
    """Give some roles and take some away, and leave the others. Repeating it changes nothing."""

    uow: UnitOfWork[RolesTx]
    change: RoleChanges

    async def __call__(
        self,
        *,
        user_id: UserId,
        add: Collection[str] = (),
        remove: Collection[str] = (),
        actor: UserId | None,
        origin: Origin,
    ) -> Sequence[Assignment]:
        """Return the roles the user holds now, by name; what is both added and removed is removed.

        `actor` is None for the operator of the machine, who may do everything. Anybody else has to hold every right
        the user has and gets.
        Raises: InvalidRoleName, UserNotFound, RoleNotFound, BeyondYourRights, LastAdministrator.
        """
        added, removed = frozenset(map(role_name, add)), frozenset(map(role_name, remove))
        async with self.uow() as tx:
            outcome = await self.change(
                tx,
                user_id,
                lambda held: (held | added) - removed,
                naming=added | removed,
                actor=actor,
                origin=origin,
            )
        return _told(outcome)


@dataclass(frozen=True, slots=True, kw_only=True)
class SetRoles:
    """Let a user hold exactly these roles. Repeating it changes nothing."""

    uow: UnitOfWork[RolesTx]
    change: RoleChanges

    async def __call__(
        self, *, user_id: UserId, roles: Collection[str], seen: Seen = None, actor: UserId | None, origin: Origin
    ) -> Sequence[Assignment]:
        """Do what `ChangeRoles` does, with the same errors, for all roles of the user at once.

        Raises besides: ChangedMeanwhile unless they are those that were `seen`, by `tag_of_roles`.
        """
        wanted = frozenset(map(role_name, roles))
        async with self.uow() as tx:
            outcome = await self.change(
                tx, user_id, lambda _: wanted, naming=wanted, seen=seen, actor=actor, origin=origin
            )
        return _told(outcome)


def _told(outcome: Held | AuthError) -> Sequence[Assignment]:
    # Raised outside the transaction, which keeps the event that tells of the refusal.
    if isinstance(outcome, AuthError):
        raise outcome
    return [outcome[role] for role in sorted(outcome)]
