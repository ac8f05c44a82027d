"""The other assembly, for a process that verifies access tokens and does nothing else: no store, and no secret."""

from dataclasses import dataclass

from auth_core.clock import Clock
from auth_core.revocation.follow import FollowRevocations
from auth_core.revocation.policy import AccessCheckMode, Fallback, RevocationPolicy
from auth_core.revocation.ports import RevocationFeed
from auth_core.revocation.revoked_set import RevokedSet
from auth_core.tokens.followed_check import AcceptsWhatItCannotTell, FollowedAccessCheck, RefusesWhatItCannotTell
from auth_core.tokens.policy import TokenPolicy
from auth_core.tokens.ports import AccessCheck, TokenOpener
from auth_core.tokens.verified_tokens import VerifiedTokens
from auth_core.tokens.verify_access_token import VerifyAccessToken


@dataclass(frozen=True, slots=True, kw_only=True)
class Verifier:
    """What such a process needs. `follow` keeps it up to date; without a feed there is nothing to follow.

    `lenient` counts the tokens that were accepted though nobody could tell whether they were revoked; it is None where
    none ever is. `verified` is to be emptied when a key is not trusted any more.
    """

    verify_access_token: VerifyAccessToken
    follow: FollowRevocations | None
    lenient: AcceptsWhatItCannotTell | None
    verified: VerifiedTokens


def assemble_verifier(
    *,
    opener: TokenOpener,
    feed: RevocationFeed | None,
    clock: Clock,
    tokens: TokenPolicy,
    revocation: RevocationPolicy,
) -> Verifier:
    """Wire what is needed to verify access tokens; without a feed they are good until they expire.

    Raises: ValueError for a policy that asks for the store.
    """
    if Fallback.DATABASE is revocation.fallback or AccessCheckMode.DATABASE is revocation.access_check:
        raise ValueError("there is no store to ask here: the fallback is to be strict or lenient")
    verified = VerifiedTokens(most=tokens.remembered)
    lenient = AcceptsWhatItCannotTell() if feed is None or revocation.fallback is Fallback.LENIENT else None
    check: AccessCheck = lenient or RefusesWhatItCannotTell()
    follow = None
    if feed is not None:
        revoked = RevokedSet(most=revocation.most)
        revoked.when_a_key_goes(verified.forget_all)
        follow = FollowRevocations(feed=feed, revoked=revoked, clock=clock, policy=revocation)
        check = FollowedAccessCheck(revoked=revoked, fallback=check, clock=clock, policy=revocation)
    return Verifier(
        verify_access_token=VerifyAccessToken(
            signer=opener, check=check, clock=clock, policy=tokens, verified=verified
        ),
        follow=follow,
        lenient=lenient,
        verified=verified,
    )
