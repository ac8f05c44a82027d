"""Somebody is given everything that is held on them."""

from uuid import UUID

import pytest

from auth_core import Origin
from auth_core.ids import UserId
from auth_core.sessions import export_own_data
from tests.unit.http.service import EMAIL, PASSWORD, Service
from tests.unit.http.test_revocations import admin_token

PATH = "/auth/me/export"


async def test_everything_on_the_caller_comes_as_a_file_without_secrets(service: Service) -> None:
    held = await service.signed_in()
    await service.register(email="other@example.com")
    async with service.parts.auth().sessions.export_own.uow() as tx:
        stored = await tx.passwords.find(UserId(UUID(held["user"]["id"])))
    assert stored is not None
    answer = await service.ask("GET", PATH, token=held["access_token"])
    told = answer.json()

    assert answer.status == 200
    assert answer.header("content-disposition") == 'attachment; filename="my-data.json"'
    assert told["profile"]["email"] == EMAIL
    assert [role["name"] for role in told["roles"]] == ["user"]
    assert told["password"] == {"changes": 0, "must_change": False, "former_kept": 0}
    assert [session["current"] for session in told["sessions"]] == [True]
    assert {"login.succeeded", "user.registered"} <= {event["kind"] for event in told["events"]}
    assert not told["older_events_left_out"]
    for others_or_secret in ("other@example.com", PASSWORD, stored.hash.reveal(), held["refresh_token"]):
        assert others_or_secret.encode() not in answer.body


async def test_who_else_acted_and_from_where_is_not_told(service: Service) -> None:
    token = (await service.signed_in())["access_token"]
    me = (await service.ask("GET", "/auth/me", token=token)).json()["id"]
    admin = await admin_token(service)
    administrator = UserId(UUID((await service.ask("GET", "/auth/me", token=admin)).json()["id"]))
    await service.auth.users.update_profile(
        user_id=UserId(UUID(me)), first_name="Grete", last_name=None, origin=Origin(address="192.0.2.1")
    )
    await service.auth.users.update(
        user_id=UserId(UUID(me)), last_name="Hermann", actor=administrator, origin=Origin(address="192.0.2.99")
    )
    answer = await service.ask("GET", PATH, token=token)

    assert {event["by"] for event in answer.json()["events"]} >= {"you", "somebody_else"}
    assert b'192.0.2.1"' in answer.body
    assert b"192.0.2.99" not in answer.body
    assert str(administrator).encode() not in answer.body


async def test_the_newest_events_come_page_by_page_and_that_there_are_older_ones_is_told(
    service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    token = (await service.signed_in())["access_token"]
    everything = (await service.ask("GET", PATH, token=token)).json()["events"]
    monkeypatch.setattr(export_own_data, "LARGEST_PAGE", 1)
    paged = (await service.ask("GET", PATH, token=token)).json()
    monkeypatch.setattr(export_own_data, "MOST_EVENTS", len(everything) - 1)
    cut = (await service.ask("GET", PATH, token=token)).json()

    assert (paged["events"], paged["older_events_left_out"]) == (everything, False)
    assert (cut["events"], cut["older_events_left_out"]) == (everything[:-1], True)
