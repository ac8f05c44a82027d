"""An emergency: a signing key is known to somebody else."""

from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, replace
from datetime import timedelta
from itertools import pairwise
from typing import Self

import pytest

from auth_adapters.memory import FOR_TESTS, MemoryStore, memory_ports
from auth_adapters.memory.unit_of_work import MemoryTx
from auth_core import AuthCore, InvalidToken, NoSigningKey, Origin, Redacted, SigningKeyNotFound, assemble
from auth_core.audit.events import EventKind
from auth_core.revocation.model import KeyRevocation
from auth_core.testing import MovableClock, an_origin
from auth_core.tokens.keys import KeyState
from auth_core.tokens.ports import TokenSigner

POLICY = FOR_TESTS.tokens
SECOND = timedelta(seconds=1)
PAYLOAD = {"sub": "somebody"}
PASSWORD = Redacted("correct horse battery staple")


@dataclass(frozen=True, kw_only=True)
class Process:
    """One process of the service, over a store that it may share."""

    auth: AuthCore
    signer: TokenSigner
    store: MemoryStore
    clock: MovableClock

    @classmethod
    async def start(cls, store: MemoryStore | None = None, clock: MovableClock | None = None) -> Self:
        store, clock = store or MemoryStore(), clock or MovableClock()
        ports = memory_ports(store=store, clock=clock)
        auth = assemble(ports, FOR_TESTS)
        await auth.tokens.rotate_keys(if_due=True, origin=Origin())
        return cls(auth=auth, signer=ports.access_tokens, store=store, clock=clock)

    def sign(self) -> str:
        return self.signer.sign(PAYLOAD).reveal()

    def accepts(self, token: str) -> bool:
        try:
            return self.signer.open(token) == PAYLOAD
        except InvalidToken:
            return False

    async def revoke(self, kid: str) -> None:
        await self.auth.tokens.revoke_key(kid=kid, actor=None, origin=Origin())

    async def states(self) -> list[KeyState]:
        return [state for _, state in await self.auth.tokens.list_keys()]

    async def kid_of(self, state: KeyState) -> str:
        [kid] = [key.kid for key, found in await self.auth.tokens.list_keys() if found is state]
        return kid

    def published(self) -> list[str]:
        return [key["kid"] for key in self.auth.tokens.publish_keys()]

    def key_events(self) -> list[tuple[EventKind, object]]:
        return [(event.kind, event.details["kid"]) for event in self.store.committed.events.values()]


@pytest.mark.covers("JWT-18")
async def test_with_the_acknowledgement_no_token_under_the_key_is_accepted_and_another_key_signs() -> None:
    process = await Process.start()
    token = process.sign()
    kid = await process.kid_of(KeyState.ACTIVE)

    await process.revoke(kid)

    assert not process.accepts(token)
    assert process.accepts(process.sign())
    assert await process.states() == [KeyState.REVOKED, KeyState.ACTIVE]
    assert process.published() == [await process.kid_of(KeyState.ACTIVE)]


@pytest.mark.covers("JWT-18")
async def test_another_process_follows_when_it_looks_at_the_keys() -> None:
    here = await Process.start()
    there = await Process.start(here.store, MovableClock(here.clock.now() - POLICY.clock_skew))
    await there.auth.tokens.load_keys()
    token = there.sign()

    await here.revoke(await here.kid_of(KeyState.ACTIVE))
    await there.auth.tokens.load_keys()

    assert not there.accepts(token)
    assert here.accepts(there.sign())
    assert there.accepts(here.sign())
    assert here.published() == there.published()


async def signed_in(process: Process) -> str:
    await process.auth.users.register(
        email="ada@example.org", password=PASSWORD, first_name="Ada", last_name="Lovelace", origin=an_origin()
    )
    held = await process.auth.login.log_in(email="ada@example.org", password=PASSWORD, origin=an_origin())
    return held.tokens.access_token.reveal()


@pytest.mark.covers("JWT-18")
async def test_another_process_refuses_with_its_next_step_behind_the_feed_and_looks_at_no_key() -> None:
    here = await Process.start()
    there = await Process.start(here.store, here.clock)
    await there.auth.revocation.follow()
    token = await signed_in(here)
    verify = there.auth.tokens.verify_access_token
    seen = await verify(token=token)  # and remembered

    await here.revoke(await here.kid_of(KeyState.ACTIVE))
    await there.auth.revocation.follow()

    assert seen.issued_at <= there.clock.now()
    with pytest.raises(InvalidToken):
        await verify(token=token)
    with pytest.raises(NoSigningKey):  # an empty set would be kept by whoever fetched it
        there.published()


@pytest.mark.covers("JWT-18")
async def test_another_process_signs_nothing_everybody_would_refuse_and_finds_the_successor_by_itself() -> None:
    here = await Process.start()
    there = await Process.start(here.store, here.clock)
    await here.revoke(await here.kid_of(KeyState.ACTIVE))
    await there.auth.revocation.follow()

    with pytest.raises(NoSigningKey):
        there.sign()
    await there.auth.tokens.load_keys(if_none_signs=True)

    assert here.accepts(there.sign())
    assert there.published() == here.published()


async def test_whoever_can_sign_does_not_look_for_another_key() -> None:
    process = await Process.start()

    def no_store() -> AbstractAsyncContextManager[MemoryTx]:
        raise AssertionError("the store was asked")

    await replace(process.auth.tokens.load_keys, uow=no_store)(if_none_signs=True)


