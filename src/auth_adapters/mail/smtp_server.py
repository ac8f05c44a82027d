"""Where mail is handed in."""

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from pathlib import Path

from auth_core.redacted import Redacted


class MailTls(StrEnum):
    """How the connection is encrypted."""

    STARTTLS = "starttls"
    """It begins in clear and is encrypted before anything is said; without that nothing is sent (port 587)."""
    TLS = "tls"
    """It is encrypted from the start (port 465)."""
    OFF = "off"
    """Not at all: only for a server on the same machine (port 25)."""

    @property
    def port(self) -> int:
        """The port on which this is done, unless one is given."""
        return {MailTls.STARTTLS: 587, MailTls.TLS: 465, MailTls.OFF: 25}[self]


@dataclass(frozen=True, slots=True, kw_only=True)
class SmtpServer:
    """Where mail is handed in, and how. `ca_file` holds the certificates to trust in the place of the system's."""

    host: str
    port: int | None = None
    tls: MailTls = MailTls.STARTTLS
    user: str | None = None
    password: Redacted[str] | None = None
    ca_file: Path | None = None
    timeout: timedelta = timedelta(seconds=10)
