"""What can go wrong with service clients."""

from auth_core.errors import Conflict, Fault, NotFound, Rejected, Unauthenticated
from auth_core.ids import ClientId


class InvalidClient(Unauthenticated):
    """The client is unknown or disabled, or its secret is not right: one error for every cause.

    `client_id` names the client it claimed to be, if there is one. That is for the log; the caller is not told.
    """

    code = "invalid_client"
    detail = "The client is unknown or disabled, or its secret is not right."

    def __init__(self, client_id: ClientId | None = None) -> None:
        super().__init__()
        self.client_id = client_id


class InvalidClientName(Rejected):
    """The text cannot name a client."""

    code = "invalid_client_name"
    detail = "A client name has 1 to 32 lower-case letters, digits, - or _, and starts with a letter."

    def __init__(self) -> None:
        super().__init__(Fault("name", self.code, self.detail))


class UnknownClientPermission(Rejected):
    """There is nothing of this name that a client could be let do."""

    code = "unknown_client_permission"
    detail = "A client can be given tokens:introspect, tokens:revoke and revocations:read."

    def __init__(self) -> None:
        super().__init__(Fault("permissions", self.code, self.detail))


class OverlapTooLong(Rejected):
    """A replaced secret cannot stay good for that long."""

    code = "overlap_too_long"
    detail = "A replaced secret may stay good for 7 days at most."

    def __init__(self) -> None:
        super().__init__(Fault("overlap_seconds", self.code, self.detail))


class ClientNameTaken(Conflict):
    """Another client has this name."""

    code = "client_name_taken"
    detail = "There is a client of this name already."


class ClientNotFound(NotFound):
    """There is no such client."""

    code = "client_not_found"
    detail = "There is no such client."
