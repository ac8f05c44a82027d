"""A real PostgreSQL of our own, for the first start that nobody has configured. Linux and macOS.

`EmbeddedPostgres(home).start()` finds or starts the server and gives a `RunningPostgres`, which says how to reach it.
Every call blocks: from a coroutine, `await asyncio.to_thread(server.start)`.
"""

from auth_adapters.postgres.embedded.errors import EmbeddedPostgresError
from auth_adapters.postgres.embedded.running import RunningPostgres
from auth_adapters.postgres.embedded.server import EmbeddedPostgres

__all__ = ["EmbeddedPostgres", "EmbeddedPostgresError", "RunningPostgres"]
