"""What nobody may learn takes even time, and what everybody is told does not."""

import asyncio
import time
from contextlib import suppress
from datetime import timedelta

import pytest

from auth_adapters.even_time import Strokes
from auth_core import EmailTaken, InvalidCredentials, Redacted, RegistrationMode
from auth_core.testing import UnsafeUnevenTime
from tests.unit.core_in_memory import HERE, PASSWORD
from tests.unit.recovery.letters import ADA, Letters

STROKE = timedelta(milliseconds=2)


def asked(letters: Letters) -> int:
    """How often somebody was to wait."""
    even_time = letters.core.ports.even_time
    assert isinstance(even_time, UnsafeUnevenTime)
    return even_time.asked


@pytest.mark.covers("REG-02", "RST-20", "R-T3", "R-V2")
async def test_what_tells_who_has_an_account_takes_even_time() -> None:
    letters = await Letters.make(RegistrationMode.VERIFIED)
    await letters.register()
    await letters.register()
    await letters.forget()
    await letters.core.auth.recovery.request_password_reset(email="nobody@example.org", origin=HERE)
    await letters.resend("nobody@example.org")

    assert asked(letters) == 5


async def test_a_registration_that_says_what_became_of_it_waits_for_nothing() -> None:
    letters = await Letters.make(RegistrationMode.OPEN)
    await letters.register()
    with suppress(EmailTaken):
        await letters.register(ADA)

    assert asked(letters) == 0


async def test_a_log_in_that_is_refused_takes_even_time_whoever_is_named() -> None:
    letters = await Letters.make(RegistrationMode.OPEN)
    await letters.register()
    for email in (ADA, "nobody@example.org", "no address"):
        with pytest.raises(InvalidCredentials):
            await letters.core.auth.login.log_in(email=email, password=Redacted("wrong"), origin=HERE)

    assert asked(letters) == 3


async def test_a_log_in_that_succeeds_waits_for_nothing() -> None:
    letters = await Letters.make(RegistrationMode.OPEN)
    await letters.register()
    await letters.core.auth.login.log_in(email=ADA, password=Redacted(PASSWORD), origin=HERE)

    assert asked(letters) == 0


async def test_a_block_may_take_even_time_only_when_it_fails_in_one_way() -> None:
    async def taken(error: Exception | None) -> float:
        begun = time.perf_counter()
        with suppress(ValueError, KeyError):
            async with Strokes(timedelta(milliseconds=50))(only=ValueError):
                if error is not None:
                    raise error
        return time.perf_counter() - begun

    assert await taken(ValueError()) >= 0.05
    assert await taken(UnicodeError()) >= 0.05
    assert max(await taken(None), await taken(KeyError())) < 0.05


async def test_a_block_ends_at_a_stroke_and_a_long_one_at_the_next_but_one() -> None:
    async def taken(work: float) -> float:
        begun = time.perf_counter()
        async with Strokes(STROKE)():
            await asyncio.sleep(work)
        return time.perf_counter() - begun

    assert await taken(0) >= STROKE.total_seconds()
    assert await taken(0.0025) >= 2 * STROKE.total_seconds()


async def test_a_block_that_fails_takes_as_long() -> None:
    begun = time.perf_counter()
    with pytest.raises(ValueError, match="no"):
        async with Strokes(STROKE)():
            raise ValueError("no")

    assert time.perf_counter() - begun >= STROKE.total_seconds()


async def test_who_is_cut_off_goes_at_once() -> None:
    begun = time.perf_counter()
    with pytest.raises(asyncio.CancelledError):
        async with Strokes(timedelta(hours=1))():
            raise asyncio.CancelledError

    assert time.perf_counter() - begun < 60


def test_a_stroke_takes_some_time() -> None:
    with pytest.raises(ValueError, match="some time"):
        Strokes(timedelta(0))
