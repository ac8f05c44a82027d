"""Where Prometheus finds the metrics."""

from pydantic import Field

from auth_http.settings.defaults import in_words
from auth_http.settings.subjects.subject import Subject


class MetricsSettings(Subject):
    """How the process does, for Prometheus."""

    metrics_port: int | None = Field(
        default=None,
        json_schema_extra=in_words("none: there are no metrics"),
        ge=0,
        le=65535,
    )
    """The port at which GET /metrics tells Prometheus how the process does; 0 for a free one. With several AUTH_WORKERS
    this is that of the first, and each of the others has the next one.
    """

    metrics_host: str = Field(default="127.0.0.1")
    """The address to listen at for that. Whoever can reach it can read it: 0.0.0.0 only in a network of your own."""
