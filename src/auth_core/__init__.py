"""User authentication as a library: users, passwords, sessions, tokens, and who may do what.

Pure Python, standard library only. `assemble(ports, policies)` wires the use cases to adapters of your choice; what
goes wrong is one of a few kinds of error, each told by what its receiver can do about it.
"""

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
from auth_core.credentials.passwords.errors import Busy, WeakPassword, WrongPassword
from auth_core.credentials.passwords.policy import PasswordPolicy
from auth_core.errors import (
    AuthError,
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
from auth_core.login.errors import InvalidCredentials
from auth_core.origin import Origin
from auth_core.redacted import Redacted
from auth_core.revocation.errors import InvalidCursor, RevocationsUnknown
from auth_core.revocation.policy import AccessCheckMode, Fallback, RevocationPolicy
from auth_core.sessions.errors import InvalidRefreshToken, SessionNotFound
from auth_core.sessions.policy import SessionPolicy
from auth_core.tokens.claims import VerifiedClaims
from auth_core.tokens.errors import (
    ExpiredToken,
    InvalidToken,
    MalformedToken,
    NoSigningKey,
    RevokedToken,
    SigningKeyNotFound,
)
from auth_core.tokens.policy import TokenPolicy
from auth_core.tokens.ports import TokenVerifier
from auth_core.users.errors import EmailTaken, InvalidEmail, InvalidName, RegistrationClosed, UserNotFound
from auth_core.users.policy import RegistrationMode, UserPolicy

if TYPE_CHECKING:
    from auth_core.assembly import AuthCore, Policies, Ports, assemble

__all__ = [
    "AccessCheckMode",
    "AuthCore",
    "AuthError",
    "BeyondYourRights",
    "Busy",
    "Conflict",
    "EmailTaken",
    "ExpiredToken",
    "Fallback",
    "Fault",
    "Forbidden",
    "InvalidCredentials",
    "InvalidCursor",
    "InvalidDescription",
    "InvalidEmail",
    "InvalidName",
    "InvalidPermission",
    "InvalidRefreshToken",
    "InvalidRoleName",
    "InvalidToken",
    "LastAdministrator",
    "MalformedToken",
    "NoSigningKey",
    "NotFound",
    "Origin",
    "OutcomeUnknown",
    "PasswordPolicy",
    "PermissionDenied",
    "Policies",
    "Ports",
    "Principal",
    "Redacted",
    "RegistrationClosed",
    "RegistrationMode",
    "Rejected",
    "RevocationPolicy",
    "RevocationsUnknown",
    "RevokedToken",
    "RoleCycle",
    "RoleExists",
    "RoleInUse",
    "RoleNotFound",
    "SessionNotFound",
    "SessionPolicy",
    "SigningKeyNotFound",
    "SystemRole",
    "TokenPolicy",
    "TokenVerifier",
    "TooManyAttempts",
    "Unauthenticated",
    "Unavailable",
    "UnknownParent",
    "UserNotFound",
    "UserPolicy",
    "VerifiedClaims",
    "WeakPassword",
    "WrongPassword",
    "assemble",
]


def __getattr__(name: str) -> object:
    """Fetch the wiring when it is first asked for: a service that only reads tokens does not pay for it."""
    if name in {"AuthCore", "Policies", "Ports", "assemble"}:
        from auth_core import assembly  # noqa: PLC0415 - see above: importing it doubles the time of `import auth_core`

        return getattr(assembly, name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
