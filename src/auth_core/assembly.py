"""The wiring: ports and policies in, use cases out. The only place that knows them all."""

from dataclasses import dataclass
from typing import Protocol

from auth_core.access.define_role import DefineRole
from auth_core.access.delete_role import DeleteRole
from auth_core.access.list_roles import ListRoles, LookUpRole
from auth_core.access.ports import RolesEditTx
from auth_core.access.preview_role import PreviewRole
from auth_core.access.role_guard import RoleGuard
from auth_core.audit.erase import ErasePersonalData
from auth_core.audit.erasure import Erasure
from auth_core.audit.export_events import ExportEvents
from auth_core.audit.list_events import ListEvents
from auth_core.audit.make_room import MakeRoom
from auth_core.audit.policy import AuditPolicy
from auth_core.audit.ports import HeadSigner
from auth_core.audit.read_head import ReadHead
from auth_core.audit.recorder import Recorder
from auth_core.audit.remove_old import RemoveOldEvents
from auth_core.audit.seal import SealEvents
from auth_core.audit.verify_trail import VerifyTrail
from auth_core.clock import Clock
from auth_core.credentials.passwords.change_password import ChangePassword
from auth_core.credentials.passwords.model import PasswordHash
from auth_core.credentials.passwords.new_passwords import NewPasswords
from auth_core.credentials.passwords.policy import PasswordPolicy
from auth_core.credentials.passwords.ports import (
    BreachedPasswords,
    ChangePasswordTx,
    CommonPasswords,
    HashTransfer,
    PasswordHasher,
)
from auth_core.entropy import Entropy
from auth_core.even_time import EvenTime
from auth_core.idempotency.first_answers import FirstAnswers
from auth_core.idempotency.policy import IdempotencyPolicy
from auth_core.idempotency.ports import AnswerVault
from auth_core.ids import Ids
from auth_core.login.log_in import LogIn
from auth_core.login.ports import Candidates, LoginTx
from auth_core.oauth.authentication import ClientAuthentication
from auth_core.oauth.change_client import ChangeClient
from auth_core.oauth.create_client import CreateClient
from auth_core.oauth.delete_client import DeleteClient
from auth_core.oauth.introspect import Introspect
from auth_core.oauth.list_clients import ListClients, LookUpClient, LookUpClientByName
from auth_core.oauth.policy import ClientPolicy
from auth_core.oauth.ports import ClientsTx, KnownClients
from auth_core.oauth.revoke_token import RevokeToken
from auth_core.oauth.rotate_secret import RotateSecret
from auth_core.outbox.deliver import DeliverMessages
from auth_core.outbox.drop_message import DropMessage
from auth_core.outbox.lane import Lane
from auth_core.outbox.list_messages import ListMessages
from auth_core.outbox.look import LookAtOutbox
from auth_core.outbox.model import SealedMessage
from auth_core.outbox.policy import DeliveryPolicy
from auth_core.outbox.ports import Arrivals, MailPorts, MessageVault, OutboxEditTx, OutboxQueue
from auth_core.outbox.posting import Posting
from auth_core.outbox.retry_message import RetryMessage
from auth_core.recovery.accept_invitation import AcceptInvitation, LookAtInvitation
from auth_core.recovery.asking import Asking
from auth_core.recovery.choose_password import ChooseForgottenPassword
from auth_core.recovery.confirm_email_change import ConfirmEmailChange
from auth_core.recovery.ports import RecoveryTx
from auth_core.recovery.request_email_change import RequestEmailChange
from auth_core.recovery.request_password_reset import RequestPasswordReset
from auth_core.recovery.resend_verification import ResendVerification
from auth_core.recovery.turning_out import TurningOut
from auth_core.recovery.undo_email_change import UndoEmailChange
from auth_core.recovery.verify_email import VerifyEmail
from auth_core.revocation.enforcing import EnforcingUnitOfWork
from auth_core.revocation.follow import FollowRevocations
from auth_core.revocation.policy import AccessCheckMode, Fallback, RevocationPolicy
from auth_core.revocation.ports import RevocationFeed, RevocationsTx
from auth_core.revocation.read_revocations import ReadRevocations
from auth_core.revocation.revoked_set import RevokedSet
from auth_core.revocation.revoking import Revoking
from auth_core.rooms import (
    AccessRoom,
    AuditRoom,
    AuthCore,
    LoginRoom,
    OAuthRoom,
    OutboxRoom,
    PasswordsRoom,
    RecoveryRoom,
    RevocationRoom,
    SessionsRoom,
    ThrottlingRoom,
    TokensRoom,
    UpkeepRoom,
    UsersRoom,
    WebhooksRoom,
)
from auth_core.sessions.administer_sessions import EndSessionOfUser, EndSessionsOfUser, ListSessionsOfUser
from auth_core.sessions.ending import SessionEnd
from auth_core.sessions.export_own_data import ExportOwnData
from auth_core.sessions.list_sessions import ListSessions
from auth_core.sessions.log_out import LogOut, LogOutElsewhere, LogOutEverywhere
from auth_core.sessions.opening import SessionOpening
from auth_core.sessions.policy import SessionPolicy
from auth_core.sessions.ports import LogOutEverywhereTx, RefreshChains, RefreshTx, Sessions
from auth_core.sessions.refresh import Refresh
from auth_core.sessions.revoke_sessions import RevokeSession
from auth_core.sessions.token_pair import TokenPairs
from auth_core.tally import Tallies
from auth_core.throttling.clear import ClearBudgets
from auth_core.throttling.device import Devices
from auth_core.throttling.guard import ThrottleGuard
from auth_core.throttling.look import LookAtBudgets
from auth_core.throttling.policy import ThrottlePolicy
from auth_core.throttling.ports import BudgetNames, Budgets, DeviceTokens
from auth_core.throttling.refusals import RecentRefusals
from auth_core.tokens.followed_check import AcceptsWhatItCannotTell, FollowedAccessCheck, RefusesWhatItCannotTell
from auth_core.tokens.key_ring import KeyRing
from auth_core.tokens.keys import KeyMaterial
from auth_core.tokens.list_keys import ListKeys
from auth_core.tokens.load_keys import LoadKeys
from auth_core.tokens.policy import TokenPolicy
from auth_core.tokens.ports import AccessCheck, KeyMaker, KeysTx, TokenSigner
from auth_core.tokens.publish_keys import PublishKeys
from auth_core.tokens.revoke_key import RevokeKey
from auth_core.tokens.rotate_keys import RotateKeys
from auth_core.tokens.succession import Succession
from auth_core.tokens.verified_tokens import VerifiedTokens
from auth_core.tokens.verify_access_token import VerifyAccessToken
from auth_core.unit_of_work import UnitOfWork
from auth_core.upkeep.erase_deleted import EraseDeleted
from auth_core.upkeep.erase_unproven import EraseUnproven
from auth_core.upkeep.erasing_many import ErasingMany
from auth_core.upkeep.ports import Purgeable, Sealer
from auth_core.upkeep.purge import Purge
from auth_core.upkeep.reseal import Reseal
from auth_core.users.arriving import ArrivalCheck
from auth_core.users.change_roles import ChangeRoles, SetRoles
from auth_core.users.closing import Closing
from auth_core.users.create import CreateUser
from auth_core.users.delete_user import DeleteUser, RestoreUser
from auth_core.users.erase import EraseUser
from auth_core.users.erasing import Erasing
from auth_core.users.explain_permission import ExplainPermission
from auth_core.users.export_users import ExportUsers
from auth_core.users.import_users import ImportUsers
from auth_core.users.invitations import SendInvitationAgain, WithdrawInvitation
from auth_core.users.invite import InviteUser
from auth_core.users.inviting import Inviting
from auth_core.users.leave import Leave
from auth_core.users.list_roles_of_user import ListRolesOfUser
from auth_core.users.list_users import ListUsers
from auth_core.users.look_up import LookUpByEmail, LookUpListed, LookUpProfile
from auth_core.users.policy import UserPolicy
from auth_core.users.ports import (
    DirectoryTx,
    HoldersTx,
    MoversTx,
    PasswordResetTx,
    Profiles,
    ProfileTx,
    SetUpTx,
    Users,
)
from auth_core.users.profile_changes import ProfileChanges
from auth_core.users.register import Register
from auth_core.users.reset_password import ForcePasswordChange, ResetPassword
from auth_core.users.role_changes import RoleChanges
from auth_core.users.set_up import SetUpAdministrator
from auth_core.users.suspend import DisableUser, EnableUser
from auth_core.users.update_profile import UpdateProfile
from auth_core.users.update_user import UpdateUser
from auth_core.users.user_guard import UserGuard
from auth_core.verification.policy import VerificationPolicy
from auth_core.verification.proof_mail import ProofMail
from auth_core.webhooks.change_webhook import ChangeWebhook
from auth_core.webhooks.create_webhook import CreateWebhook
from auth_core.webhooks.delete_webhook import DeleteWebhook
from auth_core.webhooks.deliver_webhooks import DeliverWebhooks
from auth_core.webhooks.list_deliveries import ListWebhookDeliveries
from auth_core.webhooks.list_webhooks import ListWebhooks, LookUpWebhook
from auth_core.webhooks.look_at_deliveries import LookAtDeliveries
from auth_core.webhooks.model import SealedSecret
from auth_core.webhooks.policy import WebhookPolicy
from auth_core.webhooks.ports import TellingTx, WebhookQueue, WebhookSender, WebhookVault
from auth_core.webhooks.replay import ReplayDelivery, ReplayFailed
from auth_core.webhooks.rotate_webhook_secret import RotateWebhookSecret
from auth_core.webhooks.signing import Signing
from auth_core.webhooks.try_webhook import TryWebhook


