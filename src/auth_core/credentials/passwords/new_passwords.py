"""The one way to the hash of a password somebody has chosen: nobody can forget what it must be."""

from collections.abc import Iterable
from dataclasses import dataclass

from auth_core.credentials.passwords.checker import faults_of, normalized
from auth_core.credentials.passwords.errors import WeakPassword
from auth_core.credentials.passwords.made_up import a_made_up_password
from auth_core.credentials.passwords.model import PasswordHash, StoredPassword
from auth_core.credentials.passwords.policy import BreachFallback, PasswordPolicy
from auth_core.credentials.passwords.ports import BreachedPasswords, CommonPasswords, HashingTurn
from auth_core.entropy import Entropy
from auth_core.errors import Fault, Rejected, Unavailable
from auth_core.redacted import Redacted
from auth_core.tally import Tally


@dataclass(frozen=True, slots=True)
class VettedPassword:
    """A password that may be used. Only `NewPasswords` makes them."""

    _password: Redacted[str]
    _field: str

    async def hash(self, turn: HashingTurn, *, former: Iterable[StoredPassword] = ()) -> PasswordHash:
        """Hash it, unless it is one of the `former` passwords: each costs a hash. Raises: WeakPassword."""
        for each in former:
            if (await turn.verify(self._password, each.hash)).matches:
                raise WeakPassword(Fault(self._field, "used_before", "Choose a password you have not used before."))
        return await turn.hash(self._password)


@dataclass(frozen=True, slots=True, kw_only=True)
class NewPasswords:
    """Judges the passwords people choose. It may ask others, so no connection and no hashing turn is held meanwhile.

    Nobody is asked about leaks without `breached`. `outcomes` counts what came of asking.
    """

    policy: PasswordPolicy
    common: CommonPasswords
    breached: BreachedPasswords | None
    outcomes: Tally

    async def vet(
        self,
        password: Redacted[str],
        *,
        field: str,
        context: Iterable[str] = (),
        unlike: Redacted[str] | None = None,
        besides: Iterable[Fault] = (),
    ) -> VettedPassword:
        """Return the password as one that may be used.

        `context` are words that are known of its owner, `unlike` is the password it takes the place of. `besides` is
        what else is wrong with the input.
        Raises: WeakPassword, Rejected with every fault when there is any `besides`; Unavailable when it cannot be told
        whether the password has leaked and the policy says that it must be.
        """
        others = tuple(besides)
        weaknesses = await self._faults(password, field, context, unlike)
        if others:
            raise Rejected(*others, *weaknesses)
        if weaknesses:
            raise WeakPassword(*weaknesses)
        return VettedPassword(password, field)

    def make_up(self, entropy: Entropy) -> tuple[Redacted[str], VettedPassword]:
        """Return a password nobody has thought of, as text for its owner and as one that may be used."""
        made_up = a_made_up_password(entropy, at_least=self.policy.min_length)
        return made_up, VettedPassword(made_up, "password")

    async def _faults(
        self, password: Redacted[str], field: str, context: Iterable[str], unlike: Redacted[str] | None
    ) -> tuple[Fault, ...]:
        faults = faults_of(password, field=field, policy=self.policy, common=self.common, context=context)
        if unlike is not None and normalized(password).reveal() == normalized(unlike).reveal():
            faults += (Fault(field, "unchanged", "Choose a password other than the current one."),)
        # Whether it has leaked does not matter when it is refused anyway: another one has to be found.
        if not faults and await self._has_leaked(password):
            return (Fault(field, "breached", "This password has become known in a data breach elsewhere."),)
        return faults

    async def _has_leaked(self, password: Redacted[str]) -> bool:
        if self.breached is None:
            return False
        try:
            leaked = await self.breached.has(password)
        except Unavailable:
            self.outcomes.note("unknown")
            if self.policy.breach_fallback is BreachFallback.REFUSE:
                raise
            return False
        self.outcomes.note("breached" if leaked else "clear")
        return leaked
