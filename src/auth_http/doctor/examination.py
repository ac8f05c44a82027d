"""The whole examination: what stands on something broken is not looked at."""

from auth_http.container import Container
from auth_http.doctor.database import examine_database
from auth_http.doctor.finding import Finding
from auth_http.doctor.hashing import examine_hashing
from auth_http.doctor.keys import examine_keys
from auth_http.doctor.outbox import examine_outbox
from auth_http.doctor.seals import examine_seals
from auth_http.doctor.secret_files import examine_secret_files
from auth_http.doctor.set_up import examine_set_up
from auth_http.exit_codes import CannotRun
from auth_http.settings import InvalidSettings


async def examine(container: Container | None = None) -> list[Finding]:
    """Return what was found, in the order in which it should be mended."""
    container = container or Container()
    try:
        settings = container.settings()
    except InvalidSettings as error:
        return [
            Finding(check="settings", ok=False, detail=problem.setting, mend=f"It {problem.sentence}")
            for problem in error.problems
        ]
    findings = [Finding(check="settings", ok=True, detail=f"fit for {settings.env.value}")]
    findings.extend(examine_secret_files(settings))
    storage = container.storage()
    try:
        await storage.reach()
        findings.extend(await examine_database(storage.database, settings))
        if all(each.ok for each in findings if each.check == "migrations"):
            findings.append(await examine_keys(container))
            told = (await examine_seals(container), await examine_set_up(container))
            findings.extend(each for each in told if each)
            findings.append(await examine_outbox(container))
    except CannotRun as error:
        findings.append(Finding(check="database", ok=False, detail=str(error)))
    finally:
        await storage.close()
    findings.append(await examine_hashing(container.hasher(), settings))
    container.hashing_pool().close()
    return findings