class Tx(
    SetUpTx,
    ProfileTx,
    ChangePasswordTx,
    LoginTx,
    RefreshTx,
    LogOutEverywhereTx,
    KeysTx,
    PasswordResetTx,
    ClientsTx,
    HoldersTx,
    DirectoryTx,
    MoversTx,
    RolesEditTx,
    TellingTx,
    OutboxEditTx,
    RecoveryTx,
    RevocationsTx,
    Protocol,
):
    """Everything a transaction gives: the slices of all rooms together."""

    @property
    def users(self) -> Users: ...

    @property
    def sessions(self) -> Sessions: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Ports:
    """What the core needs from outside: one adapter for each.

    Without `mail` no person is told anything, and without `webhook_sender` no program.
    """

    clock: Clock
    entropy: Entropy
    even_time: EvenTime
    uow: UnitOfWork[Tx]
    candidates: Candidates
    profiles: Profiles
    refresh_chains: RefreshChains
    access_check: AccessCheck
    ended_sessions: Purgeable
    revocation_feed: RevocationFeed
    old_revocations: Purgeable
    old_answers: Purgeable
    known_clients: KnownClients
    outbox_queue: OutboxQueue
    arrivals: Arrivals
    old_messages: Purgeable
    old_tokens: Purgeable
    hasher: PasswordHasher
    common_passwords: CommonPasswords
    hash_transfer: HashTransfer
    key_ring: KeyRing
    key_maker: KeyMaker
    key_sealer: Sealer[KeyMaterial]
    password_sealer: Sealer[PasswordHash]
    message_vault: MessageVault
    message_sealer: Sealer[SealedMessage]
    access_tokens: TokenSigner
    refresh_tokens: TokenSigner
    head_signer: HeadSigner
    answer_vault: AnswerVault
    webhook_queue: WebhookQueue
    old_webhook_deliveries: Purgeable
    webhook_vault: WebhookVault
    webhook_sealer: Sealer[SealedSecret]
    budgets: Budgets
    budget_names: BudgetNames
    device_tokens: DeviceTokens
    breached_passwords: BreachedPasswords | None = None
    mail: MailPorts | None = None
    webhook_sender: WebhookSender | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Policies:
    """Our choices; every one but the issuer has a default that is fit for production."""

    tokens: TokenPolicy
    users: UserPolicy = UserPolicy()
    passwords: PasswordPolicy = PasswordPolicy()
    sessions: SessionPolicy = SessionPolicy()
    revocation: RevocationPolicy = RevocationPolicy()
    clients: ClientPolicy = ClientPolicy()
    audit: AuditPolicy = AuditPolicy()
    idempotency: IdempotencyPolicy = IdempotencyPolicy()
    delivery: DeliveryPolicy = DeliveryPolicy()
    webhooks: WebhookPolicy = WebhookPolicy()
    verification: VerificationPolicy = VerificationPolicy()
    throttling: ThrottlePolicy = ThrottlePolicy()


