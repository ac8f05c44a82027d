"""The storage contracts, held by the adapters in memory."""

import pytest

from auth_adapters.memory import memory_ports
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
from auth_core.testing.contracts.storage import Storage
from auth_core.testing.contracts.unit_of_work import UnitOfWorkContract
from auth_core.testing.contracts.user_directory import UserDirectoryContract
from auth_core.testing.contracts.users import UsersContract


@pytest.fixture(scope="module")
def storage() -> Storage:
    return memory_ports()  # One for all: the contracts promise to cope with what other tests have left.


@pytest.mark.covers("REG-04", "REG-07", "SES-09")
class TestMemoryUsers(UsersContract):
    pass


class TestMemoryUserDirectory(UserDirectoryContract):
    pass


@pytest.mark.covers("RST-02", "RST-03", "RST-04", "RST-06", "RST-16", "R-V1")
class TestMemoryOneTimeTokens(OneTimeTokensContract):
    pass


@pytest.mark.covers("REG-12", "R-V2")
class TestMemoryMailAllowances(MailAllowancesContract):
    pass


@pytest.mark.covers("PWD-12", "PWD-16", "PWD-17")
class TestMemoryMovers(MoversContract):
    pass


class TestMemoryPasswords(PasswordsContract):
    pass


class TestMemoryOutbox(OutboxContract):
    pass


class TestMemoryRoles(RolesContract):
    pass


class TestMemoryRoleHolders(RoleHoldersContract):
    pass


class TestMemoryPrincipals(PrincipalsContract):
    pass


@pytest.mark.covers("RFR-09", "SES-01", "SES-02")
class TestMemorySessions(SessionsContract):
    pass


@pytest.mark.covers("RFR-01", "RFR-06", "RFR-09", "RFR-12", "RFR-15", "RFR-25")
class TestMemoryRefreshChains(RefreshChainsContract):
    pass


@pytest.mark.covers("RFR-26")
class TestMemoryEndedSessions(EndedSessionsContract):
    pass


class TestMemoryProfiles(ProfilesContract):
    pass


class TestMemoryCandidates(CandidatesContract):
    pass


class TestMemorySigningKeys(SigningKeysContract):
    pass


@pytest.mark.covers("JWT-20", "SES-06")
class TestMemoryAccessCheck(AccessCheckContract):
    pass


class TestMemoryAuditTrail(AuditTrailContract):
    pass


class TestMemoryRecordedEvents(RecordedEventsContract):
    pass


@pytest.mark.covers("AUD-03")
class TestMemorySealedBatches(SealedBatchesContract):
    pass


class TestMemoryRevocations(RevocationsContract):
    pass


class TestMemoryRevocationFeed(RevocationFeedContract):
    pass


class TestMemoryServiceClients(ServiceClientsContract):
    pass


class TestMemoryAnswers(AnswersContract):
    pass


class TestMemorySetUp(SetUpContract):
    pass


class TestMemoryUnitOfWork(UnitOfWorkContract):
    pass
