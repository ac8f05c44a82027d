"""From nothing to a service that runs, and back."""

from collections.abc import AsyncGenerator
from contextlib import AbstractAsyncContextManager, asynccontextmanager, nullcontext

from auth_core import NoSigningKey, Origin
from auth_http.container import Container
from auth_http.delivery import delivering_for, looking_at_the_outbox
from auth_http.exit_codes import CannotRun, ExitCode
from auth_http.listener import listen
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
        breached_passwords = container.breached_passwords()
        if breached_passwords is not None:
            await breached_passwords.close()


@asynccontextmanager
async def running(container: Container, *, number: int = 0) -> AsyncGenerator[None]:
    """Have everything running while the block runs. Raises: CannotRun.

    That is the storage, the signing keys, who follows revocations, the background jobs, and, if asked for, the metrics
    and who delivers mail.
    `number` says which of several processes on this machine it is: each has a port of its own for its metrics.
    """
    async with opened(container):
        await ensure_keys(container)
        auth, policies = container.auth(), container.policies()
        async with (
            following_revocations(auth, policies),
            in_background(
                (*jobs_of(auth, policies), *looking_at_the_outbox(container)), records=container.job_records()
            ),
            measuring(container, number=number),
            delivering_for(container) if container.settings().delivery else nullcontext(),
        ):
            yield


def measuring(container: Container, *, number: int) -> AbstractAsyncContextManager[None]:
    """Serve the metrics while the block runs, where the settings ask for them. Raises: CannotRun."""
    settings = container.settings()
    if settings.metrics_port is None:
        return nullcontext()
    # Nobody else needs the package that writes them, nor should wait for its import.
    from auth_http.metrics.endpoint import MetricsEndpoint, served  # noqa: PLC0415
    from auth_http.metrics.exposition import MEDIA_TYPE, Exposition  # noqa: PLC0415

    port = settings.metrics_port and settings.metrics_port + number
    listener = listen(settings.metrics_host, port, host_setting="AUTH_METRICS_HOST", port_setting="AUTH_METRICS_PORT")
    endpoint = MetricsEndpoint(Exposition.of(container.measured()).write, MEDIA_TYPE)
    return served(endpoint, listener)


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
