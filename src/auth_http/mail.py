"""Mail, as the settings want it. What it needs is imported only where there is mail."""

import sys
from email.headerregistry import Address
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

from auth_adapters.mail.console import UnsafeConsoleMailer
from auth_adapters.mail.smtp_server import SmtpServer
from auth_core.outbox.ports import Mailer, MailPorts, Wording
from auth_http.exit_codes import CannotRun, ExitCode
from auth_http.settings import Settings
from auth_http.settings.mail import MailMode, sender

if TYPE_CHECKING:
    from auth_adapters.mail.wording import TemplateWording
    from auth_core.outbox.model import Mail

_NOBODY: Final = "no-reply@localhost.localdomain"


def mail_ports(settings: Settings) -> MailPorts | None:
    """Return what turns messages into mail; None where there is no mail. Raises: CannotRun."""
    if settings.mail is MailMode.OFF:
        return None
    return MailPorts(wording=wording(settings), mailer=_mailer(settings))


def wording(settings: Settings) -> "TemplateWording":
    """Return how mails read, with or without anybody to send them. Raises: CannotRun."""
    from auth_adapters.mail.wording import BrokenTemplate, Site, TemplateWording  # noqa: PLC0415 - see above

    from_whom = _sender(settings)
    site = Site(
        name=from_whom.display_name or urlsplit(settings.public_url).hostname or settings.public_url,
        url=settings.public_url,
        pages_url=settings.pages_url,
    )
    try:
        return TemplateWording(site, locale=settings.mail_locale, folder=settings.mail_templates)
    except BrokenTemplate as error:
        raise _unusable(error) from error


def examples(wording: Wording) -> "list[tuple[str, Mail]]":
    """Return every mail in every language, each with its kind: whatever is broken is found. Raises: CannotRun."""
    from auth_adapters.mail.wording import BrokenTemplate, TemplateWording  # noqa: PLC0415 - see above

    if not isinstance(wording, TemplateWording):
        return []
    try:
        return list(wording.examples())
    except BrokenTemplate as error:
        raise _unusable(error) from error


def _unusable(error: Exception) -> CannotRun:
    return CannotRun(f"The mail templates cannot be used: {error}", ExitCode.BAD_SETTINGS)


def _mailer(settings: Settings) -> Mailer:
    if settings.mail is MailMode.CONSOLE or settings.mail_host is None:
        return UnsafeConsoleMailer(sys.stderr)
    from auth_adapters.mail.smtp import SmtpMailer  # noqa: PLC0415 - see above

    server = SmtpServer(
        host=settings.mail_host,
        port=settings.mail_port,
        tls=settings.mail_tls,
        user=settings.mail_user,
        password=settings.mail_password,
        ca_file=settings.mail_ca_file,
        timeout=settings.mail_timeout,
    )
    try:
        return SmtpMailer(server, sender=_sender(settings))
    except OSError:  # ssl.SSLError is one
        raise CannotRun(
            "AUTH_MAIL_CA_FILE cannot be read, or holds no certificates in PEM.", ExitCode.BAD_SETTINGS
        ) from None


def _sender(settings: Settings) -> Address:
    return sender(settings.mail_from or _NOBODY)
