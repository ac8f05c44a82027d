"""A log-in from a device on which its user has not been seen is told in the audit trail."""

from dataclasses import replace

import pytest

from auth_core import Origin, Redacted
from auth_core.audit.events import EventKind
from auth_core.users.model import User
from tests.unit.core_in_memory import DAY, HERE, PASSWORD, Core

ELSEWHERE = replace(HERE, address="198.51.100.7")
OTHER_BROWSER = replace(HERE, user_agent="curl/8.5.0")
NEXT_DOOR = replace(HERE, address="192.0.2.200", request_id="r-2")


async def news(core: Core, user: User) -> list[Origin]:
    """Return where the user was told to be new."""
    return [event.origin for event in await core.events(user.id) if event.kind is EventKind.NEW_DEVICE]


async def test_a_log_in_elsewhere_or_with_another_program_is_news_once(core: Core) -> None:
    user = (await core.signed_in()).user

    for origin in (ELSEWHERE, OTHER_BROWSER, ELSEWHERE, OTHER_BROWSER, HERE):
        await core.log_in(user, origin=origin)

    assert await news(core, user) == [ELSEWHERE, OTHER_BROWSER]


async def test_the_event_says_whose_and_which_session_it_is(core: Core) -> None:
    user = (await core.signed_in()).user

    logged_in = await core.log_in(user, origin=ELSEWHERE)

    event = (await core.events(user.id))[-1]
    assert (event.kind, event.actor, event.subject) == (EventKind.NEW_DEVICE, user.id, user.id)
    assert (event.session_id, event.at) == (logged_in.tokens.session.id, core.clock.now())


async def test_the_first_log_in_of_an_account_is_no_news(core: Core) -> None:
    user = await core.register()

    await core.log_in(user, origin=ELSEWHERE)

    assert await news(core, user) == []


async def test_a_new_version_or_a_neighbouring_address_is_no_news(core: Core) -> None:
    user = await core.register()
    await core.log_in(user, origin=Origin(address="192.0.2.7", user_agent="curl/8.5.0"))

    await core.log_in(user, origin=Origin(address="192.0.2.200", user_agent="curl/8.6.0"))

    assert await news(core, user) == []


async def test_a_device_is_known_after_its_session_has_ended(core: Core) -> None:
    logged_in = await core.signed_in()
    await core.auth.sessions.log_out_everywhere(user_id=logged_in.user.id, origin=HERE)

    await core.log_in(logged_in.user, origin=NEXT_DOOR)

    assert await news(core, logged_in.user) == []


async def test_a_device_is_forgotten_with_the_last_session_on_it(core: Core) -> None:
    user = (await core.signed_in()).user
    core.clock.advance(61 * DAY)
    await core.auth.upkeep.purge()

    await core.log_in(user)

    assert await news(core, user) == [HERE]


async def test_the_devices_of_others_are_not_known(core: Core) -> None:
    user = (await core.signed_in()).user
    await core.log_in(await core.register(), origin=ELSEWHERE)

    await core.log_in(user, origin=ELSEWHERE)

    assert await news(core, user) == [ELSEWHERE]


async def test_a_device_is_called_what_its_owner_calls_it(core: Core) -> None:
    user = await core.register()
    for name in ("Ada's laptop", "  ", None):
        await core.auth.login.log_in(
            email=user.email.address, password=Redacted(PASSWORD), origin=HERE, device_name=name
        )

    assert {each.device for each in await core.auth.sessions.list(user_id=user.id)} == {"Ada's laptop", "Firefox"}


@pytest.mark.covers("R-T3")
async def test_a_failed_log_in_is_no_news(core: Core) -> None:
    user = (await core.signed_in()).user

    with pytest.raises(Exception, match="not correct"):
        await core.log_in(user, "not the password", origin=ELSEWHERE)

    assert await news(core, user) == []
    await core.log_in(user, origin=ELSEWHERE)
    assert await news(core, user) == [ELSEWHERE]
