"""Service clients over PostgreSQL: what asking costs, what is kept of a secret, and what ends with a token."""

import asyncio
import hashlib
from collections.abc import AsyncGenerator
from dataclasses import dataclass
from uuid import UUID

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from auth_adapters.postgres import Database
from auth_core import (
    AuthCore,
    ClientNameTaken,
    InvalidClient,
    InvalidRefreshToken,
    Origin,
    OutcomeUnknown,
    Redacted,
)
from auth_core.ids import ClientId
from auth_core.oauth.model import ClientCredentials
from auth_core.oauth.token_kinds import TokenInformation, TokenKind
from auth_core.testing import MovableClock, a_service_client
from tests.integration.postgres.cutting_proxy import CuttingProxy, Loss, commit, proxied
from tests.integration.postgres.person import auth_over, signed_in
from tests.integration.postgres.questions import events_of, rows
from tests.integration.postgres.test_secrets import everything


@dataclass(frozen=True, slots=True)
class Asking:
    """A client that may ask everything."""

    auth: AuthCore
    credentials: ClientCredentials

    async def introspect(self, token: Redacted[str], *, hint: TokenKind | None = None) -> TokenInformation | None:
        return await self.auth.oauth.introspect(credentials=self.credentials, token=token, hint=hint, origin=Origin())

    async def revoke(self, token: Redacted[str]) -> None:
        await self.auth.oauth.revoke(credentials=self.credentials, token=token, origin=Origin())


async def asking(auth: AuthCore) -> Asking:
    issued = await auth.oauth.create_client(
        name=a_service_client().name,
        permissions=["tokens:introspect", "tokens:revoke"],
        actor=None,
        origin=Origin(),
    )
    return Asking(auth, ClientCredentials(client_id=str(issued.client.id), secret=issued.secret))


async def test_to_introspect_a_token_seen_before_is_one_round_trip(address: Redacted[str], clock: MovableClock) -> None:
    async with proxied(address) as (proxy, through):
        database = Database(through, pool_size=2)
        auth = await auth_over(database, clock)
        client, person = await asking(auth), await signed_in(auth)
        assert person.tokens is not None
        await auth.revocation.follow()
        await client.introspect(person.tokens.access_token)

        before = proxy.round_trips
        for _ in range(10):
            assert await client.introspect(person.tokens.access_token) is not None

        assert proxy.round_trips - before == 10
        await database.close()


async def test_who_is_not_there_costs_one_round_trip_and_who_has_no_id_none(
    address: Redacted[str], clock: MovableClock
) -> None:
    async with proxied(address) as (proxy, through):
        database = Database(through, pool_size=2)
        auth = await auth_over(database, clock)
        strangers = [
            Asking(auth, ClientCredentials(client_id=client_id, secret=Redacted("authcs_guess")))
            for client_id in (str(a_service_client().id), "invoices")
        ]
        for stranger in strangers:  # prepares the statement
            await refused(stranger)

        costs: list[int] = []
        for stranger in strangers:
            before = proxy.round_trips
            await refused(stranger)
            costs.append(proxy.round_trips - before)

        assert costs == [1, 0]
        await database.close()


async def refused(stranger: Asking) -> None:
    with pytest.raises(InvalidClient):
        await stranger.introspect(Redacted("a.b.c"))


async def test_no_secret_is_stored_and_what_is_stored_is_no_secret(auth: AuthCore, operator: AsyncEngine) -> None:
    client = await asking(auth)
    secret = client.credentials.secret.reveal()

    dump = await everything(operator)
    [stored] = await rows(
        operator,
        f"SELECT secret_digest FROM auth.service_clients WHERE id = '{client.credentials.client_id}'",
    )

    assert secret not in dump
    assert secret.removeprefix("authcs_") not in dump
    assert stored.secret_digest == hashlib.sha256(secret.encode()).digest()


