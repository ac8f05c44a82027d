"""`auth-service` with a flaw: the hash for nobody costs half of what one for somebody does. The control of `timing`.

Whoever is refused is told at once: at a stroke the flaw would not be seen, which is what strokes are for.
"""

from auth_adapters.bcrypt_scheme import BcryptScheme
from auth_adapters.even_time import Strokes
from auth_core.credentials.passwords.model import PasswordHash, Verification
from auth_core.redacted import Redacted
from auth_http.__main__ import main

_verify = BcryptScheme.verify


def _verify_cheaply(self: BcryptScheme, password: Redacted[str], stored: PasswordHash | None) -> Verification:
    if stored is not None:
        return _verify(self, password, stored)
    self._spend(self._cost - 1)
    return Verification(matches=False)


async def _at_once(_self: Strokes, _begun: float) -> None:
    pass


BcryptScheme.verify = _verify_cheaply  # type: ignore[method-assign]  # that is the flaw
Strokes._until_stroke = _at_once  # type: ignore[method-assign]  # and this lets it be seen

if __name__ == "__main__":
    main()
