"""PostgreSQL keeps every promise that storage makes."""

import pytest

from auth_adapters.postgres import Database, PostgresPorts, postgres_ports
from auth_core.testing import MovableClock
from auth_core.testing.contracts.access_check import AccessCheckContract
from auth_core.testing.contracts.answers import AnswersContract
from auth_core.testing.contracts.audit_trail import AuditTrailContract
from auth_core.testing.contracts.candidates import CandidatesContract
from auth_core.testing.contracts.ended_sessions import EndedSessionsContract
from auth_core.testing.contracts.movers import MoversContract
from auth_core.testing.contracts.one_time_tokens import MailAllowancesContract, OneTimeTokensContract
from auth_core.testing.contracts.outbox import OutboxContract
from auth_core.testing.contracts.passwords import PasswordsContract
from auth_core.testing.contracts.principals import PrincipalsContract
from auth_core.testing.contracts.profiles import ProfilesContract
from auth_core.testing.contracts.recorded_events import RecordedEventsContract
from auth_core.testing.contracts.refresh_chains import RefreshChainsContract
from auth_core.testing.contracts.revocation_feed import RevocationFeedContract
from auth_core.testing.contracts.revocations import RevocationsContract
from auth_core.testing.contracts.role_holders import RoleHoldersContract
from auth_core.testing.contracts.roles import RolesContract
from auth_core.testing.contracts.sealed_batches import SealedBatchesContract
from auth_core.testing.contracts.service_clients import ServiceClientsContract
from auth_core.testing.contracts.sessions import SessionsContract
from auth_core.testing.contracts.set_up import SetUpContract
from auth_core.testing.contracts.signing_keys import SigningKeysContract
from auth_core.testing.contracts.unit_of_work import UnitOfWorkContract
from auth_core.testing.contracts.user_directory import UserDirectoryContract
from auth_core.testing.contracts.users import UsersContract


class TestPostgresUnitOfWork(UnitOfWorkContract): ...


class TestPostgresUsers(UsersContract): ...


class TestPostgresUserDirectory(UserDirectoryContract): ...


class TestPostgresMovers(MoversContract): ...


class TestPostgresPasswords(PasswordsContract): ...


class TestPostgresOutbox(OutboxContract): ...


class TestPostgresOneTimeTokens(OneTimeTokensContract): ...


class TestPostgresMailAllowances(MailAllowancesContract): ...


class TestPostgresRoles(RolesContract): ...


class TestPostgresRoleHolders(RoleHoldersContract): ...


class TestPostgresPrincipals(PrincipalsContract): ...


class TestPostgresSessions(SessionsContract): ...


class TestPostgresRefreshChains(RefreshChainsContract): ...


class TestPostgresEndedSessions(EndedSessionsContract): ...


class TestPostgresCandidates(CandidatesContract): ...


class TestPostgresProfiles(ProfilesContract): ...


class TestPostgresSigningKeys(SigningKeysContract): ...


class TestPostgresAccessCheck(AccessCheckContract): ...


class TestPostgresAuditTrail(AuditTrailContract): ...


class TestPostgresServiceClients(ServiceClientsContract): ...


class TestPostgresAnswers(AnswersContract): ...


class TestPostgresSetUp(SetUpContract): ...


class TestPostgresRecordedEvents(RecordedEventsContract): ...


class TestPostgresSealedBatches(SealedBatchesContract): ...


class TestPostgresRevocations(RevocationsContract): ...


class TestPostgresRevocationFeed(RevocationFeedContract): ...


class TestPostgresRevocationFeedByPollingOnly(RevocationFeedContract):
    @pytest.fixture
    def storage(self, database: Database, clock: MovableClock) -> PostgresPorts:
        return postgres_ports(database, clock=clock, notify=False)
