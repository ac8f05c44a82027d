"""How the roles of a user change, whoever asks for it."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from auth_core.access.delegation import oversteps
from auth_core.access.errors import BeyondYourRights, LastAdministrator, RoleNotFound
from auth_core.access.last_administrator import is_last_administrator
from auth_core.access.model import ADMIN, Assignment, Role, RoleName, tag_of
from auth_core.audit.events import EventKind, Outcome
from auth_core.audit.recorder import Recorder
from auth_core.clock import Clock
from auth_core.errors import AuthError, ChangedMeanwhile
from auth_core.ids import UserId
from auth_core.origin import Origin
from auth_core.revocation.revoking import Revoking
from auth_core.seen import Seen, is_outdated
from auth_core.users.errors import UserNotFound
from auth_core.users.ports import RolesTx

type Names = frozenset[RoleName]
type Held = Mapping[RoleName, Assignment]


@dataclass(frozen=True, slots=True, kw_only=True)
class RoleChanges:
    """Changes the roles of one user in the caller's transaction, in force when that is committed.

    Access tokens the user holds are void then; with the next refresh they get the rights they have. So it is when
    something is given, too: a change is in force or it is not.
    """

    record: Recorder
    revoke: Revoking
    clock: Clock

    async def __call__(
        self,
        tx: RolesTx,
        user_id: UserId,
        change: Callable[[Names], Names],
        *,
        naming: Names,
        seen: Seen = None,
        actor: UserId | None,
        origin: Origin,
    ) -> Held | AuthError:
        """Let the user hold what `change` makes of what they hold, and return that, or what forbids it.

        Every role in `naming` has to be there. A refusal changes nothing and keeps an event.
        """
        held = await tx.roles.lock_held(user_id)
        if held is None:
            return UserNotFound()
        if is_outdated(seen, tag_of_roles(held)):
            return ChangedMeanwhile()
        roles = {role.name: role for role in await tx.roles.list_all()}
        if not naming <= roles.keys():
            return RoleNotFound()
        given, taken = _difference(frozenset(held), change(frozenset(held)))
        if not given and not taken:
            return held

        refusal = await self._refusal(tx, user_id, held, roles, given=given, taken=taken, actor=actor)
        now = self.clock.now()
        if refusal is not None:
            await self.record(
                tx,
                EventKind.USER_ROLES_REFUSED,
                outcome=Outcome.FAILURE,
                at=now,
                origin=origin,
                subject=user_id,
                actor=actor,
                given=_listed(given),
                taken=_listed(taken),
                reason=refusal.code,
            )
            return refusal

        for role in sorted(taken):
            await tx.roles.withdraw(user_id, role)
        for role in sorted(given):
            await tx.roles.assign(user_id, role, by=actor, now=now)
        version = await tx.users.raise_security_version(user_id, now=now)
        if version is not None:
            await self.revoke.user(tx, user_id, least_version=version)
        await self.record(
            tx,
            EventKind.USER_ROLES_CHANGED,
            at=now,
            origin=origin,
            subject=user_id,
            actor=actor,
            given=_listed(given),
            taken=_listed(taken),
        )
        new = {role: Assignment(role=role, at=now, by=actor) for role in given}
        return {role: each for role, each in held.items() if role not in taken} | new

    async def _refusal(
        self,
        tx: RolesTx,
        user_id: UserId,
        held: Held,
        roles: Mapping[RoleName, Role],
        *,
        given: Names,
        taken: Names,
        actor: UserId | None,
    ) -> AuthError | None:
        # What the user holds counts as much as what they are to get: nobody takes roles from somebody above them.
        if await oversteps(tx, actor, {each for role in (*held, *given) for each in roles[role].allows}):
            return BeyondYourRights()
        if ADMIN.name in taken and await is_last_administrator(tx, user_id, held):
            return LastAdministrator()
        return None


def tag_of_roles(roles: Iterable[RoleName]) -> str:
    """What somebody has seen of the roles a user holds: another one when they hold others."""
    return tag_of(*sorted(roles))


def _difference(held: Names, wanted: Names) -> tuple[Names, Names]:
    return wanted - held, held - wanted


def _listed(roles: Names) -> str:
    return " ".join(sorted(roles))
