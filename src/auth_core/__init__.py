"""User authentication as a library: users, passwords, sessions, tokens, and who may do what.

Pure Python, standard library only. `assemble(ports, policies)` wires the use cases to adapters of your choice; what
goes wrong is one of a few kinds of error, each told by what its receiver can do about it.
"""

from importlib import import_module
from typing import TYPE_CHECKING

from auth_core.access.errors import (
    BeyondYourRights,
    InvalidDescription,
    InvalidPermission,
    InvalidRoleName,
    LastAdministrator,
    PermissionDenied,
    RoleCycle,
    RoleExists,
    RoleInUse,
    RoleNotFound,
    SystemRole,
    UnknownParent,
)
from auth_core.access.model import Principal
from auth_core.access.requirement import Requirement, all_of, any_of
from auth_core.audit.errors import InvalidEventCursor, InvalidHead, TrailIsAppendOnly
from auth_core.audit.policy import AuditPolicy
from auth_core.credentials.passwords.errors import Busy, WeakPassword, WrongPassword
from auth_core.credentials.passwords.policy import BreachFallback, PasswordPolicy
from auth_core.errors import (
    AuthError,
    ChangedMeanwhile,
    Conflict,
    Fault,
    Forbidden,
    NotFound,
    OutcomeUnknown,
    Rejected,
    TooManyAttempts,
    Unauthenticated,
    Unavailable,
)
from auth_core.idempotency.errors import AnsweredBefore, IdempotencyKeyReused, InvalidIdempotencyKey
from auth_core.idempotency.model import Once, Unproven, idempotency_key
from auth_core.idempotency.policy import IdempotencyPolicy
from auth_core.login.errors import InvalidCredentials, PasswordChangeRequired
from auth_core.oauth.errors import (
    ClientNameTaken,
    ClientNotFound,
    InvalidClient,
    InvalidClientName,
    OverlapTooLong,
    UnknownClientPermission,
)
from auth_core.origin import Origin
from auth_core.outbox.errors import MessageNotFound
from auth_core.outbox.policy import DeliveryPolicy
from auth_core.redacted import Redacted
from auth_core.revocation.errors import InvalidCursor, RevocationsUnknown
from auth_core.revocation.policy import AccessCheckMode, Fallback, RevocationPolicy
from auth_core.sessions.errors import InvalidRefreshToken, SessionNotFound
from auth_core.sessions.policy import SessionPolicy
from auth_core.tokens.claims import VerifiedClaims
from auth_core.tokens.errors import (
    ExpiredToken,
    InvalidToken,
    KeysUnknown,
    MalformedToken,
    MissingToken,
    NoSigningKey,
    RevokedToken,
    SigningKeyNotFound,
)
from auth_core.tokens.policy import TokenPolicy
from auth_core.users.errors import (
    EmailTaken,
    InvalidEmail,
    InvalidName,
    InvalidSearch,
    InvalidUserCursor,
    RegistrationClosed,
    SetUpRefused,
    UserDeleted,
    UserNotDeleted,
    UserNotFound,
)
from auth_core.users.policy import RegistrationMode, UserPolicy
from auth_core.verification.errors import NoMail, UnusableToken
from auth_core.verification.policy import VerificationPolicy

if TYPE_CHECKING:
    from auth_core.assembly import Policies, Ports, assemble
    from auth_core.client import Account, AuthClient, IssuedTokens, OwnSession, SignedIn
    from auth_core.guard import CallGuard, requires
    from auth_core.in_process import AuthInProcess
    from auth_core.oauth.model import ClientCredentials
    from auth_core.oauth.policy import ClientPolicy
    from auth_core.rooms import AuthCore
    from auth_core.tokens.late_verifier import LateVerifier
    from auth_core.tokens.ports import TokenVerifier

__all__ = [
    "AccessCheckMode",
    "Account",
    "AnsweredBefore",
    "AuditPolicy",
    "AuthClient",
    "AuthCore",
    "AuthError",
    "AuthInProcess",
    "BeyondYourRights",
    "BreachFallback",
    "Busy",
    "CallGuard",
    "ChangedMeanwhile",
    "ClientCredentials",
    "ClientNameTaken",
    "ClientNotFound",
    "ClientPolicy",
    "Conflict",
    "DeliveryPolicy",
    "EmailTaken",
    "ExpiredToken",
    "Fallback",
    "Fault",
    "Forbidden",
    "IdempotencyKeyReused",
    "IdempotencyPolicy",
    "InvalidClient",
    "InvalidClientName",
    "InvalidCredentials",
    "InvalidCursor",
    "InvalidDescription",
    "InvalidEmail",
    "InvalidEventCursor",
    "InvalidHead",
    "InvalidIdempotencyKey",
    "InvalidName",
    "InvalidPermission",
    "InvalidRefreshToken",
    "InvalidRoleName",
    "InvalidSearch",
    "InvalidToken",
    "InvalidUserCursor",
    "IssuedTokens",
    "KeysUnknown",
    "LastAdministrator",
    "LateVerifier",
    "MalformedToken",
    "MessageNotFound",
    "MissingToken",
    "NoMail",
    "NoSigningKey",
    "NotFound",
    "Once",
    "Origin",
    "OutcomeUnknown",
    "OverlapTooLong",
    "OwnSession",
    "PasswordChangeRequired",
    "PasswordPolicy",
    "PermissionDenied",
    "Policies",
    "Ports",
    "Principal",
    "Redacted",
    "RegistrationClosed",
    "RegistrationMode",
    "Rejected",
    "Requirement",
    "RevocationPolicy",
    "RevocationsUnknown",
    "RevokedToken",
    "RoleCycle",
    "RoleExists",
    "RoleInUse",
    "RoleNotFound",
    "SessionNotFound",
    "SessionPolicy",
    "SetUpRefused",
    "SignedIn",
    "SigningKeyNotFound",
    "SystemRole",
    "TokenPolicy",
    "TokenVerifier",
    "TooManyAttempts",
    "TrailIsAppendOnly",
    "Unauthenticated",
    "Unavailable",
    "UnknownClientPermission",
    "UnknownParent",
    "Unproven",
    "UnusableToken",
    "UserDeleted",
    "UserNotDeleted",
    "UserNotFound",
    "UserPolicy",
    "VerificationPolicy",
    "VerifiedClaims",
    "WeakPassword",
    "WrongPassword",
    "all_of",
    "any_of",
    "assemble",
    "idempotency_key",
    "requires",
]


_FETCHED = {
    "assembly": ("AuthCore", "Policies", "Ports", "assemble"),
    "client": ("Account", "AuthClient", "IssuedTokens", "OwnSession", "SignedIn"),
    "guard": ("CallGuard", "requires"),
    "in_process": ("AuthInProcess",),
    "oauth.model": ("ClientCredentials",),
    "oauth.policy": ("ClientPolicy",),
    "tokens.late_verifier": ("LateVerifier",),
    "tokens.ports": ("TokenVerifier",),
}
_MODULES = {name: f"{__name__}.{module}" for module, names in _FETCHED.items() for name in names}


def __getattr__(name: str) -> object:
    """Fetch what stands on the wiring or on ports when it is first asked for: who needs errors only need not wait."""
    if name not in _MODULES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    found: object = getattr(import_module(_MODULES[name]), name)
    globals()[name] = found
    return found
