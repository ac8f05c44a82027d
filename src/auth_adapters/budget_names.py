"""Names budgets by a keyed digest: HMAC-SHA-256 of which 128 bits are kept. Needs no package."""

import hmac

from auth_core.redacted import Redacted
from auth_core.throttling.model import Budget, BudgetName

_LENGTH = 16


class HmacBudgetNames:
    """Whoever reads the store, or chooses what is counted, can neither tell names nor make two of them meet."""

    def __init__(self, secret: Redacted[bytes]) -> None:
        self._secret = secret

    def name(self, budget: Budget, whose: str) -> BudgetName:
        said = f"{budget.value}\0{whose}".encode("utf-8", "surrogatepass")
        return BudgetName(hmac.digest(self._secret.reveal(), said, "sha256")[:_LENGTH])
