"""Which PostgreSQL, and how long it is waited for."""

from pydantic import Field

from auth_http.settings.defaults import in_words, is_guarded
from auth_http.settings.forms import Secret
from auth_http.settings.subjects.subject import Subject


class DatabaseSettings(Subject):
    """Where everything is stored."""

    database_url: Secret | None = Field(
        default=None,
        json_schema_extra=in_words("an embedded PostgreSQL under AUTH_DATA_DIR; required in staging and production"),
    )
    """The PostgreSQL to use, version 15 or newer: postgresql://user:password@host:5432/database."""

    database_pool_size: int = Field(default=8, ge=2, le=200)
    """Connections a process keeps at most, besides the one over which it follows what is revoked."""

    database_timeout_seconds: float = Field(default=5, ge=0.1, le=60)
    """Seconds a request waits for a connection, and a statement for its answer, before it is given up with 503."""

    database_connect_seconds: float = Field(default=2, ge=0.1, le=60)
    """Seconds to wait for a new connection, at most AUTH_DATABASE_TIMEOUT_SECONDS. It bounds how long after a silent
    network works again the service does; raise it for a database far away.
    """

    database_start_seconds: float = Field(
        default_factory=lambda values: 30 if is_guarded(values) else 0,
        json_schema_extra=in_words("0 in development and test, 30 in staging and production"),
        ge=0,
        le=600,
    )
    """Seconds to wait for the database at start-up, where it may be starting as well."""
