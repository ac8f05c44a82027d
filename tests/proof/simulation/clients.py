"""Who calls the service in a simulation, and what for."""

import random
from collections.abc import Coroutine, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

from auth_core import AuthCore, Origin, Redacted
from auth_core.ids import SessionId, UserId
from auth_core.sessions.model import TokenPair

_ORIGIN: Final = Origin()
FIRST_PASSWORD: Final = "the first password of everybody"


class Action(StrEnum):
    """What somebody wants."""

    REFRESH = "refresh"
    LOG_IN = "log in"
    LOG_OUT = "log out"
    LOG_OUT_EVERYWHERE = "log out everywhere"
    END_SESSION = "end session"
    CHANGE_PASSWORD = "change password"
    DISABLE = "disable"
    ENABLE = "enable"


_PLANS: Final = {
    Action.REFRESH: 24,
    Action.LOG_IN: 5,
    Action.LOG_OUT: 2,
    Action.LOG_OUT_EVERYWHERE: 2,
    Action.END_SESSION: 2,
    Action.CHANGE_PASSWORD: 4,
}
_ACTIONS: Final = tuple(_PLANS)
_WEIGHTS: Final = tuple(_PLANS.values())
_OF_AN_OPERATOR: Final = ([Action.DISABLE], [Action.DISABLE, Action.ENABLE], [Action.ENABLE, Action.DISABLE])


@dataclass(frozen=True, slots=True)
class Held:
    """A link as its holder has it."""

    session: SessionId
    generation: int
    text: str

    @classmethod
    def of(cls, pair: TokenPair) -> "Held":
        return cls(pair.session.id, pair.session.generation, pair.refresh_token.reveal())


@dataclass(frozen=True, slots=True)
class Account:
    """Somebody with an account."""

    id: UserId
    email: str


@dataclass(slots=True)
class Client:
    """Somebody who does one thing after the other, and repeats what was not answered."""

    name: str
    account: Account
    held: Held | None
    plan: list[Action] = field(default_factory=list[Action])
    busy: bool = False
    repeats: int = 4

    def can_begin(self) -> bool:
        return not self.busy and bool(self.plan)

    def call(self, auth: AuthCore, action: Action) -> Coroutine[object, object, object] | None:
        """Return the call; None when the client holds nothing to make it with."""
        user_id = self.account.id
        match action:
            case Action.LOG_IN:
                return auth.login.log_in(email=self.account.email, password=Redacted(FIRST_PASSWORD), origin=_ORIGIN)
            case Action.LOG_OUT_EVERYWHERE:
                return auth.sessions.log_out_everywhere(user_id=user_id, origin=_ORIGIN)
            case Action.DISABLE:
                return auth.users.disable(user_id=user_id, actor=None, origin=_ORIGIN)
            case Action.ENABLE:
                return auth.users.enable(user_id=user_id, actor=None, origin=_ORIGIN)
            case _ if self.held is not None:
                return self._call_with(self.held, auth, action)
            case _:
                return None

    def _call_with(self, held: Held, auth: AuthCore, action: Action) -> Coroutine[object, object, object]:
        user_id = self.account.id
        if action is Action.REFRESH:
            return auth.sessions.refresh(refresh_token=Redacted(held.text), origin=_ORIGIN)
        if action is Action.LOG_OUT:
            return auth.sessions.log_out(user_id=user_id, session_id=held.session, origin=_ORIGIN)
        if action is Action.END_SESSION:
            return auth.sessions.revoke(user_id=user_id, session_id=held.session, origin=_ORIGIN)
        return auth.passwords.change_password(
            user_id=user_id,
            session_id=held.session,
            current_password=Redacted(FIRST_PASSWORD),
            new_password=Redacted(f"another one, chosen by {self.name}"),
            origin=_ORIGIN,
        )


def cast(dice: random.Random, links: Sequence[tuple[Account, Held]]) -> list[Client]:
    """Return who takes part: most of them have the same link, as tabs have, and thieves."""
    shared = dice.choice(links)
    clients: list[Client] = []
    for number in range(dice.randint(2, 4)):
        account, held = shared if dice.random() < 0.75 else dice.choice(links)
        plan = dice.choices(_ACTIONS, _WEIGHTS, k=dice.randint(1, 3))
        clients.append(Client(f"client {number}", account, held, plan))
    if dice.random() < 0.25:
        clients.append(Client("operator", shared[0], None, list(dice.choice(_OF_AN_OPERATOR))))
    return clients
