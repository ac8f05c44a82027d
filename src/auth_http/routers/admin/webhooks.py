"""The programs elsewhere that are told what happens."""

from datetime import timedelta
from typing import Annotated, Final
from uuid import UUID

from fastapi import APIRouter, Depends, Path, Query, Request, Response

from auth_core.access.errors import PermissionDenied
from auth_core.access.permissions import WEBHOOKS_READ, WEBHOOKS_WRITE
from auth_core.ids import MessageId, WebhookId
from auth_core.outbox.model import State
from auth_core.webhooks.errors import (
    InvalidDeliveryCursor,
    InvalidWebhookDescription,
    InvalidWebhookUrl,
    TooManyWebhooks,
    UnknownEventType,
    WebhookDeliveryNotFound,
    WebhookNotFound,
    WebhookOverlapTooLong,
)
from auth_core.webhooks.model import IssuedWebhook
from auth_http.dependencies import Current, auth, origin, permitted
from auth_http.documented import failures
from auth_http.idempotency import Key, once
from auth_http.request_problems import rejected_for
from auth_http.schemas.document import answered
from auth_http.schemas.webhooks import (
    DeliveryState,
    NewWebhook,
    WebhookAnswer,
    WebhookChange,
    WebhookDeliveriesAnswer,
    WebhookDeliveryAnswer,
    WebhookReplay,
    WebhookReplayedAnswer,
    WebhooksAnswer,
    WebhookSecretAnswer,
    WebhookSecretRotation,
    WebhookTrialAnswer,
)

router = APIRouter(tags=["Administration"])

_MAY_READ: Final = Depends(permitted(WEBHOOKS_READ))
_MAY_WRITE: Final = Depends(permitted(WEBHOOKS_WRITE))
_UUID: Final = r"^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$"
_NO_ID: Final = rejected_for(
    {"parameter": "webhook_id", "code": "invalid_value", "detail": "This value is not acceptable."}
)
_LARGEST_PAGE: Final = 200

type Which = Annotated[
    str,
    Path(
        description="The `id` of the webhook, from the list.",
        pattern=_UUID,
        json_schema_extra={"format": "uuid"},
        examples=["0199a1f5-2c40-7d21-b0a7-3e5d6f7a8b90"],
    ),
]
type WhichDelivery = Annotated[
    str,
    Path(
        description="The `id` of the delivery, from their list.",
        pattern=_UUID,
        json_schema_extra={"format": "uuid"},
        examples=["7c1c9f6e-3f0b-4f0e-9a55-0a4c8b7f2d11"],
    ),
]


@router.get(
    "/admin/webhooks",
    operation_id="list_webhooks",
    summary="Which programs are told what happens?",
    response_model=WebhooksAnswer,
    response_description="Every webhook.",
    dependencies=[_MAY_READ],
    responses=failures(PermissionDenied(), bearer=True, reads=True),
)
async def list_webhooks(request: Request) -> Response:
    """Every webhook, without its secret. Needs `webhooks:read`."""
    return answered(WebhooksAnswer.of(await auth(request).webhooks.list()))


@router.post(
    "/admin/webhooks",
    operation_id="create_webhook",
    summary="Have a program told what happens",
    status_code=201,
    response_model=WebhookSecretAnswer,
    response_description="The new webhook, and its secret, which is told this once.",
    dependencies=[_MAY_WRITE],
    responses=failures(
        PermissionDenied(),
        InvalidWebhookUrl(),
        InvalidWebhookDescription(),
        UnknownEventType(),
        TooManyWebhooks(),
        json=True,
        bearer=True,
        writes=True,
        once=True,
    ),
)
async def create_webhook(asked: NewWebhook, current: Current, key: Key, request: Request) -> Response:
    """Posts what happens from now on to an address, signed as Standard Webhooks asks. Needs `webhooks:write`."""
    issued = await auth(request).webhooks.create(
        url=asked.url,
        types=asked.types,
        description=asked.description,
        actor=current.principal.user_id,
        origin=origin(request),
        once=await once(request, key, caller=current.principal.user_id, tell=_created),
    )
    return _created(issued)


