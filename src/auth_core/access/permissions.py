"""The permissions this service itself asks for: the one list. Other services choose names of their own."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from auth_core.access.model import Permission

AUDIT_READ: Final = Permission("audit:read")
CLIENTS_READ: Final = Permission("clients:read")
CLIENTS_WRITE: Final = Permission("clients:write")
REVOCATIONS_READ: Final = Permission("revocations:read")
ROLES_ASSIGN: Final = Permission("roles:assign")
ROLES_READ: Final = Permission("roles:read")
ROLES_WRITE: Final = Permission("roles:write")
SESSIONS_READ: Final = Permission("sessions:read")
SESSIONS_REVOKE: Final = Permission("sessions:revoke")
USERS_READ: Final = Permission("users:read")
USERS_WRITE: Final = Permission("users:write")

OUR_PERMISSIONS: Final[Mapping[Permission, str]] = MappingProxyType(
    {
        AUDIT_READ: "See what happened: who did what to whom, when and from where.",
        CLIENTS_READ: "See which services may ask, and what.",
        CLIENTS_WRITE: "Make, change and delete clients of services, as far as one's own rights go.",
        REVOCATIONS_READ: "Follow what is revoked, as a service that accepts our tokens does.",
        ROLES_READ: "See the roles there are, who holds them, and why somebody may do something.",
        ROLES_WRITE: "Define, change and delete roles, as far as one's own rights go.",
        ROLES_ASSIGN: "Give roles to users and take them away, as far as one's own rights go.",
        USERS_READ: "Look for users, and see their names, addresses, status and roles.",
        SESSIONS_READ: "See where other users are signed in.",
        SESSIONS_REVOKE: "End the sessions of other users, as far as one's own rights go.",
        USERS_WRITE: (
            "Create users, change, disable, delete and restore them, and reset their passwords, "
            "as far as one's own rights go."
        ),
    }
)
