"""A new signing key takes over, while tokens and key sets of the old one are still about."""

import asyncio

import pytest

from auth_adapters.memory import FOR_TESTS, memory_ports
from auth_core import AuthCore, InvalidToken, NoSigningKey, assemble
from auth_core.audit.events import EventKind
from auth_core.tokens.keys import KeyState, SigningKey
from tests.unit.core_in_memory import HERE, SECOND, Core

POLICY = FOR_TESTS.tokens


def another_process(core: Core) -> AuthCore:
    return assemble(
        memory_ports(
            store=core.store,
            clock=core.clock,
            hasher=core.hasher,
            refresh_tokens=core.ports.refresh_tokens,
        ),
        core.policies,
    )


async def rotate(core: Core) -> SigningKey:
    key = await core.auth.tokens.rotate_keys(origin=HERE)
    assert key is not None
    return key


async def states(core: Core) -> list[tuple[int, KeyState]]:
    return [(key.number, state) for key, state in await core.auth.tokens.list_keys()]


async def test_the_first_key_of_all_signs_at_once(core: Core) -> None:
    assert await states(core) == [(1, KeyState.ACTIVE)]
    await core.signed_in()


async def test_the_next_key_is_published_for_as_long_as_key_sets_are_kept_before_it_signs(core: Core) -> None:
    [first] = [key for key, _ in await core.auth.tokens.list_keys()]
    second = await rotate(core)

    assert second.signs_from - core.clock.now() == POLICY.jwks_cache + POLICY.key_reload + POLICY.clock_skew
    assert [jwk["kid"] for jwk in core.auth.tokens.publish_keys()] == [first.kid, second.kid]
    core.clock.move_to(second.signs_from - SECOND)
    assert core.ports.key_ring.signing_key(core.clock.now()).kid == first.kid
    core.clock.advance(SECOND)
    assert core.ports.key_ring.signing_key(core.clock.now()).kid == second.kid


@pytest.mark.covers("JWT-18")
async def test_the_last_token_of_a_key_is_good_to_its_end(core: Core) -> None:
    second = await rotate(core)
    core.clock.move_to(second.signs_from - SECOND)
    token = (await core.signed_in()).tokens.access_token.reveal()

    core.clock.advance(POLICY.access_lifetime - SECOND)

    await core.auth.tokens.verify_access_token(token=token)
    assert await states(core) == [(1, KeyState.RETIRED), (2, KeyState.ACTIVE)]


@pytest.mark.covers("JWT-18")
async def test_another_rotation_does_not_take_away_a_key_whose_tokens_are_still_good(core: Core) -> None:
    second = await rotate(core)
    core.clock.move_to(second.signs_from - SECOND)
    token = (await core.signed_in()).tokens.access_token.reveal()
    core.clock.move_to(second.signs_from)

    await rotate(core)

    await core.auth.tokens.verify_access_token(token=token)
    assert await states(core) == [(1, KeyState.RETIRED), (2, KeyState.ACTIVE), (3, KeyState.NEXT)]


@pytest.mark.covers("JWT-18")
async def test_a_key_nothing_relies_on_any_more_is_neither_published_nor_believed_and_then_forgotten(
    core: Core,
) -> None:
    token = (await core.signed_in()).tokens.access_token.reveal()
    second = await rotate(core)
    core.clock.move_to(second.signs_from + POLICY.retirement)

    with pytest.raises(InvalidToken):
        await core.auth.tokens.verify_access_token(token=token)
    assert [jwk["kid"] for jwk in core.auth.tokens.publish_keys()] == [second.kid]
    assert await states(core) == [(1, KeyState.GONE), (2, KeyState.ACTIVE)]
    await core.auth.tokens.rotate_keys(if_due=True, origin=HERE)
    assert await states(core) == [(2, KeyState.ACTIVE)]


async def test_a_rotation_is_due_when_the_newest_key_has_signed_for_its_period(core: Core) -> None:
    [first] = [key for key, _ in await core.auth.tokens.list_keys()]
    core.clock.move_to(first.signs_from + POLICY.key_rotation - SECOND)
    assert await core.auth.tokens.rotate_keys(if_due=True, origin=HERE) is None

    core.clock.advance(SECOND)
    made = await core.auth.tokens.rotate_keys(if_due=True, origin=HERE)
    again = await core.auth.tokens.rotate_keys(if_due=True, origin=HERE)

    assert made is not None
    assert (made.number, again) == (2, None)


async def test_in_a_long_life_there_is_always_one_key_that_signs_and_never_many(core: Core) -> None:
    for _ in range(200):
        core.clock.advance(POLICY.key_rotation / 10)
        await core.auth.tokens.rotate_keys(if_due=True, origin=HERE)

        assert [state for _, state in await states(core)].count(KeyState.ACTIVE) == 1
        assert len(await states(core)) <= 3


async def test_of_many_processes_that_rotate_at_once_one_makes_the_key_and_all_know_it(core: Core) -> None:
    processes = [another_process(core) for _ in range(20)]
    core.clock.advance(POLICY.key_rotation)

    made = await asyncio.gather(*(each.tokens.rotate_keys(if_due=True, origin=HERE) for each in processes))

    assert [key.number for key in made if key] == [2]
    published = {tuple(jwk["kid"] for jwk in each.tokens.publish_keys()) for each in processes}
    assert len(published) == 1
    assert [len(kids) for kids in published] == [2]


async def test_of_many_processes_that_begin_at_once_one_makes_the_first_key() -> None:
    core = await Core.make()
    core.store.committed.signing_keys.clear()
    processes = [another_process(core) for _ in range(20)]

    made = await asyncio.gather(*(each.tokens.rotate_keys(if_due=True, origin=HERE) for each in processes))

    assert [key.number for key in made if key] == [1]


async def test_a_new_key_is_recorded_by_its_name(core: Core) -> None:
    key = await rotate(core)

    event = core.all_events()[-1]
    assert (event.kind, event.subject, event.actor, event.details) == (
        EventKind.SIGNING_KEY_CREATED,
        None,
        None,
        {"kid": key.kid},
    )


async def test_a_process_learns_of_the_keys_of_others_when_it_looks(core: Core) -> None:
    other = another_process(core)
    token = (await core.signed_in()).tokens.access_token.reveal()
    with pytest.raises(InvalidToken):
        await other.tokens.verify_access_token(token=token)

    await other.tokens.load_keys()

    await other.tokens.verify_access_token(token=token)


async def test_without_a_key_nobody_gets_tokens_and_the_service_says_so(core: Core) -> None:
    tokens = (await core.signed_in()).tokens
    core.store.committed.signing_keys.clear()
    await core.auth.tokens.load_keys()

    with pytest.raises(NoSigningKey):
        await core.auth.sessions.refresh(refresh_token=tokens.refresh_token, origin=HERE)

    await core.auth.tokens.rotate_keys(if_due=True, origin=HERE)
    await core.auth.sessions.refresh(refresh_token=tokens.refresh_token, origin=HERE)
