"""Webhooks, as administrators see them."""

from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum
from typing import Annotated, Final, Self
from uuid import UUID

from pydantic import AwareDatetime, BeforeValidator, ConfigDict, Field
from pydantic.config import JsonDict

from auth_core.outbox.model import State
from auth_core.page import Page
from auth_core.webhooks.catalogue import CATALOGUE
from auth_core.webhooks.model import Answered as ReceiverAnswered
from auth_core.webhooks.model import FiledDelivery, IssuedWebhook, Response, Webhook, in_words
from auth_http.schemas.document import Answered, Asked, example, without_default

_TYPES: Final = "What it is told: types of events, or `*` for all of them and those to come. The types are: " + (
    ", ".join(f"`{kind.value}`" for kind in CATALOGUE)
)
_EXAMPLE: Final[JsonDict] = {
    "id": "0199a1f5-2c40-7d21-b0a7-3e5d6f7a8b90",
    "url": "https://crm.example.com/hooks/auth",
    "description": "The customer database",
    "types": ["user.erased", "user.updated"],
    "created_at": "2026-11-24T08:15:00Z",
    "disabled_at": None,
    "disabled_because": None,
    "secret_made_at": "2026-11-24T08:15:00Z",
    "replaced_secrets_sign_until": [],
}
_EXAMPLE_SECRET: Final = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw0Zz3v1Yd8kE="  # noqa: S105 - an example
_EXAMPLE_DELIVERY: Final[JsonDict] = {
    "id": "7c1c9f6e-3f0b-4f0e-9a55-0a4c8b7f2d11",
    "webhook_id": "0199a1f5-2c40-7d21-b0a7-3e5d6f7a8b90",
    "event_id": "0199a1f4-0d11-7d20-9c3e-5b0c6cb5a001",
    "type": "user.updated",
    "state": "dead",
    "attempts": 20,
    "happened_at": "2026-11-24T09:02:11.120000Z",
    "due_at": "2026-11-26T08:41:02.010000Z",
    "over_at": "2026-11-26T08:41:17.310000Z",
    "reason": "The receiver answered 503.",
}


class DeliveryState(StrEnum):
    """What has become of a delivery."""

    WAITING = State.WAITING.value
    SENT = State.SENT.value
    DEAD = State.DEAD.value


def _text(given: object) -> object:
    if not isinstance(given, str):
        raise ValueError("must be text")  # noqa: TRY004 - pydantic collects ValueErrors
    return given


class NewWebhook(Asked):
    """A new webhook. The address is https; the description is for people."""

    model_config = ConfigDict(
        json_schema_extra=example(
            url="https://crm.example.com/hooks/auth",
            types=["user.updated", "user.erased"],
            description="The customer database",
        )
    )

    url: str = Field(max_length=4000)
    types: list[str] = Field(description=_TYPES, max_length=100)
    description: str = Field(default="", max_length=1000)


class WebhookChange(Asked):
    """What is to change; what is left out stays as it is."""

    model_config = ConfigDict(json_schema_extra=example(disabled=True))

    # Left out is not the same as null, which is refused: the defaults are never read.
    url: str = Field(default="", max_length=4000, json_schema_extra=without_default)
    types: list[str] = Field(default=[], description=_TYPES, max_length=100, json_schema_extra=without_default)
    description: str = Field(default="", max_length=1000, json_schema_extra=without_default)
    disabled: bool = Field(default=False, json_schema_extra=without_default)


class WebhookSecretRotation(Asked):
    """For how many seconds the present secret signs along, a day unless it is said; 0 ends all but the new one."""

    model_config = ConfigDict(json_schema_extra=example(overlap_seconds=3600))

    overlap_seconds: int = Field(default=0, ge=0, le=10**9, json_schema_extra=without_default)


class WebhookReplay(Asked):
    """Since when: everything that was given up then or later is tried again."""

    model_config = ConfigDict(json_schema_extra=example(since="2026-11-24T00:00:00Z"))

    since: Annotated[AwareDatetime, Field(strict=False), BeforeValidator(_text)]


