"""What administrators do with people, as it is asked for and answered."""

from collections.abc import Sequence
from typing import Annotated, Self
from uuid import UUID

from pydantic import ConfigDict, Field
from pydantic.config import JsonDict

from auth_core.ids import SessionId, UserId
from auth_core.sessions.model import Session
from auth_core.users.model import PasswordReset
from auth_http.schemas.document import Answered, Asked, Secret, example
from auth_http.schemas.roles import Name
from auth_http.schemas.sessions import EXAMPLE_SESSION, SessionAnswer


def _without_default(schema: JsonDict) -> None:
    schema.pop("default", None)


class NewUser(Asked):
    """An account for another person, who holds `user` besides `roles`.

    With `must_change_password` the password serves to choose another one at the first log-in, and nothing else.
    """

    model_config = ConfigDict(
        json_schema_extra=example(
            email="grace@example.com",
            password="correct horse battery staple",  # noqa: S106 - an example
            must_change_password=True,
            first_name="Grace",
            last_name="Hopper",
            roles=["accountant"],
        )
    )

    email: str
    password: Secret
    must_change_password: bool = False
    first_name: str
    last_name: str
    roles: Annotated[list[Name], Field(max_length=100)] = Field(default_factory=list)


class UserChange(Asked):
    """What to change; what is left out stays as it is."""

    model_config = ConfigDict(json_schema_extra=example(last_name="Murray Hopper"))

    # Left out is not the same as null, which is refused: the defaults are never read.
    first_name: str = Field(default="", json_schema_extra=_without_default)
    last_name: str = Field(default="", json_schema_extra=_without_default)
    email: str = Field(default="", json_schema_extra=_without_default)


class UserContent(Asked):
    """Everything that can be written of a person. What is not here has routes of its own, and stays as it is."""

    model_config = ConfigDict(
        json_schema_extra=example(first_name="Grace", last_name="Murray Hopper", email="grace@example.com")
    )

    first_name: str
    last_name: str
    email: str


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
