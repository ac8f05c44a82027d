"""What must hold between settings, and what is refused where people rely on the service."""

from collections.abc import Iterator
from datetime import timedelta
from urllib.parse import unquote, urlsplit

from auth_adapters.mail.smtp_server import MailTls
from auth_core import Allowance, Redacted, RegistrationMode
from auth_core.throttling.policy import MOST_TRIES_AN_HOUR
from auth_http.settings.logs import LogLevel
from auth_http.settings.mail import MailMode
from auth_http.settings.model import Settings
from auth_http.settings.problems import Problem, setting_name
from auth_http.settings.secret_strength import is_known_password, weakness_of_key

_SCHEMES = ("postgresql", "postgres", "postgresql+asyncpg")
_LEAST_BCRYPT_COST = 10
_LAST_PORT = 65535
_MAKE_ONE = "Make one with: openssl rand -base64 48."
_ROTATION_TOO_SHORT = (
    "must be more than AUTH_JWKS_CACHE_SECONDS, AUTH_KEY_RELOAD_SECONDS, AUTH_CLOCK_SKEW_SECONDS and "
    "AUTH_ACCESS_TOKEN_MINUTES together: a key is published before it signs, and kept until its last token has expired."
)


def problems_of(settings: Settings) -> Iterator[tuple[str, Problem]]:
    """Find everything that is wrong with settings that are well formed, each with the field it is about."""
    for field, sentence in (*_everywhere(settings), *(_guarded(settings) if settings.env.is_guarded else ())):
        yield field, Problem(setting_name(field), sentence)


def _everywhere(settings: Settings) -> Iterator[tuple[str, str]]:
    yield from _addresses(settings)
    yield from _mail(settings)
    for field in ("master_secret", "previous_master_secret", "setup_secret"):
        secret: Redacted[str] | None = getattr(settings, field)
        if secret is not None and (weakness := weakness_of_key(secret.reveal())):
            yield field, f"{weakness}. {_MAKE_ONE}"
    if settings.setup_secret is not None and settings.setup_secret.reveal() in _master_secrets(settings):
        yield "setup_secret", f"must not be a master secret: it is sent over the network. {_MAKE_ONE}"
    yield from _throttle(settings)
    if settings.refresh_token_days > settings.session_days:
        yield "refresh_token_days", "must not be more than AUTH_SESSION_DAYS: no refresh moves the end of a session."
    if timedelta(minutes=settings.access_token_minutes) >= timedelta(days=settings.refresh_token_days):
        yield "access_token_minutes", "must be less than AUTH_REFRESH_TOKEN_DAYS: it is the token that cannot wait."
    if settings.revocation_poll_seconds > settings.revocation_lag_seconds / 2:
        yield "revocation_poll_seconds", "must be at most half of AUTH_REVOCATION_LAG_SECONDS: one look may fail."
    forgotten = timedelta(
        seconds=settings.jwks_cache_seconds + settings.key_reload_seconds + settings.clock_skew_seconds,
        minutes=settings.access_token_minutes,
    )
    if timedelta(days=settings.key_rotation_days) <= forgotten:
        yield "key_rotation_days", _ROTATION_TOO_SHORT


def _throttle(settings: Settings) -> Iterator[tuple[str, str]]:
    for field in ("throttle_account", "throttle_device", "throttle_session"):
        allowance: Allowance = getattr(settings, field)
        if allowance.tries * timedelta(hours=1) > MOST_TRIES_AN_HOUR * allowance.period:
            yield field, f"must be at most {MOST_TRIES_AN_HOUR} tries an hour, such as 10/1h."
    if settings.throttle_redis_url is not None and not _is_redis(settings.throttle_redis_url.reveal()):
        yield "throttle_redis_url", "must read redis://user:password@host:6379/0, or rediss:// for TLS."


def _master_secrets(settings: Settings) -> set[str]:
    return {each.reveal() for each in (settings.master_secret, settings.previous_master_secret) if each is not None}


def _addresses(settings: Settings) -> Iterator[tuple[str, str]]:
    if settings.database_url is not None and not _is_postgres(settings.database_url.reveal()):
        yield "database_url", "must read postgresql://user:password@host:5432/database."
    if settings.metrics_port and not _has_ports(settings.metrics_port, settings):
        yield (
            "metrics_port",
            f"needs a port for each of the AUTH_WORKERS, none of them AUTH_PORT or above {_LAST_PORT}.",
        )


