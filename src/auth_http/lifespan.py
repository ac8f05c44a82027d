"""From nothing to a service that runs, and back."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

from auth_core import NoSigningKey, Origin
from auth_http.container import Container
from auth_http.exit_codes import CannotRun, ExitCode
from auth_http.worker import following_revocations, in_background, jobs_of


@asynccontextmanager
async def opened(container: Container) -> AsyncGenerator[None]:
    """Have the storage open while the block runs: enough for a command. Raises: CannotRun."""
    storage = container.storage()
    try:
        await storage.open()
        yield
    finally:
        await storage.close()
        container.hashing_pool().close()


@asynccontextmanager
async def running(container: Container) -> AsyncGenerator[None]:
    """Have everything running while the block runs. Raises: CannotRun.

    That is the storage, the signing keys, who follows revocations, and the background jobs.
    """
    async with opened(container):
        await ensure_keys(container)
        auth, policies = container.auth(), container.policies()
        async with following_revocations(auth, policies), in_background(jobs_of(auth, policies)):
            yield


async def ensure_keys(container: Container) -> None:
    """Make the first signing key, or one that is due, and make sure that we can sign. Raises: CannotRun."""
    tokens = container.auth().tokens
    await tokens.load_keys()
    if await tokens.list_keys():
        _sign_once(container)  # before another is made that nobody else could open
    await tokens.rotate_keys(if_due=True, origin=Origin())
    _sign_once(container)


def _sign_once(container: Container) -> None:
    try:
        container.ports().access_tokens.sign({})
    except NoSigningKey:
        raise CannotRun(
            "The signing keys in the database were sealed under another master secret. Set AUTH_MASTER_SECRET to the "
            "one they were made with; with any other, no stored password could be verified either.",
            ExitCode.BAD_SETTINGS,
        ) from None
