"""The role the service connects as can do all its work, and can change nothing of what was recorded."""

import secrets
from collections.abc import AsyncGenerator
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import NullPool, make_url, text
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from auth_adapters.postgres import Database, DatabaseFault, RoleNotBound, migrate
from auth_adapters.postgres.embedded.home import SUPERUSER, Home
from auth_core import AuditPolicy, Origin, Redacted, TrailIsAppendOnly
from auth_core.audit.events import EventKind
from auth_core.audit.recorded import EventFilter
from auth_core.audit.verdict import Whole
from auth_core.ids import UserId
from auth_core.testing import MovableClock, a_user
from tests.integration import postgres_source
from tests.integration.databases import Databases
from tests.integration.postgres.person import auth_over, registered, signed_in
from tests.integration.postgres.questions import rows, scalar
from tests.integration.postgres.stretches import divided_long_ago, happened
from tests.integration.postgres.trail import core_over, record, whole


@pytest.fixture
async def superuser(operator: AsyncEngine, postgres_server: postgres_source.Server) -> AsyncGenerator[AsyncEngine]:
    """A way into the database of the module for somebody who may make roles."""
    if await scalar(operator, "SELECT rolcreaterole OR rolsuper FROM pg_roles WHERE rolname = CURRENT_USER"):
        yield operator
        return
    assert postgres_server.home is not None, "the role of TEST_DATABASE_URL must be allowed to create roles"
    home = Home(postgres_server.home)
    url = operator.url.set(username=SUPERUSER, password=home.password(SUPERUSER).reveal())
    engine = create_async_engine(url, poolclass=NullPool, isolation_level="AUTOCOMMIT")
    yield engine
    await engine.dispose()


@pytest.fixture
async def role(superuser: AsyncEngine) -> AsyncGenerator[str]:
    name = f'serving "{secrets.token_hex(6)}'
    quoted = '"' + name.replace('"', '""') + '"'
    await rows(superuser, f"CREATE ROLE {quoted} LOGIN PASSWORD 'secret'")
    yield name
    await rows(superuser, f"DROP OWNED BY {quoted}")
    await rows(superuser, f"DROP ROLE {quoted}")


@pytest.fixture
async def other_role(superuser: AsyncEngine) -> AsyncGenerator[str]:
    name = f"upkeep_{secrets.token_hex(6)}"
    await rows(superuser, f"CREATE ROLE {name} LOGIN PASSWORD 'secret'")
    yield name
    await rows(superuser, f"DROP OWNED BY {name}")
    await rows(superuser, f"DROP ROLE {name}")


@pytest.fixture
async def serving(address: Redacted[str], role: str) -> AsyncGenerator[Database]:
    """The connections of a service that is not the owner."""
    await migrate(address, serving_role=role)
    database = as_role(address, role)
    yield database
    await database.close()


def as_role(address: Redacted[str], role: str) -> Database:
    its_address = make_url(address.reveal()).set(username=role, password="secret")
    return Database(Redacted(its_address.render_as_string(hide_password=False)))


async def test_it_can_do_everything_that_serving_needs(serving: Database, clock: MovableClock) -> None:
    auth = await auth_over(serving, clock)
    person = await signed_in(auth)
    await person.refresh()
    await person.change_password()
    await person.is_disabled()
    await auth.upkeep.purge()
    assert await replace(auth.audit.make_room, policy=AuditPolicy(spans_ahead=9))() > 0
    assert await auth.audit.make_room() == 0

    assert await auth.audit.seal() is not None
    assert isinstance(await auth.audit.verify(), Whole)
    assert (await auth.audit.list()).items


@pytest.mark.covers("DB-20")
@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE auth.audit_events SET outcome = 'success'",
        "UPDATE auth.audit_events SET address = NULL",
        "DELETE FROM auth.audit_events",
        "TRUNCATE auth.audit_events",
        "UPDATE auth.audit_batches SET mac = '' ",
        "DELETE FROM auth.audit_batches",
        "TRUNCATE auth.audit_batches",
        "UPDATE auth.audit_events_first SET outcome = 'success'",
        "DELETE FROM auth.audit_events_first",
        "INSERT INTO auth.audit_events_first SELECT * FROM auth.audit_events",
        "TRUNCATE auth.audit_events_other",
        "ALTER TABLE auth.audit_events DETACH PARTITION auth.audit_events_first",
        "DROP TABLE auth.audit_events_first",
        "SELECT auth.audit_remove_oldest(1)",
        "SELECT auth.audit_erase(id, salt::text::bytea) FROM auth.audit_events",
        "CREATE OR REPLACE FUNCTION auth.audit_caller_owns() RETURNS boolean LANGUAGE sql AS 'SELECT true'",
        "DROP TABLE auth.audit_events",
        "ALTER TABLE auth.audit_events DISABLE TRIGGER ALL",
        "CREATE TABLE auth.another (one integer)",
        "UPDATE auth.alembic_version SET version_num = '9999'",
    ],
)
async def test_it_can_change_nothing_that_was_recorded(serving: Database, statement: str) -> None:
    with pytest.raises(DatabaseFault, match="42501"):
        await serving.single_statements.write(text(statement))


