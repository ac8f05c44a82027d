"""How the audit trail is sealed and kept."""

from pydantic import Field

from auth_core.audit.policy import Span
from auth_http.settings.defaults import in_words
from auth_http.settings.subjects.subject import Subject


class AuditSettings(Subject):
    """How the audit trail is kept."""

    audit_seal_seconds: float = Field(default=5, ge=1, le=3600)
    """Seconds between two sealings of the audit trail. What is not sealed yet can be changed unnoticed."""

    audit_retention_days: float | None = Field(default=None, json_schema_extra=in_words("for ever"), ge=1, le=36500)
    """Days for which audit events are kept at least. They go by whole AUTH_AUDIT_STRETCH: up to one of those later."""

    audit_stretch: Span = Field(default=Span.MONTH)
    """How long the stretches are that the audit trail is kept in, and removed by: day, week or month. One should hold
    no more than some two million events, and there should be no more than some fifty of them.
    """

    audit_stretches_ahead: int = Field(default=3, ge=1, le=36)
    """Stretches of the audit trail that are made ahead of time."""
