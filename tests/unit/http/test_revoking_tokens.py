"""Revocation, as RFC 7009 has it."""

from typing import Any

import pytest

from tests.unit.http.clients import REVOKE, Client, a_client
from tests.unit.http.service import Service


@pytest.fixture
async def client(service: Service) -> Client:
    return await a_client(service, "tokens:introspect", "tokens:revoke")


@pytest.mark.covers("R-O6", "SES-06")
@pytest.mark.parametrize("shown", ["access_token", "refresh_token"])
@pytest.mark.parametrize("hint", [{}, {"token_type_hint": "access_token"}, {"token_type_hint": "refresh_token"}])
async def test_either_token_ends_its_session_whatever_it_is_said_to_be(
    service: Service, client: Client, shown: str, hint: dict[str, str]
) -> None:
    held: dict[str, Any] = await service.signed_in()
    other: dict[str, Any] = (await service.log_in()).json()

    answer = await client.ask(REVOKE, token=held[shown], **hint)

    assert (answer.status, answer.body, answer.header("cache-control")) == (200, b"", "no-store")
    assert (await service.ask("GET", "/auth/me", token=held["access_token"])).code == "revoked_token"
    refreshed = await service.ask("POST", "/auth/refresh", {"refresh_token": held["refresh_token"]})
    assert refreshed.code == "invalid_refresh_token"
    assert not await client.is_active(held["access_token"])
    assert await client.is_active(other["access_token"])


@pytest.mark.covers("R-O6")
async def test_what_is_no_token_of_ours_or_not_good_any_more_gets_the_same_answer(
    service: Service, client: Client
) -> None:
    held: dict[str, Any] = await service.signed_in()
    tokens = ("no token", "a.b.c", "é", "x" * 20_000, client.secret, held["access_token"], held["access_token"])

    answers = [await client.ask(REVOKE, token=token) for token in tokens]

    assert {(each.status, each.body) for each in answers} == {(200, b"")}
