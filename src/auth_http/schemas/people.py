"""People, as they are asked for and answered."""

from datetime import datetime
from typing import Annotated, Any, Final, Self
from uuid import UUID

from pydantic import ConfigDict, Field
from pydantic.config import JsonDict

from auth_core.access.model import Principal
from auth_core.users.locale import LONGEST_LOCALE
from auth_core.users.model import User, UserStatus
from auth_http.schemas.document import Answered, Asked, Secret, example, without_default

EXAMPLE_USER: Final[JsonDict] = {
    "id": "0199a1f3-5c00-7a3e-9b1c-2f6d1e0c4a55",
    "email": "grace@example.com",
    "first_name": "Grace",
    "last_name": "Hopper",
    "status": "active",
    "created_at": "2026-11-02T09:30:00Z",
    "updated_at": "2026-11-02T09:30:00Z",
    "last_login_at": None,
    "version": 3,
    "email_verified": True,
    "email_verified_at": "2026-11-02T09:34:00Z",
    "locale": "en",
    "invitation": None,
}
EXAMPLE_PROFILE: Final[JsonDict] = {
    **EXAMPLE_USER,
    "last_login_at": "2026-11-24T08:15:00Z",
    "roles": ["user"],
    "permissions": ["reports:read"],
}


LocaleAsked = Annotated[
    str | None,
    Field(
        description="The language mails to this person are written in, if we have it: a tag such as de or pt-BR.",
        max_length=LONGEST_LOCALE,
        examples=["de"],
    ),
]


class Registration(Asked):
    """A new account. The password has 8 code points at least and 1,024 bytes of UTF-8 at most."""

    model_config = ConfigDict(
        json_schema_extra=example(
            email="grace@example.com",
            password="correct horse battery staple",  # noqa: S106 - an example
            first_name="Grace",
            last_name="Hopper",
        )
    )

    email: str
    password: Secret
    first_name: str
    last_name: str
    locale: LocaleAsked = None


class FirstAdministrator(Registration):
    """The first administrator, and the secret that is in `AUTH_SETUP_SECRET`."""

    model_config = ConfigDict(
        json_schema_extra=example(
            secret="q3Yd0vJ8mK2xT7bNfR5wLz9cGhS4pVaE1uXiOoBtWnM=",  # noqa: S106 - an example
            email="grace@example.com",
            password="correct horse battery staple",  # noqa: S106 - an example
            first_name="Grace",
            last_name="Hopper",
        )
    )

    secret: Secret


class Farewell(Asked):
    """The password, once more, of whoever wants to leave."""

    model_config = ConfigDict(json_schema_extra=example(password="correct horse battery staple"))  # noqa: S106 - an example

    password: Secret


class NameChange(Asked):
    """The names to change, and the language; what is left out stays as it is. With null it is no language any more."""

    model_config = ConfigDict(json_schema_extra=example(last_name="Murray Hopper"))

    # Left out is not the same as null, which is refused: the defaults are never read.
    first_name: str = Field(default="", json_schema_extra=without_default)
    last_name: str = Field(default="", json_schema_extra=without_default)
    locale: LocaleAsked = Field(default=None, json_schema_extra=without_default)


class Names(Asked):
    """Both names. The language stays as it is unless it is given."""

    model_config = ConfigDict(json_schema_extra=example(first_name="Grace", last_name="Murray Hopper"))

    first_name: str
    last_name: str
    locale: LocaleAsked = Field(default=None, json_schema_extra=without_default)


def given_in(change: Asked, fields: set[str] | None = None) -> dict[str, Any]:
    """Return what a change says, as the use cases take it: a null takes away what can be without."""
    return {field: value or "" for field, value in change.model_dump(include=fields, exclude_unset=True).items()}


class InvitationAnswer(Answered):
    """An invitation that was not accepted yet: by whom it was sent last, when, and until when it can be accepted.

    `by` is null when the operator of the machine has invited.
    """

    model_config = ConfigDict(
        json_schema_extra=example(
            by="0199a1f3-5c00-7a3e-9b1c-2f6d1e0c4a55",
            sent_at="2026-11-02T09:30:00Z",
            expires_at="2026-11-09T09:30:00Z",
        )
    )

    by: UUID | None
    sent_at: datetime
    expires_at: datetime


class UserAnswer(Answered):
    """A person with an account.

    `version` counts the changes of names, address and status; in quotes it is the `ETag`, for `If-Match`. An address is
    verified once a mail to it has been answered. `invitation` is null unless the status is `invited`: then names that
    nobody has said yet are empty.
    """

    model_config = ConfigDict(json_schema_extra=example(**EXAMPLE_USER))

    id: UUID
    email: str
    first_name: str
    last_name: str
    status: UserStatus
    created_at: datetime
    updated_at: datetime
    last_login_at: datetime | None
    version: int
    email_verified: bool
    email_verified_at: datetime | None
    locale: str | None
    invitation: InvitationAnswer | None

    @classmethod
    def of(cls, user: User, **more: Any) -> Self:  # noqa: ANN401 - members of those that say more of a person
        """Write `user`, and `more` where there is more to say."""
        invitation = user.invitation
        return cls(
            id=user.id,
            email=user.email.address,
            first_name=user.first_name,
            last_name=user.last_name,
            status=user.status,
            created_at=user.created_at,
            updated_at=user.updated_at,
            last_login_at=user.last_login_at,
            version=user.version,
            email_verified=user.email_verified_at is not None,
            email_verified_at=user.email_verified_at,
            locale=user.locale,
            invitation=invitation
            and InvitationAnswer(by=invitation.by, sent_at=invitation.at, expires_at=invitation.expires_at),
            **more,
        )


class ProfileAnswer(UserAnswer):
    """A person with an account, and what they may do at this moment."""

    model_config = ConfigDict(json_schema_extra=example(**EXAMPLE_PROFILE))

    roles: tuple[str, ...]
    permissions: tuple[str, ...]

    @classmethod
    def with_rights(cls, user: User, principal: Principal) -> Self:
        """Write `user` with what `principal` may do."""
        return cls.of(user, roles=principal.roles, permissions=principal.permissions)
