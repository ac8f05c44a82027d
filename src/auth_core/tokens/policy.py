"""Our choices about tokens and the keys that sign them."""

from dataclasses import dataclass
from datetime import timedelta

from auth_core.tokens.keys import Algorithm


@dataclass(frozen=True, slots=True, kw_only=True)
class TokenPolicy:
    """Who issues tokens, for whom, for how long, and how their keys come and go.

    `jwks_cache` is how long others may keep our key set; `key_reload` how long a process of ours may take to notice a
    new key; `clock_skew` by how much our clocks may differ. A key signs only once it has been published for longer than
    all of them together. A change of `algorithm` is for the next key: those there are go on. `remembered` bounds how
    many verified tokens a process remembers, so that their signatures are checked once.
    """

    issuer: str
    audience: str
    client_id: str = "first-party"
    access_lifetime: timedelta = timedelta(minutes=15)
    clock_skew: timedelta = timedelta(seconds=10)
    algorithm: Algorithm = Algorithm.ES256
    key_rotation: timedelta = timedelta(days=30)
    jwks_cache: timedelta = timedelta(minutes=5)
    key_reload: timedelta = timedelta(minutes=1)
    remembered: int = 2048

    def __post_init__(self) -> None:
        if not self.issuer or not self.audience or not self.client_id:
            raise ValueError("issuer, audience and client_id must not be empty")
        if not timedelta(seconds=30) <= self.access_lifetime <= timedelta(days=1):
            raise ValueError("access_lifetime must lie between 30 seconds and a day")
        if self.key_rotation <= self.publication + self.access_lifetime:
            raise ValueError("key_rotation must be longer than a key takes to be published and to be forgotten")
        if self.remembered < 0:
            raise ValueError("remembered must not be negative")

    @property
    def longest_life(self) -> timedelta:
        """How long after it was issued a token may still be accepted somewhere, by the clock of whoever issued it."""
        return self.access_lifetime + self.clock_skew

    @property
    def publication(self) -> timedelta:
        """How long a key is published before it signs."""
        return self.jwks_cache + self.key_reload + self.clock_skew

    @property
    def key_mistrust(self) -> timedelta:
        """How long after a key was revoked somebody may still have it in their copy of our keys."""
        return self.jwks_cache + self.retirement

    @property
    def retirement(self) -> timedelta:
        """How long a key is still published after its successor has begun to sign."""
        return self.access_lifetime + self.key_reload + self.clock_skew
