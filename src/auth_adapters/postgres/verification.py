"""One-time tokens and the counts of mail, in PostgreSQL."""

from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from sqlalchemy import (
    ColumnElement,
    DateTime,
    ForeignKey,
    Index,
    LargeBinary,
    Row,
    Text,
    any_,
    bindparam,
    case,
    delete,
    exists,
    func,
    literal_column,
    or_,
    select,
    tuple_,
)
from sqlalchemy.dialects.postgresql import ARRAY, insert
from sqlalchemy.orm import Mapped, mapped_column

from auth_adapters.postgres.schema import KEY_TEXT, Record, table_of
from auth_adapters.postgres.statements import Alone, InTransaction
from auth_adapters.postgres.users import UserRecord
from auth_core.ids import UserId
from auth_core.verification.model import Binding, OneTimeToken, Purpose, TokenDigest


class OneTimeTokenRecord(Record):
    """A token that was sent to `address`, good while the account is as it was: with this address and this password."""

    __tablename__ = "one_time_tokens"

    digest: Mapped[bytes] = mapped_column(LargeBinary, primary_key=True)
    purpose: Mapped[str]
    user_id: Mapped[UUID] = mapped_column(ForeignKey(UserRecord.id, ondelete="CASCADE"), index=True)
    account_email: Mapped[str]
    password_version: Mapped[int]
    address: Mapped[str]
    address_canonical: Mapped[str] = mapped_column(KEY_TEXT)
    made_at: Mapped[datetime]
    expires_at: Mapped[datetime] = mapped_column(index=True)


class MailAllowanceRecord(Record):
    """How many mails of a kind an address has got at anybody's request, until they are counted anew."""

    __tablename__ = "mail_allowances"

    email: Mapped[str] = mapped_column(KEY_TEXT, primary_key=True)
    kind: Mapped[str] = mapped_column(primary_key=True)
    taken: Mapped[int]
    ends_at: Mapped[datetime] = mapped_column(index=True)


_TOKENS: Final = table_of(OneTimeTokenRecord)
_ALLOWANCES: Final = table_of(MailAllowanceRecord)
# Written out: a parameter could be any purpose, and the indexes are of these alone.
_UNDO: Final[ColumnElement[str]] = literal_column(f"'{Purpose.UNDO_EMAIL_CHANGE.value}'", Text)
_UNDOES: Final = _TOKENS.c.purpose == _UNDO
_IS_ALONE: Final = _TOKENS.c.purpose != _UNDO

Index(
    "one_time_tokens_user_id_purpose_key",
    _TOKENS.c.user_id,
    _TOKENS.c.purpose,
    unique=True,
    postgresql_where=_IS_ALONE,
)
Index("one_time_tokens_address_canonical_idx", _TOKENS.c.address_canonical, postgresql_where=_UNDOES)

_NOW: Final = bindparam("now", type_=DateTime(timezone=True))

_ADD: Final = insert(_TOKENS)
_REPLACE: Final = _ADD.on_conflict_do_update(
    index_elements=[_TOKENS.c.user_id, _TOKENS.c.purpose],
    index_where=_IS_ALONE,
    set_={each.name: _ADD.excluded[each.name] for each in _TOKENS.c if each.name not in ("user_id", "purpose")},
)
_IS_GOOD: Final = (
    _TOKENS.c.digest == bindparam("shown"),
    _TOKENS.c.purpose == bindparam("for_purpose"),
    _TOKENS.c.expires_at > _NOW,
)
_FIND: Final = select(_TOKENS).where(*_IS_GOOD)
_SPEND: Final = delete(_TOKENS).where(*_IS_GOOD).returning(_TOKENS)
_FORGET: Final = delete(_TOKENS).where(_TOKENS.c.user_id == bindparam("owner"))
_FORGET_SINCE: Final = _FORGET.where(_TOKENS.c.made_at >= bindparam("since", type_=DateTime(timezone=True)))
_CAN_BE_UNDONE: Final = select(
    exists().where(_UNDOES, _TOKENS.c.address_canonical == bindparam("email"), _TOKENS.c.expires_at > _NOW)
)

