"""Signing in with an e-mail address and a password."""

import asyncio
from dataclasses import replace

import pytest

from auth_core import Busy, EmailTaken, InvalidCredentials, Redacted
from auth_core.audit.events import EventKind, Outcome
from auth_core.credentials.passwords.model import PasswordHash
from auth_core.testing import a_user
from auth_core.users.model import User
from tests.unit.core_in_memory import HERE, HOUR, OTHER_PASSWORD, PASSWORD, Core
from tests.unit.gated_hasher import GatedHasher


async def without_password(core: Core) -> User:
    user = a_user()
    async with core.ports.uow() as tx:
        await tx.users.add(user)
    return user


async def with_stored_hash(core: Core, text: str) -> User:
    user = await core.register()
    async with core.ports.uow() as tx:
        await tx.passwords.rehash(user.id, PasswordHash(Redacted(text)), version=1)
    return user


async def test_whoever_knows_the_password_gets_a_session(core: Core) -> None:
    user = await core.register()
    later = core.clock.advance(HOUR)

    logged_in = await core.log_in(user)

    session = logged_in.tokens.session
    assert logged_in.user == replace(user, last_login_at=later)
    assert (session.user_id, session.generation, session.created_at, session.origin) == (user.id, 0, later, HERE)
    claims = await core.auth.tokens.verify_access_token(token=logged_in.tokens.access_token.reveal())
    assert (claims.principal.user_id, claims.session_id, claims.methods) == (user.id, session.id, ("pwd",))
    assert claims.principal.roles == ("user",)


async def test_the_address_may_be_spelt_in_any_way(core: Core) -> None:
    user = await core.register("ada@b\u00fccher.example")

    for spelling in ("ADA@B\u00dcCHER.example", " ada@xn--bcher-kva.example "):
        assert (await core.log_in(spelling)).user.id == user.id


async def test_the_password_may_be_composed_in_any_way_and_is_otherwise_taken_literally(core: Core) -> None:
    user = await core.register(password=" Caf\u00e9 au lait ")

    await core.log_in(user, " Cafe\u0301 au lait ")
    for wrong in ("Caf\u00e9 au lait", " caf\u00e9 au lait ", " Cafe au lait ", " Caf\u00e9 au lait \x00"):
        with pytest.raises(InvalidCredentials):
            await core.log_in(user, wrong)


async def test_every_log_in_is_a_session_of_its_own(core: Core) -> None:
    user = await core.register()

    tokens = [(await core.log_in(user)).tokens for _ in range(3)]

    assert len({each.session.id for each in tokens}) == 3
    assert len({each.refresh_token.reveal() for each in tokens}) == 3
    assert len(await core.auth.sessions.list(user_id=user.id)) == 3


async def test_a_log_in_is_recorded(core: Core) -> None:
    logged_in = await core.signed_in()

    event = (await core.events(logged_in.user.id))[-1]

    assert (event.kind, event.outcome, event.origin) == (EventKind.LOGGED_IN, Outcome.SUCCESS, HERE)
    assert (event.actor, event.session_id) == (logged_in.user.id, logged_in.tokens.session.id)


@pytest.mark.covers("R-T3")
async def test_unknown_wrong_disabled_and_broken_are_told_alike_and_cost_alike(core: Core) -> None:
    known, disabled, broken = await core.register(), await core.register(), await with_stored_hash(core, "?!")
    await core.disable(disabled)
    bare = await without_password(core)
    attempts = {
        "unknown": ("nobody@example.org", PASSWORD),
        "no address": ("nobody", PASSWORD),
        "empty": ("", ""),
        "not text a store could hold": ("\ud800@example.org", PASSWORD),
        "wrong": (known.email.address, OTHER_PASSWORD),
        "no possible password": (known.email.address, "\ud800" * 5000),
        "disabled": (disabled.email.address, PASSWORD),
        "disabled and wrong": (disabled.email.address, OTHER_PASSWORD),
        "without a password": (bare.email.address, PASSWORD),
        "broken": (broken.email.address, PASSWORD),
    }

    told: dict[str, tuple[object, ...]] = {}
    for attempt, (email, password) in attempts.items():
        before, events = (core.hasher.verifications, core.hasher.hashes), len(core.all_events())
        with pytest.raises(InvalidCredentials) as caught:
            await core.log_in(email, password)
        told[attempt] = (
            repr(caught.value),
            str(caught.value),
            core.hasher.verifications - before[0],
            core.hasher.hashes - before[1],
            len(core.all_events()) - events,
        )

    assert set(told.values()) == {(repr(InvalidCredentials()), InvalidCredentials.detail, 1, 0, 1)}
    assert core.store.committed.sessions == {}


