"""Services get an id and a secret, and what they may do is what they were given."""

from datetime import timedelta

import pytest

from auth_core import BeyondYourRights, Conflict, NotFound, Rejected
from auth_core.audit.events import EventKind
from auth_core.ids import ClientId, UserId
from auth_core.oauth.client_secret import PREFIX, digest_of
from auth_core.oauth.errors import (
    ClientNameTaken,
    ClientNotFound,
    InvalidClientName,
    OverlapTooLong,
    UnknownClientPermission,
)
from auth_core.oauth.model import ClientPermission, ServiceClient
from auth_core.oauth.policy import ClientPolicy
from auth_core.testing import a_service_client
from tests.unit.core_in_memory import DAY, HERE, HOUR, Core
from tests.unit.oauth.services import Asking

NOBODY = a_service_client().id


def kinds(core: Core) -> list[EventKind]:
    return [event.kind for event in core.all_events() if event.kind.startswith("client.")]


async def test_a_client_may_do_what_it_was_given_and_nothing_by_default(core: Core) -> None:
    plain = await Asking.make(core, name="plain")
    asking = await Asking.make(core, "tokens:introspect", "tokens:introspect", "revocations:read")

    assert plain.client.permissions == frozenset()
    assert asking.client.permissions == {ClientPermission.INTROSPECT, ClientPermission.FOLLOW}
    assert [client.name for client in await core.auth.oauth.list_clients()] == ["invoices", "plain"]


async def test_a_secret_is_known_for_what_it_is_and_only_its_digest_is_kept(core: Core) -> None:
    asking = await Asking.make(core)
    another = await Asking.make(core, name="another")
    text = asking.secret.reveal()

    assert text.startswith(PREFIX)
    assert len(text) == len(PREFIX) + 43
    assert text != another.secret.reveal()
    stored = core.store.committed.clients[asking.client.id]
    assert stored.digest == digest_of(asking.secret)
    assert text not in repr(asking) + repr(stored) + str(asking.secret)


@pytest.mark.parametrize(
    "name", ["", "A", "9lives", "-a", "in voices", "in.voices", "ä", "a" * 33, "a\n", "a\0", "0199a1f4-0d10-7c11"]
)
async def test_a_name_is_short_and_plain(core: Core, name: str) -> None:
    with pytest.raises(InvalidClientName):
        await Asking.make(core, name=name)

    assert core.store.committed.clients == {}
    assert kinds(core) == []


@pytest.mark.covers("R-A1")
@pytest.mark.parametrize("permission", ["*", "tokens:*", "clients:write", "TOKENS:INTROSPECT", "", "users:read"])
async def test_a_client_cannot_be_given_what_clients_cannot_do(core: Core, permission: str) -> None:
    with pytest.raises(UnknownClientPermission):
        await Asking.make(core, "tokens:introspect", permission)

    assert core.store.committed.clients == {}


async def test_two_clients_do_not_share_a_name(core: Core) -> None:
    asking = await Asking.make(core)

    with pytest.raises(ClientNameTaken) as refusal:
        await Asking.make(core)

    assert isinstance(refusal.value, Conflict)
    assert list(core.store.committed.clients) == [asking.client.id]
    assert kinds(core) == [EventKind.CLIENT_CREATED]


async def test_a_client_is_looked_up_by_its_id_and_by_its_name(core: Core) -> None:
    asking = await Asking.make(core)

    assert await core.auth.oauth.look_up_client(client_id=asking.client.id) == asking.client
    assert await core.auth.oauth.look_up_client_by_name(name="invoices") == asking.client
    with pytest.raises(ClientNotFound):
        await core.auth.oauth.look_up_client(client_id=NOBODY)
    with pytest.raises(ClientNotFound):
        await core.auth.oauth.look_up_client_by_name(name="nobody")
    with pytest.raises(Rejected):
        await core.auth.oauth.look_up_client_by_name(name="No Body")


async def test_what_a_client_may_do_changes_and_an_event_says_so_once(core: Core) -> None:
    asking = await Asking.make(core, "tokens:introspect")

    for _ in range(2):
        changed = await change(core, asking.client.id, permissions=["tokens:revoke"])

        assert changed.permissions == {ClientPermission.REVOKE}
    assert kinds(core) == [EventKind.CLIENT_CREATED, EventKind.CLIENT_PERMITTED]
    assert core.all_events()[-1].details == {"client_id": str(asking.client.id), "permissions": "tokens:revoke"}


async def test_a_client_is_disabled_and_enabled_as_often_as_one_likes(core: Core) -> None:
    asking = await Asking.make(core)

    for disabled in (True, True, False, False):
        changed = await change(core, asking.client.id, disabled=disabled)

        assert (changed.disabled_at is not None) is disabled
    assert kinds(core) == [EventKind.CLIENT_CREATED, EventKind.CLIENT_DISABLED, EventKind.CLIENT_ENABLED]


async def test_several_changes_are_one_and_a_fault_in_one_of_them_is_none(core: Core) -> None:
    asking = await Asking.make(core)

    with pytest.raises(UnknownClientPermission):
        await change(core, asking.client.id, permissions=["*"], disabled=True)
    unchanged = await core.auth.oauth.look_up_client(client_id=asking.client.id)
    changed = await change(core, asking.client.id, permissions=["tokens:revoke"], disabled=True)

    assert unchanged == asking.client
    assert changed.permissions == {ClientPermission.REVOKE}
    assert changed.disabled_at == core.clock.now()


