"""A client is believed that knows its secret, for what it may do, and nobody else learns anything."""

import hashlib
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from auth_core import AuthCore, PermissionDenied, Redacted, assemble
from auth_core.audit.events import EventKind, Outcome
from auth_core.ids import ClientId
from auth_core.oauth.errors import InvalidClient
from auth_core.oauth.model import MOST_REPLACED, ClientCredentials, ClientPermission, IssuedSecret, ServiceClient
from tests.unit.core_in_memory import HERE, HOUR, Core
from tests.unit.oauth.services import Asking

INTROSPECT = ClientPermission.INTROSPECT
WRONG = Redacted("authcs_wrong")


def failures(core: Core) -> list[dict[str, Any]]:
    return [dict(event.details) for event in core.all_events() if event.kind is EventKind.CLIENT_AUTHENTICATION_FAILED]


async def test_who_knows_the_secret_is_believed(core: Core) -> None:
    asking = await Asking.make(core, "tokens:introspect")

    assert await asking.authenticate(INTROSPECT) == asking.client
    assert failures(core) == []


@pytest.mark.covers("R-A1")
async def test_a_client_may_not_do_what_it_was_not_given(core: Core) -> None:
    for held in ClientPermission:
        asking = await Asking.make(core, held.value, name=f"only-{held.name.lower()}")

        for needed in ClientPermission:
            if needed is held:
                assert await asking.authenticate(needed) == asking.client
            else:
                with pytest.raises(PermissionDenied):
                    await asking.authenticate(needed)
    assert failures(core) == []


async def test_whoever_does_not_know_the_secret_does_not_learn_what_the_client_may_do(core: Core) -> None:
    asking = await Asking.make(core)

    with pytest.raises(InvalidClient):
        await asking.authenticate(INTROSPECT, WRONG)


@pytest.mark.parametrize("secret", ["", "authcs_", "authcs_wrong", "x" * 60_000, "\ud800", "\0", "é"])
async def test_a_wrong_secret_is_refused_and_kept_in_the_trail(core: Core, secret: str) -> None:
    asking = await Asking.make(core, "tokens:introspect")

    with pytest.raises(InvalidClient) as refusal:
        await asking.authenticate(INTROSPECT, Redacted(secret))

    assert refusal.value.client_id == asking.client.id
    assert failures(core) == [{"client_id": str(asking.client.id), "reason": "wrong_secret"}]
    event = core.all_events()[-1]
    assert (event.outcome, event.origin, event.actor, event.subject) == (Outcome.FAILURE, HERE, None, None)


async def test_the_digest_that_is_stored_is_no_secret(core: Core) -> None:
    asking = await Asking.make(core, "tokens:introspect")
    digest = hashlib.sha256(asking.secret.reveal().encode()).digest()

    for thief in (digest.hex(), digest.decode("latin-1")):
        with pytest.raises(InvalidClient):
            await asking.authenticate(INTROSPECT, Redacted(thief))


async def test_a_secret_of_another_client_proves_nothing(core: Core) -> None:
    one, other = await Asking.make(core, "tokens:introspect"), await Asking.make(core, "tokens:introspect", name="b")

    with pytest.raises(InvalidClient):
        await one.authenticate(INTROSPECT, other.secret)


async def test_every_cause_is_one_error_to_the_caller(core: Core) -> None:
    asking = await Asking.make(core, "tokens:introspect")
    disabled = await Asking.make(core, "tokens:introspect", name="disabled")
    await core.auth.oauth.change_client(client_id=disabled.client.id, disabled=True, actor=None, origin=HERE)
    told: set[tuple[type[BaseException], str, str]] = set()

    for credentials in (
        ClientCredentials(client_id=str(asking.client.id), secret=WRONG),
        ClientCredentials(client_id="0199a1f4-0d10-7c11-8a52-6f0c6cb5a001", secret=asking.secret),
        ClientCredentials(client_id=str(asking.client.id).upper(), secret=asking.secret),
        ClientCredentials(client_id=f"{{{asking.client.id}}}", secret=asking.secret),
        ClientCredentials(client_id="invoices", secret=asking.secret),
        ClientCredentials(client_id="", secret=asking.secret),
        ClientCredentials(client_id="\ud800\0", secret=asking.secret),
        disabled.credentials,
    ):
        with pytest.raises(InvalidClient) as refusal:
            await core.auth.oauth.authenticate(credentials, needs=INTROSPECT, origin=HERE)
        told.add((type(refusal.value), refusal.value.code, str(refusal.value)))

    assert len(told) == 1
    assert [each["reason"] for each in failures(core)] == ["wrong_secret", "disabled"]


async def test_a_disabled_client_is_believed_again_once_it_is_enabled(core: Core) -> None:
    asking = await Asking.make(core, "tokens:introspect")
    await core.auth.oauth.change_client(client_id=asking.client.id, disabled=True, actor=None, origin=HERE)
    with pytest.raises(InvalidClient):
        await asking.authenticate(INTROSPECT)
    await core.auth.oauth.change_client(client_id=asking.client.id, disabled=False, actor=None, origin=HERE)

    assert await asking.authenticate(INTROSPECT) == asking.client


