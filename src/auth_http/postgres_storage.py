"""PostgreSQL as the storage of the service: a server that is given, or one of our own."""

import asyncio
import threading
import time
from collections.abc import Mapping
from datetime import timedelta
from typing import Final

from auth_adapters.postgres import (
    Database,
    DatabaseFault,
    Deadlines,
    InvalidDatabaseAddress,
    SchemaState,
    migrate,
    schema_state,
)
from auth_adapters.postgres.embedded import EmbeddedPostgres, EmbeddedPostgresError, RunningPostgres
from auth_adapters.postgres.violations import sqlstate_of
from auth_core import Redacted, Unavailable
from auth_http.exit_codes import CannotRun, ExitCode
from auth_http.settings import Settings

EMBEDDED_FOLDER: Final = "postgres"
"""Where under AUTH_DATA_DIR the embedded server keeps its data."""

_BETWEEN_ATTEMPTS: Final = 0.5
_REASONS: Final = {
    "28": "it refuses the user or the password",
    "3D000": "it has no database of this name",
    "42501": "it does not let this user do what is needed",
    "53300": "it has no connection left for us",
    "57P03": "it is still starting, or stopping",
}


class PostgresStorage:
    """Finds or starts the server, sees to the schema, and answers for both."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._embedded: RunningPostgres | None = None
        self._starting_or_stopping = threading.Lock()  # who is cancelled while it starts stops it when it has started
        self._database: Database | None = None

    @property
    def database(self) -> Database:
        """The connections. There are none before the storage was opened or reached."""
        if self._database is None:
            raise RuntimeError("the storage is not open")
        return self._database

    @property
    def address(self) -> Redacted[str]:
        """Where the database is, with the password."""
        if self._settings.database_url is not None:
            return self._settings.database_url
        if self._embedded is None:
            raise RuntimeError("the storage is not open")
        return Redacted(self._embedded.url())

    @property
    def description(self) -> str:
        if self._settings.database_url is None:
            return f"an embedded PostgreSQL in {self._home}"
        return f"PostgreSQL at {self._database.address.url.host or 'its address'}" if self._database else "PostgreSQL"

    async def open(self) -> None:
        """Reach the server and see that its schema is up to date. Raises: CannotRun."""
        await self.reach()
        if await schema_state(self.database) is not SchemaState.BEHIND:
            return
        if not self._settings.makes_things_up:
            raise CannotRun(
                "The database lacks migrations. Apply them with: auth-service migrate.", ExitCode.BAD_SETTINGS
            )
        await migrate(self.address)

    async def reach(self) -> None:
        """Find or start the server and wait until it answers; leave the schema as it is. Raises: CannotRun."""
        if self._settings.database_url is None and self._embedded is None:
            await asyncio.to_thread(self._start_embedded)
        if self._database is None:
            self._database = self._connect(self.address)
        patience = time.monotonic() + self._settings.database_start_seconds
        while True:
            try:
                await schema_state(self._database)
            except (Unavailable, DatabaseFault) as error:
                if time.monotonic() >= patience:
                    raise CannotRun(self._why(error)) from None
            else:
                return
            await asyncio.sleep(_BETWEEN_ATTEMPTS)

    async def check(self) -> Mapping[str, str | None]:
        """Ask the server, by one statement, what it is migrated to."""
        if self._database is None:
            return {"database": "not open"}
        try:
            state = await schema_state(self._database)
        except (Unavailable, DatabaseFault):
            return {"database": "does not answer"}
        return {"database": None, "migrations": "missing" if state is SchemaState.BEHIND else None}

    async def disconnect(self) -> None:
        """Close the connections; the next use opens others."""
        if self._database is not None:
            await self._database.close()

    async def close(self) -> None:
        """Close the connections, and stop the embedded server if we started it and nobody else uses it."""
        await self.disconnect()
        self._database = None
        if self._settings.database_url is None:
            await asyncio.to_thread(self._stop_embedded)

    @property
    def _home(self) -> str:
        return str(self._settings.data_dir / EMBEDDED_FOLDER)

    def _start_embedded(self) -> None:
        if not self._settings.makes_things_up:  # the settings refuse it, and so would we
            raise CannotRun("AUTH_DATABASE_URL is missing.", ExitCode.BAD_SETTINGS)
        try:
            with self._starting_or_stopping:
                self._embedded = EmbeddedPostgres(self._settings.data_dir / EMBEDDED_FOLDER).start()
                self._embedded.create_database()
        except EmbeddedPostgresError as error:
            raise CannotRun(str(error)) from None

    def _stop_embedded(self) -> None:
        with self._starting_or_stopping:
            if self._embedded is not None:
                self._embedded.stop_if_unused()
                self._embedded = None

    def _connect(self, address: Redacted[str]) -> Database:
        try:
            return Database(
                address,
                pool_size=self._settings.database_pool_size,
                deadlines=Deadlines.of(
                    timedelta(seconds=self._settings.database_timeout_seconds),
                    connect=timedelta(seconds=self._settings.database_connect_seconds),
                ),
            )
        except InvalidDatabaseAddress as error:
            raise CannotRun(f"AUTH_DATABASE_URL {error}.", ExitCode.BAD_SETTINGS) from None

    def _why(self, error: Exception) -> str:
        """Say who does not answer and why, as far as the server says so; and nothing that could hold the password."""
        url = self.database.address.url
        where = f"{url.host}:{url.port or 5432}" if url.host else "its address"
        state = (sqlstate_of(error.__cause__) if error.__cause__ else None) or getattr(error, "sqlstate", None) or ""
        reason = next((reason for begin, reason in _REASONS.items() if state.startswith(begin)), None)
        return (
            f"The database at {where} cannot be used: {reason or 'nobody answers there'}. "
            "Check AUTH_DATABASE_URL and that the server runs."
        )