async def test_whoever_changed_a_client_is_in_the_trail(core: Core) -> None:
    somebody = (await core.create("ina@example.com", "admin")).id
    asking = await Asking.make(core)

    await change(core, asking.client.id, disabled=True, actor=somebody)
    await core.auth.oauth.rotate_secret(client_id=asking.client.id, actor=somebody, origin=HERE)
    await core.auth.oauth.delete_client(client_id=asking.client.id, actor=somebody, origin=HERE)

    events = [event for event in core.all_events() if event.actor == somebody]
    assert [event.kind for event in events] == [
        EventKind.CLIENT_DISABLED,
        EventKind.CLIENT_SECRET_ROTATED,
        EventKind.CLIENT_DELETED,
    ]
    assert {event.details["client_id"] for event in events} == {str(asking.client.id)}
    assert {event.origin for event in events} == {HERE}


async def test_no_secret_gets_into_the_trail(core: Core) -> None:
    asking = await Asking.make(core)
    rotated = await core.auth.oauth.rotate_secret(client_id=asking.client.id, actor=None, origin=HERE)

    trail = repr(core.all_events())

    for secret in (asking.secret, rotated.secret):
        assert secret.reveal() not in trail
        assert repr(digest_of(secret)) not in trail


async def test_a_client_that_is_not_there_cannot_be_changed_nor_leave_an_event(core: Core) -> None:
    oauth = core.auth.oauth

    for attempt in (
        change(core, NOBODY, permissions=["tokens:revoke"], disabled=True),
        oauth.rotate_secret(client_id=NOBODY, actor=None, origin=HERE),
        oauth.delete_client(client_id=NOBODY, actor=None, origin=HERE),
    ):
        with pytest.raises(ClientNotFound) as refusal:
            await attempt
        assert isinstance(refusal.value, NotFound)
    assert kinds(core) == []


async def test_a_deleted_client_is_gone_and_its_name_is_free(core: Core) -> None:
    asking = await Asking.make(core)

    await core.auth.oauth.delete_client(client_id=asking.client.id, actor=None, origin=HERE)
    another = await Asking.make(core)

    assert another.client.id != asking.client.id
    assert list(await core.auth.oauth.list_clients()) == [another.client]


@pytest.mark.parametrize(("overlap", "seconds"), [(None, 86_400), (HOUR, 3600), (timedelta(0), 0), (-HOUR, 0)])
async def test_a_rotation_says_how_long_the_old_secret_stays_good(
    core: Core, overlap: timedelta | None, seconds: int
) -> None:
    asking = await Asking.make(core)

    rotated = await core.auth.oauth.rotate_secret(client_id=asking.client.id, overlap=overlap, actor=None, origin=HERE)

    ends = [(each.good_until - core.clock.now()).total_seconds() for each in rotated.client.replaced]
    assert ends == ([seconds] if seconds else [])
    assert core.all_events()[-1].details["overlap_seconds"] == seconds


async def test_an_old_secret_does_not_stay_for_ever(core: Core) -> None:
    asking = await Asking.make(core)

    with pytest.raises(OverlapTooLong):
        await core.auth.oauth.rotate_secret(
            client_id=asking.client.id, overlap=7 * DAY + timedelta(seconds=1), actor=None, origin=HERE
        )

    assert await core.auth.oauth.look_up_client(client_id=asking.client.id) == asking.client


@pytest.mark.parametrize("overlap", [timedelta(seconds=-1), 8 * DAY])
def test_a_policy_that_nobody_can_mean_is_refused(overlap: timedelta) -> None:
    with pytest.raises(ValueError, match="overlap"):
        ClientPolicy(overlap=overlap)


async def change(
    core: Core,
    client_id: ClientId,
    *,
    permissions: list[str] | None = None,
    disabled: bool | None = None,
    actor: UserId | None = None,
) -> ServiceClient:
    return await core.auth.oauth.change_client(
        client_id=client_id, permissions=permissions, disabled=disabled, actor=actor, origin=HERE
    )


# ---- Nobody gives what they lack


@pytest.mark.covers("AUZ-06")
async def test_nobody_lets_a_client_do_what_they_may_not_do_themselves(core: Core) -> None:
    await core.role("integrator", "clients:write", "revocations:read")
    integrator = await core.create("ina@example.com", "integrator")
    oauth = core.auth.oauth
    strong = await Asking.make(core, "tokens:introspect", name="strong")
    weak = await oauth.create_client(name="weak", permissions=["revocations:read"], actor=integrator.id, origin=HERE)
    await oauth.change_client(client_id=strong.client.id, disabled=True, actor=integrator.id, origin=HERE)

    for attempt in (
        lambda: oauth.create_client(name="mine", permissions=["tokens:introspect"], actor=integrator.id, origin=HERE),
        lambda: oauth.change_client(
            client_id=weak.client.id, permissions=["tokens:revoke"], actor=integrator.id, origin=HERE
        ),
        lambda: oauth.change_client(client_id=strong.client.id, disabled=False, actor=integrator.id, origin=HERE),
        lambda: oauth.rotate_secret(client_id=strong.client.id, actor=integrator.id, origin=HERE),
    ):
        with pytest.raises(BeyondYourRights):
            await attempt()

    clients = {str(client.name): client for client in await oauth.list_clients()}
    assert set(clients) == {"strong", "weak"}
    assert clients["weak"].permissions == {ClientPermission.FOLLOW}
    assert clients["strong"].disabled_at is not None
    assert clients["strong"].digest == digest_of(strong.secret)