async def test_it_is_told_what_it_may_not_do_and_removes_nothing_by_itself(serving: Database) -> None:
    auth, storage = core_over(serving, retention=timedelta(days=1))
    await record(storage)

    with pytest.raises(TrailIsAppendOnly):
        await auth.audit.erase(user_id=a_user().id, actor=None, origin=Origin())
    with pytest.raises(TrailIsAppendOnly):
        await auth.audit.remove_old(origin=Origin())
    assert await auth.audit.remove_old(where_allowed=True, origin=Origin()) == 0


async def test_the_owner_erases_what_the_service_has_recorded(serving: Database, database: Database) -> None:
    service, storage = core_over(serving)
    person = a_user().id
    await record(storage, 2, person)
    await service.audit.seal()
    owner, _ = core_over(database)

    erased = await owner.audit.erase(user_id=person, actor=None, origin=Origin())

    assert erased == 2
    assert (await whole(service)).erased >= 2


@pytest.mark.covers("DB-20")
async def test_room_that_was_made_at_its_wish_is_as_closed_to_it_as_the_rest(
    serving: Database, operator: AsyncEngine, role: str, clock: MovableClock
) -> None:
    auth = await auth_over(serving, clock)
    grantee = await scalar(operator, "SELECT quote_ident(:role)", role=role)
    await rows(operator, f"ALTER DEFAULT PRIVILEGES IN SCHEMA auth GRANT ALL ON TABLES TO {grantee}")
    await replace(auth.audit.make_room, policy=AuditPolicy(spans_ahead=14))()
    newest = await scalar(operator, "SELECT name FROM auth.audit_stretches() ORDER BY ends DESC LIMIT 1")

    for statement in (f"DELETE FROM auth.{newest}", f"SELECT count(*) FROM auth.{newest}", f"DROP TABLE auth.{newest}"):
        with pytest.raises(DatabaseFault, match="42501"):
            await serving.single_statements.write(text(statement))
    await rows(operator, f"ALTER DEFAULT PRIVILEGES IN SCHEMA auth REVOKE ALL ON TABLES FROM {grantee}")


@pytest.mark.covers("DB-20")
@pytest.mark.parametrize("room", ["'second', 3", "'day', 37", "'day', 0", "NULL, 3", "'day', NULL"])
async def test_it_cannot_have_more_room_made_than_there_is_need_for(
    serving: Database, operator: AsyncEngine, room: str
) -> None:
    before = await scalar(operator, "SELECT count(*) FROM auth.audit_stretches()")

    with suppress(DatabaseFault):
        await serving.single_statements.write(text(f"SELECT auth.audit_make_room({room})"))

    assert await scalar(operator, "SELECT count(*) FROM auth.audit_stretches()") == before


async def test_with_leave_to_erase_it_erases_those_who_were_deleted_and_nobody_else(
    address: Redacted[str], role: str, clock: MovableClock
) -> None:
    await migrate(address, serving_role=role, serving_role_erases=True)
    serving = as_role(address, role)
    auth = await auth_over(serving, clock)
    leaving, staying = await signed_in(auth), await signed_in(auth)
    await auth.users.delete(user_id=leaving.id, actor=None, origin=Origin())
    clock.advance(timedelta(days=400))

    with pytest.raises(TrailIsAppendOnly):
        await auth.audit.erase(user_id=staying.id, actor=None, origin=Origin())
    assert await auth.upkeep.erase_deleted() == 1

    await auth.audit.seal()
    assert (await whole(auth)).erased > 0
    page = await auth.audit.list(which=EventFilter(subject=leaving.id))
    assert {event.address for event in page.items if event.kind == EventKind.LOGGED_IN} == {None}
    page = await auth.audit.list(which=EventFilter(subject=staying.id))
    assert not any(event.is_erased for event in page.items)
    await serving.close()


