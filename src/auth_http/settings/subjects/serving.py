"""Where the service listens, for whom, and how it stops."""

from pydantic import Field

from auth_http.settings.defaults import UNGUARDED_ONLY, in_words, is_guarded, local_address
from auth_http.settings.forms import Origins, Proxies, SiteAddress
from auth_http.settings.subjects.subject import Subject


class ServingSettings(Subject):
    """How the service is reached."""

    host: str = Field(default="127.0.0.1")
    """The address to listen at; 0.0.0.0 for every one of the machine."""

    port: int = Field(default=8000, ge=0, le=65535)
    """The port to listen at; 0 for a free one."""

    workers: int = Field(default=1, ge=1, le=64)
    """Processes that serve. One for each core, or one for each container."""

    public_url: SiteAddress = Field(
        default_factory=local_address,
        json_schema_extra=in_words(
            "http://127.0.0.1 with AUTH_PORT; required in staging and production, and https there"
        ),
    )
    """The address at which clients reach the service."""

    trusted_proxies: Proxies = Field(default=(), json_schema_extra=in_words("none"))
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
        json_schema_extra=in_words("a quarter of AUTH_MAX_CONNECTIONS"),
        ge=1,
        le=100_000,
    )
    """Connections of them that one source may hold: an IPv4 address, or a /64 of IPv6. AUTH_TRUSTED_PROXIES are not
    counted so: theirs are many people's.
    """

    cors_origins: Origins = Field(default=(), json_schema_extra=in_words("none"))
    """Web origins whose scripts may call the service from a browser, such as https://app.example.com, with commas
    between them. Others are answered, and browsers keep the answer from them. Credentials (cookies) are never allowed.
    """

    drain_seconds: float = Field(
        default_factory=lambda values: 5 if is_guarded(values) else 0,
        json_schema_extra=in_words("0 in development and test, 5 in staging and production"),
        ge=0,
        le=300,
    )
    """Seconds in which a service told to stop says it is not ready and still serves, so that load balancers notice."""

    shutdown_seconds: float = Field(default=20, ge=1, le=300)
    """Seconds a request under way may still take when the service stops."""

    docs: bool = Field(
        default_factory=lambda values: not is_guarded(values), json_schema_extra=in_words(UNGUARDED_ONLY)
    )
    """Whether /docs and /openapi.json are served."""
