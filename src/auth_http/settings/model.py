"""Every setting, with its unit, its default and its bounds."""

import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import timedelta
from enum import StrEnum
from ipaddress import IPv4Network, IPv6Network, ip_network
from pathlib import Path
from typing import Annotated, Any, Final, cast, override
from urllib.parse import urlsplit

from pydantic import AfterValidator, BeforeValidator, Field, JsonValue, PlainSerializer, PlainValidator
from pydantic_settings import BaseSettings, NoDecode, PydanticBaseSettingsSource, SettingsConfigDict

from auth_adapters.mail.smtp_server import MailTls
from auth_core import (
    AccessCheckMode,
    Allowance,
    AuditPolicy,
    BreachFallback,
    DeliveryPolicy,
    PasswordPolicy,
    Policies,
    Redacted,
    RegistrationMode,
    RevocationPolicy,
    SessionPolicy,
    ThrottlePolicy,
    TokenPolicy,
    UnsafeNoThrottle,
    UserPolicy,
    VerificationPolicy,
)
from auth_core.audit.policy import Span
from auth_core.tokens.keys import Algorithm
from auth_core.webhooks.policy import WEBHOOK_DELIVERY, WebhookPolicy
from auth_core.webhooks.reach import Reach
from auth_http.settings.mail import MailMode, checked_sender
from auth_http.settings.problems import PREFIX
from auth_http.settings.stage import Stage

type Network = IPv4Network | IPv6Network


class LogLevel(StrEnum):
    """From which weight on a line is written."""

    DEBUG = "debug"
    INFO = "info"
    WARNING = "warning"
    ERROR = "error"


class LogFormat(StrEnum):
    """For whom lines are written: people, or programs."""

    CONSOLE = "console"
    JSON = "json"


def _secret(given: object) -> Redacted[str]:
    if isinstance(given, Redacted):
        given = given.reveal()  # pyright: ignore[reportUnknownVariableType] - checked in the next line
    if not isinstance(given, str):
        raise ValueError("must be text")  # noqa: TRY004 - pydantic collects ValueErrors
    return Redacted(given)


def _web_address(address: str) -> str:
    try:
        parts = urlsplit(address)
        _ = parts.port
    except ValueError:
        raise ValueError("is not the address of a web site") from None
    if parts.scheme not in ("http", "https") or not parts.hostname or not address.isprintable() or " " in address:
        raise ValueError("must be a web address such as https://auth.example.com")
    if parts.username is not None or parts.query or parts.fragment or address.endswith(("?", "#")):
        raise ValueError("must not have a user name, a query or a fragment (RFC 8414 §2)")
    return address


def _networks(why: str) -> Callable[[object], tuple[Network, ...]]:
    """Return what reads a list with commas, and takes a tuple of networks as it is; `why` it takes no names."""

    def read(given: object) -> tuple[Network, ...]:
        members = given.split(",") if isinstance(given, str) else cast("tuple[object, ...]", given)
        try:
            return tuple(ip_network(str(each).strip()) for each in members if str(each).strip())
        except ValueError:
            raise ValueError(
                f"must list addresses or networks such as 10.0.0.7, 10.1.0.0/16 with commas between them: {why}, so "
                "names and * are not taken"
            ) from None

    return read


def _words(given: object) -> tuple[str, ...]:
    """Read a list with commas; a tuple of words is taken as it is."""
    members = given.split(",") if isinstance(given, str) else cast("tuple[object, ...]", given)
    return tuple(word for each in members if (word := str(each).strip()))


def _tries(given: object) -> Allowance:
    return given if isinstance(given, Allowance) else Allowance.parse(str(given))


def _origins(given: object) -> tuple[str, ...]:
    """Read a list with commas; an origin is a scheme, a host and no more (RFC 6454 §6.2)."""
    origins = _words(given)
    for each in origins:
        if _ORIGIN.fullmatch(each) is None or each.endswith({"http:": ":80", "https": ":443"}[each[:5]]):
            raise ValueError(
                "must list origins such as https://app.example.com with commas between them, as browsers write them: "
                "in lower case, without a path or the usual port; * and null are not taken"
            )
    return origins


def _without_last_slash(address: str) -> str:
    return address.removesuffix("/")


