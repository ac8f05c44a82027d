"""Items done and undone again: everything is checked that would be, and nothing stays."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass, fields, replace
from typing import Any

from auth_core.credentials.passwords.model import PasswordHash, Verification
from auth_core.credentials.passwords.ports import HashingTurn
from auth_core.redacted import Redacted
from auth_core.rooms import UsersRoom
from auth_core.unit_of_work import UnitOfWork


class _Undone(Exception):
    pass


@dataclass(frozen=True, slots=True)
class _Undoing[Tx]:
    """Transactions that end well and leave nothing."""

    uow: UnitOfWork[Tx]

    @asynccontextmanager
    async def __call__(self) -> AsyncGenerator[Tx]:
        try:
            async with self.uow() as tx:
                yield tx
                raise _Undone
        except _Undone:
            pass


class _HashesNothing:
    """Takes the place of a hasher where the hash is thrown away: what takes a quarter of a second takes none."""

    @asynccontextmanager
    async def turn(self) -> AsyncGenerator[HashingTurn]:
        yield self

    async def hash(self, password: Redacted[str]) -> PasswordHash:
        return PasswordHash(Redacted("no hash"))

    async def verify(self, password: Redacted[str], stored: PasswordHash | None) -> Verification:
        raise NotImplementedError("nobody signs in here")


def undone(users: UsersRoom) -> UsersRoom:
    """Return use cases for items that find out all that would go wrong and change nothing.

    Each item is tried as if it were the only one: what one before it would have changed is not there.
    """
    undoing: dict[str, Any] = {each.name: _with_undoing(getattr(users, each.name)) for each in fields(users)}
    undoing["create"] = replace(undoing["create"], hasher=_HashesNothing())
    return replace(users, **undoing)


def _with_undoing(use_case: Any) -> Any:  # noqa: ANN401 - whatever a room has
    """Return the use case with every transaction of its own undone, and of who works for it."""
    changes: dict[str, Any] = {"uow": _Undoing(use_case.uow)}
    if hasattr(use_case, "answers"):
        changes["answers"] = replace(use_case.answers, uow=_Undoing(use_case.answers.uow))
    if hasattr(use_case, "erasing"):
        erasure = replace(use_case.erasing.erasure, uow=changes["uow"])
        changes["erasing"] = replace(use_case.erasing, uow=changes["uow"], erasure=erasure)
    return replace(use_case, **changes)
