"""How long a password takes to hash here."""

import time
from typing import Final

from auth_core import Redacted
from auth_core.credentials.passwords.ports import PasswordHasher
from auth_http.doctor.finding import Finding
from auth_http.settings import Settings

_TOO_SLOW: Final = 1.0
_TOO_QUICK: Final = 0.03


async def examine_hashing(hasher: PasswordHasher, settings: Settings) -> Finding:
    """Hash one password."""
    async with hasher.turn() as turn:
        began = time.perf_counter()
        await turn.hash(Redacted("how long does it take"))
        took = time.perf_counter() - began
    mend = None
    if took > _TOO_SLOW:
        mend = (
            "Log-ins will be slow and few. Lower AUTH_BCRYPT_COST; or, when other processes keep the machine busy, "
            "AUTH_HASHING_NICENESS."
        )
    elif took < _TOO_QUICK and settings.env.is_guarded:
        mend = "This machine is quick: raise AUTH_BCRYPT_COST, and stolen hashes are harder to crack."
    return Finding(
        check="hashing",
        ok=mend is None,
        detail=f"{took * 1000:.0f} ms for a password at cost {settings.bcrypt_cost}",
        mend=mend,
    )