Secret = Annotated[Redacted[str], PlainValidator(_secret)]
WebAddress = Annotated[str, AfterValidator(_web_address)]
Tries = Annotated[Allowance, NoDecode, PlainValidator(_tries), PlainSerializer(str, return_type=str)]
Words = Annotated[tuple[str, ...], NoDecode, BeforeValidator(_words)]
Origins = Annotated[tuple[str, ...], NoDecode, BeforeValidator(_origins)]
Proxies = Annotated[
    tuple[Network, ...],
    NoDecode,
    BeforeValidator(_networks("whoever is trusted can claim any address for a caller")),
]
Receivers = Annotated[
    tuple[Network, ...], NoDecode, BeforeValidator(_networks("what a name leads to can be another at any time"))
]

_DEFAULT: Final = ThrottlePolicy()
_ORIGIN: Final = re.compile(r"https?://(?:[a-z0-9](?:[a-z0-9._-]*[a-z0-9])?|\[[0-9a-f:.]+\])(?::[0-9]{1,5})?")
_UNGUARDED_ONLY: Final = "on in development and test, off in staging and production"


def _name_of_host(address: str) -> str:
    """Return the host without its last label, which is nobody's name."""
    return (urlsplit(address).hostname or "").rpartition(".")[0]


def _is_guarded(values: Mapping[str, Any]) -> bool:
    """Whether the stage, if it could be read, is one where people rely on the service."""
    return bool(values.get("env", Stage.PRODUCTION).is_guarded)


def _mail_mode(values: Mapping[str, Any]) -> MailMode:
    if values.get("mail_host"):
        return MailMode.SMTP
    return MailMode.CONSOLE if values.get("env") is Stage.DEVELOPMENT else MailMode.OFF


def _local_address(values: Mapping[str, Any]) -> str:
    return f"http://127.0.0.1:{values.get('port', 8000)}"


def _in_words(default: str) -> dict[str, JsonValue]:
    """What a setting is when it is not given, for the reference."""
    return {"default": default}


