"""Passwords in PostgreSQL."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy import ARRAY, ForeignKey, Row, Uuid, any_, bindparam, delete, false, func, select, true, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Mapped, mapped_column

from auth_adapters.postgres.schema import Record, table_of
from auth_adapters.postgres.statements import InTransaction
from auth_adapters.postgres.users import LOCK_USER, UserRecord
from auth_core.credentials.passwords.model import PasswordHash, StoredPassword
from auth_core.ids import UserId
from auth_core.redacted import Redacted
from auth_core.users.model import UserStatus


class PasswordRecord(Record):
    """The password of a user, as the hasher made it. `version` counts changes of the password, not of its hash."""

    __tablename__ = "passwords"

    user_id: Mapped[UUID] = mapped_column(ForeignKey(UserRecord.id, ondelete="CASCADE"), primary_key=True)
    hash: Mapped[str]
    version: Mapped[int]
    changed_at: Mapped[datetime]
    must_change: Mapped[bool] = mapped_column(server_default=false())


class FormerPasswordRecord(Record):
    """A password the user had before, under the version it had then."""

    __tablename__ = "former_passwords"

    user_id: Mapped[UUID] = mapped_column(ForeignKey(UserRecord.id, ondelete="CASCADE"), primary_key=True)
    version: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    hash: Mapped[str]
    replaced_at: Mapped[datetime]


PASSWORDS: Final = table_of(PasswordRecord)
FORMER: Final = table_of(FormerPasswordRecord)

PASSWORD_COLUMNS: Final = (PASSWORDS.c.hash, PASSWORDS.c.version.label("password_version"), PASSWORDS.c.must_change)

_ADD: Final = insert(PASSWORDS)
_FIND: Final = select(*PASSWORD_COLUMNS).where(PASSWORDS.c.user_id == bindparam("owner"))
_OF_VERSION: Final = (PASSWORDS.c.user_id == bindparam("owner"), PASSWORDS.c.version == bindparam("old_version"))
_CHANGE: Final = (
    update(PASSWORDS)
    .where(*_OF_VERSION)
    .values(
        hash=bindparam("new_hash"), version=PASSWORDS.c.version + 1, changed_at=bindparam("now"), must_change=false()
    )
)
_RESET: Final = (
    insert(PASSWORDS)
    .values(
        user_id=bindparam("owner"),
        hash=bindparam("new_hash"),
        version=1,
        changed_at=bindparam("now"),
        must_change=bindparam("new_must_change"),
    )
    .on_conflict_do_update(
        index_elements=[PASSWORDS.c.user_id],
        set_={
            "hash": bindparam("new_hash"),
            "version": PASSWORDS.c.version + 1,
            "changed_at": bindparam("now"),
            "must_change": bindparam("new_must_change"),
        },
    )
)
_DEMAND_CHANGE: Final = (
    update(PASSWORDS)
    .where(PASSWORDS.c.user_id == bindparam("owner"), PASSWORDS.c.must_change.is_(False))
    .values(must_change=true())
)
_KEEP: Final = insert(FORMER).from_select(
    ["user_id", "version", "hash", "replaced_at"],
    select(
        PASSWORDS.c.user_id, PASSWORDS.c.version, PASSWORDS.c.hash, bindparam("now", type_=FORMER.c.replaced_at.type)
    ).where(*_OF_VERSION),
)
_FORGET: Final = delete(FORMER).where(FORMER.c.user_id == bindparam("owner"), FORMER.c.version <= bindparam("latest"))
_FORMER: Final = (
    select(FORMER.c.user_id, FORMER.c.hash, FORMER.c.version.label("password_version"), false().label("must_change"))
    .where(FORMER.c.user_id == any_(bindparam("owners", type_=ARRAY(Uuid))))
    .order_by(FORMER.c.user_id, FORMER.c.version.desc())
)
_REHASH: Final = update(PASSWORDS).where(*_OF_VERSION).values(hash=bindparam("new_hash"))

_COUNT: Final = select(func.count()).select_from(PASSWORDS)
_FIRST_PAGE: Final = (
    select(PASSWORDS.c.user_id, *PASSWORD_COLUMNS).order_by(PASSWORDS.c.user_id).limit(bindparam("rows"))
)
_NEXT_PAGE: Final = _FIRST_PAGE.where(PASSWORDS.c.user_id > bindparam("after"))
_RESEAL: Final = (
    update(PASSWORDS)
    .where(PASSWORDS.c.user_id == bindparam("owner"), PASSWORDS.c.hash == bindparam("old_hash"))
    .values(hash=bindparam("new_hash"))
)
_RESEAL_FORMER: Final = (
    update(FORMER)
    .where(FORMER.c.user_id == bindparam("owner"), FORMER.c.hash == bindparam("old_hash"))
    .values(hash=bindparam("new_hash"))
)


def password_in(row: Row[Any], *, user_id: UserId) -> StoredPassword:
    """Return the password of a row that has `PASSWORD_COLUMNS`."""
    return StoredPassword(
        user_id=user_id,
        hash=PasswordHash(Redacted(row.hash)),
        version=row.password_version,
        must_change=row.must_change,
    )


class PostgresPasswords:
    """The password of each user."""

    def __init__(self, statements: InTransaction) -> None:
        self._statements = statements

    async def add(self, password: StoredPassword, *, now: datetime) -> None:
        await self._statements.run(
            _ADD,
            user_id=password.user_id,
            hash=password.hash.reveal(),
            version=password.version,
            changed_at=now,
            must_change=password.must_change,
        )

    async def find(self, user_id: UserId) -> StoredPassword | None:
        found = await self._statements.run(_FIND, owner=user_id)
        return None if found.row is None else password_in(found.row, user_id=user_id)

    async def change(self, user_id: UserId, new: PasswordHash, *, version: int, now: datetime, keep: int = 0) -> bool:
        user = (await self._statements.run(LOCK_USER, user_id=user_id)).row
        if user is None or user.status != UserStatus.ACTIVE:
            return False
        if keep:
            await self._statements.run(_KEEP, owner=user_id, old_version=version, now=now)
        changed = await self._statements.run(
            _CHANGE, owner=user_id, new_hash=new.reveal(), old_version=version, now=now
        )
        if changed.count == 0:
            return False
        await self._statements.run(_FORGET, owner=user_id, latest=version - keep)
        return True

    async def former(self, user_ids: Sequence[UserId]) -> Sequence[StoredPassword]:
        found = await self._statements.run(_FORMER, owners=list(user_ids))
        return [password_in(row, user_id=UserId(row.user_id)) for row in found.rows]

    async def reset(
        self, user_id: UserId, new: PasswordHash, *, must_change: bool, now: datetime, keep: int = 0
    ) -> None:
        stored = await self.find(user_id)
        if stored is not None:
            if keep:
                await self._statements.run(_KEEP, owner=user_id, old_version=stored.version, now=now)
            await self._statements.run(_FORGET, owner=user_id, latest=stored.version - keep)
        await self._statements.run(_RESET, owner=user_id, new_hash=new.reveal(), new_must_change=must_change, now=now)

    async def demand_change(self, user_id: UserId) -> bool:
        return (await self._statements.run(_DEMAND_CHANGE, owner=user_id)).count == 1

    async def rehash(self, user_id: UserId, new: PasswordHash, *, version: int) -> bool:
        rehashed = await self._statements.run(_REHASH, owner=user_id, new_hash=new.reveal(), old_version=version)
        return rehashed.count == 1

    async def count(self) -> int:
        [row] = (await self._statements.run(_COUNT)).rows
        return int(row[0])

    async def page(self, *, after: UserId | None, limit: int) -> Sequence[StoredPassword]:
        if after is None:
            found = await self._statements.run(_FIRST_PAGE, rows=limit)
        else:
            found = await self._statements.run(_NEXT_PAGE, rows=limit, after=after)
        return [password_in(row, user_id=UserId(row.user_id)) for row in found.rows]

    async def reseal(self, user_id: UserId, new: PasswordHash, *, old: PasswordHash) -> bool:
        for reseal in (_RESEAL, _RESEAL_FORMER):
            resealed = await self._statements.run(reseal, owner=user_id, new_hash=new.reveal(), old_hash=old.reveal())
            if resealed.count == 1:
                return True
        return False
