"""Users in PostgreSQL."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    DateTime,
    Index,
    Row,
    Text,
    Uuid,
    and_,
    bindparam,
    case,
    delete,
    false,
    func,
    not_,
    null,
    select,
    text,
    update,
)
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Mapped, mapped_column

from auth_adapters.postgres.schema import KEY_TEXT, Record, table_of
from auth_adapters.postgres.statements import InTransaction
from auth_adapters.postgres.violations import UNIQUE_VIOLATION, DatabaseFault
from auth_core.ids import UserId
from auth_core.users.directory import folded
from auth_core.users.email_address import CanonicalEmail, EmailAddress
from auth_core.users.errors import EmailTaken
from auth_core.users.model import Name, User, UserStatus


class UserRecord(Record):
    """An account. `email_canonical` is unique; `email` is spelt as its owner spells it.

    The keys are the names as they are compared. They are empty in a row of the release before, which does not know
    them, until the next migration fills them in. What a log-in changes is in no index, and must not be.

    A deleted account is stored as a disabled one with `deleted_at`, and what it was before in `deleted_from`: whoever
    knows nothing of deletions keeps it closed. Where such a one enables it, it is active, and deleted no more.
    """

    __tablename__ = "users"
    # A log-in stamps its row: room on the page keeps that from touching the indexes.
    __table_args__ = (
        Index(None, "created_at", "id"),
        Index(None, "last_name_key", "first_name_key", "id"),
        Index(None, "first_name_key", "id"),
        Index(None, "status", "id"),
        Index("users_deleted_id_idx", "id", postgresql_where=text("deleted_at IS NOT NULL")),
        {"postgresql_with": {"fillfactor": 90}},
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    email: Mapped[str]
    email_canonical: Mapped[str] = mapped_column(KEY_TEXT, unique=True)
    first_name: Mapped[str]
    last_name: Mapped[str]
    status: Mapped[str]
    security_version: Mapped[int] = mapped_column(BigInteger)
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]
    last_login_at: Mapped[datetime | None]
    first_name_key: Mapped[str] = mapped_column(KEY_TEXT, server_default="")
    last_name_key: Mapped[str] = mapped_column(KEY_TEXT, server_default="")
    version: Mapped[int] = mapped_column(BigInteger, server_default=text("0"))
    deleted_at: Mapped[datetime | None]
    deleted_from: Mapped[str | None]
    email_verified_at: Mapped[datetime | None]
    awaits_proof: Mapped[bool] = mapped_column(server_default=false())


USERS: Final = table_of(UserRecord)
IS_ACTIVE: Final = USERS.c.status == UserStatus.ACTIVE.value
IS_DELETED: Final = and_(USERS.c.deleted_at.is_not(None), USERS.c.status != UserStatus.ACTIVE.value)
USER_COLUMNS: Final = (
    USERS.c.id,
    USERS.c.email,
    USERS.c.first_name,
    USERS.c.last_name,
    USERS.c.status,
    USERS.c.created_at,
    USERS.c.updated_at,
    USERS.c.last_login_at,
    USERS.c.version,
    USERS.c.deleted_at,
    USERS.c.email_verified_at,
    USERS.c.awaits_proof,
)
_CHANGED: Final[Mapping[str, Any]] = {"version": USERS.c.version + 1, "updated_at": bindparam("now")}

LOCK_USER: Final = select(USERS.c.status).where(USERS.c.id == bindparam("user_id")).with_for_update(key_share=True)
"""Keeps log-ins, changes of password, of status and of roles, and endings of sessions of one user in line.

