"""A contestant in the ring: its server, the people it knows, and what was found of it so far."""

from dataclasses import dataclass, field
from typing import Final

from bench.peers.contestants import Contestant, Held
from bench.peers.server import Server
from bench.peers.wire import Answer, Connection

PEOPLE: Final = 8


@dataclass(frozen=True, slots=True)
class Round:
    """What one call cost in one round."""

    micros: float
    """Of the server's CPU, a call."""
    a_second: float


@dataclass(slots=True, kw_only=True)
class Corner:
    """A contestant, and what belongs to it."""

    who: Contestant
    server: Server
    secret: str = ""
    """Of the client that may introspect, where there is one."""
    held: list[Held] = field(default_factory=list[Held])
    rounds: dict[str, list[Round]] = field(default_factory=dict[str, list[Round]])
    storms: dict[str, object] = field(default_factory=dict[str, object])


async def settle_in(corner: Corner) -> None:
    """Register a few people, and log them in."""
    async with Connection(corner.server.port) as connection:
        for number in range(PEOPLE):
            answered(await connection.ask(corner.who.register(email_of(number))))
    await log_in_anew(corner)


async def log_in_anew(corner: Corner) -> None:
    """Log everybody in: some access tokens live for five minutes only."""
    async with Connection(corner.server.port) as connection:
        answers = [answered(await connection.ask(corner.who.log_in(email_of(number)))) for number in range(PEOPLE)]
    corner.held = [corner.who.held(answer.document(), answer.headers) for answer in answers]


def email_of(number: int) -> str:
    """Return the address of one of the people."""
    return f"person{number}@example.com"


def answered(answer: Answer) -> Answer:
    """Return an answer that says yes. Raises: AssertionError for any other."""
    if answer.status not in (200, 201):
        raise AssertionError(f"{answer.status}: {answer.body[:300]!r}")
    return answer
