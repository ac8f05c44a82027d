"""What is told elsewhere: which events of the trail, and what of each.

Nothing in it says who somebody is but their id: no address, name or network address, and no secret. Whoever may know
more asks for it by the id.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Final

from auth_core.audit.events import AuditEvent, EventKind, Outcome

EVERYTHING: Final = "*"
"""Asks for every type there is, and for those that a later release adds."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What is told of a type, besides whom it happened to: details of the event, as they are called there and here.

    `lists` are words with spaces between them there, and lists here.
    """

    meaning: str
    plain: tuple[str, ...] = ()
    lists: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))


_ENDED: Final = ("sessions_ended",)
_ROLES: Final = MappingProxyType({"roles": "roles"})
_RIGHTS: Final = MappingProxyType({"permissions": "permissions", "parents": "parents"})

CATALOGUE: Final[Mapping[EventKind, Told]] = MappingProxyType(
    {
        EventKind.USER_REGISTERED: Told(meaning="Somebody made an account for themselves."),
        EventKind.USER_CREATED: Told(meaning="An administrator made an account.", lists=_ROLES),
        EventKind.USER_IMPORTED: Told(meaning="An account came from another system.", lists=_ROLES),
        EventKind.ADMINISTRATOR_SET_UP: Told(meaning="The first administrator was made."),
        EventKind.USER_UPDATED: Told(
            meaning="Something of a profile is another; `changed` names the fields.",
            lists=MappingProxyType({"fields": "changed"}),
        ),
        EventKind.USER_DISABLED: Told(meaning="A user may not sign in any more.", plain=_ENDED),
        EventKind.USER_ENABLED: Told(meaning="A disabled user may sign in again."),
        EventKind.USER_DELETED: Told(meaning="An account was deleted, and can still be restored.", plain=_ENDED),
        EventKind.USER_RESTORED: Told(meaning="A deleted account is there again."),
        EventKind.USER_ERASED: Told(meaning="Everything personal of an account is gone: erase what you hold of it."),
        EventKind.USER_ROLES_CHANGED: Told(
            meaning="A user was given roles, or they were taken away.",
            lists=MappingProxyType({"given": "given", "taken": "taken"}),
        ),
        EventKind.ROLE_DEFINED: Told(meaning="A role was made or changed.", plain=("role",), lists=_RIGHTS),
        EventKind.ROLE_DELETED: Told(meaning="A role is gone.", plain=("role",), lists=_RIGHTS),
        EventKind.NEW_DEVICE: Told(meaning="Somebody signed in on a device that was not seen before."),
        EventKind.PASSWORD_CHANGED: Told(meaning="Somebody changed their password.", plain=_ENDED),
        EventKind.PASSWORD_RESET: Told(meaning="An administrator gave a user another password.", plain=_ENDED),
        EventKind.PASSWORD_RECOVERED: Told(meaning="Somebody chose a forgotten password anew.", plain=_ENDED),
        EventKind.PASSWORD_CHANGE_DEMANDED: Told(meaning="A user must choose another password."),
        EventKind.EMAIL_VERIFIED: Told(meaning="Somebody proved that they read their address."),
        EventKind.EMAIL_CHANGED: Told(meaning="Another address has taken the place of the one there was."),
        EventKind.EMAIL_CHANGE_UNDONE: Told(
            meaning="A change of address was undone by its owner: the account may have been stolen.", plain=_ENDED
        ),
        EventKind.SESSION_ENDED: Told(meaning="A session has ended; `reason` says why.", plain=("reason",)),
        EventKind.SESSIONS_ENDED: Told(
            meaning="Sessions of a user have ended; `reason` says why.", plain=("reason", *_ENDED)
        ),
        EventKind.REFRESH_TOKEN_REUSED: Told(
            meaning="A refresh token was used twice, as thieves do; its session has ended.", plain=("reason",)
        ),
    }
)
"""Every type there is. What stands here is a promise to receivers: it may grow, and nothing in it is taken away."""


def is_told(event: AuditEvent) -> bool:
    """Say whether subscribers are told of `event`: of what has come about, and never of what was refused."""
    return event.kind in CATALOGUE and event.outcome is Outcome.SUCCESS
