"""How long tokens, sessions and accounts last, and how it is known that they ended."""

from pydantic import Field

from auth_core import AccessCheckMode
from auth_core.tokens.keys import Algorithm
from auth_http.settings.defaults import in_words, local_address
from auth_http.settings.forms import WebAddress
from auth_http.settings.subjects.subject import Subject


class SessionSettings(Subject):
    """Tokens and sessions, and what remains of them."""

    issuer: WebAddress = Field(
        default_factory=lambda values: values.get("public_url", local_address(values)),
        json_schema_extra=in_words("AUTH_PUBLIC_URL"),
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
