"""How mail is sent, and how long the links in it are good."""

from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path
from typing import Annotated, Any

from pydantic import AfterValidator, Field

from auth_adapters.mail.smtp_server import MailTls
from auth_http.settings.defaults import in_words, local_address
from auth_http.settings.forms import Secret, SiteAddress
from auth_http.settings.mail import MailMode, checked_sender
from auth_http.settings.stage import Stage
from auth_http.settings.subjects.subject import Subject


def _mail_mode(values: Mapping[str, Any]) -> MailMode:
    if values.get("mail_host"):
        return MailMode.SMTP
    return MailMode.CONSOLE if values.get("env") is Stage.DEVELOPMENT else MailMode.OFF


class MailSettings(Subject):
    """What is told by mail, and through whom."""

    mail_host: str | None = Field(default=None, json_schema_extra=in_words("none"), min_length=1, max_length=253)
    """The mail server that takes mail from us and delivers it."""

    mail: MailMode = Field(
        default_factory=_mail_mode,
        json_schema_extra=in_words(
            "smtp where AUTH_MAIL_HOST is given, otherwise console in development, off elsewhere"
        ),
    )
    """What becomes of what people are told: smtp (it is sent), console (it is printed, for development only) or off
    (nobody is told anything).
    """

    mail_from: Annotated[str, AfterValidator(checked_sender)] | None = Field(
        default=None, json_schema_extra=in_words("none; required for smtp")
    )
    """From whom mails come: Example <no-reply@example.com>. The name is what mails call the service."""

    mail_tls: MailTls = Field(default=MailTls.STARTTLS)
    """How the connection to the mail server is encrypted: starttls, tls (from the start) or off. Its certificate is
    checked. off is refused in staging and production unless the server is on this machine.
    """

    mail_port: int | None = Field(
        default=None, json_schema_extra=in_words("587 for starttls, 465 for tls, 25 for off"), ge=1, le=65535
    )
    """The port of the mail server."""

    mail_user: str | None = Field(default=None, json_schema_extra=in_words("none"), min_length=1)
    """The user to sign in to the mail server as."""

    mail_password: Secret | None = Field(default=None, json_schema_extra=in_words("none"))
    """The password of that user."""

    mail_ca_file: Path | None = Field(default=None, json_schema_extra=in_words("those of the system"))
    """A file with the certificates to trust when the mail server shows its own."""

    mail_timeout_seconds: float = Field(default=10, ge=1, le=30)
    """Seconds to wait for each answer of the mail server."""

    mail_locale: str = Field(default="en", min_length=2, max_length=35)
    """The language of mails to whoever reads none of the others there are templates for: en, de, or one of your own."""

    mail_templates: Path | None = Field(default=None, json_schema_extra=in_words("none"))
    """A folder with templates that come before ours; `auth-service mail templates` copies ours to begin with."""

    pages_url: SiteAddress = Field(
        default_factory=lambda values: values.get("public_url", local_address(values)),
        json_schema_extra=in_words("AUTH_PUBLIC_URL"),
    )
    """The address of the pages that links in mails lead to, such as https://www.example.com/account. A link is this
    with the name of the page, and the token behind a #.
    """

    verify_email_hours: float = Field(default=24, ge=0.1, le=720)
    """Hours for which the link in a mail proves an address."""

    reset_password_minutes: float = Field(default=60, ge=5, le=60)
    """Minutes for which the link in a mail lets a new password be chosen."""

    invitation_days: float = Field(default=7, ge=0.1, le=90)
    """Days for which the link in a mail lets an invitation be accepted."""

    undo_email_change_days: float = Field(default=7, ge=1, le=90)
    """Days for which the old address of an account can undo that it was changed."""

    mails_per_hour: int = Field(default=5, ge=1, le=100)
    """Mails of one kind that one address gets within an hour at anybody's request. Who asks for more is answered as
    ever, and nothing is sent.
    """

    delivery: bool = Field(default=True)
    """Whether `auth-service serve` delivers mail and webhooks; off where `auth-service worker` does."""

    message_retention_days: float = Field(default=30, ge=0, le=3650)
    """Days for which it can be seen what became of a message, or of a delivery to a webhook."""

    @property
    def mail_timeout(self) -> timedelta:
        """How long the mail server is waited for."""
        return timedelta(seconds=self.mail_timeout_seconds)
