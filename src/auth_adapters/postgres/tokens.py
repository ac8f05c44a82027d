"""Signing keys, and the present standing of access tokens, in PostgreSQL."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final

from sqlalchemy import LargeBinary, Row, Text, any_, bindparam, delete, exists, select, update
from sqlalchemy.dialects.postgresql import ARRAY, JSONB, insert
from sqlalchemy.orm import Mapped, mapped_column

from auth_adapters.postgres.access import ROLES
from auth_adapters.postgres.schema import Record, table_of
from auth_adapters.postgres.sessions import IS_LIVE, SESSIONS
from auth_adapters.postgres.statements import Alone, InTransaction
from auth_adapters.postgres.users import IS_ACTIVE, USERS
from auth_core.clock import Clock
from auth_core.redacted import Redacted
from auth_core.tokens.claims import VerifiedClaims
from auth_core.tokens.keys import Algorithm, KeyId, KeyMaterial, SigningKey


class SigningKeyRecord(Record):
    """A key of the service; its private half is sealed before it comes here."""

    __tablename__ = "signing_keys"

    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    kid: Mapped[str]
    algorithm: Mapped[str]
    public_jwk: Mapped[dict[str, Any]] = mapped_column(JSONB)
    sealed_private_key: Mapped[bytes] = mapped_column(LargeBinary)
    created_at: Mapped[datetime]
    signs_from: Mapped[datetime]
    revoked_at: Mapped[datetime | None]


_KEYS: Final = table_of(SigningKeyRecord)
_LIST_KEYS: Final = select(_KEYS).order_by(_KEYS.c.number)
_ADD_KEY: Final = insert(_KEYS).on_conflict_do_nothing(index_elements=[_KEYS.c.number])
_REVOKE_KEY: Final = (
    update(_KEYS)
    .where(_KEYS.c.kid == bindparam("name"), _KEYS.c.revoked_at.is_(None))
    .values(revoked_at=bindparam("now"))
)
_RESEAL_KEY: Final = (
    update(_KEYS)
    .where(_KEYS.c.kid == bindparam("name"), _KEYS.c.sealed_private_key == bindparam("old"))
    .values(sealed_private_key=bindparam("new"))
)
_REMOVE_KEY: Final = delete(_KEYS).where(_KEYS.c.number == bindparam("removed"))
_STANDING: Final = (
    select(SESSIONS.c.id)
    .join_from(SESSIONS, USERS, USERS.c.id == SESSIONS.c.user_id)
    .where(
        SESSIONS.c.id == bindparam("session_id"),
        IS_LIVE,
        USERS.c.id == bindparam("user_id"),
        IS_ACTIVE,
        USERS.c.security_version <= bindparam("version"),
        ~exists(
            select(ROLES.c.name).where(
                ROLES.c.name == any_(bindparam("roles", type_=ARRAY(Text))),
                ROLES.c.version > bindparam("roles_version"),
            )
        ),
    )
)


def _key_in(row: Row[Any]) -> SigningKey:
    return SigningKey(
        number=row.number,
        material=KeyMaterial(
            kid=KeyId(row.kid),
            algorithm=Algorithm(row.algorithm),
            public_jwk=row.public_jwk,
            sealed_private_key=Redacted(row.sealed_private_key),
        ),
        created_at=row.created_at,
        signs_from=row.signs_from,
        revoked_at=row.revoked_at,
    )


class PostgresSigningKeys:
    """The keys of the service."""

    def __init__(self, statements: InTransaction) -> None:
        self._statements = statements

    async def list_all(self) -> Sequence[SigningKey]:
        found = await self._statements.run(_LIST_KEYS)
        return [_key_in(row) for row in found.rows]

    async def add(self, key: SigningKey) -> bool:
        added = await self._statements.run(
            _ADD_KEY,
            number=key.number,
            kid=key.kid,
            algorithm=key.material.algorithm.value,
            public_jwk=dict(key.material.public_jwk),
            sealed_private_key=key.material.sealed_private_key.reveal(),
            created_at=key.created_at,
            signs_from=key.signs_from,
            revoked_at=key.revoked_at,
        )
        return added.count == 1

    async def revoke(self, kid: KeyId, *, now: datetime) -> bool:
        revoked = await self._statements.run(_REVOKE_KEY, name=kid, now=now)
        return revoked.count == 1

    async def reseal(self, kid: KeyId, new: Redacted[bytes], *, old: Redacted[bytes]) -> bool:
        resealed = await self._statements.run(_RESEAL_KEY, name=kid, new=new.reveal(), old=old.reveal())
        return resealed.count == 1

    async def remove(self, number: int) -> None:
        await self._statements.run(_REMOVE_KEY, removed=number)


class PostgresAccessCheck:
    """Whether what a token stands for still holds: one read by primary keys."""

    def __init__(self, statements: Alone, *, clock: Clock) -> None:
        self._statements = statements
        self._clock = clock

    async def stands(self, claims: VerifiedClaims) -> bool:
        found = await self._statements.read(
            _STANDING,
            session_id=claims.session_id,
            user_id=claims.principal.user_id,
            version=claims.principal.security_version,
            roles=list(claims.principal.roles),
            roles_version=claims.principal.roles_version,
            now=self._clock.now(),
        )
        return found.row is not None
