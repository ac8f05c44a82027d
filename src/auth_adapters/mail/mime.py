"""A mail as it travels: RFC 5322 and MIME, the same bytes each time for the same mail."""

from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from typing import Final

from auth_core.outbox.model import Mail

# Every line is short and ASCII, so that no server on the way has to touch it.
_ENCODING: Final = "quoted-printable"


def message_of(mail: Mail, *, sender: Address) -> EmailMessage:
    """Return the mail with its headers. Raises: ValueError where a header would hold more than one line."""
    message = EmailMessage(policy=SMTP)
    message["From"] = sender
    message["To"] = Address(addr_spec=mail.to)
    message["Subject"] = mail.subject
    message["Date"] = format_datetime(mail.created_at)
    # Who gets it twice, because a server's answer was lost, is shown it once by any program that looks at this.
    message["Message-ID"] = f"<{mail.id}@{sender.domain}>"
    # RFC 3834 §5, and its namesake elsewhere: nobody's "I am away" comes back to us.
    message["Auto-Submitted"] = "auto-generated"
    message["X-Auto-Response-Suppress"] = "All"
    message.set_content(mail.text, cte=_ENCODING)
    if mail.html:
        message.add_alternative(mail.html, subtype="html", cte=_ENCODING)
        message.set_boundary(f"=_{mail.id.hex}")
    message["Content-Language"] = mail.locale
    return message
