"""Service clients in PostgreSQL."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy import (
    ColumnElement,
    DateTime,
    LargeBinary,
    Row,
    Text,
    bindparam,
    case,
    delete,
    func,
    null,
    select,
    update,
)
from sqlalchemy.dialects.postgresql import ARRAY, insert
from sqlalchemy.orm import Mapped, mapped_column

from auth_adapters.postgres.schema import KEY_TEXT, Record, table_of
from auth_adapters.postgres.statements import Alone, InTransaction
from auth_core.ids import ClientId
from auth_core.oauth.client_secret import SecretDigest
from auth_core.oauth.model import MOST_REPLACED, ClientName, ClientPermission, ReplacedSecret, ServiceClient

_DIGESTS: Final = ARRAY(LargeBinary)
_MOMENTS: Final = ARRAY(DateTime(timezone=True))


class ServiceClientRecord(Record):
    """A service that may ask us something, with the digests of its secrets; each replaced one has its end beside it."""

    __tablename__ = "service_clients"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(KEY_TEXT, unique=True)
    permissions: Mapped[list[str]] = mapped_column(ARRAY(Text))
    created_at: Mapped[datetime]
    disabled_at: Mapped[datetime | None]
    secret_digest: Mapped[bytes] = mapped_column(LargeBinary)
    secret_made_at: Mapped[datetime]
    replaced_digests: Mapped[list[bytes]] = mapped_column(_DIGESTS)
    replaced_untils: Mapped[list[datetime]] = mapped_column(_MOMENTS)


_CLIENTS: Final = table_of(ServiceClientRecord)
_IS_MEANT: Final = _CLIENTS.c.id == bindparam("client_id")
_OLD_UNTIL: Final = bindparam("old_until", type_=DateTime(timezone=True))


def _replaced(last: ColumnElement[Any], before: ColumnElement[Any]) -> ColumnElement[Any]:
    """Return what is kept of those replaced `before` and of the `last` one; nothing if all are to be void."""
    kept = func.array_prepend(last, before, type_=before.type)[1:MOST_REPLACED]
    return case((_OLD_UNTIL.is_not(None), kept), else_=before[1:0])


_ADD: Final = insert(_CLIENTS).on_conflict_do_nothing(index_elements=[_CLIENTS.c.name])
_FIND: Final = select(_CLIENTS).where(_IS_MEANT)
_FIND_BY_NAME: Final = select(_CLIENTS).where(_CLIENTS.c.name == bindparam("client_name"))
_LIST: Final = select(_CLIENTS).order_by(_CLIENTS.c.name)
_PERMIT: Final = (
    update(_CLIENTS)
    .where(_IS_MEANT, _CLIENTS.c.permissions != bindparam("allowed", type_=ARRAY(Text)))
    .values(permissions=bindparam("allowed", type_=ARRAY(Text)))
)
_DISABLE: Final = (
    update(_CLIENTS).where(_IS_MEANT, _CLIENTS.c.disabled_at.is_(None)).values(disabled_at=bindparam("now"))
)
_ENABLE: Final = update(_CLIENTS).where(_IS_MEANT, _CLIENTS.c.disabled_at.is_not(None)).values(disabled_at=null())
_REPLACE_SECRET: Final = (
    update(_CLIENTS)
    .where(_IS_MEANT)
    .values(
        secret_digest=bindparam("new_digest"),
        secret_made_at=bindparam("now"),
        replaced_digests=_replaced(_CLIENTS.c.secret_digest, _CLIENTS.c.replaced_digests),
        replaced_untils=_replaced(_OLD_UNTIL, _CLIENTS.c.replaced_untils),
    )
)
_REMOVE: Final = delete(_CLIENTS).where(_IS_MEANT)

# What only a later release knows of, this one cannot let anybody do.
_KNOWN_PERMISSIONS: Final = frozenset(ClientPermission)


def _client_in(row: Row[Any]) -> ServiceClient:
    return ServiceClient(
        id=ClientId(row.id),
        name=ClientName(row.name),
        permissions=frozenset(ClientPermission(each) for each in row.permissions if each in _KNOWN_PERMISSIONS),
        created_at=row.created_at,
        disabled_at=row.disabled_at,
        digest=SecretDigest(row.secret_digest),
        secret_made_at=row.secret_made_at,
        replaced=tuple(
            ReplacedSecret(digest=SecretDigest(digest), good_until=until)
            for digest, until in zip(row.replaced_digests, row.replaced_untils, strict=True)
        ),
    )


def _written(permissions: frozenset[ClientPermission]) -> list[str]:
    """Return permissions in the one order in which they are stored: equal sets are equal rows."""
    return sorted(each.value for each in permissions)


class PostgresServiceClients:
    """Every service that may ask us something."""

    def __init__(self, statements: InTransaction) -> None:
        self._statements = statements

    async def add(self, client: ServiceClient) -> bool:
        added = await self._statements.run(
            _ADD,
            id=client.id,
            name=client.name,
            permissions=_written(client.permissions),
            created_at=client.created_at,
            disabled_at=client.disabled_at,
            secret_digest=client.digest,
            secret_made_at=client.secret_made_at,
            replaced_digests=[each.digest for each in client.replaced],
            replaced_untils=[each.good_until for each in client.replaced],
        )
        return added.count == 1

    async def find(self, client_id: ClientId) -> ServiceClient | None:
        found = await self._statements.run(_FIND, client_id=client_id)
        return None if found.row is None else _client_in(found.row)

    async def find_by_name(self, name: ClientName) -> ServiceClient | None:
        found = await self._statements.run(_FIND_BY_NAME, client_name=name)
        return None if found.row is None else _client_in(found.row)

    async def list_all(self) -> Sequence[ServiceClient]:
        found = await self._statements.run(_LIST)
        return [_client_in(row) for row in found.rows]

    async def permit(self, client_id: ClientId, permissions: frozenset[ClientPermission]) -> bool:
        permitted = await self._statements.run(_PERMIT, client_id=client_id, allowed=_written(permissions))
        return permitted.count == 1

    async def disable(self, client_id: ClientId, *, now: datetime) -> bool:
        disabled = await self._statements.run(_DISABLE, client_id=client_id, now=now)
        return disabled.count == 1

    async def enable(self, client_id: ClientId) -> bool:
        enabled = await self._statements.run(_ENABLE, client_id=client_id)
        return enabled.count == 1

    async def replace_secret(
        self, client_id: ClientId, new: SecretDigest, *, now: datetime, old_until: datetime | None
    ) -> bool:
        replaced = await self._statements.run(
            _REPLACE_SECRET, client_id=client_id, new_digest=new, now=now, old_until=old_until
        )
        return replaced.count == 1

    async def remove(self, client_id: ClientId) -> bool:
        removed = await self._statements.run(_REMOVE, client_id=client_id)
        return removed.count == 1


class PostgresKnownClients:
    """The clients somebody may claim to be: one read by the primary key."""

    def __init__(self, statements: Alone) -> None:
        self._statements = statements

    async def find(self, client_id: ClientId) -> ServiceClient | None:
        row = (await self._statements.read(_FIND, client_id=client_id)).row
        return None if row is None else _client_in(row)
