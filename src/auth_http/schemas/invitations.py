"""Invitations, as they are looked at and accepted by whoever holds the token."""

from datetime import datetime
from typing import Self

from pydantic import ConfigDict

from auth_core.users.model import InvitedTo
from auth_http.schemas.document import Answered, Secret, example
from auth_http.schemas.people import LocaleAsked
from auth_http.schemas.recovery import EXAMPLE_TOKEN, SentToken


class InvitationSeen(Answered):
    """What an invitation is to. A name that is null has to be given with the acceptance."""

    model_config = ConfigDict(
        json_schema_extra=example(
            email="grace@example.com",
            first_name="Grace",
            last_name=None,
            locale="en",
            expires_at="2026-11-09T09:30:00Z",
        )
    )

    email: str
    first_name: str | None
    last_name: str | None
    locale: str | None
    expires_at: datetime

    @classmethod
    def of(cls, invited: InvitedTo) -> Self:
        """Write what `invited` is told."""
        return cls(
            email=invited.email.address,
            first_name=invited.first_name,
            last_name=invited.last_name,
            locale=invited.locale,
            expires_at=invited.expires_at,
        )


class InvitationToAccept(SentToken):
    """The token that was sent, and the password to sign in with from now on.

    Names are needed where the invitation has none; given, they take the place of those it has, and so does `locale`.
    """

    model_config = ConfigDict(
        json_schema_extra=example(
            token=EXAMPLE_TOKEN,
            password="paper lantern under the bridge",  # noqa: S106 - an example
            last_name="Hopper",
        )
    )

    password: Secret
    first_name: str | None = None
    last_name: str | None = None
    locale: LocaleAsked = None
