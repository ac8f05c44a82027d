"""What tidying up needs from storage, and from whoever seals what is stored."""

from datetime import datetime
from typing import Protocol

from auth_core.credentials.passwords.ports import PasswordsTx
from auth_core.outbox.ports import OutboxTx
from auth_core.tokens.ports import KeysTx
from auth_core.upkeep.model import Seal


class Purgeable(Protocol):
    """A collection from which what is long over can be removed, in small steps that hold nobody up."""

    async def purge(self, *, over_before: datetime, limit: int) -> int:
        """Remove up to `limit` things that were over before the given moment; say how many. Each call stands alone."""
        ...


class Sealer[Sealed](Protocol):
    """Moves what is stored from under the previous master secret to under the current one. Costs microseconds."""

    def reseal(self, sealed: Sealed) -> Sealed | Seal:
        """Return the same thing sealed under the current secret; a `Seal` if nothing need or can be done."""
        ...


class ResealTx(PasswordsTx, KeysTx, OutboxTx, Protocol):
    """Everything that holds something sealed."""
