"""What everybody promises who knows the passwords that have leaked."""

import pytest

from auth_core.credentials.passwords.ports import BreachedPasswords
from auth_core.errors import Unavailable
from auth_core.redacted import Redacted

LEAKED = ("a password that has leaked", "caf\u00e9 au lait, leaked", "\U0001f600 leaked as well", "nul \x00 leaked")
"""What `breached` is to know: these, in NFC, and nothing like them."""


class BreachedPasswordsContract:
    """Subclass it and provide the fixtures `breached`, which knows `LEAKED`, and `silent`, which cannot be reached."""

    async def test_what_has_leaked_is_known(self, breached: BreachedPasswords) -> None:
        for password in LEAKED:
            assert await breached.has(Redacted(password)) is True, password

    async def test_what_has_not_is_not(self, breached: BreachedPasswords) -> None:
        for password in ("a password that has not leaked", LEAKED[0].upper(), LEAKED[0] + " ", LEAKED[0][:-1], ""):
            assert await breached.has(Redacted(password)) is False, password

    async def test_how_a_password_is_composed_does_not_matter(self, breached: BreachedPasswords) -> None:
        assert await breached.has(Redacted("cafe\u0301 au lait, leaked")) is True

    async def test_who_cannot_tell_does_not_guess(self, silent: BreachedPasswords) -> None:
        for password in (LEAKED[0], "a password that has not leaked"):
            with pytest.raises(Unavailable) as caught:
                await silent.has(Redacted(password))
            assert password not in repr(caught.value)
