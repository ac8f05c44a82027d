"""All or nothing: the one way to change what is stored."""

from contextlib import AbstractAsyncContextManager
from typing import Protocol


class UnitOfWork[Tx](Protocol):
    """Opens transactions: `async with uow() as tx`.

    A clean exit commits, an exception (a cancellation too) rolls everything back. Hence the rule of this house:
    decide inside, raise outside. What must survive a failure is committed before the failure is told.
    Transactions are not nested, and nothing slow happens inside one.
    """

    def __call__(self) -> AbstractAsyncContextManager[Tx]:
        """Open a transaction.

        Raises: Unavailable when there is no transaction to be had now; on exit OutcomeUnknown when the connection
        broke while it was committing.
        """
        ...