def _created(issued: IssuedWebhook) -> Response:
    return answered(WebhookSecretAnswer.of(issued), status=201)


@router.get(
    "/admin/webhooks/{webhook_id}",
    operation_id="read_webhook",
    summary="What is this program told?",
    response_model=WebhookAnswer,
    response_description="The webhook.",
    dependencies=[_MAY_READ],
    responses=failures(PermissionDenied(), WebhookNotFound(), _NO_ID, bearer=True, reads=True),
)
async def read_webhook(webhook_id: Which, request: Request) -> Response:
    """One webhook, without its secret. Needs `webhooks:read`."""
    return answered(WebhookAnswer.of(await auth(request).webhooks.look_up(webhook_id=WebhookId(UUID(webhook_id)))))


@router.patch(
    "/admin/webhooks/{webhook_id}",
    operation_id="change_webhook",
    summary="Change what a program is told",
    response_model=WebhookAnswer,
    response_description="The webhook as it is now.",
    dependencies=[_MAY_WRITE],
    responses=failures(
        PermissionDenied(),
        WebhookNotFound(),
        InvalidWebhookUrl(),
        InvalidWebhookDescription(),
        UnknownEventType(),
        _NO_ID,
        json=True,
        bearer=True,
        writes=True,
    ),
)
async def change_webhook(webhook_id: Which, asked: WebhookChange, current: Current, request: Request) -> Response:
    """Changes what is given and leaves the rest. What happens while it is disabled it is never told.

    Needs `webhooks:write`.
    """
    webhook = await auth(request).webhooks.change(
        webhook_id=WebhookId(UUID(webhook_id)),
        **asked.model_dump(exclude_unset=True),
        actor=current.principal.user_id,
        origin=origin(request),
    )
    return answered(WebhookAnswer.of(webhook))


@router.delete(
    "/admin/webhooks/{webhook_id}",
    operation_id="delete_webhook",
    summary="Tell a program nothing more",
    status_code=204,
    response_class=Response,
    response_description="Forgotten.",
    dependencies=[_MAY_WRITE],
    responses=failures(PermissionDenied(), WebhookNotFound(), _NO_ID, bearer=True, writes=True),
)
async def delete_webhook(webhook_id: Which, current: Current, request: Request) -> None:
    """Deletes a webhook, its secrets, and all that waits for it. Needs `webhooks:write`."""
    await auth(request).webhooks.delete(
        webhook_id=WebhookId(UUID(webhook_id)), actor=current.principal.user_id, origin=origin(request)
    )


@router.post(
    "/admin/webhooks/{webhook_id}/secret",
    operation_id="rotate_webhook_secret",
    summary="Give a webhook another secret",
    response_model=WebhookSecretAnswer,
    response_description="The webhook and its new secret, which is told this once.",
    dependencies=[_MAY_WRITE],
    responses=failures(
        PermissionDenied(),
        WebhookNotFound(),
        WebhookOverlapTooLong(),
        _NO_ID,
        json=True,
        bearer=True,
        writes=True,
    ),
)
async def rotate_webhook_secret(
    webhook_id: Which, asked: WebhookSecretRotation, current: Current, request: Request
) -> Response:
    """Replaces the secret; for an overlap everything is signed with both, so that the receiver can change.

    Doing it again, because the answer got lost, ends no secret earlier; an overlap of 0, for one that somebody else may
    know, makes all but the new one void. Needs `webhooks:write`.
    """
    given = "overlap_seconds" in asked.model_fields_set
    issued = await auth(request).webhooks.rotate_secret(
        webhook_id=WebhookId(UUID(webhook_id)),
        overlap=timedelta(seconds=asked.overlap_seconds) if given else None,
        actor=current.principal.user_id,
        origin=origin(request),
    )
    return answered(WebhookSecretAnswer.of(issued))


