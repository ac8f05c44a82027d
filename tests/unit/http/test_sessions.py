"""Where one is signed in, and signing out."""

from datetime import timedelta

import pytest

from tests.unit.http.service import EMAIL, PASSWORD, Service


@pytest.mark.covers("SES-01", "SES-08")
async def test_sessions_are_listed_with_the_present_one_marked(service: Service) -> None:
    await service.signed_in()
    service.clock.advance(timedelta(minutes=1))
    agent = ((b"user-agent", b"Phone " + b"x" * 1000),)
    phone = (await service.ask("POST", "/auth/login", {"email": EMAIL, "password": PASSWORD}, headers=agent)).json()
    items = (await service.ask("GET", "/auth/sessions", token=phone["access_token"])).json()["items"]

    assert [item["current"] for item in items] == [True, False]
    assert items[0]["address"] == "198.51.100.7"
    assert items[0]["user_agent"].startswith("Phone x")
    assert len(items[0]["user_agent"]) == 256
    assert not any("token" in member for item in items for member in item)


@pytest.mark.covers("SES-02", "AUZ-02")
async def test_a_session_is_ended_from_another_one(service: Service) -> None:
    phone = await service.signed_in()
    laptop = (await service.log_in()).json()
    items = (await service.ask("GET", "/auth/sessions", token=laptop["access_token"])).json()["items"]
    (phones,) = [item["id"] for item in items if not item["current"]]
    path = f"/auth/sessions/{phones}"
    ended = await service.ask("DELETE", path, token=laptop["access_token"])
    again = await service.ask("DELETE", path, token=laptop["access_token"])
    by_phone = await service.ask("GET", "/auth/me", token=phone["access_token"])

    assert (ended.status, again.status) == (204, 204)
    assert by_phone.code == "revoked_token"


@pytest.mark.covers("SES-02", "AUZ-02")
async def test_another_persons_session_is_not_found_like_one_that_never_was(service: Service) -> None:
    await service.signed_in()
    await service.register(email="eve@example.com")
    eve = (await service.log_in(email="eve@example.com")).json()
    grace = (await service.log_in()).json()
    items = (await service.ask("GET", "/auth/sessions", token=grace["access_token"])).json()["items"]
    same_id = ((b"x-request-id", b"the-same"),)
    theirs = await service.ask("DELETE", f"/auth/sessions/{items[0]['id']}", token=eve["access_token"], headers=same_id)
    nobodys = await service.ask(
        "DELETE",
        "/auth/sessions/0199a1f4-0d10-7c11-8a52-6f0c6cb5a001",
        token=eve["access_token"],
        headers=same_id,
    )

    assert theirs == nobodys
    assert (theirs.status, theirs.code) == (404, "session_not_found")


@pytest.mark.covers("HTTP-09", "HTTP-08")
@pytest.mark.parametrize(
    "given",
    ["-1", "0", "9223372036854775808", "1e3", "1_0", "\u0661", "a\0b", "{0199a1f4-0d10-7c11-8a52-6f0c6cb5a001}",
     "0199A1F4-0D10-7C11-8A52-6F0C6CB5A001", "0199a1f40d107c118a526f0c6cb5a001",
     "0199a1f4-0d10-7c11-8a52-6f0c6cb5a001\n",
     "urn:uuid:0199a1f4-0d10-7c11-8a52-6f0c6cb5a001", "%00", "'--"],
)  # fmt: skip
async def test_what_is_no_id_is_refused_and_not_repeated(service: Service, given: str) -> None:
    token = (await service.signed_in())["access_token"]
    answer = await service.ask("DELETE", f"/auth/sessions/{given}", token=token)

    assert answer.status == 422
    assert answer.json()["errors"] == [
        {"parameter": "session_id", "code": "invalid_value", "detail": "This value is not acceptable."}
    ]


@pytest.mark.covers("SES-04", "SES-05", "SES-06", "R-S4")
async def test_signing_out_ends_this_session_only(service: Service) -> None:
    phone = await service.signed_in()
    laptop = (await service.log_in()).json()
    await service.ask("POST", "/auth/logout", token=phone["access_token"])
    of_phone = await service.ask("POST", "/auth/refresh", {"refresh_token": phone["refresh_token"]})
    twice = await service.ask("POST", "/auth/logout", token=phone["access_token"])
    of_laptop = await service.ask("GET", "/auth/me", token=laptop["access_token"])

    assert (of_phone.code, twice.code, of_laptop.status) == ("invalid_refresh_token", "revoked_token", 200)


async def test_signing_out_everywhere_ends_every_session(service: Service) -> None:
    phone = await service.signed_in()
    laptop = (await service.log_in()).json()
    answer = await service.ask("POST", "/auth/logout-all", token=phone["access_token"])
    codes = [(await service.ask("GET", "/auth/me", token=each["access_token"])).code for each in (phone, laptop)]

    assert (answer.status, codes) == (204, ["revoked_token", "revoked_token"])
