"""A person changes how they are called."""

from dataclasses import dataclass

from auth_core.audit.events import EventKind
from auth_core.audit.recorder import Recorder
from auth_core.clock import Clock
from auth_core.errors import Fault, Rejected
from auth_core.ids import UserId
from auth_core.origin import Origin
from auth_core.unit_of_work import UnitOfWork
from auth_core.users.errors import UserNotFound
from auth_core.users.model import Name, Profile, name
from auth_core.users.ports import ProfileTx


@dataclass(frozen=True, slots=True, kw_only=True)
class UpdateProfile:
    """Change the names that are given and leave the others as they are. Doing it twice is doing it once."""

    uow: UnitOfWork[ProfileTx]
    record: Recorder
    clock: Clock

    async def __call__(
        self, *, user_id: UserId, first_name: str | None = None, last_name: str | None = None, origin: Origin
    ) -> Profile:
        """Return the profile as it is afterwards. Raises: Rejected with every fault at once, UserNotFound."""
        names = _read(first_name=first_name, last_name=last_name)
        now = self.clock.now()
        async with self.uow() as tx:
            principal = await tx.principals.find(user_id)
            user = await tx.users.find(user_id) if principal else None
            changed = {field: new for field, new in names.items() if user is not None and getattr(user, field) != new}
            if changed:
                user = await tx.users.rename(
                    user_id, first_name=changed.get("first_name"), last_name=changed.get("last_name"), now=now
                )
                await self.record(
                    tx,
                    EventKind.USER_UPDATED,
                    at=now,
                    origin=origin,
                    subject=user_id,
                    actor=user_id,
                    fields=" ".join(sorted(changed)),
                )
        if user is None or principal is None:
            raise UserNotFound
        return Profile(user=user, principal=principal)


def _read(**texts: str | None) -> dict[str, Name]:
    names: dict[str, Name] = {}
    faults: list[Fault] = []
    for field, text in texts.items():
        if text is not None:
            try:
                names[field] = name(text, field=field)
            except Rejected as error:
                faults.extend(error.faults)
    if faults:
        raise Rejected(*faults)
    return names
