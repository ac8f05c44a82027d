"""First answers, sealed in a vault of their own."""

from auth_adapters.key_vault import CannotUnseal, KeyVault
from auth_core.idempotency.model import AnswerName
from auth_core.idempotency.ports import SealedAnswer
from auth_core.redacted import Redacted


class SealingAnswerVault:
    """Seals each answer for its name: one that is put in another's place does not open."""

    def __init__(self, vault: KeyVault) -> None:
        self._vault = vault

    def seal(self, answer: Redacted[bytes], *, name: AnswerName) -> SealedAnswer:
        return SealedAnswer(self._vault.seal(answer, context=_context_of(name)))

    def open(self, sealed: SealedAnswer, *, name: AnswerName) -> Redacted[bytes] | None:
        try:
            return self._vault.open(sealed, context=_context_of(name))
        except CannotUnseal:
            return None


def _context_of(name: AnswerName) -> str:
    return f"first answer {name.hex()}"
