"""Programs elsewhere are told what has been committed, at least once, signed, and with the same id each time."""

from dataclasses import replace
from datetime import timedelta
from functools import partial
from typing import Any

import pytest

from auth_core.audit.events import EventKind
from auth_core.outbox.model import Outcome, State
from auth_core.redacted import Redacted
from auth_core.testing import NOON, ScriptedEntropy
from auth_core.testing.contracts.concurrency import RollBack
from auth_core.webhooks.errors import (
    InvalidDeliveryCursor,
    InvalidWebhook,
    InvalidWebhookDescription,
    InvalidWebhookUrl,
    TooManyWebhooks,
    UnknownEventType,
    WebhookDeliveryNotFound,
    WebhookNotFound,
    WebhookOverlapTooLong,
)
from auth_core.webhooks.model import Answered, DisabledBecause, Unreached
from auth_core.webhooks.policy import WEBHOOK_DELIVERY, WebhookPolicy
from tests.unit.core_in_memory import DAY, HERE, HOUR, MINUTE, OTHER_PASSWORD, SECOND
from tests.unit.webhooks.subscriber import URL, Subscriber

FAILS = Answered(status=500)


@pytest.fixture
async def subscriber() -> Subscriber:
    return await Subscriber.make()


async def test_what_happens_to_a_user_is_told_by_ids_and_without_anything_personal(subscriber: Subscriber) -> None:
    user = await subscriber.core.register("ada@example.org")
    await subscriber.core.auth.users.update_profile(user_id=user.id, first_name="Augusta", origin=HERE)

    assert await subscriber.deliver() == [Outcome.SENT] * 2

    told = sorted(subscriber.told(), key=lambda each: each["type"])
    assert [each["type"] for each in told] == ["user.registered", "user.updated"]
    assert told[1]["timestamp"] == "2030-06-01T12:00:00.123Z"
    assert told[1]["data"].keys() == {"event_id", "user_id", "actor_id", "session_id", "changed"}
    assert (told[1]["data"]["user_id"], told[1]["data"]["changed"]) == (str(user.id), ["first_name"])
    sent = b"".join(each.body for each in subscriber.receiver.requests)
    for personal in ("ada", "Ada", "Augusta", "Lovelace", HERE.address, HERE.user_agent):
        assert str(personal).encode() not in sent


async def test_the_id_is_that_of_the_event_and_the_address_is_the_one_that_was_given(subscriber: Subscriber) -> None:
    user = await subscriber.core.register()
    await subscriber.deliver()

    [event] = [each for each in subscriber.core.store.committed.events.values() if each.subject == user.id]
    [request] = subscriber.receiver.requests
    assert request.url == URL
    assert dict(request.headers)["webhook-id"] == str(event.id)
    assert dict(request.headers)["content-type"] == "application/json"


async def test_only_the_types_asked_for_are_told() -> None:
    subscriber = await Subscriber.make("password.changed", "user.roles_changed")
    someone = await subscriber.core.signed_in()
    await subscriber.core.role("editor", "texts:write")
    await subscriber.core.assign(someone.user, "editor")
    await subscriber.core.change_password(someone)

    await subscriber.deliver()

    told = {each["type"]: each["data"] for each in subscriber.told()}
    assert told.keys() == {"password.changed", "user.roles_changed"}
    assert (told["user.roles_changed"]["given"], told["user.roles_changed"]["taken"]) == (["editor"], [])
    assert told["password.changed"]["sessions_ended"] == 0


async def test_what_failed_or_was_undone_is_told_to_nobody(subscriber: Subscriber) -> None:
    user = await subscriber.core.register()
    await subscriber.deliver()
    with pytest.raises(Exception, match="password"):
        await subscriber.core.change_password(await subscriber.core.log_in(user), current="wrong", new=OTHER_PASSWORD)

    async def undone() -> None:
        async with subscriber.core.ports.uow() as tx:
            await subscriber.core.auth.webhooks.create.record(
                tx, EventKind.USER_UPDATED, at=NOON, origin=HERE, subject=user.id, actor=None, fields="first_name"
            )
            raise RollBack

    with pytest.raises(RollBack):
        await undone()

    assert await subscriber.deliver() == []


