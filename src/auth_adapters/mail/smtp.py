"""Mail by SMTP (RFC 5321) to a server that delivers it."""

import re
import ssl
from contextlib import suppress
from email.headerregistry import Address
from typing import Final

from auth_adapters.extras import needs
from auth_adapters.mail.mime import message_of
from auth_adapters.mail.smtp_server import MailTls, SmtpServer
from auth_core.outbox.model import Answer, Deferred, Mail, Refused, Sent

with needs("mail"):
    from aiosmtplib import (
        SMTP,
        SMTPAuthenticationError,
        SMTPDataError,
        SMTPException,
        SMTPRecipientRefused,
        SMTPRecipientsRefused,
        SMTPResponseException,
    )

_PERMANENT: Final = range(500, 600)
_ENHANCED: Final = re.compile(r"\b[245]\.\d{1,3}\.\d{1,3}\b")
_LEAVE_TAKING: Final = 2.0
"""Seconds for saying goodbye to a server that has taken the mail already."""


class SmtpMailer:
    """Hands in each mail over a connection of its own, whose other end has shown its certificate."""

    def __init__(self, server: SmtpServer, *, sender: Address) -> None:
        """Take the server. Raises: OSError, ssl.SSLError when `ca_file` cannot be used."""
        self._server = server
        self._sender = sender
        self._tls = None if server.tls is MailTls.OFF else ssl.create_default_context(cafile=server.ca_file)

    async def send(self, mail: Mail) -> Answer:
        content = message_of(mail, sender=self._sender).as_bytes()
        connection = self._connection()
        try:
            await connection.connect()
            await connection.sendmail(self._sender.addr_spec, [mail.to], content)
            await _take_leave(connection)
        except (SMTPException, OSError) as error:
            return _judged(error)
        finally:
            connection.close()
        return Sent()

    def _connection(self) -> SMTP:
        server = self._server
        return SMTP(
            hostname=server.host,
            port=server.port or server.tls.port,
            use_tls=server.tls is MailTls.TLS,
            start_tls=server.tls is MailTls.STARTTLS,
            tls_context=self._tls,
            username=server.user,
            password=server.password.reveal() if server.password else None,
            # What the machine calls itself would be looked up, while nothing else runs.
            local_hostname=self._sender.domain,
            timeout=server.timeout.total_seconds(),
        )


async def _take_leave(connection: SMTP) -> None:
    """Say goodbye: the mail is theirs by now, whatever becomes of that."""
    with suppress(SMTPException, OSError):
        await connection.quit(timeout=_LEAVE_TAKING)


def _judged(error: SMTPException | OSError) -> Answer:
    """Return what a failure means (RFC 5321 §4.2.1). Only this mail, or its recipient, can be refused for good.

    Who we are, where we come from, and whom we talk to can be mended.
    """
    match error:
        case SMTPRecipientsRefused():
            return _judged(error.recipients[0])
        case SMTPRecipientRefused() | SMTPDataError() if error.code in _PERMANENT:
            return Refused(f"The mail server refused it: {_code(error)}.")
        case SMTPAuthenticationError():
            return Deferred(f"The mail server does not accept the user or the password: {_code(error)}.")
        case SMTPResponseException():
            return Deferred(f"The mail server does not take it now: {_code(error)}.")
        case TimeoutError():
            return Deferred("The mail server does not answer in time.")
        case _:
            return Deferred(f"The mail server cannot be reached or trusted, or has hung up: {_cause(error)}.")


def _cause(error: BaseException) -> str:
    """Return what kind of failure began it all; its words may repeat what was sent."""
    while error.__cause__ is not None:
        error = error.__cause__
    return error.verify_message if isinstance(error, ssl.SSLCertVerificationError) else type(error).__name__


def _code(error: SMTPResponseException) -> str:
    """Return the numbers of an answer. Its words may repeat an address, or a link of the mail."""
    enhanced = _ENHANCED.search(error.message)
    return f"{error.code} {enhanced[0]}" if enhanced else str(error.code)
