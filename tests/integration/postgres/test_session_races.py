"""Once the end of a session is acknowledged, nothing that is begun afterwards brings it back."""

import asyncio
from collections.abc import Awaitable, Callable

import pytest

from auth_core import AuthCore, Redacted
from auth_core.errors import Unauthenticated
from auth_core.login.model import LoggedIn
from auth_core.sessions.errors import InvalidRefreshToken
from auth_core.testing import MovableClock, an_origin
from tests.integration.postgres.person import PASSWORD, Person, signed_in

ROUNDS = 15


async def _refresh_until_refused(person: Person, presented: list[Redacted[str]]) -> None:
    """Refresh as fast as can be, and keep every token that was ever held."""
    while True:
        presented.append(person.refresh_token)
        try:
            await person.refresh()
        except InvalidRefreshToken:
            return


async def _change_password_elsewhere(person: Person) -> None:
    other = Person(person.auth, person.id, person.email)
    await other.log_in()
    await other.change_password()


async def _log_out_elsewhere(person: Person) -> None:
    other = Person(person.auth, person.id, person.email)
    await other.log_in()
    await other.log_out_elsewhere()


async def _log_out_everywhere(person: Person) -> None:
    await person.auth.sessions.log_out_everywhere(user_id=person.id, origin=an_origin())


async def _revoke(person: Person) -> None:
    await person.auth.sessions.revoke(user_id=person.id, session_id=person.session_id, origin=an_origin())


@pytest.mark.covers("RFR-09")
@pytest.mark.parametrize(
    "end",
    [
        Person.log_out,
        _log_out_elsewhere,
        _log_out_everywhere,
        _revoke,
        Person.is_disabled,
        _change_password_elsewhere,
    ],
    ids=["log out", "log out elsewhere", "log out everywhere", "revoke", "disable", "change password"],
)
async def test_no_refresh_begun_after_the_end_succeeds(
    auth: AuthCore, end: Callable[[Person], Awaitable[None]]
) -> None:
    for _ in range(ROUNDS):
        person = await signed_in(auth)
        presented: list[Redacted[str]] = []
        refreshing = asyncio.create_task(_refresh_until_refused(person, presented))
        while len(presented) < 2:
            await asyncio.sleep(0)
        await end(person)

        held_now = {token.reveal() for token in (*presented, person.refresh_token)}
        for token in held_now:
            with pytest.raises(InvalidRefreshToken):
                await auth.sessions.refresh(refresh_token=Redacted(token), origin=an_origin())
        async with asyncio.timeout(5):
            await refreshing


async def test_a_log_in_beside_a_change_of_password_leaves_no_session_behind(auth: AuthCore) -> None:
    seen: set[str] = set()
    for round_ in range(ROUNDS):
        person = await signed_in(auth)
        kept = person.session_id

        async def log_in_elsewhere(person: Person = person, turns: int = round_ % 5) -> LoggedIn:
            for _ in range(turns):
                await asyncio.sleep(0)
            return await auth.login.log_in(email=person.email, password=PASSWORD, origin=an_origin())

        outcomes = await asyncio.gather(
            person.change_password(), *(log_in_elsewhere() for _ in range(3)), return_exceptions=True
        )

        assert outcomes[0] is None
        assert all(isinstance(outcome, LoggedIn | Unauthenticated) for outcome in outcomes[1:])
        live = await auth.sessions.list(user_id=person.id)
        assert [session.id for session in live] == [kept]
        seen |= {type(outcome).__name__ for outcome in outcomes[1:]}
    assert "InvalidCredentials" in seen, "no log-in lost the race: it was none"


async def test_of_simultaneous_changes_of_password_one_succeeds(auth: AuthCore) -> None:
    person = await signed_in(auth)

    outcomes = await asyncio.gather(
        *(person.change_password(new=Redacted(f"sentence number {number} of many")) for number in range(10)),
        return_exceptions=True,
    )

    assert [outcome is None for outcome in outcomes].count(True) == 1
    winner = outcomes.index(None)
    await person.log_in(Redacted(f"sentence number {winner} of many"))


async def test_a_log_in_beside_a_suspension_leaves_no_session_behind(auth: AuthCore) -> None:
    for _ in range(ROUNDS):
        person = await signed_in(auth)

        outcomes = await asyncio.gather(
            person.is_disabled(), *(person.log_in() for _ in range(3)), return_exceptions=True
        )

        assert outcomes[0] is None
        assert await auth.sessions.list(user_id=person.id) == []


@pytest.mark.covers("RFR-02")
async def test_the_end_that_a_stolen_link_causes_is_there_to_stay(auth: AuthCore, clock: MovableClock) -> None:
    person = await signed_in(auth)
    stolen = person.refresh_token
    await person.refresh()
    await person.refresh()

    with pytest.raises(InvalidRefreshToken):
        await auth.sessions.refresh(refresh_token=stolen, origin=an_origin())

    with pytest.raises(InvalidRefreshToken):
        await person.refresh()


@pytest.mark.covers("RFR-06")
async def test_of_a_hundred_refreshes_of_one_link_all_get_the_same_successor(auth: AuthCore) -> None:
    person = await signed_in(auth)

    pairs = await asyncio.gather(
        *(auth.sessions.refresh(refresh_token=person.refresh_token, origin=an_origin()) for _ in range(100))
    )

    assert len({pair.refresh_token.reveal() for pair in pairs}) == 1
    assert {pair.session.generation for pair in pairs} == {1}
