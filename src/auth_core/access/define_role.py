"""A role is made or changed, in force at once for everybody who holds it."""

from collections.abc import Collection
from dataclasses import dataclass

from auth_core.access.draft import Expected, RoleDraft, read_draft
from auth_core.access.errors import RoleCycle, RoleExists, RoleNotFound, UnknownParent
from auth_core.access.hierarchy import Roles, with_role
from auth_core.access.model import Role, RoleName
from auth_core.access.ports import RolesEditTx
from auth_core.access.role_guard import RoleGuard
from auth_core.audit.events import EventKind
from auth_core.audit.recorder import Recorder
from auth_core.clock import Clock
from auth_core.errors import AuthError, ChangedMeanwhile
from auth_core.idempotency.first_answers import FirstAnswers
from auth_core.idempotency.model import Once
from auth_core.ids import UserId
from auth_core.origin import Origin
from auth_core.revocation.revoking import Revoking
from auth_core.seen import Seen, is_outdated
from auth_core.unit_of_work import UnitOfWork


@dataclass(frozen=True, slots=True, kw_only=True)
class DefineRole:
    """Let there be a role that allows and inherits exactly this. Repeating it changes nothing.

    What follows for roles that inherit from it is worked out here, once, and not by whoever reads somebody's rights.
    Access tokens of all holders are void with the acknowledgement, by one revocation for each role that changes.
    """

    uow: UnitOfWork[RolesEditTx]
    guard: RoleGuard
    record: Recorder
    revoke: Revoking
    clock: Clock
    answers: FirstAnswers

    async def __call__(
        self,
        *,
        name: str,
        description: str = "",
        permissions: Collection[str] = (),
        parents: Collection[str] = (),
        expected: Expected = Expected.EITHER,
        seen: Seen = None,
        actor: UserId | None,
        origin: Origin,
        once: Once[Role] | None = None,
    ) -> Role:
        """Return the role as it is now. `actor` is None for the operator of the machine, who may do everything.

        Anybody else has to hold every right the role allows, before and after.
        Raises: InvalidRoleName, Rejected, UnknownParent, RoleExists, RoleNotFound, RoleCycle, SystemRole,
        BeyondYourRights, ChangedMeanwhile unless the role is as it was `seen`; AnsweredBefore, IdempotencyKeyReused.
        """
        draft = read_draft(name=name, description=description, permissions=permissions, parents=parents)
        async with self.uow() as tx, self.answers(tx, once) as outcome:
            role = await self._define(tx, draft, expected, seen, actor=actor, origin=origin)
            if not isinstance(role, AuthError):
                outcome.be(role)
        if isinstance(role, AuthError):
            raise role
        return role

    async def _define(
        self,
        tx: RolesEditTx,
        draft: RoleDraft,
        expected: Expected,
        seen: Seen,
        *,
        actor: UserId | None,
        origin: Origin,
    ) -> Role | AuthError:
        version = await tx.roles.next_version()
        roles = {role.name: role for role in await tx.roles.list_all()}
        before = roles.get(draft.name)
        if before is None and expected is Expected.PRESENT:
            return RoleNotFound()
        if before is not None and expected is Expected.ABSENT:
            return RoleExists()
        if before is not None and is_outdated(seen, before.tag):
            return ChangedMeanwhile()
        try:
            after = with_role(roles, draft.role, version=version)
        except (UnknownParent, RoleCycle) as error:
            return error
        role = after[draft.name]
        refusal = await self.guard(tx, before=before, after=role, actor=actor, origin=origin)
        if refusal is not None or role == before:
            return refusal or role

        await tx.roles.keep(*(each for name, each in after.items() if each != roles.get(name)))
        await self.revoke.roles(tx, _void(roles, after, version), least_version=version)
        await self.record(
            tx,
            EventKind.ROLE_DEFINED,
            at=self.clock.now(),
            origin=origin,
            subject=None,
            actor=actor,
            role=role.name,
            permissions=" ".join(sorted(role.permissions)),
            parents=" ".join(sorted(role.parents)),
        )
        return role


def _void(before: Roles, after: Roles, version: int) -> list[RoleName]:
    """Return the roles there were whose rights have changed: tokens that name them say what is true no more."""
    return [name for name, role in after.items() if name in before and role.version == version]
