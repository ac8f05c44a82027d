"""`auth-service` with a flaw: the hash for nobody costs half of what one for somebody does. The control of `timing`."""

from auth_adapters.bcrypt_scheme import BcryptScheme
from auth_http.__main__ import main

_spend = BcryptScheme._spend


def _spend_less(self: BcryptScheme, cost: int) -> None:
    _spend(self, cost - 1)


BcryptScheme._spend = _spend_less  # type: ignore[method-assign]  # that is the flaw

if __name__ == "__main__":
    main()
