"""What a call costs the server: its CPU, and how many it answers in a second when four clients ask without pause."""

import asyncio
import itertools
import time
from collections.abc import Awaitable, Callable, Mapping
from typing import Final

from bench.peers.corner import PEOPLE, Corner, Round, answered, email_of
from bench.peers.wire import Answer, Connection, Request

_CONNECTIONS: Final = 4
_newcomers: Final = itertools.count()

type Ask = Callable[[Request], Awaitable[Answer]]
type Call = Callable[[Corner, int, Ask], Awaitable[None]]


async def a_round(corner: Corner, times: int, *, hashing: int) -> None:
    """Make each call there is `times` times, and those that hash a password `hashing` times, one after the other."""
    for name, call in _CALLS.items():
        if _is_there(corner, name):
            abreast, number = (1, hashing) if name in _HASHES else (_CONNECTIONS, times)
            corner.rounds.setdefault(name, []).append(await _cost(corner, call, number, abreast))


async def _cost(corner: Corner, call: Call, times: int, abreast: int) -> Round:
    each = times // abreast

    async def one(place: int) -> None:
        async with Connection(corner.server.port) as connection:
            for _ in range(each):
                await call(corner, place, connection.ask)

    began, before = time.perf_counter(), corner.server.cpu_seconds()
    await asyncio.gather(*(one(place) for place in range(abreast)))
    used, taken = corner.server.cpu_seconds() - before, time.perf_counter() - began
    return Round(micros=used / (each * abreast) * 1e6, a_second=each * abreast / taken)


def _is_there(corner: Corner, name: str) -> bool:
    match name:
        case "refresh":
            return corner.who.refresh is not None
        case "verify":
            return corner.who.verify is not None
        case "introspect":
            return corner.who.introspect is not None
        case "register" | "log in":
            return corner.who.hashes_with is not None
        case _:
            return True


async def me(corner: Corner, place: int, ask: Ask) -> None:
    """Ask who one is."""
    answered(await ask(corner.who.me(corner.held[place])))


async def refresh(corner: Corner, place: int, ask: Ask) -> None:
    """Trade a refresh token, and keep what comes for it."""
    assert corner.who.refresh is not None
    answer = answered(await ask(corner.who.refresh(corner.held[place])))
    document = answer.document()
    corner.held[place] = corner.who.held(document if "access_token" in document else {"meta": document["data"]}, {})


async def log_in(corner: Corner, place: int, ask: Ask) -> None:
    """Log in, and let go of what comes."""
    answered(await ask(corner.who.log_in(email_of(place % PEOPLE))))


async def _register(corner: Corner, _place: int, ask: Ask) -> None:
    answered(await ask(corner.who.register(f"newcomer{next(_newcomers)}@example.com")))


async def verify(corner: Corner, place: int, ask: Ask) -> None:
    """Have a token verified."""
    assert corner.who.verify is not None
    answered(await ask(corner.who.verify(corner.held[place])))


async def _introspect(corner: Corner, place: int, ask: Ask) -> None:
    assert corner.who.introspect is not None
    answered(await ask(corner.who.introspect(corner.held[place], corner.secret)))


_CALLS: Final[Mapping[str, Call]] = {
    "me": me,
    "verify": verify,
    "introspect": _introspect,
    "refresh": refresh,
    "log in": log_in,
    "register": _register,
}
_HASHES: Final = frozenset({"log in", "register"})
