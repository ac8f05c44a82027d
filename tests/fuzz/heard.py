"""Everything a service says while it is asked: its log lines, and what others log on its behalf."""

import asyncio
import logging
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, override

from structlog.testing import capture_logs
from structlog.typing import EventDict


class _Listener(logging.Handler):
    """Keeps every record, its exception included."""

    def __init__(self, said: list[str]) -> None:
        super().__init__(logging.WARNING)
        self._said = said
        self.setFormatter(logging.Formatter("%(levelname)s %(name)s: %(message)s"))

    @override
    def emit(self, record: logging.LogRecord) -> None:
        self._said.append(self.format(record))


@dataclass(frozen=True, slots=True)
class Heard:
    """What was said since somebody last took it. `said` is for people who should be woken: there must be none."""

    lines: list[EventDict]
    said: list[str] = field(default_factory=list[str])

    def take(self) -> tuple[list[EventDict], list[str]]:
        """Return what was said, and begin anew."""
        lines, said = self.lines[:], self.said[:]
        self.lines.clear()
        self.said.clear()
        return lines, said

    def of_loop(self, _: asyncio.AbstractEventLoop, context: Mapping[str, Any]) -> None:
        """Keep what an event loop complains of: a task that failed and was never asked."""
        self.said.append(f"event loop: {context.get('message')}: {context.get('exception')!r}")


@contextmanager
def listening() -> Generator[Heard]:
    """Hear everything while the block runs."""
    with capture_logs() as lines:
        heard = Heard(lines)
        listener, root = _Listener(heard.said), logging.getLogger()
        root.addHandler(listener)
        try:
            yield heard
        finally:
            root.removeHandler(listener)
