"""Pools of connections: how each connection is made, and how many are used."""

from dataclasses import dataclass
from typing import Any

from auth_adapters.postgres.address import DatabaseAddress
from auth_adapters.postgres.deadlines import Deadlines


@dataclass(frozen=True, slots=True, kw_only=True)
class PoolState:
    """How many connections a pool has open, used and idle, and how many it may have."""

    used: int
    idle: int
    most: int


def driver_settings(address: DatabaseAddress, deadlines: Deadlines) -> dict[str, Any]:
    """Return what the driver is told besides the address: how long to wait, and as whom the server sees us."""
    return {
        **address.connect_args,
        "timeout": deadlines.connect.total_seconds(),
        "command_timeout": deadlines.answer.total_seconds(),
        "server_settings": deadlines.server_settings,
    }
