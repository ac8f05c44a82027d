"""Every setting, with its unit, its default and its bounds."""

from collections.abc import Mapping
from datetime import timedelta
from enum import StrEnum
from ipaddress import IPv4Network, IPv6Network, ip_network
from pathlib import Path
from typing import Annotated, Any, Final, cast, override
from urllib.parse import urlsplit

from pydantic import AfterValidator, BeforeValidator, Field, JsonValue, PlainValidator
from pydantic_settings import BaseSettings, NoDecode, PydanticBaseSettingsSource, SettingsConfigDict

from auth_adapters.mail.smtp_server import MailTls
from auth_core import (
    AccessCheckMode,
    AuditPolicy,
    BreachFallback,
    DeliveryPolicy,
    PasswordPolicy,
    Policies,
    Redacted,
    RegistrationMode,
    RevocationPolicy,
    SessionPolicy,
    TokenPolicy,
    UserPolicy,
    VerificationPolicy,
)
from auth_core.tokens.keys import Algorithm
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


def _networks(given: object) -> tuple[Network, ...]:
    """Read a list with commas; a tuple of networks is taken as it is."""
    members = given.split(",") if isinstance(given, str) else cast("tuple[object, ...]", given)
    try:
        return tuple(ip_network(str(each).strip()) for each in members if str(each).strip())
    except ValueError:
        raise ValueError(
            "must list addresses or networks such as 10.0.0.7, 10.1.0.0/16 with commas between them: whoever is "
            "trusted can claim any address for a caller, so names and * are not taken"
        ) from None


def _words(given: object) -> tuple[str, ...]:
    """Read a list with commas; a tuple of words is taken as it is."""
    members = given.split(",") if isinstance(given, str) else cast("tuple[object, ...]", given)
    return tuple(word for each in members if (word := str(each).strip()))


def _without_last_slash(address: str) -> str:
    return address.removesuffix("/")


Secret = Annotated[Redacted[str], PlainValidator(_secret)]
WebAddress = Annotated[str, AfterValidator(_web_address)]
Words = Annotated[tuple[str, ...], NoDecode, BeforeValidator(_words)]
Networks = Annotated[tuple[Network, ...], NoDecode, BeforeValidator(_networks)]

_UNGUARDED_ONLY: Final = "on in development and test, off in staging and production"


def _name_of_host(address: str) -> str:
    """Return the host without its last label, which is nobody's name."""
    return (urlsplit(address).hostname or "").rpartition(".")[0]


def _is_guarded(values: Mapping[str, Any]) -> bool:
    """Whether the stage, if it could be read, is one where people rely on the service."""
    return bool(values.get("env", Stage.PRODUCTION).is_guarded)


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

    trusted_proxies: Networks = Field(default=(), json_schema_extra=_in_words("none"))
    """Addresses or networks of the proxies in front, with commas between them: theirs alone are the headers that say
    where a call came from.
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
    address; nobody learns which addresses have an account) or closed (administrators create them).
    """

    setup_secret: Secret | None = Field(
        default=None, json_schema_extra=_in_words("none: the first administrator is made by command line")
    )
    """The secret with which the first administrator can be made over HTTP, once: at least 32 random bytes, for example
    from `openssl rand -base64 48`. Unset it afterwards.
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
        default_factory=lambda values: MailMode.SMTP if values.get("mail_host") else MailMode.OFF,
        json_schema_extra=_in_words("smtp where AUTH_MAIL_HOST is given, otherwise off"),
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

    undo_email_change_days: float = Field(default=7, ge=1, le=90)
    """Days for which the old address of an account can undo that it was changed."""

    mails_per_hour: int = Field(default=5, ge=1, le=100)
    """Mails of one kind that one address gets within an hour at anybody's request. Who asks for more is answered as
    ever, and nothing is sent.
    """

    delivery: bool = Field(default=True)
    """Whether `auth-service serve` delivers mail; off where `auth-service worker` does."""

    message_retention_days: float = Field(default=30, ge=0, le=3650)
    """Days for which it can be seen what became of a message."""

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
    """Days for which audit events are kept."""

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
                mails=self.mails_per_hour,
            ),
            delivery=DeliveryPolicy(kept=timedelta(days=self.message_retention_days)),
            audit=AuditPolicy(
                seal_every=timedelta(seconds=self.audit_seal_seconds),
                retention=None if self.audit_retention_days is None else timedelta(days=self.audit_retention_days),
            ),
        )
