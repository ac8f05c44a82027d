"""Roles, as they are asked for and answered."""

from collections.abc import Sequence
from typing import Annotated, Final, Self
from uuid import UUID

from pydantic import ConfigDict, Field
from pydantic.config import JsonDict

from auth_core.access.model import Role
from auth_core.access.preview import AffectedGroup, AffectedUser, RolePreview
from auth_http.schemas.document import Answered, Asked, example

Name = Annotated[str, Field(max_length=63)]

_EXAMPLE_CONTENT: Final[JsonDict] = {
    "description": "Keeps the books.",
    "permissions": ["invoices:approve", "reports:*"],
    "parents": ["clerk"],
}
_EXAMPLE_ROLE: Final[JsonDict] = {
    "name": "accountant",
    **_EXAMPLE_CONTENT,
    "inherited": ["invoices:read"],
    "system": False,
}


class RoleContent(Asked):
    """What a role allows by itself, and from which roles it inherits: all of it, nothing left out."""

    model_config = ConfigDict(json_schema_extra=example(**_EXAMPLE_CONTENT))

    description: Annotated[str, Field(max_length=200)]
    permissions: Annotated[list[Annotated[str, Field(max_length=127)]], Field(max_length=200)]
    parents: Annotated[list[Name], Field(max_length=50)]


class NewRole(RoleContent):
    """A role to be made."""

    model_config = ConfigDict(json_schema_extra=example(name="accountant", **_EXAMPLE_CONTENT))

    name: Name


class RoleAnswer(Answered):
    """A role: what it allows by itself (`permissions`) and by its `parents` (`inherited`).

    One of the `system` never changes.
    """

    model_config = ConfigDict(json_schema_extra=example(**_EXAMPLE_ROLE))

    name: str
    description: str
    permissions: tuple[str, ...]
    parents: tuple[str, ...]
    inherited: tuple[str, ...]
    system: bool

    @classmethod
    def of(cls, role: Role) -> Self:
        """Write `role`."""
        return cls(
            name=role.name,
            description=role.description,
            permissions=tuple(sorted(role.permissions)),
            parents=tuple(sorted(role.parents)),
            inherited=tuple(sorted(role.inherited)),
            system=role.system,
        )


class RolesAnswer(Answered):
    """The roles there are, by name."""

    model_config = ConfigDict(json_schema_extra=example(items=[_EXAMPLE_ROLE]))

    items: tuple[RoleAnswer, ...]

    @classmethod
    def of(cls, roles: Sequence[Role]) -> Self:
        """Write `roles`."""
        return cls(items=tuple(RoleAnswer.of(role) for role in roles))


class GroupAffected(Answered):
    """Users who hold exactly these roles: how many they are, and what each of them would gain and lose."""

    roles: tuple[str, ...]
    users: int
    gains: tuple[str, ...]
    losses: tuple[str, ...]

    @classmethod
    def of(cls, group: AffectedGroup) -> Self:
        """Write `group`."""
        return cls(roles=group.roles, users=group.users, gains=group.difference.gains, losses=group.difference.losses)


class UserAffected(Answered):
    """One of them."""

    user_id: UUID
    email: str
    roles: tuple[str, ...]
    gains: tuple[str, ...]
    losses: tuple[str, ...]

    @classmethod
    def of(cls, user: AffectedUser) -> Self:
        """Write `user`."""
        return cls(
            user_id=user.user_id,
            email=user.email,
            roles=user.roles,
            gains=user.difference.gains,
            losses=user.difference.losses,
        )


class PreviewAnswer(Answered):
    """What a change would do: exact numbers, the 100 largest groups, and a page of the users whose rights change.

    A group is told by what they hold of the roles that matter: those that change, and those that allow what changes.
    """

    model_config = ConfigDict(
        json_schema_extra=example(
            users_who_gain=120,
            users_who_lose=118,
            groups=[
                {
                    "roles": ["accountant"],
                    "users": 118,
                    "gains": ["reports:read"],
                    "losses": ["invoices:approve"],
                },
                {"roles": ["accountant", "auditor"], "users": 2, "gains": ["reports:read"], "losses": []},
            ],
            items=[
                {
                    "user_id": "0199a1f3-5c00-7a3e-9b1c-2f6d1e0c4a55",
                    "email": "grace@example.com",
                    "roles": ["accountant", "user"],
                    "gains": ["reports:read"],
                    "losses": ["invoices:approve"],
                }
            ],
            next_cursor="0199a1f3-5c00-7a3e-9b1c-2f6d1e0c4a55",
        )
    )

    users_who_gain: int
    users_who_lose: int
    groups: tuple[GroupAffected, ...]
    items: tuple[UserAffected, ...]
    next_cursor: UUID | None

    @classmethod
    def of(cls, preview: RolePreview) -> Self:
        """Write `preview`."""
        return cls(
            users_who_gain=preview.users_who_gain,
            users_who_lose=preview.users_who_lose,
            groups=tuple(GroupAffected.of(each) for each in preview.groups),
            items=tuple(UserAffected.of(each) for each in preview.users),
            next_cursor=preview.next,
        )
