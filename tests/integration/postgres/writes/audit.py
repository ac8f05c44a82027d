"""The trail."""

from dataclasses import replace
from datetime import timedelta
from typing import Final

from auth_core import AuditPolicy
from auth_core.audit.events import EventKind
from auth_core.testing import an_origin
from tests.integration.postgres.questions import rows
from tests.integration.postgres.writes.scene import Scene, Write


async def _one_unsealed(scene: Scene) -> None:
    await scene.auth.audit.seal()
    await scene.person.log_in()


async def _little_room(scene: Scene) -> None:
    for row in await rows(scene.operator, "SELECT name FROM auth.audit_stretches() OFFSET 1"):
        await rows(scene.operator, f"DROP TABLE auth.{row.name}")


async def _sealed_and_never_shortened(scene: Scene) -> None:
    await rows(scene.operator, "DELETE FROM auth.audit_events WHERE kind = 'audit.shortened'")
    await scene.auth.audit.seal()


async def _remove_old(scene: Scene) -> None:
    kept_for_a_day = replace(scene.auth.audit.remove_old, policy=AuditPolicy(retention=timedelta(days=1)))
    await kept_for_a_day(origin=an_origin())


WRITES: Final = (
    Write(
        name="audit.seal",
        before=_one_unsealed,
        act=lambda scene: scene.auth.audit.seal(),
        happened="SELECT count(*) = 0 FROM auth.audit_events "
        "WHERE id NOT IN (SELECT unnest(event_ids) FROM auth.audit_batches)",
    ),
    Write(
        name="audit.erase",
        act=lambda scene: scene.auth.audit.erase(user_id=scene.person.id, actor=None, origin=an_origin()),
        happened="SELECT count(*) > 0 FROM auth.audit_events "
        "WHERE kind = 'audit.personal_data_erased' AND subject = :user_id",
        event=EventKind.TRAIL_ERASED,
        # The order is committed before it is carried out, and each repetition is an order.
        times=2,
    ),
    Write(
        name="audit.make_room",
        before=_little_room,
        act=lambda scene: scene.auth.audit.make_room(),
        happened="SELECT count(*) > 1 FROM auth.audit_stretches()",
    ),
    Write(
        name="audit.remove_old",
        before=_sealed_and_never_shortened,
        act=_remove_old,
        happened="SELECT count(*) > 0 FROM auth.audit_events WHERE kind = 'audit.shortened'",
        event=EventKind.TRAIL_SHORTENED,
        # As above.
        times=2,
    ),
)
