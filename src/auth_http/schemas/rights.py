"""What users may do, and why, as it is asked for and answered."""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Self
from uuid import UUID

from pydantic import ConfigDict, Field

from auth_core.access.explanation import Explanation
from auth_core.access.model import Assignment
from auth_core.ids import UserId
from auth_http.schemas.document import Answered, Asked, example
from auth_http.schemas.roles import Name


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


class ExplanationAnswer(Answered):
    """Whether a user may do something, and why.

    `path` leads from a role they hold, by way of parents, to the one that has `granted`. Without a path, `missing`
    names the roles that would give it. Whoever is not `active` may do nothing.
    """

    model_config = ConfigDict(
        json_schema_extra=example(
            permission="invoices:read",
            allowed=True,
            active=True,
            held=["accountant", "user"],
            path=["accountant", "clerk"],
            granted="invoices:*",
            missing=[],
        )
    )

    permission: str
    allowed: bool
    active: bool
    held: tuple[str, ...]
    path: tuple[str, ...]
    granted: str | None
    missing: tuple[str, ...]

    @classmethod
    def of(cls, explanation: Explanation) -> Self:
        """Write `explanation`."""
        return cls(
            permission=explanation.permission,
            allowed=explanation.allowed,
            active=explanation.active,
            held=explanation.held,
            path=explanation.path,
            granted=explanation.granted,
            missing=explanation.missing,
        )
