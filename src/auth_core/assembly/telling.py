"""The rooms of what people are told by mail, and programs by webhooks."""

from auth_core.assembly.policies import Policies
from auth_core.assembly.ports import Ports
from auth_core.assembly.shared import Shared
from auth_core.outbox.deliver import DeliverMessages
from auth_core.outbox.drop_message import DropMessage
from auth_core.outbox.lane import Lane
from auth_core.outbox.list_messages import ListMessages
from auth_core.outbox.look import LookAtOutbox
from auth_core.outbox.retry_message import RetryMessage
from auth_core.rooms import OutboxRoom, WebhooksRoom
from auth_core.webhooks.change_webhook import ChangeWebhook
from auth_core.webhooks.create_webhook import CreateWebhook
from auth_core.webhooks.delete_webhook import DeleteWebhook
from auth_core.webhooks.deliver_webhooks import DeliverWebhooks
from auth_core.webhooks.list_deliveries import ListWebhookDeliveries
from auth_core.webhooks.list_webhooks import ListWebhooks, LookUpWebhook
from auth_core.webhooks.look_at_deliveries import LookAtDeliveries
from auth_core.webhooks.replay import ReplayDelivery, ReplayFailed
from auth_core.webhooks.rotate_webhook_secret import RotateWebhookSecret
from auth_core.webhooks.signing import Signing
from auth_core.webhooks.try_webhook import TryWebhook


def outbox_room(ports: Ports, policies: Policies, shared: Shared) -> OutboxRoom:
    """What people are told."""
    return OutboxRoom(
        deliver=DeliverMessages(
            lane=Lane(
                queue=ports.outbox_queue,
                entropy=ports.entropy,
                ids=shared.ids,
                clock=ports.clock,
                policy=policies.delivery,
                outcomes=shared.tallies.deliveries,
            ),
            vault=ports.message_vault,
            mail=ports.mail,
        ),
        look=LookAtOutbox(queue=ports.outbox_queue),
        list=ListMessages(uow=shared.uow),
        retry=RetryMessage(uow=shared.uow, record=shared.record, clock=ports.clock),
        drop=DropMessage(uow=shared.uow, record=shared.record, clock=ports.clock),
    )


def webhooks_room(ports: Ports, policies: Policies, shared: Shared) -> WebhooksRoom:
    """What programs are told."""
    sign_webhook = Signing(vault=ports.webhook_vault, clock=ports.clock)
    return WebhooksRoom(
        create=CreateWebhook(
            uow=shared.uow,
            vault=ports.webhook_vault,
            record=shared.record,
            clock=ports.clock,
            entropy=ports.entropy,
            ids=shared.ids,
            answers=shared.answers,
            policy=policies.webhooks,
        ),
        list=ListWebhooks(uow=shared.uow),
        look_up=LookUpWebhook(uow=shared.uow),
        change=ChangeWebhook(uow=shared.uow, record=shared.record, clock=ports.clock, policy=policies.webhooks),
        rotate_secret=RotateWebhookSecret(
            uow=shared.uow,
            vault=ports.webhook_vault,
            record=shared.record,
            clock=ports.clock,
            entropy=ports.entropy,
            policy=policies.webhooks,
        ),
        delete=DeleteWebhook(uow=shared.uow, record=shared.record, clock=ports.clock),
        deliver=DeliverWebhooks(
            lane=Lane(
                queue=ports.webhook_queue,
                entropy=ports.entropy,
                ids=shared.ids,
                clock=ports.clock,
                policy=policies.webhooks.delivery,
                outcomes=shared.tallies.webhook_deliveries,
            ),
            uow=shared.uow,
            sign=sign_webhook,
            sender=ports.webhook_sender,
            record=shared.record,
            clock=ports.clock,
        ),
        look=LookAtDeliveries(queue=ports.webhook_queue),
        list_deliveries=ListWebhookDeliveries(uow=shared.uow),
        replay=ReplayDelivery(uow=shared.uow, record=shared.record, clock=ports.clock),
        replay_failed=ReplayFailed(uow=shared.uow, record=shared.record, clock=ports.clock),
        try_out=TryWebhook(
            uow=shared.uow,
            sign=sign_webhook,
            sender=ports.webhook_sender,
            record=shared.record,
            clock=ports.clock,
            ids=shared.ids,
            policy=policies.webhooks,
        ),
    )
