"""All ports over one store in memory."""

from datetime import timedelta
from typing import Final

from auth_adapters.memory.idempotency import MemoryOldAnswers
from auth_adapters.memory.login import MemoryCandidates
from auth_adapters.memory.oauth import MemoryKnownClients
from auth_adapters.memory.outbox import MemoryArrivals, MemoryOldMessages, MemoryOutboxQueue
from auth_adapters.memory.profiles import MemoryProfiles
from auth_adapters.memory.revocation import MemoryOldRevocations, MemoryRevocationFeed
from auth_adapters.memory.sessions import MemoryEndedSessions, MemoryRefreshChains
from auth_adapters.memory.store import MemoryStore
from auth_adapters.memory.tokens import MemoryAccessCheck
from auth_adapters.memory.unit_of_work import MemoryUnitOfWork
from auth_adapters.memory.verification import MemoryOldTokens
from auth_adapters.system import SystemClock, SystemEntropy
from auth_core.assembly import Policies, Ports, Tx, assemble
from auth_core.audit.ports import HeadSigner
from auth_core.clock import Clock
from auth_core.credentials.passwords.model import PasswordHash
from auth_core.credentials.passwords.ports import BreachedPasswords, CommonPasswords, HashTransfer, PasswordHasher
from auth_core.entropy import Entropy
from auth_core.idempotency.ports import AnswerVault
from auth_core.login.ports import Candidates
from auth_core.oauth.ports import KnownClients
from auth_core.origin import Origin
from auth_core.outbox.model import SealedMessage
from auth_core.outbox.ports import Arrivals, MailPorts, MessageVault, OutboxQueue
from auth_core.revocation.policy import RevocationPolicy
from auth_core.revocation.ports import RevocationFeed
from auth_core.rooms import AuthCore
from auth_core.sessions.ports import RefreshChains
from auth_core.sessions.token_pair import REFRESH_TOKEN_TYPE
from auth_core.testing import (
    FewCommonPasswords,
    HmacKeyMaker,
    HmacTokenSigner,
    NothingSealed,
    UnsafeAnswerVault,
    UnsafeFastHasher,
    UnsafeHeadSigner,
    UnsafeOpenVault,
    UnsafeTransfer,
)
from auth_core.tokens.key_ring import KeyRing
from auth_core.tokens.keys import KeyMaterial
from auth_core.tokens.policy import TokenPolicy
from auth_core.tokens.ports import AccessCheck, KeyMaker, TokenSigner
from auth_core.unit_of_work import UnitOfWork
from auth_core.upkeep.ports import Purgeable, Sealer
from auth_core.users.ports import Profiles

FOR_TESTS: Final = Policies(
    tokens=TokenPolicy(issuer="https://auth.test", audience="https://api.test"),
    revocation=RevocationPolicy(poll=timedelta(milliseconds=10)),
)
"""Policies for services nobody signs in to."""


def memory_ports(
    *,
    store: MemoryStore | None = None,
    policies: Policies = FOR_TESTS,
    clock: Clock | None = None,
    entropy: Entropy | None = None,
    uow: UnitOfWork[Tx] | None = None,
    candidates: Candidates | None = None,
    profiles: Profiles | None = None,
    refresh_chains: RefreshChains | None = None,
    access_check: AccessCheck | None = None,
    ended_sessions: Purgeable | None = None,
    revocation_feed: RevocationFeed | None = None,
    old_revocations: Purgeable | None = None,
    old_answers: Purgeable | None = None,
    known_clients: KnownClients | None = None,
    outbox_queue: OutboxQueue | None = None,
    arrivals: Arrivals | None = None,
    old_messages: Purgeable | None = None,
    old_tokens: Purgeable | None = None,
    hasher: PasswordHasher | None = None,
    common_passwords: CommonPasswords | None = None,
    breached_passwords: BreachedPasswords | None = None,
    hash_transfer: HashTransfer | None = None,
    key_ring: KeyRing | None = None,
    key_maker: KeyMaker | None = None,
    key_sealer: Sealer[KeyMaterial] | None = None,
    password_sealer: Sealer[PasswordHash] | None = None,
    message_vault: MessageVault | None = None,
    message_sealer: Sealer[SealedMessage] | None = None,
    access_tokens: TokenSigner | None = None,
    refresh_tokens: TokenSigner | None = None,
    head_signer: HeadSigner | None = None,
    answer_vault: AnswerVault | None = None,
    mail: MailPorts | None = None,
) -> Ports:
    """Return ports over `store`, or over a new one; whatever is given takes the place of what would be made.

    `policies` should be the ones the core is assembled with: they say how long a replaced key is kept.
    """
    store = store or MemoryStore()
    clock = clock or SystemClock()
    entropy = entropy or SystemEntropy()
    key_ring = key_ring or KeyRing(retirement=policies.tokens.retirement)
    return Ports(
        clock=clock,
        entropy=entropy,
        uow=uow or MemoryUnitOfWork(store),
        candidates=candidates or MemoryCandidates(store),
        profiles=profiles or MemoryProfiles(store),
        refresh_chains=refresh_chains or MemoryRefreshChains(store),
        access_check=access_check or MemoryAccessCheck(store, clock=clock),
        ended_sessions=ended_sessions or MemoryEndedSessions(store),
        revocation_feed=revocation_feed or MemoryRevocationFeed(store, clock=clock),
        old_revocations=old_revocations or MemoryOldRevocations(store),
        old_answers=old_answers or MemoryOldAnswers(store),
        known_clients=known_clients or MemoryKnownClients(store),
        outbox_queue=outbox_queue or MemoryOutboxQueue(store),
        arrivals=arrivals or MemoryArrivals(store),
        old_messages=old_messages or MemoryOldMessages(store),
        old_tokens=old_tokens or MemoryOldTokens(store),
        hasher=hasher or UnsafeFastHasher(),
        common_passwords=common_passwords or FewCommonPasswords(),
        breached_passwords=breached_passwords,
        hash_transfer=hash_transfer or UnsafeTransfer(),
        key_ring=key_ring,
        key_maker=key_maker or HmacKeyMaker(entropy),
        key_sealer=key_sealer or NothingSealed(),
        password_sealer=password_sealer or NothingSealed(),
        message_vault=message_vault or UnsafeOpenVault(),
        message_sealer=message_sealer or NothingSealed(),
        access_tokens=access_tokens or HmacTokenSigner.over(key_ring, clock=clock),
        refresh_tokens=refresh_tokens or HmacTokenSigner.fixed(entropy.token_bytes(32), typ=REFRESH_TOKEN_TYPE),
        head_signer=head_signer or UnsafeHeadSigner(),
        answer_vault=answer_vault or UnsafeAnswerVault(),
        mail=mail,
    )


async def auth_in_memory(ports: Ports | None = None, *, policies: Policies = FOR_TESTS) -> AuthCore:
    """Return the core, ready for use: with a key to sign with.

    `ports` are what `memory_ports` made, when something in them is to be another than usual.
    """
    auth = assemble(ports or memory_ports(policies=policies), policies)
    await auth.tokens.rotate_keys(if_due=True, origin=Origin())
    return auth
