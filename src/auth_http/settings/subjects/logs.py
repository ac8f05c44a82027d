"""What is logged, and for whom."""

from pydantic import Field

from auth_http.settings.defaults import in_words
from auth_http.settings.logs import LogFormat, LogLevel
from auth_http.settings.stage import Stage
from auth_http.settings.subjects.subject import Subject


class LogSettings(Subject):
    """What is written to the log."""

    log_level: LogLevel = Field(default=LogLevel.INFO)
    """From which weight on lines are logged: debug, info, warning or error."""

    log_format: LogFormat = Field(
        default_factory=lambda values: LogFormat.CONSOLE if values.get("env") is Stage.DEVELOPMENT else LogFormat.JSON,
        json_schema_extra=in_words("console in development, json elsewhere"),
    )
    """console for people, json for one JSON object a line."""

    log_sql: bool = Field(default=False)
    """Whether the SQL of every statement is logged, without its values. Refused in staging and production."""
