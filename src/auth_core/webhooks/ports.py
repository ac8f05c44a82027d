"""What telling programs elsewhere needs: a store that writes along with the trail, a vault, and somebody to send."""

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from auth_core.audit.ports import AuditTx, TrailTx
from auth_core.audit.recorded import Place
from auth_core.idempotency.ports import AnswersTx
from auth_core.ids import MessageId, WebhookId
from auth_core.outbox.model import State
from auth_core.outbox.ports import Queue
from auth_core.redacted import Redacted
from auth_core.webhooks.model import (
    Delivery,
    DisabledBecause,
    FiledDelivery,
    Response,
    SealedSecret,
    SignedRequest,
    Webhook,
)


class Webhooks(Protocol):
    """Every webhook there is: few, so they are read together.

    Whoever records an event of which `is_told` holds writes a delivery of it for each webhook that `wants` its kind at
    that moment, in the same transaction: that is a promise of the trail's adapter (`AuditTrail.record`), since it costs
    no further question there. `WebhooksContract` holds it to that.
    """

    async def add(self, webhook: Webhook) -> None:
        """Keep `webhook`: it is told of what is recorded from now on."""
        ...

    async def find(self, webhook_id: WebhookId) -> Webhook | None:
        """Return the webhook, disabled or not."""
        ...

    async def list_all(self) -> Sequence[Webhook]:
        """Return every webhook, in the order of their making."""
        ...

    async def change(self, webhook_id: WebhookId, *, url: str, description: str, types: frozenset[str]) -> bool:
        """Put these in the place of what there is; False when it is unknown or has just these."""
        ...

    async def disable(self, webhook_id: WebhookId, *, now: datetime, because: DisabledBecause) -> bool:
        """Send it nothing and write nothing for it; False when it is unknown or disabled already."""
        ...

    async def enable(self, webhook_id: WebhookId) -> bool:
        """Tell it again of what is recorded from now on; False when it is unknown or not disabled."""
        ...

    async def replace_secret(
        self, webhook_id: WebhookId, new: SealedSecret, *, now: datetime, old_until: datetime | None
    ) -> bool:
        """Put `new` in the place of the present secret, which signs along until `old_until`.

        Those replaced before keep their ends, but for all beyond `MOST_REPLACED`, which are void. When `old_until` is
        None, every secret but the new one is. Simultaneous calls come one after the other. False when it is unknown.
        """
        ...

    async def reseal(self, new: SealedSecret, *, old: SealedSecret) -> bool:
        """Replace a secret, present or replaced, if it is still `old`, to the letter."""
        ...

    async def remove(self, webhook_id: WebhookId) -> bool:
        """Forget the webhook, so that what waits for it goes with what is over; False when it is unknown."""
        ...


class WebhookDeliveries(Protocol):
    """What has become of what webhooks are told, and what operators do to it."""

    async def page(
        self, webhook_id: WebhookId, *, state: State | None, after: Place | None, limit: int
    ) -> Sequence[FiledDelivery]:
        """Return up to `limit` deliveries to the webhook, the newest events first, those that follow `after`."""
        ...

    async def revive(self, webhook_id: WebhookId, delivery_id: MessageId, *, now: datetime) -> FiledDelivery | None:
        """Let a delivery that is over, well or not, wait again, due now and as if never tried; None unless it is."""
        ...

    async def revive_dead(self, webhook_id: WebhookId, *, since: datetime, now: datetime) -> int:
        """Let everything wait again that was given up at `since` or later; say how much that was."""
        ...


class WebhookQueue(Queue[Delivery], Protocol):
    """The deliveries that wait.

    A claim leaves something for everybody: of one webhook no more are claimed, with those claimed already, than a
    quarter of `limit`, so that one that does not answer holds up no other. Deliveries to webhooks that are gone are not
    claimed, and go with what is over.
    """


class WebhookVault(Protocol):
    """Seals secrets: what is stored is of no use to whoever reads the store. Costs microseconds."""

    def seal(self, secret: Redacted[bytes], *, webhook_id: WebhookId) -> SealedSecret:
        """Return the secret sealed for this webhook."""
        ...

    def open(self, sealed: SealedSecret) -> Redacted[bytes]:
        """Return what was sealed. Raises: UnreadableSecret."""
        ...


class WebhookSender(Protocol):
    """Posts to receivers."""

    async def post(self, request: SignedRequest) -> Response:
        """Post once and say what came of it. No redirect is followed, and nothing of an answer is kept but its status.

        It connects to no address that the policy's `reach` does not admit, whatever a name leads to at that moment. It
        may be cancelled.
        """
        ...


class WebhooksTx(AuditTx, AnswersTx, Protocol):
    """The transaction slice of this room."""

    @property
    def webhooks(self) -> Webhooks: ...

    @property
    def webhook_deliveries(self) -> WebhookDeliveries: ...


class TellingTx(TrailTx, WebhooksTx, Protocol):
    """What is read, and written, when webhooks are told."""
