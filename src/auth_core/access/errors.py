"""What can go wrong with roles and permissions."""

from auth_core.errors import Conflict, Fault, Forbidden, NotFound, Rejected


class InvalidPermission(Rejected):
    """The text is no permission."""

    code = "invalid_permission"
    detail = "A permission reads area:action, area:* or *, in lower-case letters, digits, - and _."

    def __init__(self) -> None:
        super().__init__(Fault("permission", self.code, self.detail))


class InvalidRoleName(Rejected):
    """The text cannot name a role."""

    code = "invalid_role_name"
    detail = "A role name has 1 to 63 lower-case letters, digits, - or _, and starts with a letter."

    def __init__(self) -> None:
        super().__init__(Fault("role", self.code, self.detail))


class RoleNotFound(NotFound):
    """No role has this name."""

    code = "role_not_found"
    detail = "There is no such role."


class InvalidDescription(Rejected):
    """The text cannot describe a role."""

    code = "invalid_description"
    detail = "A description has up to 200 characters, all of them printable."

    def __init__(self) -> None:
        super().__init__(Fault("description", self.code, self.detail))


class UnknownParent(Rejected):
    """A role is to inherit from one that is not there."""

    code = "unknown_parent"
    detail = "There is no role of this name to inherit from."

    def __init__(self) -> None:
        super().__init__(Fault("parents", self.code, self.detail))


class RoleExists(Conflict):
    """Another role has this name."""

    code = "role_exists"
    detail = "There is a role of this name already."


class RoleCycle(Conflict):
    """The role would inherit from itself, by itself or by way of others."""

    code = "role_cycle"
    detail = "A role cannot inherit from itself, nor from a role that inherits from it."


class RoleInUse(Conflict):
    """Somebody holds the role, or another role inherits from it."""

    code = "role_in_use"
    detail = "This role is held by somebody, or another role inherits from it."


class SystemRole(Forbidden):
    """The role comes with the service and never changes."""

    code = "system_role"
    detail = "This role comes with the service and cannot be changed."


class PermissionDenied(Forbidden):
    """The caller lacks the permission that is needed."""

    code = "permission_denied"
    detail = "You do not have the permission for this."


class BeyondYourRights(Forbidden):
    """The change is about rights the caller does not hold: nobody gives, takes or changes more than they have."""

    code = "beyond_your_rights"
    detail = "This is about rights that you do not hold yourself."


class LastAdministrator(Conflict):
    """Without this user nobody could administer the service any more."""

    code = "last_administrator"
    detail = "This is the last active administrator. Make somebody else one first."
