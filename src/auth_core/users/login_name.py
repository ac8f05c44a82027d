"""What log-ins are counted by: the account that is meant, however it is spelled, and whether there is one or not."""

import unicodedata

from auth_core.users.email_address import EmailAddress
from auth_core.users.errors import InvalidEmail


def login_name(email: str) -> str:
    """Return the canonical address; for what can be nobody's address, the text with its spellings folded."""
    try:
        return EmailAddress.parse(email).canonical
    except InvalidEmail:
        return unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", email).casefold()).strip()
