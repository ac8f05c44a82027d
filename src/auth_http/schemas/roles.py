"""Roles and who holds them, as they are asked for and answered."""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Self
from uuid import UUID

from pydantic import ConfigDict, Field

from auth_core.access.model import Assignment
from auth_core.ids import UserId
from auth_http.schemas.document import Answered, Asked, example

Name = Annotated[str, Field(max_length=63)]


class RolesToHold(Asked):
    """All the roles a user is to hold from now on; those left out are taken away."""

    model_config = ConfigDict(json_schema_extra=example(roles=["accountant", "user"]))

    roles: Annotated[list[Name], Field(max_length=100)]


class RoleHeld(Answered):
    """A role somebody holds: since when, and who gave it; null for the service and its operator."""

    role: str
    assigned_at: datetime
    assigned_by: UUID | None


class RolesOfUser(Answered):
    """The roles of a user, by name."""

    model_config = ConfigDict(
        json_schema_extra=example(
            user_id="0199a1f3-5c00-7a3e-9b1c-2f6d1e0c4a55",
            roles=[
                {
                    "role": "accountant",
                    "assigned_at": "2026-11-24T08:15:00Z",
                    "assigned_by": "0199a1f0-1b00-7d21-8f3a-5b0c9e4d7a10",
                },
                {"role": "user", "assigned_at": "2026-11-02T09:30:00Z", "assigned_by": None},
            ],
        )
    )

    user_id: UUID
    roles: tuple[RoleHeld, ...]

    @classmethod
    def of(cls, user_id: UserId, held: Sequence[Assignment]) -> Self:
        """Write the roles `held` by the user."""
        return cls(
            user_id=user_id,
            roles=tuple(RoleHeld(role=each.role, assigned_at=each.at, assigned_by=each.by) for each in held),
        )
