"""Why there is no PostgreSQL of our own."""

from typing import Self


class EmbeddedPostgresError(Exception):
    """The embedded PostgreSQL cannot be had. The message says what happened and how to mend it, and no password."""

    @classmethod
    def quoting(cls, what: str, output: str) -> Self:
        """Say `what`, and let the last lines of the server's own `output` say why."""
        last_lines = "\n".join(f"    {line}" for line in output.strip().splitlines()[-12:])
        return cls(f"{what}\n{last_lines}" if last_lines else what)