def assemble(ports: Ports, policies: Policies) -> AuthCore:
    """Wire every use case to its ports and policies."""
    clock, hasher, tallies = ports.clock, ports.hasher, Tallies()
    revoked = RevokedSet(most=policies.revocation.most)
    uow = EnforcingUnitOfWork(ports.uow, revoked)
    ids = Ids(clock=clock, entropy=ports.entropy)
    record = Recorder(ids=ids, written=tallies.events)
    post = Posting(ids=ids, vault=ports.message_vault if ports.mail else None)
    mail = ProofMail(post=post, entropy=ports.entropy, policy=policies.verification)
    inviting = Inviting(mail=mail, policy=policies.users)
    revoke = Revoking(clock=clock, longest_life=policies.tokens.longest_life)
    # A refresh does not wait for a change of rights: a token with the old ones may begin its life until the commit.
    revoke_rights = Revoking(clock=clock, longest_life=policies.tokens.longest_life + policies.revocation.overlap)
    answers = FirstAnswers(uow=uow, vault=ports.answer_vault, clock=clock, policy=policies.idempotency)
    guard_role = RoleGuard(record=record, clock=clock)
    guard_user = UserGuard(record=record, clock=clock)
    change_profile = ProfileChanges(record=record, post=post, clock=clock)
    close_account = Closing(record=record, revoke=revoke)
    change_roles = RoleChanges(record=record, revoke=revoke_rights, clock=clock)
    erasure = Erasure(uow=uow, record=record)
    erasing = Erasing(uow=uow, erasure=erasure, record=record, clock=clock)
    erase_many = ErasingMany(uow=uow, erasing=erasing)
    end_session = SessionEnd(record=record, revoke=revoke)
    throttle = ThrottleGuard(
        budgets=ports.budgets,
        names=ports.budget_names,
        recent=RecentRefusals(),
        record=record,
        clock=clock,
        policy=policies.throttling,
        refusals=tallies.throttled,
    )
    devices = Devices(tokens=ports.device_tokens, entropy=ports.entropy, clock=clock, policy=policies.throttling)
    new_passwords = NewPasswords(
        policy=policies.passwords,
        common=ports.common_passwords,
        breached=ports.breached_passwords,
        outcomes=tallies.breach_checks,
    )
    verified = VerifiedTokens(most=policies.tokens.remembered)
    ports.key_ring.when_a_key_goes(verified.forget_all)
    ports.key_ring.mistrust(revoked.covers_key)
    revoked.when_a_key_goes(verified.forget_all)
    token_pairs = TokenPairs(
        access_tokens=ports.access_tokens,
        refresh_tokens=ports.refresh_tokens,
        ids=ids,
        clock=clock,
        policy=policies.tokens,
    )
    succession = Succession(maker=ports.key_maker, record=record, clock=clock, policy=policies.tokens)
    tokens = TokensRoom(
        verify_access_token=VerifyAccessToken(
            signer=ports.access_tokens,
            verified=verified,
            check=_access_check(ports, policies.revocation, revoked, tallies),
            clock=clock,
            policy=policies.tokens,
            outcomes=tallies.verifications,
        ),
        publish_keys=PublishKeys(ring=ports.key_ring, maker=ports.key_maker, clock=clock),
        load_keys=LoadKeys(uow=uow, ring=ports.key_ring, clock=clock),
        list_keys=ListKeys(uow=uow, clock=clock, policy=policies.tokens),
        rotate_keys=RotateKeys(
            uow=uow, succession=succession, ring=ports.key_ring, clock=clock, policy=policies.tokens
        ),
        revoke_key=RevokeKey(
            uow=uow,
            succession=succession,
            ring=ports.key_ring,
            revoke=revoke,
            record=record,
            clock=clock,
            policy=policies.tokens,
        ),
    )
    authenticate = ClientAuthentication(
        known=ports.known_clients, uow=uow, record=record, clock=clock, throttle=throttle
    )
    ask, turn_out = Asking(mail=mail), TurningOut(revoke=revoke)
    sign_webhook = Signing(vault=ports.webhook_vault, clock=clock)
    return AuthCore(
        users=UsersRoom(
            register=Register(
                uow=uow,
                hasher=hasher,
                mail=mail,
                record=record,
                clock=clock,
                ids=ids,
                policy=policies.users,
                new_passwords=new_passwords,
                answers=answers,
                throttle=throttle,
                even_time=ports.even_time,
            ),
            create=CreateUser(
                uow=uow,
                hasher=hasher,
                record=record,
                clock=clock,
                ids=ids,
                new_passwords=new_passwords,
                answers=answers,
            ),
            invite=InviteUser(uow=uow, inviting=inviting, record=record, clock=clock, ids=ids, answers=answers),
            invite_again=SendInvitationAgain(
                uow=uow, guard=guard_user, inviting=inviting, record=record, clock=clock, answers=answers
            ),
            withdraw_invitation=WithdrawInvitation(uow=uow, guard=guard_user, record=record, clock=clock),
            set_up=SetUpAdministrator(
                uow=uow,
                hasher=hasher,
                record=record,
                clock=clock,
                ids=ids,
                policy=policies.users,
                new_passwords=new_passwords,
                answers=answers,
                throttle=throttle,
            ),
            look_up=LookUpProfile(profiles=ports.profiles),
            look_up_by_email=LookUpByEmail(uow=uow),
            list=ListUsers(uow=uow),
            look_up_listed=LookUpListed(uow=uow),
            update_profile=UpdateProfile(uow=uow, change=change_profile),
            disable=DisableUser(uow=uow, guard=guard_user, close=close_account, clock=clock, answers=answers),
            enable=EnableUser(uow=uow, guard=guard_user, record=record, clock=clock, answers=answers),
            update=UpdateUser(uow=uow, guard=guard_user, change=change_profile, answers=answers),
            delete=DeleteUser(uow=uow, guard=guard_user, close=close_account, clock=clock, answers=answers),
            restore=RestoreUser(
                uow=uow, guard=guard_user, record=record, clock=clock, answers=answers, policy=policies.users
            ),
            leave=Leave(
                uow=uow,
                hasher=hasher,
                guard=guard_user,
                close=close_account,
                record=record,
                post=post,
                clock=clock,
                policy=policies.users,
                throttle=throttle,
            ),
            erase=EraseUser(uow=uow, guard=guard_user, close=close_account, erasing=erasing, clock=clock),
            reset_password=ResetPassword(
                uow=uow,
                hasher=hasher,
                guard=guard_user,
                record=record,
                revoke=revoke,
                clock=clock,
                entropy=ports.entropy,
                new_passwords=new_passwords,
            ),
            force_password_change=ForcePasswordChange(uow=uow, guard=guard_user, record=record, clock=clock),
            change_roles=ChangeRoles(uow=uow, change=change_roles),
            set_roles=SetRoles(uow=uow, change=change_roles),
            list_roles=ListRolesOfUser(uow=uow),
            explain_permission=ExplainPermission(uow=uow),
            import_all=ImportUsers(
                uow=uow,
                check=ArrivalCheck(transfer=ports.hash_transfer, ids=ids),
                transfer=ports.hash_transfer,
                record=record,
                clock=clock,
            ),
            export_all=ExportUsers(uow=uow, transfer=ports.hash_transfer, record=record, clock=clock),
        ),
        access=AccessRoom(
            list_roles=ListRoles(uow=uow),
            look_up_role=LookUpRole(uow=uow),
            define_role=DefineRole(
                uow=uow, guard=guard_role, record=record, revoke=revoke_rights, clock=clock, answers=answers
            ),
            delete_role=DeleteRole(uow=uow, guard=guard_role, record=record, clock=clock),
            preview_role=PreviewRole(uow=uow),
        ),
        passwords=PasswordsRoom(
            change_password=ChangePassword(
                uow=uow,
                hasher=hasher,
                record=record,
                revoke=revoke,
                post=post,
                clock=clock,
                new_passwords=new_passwords,
                throttle=throttle,
            )
        ),
        login=LoginRoom(
            log_in=LogIn(
                candidates=ports.candidates,
                uow=uow,
                hasher=hasher,
                open_session=SessionOpening(ids=ids, record=record, revoke=revoke, policy=policies.sessions),
                token_pairs=token_pairs,
                record=record,
                revoke=revoke,
                post=post,
                clock=clock,
                new_passwords=new_passwords,
                throttle=throttle,
                devices=devices,
                even_time=ports.even_time,
            )
        ),
        sessions=SessionsRoom(
            refresh=Refresh(
                chains=ports.refresh_chains,
                uow=uow,
                token_pairs=token_pairs,
                end_session=end_session,
                record=record,
                clock=clock,
                policy=policies.sessions,
                outcomes=tallies.refreshes,
            ),
            log_out=LogOut(uow=uow, end_session=end_session, clock=clock),
            log_out_elsewhere=LogOutElsewhere(uow=uow, record=record, revoke=revoke, clock=clock),
            log_out_everywhere=LogOutEverywhere(uow=uow, record=record, revoke=revoke, clock=clock),
            list=ListSessions(uow=uow, clock=clock),
            export_own=ExportOwnData(uow=uow, clock=clock),
            revoke=RevokeSession(uow=uow, end_session=end_session, clock=clock),
            list_of_user=ListSessionsOfUser(uow=uow, clock=clock),
            end_of_user=EndSessionOfUser(uow=uow, guard=guard_user, end_session=end_session, clock=clock),
            end_all_of_user=EndSessionsOfUser(uow=uow, guard=guard_user, record=record, revoke=revoke, clock=clock),
        ),
        tokens=tokens,
        revocation=RevocationRoom(
            follow=FollowRevocations(
                feed=ports.revocation_feed, revoked=revoked, clock=clock, policy=policies.revocation
            ),
            read=ReadRevocations(feed=ports.revocation_feed),
            revoked=revoked,
        ),
        oauth=OAuthRoom(
            create_client=CreateClient(
                uow=uow, record=record, clock=clock, entropy=ports.entropy, ids=ids, answers=answers
            ),
            list_clients=ListClients(uow=uow),
            look_up_client=LookUpClient(uow=uow),
            look_up_client_by_name=LookUpClientByName(uow=uow),
            change_client=ChangeClient(uow=uow, record=record, clock=clock),
            rotate_secret=RotateSecret(
                uow=uow, record=record, clock=clock, entropy=ports.entropy, policy=policies.clients
            ),
            delete_client=DeleteClient(uow=uow, record=record, clock=clock),
            authenticate=authenticate,
            introspect=Introspect(
                authenticate=authenticate,
                tokens=tokens,
                token_pairs=token_pairs,
                uow=uow,
                clock=clock,
                policy=policies.tokens,
            ),
            revoke=RevokeToken(
                authenticate=authenticate,
                tokens=tokens,
                token_pairs=token_pairs,
                uow=uow,
                end_session=end_session,
                clock=clock,
            ),
        ),
        audit=AuditRoom(
            list=ListEvents(uow=uow),
            export=ExportEvents(uow=uow),
            seal=SealEvents(uow=uow, signer=ports.head_signer, clock=clock, policy=policies.audit),
            read_head=ReadHead(uow=uow),
            verify=VerifyTrail(uow=uow, signer=ports.head_signer, policy=policies.audit),
            erase=ErasePersonalData(uow=uow, erasure=erasure, clock=clock),
            make_room=MakeRoom(uow=uow, policy=policies.audit),
            remove_old=RemoveOldEvents(uow=uow, record=record, clock=clock, policy=policies.audit),
        ),
        outbox=OutboxRoom(
            deliver=DeliverMessages(
                lane=Lane(
                    queue=ports.outbox_queue,
                    entropy=ports.entropy,
                    ids=ids,
                    clock=clock,
                    policy=policies.delivery,
                    outcomes=tallies.deliveries,
                ),
                vault=ports.message_vault,
                mail=ports.mail,
            ),
            look=LookAtOutbox(queue=ports.outbox_queue),
            list=ListMessages(uow=uow),
            retry=RetryMessage(uow=uow, record=record, clock=clock),
            drop=DropMessage(uow=uow, record=record, clock=clock),
        ),
        webhooks=WebhooksRoom(
            create=CreateWebhook(
                uow=uow,
                vault=ports.webhook_vault,
                record=record,
                clock=clock,
                entropy=ports.entropy,
                ids=ids,
                answers=answers,
                policy=policies.webhooks,
            ),
            list=ListWebhooks(uow=uow),
            look_up=LookUpWebhook(uow=uow),
            change=ChangeWebhook(uow=uow, record=record, clock=clock, policy=policies.webhooks),
            rotate_secret=RotateWebhookSecret(
                uow=uow,
                vault=ports.webhook_vault,
                record=record,
                clock=clock,
                entropy=ports.entropy,
                policy=policies.webhooks,
            ),
            delete=DeleteWebhook(uow=uow, record=record, clock=clock),
            deliver=DeliverWebhooks(
                lane=Lane(
                    queue=ports.webhook_queue,
                    entropy=ports.entropy,
                    ids=ids,
                    clock=clock,
                    policy=policies.webhooks.delivery,
                    outcomes=tallies.webhook_deliveries,
                ),
                uow=uow,
                sign=sign_webhook,
                sender=ports.webhook_sender,
                record=record,
                clock=clock,
            ),
            look=LookAtDeliveries(queue=ports.webhook_queue),
            list_deliveries=ListWebhookDeliveries(uow=uow),
            replay=ReplayDelivery(uow=uow, record=record, clock=clock),
            replay_failed=ReplayFailed(uow=uow, record=record, clock=clock),
            try_out=TryWebhook(
                uow=uow,
                sign=sign_webhook,
                sender=ports.webhook_sender,
                record=record,
                clock=clock,
                ids=ids,
                policy=policies.webhooks,
            ),
        ),
        recovery=RecoveryRoom(
            look_at_invitation=LookAtInvitation(
                uow=uow, record=record, clock=clock, policy=policies.users, throttle=throttle
            ),
            accept_invitation=AcceptInvitation(
                uow=uow,
                hasher=hasher,
                new_passwords=new_passwords,
                record=record,
                clock=clock,
                policy=policies.users,
                throttle=throttle,
            ),
            verify_email=VerifyEmail(uow=uow, record=record, clock=clock, throttle=throttle),
            resend_verification=ResendVerification(
                uow=uow, ask=ask, record=record, clock=clock, throttle=throttle, even_time=ports.even_time
            ),
            request_password_reset=RequestPasswordReset(
                uow=uow, ask=ask, record=record, clock=clock, throttle=throttle, even_time=ports.even_time
            ),
            choose_password=ChooseForgottenPassword(
                uow=uow,
                hasher=hasher,
                new_passwords=new_passwords,
                turn_out=turn_out,
                record=record,
                post=post,
                clock=clock,
                throttle=throttle,
                devices=devices,
            ),
            request_email_change=RequestEmailChange(
                uow=uow,
                hasher=hasher,
                mail=mail,
                record=record,
                clock=clock,
                throttle=throttle,
                even_time=ports.even_time,
            ),
            confirm_email_change=ConfirmEmailChange(uow=uow, mail=mail, record=record, clock=clock, throttle=throttle),
            undo_email_change=UndoEmailChange(
                uow=uow,
                hasher=hasher,
                mail=mail,
                turn_out=turn_out,
                record=record,
                clock=clock,
                entropy=ports.entropy,
                new_passwords=new_passwords,
                throttle=throttle,
            ),
        ),
        throttling=ThrottlingRoom(
            look=LookAtBudgets(guard=throttle),
            clear=ClearBudgets(guard=throttle, uow=uow, record=record, clock=clock),
        ),
        upkeep=UpkeepRoom(
            purge=Purge(
                sessions=ports.ended_sessions,
                revocations=ports.old_revocations,
                answers=ports.old_answers,
                messages=ports.old_messages,
                tokens=ports.old_tokens,
                webhook_deliveries=ports.old_webhook_deliveries,
                webhook_deliveries_kept=policies.webhooks.delivery.kept,
                budgets=ports.budgets,
                messages_kept=policies.delivery.kept,
                clock=clock,
                policy=policies.sessions,
                clock_skew=policies.tokens.clock_skew,
            ),
            erase_deleted=EraseDeleted(erase=erase_many, clock=clock, policy=policies.users),
            erase_unproven=EraseUnproven(erase=erase_many, clock=clock, policy=policies.users),
            reseal=Reseal(
                uow=uow,
                key_sealer=ports.key_sealer,
                password_sealer=ports.password_sealer,
                message_sealer=ports.message_sealer,
                webhook_sealer=ports.webhook_sealer,
            ),
        ),
        tallies=tallies,
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
