"""The parts of the service, each built once, on first use.

It only builds: nothing is injected anywhere. A test puts another part in the place of any of these with
`container.storage.override(…)`.
"""

from datetime import timedelta
from typing import TYPE_CHECKING

from dependency_injector import containers, providers

from auth_adapters.answer_vault import SealingAnswerVault
from auth_adapters.bcrypt_hasher import BcryptHasher, expected_duration
from auth_adapters.common_passwords import BuiltInCommonPasswords
from auth_adapters.hash_transfer import BcryptTransfer
from auth_adapters.hashing_pool import HashingPolicy, HashingPool
from auth_adapters.head_signer import HmacHeadSigner
from auth_adapters.jwt_tokens import JwtAccessTokenSigner, JwtRefreshTokenSigner
from auth_adapters.key_vault import KeyVault
from auth_adapters.message_vault import SealingMessageVault
from auth_adapters.postgres import postgres_ports
from auth_adapters.signing.vault_key_maker import VaultKeyMaker
from auth_adapters.system import SystemClock, SystemEntropy
from auth_adapters.usable_cores import usable_cores
from auth_core import AuthCore, Policies, Ports, assemble
from auth_core.credentials.passwords.ports import BreachedPasswords
from auth_core.outbox.ports import MailPorts
from auth_core.tokens.key_ring import KeyRing
from auth_http.keychain import Keychain, keychain
from auth_http.mail import mail_ports
from auth_http.metrics.backlog import BacklogGauge
from auth_http.metrics.catalogue import Process
from auth_http.metrics.jobs import JobRecords
from auth_http.metrics.requests import RequestTally
from auth_http.postgres_storage import PostgresStorage
from auth_http.readiness import Readiness
from auth_http.settings import Settings, read_settings
from auth_http.telemetry import configure_logging

if TYPE_CHECKING:
    from auth_adapters.breached_passwords import HttpBreachedPasswords


def _policies(settings: Settings) -> Policies:
    return settings.policies()


