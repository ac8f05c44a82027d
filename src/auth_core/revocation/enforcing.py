"""Transactions whose revocations are in force in this process as soon as they are committed."""

from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass

from auth_core.errors import OutcomeUnknown
from auth_core.revocation.model import Revocation
from auth_core.revocation.ports import RevocationsTx
from auth_core.revocation.revoked_set import RevokedSet
from auth_core.unit_of_work import UnitOfWork


@dataclass(frozen=True, slots=True)
class EnforcingUnitOfWork[Tx: RevocationsTx]:
    """A unit of work after whose clean exit this process accepts nothing that it has revoked.

    Other processes hear of it from the feed. When nobody can tell whether the commit came about, this process does not
    guess: it trusts nothing it was told before, so that the store is asked until the feed has been looked at again.
    """

    uow: UnitOfWork[Tx]
    revoked: RevokedSet

    @asynccontextmanager
    async def __call__(self) -> AsyncGenerator[Tx]:
        """Open a transaction, as the unit of work underneath does."""
        added: Sequence[Revocation] = ()
        try:
            async with self.uow() as tx:
                yield tx
                added = tuple(tx.revocations.added)  # from here on it is the commit that may fail
        except BaseException as error:
            # A cancellation in the middle of a commit leaves as much open as a connection that breaks.
            if added and (isinstance(error, OutcomeUnknown) or not isinstance(error, Exception)):
                self.revoked.doubt()
            raise
        self.revoked.add(added)
