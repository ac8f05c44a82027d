"""Two people want one address, or an operator and one of them do."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from sqlalchemy import Row, text
from sqlalchemy.ext.asyncio import AsyncConnection

from auth_core import AuthCore, EmailTaken, Redacted
from auth_core.testing import an_email
from auth_core.users.model import User
from tests.proof.interleavings.calls import ORIGIN
from tests.proof.interleavings.scheduler import Calls
from tests.proof.interleavings.stage import Stage
from tests.proof.simulation.clients import FIRST_PASSWORD

_KEPT: Final = text(
    """SELECT u.id, p.version, count(DISTINCT e.id) AS events, count(DISTINCT a.role) AS roles
    FROM auth.users u
    LEFT JOIN auth.passwords p ON p.user_id = u.id
    LEFT JOIN auth.audit_events e ON e.subject = u.id
    LEFT JOIN auth.role_assignments a ON a.user_id = u.id
    WHERE u.email_canonical = :email
    GROUP BY u.id, p.version"""
)


@dataclass(slots=True)
class OneAddress:
    """Of two who want an address one gets it: an account, whole, told once. Raises: AssertionError."""

    email: str
    witness: AuthCore
    connection: AsyncConnection
    answers: dict[int, str] = field(default_factory=dict[int, str])
    users: list[User] = field(default_factory=list[User])

    def begins(self, who: int) -> None:
        pass

    async def has_committed(self, who: int) -> None:
        for account in await self._kept():
            assert (account.version, account.events, account.roles) == (1, 1, 1), "half an account was committed"

    def has_ended(self, who: int, answer: object) -> None:
        assert isinstance(answer, User | EmailTaken), f"the call failed: {answer!r}"
        self.answers[who] = "done" if isinstance(answer, User) else "refused"
        if isinstance(answer, User):
            self.users.append(answer)

    async def look_at_rest(self) -> None:
        [account] = await self._kept()
        assert [user.id for user in self.users] == [account.id], "somebody was given an account that is not there"
        logged_in = await self.witness.login.log_in(email=self.email, password=Redacted(FIRST_PASSWORD), origin=ORIGIN)
        assert logged_in.user.id == account.id

    async def _kept(self) -> Sequence[Row[Any]]:
        return (await self.connection.execute(_KEPT, {"email": self.email.lower()})).all()


@dataclass(frozen=True, slots=True, kw_only=True)
class Registrations:
    """Two people register with one address, or an operator makes the account one of them wants."""

    by_operator: bool = False
    endings: frozenset[str] = frozenset({"done, refused", "refused, done"})
    least: int = 8

    def __str__(self) -> str:
        return "create || register" if self.by_operator else "register || register"

    async def prepare(self, stage: Stage) -> tuple[OneAddress, Calls]:
        email = an_email()
        first, second = stage.processes
        new: dict[str, Any] = {
            "password": Redacted(FIRST_PASSWORD),
            "first_name": "Ada",
            "last_name": "Lovelace",
            "origin": ORIGIN,
        }
        calls = (
            first.users.create(email=email, actor=None, **new)
            if self.by_operator
            else first.users.register(email=email.upper(), **new),
            second.users.register(email=email.lower(), **new),
        )
        return OneAddress(email, stage.witness, stage.reader), calls


OF_REGISTRATIONS: Final = (Registrations(), Registrations(by_operator=True))