async def test_a_failure_is_tried_again_with_the_same_id_and_signed_anew(subscriber: Subscriber) -> None:
    subscriber.receiver.will(FAILS, Unreached("The receiver did not answer in time."))
    await subscriber.core.register()

    outcomes = [await subscriber.deliver()]
    for _ in range(2):
        subscriber.core.clock.advance(HOUR)
        outcomes.append(await subscriber.deliver())

    assert outcomes == [[Outcome.DEFERRED], [Outcome.DEFERRED], [Outcome.SENT]]
    assert len(set(subscriber.ids())) == 1
    assert len({each.body for each in subscriber.receiver.requests}) == 1
    assert subscriber.verified(subscriber.receiver.requests[-1]).attempted_at == (
        subscriber.core.clock.now().replace(microsecond=0)
    )
    [filed] = await subscriber.filed()
    assert (filed.state, filed.attempts) == (State.SENT, 3)


async def test_waits_are_random_and_double_up_to_the_longest() -> None:
    policy = WebhookPolicy(delivery=replace(WEBHOOK_DELIVERY, longest_delay=timedelta(seconds=40), attempts=9))
    subscriber = await Subscriber.make("user.registered", answers=(FAILS,) * 5, policy=policy)
    deliver = subscriber.core.auth.webhooks.deliver
    at_most = replace(deliver, lane=replace(deliver.lane, entropy=ScriptedEntropy([b"\xff" * 4] * 5)))
    await subscriber.core.register()
    waits = list[timedelta]()
    for _ in range(4):
        await at_most()
        [filed] = await subscriber.filed()
        waits.append(filed.due_at - subscriber.core.clock.now())
        subscriber.core.clock.advance(waits[-1] + SECOND)

    assert [round(each.total_seconds()) for each in waits] == [10, 20, 40, 40]


async def test_a_receiver_that_asks_to_be_left_alone_is_within_reason(subscriber: Subscriber) -> None:
    subscriber.receiver.will(Answered(status=503, wait=HOUR), Answered(status=429, wait=timedelta(days=11)))
    await subscriber.core.register()
    dues = list[timedelta]()
    for _ in range(2):
        await subscriber.deliver()
        [filed] = await subscriber.filed()
        dues.append(filed.due_at - subscriber.core.clock.now())
        subscriber.core.clock.advance(dues[-1])

    assert dues == [HOUR, WEBHOOK_DELIVERY.longest_delay]


async def test_what_was_tried_often_enough_is_given_up_and_can_be_replayed_by_itself() -> None:
    policy = WebhookPolicy(delivery=replace(WEBHOOK_DELIVERY, attempts=1))
    subscriber = await Subscriber.make("user.registered", answers=(FAILS,), policy=policy)
    await subscriber.core.register()

    assert await subscriber.deliver() == [Outcome.GIVEN_UP]
    [dead] = await subscriber.filed(State.DEAD)
    revived = await subscriber.core.auth.webhooks.replay(
        webhook_id=subscriber.webhook_id, delivery_id=dead.id, actor=None, origin=HERE
    )

    assert dead.reason == "The receiver answered 500."
    assert (await subscriber.core.auth.webhooks.look()).dead == 0
    assert (revived.state, revived.attempts) == (State.WAITING, 0)
    assert await subscriber.deliver() == [Outcome.SENT]
    assert len(set(subscriber.ids())) == 1
    with pytest.raises(WebhookNotFound):
        await subscriber.core.auth.webhooks.replay(
            webhook_id=subscriber.core.auth.webhooks.create.ids.webhook(), delivery_id=dead.id, actor=None, origin=HERE
        )


async def test_what_waits_cannot_be_replayed(subscriber: Subscriber) -> None:
    await subscriber.core.register()
    [waiting] = await subscriber.filed()

    with pytest.raises(WebhookDeliveryNotFound):
        await subscriber.core.auth.webhooks.replay(
            webhook_id=subscriber.webhook_id, delivery_id=waiting.id, actor=None, origin=HERE
        )


async def test_all_that_failed_since_a_moment_is_replayed() -> None:
    policy = WebhookPolicy(delivery=replace(WEBHOOK_DELIVERY, attempts=1))
    subscriber = await Subscriber.make("user.registered", answers=(FAILS,) * 3, policy=policy)
    for _ in range(3):
        await subscriber.core.register()
        await subscriber.deliver()
        subscriber.core.clock.advance(MINUTE)

    replayed = await subscriber.core.auth.webhooks.replay_failed(
        webhook_id=subscriber.webhook_id, since=NOON + MINUTE, actor=None, origin=HERE
    )

    assert replayed == 2
    assert await subscriber.deliver() == [Outcome.SENT] * 2
    assert set(subscriber.ids()[3:]) == set(subscriber.ids()[1:3])


