"""What is committed, read after every commit, and handed to the ledger of the simulation as what has changed."""

from dataclasses import dataclass, field
from typing import Any, Final

from sqlalchemy import Select, bindparam, select
from sqlalchemy.ext.asyncio import AsyncConnection

from auth_adapters.postgres.audit import AuditEventRecord, _event_in
from auth_adapters.postgres.passwords import PASSWORDS, password_in
from auth_adapters.postgres.revocation import REVOCATIONS
from auth_adapters.postgres.schema import table_of
from auth_adapters.postgres.sessions import SESSIONS, _session_in
from auth_adapters.postgres.users import USERS, user_in
from auth_core.ids import SessionId, UserId
from auth_core.revocation.model import Revocation, SessionRevocation, UserRevocation
from auth_core.revocation.revoked_set import RevokedSet
from auth_core.sessions.model import Session
from tests.proof.simulation.accounts import UserRow
from tests.proof.simulation.ledger import Ledger
from tests.proof.simulation.points import Key
from tests.proof.simulation.rows import Change, Rows

_EVENTS: Final = table_of(AuditEventRecord)
_OF_USER: Final[tuple[tuple[str, Select[Any]], ...]] = (
    ("user", select(USERS).where(USERS.c.id == bindparam("user_id"))),
    (
        "password",
        select(PASSWORDS)
        .add_columns(PASSWORDS.c.version.label("password_version"))
        .where(PASSWORDS.c.user_id == bindparam("user_id")),
    ),
    ("session", select(SESSIONS).where(SESSIONS.c.user_id == bindparam("user_id")).order_by(SESSIONS.c.id)),
    ("event", select(_EVENTS).where(_EVENTS.c.subject == bindparam("user_id")).order_by(_EVENTS.c.id)),
    (
        "revocation",
        select(REVOCATIONS)
        .where(
            (REVOCATIONS.c.subject == bindparam("user_id"))
            | REVOCATIONS.c.subject.in_(select(SESSIONS.c.id).where(SESSIONS.c.user_id == bindparam("user_id")))
        )
        .order_by(REVOCATIONS.c.id),
    ),
)


def _value_in(table: str, row: Any) -> tuple[object, object]:  # noqa: ANN401 - each table has rows of its own
    """Return the identity of a row and what it is to the core."""
    match table:
        case "user":
            return row.id, UserRow(user_in(row), row.security_version)
        case "password":
            return row.user_id, password_in(row, user_id=UserId(row.user_id))
        case "session":
            return row.id, _session_in(row)
        case "event":
            return row.id, _event_in(row)
        case _ if row.least_version is None:
            return row.id, SessionRevocation(session_id=SessionId(row.subject), until=row.until)
        case _:
            return row.id, UserRevocation(user_id=UserId(row.subject), least_version=row.least_version, until=row.until)


@dataclass(slots=True)
class Records:
    """The rows of one person. Raises: AssertionError for a commit that should not have been."""

    connection: AsyncConnection
    user_id: UserId
    ledger: Ledger
    revoked: RevokedSet = field(default_factory=lambda: RevokedSet(most=1000))
    rows: Rows = field(init=False)

    def __post_init__(self) -> None:
        self.rows = Rows({}, watcher=lambda changes: self.ledger.commit(changes, self.rows))

    async def begin(self) -> None:
        """Take what there is for granted."""
        self.rows.committed.update(await self._read())

    async def has_committed(self) -> None:
        """Find out what has changed, and take it into account."""
        found = await self._read()
        committed = self.rows.committed
        changes = [Change(key, committed.get(key), new) for key, new in found.items() if committed.get(key) != new]
        assert committed.keys() <= found.keys(), "a row has gone"
        committed.update(found)
        self._revoke(changes)
        if changes:
            self.rows.watcher([each for each in changes if each.key[0] != "revocation"])

    async def _read(self) -> dict[Key, Any]:
        found: dict[Key, Any] = {}
        for table, question in _OF_USER:
            for row in await self.connection.execute(question, {"user_id": self.user_id}):
                identity, value = _value_in(table, row)
                found[table, identity] = value
        return found

    def _revoke(self, changes: list[Change]) -> None:
        """See that whatever was taken away by a commit was revoked in it."""
        added: list[Revocation] = [each.new for each in changes if each.key[0] == "revocation"]
        self.revoked.add(added)
        for change in changes:
            match change:
                case Change(old=Session(ended_at=None), new=Session(ended_at=ended)) if ended is not None:
                    session: Session = change.new
                    version = self.rows.committed["user", self.user_id].version
                    covered = self.revoked.covers(
                        session_id=session.id, user_id=self.user_id, version=version - 1, roles=(), roles_version=0
                    )
                    assert covered, "a session ended and its access tokens were not revoked"
                case _:
                    pass
