"""Mail on its way."""

from typing import Final

from auth_core.audit.events import EventKind
from auth_core.outbox.errors import MessageNotFound
from auth_core.outbox.policy import DeliveryPolicy
from auth_core.testing import a_letter, an_origin
from tests.integration.postgres.cutting_proxy import nth, prepared_statement
from tests.integration.postgres.questions import rows
from tests.integration.postgres.writes.queues import ends_dead
from tests.integration.postgres.writes.scene import Scene, Write


async def _a_message(scene: Scene) -> None:
    await rows(scene.operator, "DELETE FROM auth.outbox_messages")
    # The connections that are used then are there already: what is cut is the call, and not their beginning.
    await scene.auth.outbox.deliver()
    await scene.auth.outbox.look()
    letter = a_letter()
    async with scene.auth.outbox.list.uow() as tx:
        await tx.outbox.add(letter)
    scene.message_id = letter.sealed.id


async def _a_dead_message(scene: Scene) -> None:
    await _a_message(scene)
    await ends_dead(scene, scene.auth.outbox.deliver.lane)


async def _deliver_when_nobody_else_does(scene: Scene) -> None:
    """Let every claim run out first, that of a call before this one as well."""
    scene.clock.advance(DeliveryPolicy().lease)
    await scene.auth.outbox.deliver()


WRITES: Final = (
    Write(
        name="outbox.deliver",
        before=_a_message,
        act=_deliver_when_nobody_else_does,
        happened="SELECT attempts > 0 FROM auth.outbox_messages WHERE id = cast(:message_id AS uuid)",
        moment=lambda: prepared_statement,
    ),
    Write(
        name="outbox.deliver that cannot settle",
        before=_a_message,
        act=_deliver_when_nobody_else_does,
        happened="SELECT state = 'sent' FROM auth.outbox_messages WHERE id = cast(:message_id AS uuid)",
        moment=lambda: nth(2, prepared_statement),
    ),
    Write(
        name="outbox.retry",
        before=_a_dead_message,
        act=lambda scene: scene.auth.outbox.retry(message_id=scene.known_message, actor=None, origin=an_origin()),
        happened="SELECT state = 'waiting' FROM auth.outbox_messages WHERE id = cast(:message_id AS uuid)",
        event=EventKind.MESSAGE_RETRIED,
        # It waits, and cannot be told from one that always has.
        again=MessageNotFound,
    ),
    Write(
        name="outbox.drop",
        before=_a_message,
        act=lambda scene: scene.auth.outbox.drop(message_id=scene.known_message, actor=None, origin=an_origin()),
        happened="SELECT state = 'dropped' FROM auth.outbox_messages WHERE id = cast(:message_id AS uuid)",
        event=EventKind.MESSAGE_DROPPED,
        again=MessageNotFound,
    ),
)
