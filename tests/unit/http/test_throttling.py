"""Too many attempts over HTTP: one answer for every password, devices in headers and cookies, and no forged address."""

from typing import Any, Final

import pytest
from uvicorn.middleware.proxy_headers import ProxyHeadersMiddleware

from auth_core import Allowance
from auth_http.settings import Settings
from tests.unit.http.asgi import Answer
from tests.unit.http.service import EMAIL, PASSWORD, Service, a_service

SETTINGS: Final = Settings(throttle_account=Allowance.parse("3/1h"), throttle_source=Allowance.parse("6/1h"))
WRONG: Final = "a wrong guess"

type Headers = tuple[tuple[bytes, bytes], ...]


@pytest.fixture
async def service() -> Service:
    service = await a_service(SETTINGS)
    await service.register()
    return service


async def log_in(service: Service, password: str = PASSWORD, *, email: str = EMAIL, headers: Headers = ()) -> Answer:
    return await service.ask("POST", "/auth/login", {"email": email, "password": password}, headers=headers)


async def token(service: Service, password: str = PASSWORD, *, headers: Headers = ()) -> Answer:
    form = f"grant_type=password&username={EMAIL}&password={password.replace(' ', '+')}".encode()
    return await service.ask("POST", "/auth/token", form=form, headers=headers)


def device_of(answer: Answer) -> bytes:
    told = answer.header("device-token")
    assert told is not None
    return told.encode()


async def exhaust(service: Service) -> None:
    for _ in range(3):
        assert (await log_in(service, WRONG)).status == 401


@pytest.mark.covers("THR-01", "THR-11", "R-T3")
async def test_whoever_has_failed_too_often_is_told_when_to_come_back_and_nothing_else(service: Service) -> None:
    await exhaust(service)

    right, wrong = await log_in(service), await log_in(service, WRONG)

    told = [{**answer.json(), "instance": ""} for answer in (right, wrong)]
    assert told[0] == told[1]
    assert (right.status, right.code) == (429, "too_many_attempts")
    assert right.header("retry-after") == wrong.header("retry-after") == "1200"


@pytest.mark.covers("THR-10")
async def test_the_token_endpoint_shares_the_budget_and_tells_it_the_oauth_way(service: Service) -> None:
    statuses = [(await token(service, WRONG)).status, (await log_in(service, WRONG)).status]
    statuses += [(await token(service, WRONG)).status]

    refused = await token(service)

    assert statuses == [400, 401, 400]
    assert (refused.status, refused.json()["error"]) == (429, "temporarily_unavailable")
    assert refused.header("retry-after") == "1200"


@pytest.mark.covers("THR-07")
async def test_the_device_of_the_last_log_in_is_told_by_header_and_let_in(service: Service) -> None:
    by_json, by_form = device_of(await log_in(service)), device_of(await token(service))
    await exhaust(service)

    for device in (by_json, by_form):
        headers = ((b"device-token", device),)
        assert (await log_in(service, headers=headers)).status == 200
        assert (await token(service, headers=headers)).status == 200
    assert (await log_in(service)).status == 429


@pytest.mark.covers("THR-07")
async def test_browsers_keep_the_device_in_a_cookie_of_this_host_alone() -> None:
    settings = SETTINGS.model_copy(update={"public_url": "https://auth.example.com"})
    service = await a_service(settings)
    await service.register()

    cookie = (await log_in(service)).header("set-cookie") or ""
    name, _, rest = cookie.partition("=")
    kept = rest.partition(";")[0]
    await exhaust(service)

    assert name == "__Host-device"
    assert {each.strip().lower() for each in cookie.split(";")[1:]} >= {
        "httponly", "secure", "path=/", "samesite=strict", "max-age=15552000",
    }  # fmt: skip
    assert (await log_in(service, headers=((b"cookie", f"a=b; {name}={kept}".encode()),))).status == 200


