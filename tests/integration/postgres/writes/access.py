"""Roles."""

from typing import Final

from auth_core import RoleNotFound
from auth_core.audit.events import EventKind
from auth_core.testing import an_origin
from tests.integration.postgres.writes.scene import Scene, Write


async def _a_role(scene: Scene) -> None:
    await scene.auth.access.define_role(name=scene.role, actor=None, origin=an_origin())


WRITES: Final = (
    Write(
        name="access.define_role",
        act=lambda scene: scene.auth.access.define_role(
            name=scene.role, permissions=["invoices:read"], actor=None, origin=an_origin()
        ),
        happened="SELECT count(*) = 1 FROM auth.roles WHERE name = :role",
        event=EventKind.ROLE_DEFINED,
    ),
    Write(
        name="access.delete_role",
        before=_a_role,
        act=lambda scene: scene.auth.access.delete_role(name=scene.role, actor=None, origin=an_origin()),
        happened="SELECT count(*) = 0 FROM auth.roles WHERE name = :role",
        event=EventKind.ROLE_DELETED,
        again=RoleNotFound,
    ),
)