@pytest.mark.covers("JWT-18")
async def test_the_revocation_of_a_key_is_written_once_and_for_as_long_as_anybody_may_keep_the_key() -> None:
    process = await Process.start()
    kid = await process.kid_of(KeyState.ACTIVE)
    for _ in range(2):
        await process.revoke(kid)

    until = process.clock.now() + POLICY.jwks_cache + POLICY.retirement
    assert list(process.store.committed.revocations.values()) == [KeyRevocation(kid=kid, until=until)]


async def test_a_key_that_cannot_be_revoked_is_not_told_to_be() -> None:
    process = await Process.start()

    with pytest.raises(SigningKeyNotFound):
        await process.revoke("nobody's")

    assert not process.store.committed.revocations


async def test_a_session_survives_the_key_of_its_tokens() -> None:
    process = await Process.start()
    ada = await process.auth.users.register(
        email="ada@example.org",
        password=PASSWORD,
        first_name="Ada",
        last_name="Lovelace",
        origin=an_origin(),
    )
    held = (await process.auth.login.log_in(email="ada@example.org", password=PASSWORD, origin=an_origin())).tokens

    await process.revoke(await process.kid_of(KeyState.ACTIVE))

    with pytest.raises(InvalidToken):
        await process.auth.tokens.verify_access_token(token=held.access_token.reveal())
    pair = await process.auth.sessions.refresh(refresh_token=held.refresh_token, origin=an_origin())
    claims = await process.auth.tokens.verify_access_token(token=pair.access_token.reveal())
    assert ada is not None
    assert claims.principal.user_id == ada.id


async def test_to_revoke_a_retired_key_needs_no_successor() -> None:
    process = await Process.start()
    old = process.sign()
    await process.auth.tokens.rotate_keys(origin=Origin())
    process.clock.advance(POLICY.publication)
    new = process.sign()

    successor = await process.auth.tokens.revoke_key(
        kid=await process.kid_of(KeyState.RETIRED), actor=None, origin=Origin()
    )

    assert successor is None
    assert not process.accepts(old)
    assert process.accepts(new)
    assert await process.states() == [KeyState.REVOKED, KeyState.ACTIVE]


async def test_a_revoked_key_that_was_waiting_never_signs_and_the_next_one_can_be_made() -> None:
    process = await Process.start()
    active = await process.kid_of(KeyState.ACTIVE)
    await process.auth.tokens.rotate_keys(origin=Origin())

    await process.revoke(await process.kid_of(KeyState.NEXT))

    another = await process.auth.tokens.rotate_keys(origin=Origin())
    assert another is not None
    process.clock.advance(POLICY.publication - SECOND)
    assert await process.kid_of(KeyState.ACTIVE) == active
    assert process.accepts(process.sign())
    process.clock.advance(SECOND)
    assert await process.kid_of(KeyState.ACTIVE) == another.kid


async def test_revoking_every_key_one_after_the_other_leaves_one_that_signs() -> None:
    process = await Process.start()
    for _ in range(5):
        token = process.sign()
        await process.revoke(await process.kid_of(KeyState.ACTIVE))

        assert not process.accepts(token)
        assert process.accepts(process.sign())
        process.clock.advance(SECOND)


async def test_revoking_twice_does_no_harm() -> None:
    process = await Process.start()
    kid = await process.kid_of(KeyState.ACTIVE)
    await process.revoke(kid)
    before = process.key_events()

    await process.revoke(kid)

    assert process.key_events() == before
    assert await process.states() == [KeyState.REVOKED, KeyState.ACTIVE]


async def test_a_key_nobody_has_is_not_found_and_nothing_happens() -> None:
    process = await Process.start()
    before = process.key_events()

    for nobody in ("", "nobody", "' OR '1'='1", "\0"):
        with pytest.raises(SigningKeyNotFound):
            await process.revoke(nobody)

    assert process.key_events() == before
    assert await process.states() == [KeyState.ACTIVE]


async def test_the_trail_tells_of_the_revocation_and_of_the_successor() -> None:
    process = await Process.start()
    kid = await process.kid_of(KeyState.ACTIVE)

    await process.revoke(kid)

    assert EventKind.SIGNING_KEY_REVOKED.is_alarm
    assert process.key_events() == [
        (EventKind.SIGNING_KEY_CREATED, kid),
        (EventKind.SIGNING_KEY_REVOKED, kid),
        (EventKind.SIGNING_KEY_CREATED, await process.kid_of(KeyState.ACTIVE)),
    ]


async def test_a_revoked_key_is_forgotten_when_its_last_token_has_expired() -> None:
    process = await Process.start()
    await process.revoke(await process.kid_of(KeyState.ACTIVE))

    process.clock.advance(POLICY.retirement - SECOND)
    await process.auth.tokens.rotate_keys(if_due=True, origin=Origin())
    still_there = await process.states()
    process.clock.advance(SECOND)
    await process.auth.tokens.rotate_keys(if_due=True, origin=Origin())

    assert still_there == [KeyState.REVOKED, KeyState.ACTIVE]
    assert await process.states() == [KeyState.ACTIVE]


async def test_the_successor_is_replaced_in_its_time_like_any_other() -> None:
    process = await Process.start()
    await process.revoke(await process.kid_of(KeyState.ACTIVE))
    numbers: list[int] = []
    for _ in range(3):
        process.clock.advance(POLICY.key_rotation)
        made = await process.auth.tokens.rotate_keys(if_due=True, origin=Origin())
        assert made is not None
        numbers.append(made.number)
        process.clock.advance(POLICY.publication)

    assert all(later == earlier + 1 for earlier, later in pairwise(numbers))
