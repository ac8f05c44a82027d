"""Where one is signed in, and signing out."""

from datetime import datetime, timedelta

import pytest

from auth_http.settings import Settings
from tests.unit.http.service import EMAIL, PASSWORD, Service, a_service


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


@pytest.mark.covers("SES-02", "SES-06")
async def test_signing_out_everywhere_else_ends_every_other_session(service: Service) -> None:
    phone = await service.signed_in()
    laptop, tablet = (await service.log_in()).json(), (await service.log_in()).json()
    answers = [await service.ask("POST", "/auth/logout-others", token=phone["access_token"]) for _ in range(2)]
    by_others = [await service.ask("GET", "/auth/me", token=each["access_token"]) for each in (laptop, tablet)]
    items = (await service.ask("GET", "/auth/sessions", token=phone["access_token"])).json()["items"]

    assert [(answer.status, answer.body) for answer in answers] == [(204, b"")] * 2
    assert [answer.code for answer in by_others] == ["revoked_token"] * 2
    assert [item["current"] for item in items] == [True]


@pytest.mark.covers("SES-02")
async def test_ending_a_session_without_saying_which_ends_none(service: Service) -> None:
    token = (await service.signed_in())["access_token"]
    await service.log_in()
    answers = [await service.ask("DELETE", path, token=token) for path in ("/auth/sessions", "/auth/sessions/")]
    items = (await service.ask("GET", "/auth/sessions", token=token)).json()["items"]

    assert {answer.status for answer in answers} <= {404, 405}
    assert len(items) == 2


@pytest.mark.covers("SES-04")
async def test_an_access_token_that_has_expired_signs_nobody_out(service: Service) -> None:
    phone = await service.signed_in()
    service.clock.advance(timedelta(minutes=15))
    too_late = await service.ask("POST", "/auth/logout", token=phone["access_token"])
    pair = (await service.ask("POST", "/auth/refresh", {"refresh_token": phone["refresh_token"]})).json()
    in_time = await service.ask("POST", "/auth/logout", token=pair["access_token"])
    refused = await service.ask("POST", "/auth/refresh", {"refresh_token": pair["refresh_token"]})

    assert (too_late.status, too_late.code) == (401, "expired_token")
    assert (in_time.status, refused.code) == (204, "invalid_refresh_token")


@pytest.mark.covers("RFR-27")
async def test_a_log_in_with_the_tokens_of_another_session_opens_one_of_its_own(service: Service) -> None:
    planted = await service.signed_in()
    credentials = {"email": EMAIL, "password": PASSWORD}
    own = (await service.ask("POST", "/auth/login", credentials, token=planted["access_token"])).json()
    items = (await service.ask("GET", "/auth/sessions", token=own["access_token"])).json()["items"]
    await service.ask("POST", "/auth/logout", token=planted["access_token"])
    of_planted = await service.ask("POST", "/auth/refresh", {"refresh_token": planted["refresh_token"]})
    of_own = await service.ask("POST", "/auth/refresh", {"refresh_token": own["refresh_token"]})

    assert len({item["id"] for item in items}) == 2
    assert (of_planted.code, of_own.status) == ("invalid_refresh_token", 200)


@pytest.mark.covers("RFR-27")
async def test_a_log_in_takes_no_session_from_its_caller(service: Service) -> None:
    planted = await service.signed_in()
    for member in ("session_id", "sid", "refresh_token"):
        document = {"email": EMAIL, "password": PASSWORD, member: planted["refresh_token"]}
        answer = await service.ask("POST", "/auth/login", document)

        assert answer.status == 422


@pytest.mark.covers("SES-08")
async def test_a_device_is_shown_by_name(service: Service) -> None:
    await service.register()
    firefox = ((b"user-agent", b"Mozilla/5.0 (X11; Linux x86_64; rv:145.0) Gecko/20100101 Firefox/145.0"),)
    document = {"email": EMAIL, "password": PASSWORD}
    await service.ask("POST", "/auth/login", document, headers=firefox)
    service.clock.advance(timedelta(minutes=1))
    hostile = document | {"device_name": "<b>lap\r\ntop\u202e</b>" + "x" * 100}
    token = (await service.ask("POST", "/auth/login", hostile, headers=firefox)).json()["access_token"]
    items = (await service.ask("GET", "/auth/sessions", token=token)).json()["items"]

    assert [item["device"] for item in items] == ["<b>laptop</b>" + "x" * 51, "Firefox on Linux"]


@pytest.mark.covers("SES-01")
async def test_last_use_is_the_log_in_or_the_last_refresh(service: Service) -> None:
    held = await service.signed_in()
    service.clock.advance(timedelta(minutes=5))
    await service.ask("GET", "/auth/me", token=held["access_token"])
    (before,) = (await service.ask("GET", "/auth/sessions", token=held["access_token"])).json()["items"]
    pair = (await service.ask("POST", "/auth/refresh", {"refresh_token": held["refresh_token"]})).json()
    (after,) = (await service.ask("GET", "/auth/sessions", token=pair["access_token"])).json()["items"]

    assert before["last_used_at"] == before["created_at"] == after["created_at"]
    assert datetime.fromisoformat(after["last_used_at"]) == service.clock.now()
    assert datetime.fromisoformat(after["expires_at"]) == service.clock.now() + timedelta(days=7)


@pytest.mark.covers("SES-03")
async def test_there_are_as_many_sessions_as_the_setting_says() -> None:
    service = await a_service(Settings(max_sessions=2))
    first = await service.signed_in()
    service.clock.advance(timedelta(minutes=1))
    await service.log_in()
    third = (await service.log_in()).json()
    items = (await service.ask("GET", "/auth/sessions", token=third["access_token"])).json()["items"]
    by_first = await service.ask("GET", "/auth/me", token=first["access_token"])

    assert (len(items), by_first.code) == (2, "revoked_token")