def _mail(settings: Settings) -> Iterator[tuple[str, str]]:
    if settings.mail is MailMode.SMTP and settings.mail_host is None:
        yield "mail_host", "is missing: with AUTH_MAIL=smtp it must be given, such as smtp.example.com."
    if settings.mail is MailMode.SMTP and settings.mail_from is None:
        yield "mail_from", "is missing: mail must come from somebody, such as Example <no-reply@example.com>."
    if settings.registration is RegistrationMode.VERIFIED and settings.mail is MailMode.OFF:
        yield "registration", "must not be verified without mail: nobody could ever sign in. Give AUTH_MAIL_HOST."
    if settings.registration is RegistrationMode.INVITATION and settings.mail is MailMode.OFF:
        yield "registration", "must not be invitation without mail: nobody could be invited. Give AUTH_MAIL_HOST."
    if 0 < settings.unproven_user_days < settings.verify_email_hours / 24:
        yield (
            "unproven_user_days",
            "must not be less than AUTH_VERIFY_EMAIL_HOURS: the link in the mail is good for so long.",
        )
    if (settings.mail_user is None) != (settings.mail_password is None):
        yield "mail_password", "and AUTH_MAIL_USER belong together: give both or neither."
    if settings.mail_user is not None and settings.mail_tls is MailTls.OFF and not _is_here(settings.mail_host):
        yield "mail_tls", "must not be off where a password is sent to another machine."


def _is_here(host: str | None) -> bool:
    return host in ("localhost", "127.0.0.1", "::1")


def _has_ports(first: int, settings: Settings) -> bool:
    ports = range(first, first + settings.workers)
    return settings.port not in ports and ports[-1] <= _LAST_PORT


def _guarded(settings: Settings) -> Iterator[tuple[str, str]]:
    yield from _must_be_given(settings)
    yield from _must_be_safe(settings)
    yield from _mail_must_be_safe(settings)
    yield from _webhooks_must_be_safe(settings)


def _must_be_given(settings: Settings) -> Iterator[tuple[str, str]]:
    stage = settings.env.value
    if settings.database_url is None:
        yield "database_url", f"is missing: in {stage} no database is made. Give it, or AUTH_DATABASE_URL_FILE."
    if settings.master_secret is None:
        yield (
            "master_secret",
            f"is missing: in {stage} no secret is made. Give it, or AUTH_MASTER_SECRET_FILE. {_MAKE_ONE}",
        )
    if "public_url" not in settings.model_fields_set:
        yield "public_url", f"is missing: in {stage} it must be given, such as https://auth.example.com."


def _must_be_safe(settings: Settings) -> Iterator[tuple[str, str]]:
    stage = settings.env.value
    for field in settings.model_fields_set & {"public_url", "issuer", "pages_url"}:
        if not str(getattr(settings, field)).startswith("https://"):
            yield field, f"must begin with https:// in {stage}: passwords and tokens travel over it."
    if settings.breached_passwords_url is not None and not settings.breached_passwords_url.startswith("https://"):
        yield (
            "breached_passwords_url",
            f"must begin with https:// in {stage}: whoever can write along clears passwords.",
        )
    if settings.database_url is not None and _has_known_password(settings.database_url.reveal()):
        yield "database_url", "has a password everybody tries first. Give the database user a random one."
    if any(network.prefixlen == 0 for network in settings.trusted_proxies):
        yield "trusted_proxies", "must not be the whole internet: anybody could claim any address for themselves."
    if settings.bcrypt_cost < _LEAST_BCRYPT_COST:
        yield "bcrypt_cost", f"must be at least {_LEAST_BCRYPT_COST} in {stage}."
    if not settings.throttle:
        yield "throttle", f"must be on in {stage}: without it passwords can be guessed at any speed."
    if settings.log_sql:
        yield "log_sql", f"must be off in {stage}."
    if settings.log_level is LogLevel.DEBUG:
        yield "log_level", f"must not be debug in {stage}: what libraries say at that level is not ours to vouch for."


def _webhooks_must_be_safe(settings: Settings) -> Iterator[tuple[str, str]]:
    if settings.webhook_unsafe_http:
        yield "webhook_unsafe_http", f"must be off in {settings.env.value}: what webhooks tell travels over it."
    if any(network.prefixlen == 0 for network in settings.webhook_networks):
        yield "webhook_networks", "must not be the whole internet: it holds the addresses of this very network."


def _mail_must_be_safe(settings: Settings) -> Iterator[tuple[str, str]]:
    stage = settings.env.value
    if settings.mail is MailMode.CONSOLE:
        yield "mail", f"must not be console in {stage}: links that open accounts would be printed."
    if settings.mail is MailMode.SMTP and settings.mail_tls is MailTls.OFF and not _is_here(settings.mail_host):
        yield "mail_tls", f"must not be off in {stage}: links that open accounts travel over it."


def _is_postgres(url: str) -> bool:
    try:
        parts = urlsplit(url)
        _ = parts.port
    except ValueError:
        return False
    return parts.scheme in _SCHEMES and bool(parts.path.strip("/"))


def _is_redis(url: str) -> bool:
    try:
        parts = urlsplit(url)
        _ = parts.port
    except ValueError:
        return False
    return parts.scheme in ("redis", "rediss") and bool(parts.hostname)


def _has_known_password(url: str) -> bool:
    password = urlsplit(url).password if _is_postgres(url) else None
    return password is not None and is_known_password(unquote(password))
