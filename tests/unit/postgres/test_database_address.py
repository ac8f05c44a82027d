"""Addresses of databases: as people write them, for a driver that is particular."""

import traceback

import pytest

from auth_adapters.postgres import Database, DatabaseAddress, InvalidDatabaseAddress
from auth_core import Redacted

SECRET = "s3cr%40t"


@pytest.mark.parametrize("scheme", ["postgres", "postgresql", "postgresql+asyncpg"])
def test_every_usual_scheme_means_the_same_driver(scheme: str) -> None:
    address = DatabaseAddress.parse(f"{scheme}://auth:{SECRET}@db.example:6432/auth")

    assert address.url.drivername == "postgresql+asyncpg"
    assert (address.url.host, address.url.port, address.url.database) == ("db.example", 6432, "auth")
    assert address.url.password == "s3cr@t"


def test_several_hosts_are_kept() -> None:
    text = "postgresql://auth:x@/auth?host=one:5432&host=two:5432&target_session_attrs=primary"

    address = DatabaseAddress.parse(text)

    assert address.url.query == {"host": ("one:5432", "two:5432"), "target_session_attrs": "primary"}


def test_tls_is_asked_for_as_everywhere_else() -> None:
    text = "postgresql://auth:x@db/auth?sslmode=verify-full&sslrootcert=/etc/ca%20file.pem"

    address = DatabaseAddress.parse(text)

    assert address.url.query == {}
    assert address.connect_args == {"dsn": "postgresql:///?sslmode=verify-full&sslrootcert=%2Fetc%2Fca+file.pem"}


def test_without_tls_the_driver_is_told_nothing() -> None:
    assert DatabaseAddress.parse("postgresql://auth@db/auth").connect_args == {}


@pytest.mark.parametrize(
    "text",
    [
        "",
        "nonsense",
        f"mysql://auth:{SECRET}@db/auth",
        f"postgresql+psycopg://auth:{SECRET}@db/auth",
        f"postgresql://auth:{SECRET}@db",
        f"postgresql://auth:{SECRET}@db:port/auth",
        f"postgresql://auth:{SECRET}@db/auth?sslmod=require",
        f"postgresql://auth:{SECRET}@db/auth?options=-c%20fsync=off",
    ],
)
def test_what_is_no_address_is_refused_and_not_quoted(text: str) -> None:
    with pytest.raises(InvalidDatabaseAddress) as refused:
        DatabaseAddress.parse(text)

    told = "".join(traceback.format_exception_only(refused.value))
    assert refused.value.__cause__ is None
    assert refused.value.__context__ is None or refused.value.__suppress_context__
    assert SECRET not in told


def test_the_password_is_never_shown() -> None:
    text = f"postgresql://auth:{SECRET}@db/auth?sslmode=require&sslpassword={SECRET}"
    address = DatabaseAddress.parse(text)
    database = Database(Redacted(text))

    assert str(address) == "postgresql+asyncpg://auth:***@db/auth"
    for shown in (str(address), repr(address), repr(database), repr(database.transactions)):
        assert SECRET not in shown
        assert "s3cr@t" not in shown


def test_a_pool_of_one_cannot_serve_both_kinds() -> None:
    with pytest.raises(ValueError, match="at least 2"):
        Database(Redacted("postgresql://auth@db/auth"), pool_size=1)


@pytest.mark.parametrize(("pool_size", "transactions", "single"), [(2, 1, 1), (3, 2, 1), (8, 4, 4), (20, 16, 4)])
def test_both_pools_together_are_no_larger_than_allowed(pool_size: int, transactions: int, single: int) -> None:
    database = Database(Redacted("postgresql://auth@db/auth"), pool_size=pool_size)

    most = {name: pool.most for name, pool in database.pools().items()}
    assert most == {"transactions": transactions, "single_statements": single, "apart": 1}
