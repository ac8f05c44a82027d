"""Logs: one stream, one format, and no secret in it.

Everything that is logged in the process goes through `configure_logging()`, ours and the libraries'.
"""

from auth_http.telemetry.configuration import configure_logging, log_what_nobody_caught

__all__ = ["configure_logging", "log_what_nobody_caught"]
