"""What other services are told of revocations, and who is told at all."""

import asyncio
from typing import Any

import pytest

from auth_core import Origin, Redacted
from auth_core.access.model import ADMIN
from tests.unit.http.clients import Client, a_client, basic
from tests.unit.http.service import EMAIL, PASSWORD, Service

PATH = "/auth/revocations"


async def admin_token(service: Service) -> str:
    user = await service.auth.users.create(
        email="admin@example.com",
        password=Redacted(PASSWORD),
        first_name="Ada",
        last_name="Lovelace",
        roles=(ADMIN.name,),
        actor=None,
        origin=Origin(),
    )
    held = await service.auth.login.log_in(email=user.email.address, password=Redacted(PASSWORD), origin=Origin())
    return held.tokens.access_token.reveal()


async def read(service: Service, token: str, query: str = "") -> dict[str, Any]:
    answer = await service.ask("GET", PATH, token=token, query=query.encode())
    assert answer.status == 200
    document: dict[str, Any] = answer.json()
    return document


@pytest.mark.covers("R-A3")
async def test_nobody_is_told_who_does_not_say_who_they_are(service: Service) -> None:
    answer = await service.ask("GET", PATH)

    assert (answer.status, answer.code) == (401, "missing_token")


@pytest.mark.covers("AUZ-02")
async def test_nobody_is_told_without_the_permission(service: Service) -> None:
    held = await service.signed_in()
    answer = await service.ask("GET", PATH, token=held["access_token"])

    assert (answer.status, answer.code) == (403, "permission_denied")


async def test_a_service_client_is_told_what_was_revoked(service: Service) -> None:
    client = await a_client(service, "revocations:read")
    phone = await service.signed_in()
    await service.ask("POST", "/auth/logout", token=phone["access_token"])
    answer = await service.ask("GET", PATH, headers=(client.basic,))

    assert answer.status == 200
    assert len(answer.json()["revocations"]) == 1


@pytest.mark.covers("R-A1")
async def test_a_service_client_is_not_told_without_the_permission(service: Service) -> None:
    client = await a_client(service, "tokens:introspect", "tokens:revoke")
    answer = await service.ask("GET", PATH, headers=(client.basic,))

    assert (answer.status, answer.code) == (403, "permission_denied")


@pytest.mark.covers("R-A3", "R-T3")
async def test_whoever_is_not_the_client_it_says_is_told_one_thing(service: Service) -> None:
    client = await a_client(service, "revocations:read")
    strangers = (
        basic(f"{client.id}:authcs_guess"),
        basic(f"0199a1f4-0d10-7c11-8a52-6f0c6cb5a001:{client.secret}"),
        (b"authorization", b"Basic garbage"),
    )
    answers = [await service.ask("GET", PATH, headers=(header,)) for header in strangers]

    assert {(each.status, each.code) for each in answers} == {(401, "invalid_client")}
    assert {each.header("www-authenticate") for each in answers} == {'Basic realm="auth-service", charset="UTF-8"'}


@pytest.mark.covers("AUZ-09")
async def test_a_client_is_not_told_any_more_once_it_is_deleted(service: Service) -> None:
    client: Client = await a_client(service, "revocations:read")
    [known] = await service.auth.oauth.list_clients()
    await service.auth.oauth.delete_client(client_id=known.id, actor=None, origin=Origin())
    answer = await service.ask("GET", PATH, headers=(client.basic,))

    assert (answer.status, answer.code) == (401, "invalid_client")


async def test_what_is_in_force_is_told_and_then_what_comes_after(service: Service) -> None:
    admin = await admin_token(service)
    phone = await service.signed_in()
    laptop = (await service.log_in()).json()
    await service.ask("POST", "/auth/logout", token=phone["access_token"])
    first = await read(service, admin)
    await service.ask("POST", "/auth/logout-all", token=laptop["access_token"])
    second = await read(service, admin, f"after={first['cursor']}")
    third = await read(service, admin, f"after={second['cursor']}")

    (session,) = first["revocations"]
    (user,) = second["revocations"]
    assert set(session) == {"session_id", "until"}
    assert user == {"user_id": phone["user"]["id"], "least_version": 1, "until": "2030-06-01T12:15:10.123456Z"}
    assert third["revocations"] == []


async def test_whoever_waits_is_told_when_it_happens(service: Service) -> None:
    admin = await admin_token(service)
    phone = await service.signed_in()
    cursor = (await read(service, admin))["cursor"]
    waiting = asyncio.create_task(read(service, admin, f"after={cursor}&wait=9.5"))
    ended_early, _ = await asyncio.wait([waiting], timeout=0.02)
    await service.ask("POST", "/auth/logout", token=phone["access_token"])
    told = await asyncio.wait_for(waiting, 5)

    assert not ended_early
    assert len(told["revocations"]) == 1


@pytest.mark.covers("HTTP-08")
@pytest.mark.parametrize(
    ("query", "parameter"),
    [
        ("wait=-1", "wait"),
        ("wait=10.1", "wait"),
        ("wait=nan", "wait"),
        ("wait=inf", "wait"),
        ("wait=soon", "wait"),
        ("after=", "after"),
        ("after=%00", "after"),
        ("after=a%20b", "after"),
        ("after=" + "9" * 201, "after"),
    ],
)
async def test_what_cannot_be_asked_is_refused(service: Service, query: str, parameter: str) -> None:
    admin = await admin_token(service)
    answer = await service.ask("GET", PATH, token=admin, query=query.encode())

    assert answer.status == 422
    assert [error["parameter"] for error in answer.json()["errors"]] == [parameter]


async def test_a_cursor_of_another_feed_is_refused(service: Service) -> None:
    admin = await admin_token(service)
    answer = await service.ask("GET", PATH, token=admin, query=b"after=elsewhere")

    assert (answer.status, answer.code) == (422, "invalid_cursor")


async def test_an_answer_is_kept_by_nobody(service: Service) -> None:
    answer = await service.ask("GET", PATH, token=await admin_token(service))

    assert answer.header("cache-control") == "no-store"
    assert EMAIL.encode() not in answer.body
