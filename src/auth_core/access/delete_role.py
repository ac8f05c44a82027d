"""A role that nobody needs is deleted."""

from dataclasses import dataclass

from auth_core.access.errors import RoleInUse, RoleNotFound
from auth_core.access.model import RoleName, role_name
from auth_core.access.ports import RolesEditTx
from auth_core.access.role_guard import RoleGuard
from auth_core.audit.events import EventKind
from auth_core.audit.recorder import Recorder
from auth_core.clock import Clock
from auth_core.errors import AuthError, ChangedMeanwhile
from auth_core.ids import UserId
from auth_core.origin import Origin
from auth_core.seen import Seen, is_outdated
from auth_core.unit_of_work import UnitOfWork


@dataclass(frozen=True, slots=True, kw_only=True)
class DeleteRole:
    """Delete a role that nobody holds and none inherits from: so nobody's rights change with it."""

    uow: UnitOfWork[RolesEditTx]
    guard: RoleGuard
    record: Recorder
    clock: Clock

    async def __call__(self, *, name: str, seen: Seen = None, actor: UserId | None, origin: Origin) -> None:
        """Delete the role. `actor` is None for the operator of the machine, who may do everything.

        Raises: InvalidRoleName, RoleNotFound, RoleInUse, SystemRole, BeyondYourRights, ChangedMeanwhile unless the role
        is as it was `seen`.
        """
        role = role_name(name)
        async with self.uow() as tx:
            refusal = await self._delete(tx, role, seen, actor=actor, origin=origin)
        if refusal is not None:
            raise refusal

    async def _delete(
        self, tx: RolesEditTx, name: RoleName, seen: Seen, *, actor: UserId | None, origin: Origin
    ) -> AuthError | None:
        await tx.roles.next_version()  # nobody gives it a child meanwhile
        roles = {role.name: role for role in await tx.roles.list_all()}
        role = roles.get(name)
        if role is None:
            return RoleNotFound()
        if is_outdated(seen, role.tag):
            return ChangedMeanwhile()
        refusal = await self.guard(tx, before=role, after=None, actor=actor, origin=origin)
        if refusal is not None:
            return refusal
        if any(name in each.parents for each in roles.values()) or not await tx.roles.remove(name):
            return RoleInUse()
        await self.record(
            tx,
            EventKind.ROLE_DELETED,
            at=self.clock.now(),
            origin=origin,
            subject=None,
            actor=actor,
            role=name,
            permissions=" ".join(sorted(role.permissions)),
            parents=" ".join(sorted(role.parents)),
        )
        return None