class Settings(BaseSettings):
    """Every choice there is. Made by `read_settings()`; in a test, by keyword."""

    model_config = SettingsConfigDict(
        env_prefix=PREFIX,
        frozen=True,
        extra="forbid",
        arbitrary_types_allowed=True,
        hide_input_in_errors=True,
        use_attribute_docstrings=True,
    )

    # ---- The whole
    env: Stage = Field(default=Stage.DEVELOPMENT)
    """Where the service runs: development, test, staging or production. In staging and production nothing is made up:
    what is missing or unsafe is refused.
    """

    data_dir: Path = Field(default=Path(".data"))
    """The folder for what is made up in development and test: the embedded database and the secrets."""

    master_secret: Secret | None = Field(
        default=None,
        json_schema_extra=_in_words("made once, in a file under AUTH_DATA_DIR; required in staging and production"),
    )
    """The secret from which the keys for signing, sealing and hashing are derived: at least 32 random bytes, for
    example from `openssl rand -base64 48`. Whoever loses it loses every password and session.
    """

    previous_master_secret: Secret | None = Field(default=None, json_schema_extra=_in_words("none"))
    """The master secret before this one, or the one to come: what was made under it is good as well."""

    # ---- The database
    database_url: Secret | None = Field(
        default=None,
        json_schema_extra=_in_words("an embedded PostgreSQL under AUTH_DATA_DIR; required in staging and production"),
    )
    """The PostgreSQL to use, version 15 or newer: postgresql://user:password@host:5432/database."""

    database_pool_size: int = Field(default=8, ge=2, le=200)
    """Connections a process keeps at most, besides the one over which it follows what is revoked."""

    database_timeout_seconds: float = Field(default=5, ge=0.1, le=60)
    """Seconds a request waits for a connection, and a statement for its answer, before it is given up with 503."""

    database_connect_seconds: float = Field(default=2, ge=0.1, le=60)
    """Seconds to wait for a new connection, at most AUTH_DATABASE_TIMEOUT_SECONDS. It bounds how long after a silent
    network works again the service does; raise it for a database far away.
    """

    database_start_seconds: float = Field(
        default_factory=lambda values: 30 if _is_guarded(values) else 0,
        json_schema_extra=_in_words("0 in development and test, 30 in staging and production"),
        ge=0,
        le=600,
    )
    """Seconds to wait for the database at start-up, where it may be starting as well."""

    # ---- How it is reached
    host: str = Field(default="127.0.0.1")
    """The address to listen at; 0.0.0.0 for every one of the machine."""

    port: int = Field(default=8000, ge=0, le=65535)
    """The port to listen at; 0 for a free one."""

    workers: int = Field(default=1, ge=1, le=64)
    """Processes that serve. One for each core, or one for each container."""

    public_url: Annotated[WebAddress, AfterValidator(_without_last_slash)] = Field(
        default_factory=_local_address,
        json_schema_extra=_in_words(
            "http://127.0.0.1 with AUTH_PORT; required in staging and production, and https there"
        ),
    )
    """The address at which clients reach the service."""

    trusted_proxies: Proxies = Field(default=(), json_schema_extra=_in_words("none"))
    """Addresses or networks of the proxies in front, with commas between them: theirs alone are the headers that say
    where a call came from.
    """

    request_seconds: float = Field(default=10, ge=1, le=60)
    """Seconds in which the head of a request must have arrived; its body has as long again, and both together a quarter
    more than this. Whoever does not take 16 KiB of an answer in as long is hung up on as well.
    """

    keep_alive_seconds: int = Field(default=10, ge=1, le=300)
    """Seconds a connection is kept when nothing is asked over it. Proxies in front should close theirs earlier."""

    max_connections: int = Field(default=2000, ge=16, le=100_000)
    """Connections a process holds at a time, as far as the limit of open files allows. Beyond that whoever has sent
    nothing for longest makes room; when all are being served, others are told to come back (503).
    """

    max_connections_per_source: int = Field(
        default_factory=lambda values: max(16, values.get("max_connections", 2000) // 4),
        json_schema_extra=_in_words("a quarter of AUTH_MAX_CONNECTIONS"),
        ge=1,
        le=100_000,
    )
    """Connections of them that one source may hold: an IPv4 address, or a /64 of IPv6. AUTH_TRUSTED_PROXIES are not
    counted so: theirs are many people's.
    """

    cors_origins: Origins = Field(default=(), json_schema_extra=_in_words("none"))
    """Web origins whose scripts may call the service from a browser, such as https://app.example.com, with commas
    between them. Others are answered, and browsers keep the answer from them. Credentials (cookies) are never allowed.
    """

    drain_seconds: float = Field(
        default_factory=lambda values: 5 if _is_guarded(values) else 0,
        json_schema_extra=_in_words("0 in development and test, 5 in staging and production"),
        ge=0,
        le=300,
    )
    """Seconds in which a service told to stop says it is not ready and still serves, so that load balancers notice."""

    shutdown_seconds: float = Field(default=20, ge=1, le=300)
    """Seconds a request under way may still take when the service stops."""

    docs: bool = Field(
        default_factory=lambda values: not _is_guarded(values), json_schema_extra=_in_words(_UNGUARDED_ONLY)
    )
    """Whether /docs and /openapi.json are served."""

    # ---- Accounts and passwords
    registration: RegistrationMode = Field(default=RegistrationMode.OPEN)
    """Who may create an account for themselves: open (everybody), verified (whoever proves by a mail that they read the
    address; nobody learns which addresses have an account), invitation (whoever an administrator has invited) or closed
    (nobody, not even by an invitation: administrators create accounts with a password).
    """

    setup_secret: Secret | None = Field(
        default=None, json_schema_extra=_in_words("none: the first administrator is made by command line")
    )
    """The secret with which the first administrator can be made over HTTP, once: at least 32 random bytes, for example
    from `openssl rand -base64 48`. Unset it afterwards.
    """

    even_time_seconds: float = Field(default=0.1, ge=0.02, le=5)
    """Seconds after which refused log-ins, forgotten passwords, mail sent once more and, in the mode `verified`,
    registrations are answered, or a multiple of it: longer than the database takes for any of them, or the time would
    tell of accounts.
    """

    password_min_length: int = Field(default=8, ge=8, le=128)
    """Characters a new password has at least. NIST asks for 15 where it is the only factor."""

    password_history: int = Field(default=0, ge=0, le=10)
    """Former passwords of a person that they may not use again; 0 for none. Each costs a hash at every change."""

    service_words: Words = Field(default=(), json_schema_extra=_in_words("none, besides the host of AUTH_PUBLIC_URL"))
    """Names the service goes by, with commas between them: no password may be built on them."""

    breached_passwords_url: Annotated[WebAddress, AfterValidator(_without_last_slash)] | None = Field(
        default=None, json_schema_extra=_in_words("none: nobody is asked")
    )
    """Who is asked whether a new password has leaked, by the range of its SHA-1: https://api.pwnedpasswords.com/range,
    or a copy of it. Five of the forty digits are sent.
    """

    breached_passwords_seconds: float = Field(default=1, ge=0.05, le=10)
    """Seconds a registration or a change of password waits for that answer at most."""

    breached_passwords_fallback: BreachFallback = Field(default=BreachFallback.ACCEPT)
    """What becomes of a new password when there is no answer: accept it, or refuse it for now (503)."""

    bcrypt_cost: int = Field(default=12, ge=4, le=16)
    """The work of hashing a password, as a power of two. At least 10 in staging and production."""

    hashing_threads: int | None = Field(
        default=None,
        json_schema_extra=_in_words("as many as the process may use cores, shared among AUTH_WORKERS"),
        ge=1,
        le=64,
    )
    """Threads that hash passwords, in each process."""

    hashing_niceness: int = Field(default=19, ge=0, le=19)
    """How far hashing stands back for everything else, from 0 (not) to 19 (Linux only)."""

    hashing_wait_seconds: float = Field(default=2, gt=0, le=60)
    """Seconds a log-in may wait for others' passwords to be hashed; beyond that it is answered with 503 at once."""

    # ---- How often somebody may try
    throttle: bool = Field(default=True)
    """Whether attempts are counted. Off is for tests: refused in staging and production."""

    throttle_account: Tries = Field(default=_DEFAULT.account)
    """Failed log-ins to one address, be it somebody's or not, before it has to wait: 10/1h is ten at once, and ten more
    within an hour, which come back one by one. Devices on which its owner has signed in before do not count, nor wait.
    """

    throttle_device: Tries = Field(default=_DEFAULT.device)
    """Failed log-ins from one device on which its owner has signed in before."""

    throttle_source: Tries = Field(default=_DEFAULT.source)
    """Failed log-ins from one IPv4 address or one IPv6 /64; a /48 has ten times as many. Known devices do not count."""

    throttle_global: Tries = Field(default=_DEFAULT.global_)
    """Failed log-ins of all the world. Then only known devices are let in until some come back, and an alarm is kept:
    many addresses are guessing together.
    """

    throttle_session: Tries = Field(default=_DEFAULT.session)
    """Wrong passwords from one session, where somebody who is signed in has to give theirs once more."""

    throttle_secrets: Tries = Field(default=_DEFAULT.secrets)
    """Wrong tokens from mails, client secrets and set-up secrets from one source."""

    throttle_registrations: Tries = Field(default=_DEFAULT.registrations)
    """Registrations from one source, whatever becomes of them."""

    throttle_all_registrations: Tries = Field(default=_DEFAULT.all_registrations)
    """Registrations of all the world."""

    throttle_mails: Tries = Field(default=_DEFAULT.mails)
    """Mails that one source may ask for. What one address gets is AUTH_MAILS_PER_HOUR."""

    throttle_all_mails: Tries = Field(default=_DEFAULT.all_mails)
    """Mails that all the world may ask for."""

    throttle_device_days: float = Field(default=180, ge=1, le=3650)
    """Days for which a device is known after the last log-in on it."""

    throttle_device_cookie: bool = Field(default=True)
    """Whether browsers are told which device they are by a cookie, besides the header Device-Token."""

    throttle_redis_url: Secret | None = Field(
        default=None, json_schema_extra=_in_words("none: they are in the database")
    )
    """Where attempts are counted instead of the database: redis://user:password@host:6379/0, or rediss:// for TLS.
    Needs the extra redis.
    """

    throttle_redis_seconds: float = Field(default=0.5, ge=0.05, le=10)
    """Seconds to wait for that Redis. Where it does not answer nobody signs in: 503."""

    # ---- Tokens and sessions
    issuer: WebAddress = Field(
        default_factory=lambda values: values.get("public_url", _local_address(values)),
        json_schema_extra=_in_words("AUTH_PUBLIC_URL"),
    )
    """The name of the service in tokens (`iss`)."""

    audience: str = Field(default="auth-service", min_length=1, max_length=200)
    """For whom access tokens are (`aud`). Services that accept them check it."""

    access_token_minutes: float = Field(default=15, ge=0.5, le=1440)
    """Minutes an access token is good for."""

    refresh_token_days: float = Field(default=7, ge=1 / 1440, le=3650)
    """Days after which a session that is not used ends."""

    session_days: float = Field(default=30, ge=1 / 1440, le=3650)
    """Days after which a session ends however it is used."""

    refresh_retry_seconds: float = Field(default=30, ge=0, le=300)
    """Seconds in which a refresh may be repeated because its answer got lost; 0 for never."""

    ended_session_days: float = Field(default=30, ge=0, le=3650)
    """Days for which ended sessions are kept."""

    deleted_user_days: float = Field(default=30, ge=0, le=3650)
    """Days for which a deleted account can be restored. Then it is erased, with all that is personal of it."""

    unproven_user_days: float = Field(default=30, ge=0, le=3650)
    """Days after which an account is erased whose address was to be proven (AUTH_REGISTRATION=verified) and was not; 0
    for never. Nobody has ever signed in to it. Where the serving role may not change the audit trail,
    `auth-service users erase-unproven` does it.
    """

    max_sessions: int = Field(default=100, ge=0, le=1_000_000)
    """Sessions a person may have at a time; one log-in more ends the one that was not used for longest. 0 for any
    number.
    """

    signing_algorithm: Algorithm = Field(default=Algorithm.ES256)
    """How access tokens are signed: ES256, RS256, EdDSA (Ed25519) or HS256. A change is for the next key; rotate to
    hasten it. Keys for HS256 are never published: other services can then not check tokens by themselves.
    """

    key_rotation_days: float = Field(default=30, ge=1 / 24, le=3650)
    """Days after which a new signing key takes over."""

    jwks_cache_seconds: float = Field(default=300, ge=0, le=86400)
    """Seconds others may keep the public keys. A new key signs only when they all must have it."""

    key_reload_seconds: float = Field(default=60, ge=1, le=3600)
    """Seconds between a process's looks at the stored keys."""

    clock_skew_seconds: float = Field(default=10, ge=0, le=60)
    """Seconds by which the clocks of our machines may differ."""

    access_check: AccessCheckMode = Field(default=AccessCheckMode.FEED)
    """How a request finds out whether its session has ended: feed (from what this process was told, without I/O) or
    database (by asking, each time).
    """

    revocation_poll_seconds: float = Field(default=0.5, ge=0.02, le=30)
    """Seconds between a process's looks at what was revoked, when it hears of nothing. At most half of
    AUTH_REVOCATION_LAG_SECONDS.
    """

    revocation_lag_seconds: float = Field(default=5, ge=0.1, le=60)
    """Seconds for which a process relies on its last look at what was revoked. Then it asks the database at each
    request, until a look succeeds.
    """

    revocation_notify: bool = Field(default=True)
    """Whether processes tell each other at once by LISTEN and NOTIFY. Off behind a PgBouncer in transaction mode, and
    for engines without NOTIFY: then they only look every AUTH_REVOCATION_POLL_SECONDS.
    """

    # ---- Mail
    mail_host: str | None = Field(default=None, json_schema_extra=_in_words("none"), min_length=1, max_length=253)
    """The mail server that takes mail from us and delivers it."""

    mail: MailMode = Field(
        default_factory=_mail_mode,
        json_schema_extra=_in_words(
            "smtp where AUTH_MAIL_HOST is given, otherwise console in development, off elsewhere"
        ),
    )
    """What becomes of what people are told: smtp (it is sent), console (it is printed, for development only) or off
    (nobody is told anything).
    """

    mail_from: Annotated[str, AfterValidator(checked_sender)] | None = Field(
        default=None, json_schema_extra=_in_words("none; required for smtp")
    )
    """From whom mails come: Example <no-reply@example.com>. The name is what mails call the service."""

    mail_tls: MailTls = Field(default=MailTls.STARTTLS)
    """How the connection to the mail server is encrypted: starttls, tls (from the start) or off. Its certificate is
    checked. off is refused in staging and production unless the server is on this machine.
    """

    mail_port: int | None = Field(
        default=None, json_schema_extra=_in_words("587 for starttls, 465 for tls, 25 for off"), ge=1, le=65535
    )
    """The port of the mail server."""

    mail_user: str | None = Field(default=None, json_schema_extra=_in_words("none"), min_length=1)
    """The user to sign in to the mail server as."""

    mail_password: Secret | None = Field(default=None, json_schema_extra=_in_words("none"))
    """The password of that user."""

    mail_ca_file: Path | None = Field(default=None, json_schema_extra=_in_words("those of the system"))
    """A file with the certificates to trust when the mail server shows its own."""

    mail_timeout_seconds: float = Field(default=10, ge=1, le=30)
    """Seconds to wait for each answer of the mail server."""

    mail_locale: str = Field(default="en", min_length=2, max_length=35)
    """The language of mails to whoever reads none of the others there are templates for: en, de, or one of your own."""

    mail_templates: Path | None = Field(default=None, json_schema_extra=_in_words("none"))
    """A folder with templates that come before ours; `auth-service mail templates` copies ours to begin with."""

    pages_url: Annotated[WebAddress, AfterValidator(_without_last_slash)] = Field(
        default_factory=lambda values: values.get("public_url", _local_address(values)),
        json_schema_extra=_in_words("AUTH_PUBLIC_URL"),
    )
    """The address of the pages that links in mails lead to, such as https://www.example.com/account. A link is this
    with the name of the page, and the token behind a #.
    """

    verify_email_hours: float = Field(default=24, ge=0.1, le=720)
    """Hours for which the link in a mail proves an address."""

    reset_password_minutes: float = Field(default=60, ge=5, le=60)
    """Minutes for which the link in a mail lets a new password be chosen."""

    invitation_days: float = Field(default=7, ge=0.1, le=90)
    """Days for which the link in a mail lets an invitation be accepted."""

    undo_email_change_days: float = Field(default=7, ge=1, le=90)
    """Days for which the old address of an account can undo that it was changed."""

    mails_per_hour: int = Field(default=5, ge=1, le=100)
    """Mails of one kind that one address gets within an hour at anybody's request. Who asks for more is answered as
    ever, and nothing is sent.
    """

    delivery: bool = Field(default=True)
    """Whether `auth-service serve` delivers mail and webhooks; off where `auth-service worker` does."""

    message_retention_days: float = Field(default=30, ge=0, le=3650)
    """Days for which it can be seen what became of a message, or of a delivery to a webhook."""

    # ---- Webhooks
    webhook_networks: Receivers = Field(default=(), json_schema_extra=_in_words("none"))
    """Addresses or networks that webhooks may be sent to although they are not of the public internet, with commas
    between them. Whoever may write webhooks can have the service knock at every door in there.
    """

    webhook_unsafe_http: bool = Field(default=False)
    """Whether webhooks may be sent without encryption, for development. Refused in staging and production."""

    webhook_ca_file: Path | None = Field(default=None, json_schema_extra=_in_words("those of the system"))
    """A file with the certificates to trust when a receiver shows its own."""

    webhook_timeout_seconds: float = Field(default=15, ge=1, le=60)
    """Seconds a receiver may take to answer."""

    # ---- Metrics
    metrics_port: int | None = Field(
        default=None,
        json_schema_extra=_in_words("none: there are no metrics"),
        ge=0,
        le=65535,
    )
    """The port at which GET /metrics tells Prometheus how the process does; 0 for a free one. With several AUTH_WORKERS
    this is that of the first, and each of the others has the next one.
    """

    metrics_host: str = Field(default="127.0.0.1")
    """The address to listen at for that. Whoever can reach it can read it: 0.0.0.0 only in a network of your own."""

    # ---- The audit trail
    audit_seal_seconds: float = Field(default=5, ge=1, le=3600)
    """Seconds between two sealings of the audit trail. What is not sealed yet can be changed unnoticed."""

    audit_retention_days: float | None = Field(default=None, json_schema_extra=_in_words("for ever"), ge=1, le=36500)
    """Days for which audit events are kept at least. They go by whole AUTH_AUDIT_STRETCH: up to one of those later."""

    audit_stretch: Span = Field(default=Span.MONTH)
    """How long the stretches are that the audit trail is kept in, and removed by: day, week or month. One should hold
    no more than some two million events, and there should be no more than some fifty of them.
    """

    audit_stretches_ahead: int = Field(default=3, ge=1, le=36)
    """Stretches of the audit trail that are made ahead of time."""

    # ---- Logs
    log_level: LogLevel = Field(default=LogLevel.INFO)
    """From which weight on lines are logged: debug, info, warning or error."""

    log_format: LogFormat = Field(
        default_factory=lambda values: LogFormat.CONSOLE if values.get("env") is Stage.DEVELOPMENT else LogFormat.JSON,
        json_schema_extra=_in_words("console in development, json elsewhere"),
    )
    """console for people, json for one JSON object a line."""

    log_sql: bool = Field(default=False)
    """Whether the SQL of every statement is logged, without its values. Refused in staging and production."""

    @classmethod
    @override
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Take what is given and nothing else: the environment is read by `read_settings()`, which checks it too."""
        return (init_settings,)

    @property
    def mail_timeout(self) -> timedelta:
        """How long the mail server is waited for."""
        return timedelta(seconds=self.mail_timeout_seconds)

    @property
    def makes_things_up(self) -> bool:
        """Whether a database or a secret that is not given is made."""
        return not self.env.is_guarded

    def policies(self) -> Policies:
        """Return the choices the core needs. Raises: ValueError for choices that contradict each other."""
        return Policies(
            tokens=TokenPolicy(
                issuer=self.issuer,
                audience=self.audience,
                algorithm=self.signing_algorithm,
                access_lifetime=timedelta(minutes=self.access_token_minutes),
                clock_skew=timedelta(seconds=self.clock_skew_seconds),
                key_rotation=timedelta(days=self.key_rotation_days),
                jwks_cache=timedelta(seconds=self.jwks_cache_seconds),
                key_reload=timedelta(seconds=self.key_reload_seconds),
            ),
            users=UserPolicy(
                registration=self.registration,
                set_up_secret=self.setup_secret,
                deleted_kept=timedelta(days=self.deleted_user_days),
                unproven_kept=timedelta(days=self.unproven_user_days) if self.unproven_user_days else None,
            ),
            passwords=PasswordPolicy(
                min_length=self.password_min_length,
                service_words=(*self.service_words, _name_of_host(self.public_url)),
                remembered=self.password_history,
                breach_fallback=self.breached_passwords_fallback,
            ),
            sessions=SessionPolicy(
                idle=timedelta(days=self.refresh_token_days),
                absolute=timedelta(days=self.session_days),
                retry_window=timedelta(seconds=self.refresh_retry_seconds),
                most=self.max_sessions or None,
                kept_after_end=timedelta(days=self.ended_session_days),
            ),
            revocation=RevocationPolicy(
                access_check=self.access_check,
                poll=timedelta(seconds=self.revocation_poll_seconds),
                allowed_lag=timedelta(seconds=self.revocation_lag_seconds),
            ),
            verification=VerificationPolicy(
                verify=timedelta(hours=self.verify_email_hours),
                reset=timedelta(minutes=self.reset_password_minutes),
                undo=timedelta(days=self.undo_email_change_days),
                invitation=timedelta(days=self.invitation_days),
                mails=self.mails_per_hour,
            ),
            throttling=(ThrottlePolicy if self.throttle else UnsafeNoThrottle)(
                account=self.throttle_account,
                device=self.throttle_device,
                source=self.throttle_source,
                global_=self.throttle_global,
                session=self.throttle_session,
                secrets=self.throttle_secrets,
                registrations=self.throttle_registrations,
                all_registrations=self.throttle_all_registrations,
                mails=self.throttle_mails,
                all_mails=self.throttle_all_mails,
                device_lifetime=timedelta(days=self.throttle_device_days),
            ),
            delivery=DeliveryPolicy(kept=timedelta(days=self.message_retention_days)),
            webhooks=WebhookPolicy(
                delivery=replace(
                    WEBHOOK_DELIVERY,
                    send_within=timedelta(seconds=self.webhook_timeout_seconds),
                    kept=timedelta(days=self.message_retention_days),
                ),
                reach=Reach(networks=self.webhook_networks, unsafe_http=self.webhook_unsafe_http),
            ),
            audit=AuditPolicy(
                seal_every=timedelta(seconds=self.audit_seal_seconds),
                retention=None if self.audit_retention_days is None else timedelta(days=self.audit_retention_days),
                span=self.audit_stretch,
                spans_ahead=self.audit_stretches_ahead,
            ),
        )
