"""What this package gives to `auth_core.Ports`."""

from dataclasses import dataclass

from auth_adapters.postgres.database import Database
from auth_adapters.postgres.idempotency import PostgresOldAnswers
from auth_adapters.postgres.login import PostgresCandidates
from auth_adapters.postgres.oauth import PostgresKnownClients
from auth_adapters.postgres.outbox import NobodyTells, PostgresOldMessages, PostgresOutboxQueue
from auth_adapters.postgres.profiles import PostgresProfiles
from auth_adapters.postgres.queue import ARRIVALS
from auth_adapters.postgres.revocation import CHANNEL, PostgresOldRevocations
from auth_adapters.postgres.revocation_feed import PostgresRevocationFeed
from auth_adapters.postgres.sessions import PostgresEndedSessions, PostgresRefreshChains
from auth_adapters.postgres.statements import OnEngine
from auth_adapters.postgres.throttling import PostgresBudgets
from auth_adapters.postgres.tokens import PostgresAccessCheck
from auth_adapters.postgres.unit_of_work import PostgresUnitOfWork
from auth_adapters.postgres.verification import PostgresOldTokens
from auth_adapters.postgres.webhook_deliveries import PostgresOldWebhookDeliveries, PostgresWebhookQueue
from auth_core.assembly import Tx
from auth_core.clock import Clock
from auth_core.login.ports import Candidates
from auth_core.oauth.ports import KnownClients
from auth_core.outbox.ports import Arrivals, OutboxQueue
from auth_core.revocation.policy import RevocationPolicy
from auth_core.revocation.ports import RevocationFeed
from auth_core.sessions.ports import RefreshChains
from auth_core.throttling.ports import Budgets
from auth_core.tokens.ports import AccessCheck
from auth_core.unit_of_work import UnitOfWork
from auth_core.upkeep.ports import Purgeable
from auth_core.users.ports import Profiles
from auth_core.webhooks.ports import WebhookQueue


@dataclass(frozen=True, slots=True, kw_only=True)
class PostgresPorts:
    """The ports of the core that are about storage, by the names they have there."""

    uow: UnitOfWork[Tx]
    candidates: Candidates
    profiles: Profiles
    refresh_chains: RefreshChains
    access_check: AccessCheck
    ended_sessions: Purgeable
    revocation_feed: RevocationFeed
    old_revocations: Purgeable
    old_answers: Purgeable
    known_clients: KnownClients
    outbox_queue: OutboxQueue
    arrivals: Arrivals
    old_messages: Purgeable
    old_tokens: Purgeable
    webhook_queue: WebhookQueue
    old_webhook_deliveries: Purgeable
    budgets: Budgets


def postgres_ports(
    database: Database,
    *,
    clock: Clock,
    revocation: RevocationPolicy = RevocationPolicy(),  # noqa: B008 - frozen
    notify: bool = True,
) -> PostgresPorts:
    """Return the adapters over the connections of `database`.

    Without `notify` nobody listens and nobody is notified: for engines that know no NOTIFY, and for poolers that lend a
    connection for one transaction only (PgBouncer in transaction mode). Revocations and messages are then found by
    polling.
    """
    single_statements = database.single_statements
    return PostgresPorts(
        uow=PostgresUnitOfWork(database, notify=notify),
        candidates=PostgresCandidates(single_statements),
        profiles=PostgresProfiles(single_statements),
        refresh_chains=PostgresRefreshChains(single_statements),
        access_check=PostgresAccessCheck(single_statements, clock=clock),
        ended_sessions=PostgresEndedSessions(single_statements),
        revocation_feed=PostgresRevocationFeed(
            OnEngine(database.apart),
            listening=database.listening(CHANNEL) if notify else None,
            clock=clock,
            poll=revocation.poll,
            overlap=max(revocation.overlap, database.deadlines.from_write_to_commit),
        ),
        old_revocations=PostgresOldRevocations(single_statements),
        old_answers=PostgresOldAnswers(single_statements),
        known_clients=PostgresKnownClients(single_statements),
        outbox_queue=PostgresOutboxQueue(OnEngine(database.apart), single_statements),
        arrivals=database.listening(ARRIVALS) if notify else NobodyTells(),
        old_messages=PostgresOldMessages(single_statements),
        old_tokens=PostgresOldTokens(single_statements),
        webhook_queue=PostgresWebhookQueue(OnEngine(database.apart), single_statements),
        old_webhook_deliveries=PostgresOldWebhookDeliveries(single_statements),
        budgets=PostgresBudgets(single_statements),
    )
