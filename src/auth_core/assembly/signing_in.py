"""The rooms of passwords, of signing in and staying so, and of coming back by mail."""

from auth_core.assembly.policies import Policies
from auth_core.assembly.ports import Ports
from auth_core.assembly.shared import Shared
from auth_core.credentials.passwords.change_password import ChangePassword
from auth_core.login.log_in import LogIn
from auth_core.recovery.accept_invitation import AcceptInvitation, LookAtInvitation
from auth_core.recovery.asking import Asking
from auth_core.recovery.choose_password import ChooseForgottenPassword
from auth_core.recovery.confirm_email_change import ConfirmEmailChange
from auth_core.recovery.request_email_change import RequestEmailChange
from auth_core.recovery.request_password_reset import RequestPasswordReset
from auth_core.recovery.resend_verification import ResendVerification
from auth_core.recovery.turning_out import TurningOut
from auth_core.recovery.undo_email_change import UndoEmailChange
from auth_core.recovery.verify_email import VerifyEmail
from auth_core.rooms import LoginRoom, PasswordsRoom, RecoveryRoom, SessionsRoom
from auth_core.sessions.administer_sessions import EndSessionOfUser, EndSessionsOfUser, ListSessionsOfUser
from auth_core.sessions.export_own_data import ExportOwnData
from auth_core.sessions.list_sessions import ListSessions
from auth_core.sessions.log_out import LogOut, LogOutElsewhere, LogOutEverywhere
from auth_core.sessions.opening import SessionOpening
from auth_core.sessions.refresh import Refresh
from auth_core.sessions.revoke_sessions import RevokeSession


def passwords_room(ports: Ports, shared: Shared) -> PasswordsRoom:
    """Changing a password."""
    return PasswordsRoom(
        change_password=ChangePassword(
            uow=shared.uow,
            hasher=ports.hasher,
            record=shared.record,
            revoke=shared.revoke,
            post=shared.post,
            clock=ports.clock,
            new_passwords=shared.new_passwords,
            throttle=shared.throttle,
        )
    )


def login_room(ports: Ports, policies: Policies, shared: Shared) -> LoginRoom:
    """Signing in."""
    return LoginRoom(
        log_in=LogIn(
            candidates=ports.candidates,
            uow=shared.uow,
            hasher=ports.hasher,
            open_session=SessionOpening(
                ids=shared.ids, record=shared.record, revoke=shared.revoke, policy=policies.sessions
            ),
            token_pairs=shared.token_pairs,
            record=shared.record,
            revoke=shared.revoke,
            post=shared.post,
            clock=ports.clock,
            new_passwords=shared.new_passwords,
            throttle=shared.throttle,
            devices=shared.devices,
            even_time=ports.even_time,
        )
    )


def sessions_room(ports: Ports, policies: Policies, shared: Shared) -> SessionsRoom:
    """Staying signed in, and ending it."""
    return SessionsRoom(
        refresh=Refresh(
            chains=ports.refresh_chains,
            uow=shared.uow,
            token_pairs=shared.token_pairs,
            end_session=shared.end_session,
            record=shared.record,
            clock=ports.clock,
            policy=policies.sessions,
            outcomes=shared.tallies.refreshes,
        ),
        log_out=LogOut(uow=shared.uow, end_session=shared.end_session, clock=ports.clock),
        log_out_elsewhere=LogOutElsewhere(
            uow=shared.uow, record=shared.record, revoke=shared.revoke, clock=ports.clock
        ),
        log_out_everywhere=LogOutEverywhere(
            uow=shared.uow, record=shared.record, revoke=shared.revoke, clock=ports.clock
        ),
        list=ListSessions(uow=shared.uow, clock=ports.clock),
        export_own=ExportOwnData(uow=shared.uow, clock=ports.clock),
        revoke=RevokeSession(uow=shared.uow, end_session=shared.end_session, clock=ports.clock),
        list_of_user=ListSessionsOfUser(uow=shared.uow, clock=ports.clock),
        end_of_user=EndSessionOfUser(
            uow=shared.uow, guard=shared.guard_user, end_session=shared.end_session, clock=ports.clock
        ),
        end_all_of_user=EndSessionsOfUser(
            uow=shared.uow, guard=shared.guard_user, record=shared.record, revoke=shared.revoke, clock=ports.clock
        ),
    )


def recovery_room(ports: Ports, policies: Policies, shared: Shared) -> RecoveryRoom:
    """What is done with the links in mails."""
    ask, turn_out = Asking(mail=shared.mail), TurningOut(revoke=shared.revoke)
    return RecoveryRoom(
        look_at_invitation=LookAtInvitation(
            uow=shared.uow, record=shared.record, clock=ports.clock, policy=policies.users, throttle=shared.throttle
        ),
        accept_invitation=AcceptInvitation(
            uow=shared.uow,
            hasher=ports.hasher,
            new_passwords=shared.new_passwords,
            record=shared.record,
            clock=ports.clock,
            policy=policies.users,
            throttle=shared.throttle,
        ),
        verify_email=VerifyEmail(uow=shared.uow, record=shared.record, clock=ports.clock, throttle=shared.throttle),
        resend_verification=ResendVerification(
            uow=shared.uow,
            ask=ask,
            record=shared.record,
            clock=ports.clock,
            throttle=shared.throttle,
            even_time=ports.even_time,
        ),
        request_password_reset=RequestPasswordReset(
            uow=shared.uow,
            ask=ask,
            record=shared.record,
            clock=ports.clock,
            throttle=shared.throttle,
            even_time=ports.even_time,
        ),
        choose_password=ChooseForgottenPassword(
            uow=shared.uow,
            hasher=ports.hasher,
            new_passwords=shared.new_passwords,
            turn_out=turn_out,
            record=shared.record,
            post=shared.post,
            clock=ports.clock,
            throttle=shared.throttle,
            devices=shared.devices,
        ),
        request_email_change=RequestEmailChange(
            uow=shared.uow,
            hasher=ports.hasher,
            mail=shared.mail,
            record=shared.record,
            clock=ports.clock,
            throttle=shared.throttle,
            even_time=ports.even_time,
        ),
        confirm_email_change=ConfirmEmailChange(
            uow=shared.uow, mail=shared.mail, record=shared.record, clock=ports.clock, throttle=shared.throttle
        ),
        undo_email_change=UndoEmailChange(
            uow=shared.uow,
            hasher=ports.hasher,
            mail=shared.mail,
            turn_out=turn_out,
            record=shared.record,
            clock=ports.clock,
            entropy=ports.entropy,
            new_passwords=shared.new_passwords,
            throttle=shared.throttle,
        ),
    )
