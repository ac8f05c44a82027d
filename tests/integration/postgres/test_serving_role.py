"""The role the service connects as can do all its work, and can change nothing of what was recorded."""

import secrets
from collections.abc import AsyncGenerator
from datetime import timedelta

import pytest
from sqlalchemy import NullPool, make_url, text
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from auth_adapters.postgres import Database, DatabaseFault, RoleNotBound, migrate
from auth_adapters.postgres.embedded.home import SUPERUSER, Home
from auth_core import Origin, Redacted, TrailIsAppendOnly
from auth_core.audit.verdict import Whole
from auth_core.testing import MovableClock, a_user
from tests.integration import postgres_source
from tests.integration.postgres.person import auth_over, signed_in
from tests.integration.postgres.questions import rows, scalar
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
async def serving(address: Redacted[str], role: str) -> AsyncGenerator[Database]:
    """The connections of a service that is not the owner."""
    await migrate(address, serving_role=role)
    its_address = make_url(address.reveal()).set(username=role, password="secret")
    database = Database(Redacted(its_address.render_as_string(hide_password=False)))
    yield database
    await database.close()


async def test_it_can_do_everything_that_serving_needs(serving: Database, clock: MovableClock) -> None:
    auth = await auth_over(serving, clock)
    person = await signed_in(auth)
    await person.refresh()
    await person.change_password()
    await person.is_disabled()
    await auth.upkeep.purge()

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


@pytest.mark.parametrize("who", ["nobody of this name", "the owner"])
async def test_a_role_that_rights_do_not_bind_is_refused(address: Redacted[str], who: str) -> None:
    role = make_url(address.reveal()).username if who == "the owner" else who
    assert role is not None

    with pytest.raises(RoleNotBound):
        await migrate(address, serving_role=role)
