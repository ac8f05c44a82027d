"""Everything the core can do, by room."""

from dataclasses import dataclass

from auth_core.access.define_role import DefineRole
from auth_core.access.delete_role import DeleteRole
from auth_core.access.list_roles import ListRoles, LookUpRole
from auth_core.access.preview_role import PreviewRole
from auth_core.audit.erase import ErasePersonalData
from auth_core.audit.export_events import ExportEvents
from auth_core.audit.list_events import ListEvents
from auth_core.audit.read_head import ReadHead
from auth_core.audit.remove_old import RemoveOldEvents
from auth_core.audit.seal import SealEvents
from auth_core.audit.verify_trail import VerifyTrail
from auth_core.credentials.passwords.change_password import ChangePassword
from auth_core.login.log_in import LogIn
from auth_core.oauth.authentication import ClientAuthentication
from auth_core.oauth.change_client import ChangeClient
from auth_core.oauth.create_client import CreateClient
from auth_core.oauth.delete_client import DeleteClient
from auth_core.oauth.introspect import Introspect
from auth_core.oauth.list_clients import ListClients, LookUpClient, LookUpClientByName
from auth_core.oauth.revoke_token import RevokeToken
from auth_core.oauth.rotate_secret import RotateSecret
from auth_core.outbox.deliver import DeliverMessages
from auth_core.outbox.drop_message import DropMessage
from auth_core.outbox.list_messages import ListMessages
from auth_core.outbox.look import LookAtOutbox
from auth_core.outbox.retry_message import RetryMessage
from auth_core.recovery.choose_password import ChooseForgottenPassword
from auth_core.recovery.confirm_email_change import ConfirmEmailChange
from auth_core.recovery.request_email_change import RequestEmailChange
from auth_core.recovery.request_password_reset import RequestPasswordReset
from auth_core.recovery.resend_verification import ResendVerification
from auth_core.recovery.undo_email_change import UndoEmailChange
from auth_core.recovery.verify_email import VerifyEmail
from auth_core.revocation.follow import FollowRevocations
from auth_core.revocation.read_revocations import ReadRevocations
from auth_core.revocation.revoked_set import RevokedSet
from auth_core.sessions.administer_sessions import EndSessionOfUser, EndSessionsOfUser, ListSessionsOfUser
from auth_core.sessions.export_own_data import ExportOwnData
from auth_core.sessions.list_sessions import ListSessions
from auth_core.sessions.log_out import LogOut, LogOutElsewhere, LogOutEverywhere
from auth_core.sessions.refresh import Refresh
from auth_core.sessions.revoke_sessions import RevokeSession
from auth_core.tally import Tallies
from auth_core.tokens.list_keys import ListKeys
from auth_core.tokens.load_keys import LoadKeys
from auth_core.tokens.publish_keys import PublishKeys
from auth_core.tokens.revoke_key import RevokeKey
from auth_core.tokens.rotate_keys import RotateKeys
from auth_core.tokens.verify_access_token import VerifyAccessToken
from auth_core.upkeep.erase_deleted import EraseDeleted
from auth_core.upkeep.purge import Purge
from auth_core.upkeep.reseal import Reseal
from auth_core.users.change_roles import ChangeRoles, SetRoles
from auth_core.users.create import CreateUser
from auth_core.users.delete_user import DeleteUser, RestoreUser
from auth_core.users.erase import EraseUser
from auth_core.users.explain_permission import ExplainPermission
from auth_core.users.export_users import ExportUsers
from auth_core.users.import_users import ImportUsers
from auth_core.users.leave import Leave
from auth_core.users.list_roles_of_user import ListRolesOfUser
from auth_core.users.list_users import ListUsers
from auth_core.users.look_up import LookUpByEmail, LookUpListed, LookUpProfile
from auth_core.users.register import Register
from auth_core.users.reset_password import ForcePasswordChange, ResetPassword
from auth_core.users.set_up import SetUpAdministrator
from auth_core.users.suspend import DisableUser, EnableUser
from auth_core.users.update_profile import UpdateProfile
from auth_core.users.update_user import UpdateUser


