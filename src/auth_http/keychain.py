"""The keys that follow from the master secret, and from the one before it while it is being replaced."""

from dataclasses import dataclass
from typing import Final

from auth_adapters.master_secret import DerivedKey, MasterSecret, Purpose
from auth_core import Redacted
from auth_http.exit_codes import CannotRun, ExitCode
from auth_http.local_secret import local_secret
from auth_http.settings import Settings

MASTER_SECRET_FILE: Final = "master_secret"  # noqa: S105 - the name of a file, not a secret
"""Where under AUTH_DATA_DIR the master secret lies that nobody has given."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Keys:
    """The keys for one purpose: what is new is made with the current one, the previous ones still open what is old."""

    current: DerivedKey
    previous: tuple[DerivedKey, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Keychain:
    """The keys for every purpose."""

    refresh: Keys
    pepper: Keys
    signing: Keys
    audit: Keys
    answers: Keys
    messages: Keys


def keychain(settings: Settings) -> Keychain:
    """Return the keys; where no secret is given and one may be made, it is. Raises: CannotRun."""
    current = _master(_given_or_made(settings))
    previous = settings.previous_master_secret
    older = () if previous is None else (_master(previous),)

    def keys(purpose: Purpose) -> Keys:
        return Keys(current=current.derive(purpose), previous=tuple(each.derive(purpose) for each in older))

    return Keychain(
        refresh=keys(Purpose.REFRESH_TOKENS),
        pepper=keys(Purpose.PASSWORD_PEPPER),
        signing=keys(Purpose.SIGNING_KEYS),
        audit=keys(Purpose.AUDIT_HEADS),
        answers=keys(Purpose.FIRST_ANSWERS),
        messages=keys(Purpose.MESSAGES),
    )


def _given_or_made(settings: Settings) -> Redacted[str]:
    if settings.master_secret is not None:
        return settings.master_secret
    if not settings.makes_things_up:  # the settings refuse it, and so would we
        raise CannotRun("AUTH_MASTER_SECRET is missing.", ExitCode.BAD_SETTINGS)
    return local_secret(settings.data_dir / MASTER_SECRET_FILE)


def _master(secret: Redacted[str]) -> MasterSecret:
    try:
        return MasterSecret(Redacted(secret.reveal().encode()))
    except ValueError:
        raise CannotRun(
            "The master secret is too short: it needs at least 32 bytes. Make one with: openssl rand -base64 48.",
            ExitCode.BAD_SETTINGS,
        ) from None