class WebhookAnswer(Answered):
    """An address that is told what happens; of its secrets nothing but their times.

    `disabled_because` is `operator` or `gone`: the receiver has answered 410.
    """

    model_config = ConfigDict(json_schema_extra=example(**_EXAMPLE))

    id: UUID
    url: str
    description: str
    types: tuple[str, ...]
    created_at: datetime
    disabled_at: datetime | None
    disabled_because: str | None
    secret_made_at: datetime
    replaced_secrets_sign_until: tuple[datetime, ...]

    @classmethod
    def of(cls, webhook: Webhook) -> Self:
        """Write `webhook`."""
        return cls(
            id=webhook.id,
            url=webhook.url,
            description=webhook.description,
            types=tuple(sorted(webhook.types)),
            created_at=webhook.created_at,
            disabled_at=webhook.disabled_at,
            disabled_because=webhook.disabled_because and webhook.disabled_because.value,
            secret_made_at=webhook.secret_made_at,
            replaced_secrets_sign_until=tuple(each.good_until for each in webhook.replaced),
        )


class WebhooksAnswer(Answered):
    """Every webhook, in the order of their making."""

    model_config = ConfigDict(json_schema_extra=example(items=[_EXAMPLE]))

    items: tuple[WebhookAnswer, ...]

    @classmethod
    def of(cls, webhooks: Sequence[Webhook]) -> Self:
        """Write `webhooks`."""
        return cls(items=tuple(map(WebhookAnswer.of, webhooks)))


class WebhookSecretAnswer(Answered):
    """A webhook, and its new secret. Keep it: nobody can be told it again."""

    model_config = ConfigDict(json_schema_extra=example(webhook=_EXAMPLE, secret=_EXAMPLE_SECRET))

    webhook: WebhookAnswer
    secret: str = Field(repr=False)

    @classmethod
    def of(cls, issued: IssuedWebhook) -> Self:
        """Write what was issued."""
        return cls(webhook=WebhookAnswer.of(issued.webhook), secret=issued.secret.reveal())


class WebhookTrialAnswer(Answered):
    """What the receiver made of a test: its `status`, or null with the `reason` why there was no answer."""

    model_config = ConfigDict(json_schema_extra=example(taken=True, status=204, reason="The receiver answered 204."))

    taken: bool
    status: int | None
    reason: str

    @classmethod
    def of(cls, response: Response) -> Self:
        """Write `response`."""
        status = response.status if isinstance(response, ReceiverAnswered) else None
        taken = isinstance(response, ReceiverAnswered) and response.is_taken
        return cls(taken=taken, status=status, reason=in_words(response))


class WebhookDeliveryAnswer(Answered):
    """An event on its way to a webhook, or what has become of that. The receiver sees `event_id` as `webhook-id`.

    `state` is `waiting`, `sent` (it was taken) or `dead` (it was given up, and `reason` says what came of the last
    attempt). `due_at` is when it is tried next; while it is being tried, when somebody else may.
    """

    model_config = ConfigDict(json_schema_extra=example(**_EXAMPLE_DELIVERY))

    id: UUID
    webhook_id: UUID
    event_id: UUID
    type: str
    state: str
    attempts: int
    happened_at: datetime
    due_at: datetime
    over_at: datetime | None
    reason: str | None

    @classmethod
    def of(cls, filed: FiledDelivery) -> Self:
        """Write `filed`."""
        return cls(
            id=filed.id,
            webhook_id=filed.webhook_id,
            event_id=filed.event_id,
            type=filed.kind,
            state=filed.state.value,
            attempts=filed.attempts,
            happened_at=filed.created_at,
            due_at=filed.due_at,
            over_at=filed.over_at,
            reason=filed.reason,
        )


class WebhookDeliveriesAnswer(Answered):
    """A page of deliveries, the newest events first; `next_cursor` asks for what follows, and is null at the end."""

    model_config = ConfigDict(
        json_schema_extra=example(items=[_EXAMPLE_DELIVERY], next_cursor="AAZEc4kqwwABmaH0DRF9IJw-WwxstaAB")
    )

    items: tuple[WebhookDeliveryAnswer, ...]
    next_cursor: str | None

    @classmethod
    def of(cls, page: Page[FiledDelivery, str]) -> Self:
        """Write `page`."""
        return cls(items=tuple(map(WebhookDeliveryAnswer.of, page.items)), next_cursor=page.next)


class WebhookReplayedAnswer(Answered):
    """How many deliveries are tried again."""

    model_config = ConfigDict(json_schema_extra=example(replayed=17))

    replayed: int
