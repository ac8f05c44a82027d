"""What an operator can choose: read from the environment, once, and judged as a whole.

`read_settings()` is the only reader of the environment. It gives frozen `Settings` or raises `InvalidSettings`, which
names everything that is wrong at once, how to mend it, and no value.
"""

from auth_http.settings.logs import LogFormat, LogLevel
from auth_http.settings.model import Settings
from auth_http.settings.problems import InvalidSettings, Problem
from auth_http.settings.reading import read_settings
from auth_http.settings.stage import Stage

__all__ = ["InvalidSettings", "LogFormat", "LogLevel", "Problem", "Settings", "Stage", "read_settings"]