@pytest.mark.covers("R-T4")
async def test_a_failure_is_recorded_with_whom_it_concerns_and_nothing_that_was_typed(core: Core) -> None:
    known = await core.register()
    for email in (known.email.address, "nobody-at-all@example.org", OTHER_PASSWORD):
        with pytest.raises(InvalidCredentials):
            await core.log_in(email, OTHER_PASSWORD)

    failures = [event for event in core.all_events() if event.kind is EventKind.LOGIN_FAILED]

    assert [(event.subject, event.actor, event.outcome) for event in failures] == [
        (known.id, None, Outcome.FAILURE),
        (None, None, Outcome.FAILURE),
        (None, None, Outcome.FAILURE),
    ]
    assert OTHER_PASSWORD not in repr(failures)
    assert "nobody-at-all" not in repr(failures)


@pytest.mark.covers("PWD-11")
async def test_a_stored_hash_that_cannot_be_read_is_an_alarm(core: Core) -> None:
    user = await with_stored_hash(core, "$2b$31$nonsense")

    with pytest.raises(InvalidCredentials):
        await core.log_in(user)

    event = (await core.events(user.id))[-1]
    assert event.kind is EventKind.STORED_PASSWORD_UNREADABLE
    assert event.kind.is_alarm


@pytest.mark.covers("PWD-12", "R-P7")
async def test_an_outdated_hash_is_made_anew_once(core: Core) -> None:
    user = await core.register()
    core.hasher.outdate()
    before = core.hasher.hashes

    for _ in range(3):
        await core.log_in(user)

    assert core.hasher.hashes == before + 1
    assert core.store.committed.passwords[user.id].version == 1


async def test_an_outdated_hash_is_not_made_anew_for_somebody_who_does_not_know_the_password(core: Core) -> None:
    user = await core.register()
    core.hasher.outdate()
    before = core.store.committed.passwords[user.id].hash.reveal()

    with pytest.raises(InvalidCredentials):
        await core.log_in(user, OTHER_PASSWORD)

    assert core.store.committed.passwords[user.id].hash.reveal() == before


async def test_nothing_is_looked_up_or_recorded_when_nobody_can_hash(core: Core) -> None:
    user = await core.register()
    events = len(core.all_events())
    core.hasher.busy = True

    with pytest.raises(Busy):
        await core.log_in(user)

    assert len(core.all_events()) == events


async def test_no_transaction_is_open_while_a_password_is_verified() -> None:
    hasher = GatedHasher()
    core = await Core.make(hasher=hasher)
    user = await core.register()
    hasher.hold()

    logging_in = asyncio.create_task(core.log_in(user))
    await hasher.waiting.wait()
    async with asyncio.timeout(5):
        with pytest.raises(EmailTaken):
            await core.register(user.email.address)
    hasher.let_go()

    assert (await logging_in).user.id == user.id


@pytest.mark.covers("PWD-12", "PWD-16")
async def test_a_log_in_with_the_password_before_fails_when_it_changes_meanwhile() -> None:
    hasher = GatedHasher()
    core = await Core.make(hasher=hasher)
    signed_in = await core.signed_in()
    hasher.outdate()
    hasher.hold()

    logging_in = asyncio.create_task(core.log_in(signed_in.user))
    await hasher.waiting.wait()
    async with core.ports.uow() as tx:
        new = hasher.hash_now(Redacted(OTHER_PASSWORD))
        assert await tx.passwords.change(signed_in.user.id, new, version=1, now=core.clock.now())
    hasher.let_go()

    with pytest.raises(InvalidCredentials):
        await logging_in
    assert core.store.committed.passwords[signed_in.user.id].hash.reveal() == new.reveal()
    assert len(await core.auth.sessions.list(user_id=signed_in.user.id)) == 1
    assert (await core.log_in(signed_in.user, OTHER_PASSWORD)).user.id == signed_in.user.id


async def test_a_log_in_fails_when_its_user_is_disabled_meanwhile() -> None:
    hasher = GatedHasher()
    core = await Core.make(hasher=hasher)
    user = await core.register()
    hasher.hold()

    logging_in = asyncio.create_task(core.log_in(user))
    await hasher.waiting.wait()
    await core.disable(user)
    hasher.let_go()

    with pytest.raises(InvalidCredentials):
        await logging_in
    assert core.store.committed.sessions == {}
    assert core.store.committed.users[user.id].last_login_at is None


@pytest.mark.covers("RFR-25")
async def test_a_log_in_that_is_cancelled_leaves_nothing_behind_or_a_whole_session(core: Core) -> None:
    user = await core.register()
    for turns in range(12):
        sessions, events = len(core.store.committed.sessions), len(core.all_events())
        logging_in = asyncio.create_task(core.log_in(user))
        for _ in range(turns):
            await asyncio.sleep(0)
        logging_in.cancel()
        await asyncio.gather(logging_in, return_exceptions=True)

        made = len(core.store.committed.sessions) - sessions
        assert made in {0, 1}
        assert len(core.all_events()) - events == made
