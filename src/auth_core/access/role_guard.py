"""What forbids a change of a role: that it is the system's, or allows more than whoever asks for it may do."""

from dataclasses import dataclass

from auth_core.access.delegation import oversteps
from auth_core.access.errors import BeyondYourRights, SystemRole
from auth_core.access.model import Role
from auth_core.access.ports import RolesEditTx
from auth_core.audit.events import EventKind, Outcome
from auth_core.audit.recorder import Recorder
from auth_core.clock import Clock
from auth_core.errors import AuthError
from auth_core.ids import UserId
from auth_core.origin import Origin


@dataclass(frozen=True, slots=True, kw_only=True)
class RoleGuard:
    """Says what forbids a change of a role, and writes it down."""

    record: Recorder
    clock: Clock

    async def __call__(
        self, tx: RolesEditTx, *, before: Role | None, after: Role | None, actor: UserId | None, origin: Origin
    ) -> AuthError | None:
        """Return why `before` may not become `after`, None when it may; None stands for a role that is not there.

        What the role allows counts before and after: nobody weakens a role above their own rights either.
        """
        refusal = await self._refusal(tx, before=before, after=after, actor=actor)
        if refusal is not None:
            named = before or after
            await self.record(
                tx,
                EventKind.ROLE_CHANGE_REFUSED,
                outcome=Outcome.FAILURE,
                at=self.clock.now(),
                origin=origin,
                subject=None,
                actor=actor,
                role=named.name if named else "",
                reason=refusal.code,
            )
        return refusal

    async def _refusal(
        self, tx: RolesEditTx, *, before: Role | None, after: Role | None, actor: UserId | None
    ) -> AuthError | None:
        if before is not None and before.system:
            return SystemRole()
        rights = {each for role in (before, after) if role is not None for each in role.allows}
        return BeyondYourRights() if await oversteps(tx, actor, rights) else None
