"""What the core needs from outside: one adapter for each port, and what a transaction gives."""

from dataclasses import dataclass
from typing import Protocol

from auth_core.access.ports import RolesEditTx
from auth_core.audit.ports import HeadSigner
from auth_core.clock import Clock
from auth_core.credentials.passwords.model import PasswordHash
from auth_core.credentials.passwords.ports import (
    BreachedPasswords,
    ChangePasswordTx,
    CommonPasswords,
    HashTransfer,
    PasswordHasher,
)
from auth_core.entropy import Entropy
from auth_core.even_time import EvenTime
from auth_core.idempotency.ports import AnswerVault
from auth_core.login.ports import Candidates, LoginTx
from auth_core.oauth.ports import ClientsTx, KnownClients
from auth_core.outbox.model import SealedMessage
from auth_core.outbox.ports import Arrivals, MailPorts, MessageVault, OutboxEditTx, OutboxQueue
from auth_core.recovery.ports import RecoveryTx
from auth_core.revocation.ports import RevocationFeed, RevocationsTx
from auth_core.sessions.ports import LogOutEverywhereTx, RefreshChains, RefreshTx, Sessions
from auth_core.throttling.ports import BudgetNames, Budgets, DeviceTokens
from auth_core.tokens.key_ring import KeyRing
from auth_core.tokens.keys import KeyMaterial
from auth_core.tokens.ports import AccessCheck, KeyMaker, KeysTx, TokenSigner
from auth_core.unit_of_work import UnitOfWork
from auth_core.upkeep.ports import Purgeable, Sealer
from auth_core.users.ports import DirectoryTx, HoldersTx, MoversTx, PasswordResetTx, Profiles, ProfileTx, SetUpTx, Users
from auth_core.webhooks.model import SealedSecret
from auth_core.webhooks.ports import TellingTx, WebhookQueue, WebhookSender, WebhookVault


class Tx(
    SetUpTx,
    ProfileTx,
    ChangePasswordTx,
    LoginTx,
    RefreshTx,
    LogOutEverywhereTx,
    KeysTx,
    PasswordResetTx,
    ClientsTx,
    HoldersTx,
    DirectoryTx,
    MoversTx,
    RolesEditTx,
    TellingTx,
    OutboxEditTx,
    RecoveryTx,
    RevocationsTx,
    Protocol,
):
    """Everything a transaction gives: the slices of all rooms together."""

    @property
    def users(self) -> Users: ...

    @property
    def sessions(self) -> Sessions: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Ports:
    """What the core needs from outside: one adapter for each.

    Without `mail` no person is told anything, and without `webhook_sender` no program.
    """

    clock: Clock
    entropy: Entropy
    even_time: EvenTime
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
    hasher: PasswordHasher
    common_passwords: CommonPasswords
    hash_transfer: HashTransfer
    key_ring: KeyRing
    key_maker: KeyMaker
    key_sealer: Sealer[KeyMaterial]
    password_sealer: Sealer[PasswordHash]
    message_vault: MessageVault
    message_sealer: Sealer[SealedMessage]
    access_tokens: TokenSigner
    refresh_tokens: TokenSigner
    head_signer: HeadSigner
    answer_vault: AnswerVault
    webhook_queue: WebhookQueue
    old_webhook_deliveries: Purgeable
    webhook_vault: WebhookVault
    webhook_sealer: Sealer[SealedSecret]
    budgets: Budgets
    budget_names: BudgetNames
    device_tokens: DeviceTokens
    breached_passwords: BreachedPasswords | None = None
    mail: MailPorts | None = None
    webhook_sender: WebhookSender | None = None
