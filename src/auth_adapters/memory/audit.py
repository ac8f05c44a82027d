"""The audit trail, in memory."""

from collections.abc import Sequence
from dataclasses import replace
from types import MappingProxyType

from auth_adapters.memory.store import Tables
from auth_core.audit.events import AuditEvent
from auth_core.ids import UserId


class MemoryAuditTrail:
    """The record of what happened."""

    def __init__(self, tables: Tables) -> None:
        self._tables = tables

    async def record(self, event: AuditEvent) -> None:
        self._tables.events[event.id] = replace(event, details=MappingProxyType(dict(event.details)))

    async def latest(self, *, subject: UserId, limit: int) -> Sequence[AuditEvent]:
        # Of events of one moment, too, the one recorded last comes first.
        latest_first = reversed(self._tables.events.values())
        theirs = (event for event in latest_first if event.subject == subject)
        return sorted(theirs, key=lambda event: event.at, reverse=True)[:limit]
