"""Whether the previous master secret, where one is given, is still needed."""

from collections.abc import Callable

from auth_core import Unavailable
from auth_core.upkeep.model import Resealed, ResealReport
from auth_http.container import Container
from auth_http.doctor.finding import Finding


async def examine_seals(container: Container) -> Finding | None:
    """Look at everything that is sealed and change nothing; None when there is no previous secret to ask about."""
    if container.settings().previous_master_secret is None:
        return None
    try:
        report = await container.auth().upkeep.reseal(dry_run=True)
    except Unavailable as error:
        return Finding(check="previous secret", ok=False, detail=str(error), mend="Look at the database first.")
    if report.unreadable:
        return Finding(
            check="previous secret",
            ok=False,
            detail=f"{_counted(report, lambda found: found.unreadable)} under neither secret",
            mend="Give the secret they were sealed under as AUTH_PREVIOUS_MASTER_SECRET.",
        )
    if report.stale:
        return Finding(
            check="previous secret",
            ok=False,
            detail=f"{_counted(report, lambda found: found.stale)} still in need of it",
            mend="auth-service secrets reseal",
        )
    return Finding(check="previous secret", ok=True, detail="nothing stored needs it any more")


def _counted(report: ResealReport, of: Callable[[Resealed], int]) -> str:
    messages = f" messages: {of(report.messages)}," if of(report.messages) else ""
    return f"signing keys: {of(report.signing_keys)}, passwords: {of(report.passwords)},{messages}"
