"""What administrators do with people, as it is asked for and answered."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, Final, Self
from uuid import UUID

from pydantic import ConfigDict, Field
from pydantic.config import JsonDict

from auth_core.errors import Fault, Rejected
from auth_core.ids import SessionId, UserId
from auth_core.redacted import Redacted
from auth_core.sessions.model import Session
from auth_core.users.model import PasswordReset
from auth_http.schemas.document import Answered, Asked, Secret, example, without_default
from auth_http.schemas.people import LocaleAsked
from auth_http.schemas.roles import Name
from auth_http.schemas.sessions import EXAMPLE_SESSION, SessionAnswer

_TEXT: Final[JsonDict] = {"type": "string"}
_WITH_PASSWORD: Final[JsonDict] = {
    "title": "With a password",
    "required": ["password", "first_name", "last_name"],
    "properties": {"invite": {"const": False}, "password": _TEXT, "first_name": _TEXT, "last_name": _TEXT},
}
_WITH_INVITATION: Final[JsonDict] = {
    "title": "With an invitation",
    "required": ["invite"],
    "properties": {"invite": {"const": True}, "password": {"type": "null"}, "must_change_password": {"const": False}},
}


class NewUser(Asked):
    """An account for another person, who holds `user` besides `roles`: with a password, or with an invitation.

    With `must_change_password` the password serves to choose another one at the first log-in, and nothing else. With
    `invite` they are sent a mail by which they choose the password themselves; names that are left out then are asked
    of them.
    """

    model_config = ConfigDict(
        json_schema_extra={
            **example(
                email="grace@example.com",
                password="correct horse battery staple",  # noqa: S106 - an example
                must_change_password=True,
                first_name="Grace",
                last_name="Hopper",
                roles=["accountant"],
            ),
            "oneOf": [_WITH_PASSWORD, _WITH_INVITATION],
        }
    )

    email: str
    invite: bool = False
    password: Secret | None = None
    must_change_password: bool = False
    first_name: str | None = None
    last_name: str | None = None
    locale: LocaleAsked = None
    roles: Annotated[list[Name], Field(max_length=100)] = Field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Invited:
    """The account is to wait for its owner."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WithPassword:
    """What an account without an invitation needs besides."""

    password: Redacted[str]
    first_name: str
    last_name: str


def read_new_user(asked: NewUser) -> Invited | WithPassword:
    """Say which of the two is asked for. Raises: Rejected where it is neither, or both."""
    if asked.invite:
        faults = [
            Fault(field, "not_with_invitation", "Who is invited chooses the password: leave this out.")
            for field in ("password", "must_change_password")
            if getattr(asked, field)
        ]
        if faults:
            raise Rejected(*faults)
        return Invited()
    missing = [each for each in ("password", "first_name", "last_name") if getattr(asked, each) is None]
    if asked.password is None or asked.first_name is None or asked.last_name is None:
        raise Rejected(*(Fault(each, "missing", "This is needed, unless `invite` is true.") for each in missing))
    return WithPassword(password=asked.password, first_name=asked.first_name, last_name=asked.last_name)


class UserChange(Asked):
    """What to change; what is left out stays as it is. With `locale` null it is no language any more."""

    model_config = ConfigDict(json_schema_extra=example(last_name="Murray Hopper"))

    # Left out is not the same as null, which is refused: the defaults are never read.
    first_name: str = Field(default="", json_schema_extra=without_default)
    last_name: str = Field(default="", json_schema_extra=without_default)
    email: str = Field(default="", json_schema_extra=without_default)
    locale: LocaleAsked = Field(default=None, json_schema_extra=without_default)


class UserContent(Asked):
    """Everything that can be written of a person; the language stays as it is unless it is given.

    What is not here has routes of its own, and stays as it is.
    """

    model_config = ConfigDict(
        json_schema_extra=example(first_name="Grace", last_name="Murray Hopper", email="grace@example.com")
    )

    first_name: str
    last_name: str
    email: str
    locale: LocaleAsked = Field(default=None, json_schema_extra=without_default)


class PasswordToGive(Asked):
    """A new password for another person; left out, one is made up and told in the answer."""

    model_config = ConfigDict(json_schema_extra=example(must_change=True))

    password: Secret | None = None
    must_change: bool = True


class PasswordResetAnswer(Answered):
    """What became of a reset. `password` is told this once if it was made up, else it is null."""

    model_config = ConfigDict(
        json_schema_extra=example(password="vG5xQ0b0uXr2nJm3o8sKzt1A", must_change=True, sessions_ended=2)  # noqa: S106 - an example
    )

    password: Annotated[str | None, Field(repr=False)]
    must_change: bool
    sessions_ended: int

    @classmethod
    def of(cls, reset: PasswordReset) -> Self:
        """Write `reset`."""
        return cls(
            password=reset.made_up.reveal() if reset.made_up else None,
            must_change=reset.must_change,
            sessions_ended=reset.sessions_ended,
        )


class SessionsOfUser(Answered):
    """Where a person is signed in, the session used last first; `current` is the one that asks."""

    model_config = ConfigDict(
        json_schema_extra=example(user_id="0199a1f3-5c00-7a3e-9b1c-2f6d1e0c4a55", items=[EXAMPLE_SESSION])
    )

    user_id: UUID
    items: tuple[SessionAnswer, ...]

    @classmethod
    def of(cls, user_id: UserId, sessions: Sequence[Session], *, current: SessionId) -> Self:
        """Write the `sessions` of the user."""
        return cls(user_id=user_id, items=tuple(SessionAnswer.of(each, current=current) for each in sessions))
