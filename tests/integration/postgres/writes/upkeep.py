"""Upkeep: what the service does now and then, asked by nobody."""

from datetime import timedelta
from typing import Final

from auth_core.audit.events import EventKind
from tests.integration.postgres.cutting_proxy import commit, nth, prepared_statement
from tests.integration.postgres.questions import rows
from tests.integration.postgres.writes.people import IS_GONE, deleted
from tests.integration.postgres.writes.scene import Scene, Write


async def _deleted_long_ago(scene: Scene) -> None:
    scene.clock.advance(timedelta(days=31))
    await scene.auth.upkeep.erase_deleted()
    await deleted(scene)
    scene.clock.advance(timedelta(days=31))


async def _unproven_long_ago(scene: Scene) -> None:
    await scene.auth.upkeep.erase_unproven()
    await rows(scene.operator, "UPDATE auth.users SET awaits_proof = true WHERE id = :user_id", user_id=scene.person.id)
    scene.clock.advance(timedelta(days=31))


async def _long_over(scene: Scene) -> None:
    await scene.auth.upkeep.purge()
    scene.clock.advance(timedelta(days=61))


async def _only_they(scene: Scene) -> None:
    await rows(scene.operator, "DELETE FROM auth.users WHERE id <> :user_id", user_id=scene.person.id)


WRITES: Final = (
    Write(
        name="upkeep.erase_deleted",
        before=_deleted_long_ago,
        act=lambda scene: scene.auth.upkeep.erase_deleted(),
        happened=IS_GONE,
        event=EventKind.USER_ERASED,
        moment=lambda: nth(2, commit),
    ),
    Write(
        name="upkeep.erase_unproven",
        before=_unproven_long_ago,
        act=lambda scene: scene.auth.upkeep.erase_unproven(),
        happened=IS_GONE,
        event=EventKind.USER_ERASED,
        moment=lambda: nth(2, commit),
    ),
    Write(
        name="upkeep.purge",
        before=_long_over,
        act=lambda scene: scene.auth.upkeep.purge(),
        happened="SELECT count(*) = 0 FROM auth.sessions WHERE id = :session_id",
        moment=lambda: prepared_statement,
    ),
    Write(
        name="upkeep.reseal",
        before=_only_they,
        act=lambda scene: scene.auth.upkeep.reseal(),
        happened="SELECT hash LIKE 'sealed anew:%' FROM auth.passwords WHERE user_id = :user_id",
        moment=lambda: nth(5, commit),
    ),
)