@pytest.mark.covers("DB-20", "AUD-02")
async def test_with_leave_to_erase_nothing_goes_that_was_not_ordered_before_or_is_an_order_or_of_the_living(
    address: Redacted[str], role: str, database: Database, operator: AsyncEngine
) -> None:
    await migrate(address, serving_role=role, serving_role_erases=True)
    serving = as_role(address, role)
    owner, storage = core_over(database)
    gone, alive = a_user().id, await registered(owner)
    [before] = await record(storage, 1, gone)
    erase = "SELECT auth.audit_erase('{}', sha256(''))"

    async def refused(event: object) -> None:
        with pytest.raises(DatabaseFault, match="42501"):
            await serving.single_statements.write(text(erase.format(event)))

    await refused(before)
    order = await _ordered(operator, gone)
    [later] = await record(storage, 1, gone)
    await _ordered(operator, alive.id)
    of_the_living = await scalar(
        operator, "SELECT id FROM auth.audit_events WHERE subject = :who AND kind = 'user.registered'", who=alive.id
    )
    for each in (order, later, of_the_living):
        await refused(each)
    await serving.single_statements.write(text(erase.format(before)))

    erased = await rows(operator, "SELECT id FROM auth.audit_events WHERE personal_digest = sha256('') OR salt IS NULL")
    assert before in {row.id for row in erased}
    assert not {order, later, of_the_living} & {row.id for row in erased}
    await serving.close()


async def _ordered(operator: AsyncEngine, who: UserId) -> object:
    return await scalar(
        operator,
        "INSERT INTO auth.audit_events (id, kind, outcome, at, subject, details)"
        " VALUES (gen_random_uuid(), 'audit.personal_data_erased', 'success', now(), :who, '{}') RETURNING id",
        who=who,
    )


async def test_a_role_of_upkeep_removes_what_it_has_ordered_and_is_old_and_does_nothing_else(
    databases: Databases, other_role: str
) -> None:
    address = await databases.migrated()
    await migrate(address, upkeep_role=other_role)
    owner, upkeep = Database(address), as_role(address, other_role)
    operator = create_async_engine(address.reveal(), poolclass=NullPool, isolation_level="AUTOCOMMIT")
    await divided_long_ago(operator)
    await happened(operator, 100, 95, 80, 70, 65, 50, 0, 0, 0)
    auth, _ = core_over(owner, batch=3)
    await auth.audit.seal()
    removing, _ = core_over(upkeep, batch=3, retention=timedelta(days=30))
    for through in ('"x"', '"99"', "[99]", "true", "null"):  # whoever may record may record nonsense
        await rows(
            operator,
            "INSERT INTO auth.audit_events (id, kind, outcome, at, details) VALUES (gen_random_uuid(),"
            f" 'audit.shortened', 'success', now(), jsonb_build_object('through', '{through}'::jsonb))",
        )

    for statement in (
        "SELECT auth.audit_remove_oldest(2)",  # nobody has ordered that
        "DELETE FROM auth.audit_events",
        "UPDATE auth.audit_batches SET event_ids = NULL, entries = NULL",
        "SELECT auth.audit_erase(id, '') FROM auth.audit_events",
        "SELECT * FROM auth.users",
    ):
        with pytest.raises(DatabaseFault, match="42501"):
            await upkeep.single_statements.write(text(statement))
    assert await removing.audit.remove_old(origin=Origin()) == 6
    await rows(
        operator,
        "INSERT INTO auth.audit_events (id, kind, outcome, at, details) VALUES"
        " (gen_random_uuid(), 'audit.shortened', 'success', now(), '{\"through\": 99}')",
    )
    with pytest.raises(DatabaseFault, match="42501"):  # it was recorded today
        await upkeep.single_statements.write(text("SELECT auth.audit_remove_oldest(3)"))

    await auth.audit.seal()
    assert (await whole(auth)).emptied == 2
    for what in ("ALL TABLES IN SCHEMA auth", "ALL FUNCTIONS IN SCHEMA auth", "SCHEMA auth"):
        await rows(operator, f"REVOKE ALL ON {what} FROM {other_role}")
    await operator.dispose()
    await owner.close()
    await upkeep.close()


async def test_whoever_serves_and_does_upkeep_may_only_serve(
    address: Redacted[str], role: str, operator: AsyncEngine
) -> None:
    await migrate(address, serving_role=role, upkeep_role=role, serving_role_erases=True)
    may = "SELECT has_function_privilege(:role, 'auth.{}', 'EXECUTE')"

    assert not await scalar(operator, may.format("audit_remove_oldest(bigint)"), role=role)
    assert await scalar(operator, may.format("audit_erase(uuid, bytea)"), role=role)

    await migrate(address, serving_role=role)  # leave is taken back by not giving it again
    assert not await scalar(operator, may.format("audit_erase(uuid, bytea)"), role=role)


@pytest.mark.parametrize("who", ["nobody of this name", "the owner"])
async def test_a_role_that_rights_do_not_bind_is_refused(address: Redacted[str], who: str) -> None:
    role = make_url(address.reveal()).username if who == "the owner" else who
    assert role is not None

    with pytest.raises(RoleNotBound):
        await migrate(address, serving_role=role)
