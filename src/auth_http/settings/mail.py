"""How mail is set up, as far as a setting has a form of its own."""

from email.errors import HeaderParseError
from email.headerregistry import Address
from email.utils import parseaddr
from enum import StrEnum

from auth_core import InvalidEmail
from auth_core.users.email_address import EmailAddress


class MailMode(StrEnum):
    """What becomes of what people are told."""

    OFF = "off"
    CONSOLE = "console"
    SMTP = "smtp"


def sender(given: str) -> Address:
    """Read `Example <no-reply@example.com>`, or the address alone. Raises: ValueError."""
    name, address = parseaddr(given)
    try:
        parsed = EmailAddress.parse(address)
        if not given.isprintable() or given.count("@") != 1:
            raise InvalidEmail
        return Address(display_name=name, addr_spec=parsed.address)
    except (InvalidEmail, HeaderParseError, ValueError):
        raise ValueError(
            "must be an address such as no-reply@example.com, or Example <no-reply@example.com>; what is before the @ "
            "in ASCII"
        ) from None


def checked_sender(given: str) -> str:
    """Return the text if it can be read. Raises: ValueError."""
    sender(given)
    return given
