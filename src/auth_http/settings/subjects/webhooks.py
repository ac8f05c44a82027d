"""Where webhooks may go."""

from pathlib import Path

from pydantic import Field

from auth_http.settings.defaults import in_words
from auth_http.settings.forms import Receivers
from auth_http.settings.subjects.subject import Subject


class WebhookSettings(Subject):
    """Whom webhooks may reach."""

    webhook_networks: Receivers = Field(default=(), json_schema_extra=in_words("none"))
    """Addresses or networks that webhooks may be sent to although they are not of the public internet, with commas
    between them. Whoever may write webhooks can have the service knock at every door in there.
    """

    webhook_unsafe_http: bool = Field(default=False)
    """Whether webhooks may be sent without encryption, for development. Refused in staging and production."""

    webhook_ca_file: Path | None = Field(default=None, json_schema_extra=in_words("those of the system"))
    """A file with the certificates to trust when a receiver shows its own."""

    webhook_timeout_seconds: float = Field(default=15, ge=1, le=60)
    """Seconds a receiver may take to answer."""