Who needs several locks takes this one first, then that of a role, of the password, then those of sessions: no two ever
wait for each other in a circle. Rows that merely refer to the user are not held up.
"""

_ADD: Final = (
    insert(USERS)
    .values(security_version=0, last_login_at=None, deleted_at=None, deleted_from=None)
    .on_conflict_do_nothing(index_elements=[USERS.c.email_canonical])
)
_FIND: Final = select(*USER_COLUMNS).where(USERS.c.id == bindparam("user_id"))
_FIND_BY_EMAIL: Final = select(*USER_COLUMNS).where(USERS.c.email_canonical == bindparam("email"))
_RENAME: Final = (
    update(USERS)
    .where(USERS.c.id == bindparam("user_id"))
    .values(
        first_name=func.coalesce(bindparam("new_first_name", type_=Text), USERS.c.first_name),
        last_name=func.coalesce(bindparam("new_last_name", type_=Text), USERS.c.last_name),
        first_name_key=func.coalesce(bindparam("new_first_name_key", type_=Text), USERS.c.first_name_key),
        last_name_key=func.coalesce(bindparam("new_last_name_key", type_=Text), USERS.c.last_name_key),
        **_CHANGED,
    )
    .returning(*USER_COLUMNS)
)
_CHANGE_EMAIL: Final = (
    update(USERS)
    .where(USERS.c.id == bindparam("user_id"))
    .values(
        email=bindparam("new_email"),
        email_canonical=bindparam("new_canonical"),
        email_verified_at=case(
            (USERS.c.email_canonical == bindparam("new_canonical"), USERS.c.email_verified_at), else_=null()
        ),
        **_CHANGED,
    )
    .returning(*USER_COLUMNS)
)
_VERIFY_EMAIL: Final = (
    update(USERS)
    .where(USERS.c.id == bindparam("user_id"), USERS.c.email_verified_at.is_(None))
    .values(email_verified_at=bindparam("now"), awaits_proof=false(), **_CHANGED)
)
_SET_STATUS: Final = (
    update(USERS)
    .where(USERS.c.id == bindparam("user_id"), USERS.c.status != bindparam("new_status"), not_(IS_DELETED))
    .values(
        status=bindparam("new_status"),
        security_version=USERS.c.security_version + 1,
        deleted_at=null(),
        deleted_from=null(),
        **_CHANGED,
    )
    .returning(USERS.c.security_version)
)
_DELETE: Final = (
    update(USERS)
    .where(USERS.c.id == bindparam("user_id"), not_(IS_DELETED))
    .values(
        status=UserStatus.DISABLED.value,
        deleted_at=bindparam("now"),
        deleted_from=USERS.c.status,
        security_version=USERS.c.security_version + 1,
        **_CHANGED,
    )
    .returning(USERS.c.security_version)
)
_RESTORE: Final = (
    update(USERS)
    .where(USERS.c.id == bindparam("user_id"), IS_DELETED)
    .values(
        status=func.coalesce(USERS.c.deleted_from, UserStatus.DISABLED.value),
        deleted_at=null(),
        deleted_from=null(),
        **_CHANGED,
    )
    .returning(*USER_COLUMNS)
)
# What hangs on it goes with it: every reference to a user cascades.
_ERASE: Final = delete(USERS).where(USERS.c.id == bindparam("user_id"))
_DELETED_BEFORE: Final = (
    select(USERS.c.id)
    .where(
        IS_DELETED,
        USERS.c.deleted_at < bindparam("moment", type_=DateTime(timezone=True)),
        USERS.c.id > bindparam("after", type_=Uuid),
    )
    .order_by(USERS.c.id)
    .limit(bindparam("rows"))
)
_RAISE_SECURITY_VERSION: Final = (
    update(USERS)
    .where(USERS.c.id == bindparam("user_id"))
    .values(security_version=USERS.c.security_version + 1)
    .returning(USERS.c.security_version)
)
_RECORD_LOG_IN: Final = (
    update(USERS)
    .where(USERS.c.id == bindparam("user_id"), IS_ACTIVE)
    .values(last_login_at=bindparam("now"))
    .returning(*USER_COLUMNS)
)


_BEFORE_ALL: Final = UserId(UUID(int=0))


def columns_of(user: User) -> dict[str, object]:
    """Return what stands in the row of a user who has never signed in."""
    return {
        "id": user.id,
        "email": user.email.address,
        "email_canonical": user.email.canonical,
        "first_name": user.first_name,
        "last_name": user.last_name,
        "first_name_key": folded(user.first_name),
        "last_name_key": folded(user.last_name),
        "status": user.status.value,
        "created_at": user.created_at,
        "updated_at": user.updated_at,
        "email_verified_at": user.email_verified_at,
        "awaits_proof": user.awaits_proof,
    }


def user_in(row: Row[Any]) -> User:
    """Return the user of a row that has `USER_COLUMNS`."""
    is_deleted = row.deleted_at is not None and row.status != UserStatus.ACTIVE
    return User(
        id=UserId(row.id),
        email=EmailAddress(row.email),
        first_name=Name(row.first_name),
        last_name=Name(row.last_name),
        status=UserStatus.DELETED if is_deleted else UserStatus(row.status),
        created_at=row.created_at,
        updated_at=row.updated_at,
        last_login_at=row.last_login_at,
        version=row.version,
        deleted_at=row.deleted_at if is_deleted else None,
        email_verified_at=row.email_verified_at,
        awaits_proof=row.awaits_proof,
    )


class PostgresUsers:
    """Everybody who has an account."""

    def __init__(self, statements: InTransaction) -> None:
        self._statements = statements

    async def add(self, user: User) -> bool:
        added = await self._statements.run(_ADD, **columns_of(user))
        return added.count == 1

    async def find(self, user_id: UserId) -> User | None:
        found = await self._statements.run(_FIND, user_id=user_id)
        return None if found.row is None else user_in(found.row)

    async def find_by_email(self, email: CanonicalEmail) -> User | None:
        found = await self._statements.run(_FIND_BY_EMAIL, email=email)
        return None if found.row is None else user_in(found.row)

    async def rename(
        self, user_id: UserId, *, first_name: Name | None, last_name: Name | None, now: datetime
    ) -> User | None:
        renamed = await self._statements.run(
            _RENAME,
            user_id=user_id,
            new_first_name=first_name,
            new_last_name=last_name,
            new_first_name_key=first_name and folded(first_name),
            new_last_name_key=last_name and folded(last_name),
            now=now,
        )
        return None if renamed.row is None else user_in(renamed.row)

    async def change_email(self, user_id: UserId, email: EmailAddress, *, now: datetime) -> User | None:
        try:
            changed = await self._statements.run(
                _CHANGE_EMAIL, user_id=user_id, new_email=email.address, new_canonical=email.canonical, now=now
            )
        except DatabaseFault as fault:
            if fault.sqlstate == UNIQUE_VIOLATION:
                raise EmailTaken from fault
            raise
        return None if changed.row is None else user_in(changed.row)

    async def verify_email(self, user_id: UserId, *, now: datetime) -> bool:
        verified = await self._statements.run(_VERIFY_EMAIL, user_id=user_id, now=now)
        return verified.count == 1

    async def set_status(self, user_id: UserId, status: UserStatus, *, now: datetime) -> int | None:
        changed = await self._statements.run(_SET_STATUS, user_id=user_id, new_status=status.value, now=now)
        return None if changed.row is None else int(changed.row.security_version)

    async def delete(self, user_id: UserId, *, now: datetime) -> int | None:
        deleted = await self._statements.run(_DELETE, user_id=user_id, now=now)
        return None if deleted.row is None else int(deleted.row.security_version)

    async def restore(self, user_id: UserId, *, now: datetime) -> User | None:
        restored = await self._statements.run(_RESTORE, user_id=user_id, now=now)
        return None if restored.row is None else user_in(restored.row)

    async def erase(self, user_id: UserId) -> bool:
        return (await self._statements.run(_ERASE, user_id=user_id)).count == 1

    async def deleted_before(self, moment: datetime, *, after: UserId | None, limit: int) -> Sequence[UserId]:
        found = await self._statements.run(_DELETED_BEFORE, moment=moment, after=after or _BEFORE_ALL, rows=limit)
        return [UserId(row.id) for row in found.rows]

    async def raise_security_version(self, user_id: UserId, *, now: datetime) -> int | None:
        raised = await self._statements.run(_RAISE_SECURITY_VERSION, user_id=user_id)
        return None if raised.row is None else int(raised.row.security_version)

    async def record_log_in(self, user_id: UserId, *, now: datetime) -> User | None:
        stamped = await self._statements.run(_RECORD_LOG_IN, user_id=user_id, now=now)
        return None if stamped.row is None else user_in(stamped.row)
