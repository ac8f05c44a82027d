"""The rooms of tokens, of what has been revoked, and of the services that ask about both."""

from auth_core.assembly.policies import Policies
from auth_core.assembly.ports import Ports
from auth_core.assembly.shared import Shared
from auth_core.oauth.authentication import ClientAuthentication
from auth_core.oauth.change_client import ChangeClient
from auth_core.oauth.create_client import CreateClient
from auth_core.oauth.delete_client import DeleteClient
from auth_core.oauth.introspect import Introspect
from auth_core.oauth.list_clients import ListClients, LookUpClient, LookUpClientByName
from auth_core.oauth.revoke_token import RevokeToken
from auth_core.oauth.rotate_secret import RotateSecret
from auth_core.revocation.follow import FollowRevocations
from auth_core.revocation.policy import AccessCheckMode, Fallback, RevocationPolicy
from auth_core.revocation.read_revocations import ReadRevocations
from auth_core.revocation.revoked_set import RevokedSet
from auth_core.rooms import OAuthRoom, RevocationRoom, TokensRoom
from auth_core.tally import Tallies
from auth_core.tokens.followed_check import AcceptsWhatItCannotTell, FollowedAccessCheck, RefusesWhatItCannotTell
from auth_core.tokens.list_keys import ListKeys
from auth_core.tokens.load_keys import LoadKeys
from auth_core.tokens.ports import AccessCheck
from auth_core.tokens.publish_keys import PublishKeys
from auth_core.tokens.revoke_key import RevokeKey
from auth_core.tokens.rotate_keys import RotateKeys
from auth_core.tokens.succession import Succession
from auth_core.tokens.verified_tokens import VerifiedTokens
from auth_core.tokens.verify_access_token import VerifyAccessToken


def tokens_room(ports: Ports, policies: Policies, shared: Shared) -> TokensRoom:
    """Signing and verifying, and the keys for it."""
    verified = VerifiedTokens(most=policies.tokens.remembered)
    ports.key_ring.when_a_key_goes(verified.forget_all)
    ports.key_ring.mistrust(shared.revoked.covers_key)
    shared.revoked.when_a_key_goes(verified.forget_all)
    succession = Succession(maker=ports.key_maker, record=shared.record, clock=ports.clock, policy=policies.tokens)
    return TokensRoom(
        verify_access_token=VerifyAccessToken(
            signer=ports.access_tokens,
            verified=verified,
            check=_access_check(ports, policies.revocation, shared.revoked, shared.tallies),
            clock=ports.clock,
            policy=policies.tokens,
            outcomes=shared.tallies.verifications,
        ),
        publish_keys=PublishKeys(ring=ports.key_ring, maker=ports.key_maker, clock=ports.clock),
        load_keys=LoadKeys(uow=shared.uow, ring=ports.key_ring, clock=ports.clock),
        list_keys=ListKeys(uow=shared.uow, clock=ports.clock, policy=policies.tokens),
        rotate_keys=RotateKeys(
            uow=shared.uow, succession=succession, ring=ports.key_ring, clock=ports.clock, policy=policies.tokens
        ),
        revoke_key=RevokeKey(
            uow=shared.uow,
            succession=succession,
            ring=ports.key_ring,
            revoke=shared.revoke,
            record=shared.record,
            clock=ports.clock,
            policy=policies.tokens,
        ),
    )


def revocation_room(ports: Ports, policies: Policies, shared: Shared) -> RevocationRoom:
    """What has been revoked."""
    return RevocationRoom(
        follow=FollowRevocations(
            feed=ports.revocation_feed, revoked=shared.revoked, clock=ports.clock, policy=policies.revocation
        ),
        read=ReadRevocations(feed=ports.revocation_feed),
        revoked=shared.revoked,
    )


def oauth_room(ports: Ports, policies: Policies, shared: Shared, tokens: TokensRoom) -> OAuthRoom:
    """Other services."""
    authenticate = ClientAuthentication(
        known=ports.known_clients, uow=shared.uow, record=shared.record, clock=ports.clock, throttle=shared.throttle
    )
    return OAuthRoom(
        create_client=CreateClient(
            uow=shared.uow,
            record=shared.record,
            clock=ports.clock,
            entropy=ports.entropy,
            ids=shared.ids,
            answers=shared.answers,
        ),
        list_clients=ListClients(uow=shared.uow),
        look_up_client=LookUpClient(uow=shared.uow),
        look_up_client_by_name=LookUpClientByName(uow=shared.uow),
        change_client=ChangeClient(uow=shared.uow, record=shared.record, clock=ports.clock),
        rotate_secret=RotateSecret(
            uow=shared.uow, record=shared.record, clock=ports.clock, entropy=ports.entropy, policy=policies.clients
        ),
        delete_client=DeleteClient(uow=shared.uow, record=shared.record, clock=ports.clock),
        authenticate=authenticate,
        introspect=Introspect(
            authenticate=authenticate,
            tokens=tokens,
            token_pairs=shared.token_pairs,
            uow=shared.uow,
            clock=ports.clock,
            policy=policies.tokens,
        ),
        revoke=RevokeToken(
            authenticate=authenticate,
            tokens=tokens,
            token_pairs=shared.token_pairs,
            uow=shared.uow,
            end_session=shared.end_session,
            clock=ports.clock,
        ),
    )


def _access_check(ports: Ports, policy: RevocationPolicy, revoked: RevokedSet, tallies: Tallies) -> AccessCheck:
    if policy.access_check is AccessCheckMode.DATABASE:
        return ports.access_check
    fallback: AccessCheck
    match policy.fallback:
        case Fallback.DATABASE:
            fallback = ports.access_check
        case Fallback.STRICT:
            fallback = RefusesWhatItCannotTell()
        case Fallback.LENIENT:
            fallback = AcceptsWhatItCannotTell()
    return FollowedAccessCheck(
        revoked=revoked, fallback=fallback, clock=ports.clock, policy=policy, fallbacks=tallies.fallbacks
    )
