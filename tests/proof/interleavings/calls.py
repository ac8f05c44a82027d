"""What somebody can want of the service, and what one may conclude from the answer."""

from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from typing import Any, Final

from auth_core import AuthCore, Origin, Redacted
from auth_core.credentials.passwords.errors import WrongPassword
from auth_core.login.errors import InvalidCredentials
from auth_core.sessions.errors import InvalidRefreshToken
from auth_core.users.errors import UserNotFound
from tests.proof.interleavings.people import Person
from tests.proof.simulation.clients import FIRST_PASSWORD, Action

ORIGIN: Final = Origin(address="192.0.2.1", user_agent="a scheduler", request_id="1")

type Refusal = type[InvalidRefreshToken | InvalidCredentials | WrongPassword | UserNotFound]


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """One call. `presents` says how far back its link lies; `action` how an acknowledgement is judged."""

    name: str
    make: Callable[[AuthCore, Person], Coroutine[Any, Any, object]]
    presents: int | None = None
    action: Action | None = None
    from_there: bool = False
    refusal: Refusal | None = None

    def __str__(self) -> str:
        return self.name


def _presenting(name: str, back: int) -> Call:
    return Call(
        name=name,
        make=lambda auth, person: auth.sessions.refresh(
            refresh_token=Redacted(person.texts[person.link(back)]), origin=ORIGIN
        ),
        presents=back,
        action=Action.REFRESH,
        refusal=InvalidRefreshToken,
    )


def _changing_password(name: str, new: str, *, from_there: bool) -> Call:
    return Call(
        name=name,
        make=lambda auth, person: auth.passwords.change_password(
            user_id=person.id,
            session_id=person.there if from_there else person.here,
            current_password=Redacted(FIRST_PASSWORD),
            new_password=Redacted(new),
            origin=ORIGIN,
        ),
        action=Action.CHANGE_PASSWORD,
        from_there=from_there,
        refusal=WrongPassword,
    )


REFRESH: Final = _presenting("refresh", 0)
RETRY: Final = _presenting("retry", 1)
REUSE: Final = _presenting("reuse", 2)
LOG_IN: Final = Call(
    name="log in",
    make=lambda auth, person: auth.login.log_in(email=person.email, password=Redacted(FIRST_PASSWORD), origin=ORIGIN),
    action=Action.LOG_IN,
    refusal=InvalidCredentials,
)
LOG_OUT: Final = Call(
    name="log out",
    make=lambda auth, person: auth.sessions.log_out(user_id=person.id, session_id=person.here, origin=ORIGIN),
    action=Action.LOG_OUT,
)
LOG_OUT_EVERYWHERE: Final = Call(
    name="log out everywhere",
    make=lambda auth, person: auth.sessions.log_out_everywhere(user_id=person.id, origin=ORIGIN),
    action=Action.LOG_OUT_EVERYWHERE,
)
END_SESSION: Final = Call(
    name="end session",
    make=lambda auth, person: auth.sessions.revoke(user_id=person.id, session_id=person.here, origin=ORIGIN),
    action=Action.END_SESSION,
)
CHANGE_PASSWORD: Final = _changing_password("change password", "a new one, chosen elsewhere", from_there=True)
CHANGE_PASSWORD_HERE: Final = _changing_password("change password here", "a new one, chosen here", from_there=False)
SUSPEND: Final = Call(
    name="suspend",
    make=lambda auth, person: auth.users.disable(user_id=person.id, actor=None, origin=ORIGIN),
    action=Action.DISABLE,
)
ENABLE: Final = Call(
    name="enable",
    make=lambda auth, person: auth.users.enable(user_id=person.id, actor=None, origin=ORIGIN),
    action=Action.ENABLE,
)
RENAME: Final = Call(
    name="rename",
    make=lambda auth, person: auth.users.update_profile(user_id=person.id, first_name="Augusta", origin=ORIGIN),
    refusal=UserNotFound,
)
