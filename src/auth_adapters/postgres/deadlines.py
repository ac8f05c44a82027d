"""How long anything that waits for the database may wait."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Self

from auth_adapters.postgres.schema import SCHEMA


@dataclass(frozen=True, slots=True, kw_only=True)
class Deadlines:
    """Every wait has an end.

    `acquire`: for a free connection; `connect`: for a new one; `statement`: for an answer, as the server counts;
    `lock`: for a row that somebody else holds; `idle_in_transaction`: how long the server lets a transaction of ours
    sit idle; `answer`: how long we wait for anything at all, when the server is frozen or the network is gone.
    """

    acquire: timedelta = timedelta(seconds=5)
    connect: timedelta = timedelta(seconds=2)
    statement: timedelta = timedelta(seconds=5)
    lock: timedelta = timedelta(seconds=4)
    idle_in_transaction: timedelta = timedelta(seconds=10)
    answer: timedelta = timedelta(seconds=6)

    def __post_init__(self) -> None:
        if not timedelta(0) < self.lock <= self.statement < self.answer:
            raise ValueError("lock, statement and answer must be ever longer waits")

    @classmethod
    def of(cls, patience: timedelta, *, connect: timedelta | None = None) -> Self:
        """Return deadlines under which nothing waits much longer than `patience` for one step.

        A new connection is waited for that long too, or as long as `connect` says. When a silent network speaks again,
        those who wait for one over the old silence are the last to notice.
        """
        return cls(
            acquire=patience,
            connect=patience if connect is None else min(patience, connect),
            statement=patience,
            lock=patience * 0.8,
            idle_in_transaction=patience * 2,
            answer=patience * 1.2,
        )

    @property
    def from_write_to_commit(self) -> timedelta:
        """How long it may be until what a transaction writes is committed, if one more statement follows.

        We may take our time before that statement and before COMMIT; then the server lets the transaction go.
        """
        return self.idle_in_transaction + self.statement + self.idle_in_transaction + self.answer

    @property
    def server_settings(self) -> dict[str, str]:
        """What the server is told when a connection begins."""
        return {
            "application_name": "auth-service",
            # Nothing of ours is found by searching; and nothing that others put into `public` is found in its place.
            "search_path": SCHEMA,
            # Every race is decided by a row that is looked at again once it is free, as READ COMMITTED does.
            "default_transaction_isolation": "read committed",
            "statement_timeout": _milliseconds(self.statement),
            "lock_timeout": _milliseconds(self.lock),
            "idle_in_transaction_session_timeout": _milliseconds(self.idle_in_transaction),
        }


def _milliseconds(wait: timedelta) -> str:
    return str(max(1, wait // timedelta(milliseconds=1)))
