"""Webhooks, and what is told to them."""

from typing import Final

from auth_core import WebhookDeliveryNotFound, WebhookNotFound
from auth_core.audit.events import EventKind
from auth_core.testing import an_origin
from auth_core.webhooks.policy import WEBHOOK_DELIVERY
from tests.integration.postgres.cutting_proxy import prepared_statement
from tests.integration.postgres.questions import rows
from tests.integration.postgres.writes.queues import ends_dead
from tests.integration.postgres.writes.scene import Scene, Write

_WAITS: Final = "SELECT state = 'waiting' FROM auth.webhook_deliveries WHERE id = cast(:message_id AS uuid)"


async def _a_webhook(scene: Scene) -> None:
    await rows(scene.operator, "DELETE FROM auth.webhooks")
    await rows(scene.operator, "DELETE FROM auth.webhook_deliveries")
    issued = await scene.auth.webhooks.create(
        url="https://receiver.example.com/", types=("role.defined",), actor=None, origin=an_origin()
    )
    scene.webhook_id = issued.webhook.id


async def _a_disabled_webhook(scene: Scene) -> None:
    await _a_webhook(scene)
    await scene.auth.webhooks.change(webhook_id=scene.known_webhook, disabled=True, actor=None, origin=an_origin())


async def _a_delivery(scene: Scene) -> None:
    await _a_webhook(scene)
    # The connections that are used then are there already: what is cut is the call, and not their beginning.
    await scene.auth.webhooks.deliver()
    await scene.auth.webhooks.look()
    await scene.auth.access.define_role(name=scene.role, permissions=[], parents=[], actor=None, origin=an_origin())
    page = await scene.auth.webhooks.list_deliveries(webhook_id=scene.known_webhook)
    scene.message_id = page.items[0].id


async def _a_dead_delivery(scene: Scene) -> None:
    await _a_delivery(scene)
    await ends_dead(scene, scene.auth.webhooks.deliver.lane)


async def _tell_when_nobody_else_does(scene: Scene) -> None:
    """Let every claim run out first, that of a call before this one as well."""
    scene.clock.advance(WEBHOOK_DELIVERY.lease)
    await scene.auth.webhooks.deliver()


WRITES: Final = (
    Write(
        name="webhooks.create",
        act=lambda scene: scene.auth.webhooks.create(
            url="https://receiver.example.com/", description=scene.email.lower(), actor=None, origin=an_origin()
        ),
        happened="SELECT count(*) > 0 FROM auth.webhooks WHERE description = :email",
        event=EventKind.WEBHOOK_CREATED,
        # Its secret was told to nobody: another is made, unless the call has a key.
        times=2,
    ),
    Write(
        name="webhooks.change",
        before=_a_webhook,
        act=lambda scene: scene.auth.webhooks.change(
            webhook_id=scene.known_webhook, disabled=True, actor=None, origin=an_origin()
        ),
        happened="SELECT disabled_at IS NOT NULL FROM auth.webhooks WHERE id = cast(:webhook_id AS uuid)",
        event=EventKind.WEBHOOK_DISABLED,
    ),
    Write(
        name="webhooks.change that enables",
        before=_a_disabled_webhook,
        act=lambda scene: scene.auth.webhooks.change(
            webhook_id=scene.known_webhook, disabled=False, actor=None, origin=an_origin()
        ),
        happened="SELECT disabled_at IS NULL FROM auth.webhooks WHERE id = cast(:webhook_id AS uuid)",
        event=EventKind.WEBHOOK_ENABLED,
    ),
    Write(
        name="webhooks.rotate_secret",
        before=_a_webhook,
        act=lambda scene: scene.auth.webhooks.rotate_secret(
            webhook_id=scene.known_webhook, actor=None, origin=an_origin()
        ),
        happened="SELECT cardinality(replaced_secrets) > 0 FROM auth.webhooks WHERE id = cast(:webhook_id AS uuid)",
        event=EventKind.WEBHOOK_SECRET_ROTATED,
        # The first secret was told to nobody.
        times=2,
    ),
    Write(
        name="webhooks.delete",
        before=_a_webhook,
        act=lambda scene: scene.auth.webhooks.delete(webhook_id=scene.known_webhook, actor=None, origin=an_origin()),
        happened="SELECT count(*) = 0 FROM auth.webhooks WHERE id = cast(:webhook_id AS uuid)",
        event=EventKind.WEBHOOK_DELETED,
        again=WebhookNotFound,
    ),
    Write(
        name="webhooks.try_out",
        before=_a_webhook,
        act=lambda scene: scene.auth.webhooks.try_out(webhook_id=scene.known_webhook, actor=None, origin=an_origin()),
        happened="SELECT count(*) > 0 FROM auth.audit_events "
        "WHERE kind = 'webhook.tested' AND details ->> 'webhook_id' = :webhook_id",
        event=EventKind.WEBHOOK_TESTED,
        times=2,
    ),
    Write(
        name="webhooks.deliver",
        before=_a_delivery,
        act=_tell_when_nobody_else_does,
        happened="SELECT attempts > 0 FROM auth.webhook_deliveries WHERE id = cast(:message_id AS uuid)",
        moment=lambda: prepared_statement,
    ),
    Write(
        name="webhooks.replay",
        before=_a_dead_delivery,
        act=lambda scene: scene.auth.webhooks.replay(
            webhook_id=scene.known_webhook, delivery_id=scene.known_message, actor=None, origin=an_origin()
        ),
        happened=_WAITS,
        event=EventKind.WEBHOOK_REPLAYED,
        # It waits, and cannot be told from one that always has.
        again=WebhookDeliveryNotFound,
    ),
    Write(
        name="webhooks.replay_failed",
        before=_a_dead_delivery,
        act=lambda scene: scene.auth.webhooks.replay_failed(
            webhook_id=scene.known_webhook, since=scene.clock.now(), actor=None, origin=an_origin()
        ),
        happened=_WAITS,
        event=EventKind.WEBHOOK_REPLAYED,
    ),
)