async def test_who_speaks_of_devices_by_header_gets_no_cookie(service: Service) -> None:
    answer = await log_in(service, headers=((b"device-token", b""),))

    assert answer.header("device-token")
    assert answer.header("set-cookie") is None


@pytest.mark.covers("THR-15")
@pytest.mark.parametrize(
    "headers",
    [
        ((b"device-token", b"nonsense"),),
        ((b"cookie", b"device=; device"),),
        ((b"cookie", b"\xff\xfe;;;=;device=\xff"),),
        ((b"cookie", b"device=" + b"A" * 84), (b"cookie", b"device=B")),
    ],
)
async def test_a_header_that_says_nothing_gets_nobody_past(service: Service, headers: Headers) -> None:
    await exhaust(service)

    assert (await log_in(service, headers=headers)).status == 429


@pytest.mark.covers("THR-15")
async def test_two_device_headers_say_nothing(service: Service) -> None:
    device = device_of(await log_in(service))
    await exhaust(service)

    assert (await log_in(service, headers=((b"device-token", device),) * 2)).status == 429


FORGED: Final = (
    (b"x-forwarded-for", b"198.51.100.%d"),
    (b"x-real-ip", b"198.51.100.%d"),
    (b"forwarded", b"for=198.51.100.%d"),
    (b"client-ip", b"198.51.100.%d"),
    (b"true-client-ip", b"198.51.100.%d"),
    (b"x-forwarded-for", b"198.51.100.%d, 10.0.0.1"),
)


@pytest.mark.covers("THR-04")
@pytest.mark.parametrize("forged", FORGED)
async def test_who_claims_to_come_from_elsewhere_is_counted_where_they_are(
    service: Service, forged: tuple[bytes, bytes]
) -> None:
    name, value = forged
    statuses = [
        (await log_in(service, WRONG, email=f"a{number}@example.com", headers=((name, value % number),))).status
        for number in range(7)
    ]

    assert statuses == [401] * 6 + [429]


@pytest.mark.covers("THR-04", "THR-15")
@pytest.mark.parametrize(
    "forged",
    [
        b"198.51.100.%d, 203.0.113.5",
        b"%d, nonsense, 203.0.113.5, 198.51.100.7",
        b"::ffff:198.51.100.%d, 203.0.113.5",
    ],
)
async def test_behind_a_proxy_the_last_hop_that_is_not_ours_counts(service: Service, forged: bytes) -> None:
    """The proxy appends whom it sees; what stood before that was sent by the caller."""
    app: Any = ProxyHeadersMiddleware(service.app, trusted_hosts="198.51.100.7")  # type: ignore[arg-type] # its own types
    service.app = app

    statuses = [
        (
            await log_in(
                service, WRONG, email=f"a{number}@example.com", headers=((b"x-forwarded-for", forged % number),)
            )
        ).status
        for number in range(7)
    ]

    assert statuses == [401] * 6 + [429]


@pytest.mark.covers("THR-15")
async def test_behind_a_proxy_that_lets_nonsense_through_everybody_is_one_place(service: Service) -> None:
    app: Any = ProxyHeadersMiddleware(service.app, trusted_hosts="198.51.100.7")  # type: ignore[arg-type] # its own types
    service.app = app

    statuses = [
        (await log_in(service, WRONG, email=f"a{n}@example.com", headers=((b"x-forwarded-for", b"x%d" % n),))).status
        for n in range(7)
    ]

    assert statuses == [401] * 6 + [429]


@pytest.mark.covers("REG-12")
async def test_a_burst_of_registrations_is_answered_with_when_to_come_back() -> None:
    service = await a_service(Settings(throttle_registrations=Allowance.parse("2/1h")))

    answers = [await service.register(email=f"a{number}@example.com") for number in range(3)]

    assert [answer.status for answer in answers] == [201, 201, 429]
    assert answers[-1].header("retry-after") == "1800"
