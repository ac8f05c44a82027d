"""Whoever reads tokens: nothing but what we have signed is taken, to the letter."""

import asyncio
from collections.abc import Callable, Iterator

from tests.fuzz.targets.target import Target, holds, text_of
from tests.proof import mutations


def targets() -> Iterator[Target]:
    """Yield an access token of every algorithm and a refresh token, just signed."""
    runner = asyncio.Runner()  # For as long as the process runs: the readers are coroutines.
    found = runner.run(_made())
    for name, target in found.items():
        yield Target(name=name, seeds=[target.token.encode(), b"a.b.c", b""], reads=_reading(runner, target))


async def _made() -> dict[str, mutations.Target]:
    return dict(await (await mutations.Issuer.make()).targets())


def _reading(runner: asyncio.Runner, target: mutations.Target) -> Callable[[bytes], bool]:
    def reads(data: bytes) -> bool:
        text = text_of(data)
        accepted = runner.run(target.accepts(text))
        holds(not accepted or text == target.token, "a token is taken that nobody has signed")
        return accepted

    return reads
