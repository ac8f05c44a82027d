"""What can go wrong with reading the audit trail."""

from auth_core.errors import Conflict, Fault, Rejected


class InvalidEventCursor(Rejected):
    """The text is no place in the listing. Begin at the first page instead."""

    code = "invalid_event_cursor"
    detail = "This is no place in the audit trail. Leave it out to begin with the first page."

    def __init__(self) -> None:
        super().__init__(Fault("cursor", self.code, self.detail))


class InvalidHead(Rejected):
    """The text is no head that was exported from an audit trail."""

    code = "invalid_audit_head"
    detail = "This is no exported head of an audit trail."

    def __init__(self) -> None:
        super().__init__(Fault("head", self.code, self.detail))


class TrailIsAppendOnly(Conflict):
    """The store lets whoever asks add to the trail and read it, and nothing else."""

    code = "audit_append_only"
    detail = "The role the service uses may only add to the audit trail. Use the one that owns the tables for this."
