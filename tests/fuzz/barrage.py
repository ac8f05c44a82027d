"""Asks a house the requests of many numbers, and says what was wrong with the answers."""

import asyncio
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field

from auth_adapters.postgres import PostgresPorts
from tests.fuzz.heard import listening
from tests.fuzz.house import House
from tests.fuzz.mutated import caller_of, request
from tests.unit.http.asgi import Answer

_BETWEEN_MAILS = 50


@dataclass(slots=True)
class Found:
    """How many answers there were of each status, and what was wrong with some."""

    tally: Counter[str] = field(default_factory=Counter[str])
    failures: list[str] = field(default_factory=list[str])


def has_lost(answer: Answer) -> bool:
    """Say whether whoever asked has signed out, or was thrown out."""
    return answer.status == 401 and any(code in answer.body for code in (b"revoked_token", b"invalid_client"))


async def ask_all(numbers: Iterable[int], storage: PostgresPorts | None = None) -> Found:
    """Ask the requests of these numbers, one after the other, of a service that begins with nothing in it."""
    found = Found()
    with listening() as heard:
        asyncio.get_running_loop().set_exception_handler(heard.of_loop)
        house = await House.make(storage)
        heard.take()
        for number in numbers:
            caller, asked = caller_of(number), request(number, house)
            answer, faults = await house.ask(asked, heard=heard)
            found.tally[str(answer.status)] += 1
            found.failures.extend(
                f"request {number}: {fault}\n{asked}\n  -> {answer.status} {answer.body[:300]!r}" for fault in faults
            )
            if has_lost(answer):
                await house.renew(caller)
            if number % _BETWEEN_MAILS == 0:
                await house.read_mail()
            heard.take()
    return found