_TAKE_FIRST: Final = insert(_ALLOWANCES).values(taken=1)
_TAKE: Final = _TAKE_FIRST.on_conflict_do_update(
    index_elements=[_ALLOWANCES.c.email, _ALLOWANCES.c.kind],
    set_={
        "taken": case((_ALLOWANCES.c.ends_at <= _NOW, 1), else_=_ALLOWANCES.c.taken + 1),
        "ends_at": case((_ALLOWANCES.c.ends_at <= _NOW, _TAKE_FIRST.excluded.ends_at), else_=_ALLOWANCES.c.ends_at),
    },
    where=or_(_ALLOWANCES.c.ends_at <= _NOW, _ALLOWANCES.c.taken < bindparam("most")),
)

_OVER_BEFORE: Final = bindparam("over_before", type_=DateTime(timezone=True))
_EXPIRED: Final = (
    select(_TOKENS.c.digest)
    .where(_TOKENS.c.expires_at < _OVER_BEFORE)
    .order_by(_TOKENS.c.expires_at)
    .limit(bindparam("rows"))
    .with_for_update(skip_locked=True)
)
_PURGE_TOKENS: Final = delete(_TOKENS).where(
    _TOKENS.c.digest == any_(func.array(_EXPIRED.scalar_subquery(), type_=ARRAY(LargeBinary)))
)
_ENDED: Final = (
    select(_ALLOWANCES.c.email, _ALLOWANCES.c.kind)
    .where(_ALLOWANCES.c.ends_at < _OVER_BEFORE)
    .order_by(_ALLOWANCES.c.ends_at)
    .limit(bindparam("rows"))
    .with_for_update(skip_locked=True)
)
_PURGE_ALLOWANCES: Final = delete(_ALLOWANCES).where(tuple_(_ALLOWANCES.c.email, _ALLOWANCES.c.kind).in_(_ENDED))


class PostgresOneTimeTokens:
    """The tokens that have been sent and not been used."""

    def __init__(self, statements: InTransaction) -> None:
        self._statements = statements

    async def add(self, token: OneTimeToken) -> None:
        await self._statements.run(
            _ADD if token.purpose.is_one_of_many else _REPLACE,
            digest=token.digest,
            purpose=token.purpose.value,
            user_id=token.binding.user_id,
            account_email=token.binding.email,
            password_version=token.binding.password_version,
            address=token.address,
            address_canonical=token.address.lower(),
            made_at=token.made_at,
            expires_at=token.expires_at,
        )

    async def find(self, digest: TokenDigest, purpose: Purpose, *, now: datetime) -> OneTimeToken | None:
        row = (await self._statements.run(_FIND, shown=digest, for_purpose=purpose.value, now=now)).row
        return None if row is None else _token(row)

    async def spend(self, digest: TokenDigest, purpose: Purpose, *, now: datetime) -> OneTimeToken | None:
        row = (await self._statements.run(_SPEND, shown=digest, for_purpose=purpose.value, now=now)).row
        return None if row is None else _token(row)

    async def forget(self, user_id: UserId, *, made_since: datetime | None = None) -> int:
        if made_since is None:
            return (await self._statements.run(_FORGET, owner=user_id)).count
        return (await self._statements.run(_FORGET_SINCE, owner=user_id, since=made_since)).count

    async def can_be_undone_to(self, email: str, *, now: datetime) -> bool:
        [row] = (await self._statements.run(_CAN_BE_UNDONE, email=email, now=now)).rows
        return bool(row[0])


class PostgresMailAllowances:
    """How much mail is sent to one address at anybody's request."""

    def __init__(self, statements: InTransaction) -> None:
        self._statements = statements

    async def take(self, email: str, kind: str, *, most: int, window: timedelta, now: datetime) -> bool:
        taken = await self._statements.run(_TAKE, email=email, kind=kind, ends_at=now + window, most=most, now=now)
        return taken.count == 1


class PostgresOldTokens:
    """The tokens that have expired, and the counts nobody asks for: rows somebody holds are left for another time."""

    def __init__(self, statements: Alone) -> None:
        self._statements = statements

    async def purge(self, *, over_before: datetime, limit: int) -> int:
        tokens = (await self._statements.write(_PURGE_TOKENS, over_before=over_before, rows=limit)).count
        if tokens == limit:
            return tokens
        left = limit - tokens
        return tokens + (await self._statements.write(_PURGE_ALLOWANCES, over_before=over_before, rows=left)).count


def _token(row: Row[Any]) -> OneTimeToken:
    return OneTimeToken(
        digest=TokenDigest(row.digest),
        purpose=Purpose(row.purpose),
        binding=Binding(user_id=UserId(row.user_id), email=row.account_email, password_version=row.password_version),
        address=row.address,
        made_at=row.made_at,
        expires_at=row.expires_at,
    )
