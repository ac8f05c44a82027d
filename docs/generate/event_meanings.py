"""What the audit events and the reasons of an end mean; one that lacks its sentence fails the page."""

from collections.abc import Mapping
from typing import Final

from auth_core.audit.events import EventKind
from auth_core.revocation.model import Reason

MEANINGS: Final[Mapping[EventKind, str]] = {
    EventKind.USER_REGISTERED: "A person made an account for themselves.",
    EventKind.USER_CREATED: "Somebody made an account for another person; `roles` are those given besides `user`.",
    EventKind.USER_UPDATED: "A person changed their names; `fields` says which.",
    EventKind.USER_DISABLED: "An account was closed for use, and its sessions ended.",
    EventKind.USER_ENABLED: "A disabled account was opened again.",
    EventKind.USER_ROLES_CHANGED: "Roles were given to a user (`given`) or taken away (`taken`), in force at once.",
    EventKind.USER_ROLES_REFUSED: (
        "Somebody tried to change the roles of a user beyond their own rights, or those of the last administrator; "
        "`reason` is the code of the error."
    ),
    EventKind.ROLE_DEFINED: "A role was made or changed, in force at once for all who hold it.",
    EventKind.ROLE_DELETED: "A role that nobody held was deleted.",
    EventKind.ROLE_CHANGE_REFUSED: (
        "Somebody tried to change a role beyond their own rights, or one of the system; `reason` is the code."
    ),
    EventKind.LOGGED_IN: "A session was opened.",
    EventKind.LOGIN_FAILED: (
        "A log-in failed. `subject` is empty when no account has the address. What was typed is not kept."
    ),
    EventKind.PASSWORD_CHANGED: "A person changed their password, and their other sessions ended.",
    EventKind.PASSWORD_CHANGE_FAILED: (
        "The current password was wrong, or had just been changed by a simultaneous call."
    ),
    EventKind.STORED_PASSWORD_UNREADABLE: (
        "A log-in failed because the stored hash cannot be read: damage, or a wrong master secret."
    ),
    EventKind.SESSION_ENDED: "One session ended before its time.",
    EventKind.SESSIONS_ENDED: "Every session of a person ended at once.",
    EventKind.REFRESH_TOKEN_REUSED: (
        "A used refresh token was presented too late for a retry, and its session ended: it was stolen."
    ),
    EventKind.REFRESH_TOKEN_IMPOSSIBLE: (
        "A refresh token was presented that has not been issued yet: "
        "our key is known to somebody, or a backup was restored."
    ),
    EventKind.SIGNING_KEY_CREATED: "A signing key was made.",
    EventKind.SIGNING_KEY_REVOKED: "An operator revoked a signing key: every token it has signed is refused.",
}

REASONS: Final[Mapping[Reason, str]] = {
    Reason.LOGGED_OUT: "The person logged out.",
    Reason.LOGGED_OUT_EVERYWHERE: "The person logged out everywhere.",
    Reason.ENDED_BY_USER: "The person ended it from another session.",
    Reason.PASSWORD_CHANGED: "The password was changed in another session.",
    Reason.REFRESH_TOKEN_REUSED: "A used refresh token came back too late.",
    Reason.USER_DISABLED: "The account was disabled.",
}
