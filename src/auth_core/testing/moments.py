"""When tests take place."""

from datetime import UTC, datetime
from typing import Final

NOON: Final = datetime(2030, 6, 1, 12, 0, 0, 123_456, tzinfo=UTC)
"""With microseconds, for a store that drops them should be found out."""

LONG_AGO: Final = datetime(2001, 1, 1, tzinfo=UTC)
FAR_AHEAD: Final = datetime(2222, 1, 1, tzinfo=UTC)
