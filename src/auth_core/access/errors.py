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
