"""What this package gives to `auth_core.Ports`."""

from dataclasses import dataclass

from auth_adapters.postgres.database import Database
from auth_adapters.postgres.login import PostgresCandidates
from auth_adapters.postgres.sessions import PostgresEndedSessions, PostgresRefreshChains
from auth_adapters.postgres.statements import Alone
from auth_adapters.postgres.tokens import PostgresAccessCheck
from auth_adapters.postgres.unit_of_work import PostgresUnitOfWork
from auth_core.assembly import Tx
from auth_core.clock import Clock
from auth_core.login.ports import Candidates
from auth_core.sessions.ports import RefreshChains
from auth_core.tokens.ports import AccessCheck
from auth_core.unit_of_work import UnitOfWork
from auth_core.upkeep.ports import Purgeable


@dataclass(frozen=True, slots=True, kw_only=True)
class PostgresPorts:
    """The ports of the core that are about storage, by the names they have there."""

    uow: UnitOfWork[Tx]
    candidates: Candidates
    refresh_chains: RefreshChains
    access_check: AccessCheck
    ended_sessions: Purgeable


def postgres_ports(database: Database, *, clock: Clock) -> PostgresPorts:
    """Return the adapters over the connections of `database`."""
    single_statements = Alone(database.single_statements)
    return PostgresPorts(
        uow=PostgresUnitOfWork(database),
        candidates=PostgresCandidates(single_statements),
        refresh_chains=PostgresRefreshChains(single_statements),
        access_check=PostgresAccessCheck(single_statements, clock=clock),
        ended_sessions=PostgresEndedSessions(single_statements),
    )