@pytest.mark.covers("AUZ-09")
async def test_a_deleted_client_is_not_believed(core: Core) -> None:
    asking = await Asking.make(core, "tokens:introspect")
    await core.auth.oauth.delete_client(client_id=asking.client.id, actor=None, origin=HERE)

    with pytest.raises(InvalidClient):
        await asking.authenticate(INTROSPECT)


async def test_a_replaced_secret_is_good_for_its_overlap_and_no_longer(core: Core) -> None:
    asking = await Asking.make(core, "tokens:introspect")
    rotated = await core.auth.oauth.rotate_secret(client_id=asking.client.id, overlap=HOUR, actor=None, origin=HERE)

    core.clock.advance(HOUR - timedelta(microseconds=1))
    in_time = await asking.authenticate(INTROSPECT)
    core.clock.advance(timedelta(microseconds=1))
    with pytest.raises(InvalidClient):
        await asking.authenticate(INTROSPECT)

    assert in_time == rotated.client
    assert await asking.authenticate(INTROSPECT, rotated.secret) == rotated.client
    assert [each["reason"] for each in failures(core)] == ["replaced_secret"]


async def test_a_secret_that_somebody_else_may_know_is_void_at_once(core: Core) -> None:
    asking = await Asking.make(core, "tokens:introspect")
    await core.auth.oauth.rotate_secret(client_id=asking.client.id, overlap=timedelta(0), actor=None, origin=HERE)

    with pytest.raises(InvalidClient):
        await asking.authenticate(INTROSPECT)


async def test_to_rotate_again_because_the_answer_got_lost_shuts_nobody_out(core: Core) -> None:
    asking = await Asking.make(core, "tokens:introspect")
    lost = await rotate(asking, overlap=HOUR)
    told = await rotate(asking, overlap=2 * HOUR)

    for good in (asking.secret, lost.secret, told.secret):
        assert await asking.authenticate(INTROSPECT, good) == told.client
    core.clock.advance(HOUR)
    with pytest.raises(InvalidClient):
        await asking.authenticate(INTROSPECT)
    for good in (lost.secret, told.secret):
        assert await asking.authenticate(INTROSPECT, good) == told.client


async def test_no_more_than_the_last_few_replaced_secrets_are_good(core: Core) -> None:
    asking = await Asking.make(core, "tokens:introspect")
    secrets = [asking.secret, *[(await rotate(asking)).secret for _ in range(MOST_REPLACED + 1)]]

    with pytest.raises(InvalidClient):
        await asking.authenticate(INTROSPECT, secrets[0])
    for good in secrets[1:]:
        assert (await asking.authenticate(INTROSPECT, good)).id == asking.client.id


async def test_with_one_secret_void_at_once_all_older_ones_are(core: Core) -> None:
    asking = await Asking.make(core, "tokens:introspect")
    second = await rotate(asking)
    third = await rotate(asking, overlap=timedelta(0))

    for void in (asking.secret, second.secret):
        with pytest.raises(InvalidClient):
            await asking.authenticate(INTROSPECT, void)
    assert await asking.authenticate(INTROSPECT, third.secret) == third.client


async def rotate(asking: Asking, *, overlap: timedelta | None = None) -> IssuedSecret:
    return await asking.core.auth.oauth.rotate_secret(
        client_id=asking.client.id, overlap=overlap, actor=None, origin=HERE
    )


# ---- What it costs


class Counting:
    """Known clients that count how often they were asked for."""

    def __init__(self, core: Core) -> None:
        self._known = core.ports.known_clients
        self.asked = 0

    async def find(self, client_id: ClientId) -> ServiceClient | None:
        self.asked += 1
        return await self._known.find(client_id)


def counted(core: Core) -> tuple[AuthCore, Counting]:
    counting = Counting(core)
    return assemble(replace(core.ports, known_clients=counting), core.policies), counting


async def test_a_client_costs_one_read_whether_it_is_there_or_not_and_what_is_no_id_costs_none(core: Core) -> None:
    asking = await Asking.make(core, "tokens:introspect")
    auth, known = counted(core)
    reads: list[int] = []

    for client_id in (str(asking.client.id), "0199a1f4-0d10-7c11-8a52-6f0c6cb5a001", "no-id"):
        known.asked = 0
        with pytest.raises(InvalidClient):
            await auth.oauth.authenticate(
                ClientCredentials(client_id=client_id, secret=WRONG), needs=INTROSPECT, origin=HERE
            )
        reads.append(known.asked)

    assert reads == [1, 1, 0]


async def test_a_client_that_is_made_up_costs_no_write(core: Core) -> None:
    await Asking.make(core, "tokens:introspect")
    before = len(core.all_events())

    for client_id in ("0199a1f4-0d10-7c11-8a52-6f0c6cb5a001", "invoices", ""):
        with pytest.raises(InvalidClient):
            await core.auth.oauth.authenticate(
                ClientCredentials(client_id=client_id, secret=WRONG), needs=INTROSPECT, origin=HERE
            )

    assert len(core.all_events()) == before
