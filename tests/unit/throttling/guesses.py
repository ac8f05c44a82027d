"""A core that counts, somebody with an account, and whoever guesses."""

from dataclasses import dataclass, replace
from datetime import timedelta

from auth_adapters.memory import FOR_TESTS
from auth_core import Allowance, InvalidCredentials, Origin, Redacted, ThrottlePolicy, TooManyAttempts
from auth_core.login.model import LoggedIn
from auth_core.testing import PlainWording, an_email
from auth_core.users.model import User
from tests.unit.core_in_memory import PASSWORD, Core

HOUR = timedelta(hours=1)
FEW = ThrottlePolicy(
    account=Allowance(tries=3, period=HOUR),
    source=Allowance(tries=6, period=HOUR),
    global_=Allowance(tries=40, period=HOUR),
    device=Allowance(tries=3, period=HOUR),
    session=Allowance(tries=3, period=HOUR),
    secrets=Allowance(tries=3, period=HOUR),
    registrations=Allowance(tries=4, period=HOUR),
    all_registrations=Allowance(tries=30, period=HOUR),
    mails=Allowance(tries=4, period=HOUR),
    all_mails=Allowance(tries=8, period=HOUR),
)
"""The same as ever, but so little of it that tests are quick."""

HOME = Origin(address="192.0.2.1")


@dataclass(frozen=True, slots=True, kw_only=True)
class Guessing:
    """The core, and a person whom somebody wants to be."""

    core: Core
    victim: User
    wording: PlainWording | None = None

    async def guess(
        self,
        email: str | None = None,
        *,
        password: str = "a wrong guess",
        at: str | None = None,
        token: Redacted[str] | None = None,
    ) -> str:
        """Try to sign in; return what came of it: `in`, `wrong` or `refused`."""
        try:
            await self.log_in(email or self.victim.email.address, password=password, at=at, token=token)
        except InvalidCredentials:
            return "wrong"
        except TooManyAttempts:
            return "refused"
        return "in"

    async def log_in(
        self,
        email: str | None = None,
        *,
        password: str = PASSWORD,
        at: str | None = None,
        token: Redacted[str] | None = None,
    ) -> LoggedIn:
        return await self.core.auth.login.log_in(
            email=email or self.victim.email.address,
            password=Redacted(password),
            origin=HOME if at is None else Origin(address=at),
            device_token=token,
        )

    async def sent(self, kind: str) -> Redacted[str]:
        """Return the token of the last mail of this kind."""
        assert self.wording is not None
        while await self.core.auth.outbox.deliver():
            pass
        [*_, last] = self.wording.of_kind(kind)
        token: Redacted[str] = last.token  # type: ignore[union-attr]  # whoever asks knows the kind
        return token

    async def exhaust(self, email: str | None = None, *, most: int = 10) -> None:
        """Guess until it is refused, from a new place each time."""
        for number in range(most):
            if await self.guess(email, at=f"203.0.113.{number}") == "refused":
                return
        raise AssertionError("nobody was ever refused")


async def a_guessing(policy: ThrottlePolicy = FEW) -> Guessing:
    core = await Core.make(policies=replace(FOR_TESTS, throttling=policy))
    return Guessing(core=core, victim=await core.create(an_email()))