def _hashing_pool(settings: Settings) -> HashingPool:
    policy = HashingPolicy(
        threads=settings.hashing_threads or max(1, usable_cores() // settings.workers),
        niceness=settings.hashing_niceness,
        deadline=timedelta(seconds=settings.hashing_wait_seconds),
    )
    return HashingPool(policy, first_guess=expected_duration(settings.bcrypt_cost))


def _hasher(settings: Settings, keys: Keychain, pool: HashingPool, entropy: SystemEntropy) -> BcryptHasher:
    pepper = KeyVault(keys.pepper.current, previous=keys.pepper.previous, entropy=entropy)
    return BcryptHasher(pepper=pepper, cost=settings.bcrypt_cost, pool=pool)


def _breached_passwords(settings: Settings) -> "HttpBreachedPasswords | None":
    if settings.breached_passwords_url is None:
        return None
    # Nobody else needs the package that asks, nor should wait for its import.
    from auth_adapters.breached_passwords import HttpBreachedPasswords  # noqa: PLC0415

    patience = timedelta(seconds=settings.breached_passwords_seconds)
    return HttpBreachedPasswords.at(settings.breached_passwords_url, patience=patience)


def _hash_transfer(settings: Settings, keys: Keychain, pool: HashingPool, entropy: SystemEntropy) -> BcryptTransfer:
    pepper = KeyVault(keys.pepper.current, previous=keys.pepper.previous, entropy=entropy)
    return BcryptTransfer(pepper=pepper, cost=settings.bcrypt_cost, pool=pool)


def _vault(keys: Keychain, entropy: SystemEntropy) -> KeyVault:
    return KeyVault(keys.signing.current, previous=keys.signing.previous, entropy=entropy)


def _key_ring(policies: Policies) -> KeyRing:
    return KeyRing(retirement=policies.tokens.retirement)


def _refresh_tokens(keys: Keychain) -> JwtRefreshTokenSigner:
    return JwtRefreshTokenSigner(keys.refresh.current, previous=keys.refresh.previous)


def _head_signer(keys: Keychain) -> HmacHeadSigner:
    return HmacHeadSigner(keys.audit.current, previous=keys.audit.previous)


def _answer_vault(keys: Keychain, entropy: SystemEntropy) -> SealingAnswerVault:
    return SealingAnswerVault(KeyVault(keys.answers.current, previous=keys.answers.previous, entropy=entropy))


def _message_vault(keys: Keychain, entropy: SystemEntropy) -> SealingMessageVault:
    return SealingMessageVault(KeyVault(keys.messages.current, previous=keys.messages.previous, entropy=entropy))


def _ports(
    *,
    settings: Settings,
    policies: Policies,
    clock: SystemClock,
    entropy: SystemEntropy,
    storage: PostgresStorage,
    hasher: BcryptHasher,
    breached_passwords: BreachedPasswords | None,
    hash_transfer: BcryptTransfer,
    key_ring: KeyRing,
    key_maker: VaultKeyMaker,
    access_tokens: JwtAccessTokenSigner,
    refresh_tokens: JwtRefreshTokenSigner,
    head_signer: HmacHeadSigner,
    answer_vault: SealingAnswerVault,
    message_vault: SealingMessageVault,
    mail: MailPorts | None,
) -> Ports:
    stored = postgres_ports(
        storage.database, clock=clock, revocation=policies.revocation, notify=settings.revocation_notify
    )
    return Ports(
        clock=clock,
        entropy=entropy,
        uow=stored.uow,
        candidates=stored.candidates,
        profiles=stored.profiles,
        refresh_chains=stored.refresh_chains,
        access_check=stored.access_check,
        ended_sessions=stored.ended_sessions,
        revocation_feed=stored.revocation_feed,
        old_revocations=stored.old_revocations,
        old_answers=stored.old_answers,
        known_clients=stored.known_clients,
        outbox_queue=stored.outbox_queue,
        arrivals=stored.arrivals,
        old_messages=stored.old_messages,
        old_tokens=stored.old_tokens,
        hasher=hasher,
        common_passwords=BuiltInCommonPasswords(),
        breached_passwords=breached_passwords,
        hash_transfer=hash_transfer,
        key_ring=key_ring,
        key_maker=key_maker,
        key_sealer=key_maker,
        password_sealer=hasher,
        message_vault=message_vault,
        message_sealer=message_vault,
        access_tokens=access_tokens,
        refresh_tokens=refresh_tokens,
        head_signer=head_signer,
        answer_vault=answer_vault,
        mail=mail,
    )


def _measured(
    *,
    auth: AuthCore,
    policies: Policies,
    clock: SystemClock,
    pool: HashingPool,
    storage: PostgresStorage,
    jobs: JobRecords,
    requests: RequestTally,
    backlog: BacklogGauge,
) -> Process:
    return Process(
        auth=auth,
        policies=policies,
        clock=clock,
        hashing=pool,
        pools=storage.database.pools,
        jobs=jobs,
        requests=requests,
        backlog=backlog,
    )


class Container(containers.DeclarativeContainer):
    """Every part. What stands on the storage (`ports`, `auth`) can be asked for once that is open."""

    settings: providers.Provider[Settings] = providers.Singleton(read_settings)
    policies: providers.Provider[Policies] = providers.Singleton(_policies, settings)
    clock = providers.Singleton(SystemClock)
    entropy = providers.Singleton(SystemEntropy)
    keychain: providers.Provider[Keychain] = providers.Singleton(keychain, settings)
    hashing_pool: providers.Provider[HashingPool] = providers.Singleton(_hashing_pool, settings)
    hasher: providers.Provider[BcryptHasher] = providers.Singleton(_hasher, settings, keychain, hashing_pool, entropy)
    breached_passwords: providers.Provider["HttpBreachedPasswords | None"] = providers.Singleton(
        _breached_passwords, settings
    )
    hash_transfer: providers.Provider[BcryptTransfer] = providers.Singleton(
        _hash_transfer, settings, keychain, hashing_pool, entropy
    )
    key_vault: providers.Provider[KeyVault] = providers.Singleton(_vault, keychain, entropy)
    key_ring: providers.Provider[KeyRing] = providers.Singleton(_key_ring, policies)
    key_maker = providers.Singleton(VaultKeyMaker, key_vault, entropy=entropy)
    access_tokens = providers.Singleton(JwtAccessTokenSigner, key_ring, vault=key_vault, clock=clock)
    refresh_tokens: providers.Provider[JwtRefreshTokenSigner] = providers.Singleton(_refresh_tokens, keychain)
    head_signer: providers.Provider[HmacHeadSigner] = providers.Singleton(_head_signer, keychain)
    answer_vault: providers.Provider[SealingAnswerVault] = providers.Singleton(_answer_vault, keychain, entropy)
    message_vault: providers.Provider[SealingMessageVault] = providers.Singleton(_message_vault, keychain, entropy)
    mail: providers.Provider[MailPorts | None] = providers.Singleton(mail_ports, settings)
    storage = providers.Singleton(PostgresStorage, settings)
    readiness: providers.Provider[Readiness] = providers.Singleton(
        Readiness, storage=storage, key_ring=key_ring, clock=clock
    )
    ports: providers.Provider[Ports] = providers.Singleton(
        _ports,
        settings=settings,
        policies=policies,
        clock=clock,
        entropy=entropy,
        storage=storage,
        hasher=hasher,
        breached_passwords=breached_passwords,
        hash_transfer=hash_transfer,
        key_ring=key_ring,
        key_maker=key_maker,
        access_tokens=access_tokens,
        refresh_tokens=refresh_tokens,
        head_signer=head_signer,
        answer_vault=answer_vault,
        message_vault=message_vault,
        mail=mail,
    )
    auth: providers.Provider[AuthCore] = providers.Singleton(assemble, ports, policies)
    request_tally = providers.Singleton(RequestTally)
    backlog: providers.Provider[BacklogGauge] = providers.Singleton(BacklogGauge)
    job_records = providers.Singleton(JobRecords, clock)
    measured: providers.Provider[Process] = providers.Singleton(
        _measured,
        auth=auth,
        policies=policies,
        clock=clock,
        pool=hashing_pool,
        storage=storage,
        jobs=job_records,
        requests=request_tally,
        backlog=backlog,
    )


def container_with(settings: Settings) -> Container:
    """Return the parts of a service with these settings, whatever the environment says."""
    container = Container()
    container.settings.override(providers.Object(settings))  # pyright: ignore[reportUnknownMemberType] - half-typed
    return container


def container_of_environment() -> Container:
    """Return the parts of the service of this process, and let everything be logged as its settings say.

    For whoever starts it in a server of their own. Raises: InvalidSettings.
    """
    container = Container()
    settings = container.settings()
    configure_logging(level=settings.log_level, log_format=settings.log_format, log_sql=settings.log_sql)
    return container
