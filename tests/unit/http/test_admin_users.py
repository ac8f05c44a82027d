"""Finding people over HTTP, and who may."""

from typing import Any
from urllib.parse import urlencode

import pytest

from tests.unit.http.service import Service
from tests.unit.http.test_revocations import admin_token

PATH = "/admin/users"


async def read(service: Service, token: str, **query: object) -> dict[str, Any]:
    answer = await service.ask("GET", PATH, token=token, query=urlencode(query).encode())
    assert answer.status == 200
    document: dict[str, Any] = answer.json()
    return document


@pytest.mark.covers("AUZ-02")
async def test_nobody_is_told_of_people_without_the_permission(service: Service) -> None:
    held = await service.signed_in()

    for path in (PATH, f"{PATH}/{held['user']['id']}"):
        unknown = await service.ask("GET", path)
        known = await service.ask("GET", path, token=held["access_token"])

        assert (unknown.status, unknown.code) == (401, "missing_token")
        assert (known.status, known.code) == (403, "permission_denied")


async def test_people_are_told_with_their_roles_and_without_what_proves_them(service: Service) -> None:
    admin = await admin_token(service)
    user = (await service.signed_in())["user"]

    [listed] = (await read(service, admin, q=user["email"].upper()))["items"]
    alone = await service.ask("GET", f"{PATH}/{user['id']}", token=admin)

    assert alone.json() == listed
    assert listed == {**listed, "id": user["id"], "email": user["email"], "status": "active", "roles": ["user"]}
    assert set(listed) == {
        "id", "email", "first_name", "last_name", "status", "created_at", "updated_at", "last_login_at",
        "version", "email_verified", "email_verified_at", "roles",
    }  # fmt: skip


async def test_people_come_page_by_page_in_the_order_asked_for(service: Service) -> None:
    admin = await admin_token(service)
    await service.signed_in()
    everybody = await read(service, admin, sort="-email")

    first = await read(service, admin, sort="-email", limit=1)
    second = await read(service, admin, sort="-email", limit=500, cursor=first["next_cursor"])
    elsewhere = await service.ask(
        "GET", PATH, token=admin, query=urlencode({"cursor": first["next_cursor"], "sort": "email"}).encode()
    )

    assert first["items"] + second["items"] == everybody["items"]
    assert (everybody["total"], first["total"], second["next_cursor"]) == (2, 2, None)
    assert (elsewhere.status, elsewhere.code) == (422, "invalid_user_cursor")


async def test_filters_leave_whom_they_fit(service: Service) -> None:
    admin = await admin_token(service)
    email = (await service.signed_in())["user"]["email"]

    assert (await read(service, admin, role="admin"))["total"] == 1
    assert (await read(service, admin, role="nobodys"))["items"] == []
    assert (await read(service, admin, status="disabled"))["items"] == []
    assert [each["email"] for each in (await read(service, admin, status="active", q=email))["items"]] == [email]


async def test_who_is_not_there_is_not_found(service: Service) -> None:
    answer = await service.ask("GET", f"{PATH}/0199a1f4-0d10-7c11-8a52-6f0c6cb5a001", token=await admin_token(service))

    assert (answer.status, answer.code) == (404, "user_not_found")


@pytest.mark.covers("AUZ-11", "HTTP-08")
@pytest.mark.parametrize(
    ("query", "code"),
    [
        ("cursor=elsewhere", "invalid_user_cursor"),
        ("cursor=", "invalid_user_cursor"),
        ("cursor=" + "A" * 5000, "rejected"),
        ("limit=0", "rejected"),
        ("limit=501", "rejected"),
        ("sort=last_login_at", "rejected"),
        ("sort=id;DROP%20TABLE%20users", "rejected"),
        ("status=ACTIVE", "rejected"),
        ("role=%27%20OR%201=1", "invalid_role_name"),
        ("q=%00", "invalid_search"),
        ("q=" + "a" * 255, "rejected"),
    ],
)
async def test_what_cannot_be_asked_of_people_is_refused(service: Service, query: str, code: str) -> None:
    answer = await service.ask("GET", PATH, token=await admin_token(service), query=query.encode())

    assert (answer.status, answer.code) == (422, code)
