"""How many attempts there are, and where they are counted."""

from typing import Final

from pydantic import Field

from auth_core import ThrottlePolicy
from auth_http.settings.defaults import in_words
from auth_http.settings.forms import Secret, Tries
from auth_http.settings.subjects.subject import Subject

_DEFAULT: Final = ThrottlePolicy()


class ThrottlingSettings(Subject):
    """How often somebody may try."""

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
        default=None, json_schema_extra=in_words("none: they are in the database")
    )
    """Where attempts are counted instead of the database: redis://user:password@host:6379/0, or rediss:// for TLS.
    Needs the extra redis.
    """

    throttle_redis_seconds: float = Field(default=0.5, ge=0.05, le=10)
    """Seconds to wait for that Redis. Where it does not answer nobody signs in: 503."""