async def test_a_receiver_that_is_gone_is_disabled_and_told_nothing_more(subscriber: Subscriber) -> None:
    subscriber.receiver.will(Answered(status=410))
    await subscriber.core.register()

    assert await subscriber.deliver() == [Outcome.REFUSED]
    await subscriber.core.register()

    webhook = await subscriber.core.auth.webhooks.look_up(webhook_id=subscriber.webhook_id)
    assert webhook.disabled_because is DisabledBecause.GONE
    assert await subscriber.deliver() == []
    [dead] = await subscriber.filed()
    assert (dead.state, dead.reason) == (State.DEAD, "The receiver answered 410. The webhook is disabled.")
    kinds = [each.kind for each in subscriber.core.store.committed.events.values()]
    assert kinds.count(EventKind.WEBHOOK_DISABLED) == 1


async def test_what_waits_for_a_disabled_webhook_is_given_up_unposted(subscriber: Subscriber) -> None:
    await subscriber.core.register()
    await subscriber.core.auth.webhooks.change(webhook_id=subscriber.webhook_id, disabled=True, actor=None, origin=HERE)

    assert await subscriber.deliver() == [Outcome.REFUSED]
    assert subscriber.receiver.requests == []


@pytest.mark.parametrize("status", [199, 301, 307, 404, 500])
async def test_nothing_but_a_2xx_is_taken_for_success(subscriber: Subscriber, status: int) -> None:
    subscriber.receiver.will(Answered(status=status))
    await subscriber.core.register()

    assert await subscriber.deliver() == [Outcome.DEFERRED]


async def test_both_secrets_sign_while_one_is_being_replaced_and_then_only_the_new(subscriber: Subscriber) -> None:
    rotated = await subscriber.core.auth.webhooks.rotate_secret(
        webhook_id=subscriber.webhook_id, overlap=HOUR, actor=None, origin=HERE
    )
    await subscriber.core.register()
    await subscriber.deliver()
    [request] = subscriber.receiver.requests

    assert [subscriber.verified(request, each).id for each in (subscriber.secret, rotated.secret)] == [
        dict(request.headers)["webhook-id"]
    ] * 2

    subscriber.core.clock.advance(HOUR)
    await subscriber.core.register()
    await subscriber.deliver()

    late = subscriber.receiver.requests[-1]
    assert subscriber.verified(late, rotated.secret).body == late.body
    with pytest.raises(InvalidWebhook):
        subscriber.verified(late, subscriber.secret)


async def test_an_overlap_of_none_ends_the_old_secret_at_once_and_one_that_is_too_long_is_refused(
    subscriber: Subscriber,
) -> None:
    rotated = await subscriber.core.auth.webhooks.rotate_secret(
        webhook_id=subscriber.webhook_id, overlap=timedelta(0), actor=None, origin=HERE
    )
    await subscriber.core.register()
    await subscriber.deliver()

    [request] = subscriber.receiver.requests
    assert len(dict(request.headers)["webhook-signature"].split()) == 1
    assert subscriber.verified(request, rotated.secret).body == request.body
    with pytest.raises(WebhookOverlapTooLong):
        await subscriber.core.auth.webhooks.rotate_secret(
            webhook_id=subscriber.webhook_id, overlap=8 * DAY, actor=None, origin=HERE
        )


async def test_when_somebody_is_erased_what_still_waits_says_nothing_of_them_but_the_id(subscriber: Subscriber) -> None:
    user = await subscriber.core.register()
    await subscriber.core.auth.users.update_profile(user_id=user.id, first_name="X", origin=HERE)
    await subscriber.core.auth.users.erase(user_id=user.id, at_once=True, actor=None, origin=HERE)

    await subscriber.deliver()

    told = {each["type"]: each["data"] for each in subscriber.told()}
    assert told.keys() >= {"user.registered", "user.updated", "user.erased"}
    assert told["user.updated"].keys() == {"event_id", "user_id", "actor_id", "session_id"}


async def test_what_nobody_can_send_waits() -> None:
    subscriber = await Subscriber.make()
    await subscriber.core.register()
    deliver = subscriber.core.auth.webhooks.deliver

    assert list(await replace(deliver, sender=None)()) == []
    assert [each.state for each in await subscriber.filed()] == [State.WAITING]


async def test_a_test_is_posted_at_once_and_told_apart(subscriber: Subscriber) -> None:
    subscriber.receiver.will(Answered(status=404))

    response = await subscriber.core.auth.webhooks.try_out(webhook_id=subscriber.webhook_id, actor=None, origin=HERE)

    assert response == Answered(status=404)
    [told] = subscriber.told()
    assert (told["type"], told["data"]) == ("webhook.test", {"webhook_id": str(subscriber.webhook_id)})
    assert await subscriber.filed() == []