@pytest.mark.covers("SES-06", "R-O6")
async def test_of_many_who_revoke_at_once_the_session_ends_once(auth: AuthCore, operator: AsyncEngine) -> None:
    client, person = await asking(auth), await signed_in(auth)
    assert person.tokens is not None
    tokens = [person.tokens.access_token, person.tokens.refresh_token] * 5

    await asyncio.gather(*(client.revoke(token) for token in tokens))

    [session] = await rows(
        operator, f"SELECT ended_because FROM auth.sessions WHERE id = '{person.session_id}' AND ended_at IS NOT NULL"
    )
    events = await rows(
        operator,
        f"SELECT details FROM auth.audit_events WHERE session_id = '{person.session_id}' AND kind = 'session.ended'",
    )
    revocations = await rows(operator, f"SELECT id FROM auth.revocations WHERE subject = '{person.session_id}'")
    assert session.ended_because == "revoked_by_client"
    assert [event.details["client_id"] for event in events] == [client.credentials.client_id]
    assert len(revocations) == 1
    assert await client.introspect(person.tokens.access_token) is None
    assert await client.introspect(person.tokens.refresh_token, hint=TokenKind.REFRESH) is None


async def test_a_permission_of_a_later_release_lets_a_client_do_nothing(auth: AuthCore, operator: AsyncEngine) -> None:
    client, person = await asking(auth), await signed_in(auth)
    assert person.tokens is not None
    await rows(
        operator,
        "UPDATE auth.service_clients SET permissions = ARRAY['tokens:exchange', 'tokens:introspect'] "
        f"WHERE id = '{client.credentials.client_id}' RETURNING id",
    )

    known = {str(each.id): each.permissions for each in await auth.oauth.list_clients()}

    assert known[client.credentials.client_id] == {"tokens:introspect"}
    assert await client.introspect(person.tokens.access_token) is not None


# ---- The connection breaks at COMMIT

either_way = pytest.mark.parametrize("loss", [Loss.REQUEST, Loss.REPLY], ids=["not committed", "committed"])


@pytest.fixture
async def line(address: Redacted[str], clock: MovableClock) -> AsyncGenerator[tuple[CuttingProxy, AuthCore]]:
    """A core whose connections go through a proxy."""
    async with proxied(address) as (proxy, through):
        database = Database(through, pool_size=2)
        yield proxy, await auth_over(database, clock)
        await database.close()


@either_way
@pytest.mark.covers("DB-02")
async def test_a_revocation_converges(line: tuple[CuttingProxy, AuthCore], operator: AsyncEngine, loss: Loss) -> None:
    proxy, auth = line
    client, person = await asking(auth), await signed_in(auth)

    proxy.cut_at_next(commit, loss)
    with pytest.raises(OutcomeUnknown):
        await client.revoke(person.refresh_token)

    await client.revoke(person.refresh_token)
    assert (await events_of(operator, person.id)).count("session.ended") == 1
    with pytest.raises(InvalidRefreshToken):
        await person.refresh()


@either_way
@pytest.mark.covers("DB-02")
async def test_a_rotation_whose_answer_is_lost_can_be_repeated_and_shuts_nobody_out(
    line: tuple[CuttingProxy, AuthCore], loss: Loss
) -> None:
    proxy, auth = line
    client, person = await asking(auth), await signed_in(auth)
    assert person.tokens is not None
    client_id = ClientId(UUID(client.credentials.client_id))

    proxy.cut_at_next(commit, loss)
    with pytest.raises(OutcomeUnknown):
        await auth.oauth.rotate_secret(client_id=client_id, actor=None, origin=Origin())

    issued = await auth.oauth.rotate_secret(client_id=client_id, actor=None, origin=Origin())
    renewed = Asking(auth, ClientCredentials(client_id=str(client_id), secret=issued.secret))
    assert len(issued.client.replaced) == (2 if loss is Loss.REPLY else 1)
    for each in (client, renewed):
        assert await each.introspect(person.tokens.access_token) is not None


@either_way
@pytest.mark.covers("DB-02")
async def test_a_client_whose_making_is_in_doubt_is_there_or_can_be_made(
    line: tuple[CuttingProxy, AuthCore], loss: Loss
) -> None:
    proxy, auth = line
    name = a_service_client().name

    async def create() -> None:
        await auth.oauth.create_client(name=name, actor=None, origin=Origin())

    proxy.cut_at_next(commit, loss)
    with pytest.raises(OutcomeUnknown):
        await create()

    if loss is Loss.REPLY:
        with pytest.raises(ClientNameTaken):
            await create()
    else:
        await create()
    assert (await auth.oauth.look_up_client_by_name(name=name)).name == name
