"""The address of a database: what people write, brought into the one form the driver takes."""

from dataclasses import dataclass, field
from typing import Final, Self
from urllib.parse import urlencode

from sqlalchemy import URL, make_url
from sqlalchemy.exc import ArgumentError

_DRIVER: Final = "postgresql+asyncpg"
_SCHEMES: Final = {"postgres", "postgresql", _DRIVER}
# What libpq calls these, the driver reads from a connection string only.
_TLS: Final = {
    "sslmode",
    "sslrootcert",
    "sslcert",
    "sslkey",
    "sslpassword",
    "sslcrl",
    "ssl_min_protocol_version",
    "ssl_max_protocol_version",
}
_OTHERS: Final = {"host", "port", "ssl", "target_session_attrs", "prepared_statement_cache_size"}


class InvalidDatabaseAddress(ValueError):
    """The text is no address of a PostgreSQL database. The message says what is wrong and quotes nothing of it."""


@dataclass(frozen=True, slots=True)
class DatabaseAddress:
    """Where the database is and how one signs in; it prints without the password.

    Several hosts are written `postgresql://user:password@/database?host=one:5432&host=two:5432`, with
    `target_session_attrs=primary` to find the one that takes writes. TLS is asked for as everywhere else:
    `sslmode=verify-full&sslrootcert=/path`.
    """

    url: URL = field(repr=False)
    tls: str | None = None

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read an address. Raises: InvalidDatabaseAddress."""
        try:
            url = make_url(text.strip())
        except (ArgumentError, ValueError):
            raise InvalidDatabaseAddress("must read postgresql://user:password@host:5432/database") from None
        if url.drivername not in _SCHEMES:
            raise InvalidDatabaseAddress("must begin with postgresql://")
        if not url.database:
            raise InvalidDatabaseAddress("must name a database after the host: postgresql://…/database")
        unknown = sorted(url.query.keys() - _TLS - _OTHERS)
        if unknown:
            raise InvalidDatabaseAddress(f"has parameters nobody here knows: {', '.join(unknown)}")
        tls = {name: value for name, value in url.query.items() if name in _TLS}
        return cls(
            url.set(drivername=_DRIVER).difference_update_query(_TLS),
            f"postgresql:///?{urlencode(tls)}" if tls else None,
        )

    @property
    def connect_args(self) -> dict[str, str]:
        """What the driver is told besides the URL."""
        return {"dsn": self.tls} if self.tls else {}

    def __str__(self) -> str:
        return self.url.render_as_string(hide_password=True)

    def __repr__(self) -> str:
        return f"{type(self).__name__}({str(self)!r})"
