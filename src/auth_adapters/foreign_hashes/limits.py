"""How dear a hash from elsewhere may be: whoever signs in makes us compute it.

Each limit is some seconds of one core, or 128 MiB, at most. What systems ask for today lies well below.
"""

from typing import Final

from auth_core.errors import Fault, Rejected

DEAREST_BCRYPT: Final = 14
DEAREST_OF_OURS: Final = 16
"""What our own hashes may cost, as `bcrypt_scheme.DEAREST` says."""
MOST_MEMORY: Final = 128 * 1024
"""KiB that argon2 or scrypt may need."""
MOST_ARGON2_WORK: Final = 1024 * 1024
"""KiB times passes."""
MOST_ARGON2_LANES: Final = 16
MOST_SCRYPT_WORK: Final = 1024 * 1024
"""N * r * p."""
MOST_PBKDF2_ROUNDS: Final = 2_000_000
"""Iterations times blocks of output."""
LONGEST_SALT: Final = 256
LONGEST_KEY: Final = 256
LONGEST_TEXT: Final = 4096
"""Characters of a hash with everything that belongs to it."""


def unusable(code: str, detail: str) -> Rejected:
    """Return the refusal of a hash. `detail` never quotes it."""
    return Rejected(Fault("password_hash", code, detail))


def malformed(scheme: str) -> Rejected:
    """Return the refusal of a hash that is not written as its scheme demands."""
    return unusable("malformed_hash", f"This is not a whole {scheme} hash.")


def too_dear(what: str) -> Rejected:
    """Return the refusal of a hash that one log-in must not have us compute."""
    return unusable("hash_too_dear", f"This hash asks for more than is computed for one log-in: {what}.")