@dataclass(frozen=True, slots=True, kw_only=True)
class UsersRoom:
    """People with an account."""

    register: Register
    create: CreateUser
    set_up: SetUpAdministrator
    look_up: LookUpProfile
    look_up_by_email: LookUpByEmail
    list: ListUsers
    look_up_listed: LookUpListed
    update_profile: UpdateProfile
    disable: DisableUser
    enable: EnableUser
    update: UpdateUser
    delete: DeleteUser
    restore: RestoreUser
    leave: Leave
    erase: EraseUser
    reset_password: ResetPassword
    force_password_change: ForcePasswordChange
    change_roles: ChangeRoles
    set_roles: SetRoles
    list_roles: ListRolesOfUser
    explain_permission: ExplainPermission
    import_all: ImportUsers
    export_all: ExportUsers


@dataclass(frozen=True, slots=True, kw_only=True)
class AccessRoom:
    """The roles there are, and what they allow."""

    list_roles: ListRoles
    look_up_role: LookUpRole
    define_role: DefineRole
    delete_role: DeleteRole
    preview_role: PreviewRole


@dataclass(frozen=True, slots=True, kw_only=True)
class PasswordsRoom:
    """Their passwords."""

    change_password: ChangePassword


@dataclass(frozen=True, slots=True, kw_only=True)
class LoginRoom:
    """Signing in."""

    log_in: LogIn


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionsRoom:
    """Where people are signed in."""

    refresh: Refresh
    log_out: LogOut
    log_out_elsewhere: LogOutElsewhere
    log_out_everywhere: LogOutEverywhere
    list: ListSessions
    export_own: ExportOwnData
    revoke: RevokeSession
    list_of_user: ListSessionsOfUser
    end_of_user: EndSessionOfUser
    end_all_of_user: EndSessionsOfUser


@dataclass(frozen=True, slots=True, kw_only=True)
class TokensRoom:
    """Signed tokens and the keys behind them."""

    verify_access_token: VerifyAccessToken
    publish_keys: PublishKeys
    load_keys: LoadKeys
    list_keys: ListKeys
    rotate_keys: RotateKeys
    revoke_key: RevokeKey


@dataclass(frozen=True, slots=True, kw_only=True)
class RevocationRoom:
    """What has been revoked, as far as this process knows: `revoked` is current while `follow` is called."""

    follow: FollowRevocations
    read: ReadRevocations
    revoked: RevokedSet


@dataclass(frozen=True, slots=True, kw_only=True)
class OAuthRoom:
    """Other services: their clients, and what they may ask. `authenticate` believes one that knows its secret."""

    create_client: CreateClient
    list_clients: ListClients
    look_up_client: LookUpClient
    look_up_client_by_name: LookUpClientByName
    change_client: ChangeClient
    rotate_secret: RotateSecret
    delete_client: DeleteClient
    authenticate: ClientAuthentication
    introspect: Introspect
    revoke: RevokeToken


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditRoom:
    """What happened, and that nobody has changed the record of it."""

    list: ListEvents
    export: ExportEvents
    seal: SealEvents
    read_head: ReadHead
    verify: VerifyTrail
    erase: ErasePersonalData
    remove_old: RemoveOldEvents


@dataclass(frozen=True, slots=True, kw_only=True)
class OutboxRoom:
    """What people are told, on its way."""

    deliver: DeliverMessages
    look: LookAtOutbox
    list: ListMessages
    retry: RetryMessage
    drop: DropMessage


@dataclass(frozen=True, slots=True, kw_only=True)
class RecoveryRoom:
    """By mail: proving an address, choosing a forgotten password anew, moving to another address."""

    verify_email: VerifyEmail
    resend_verification: ResendVerification
    request_password_reset: RequestPasswordReset
    choose_password: ChooseForgottenPassword
    request_email_change: RequestEmailChange
    confirm_email_change: ConfirmEmailChange
    undo_email_change: UndoEmailChange


@dataclass(frozen=True, slots=True, kw_only=True)
class UpkeepRoom:
    """Keeping the store small, and sealed."""

    purge: Purge
    erase_deleted: EraseDeleted
    reseal: Reseal


@dataclass(frozen=True, slots=True, kw_only=True)
class AuthCore:
    """The whole of it, by room: `auth.login.log_in(…)`, `auth.sessions.refresh(…)`."""

    users: UsersRoom
    access: AccessRoom
    passwords: PasswordsRoom
    login: LoginRoom
    sessions: SessionsRoom
    tokens: TokensRoom
    revocation: RevocationRoom
    oauth: OAuthRoom
    audit: AuditRoom
    outbox: OutboxRoom
    recovery: RecoveryRoom
    upkeep: UpkeepRoom
    tallies: Tallies