@router.post(
    "/admin/webhooks/{webhook_id}/test",
    operation_id="test_webhook",
    summary="Does the receiver answer?",
    response_model=WebhookTrialAnswer,
    response_description="What came of it.",
    dependencies=[_MAY_WRITE],
    responses=failures(PermissionDenied(), WebhookNotFound(), _NO_ID, bearer=True, writes=True),
)
async def test_webhook(webhook_id: Which, current: Current, request: Request) -> Response:
    """Posts a `webhook.test` now, once, and tells what the receiver answered. Needs `webhooks:write`."""
    response = await auth(request).webhooks.try_out(
        webhook_id=WebhookId(UUID(webhook_id)), actor=current.principal.user_id, origin=origin(request)
    )
    return answered(WebhookTrialAnswer.of(response))


@router.get(
    "/admin/webhooks/{webhook_id}/deliveries",
    operation_id="list_webhook_deliveries",
    summary="What became of what it was told?",
    response_model=WebhookDeliveriesAnswer,
    response_description="A page of deliveries.",
    dependencies=[_MAY_READ],
    responses=failures(PermissionDenied(), WebhookNotFound(), InvalidDeliveryCursor(), _NO_ID, bearer=True, reads=True),
)
async def list_webhook_deliveries(
    webhook_id: Which,
    request: Request,
    *,
    state: Annotated[
        DeliveryState | None, Query(description="Only those that are in this state.", examples=["dead"])
    ] = None,
    cursor: Annotated[
        str | None,
        Query(
            description="The `next_cursor` of the page before, with the same filter.",
            max_length=64,
            examples=["AAZEc4kqwwABmaH0DRF9IJw-WwxstaAB"],
        ),
    ] = None,
    limit: Annotated[int, Query(description="Deliveries on a page.", ge=1, le=_LARGEST_PAGE, examples=[50])] = 50,
) -> Response:
    """The deliveries to a webhook, the newest events first, a page at a time. Needs `webhooks:read`."""
    page = await auth(request).webhooks.list_deliveries(
        webhook_id=WebhookId(UUID(webhook_id)),
        state=None if state is None else State(state.value),
        after=cursor,
        limit=limit,
    )
    return answered(WebhookDeliveriesAnswer.of(page))


@router.post(
    "/admin/webhooks/{webhook_id}/deliveries/{delivery_id}/replay",
    operation_id="replay_webhook_delivery",
    summary="Tell this again",
    response_model=WebhookDeliveryAnswer,
    response_description="The delivery, which is due now.",
    dependencies=[_MAY_WRITE],
    responses=failures(
        PermissionDenied(), WebhookNotFound(), WebhookDeliveryNotFound(), _NO_ID, bearer=True, writes=True
    ),
)
async def replay_webhook_delivery(
    webhook_id: Which, delivery_id: WhichDelivery, current: Current, request: Request
) -> Response:
    """Makes a delivery that is over once more, with the same `webhook-id`. Needs `webhooks:write`."""
    filed = await auth(request).webhooks.replay(
        webhook_id=WebhookId(UUID(webhook_id)),
        delivery_id=MessageId(UUID(delivery_id)),
        actor=current.principal.user_id,
        origin=origin(request),
    )
    return answered(WebhookDeliveryAnswer.of(filed))


@router.post(
    "/admin/webhooks/{webhook_id}/replay",
    operation_id="replay_failed_webhook_deliveries",
    summary="Tell again what could not be told",
    response_model=WebhookReplayedAnswer,
    response_description="How many deliveries are due now because of this.",
    dependencies=[_MAY_WRITE],
    responses=failures(PermissionDenied(), WebhookNotFound(), _NO_ID, json=True, bearer=True, writes=True),
)
async def replay_failed_webhook_deliveries(
    webhook_id: Which, asked: WebhookReplay, current: Current, request: Request
) -> Response:
    """Tries everything again that was given up since a moment, each with the `webhook-id` it had.

    Needs `webhooks:write`.
    """
    replayed = await auth(request).webhooks.replay_failed(
        webhook_id=WebhookId(UUID(webhook_id)),
        since=asked.since,
        actor=current.principal.user_id,
        origin=origin(request),
    )
    return answered(WebhookReplayedAnswer(replayed=replayed))
