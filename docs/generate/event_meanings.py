"""What the audit events and the reasons of an end mean; one that lacks its sentence fails the page."""

from collections.abc import Mapping
from typing import Final

from auth_core.audit.events import EventKind
from auth_core.revocation.model import Reason

MEANINGS: Final[Mapping[EventKind, str]] = {
    EventKind.USER_REGISTERED: (
        "A person made an account for themselves; as a failure: the address has an account, that of `subject`, who is "
        "told by mail that somebody wanted it."
    ),
    EventKind.USER_CREATED: "Somebody made an account for another person; `roles` are those given besides `user`.",
    EventKind.ADMINISTRATOR_SET_UP: "Whoever had the set-up secret made the first administrator.",
    EventKind.USER_UPDATED: "Names or the address of a person were changed; `fields` says which.",
    EventKind.USER_IMPORTED: (
        "The operator took a person in from another system; `scheme` is that of the hash they brought, `roles` are "
        "theirs."
    ),
    EventKind.USERS_EXPORTED: (
        "The operator began to export all people, of whom there were `users`; `with_password_hashes` is `yes` or `no`."
    ),
    EventKind.USER_UPDATED: "A person changed their names; `fields` says which.",
    EventKind.USER_DISABLED: "An account was closed for use, and its sessions ended.",
    EventKind.USER_ENABLED: "A disabled account was opened again.",
    EventKind.USER_DELETED: "An account was deleted, to be restored if need be, and its sessions ended.",
    EventKind.USER_RESTORED: "A deleted account was given back.",
    EventKind.USER_ERASED: "A deleted account was erased for good, and what the trail held of its owner before that.",
    EventKind.USER_CHANGE_REFUSED: (
        "Somebody tried to act on a user beyond their own rights, to close the account of the last administrator, or "
        "their own without its password: "
        "`attempted` is the event there would have been, `reason` the code of the error."
    ),
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
        "A log-in failed. `subject` is empty when no account has the address. What was typed is not kept. "
        "With a `reason` the password was right, but had to be changed, or the address is not proven yet."
    ),
    EventKind.NEW_DEVICE: (
        "A session was opened on a device on which its user has not been seen, as far as sessions are kept. "
        "The first log-in of an account is not told."
    ),
    EventKind.PASSWORD_CHANGED: "A person changed their password, at a log-in perhaps, and their other sessions ended.",
    EventKind.PASSWORD_CHANGE_FAILED: (
        "The current password was wrong, or had just been changed by a simultaneous call."
    ),
    EventKind.PASSWORD_RESET: (
        "Somebody gave another person a new password, and their sessions ended; "
        "`must_change` says whether it only serves to choose another one."
    ),
    EventKind.PASSWORD_CHANGE_DEMANDED: "A person has to choose another password at their next log-in.",
    EventKind.PASSWORD_RESET_ASKED: (
        "Somebody said that they had forgotten a password, and a mail was sent; as a failure: there is no such account "
        "that could be used, or it was asked for too often."
    ),
    EventKind.PASSWORD_RECOVERED: "A person chose a new password by a mail, and their sessions ended.",
    EventKind.EMAIL_PROOF_ASKED: (
        "Somebody asked for another mail to prove an address with, and it was sent; as a failure: there is nothing to "
        "prove, or it was asked for too often."
    ),
    EventKind.EMAIL_VERIFIED: "A person proved that they read the address of their account.",
    EventKind.EMAIL_CHANGE_ASKED: (
        "A person asked for another address, and a mail went to it; as a failure: the password was wrong."
    ),
    EventKind.EMAIL_CHANGED: "The new address was proven, and is that of the account from now on.",
    EventKind.EMAIL_CHANGE_UNDONE: (
        "Whoever reads the address an account had took it back: it has this address again, its sessions ended, and its "
        "password is good no more. The change was somebody else's."
    ),
    EventKind.STORED_PASSWORD_UNREADABLE: (
        "A log-in failed because the stored hash cannot be read: damage, or a wrong master secret."
    ),
    EventKind.SESSION_ENDED: "One session ended before its time.",
    EventKind.SESSIONS_ENDED: (
        "Every session of a person ended at once, or every one but `session_id`; `sessions_ended` says how many."
    ),
    EventKind.REFRESH_TOKEN_REUSED: (
        "A used refresh token was presented too late for a retry, and its session ended: it was stolen."
    ),
    EventKind.REFRESH_TOKEN_IMPOSSIBLE: (
        "A refresh token was presented that has not been issued yet: "
        "our key is known to somebody, or a backup was restored."
    ),
    EventKind.SIGNING_KEY_CREATED: "A signing key was made.",
    EventKind.SIGNING_KEY_REVOKED: "An operator revoked a signing key: every token it has signed is refused.",
    EventKind.CLIENT_CREATED: "A service client was made; `permissions` are what it may do.",
    EventKind.CLIENT_PERMITTED: "A service client may do `permissions` from now on, and nothing else.",
    EventKind.CLIENT_DISABLED: "A service client was disabled: it is not believed any more.",
    EventKind.CLIENT_ENABLED: "A disabled service client was enabled again.",
    EventKind.CLIENT_SECRET_ROTATED: (
        "A service client got a new secret; the old one is good for another `overlap_seconds`."
    ),
    EventKind.CLIENT_DELETED: "A service client was deleted, and its secrets with it.",
    EventKind.CLIENT_AUTHENTICATION_FAILED: (
        "Somebody claimed to be a service client and was not believed; `reason` is `wrong_secret`, `replaced_secret` "
        "(it was the right one once) or `disabled`. A client that is not there leaves no event."
    ),
    EventKind.MESSAGE_RETRIED: "A message that had been given up is to be delivered after all, by order of `actor`.",
    EventKind.MESSAGE_DROPPED: "A message was taken away before it was delivered, by order of `actor`.",
    EventKind.TRAIL_ERASED: (
        "What the trail held of a person's addresses, devices and details was erased, by order of `actor`."
    ),
    EventKind.TRAIL_SHORTENED: (
        "Events older than `AUTH_AUDIT_RETENTION_DAYS` were removed: all of the batches up to number `through`."
    ),
}

REASONS: Final[Mapping[Reason, str]] = {
    Reason.LOGGED_OUT: "The person logged out.",
    Reason.LOGGED_OUT_EVERYWHERE: "The person logged out everywhere.",
    Reason.ENDED_BY_USER: "The person ended it from another session.",
    Reason.PASSWORD_CHANGED: "The password was changed in another session.",
    Reason.REFRESH_TOKEN_REUSED: "A used refresh token came back too late.",
    Reason.ENDED_BY_ADMINISTRATOR: "An administrator ended it.",
    Reason.PASSWORD_RESET: "An administrator gave the person another password, or they chose one by a mail.",
    Reason.EMAIL_CHANGE_UNDONE: "A change of the address was undone.",
    Reason.USER_DISABLED: "The account was disabled.",
    Reason.USER_DELETED: "The account was deleted.",
    Reason.TOO_MANY_SESSIONS: (
        "The person signed in with as many sessions as `AUTH_MAX_SESSIONS` allows; this one was not used for longest."
    ),
    Reason.REVOKED_BY_CLIENT: "A service revoked one of its tokens; `client_id` in the event says which service.",
}