@pytest.mark.parametrize(
    ("asked", "error"),
    [
        ({"url": "http://receiver.example.com"}, InvalidWebhookUrl),
        ({"url": "https://127.0.0.1/"}, InvalidWebhookUrl),
        ({"types": ("login.failed",)}, UnknownEventType),
        ({"types": ()}, UnknownEventType),
        ({"description": "two\nlines"}, InvalidWebhookDescription),
    ],
)
async def test_what_cannot_be_a_webhook_is_refused(
    subscriber: Subscriber, asked: dict[str, Any], error: type[Exception]
) -> None:
    create, change = subscriber.core.auth.webhooks.create, subscriber.core.auth.webhooks.change

    with pytest.raises(error):
        await partial(create, **{"url": URL, **asked})(actor=None, origin=HERE)
    with pytest.raises(error):
        await change(webhook_id=subscriber.webhook_id, **asked, actor=None, origin=HERE)


async def test_there_are_no_more_webhooks_than_may_be() -> None:
    subscriber = await Subscriber.make(policy=WebhookPolicy(most=1))

    with pytest.raises(TooManyWebhooks):
        await subscriber.core.auth.webhooks.create(url=URL, actor=None, origin=HERE)


async def test_a_deleted_webhook_is_told_nothing_and_known_to_nobody(subscriber: Subscriber) -> None:
    await subscriber.core.register()
    await subscriber.core.auth.webhooks.delete(webhook_id=subscriber.webhook_id, actor=None, origin=HERE)

    assert await subscriber.deliver() == []
    for call in (
        subscriber.core.auth.webhooks.delete(webhook_id=subscriber.webhook_id, actor=None, origin=HERE),
        subscriber.core.auth.webhooks.try_out(webhook_id=subscriber.webhook_id, actor=None, origin=HERE),
        subscriber.core.auth.webhooks.list_deliveries(webhook_id=subscriber.webhook_id),
        subscriber.core.auth.webhooks.rotate_secret(webhook_id=subscriber.webhook_id, actor=None, origin=HERE),
        subscriber.core.auth.webhooks.replay_failed(
            webhook_id=subscriber.webhook_id, since=NOON, actor=None, origin=HERE
        ),
    ):
        with pytest.raises(WebhookNotFound):
            await call


async def test_deliveries_are_paged_by_a_cursor_that_nobody_makes_up(subscriber: Subscriber) -> None:
    for _ in range(3):
        await subscriber.core.register()
        subscriber.core.clock.advance(SECOND)

    first = await subscriber.core.auth.webhooks.list_deliveries(webhook_id=subscriber.webhook_id, limit=2)
    rest = await subscriber.core.auth.webhooks.list_deliveries(
        webhook_id=subscriber.webhook_id, after=first.next, limit=2
    )

    assert [len(first.items), len(rest.items), rest.next] == [2, 1, None]
    assert len({each.id for each in (*first.items, *rest.items)}) == 3
    with pytest.raises(InvalidDeliveryCursor):
        await subscriber.core.auth.webhooks.list_deliveries(webhook_id=subscriber.webhook_id, after="nowhere")


async def test_everything_that_is_done_to_a_webhook_is_on_record_and_without_its_secret_or_address() -> None:
    subscriber = await Subscriber.make()
    webhooks, webhook_id = subscriber.core.auth.webhooks, subscriber.webhook_id
    await webhooks.change(webhook_id=webhook_id, url=URL + "1", disabled=True, actor=None, origin=HERE)
    await webhooks.change(webhook_id=webhook_id, disabled=False, actor=None, origin=HERE)
    await webhooks.change(webhook_id=webhook_id, disabled=False, actor=None, origin=HERE)
    await webhooks.rotate_secret(webhook_id=webhook_id, actor=None, origin=HERE)
    await webhooks.try_out(webhook_id=webhook_id, actor=None, origin=HERE)
    await webhooks.delete(webhook_id=webhook_id, actor=None, origin=HERE)

    events = [each for each in subscriber.core.store.committed.events.values() if each.kind.startswith("webhook.")]
    assert [each.kind.value.removeprefix("webhook.") for each in events] == [
        "created",
        "changed",
        "disabled",
        "enabled",
        "secret_rotated",
        "tested",
        "deleted",
    ]
    assert all(each.details["webhook_id"] == str(webhook_id) for each in events)
    assert "receiver.example.com" not in str(events)
    assert isinstance(subscriber.secret, Redacted)
