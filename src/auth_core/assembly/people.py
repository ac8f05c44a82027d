"""The rooms of people and of what they may do."""

from auth_core.access.define_role import DefineRole
from auth_core.access.delete_role import DeleteRole
from auth_core.access.list_roles import ListRoles, LookUpRole
from auth_core.access.preview_role import PreviewRole
from auth_core.access.role_guard import RoleGuard
from auth_core.assembly.policies import Policies
from auth_core.assembly.ports import Ports
from auth_core.assembly.shared import Shared
from auth_core.rooms import AccessRoom, UsersRoom
from auth_core.users.arriving import ArrivalCheck
from auth_core.users.change_roles import ChangeRoles, SetRoles
from auth_core.users.closing import Closing
from auth_core.users.create import CreateUser
from auth_core.users.delete_user import DeleteUser, RestoreUser
from auth_core.users.erase import EraseUser
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
from auth_core.users.profile_changes import ProfileChanges
from auth_core.users.register import Register
from auth_core.users.reset_password import ForcePasswordChange, ResetPassword
from auth_core.users.role_changes import RoleChanges
from auth_core.users.set_up import SetUpAdministrator
from auth_core.users.suspend import DisableUser, EnableUser
from auth_core.users.update_profile import UpdateProfile
from auth_core.users.update_user import UpdateUser


def users_room(ports: Ports, policies: Policies, shared: Shared) -> UsersRoom:
    """People with an account."""
    inviting = Inviting(mail=shared.mail, policy=policies.users)
    change_profile = ProfileChanges(record=shared.record, post=shared.post, clock=ports.clock)
    close_account = Closing(record=shared.record, revoke=shared.revoke)
    change_roles = RoleChanges(record=shared.record, revoke=shared.revoke_rights, clock=ports.clock)
    return UsersRoom(
        register=Register(
            uow=shared.uow,
            hasher=ports.hasher,
            mail=shared.mail,
            record=shared.record,
            clock=ports.clock,
            ids=shared.ids,
            policy=policies.users,
            new_passwords=shared.new_passwords,
            answers=shared.answers,
            throttle=shared.throttle,
            even_time=ports.even_time,
        ),
        create=CreateUser(
            uow=shared.uow,
            hasher=ports.hasher,
            record=shared.record,
            clock=ports.clock,
            ids=shared.ids,
            new_passwords=shared.new_passwords,
            answers=shared.answers,
        ),
        invite=InviteUser(
            uow=shared.uow,
            inviting=inviting,
            record=shared.record,
            clock=ports.clock,
            ids=shared.ids,
            answers=shared.answers,
        ),
        invite_again=SendInvitationAgain(
            uow=shared.uow,
            guard=shared.guard_user,
            inviting=inviting,
            record=shared.record,
            clock=ports.clock,
            answers=shared.answers,
        ),
        withdraw_invitation=WithdrawInvitation(
            uow=shared.uow, guard=shared.guard_user, record=shared.record, clock=ports.clock
        ),
        set_up=SetUpAdministrator(
            uow=shared.uow,
            hasher=ports.hasher,
            record=shared.record,
            clock=ports.clock,
            ids=shared.ids,
            policy=policies.users,
            new_passwords=shared.new_passwords,
            answers=shared.answers,
            throttle=shared.throttle,
        ),
        look_up=LookUpProfile(profiles=ports.profiles),
        look_up_by_email=LookUpByEmail(uow=shared.uow),
        list=ListUsers(uow=shared.uow),
        look_up_listed=LookUpListed(uow=shared.uow),
        update_profile=UpdateProfile(uow=shared.uow, change=change_profile),
        disable=DisableUser(
            uow=shared.uow, guard=shared.guard_user, close=close_account, clock=ports.clock, answers=shared.answers
        ),
        enable=EnableUser(
            uow=shared.uow, guard=shared.guard_user, record=shared.record, clock=ports.clock, answers=shared.answers
        ),
        update=UpdateUser(uow=shared.uow, guard=shared.guard_user, change=change_profile, answers=shared.answers),
        delete=DeleteUser(
            uow=shared.uow, guard=shared.guard_user, close=close_account, clock=ports.clock, answers=shared.answers
        ),
        restore=RestoreUser(
            uow=shared.uow,
            guard=shared.guard_user,
            record=shared.record,
            clock=ports.clock,
            answers=shared.answers,
            policy=policies.users,
        ),
        leave=Leave(
            uow=shared.uow,
            hasher=ports.hasher,
            guard=shared.guard_user,
            close=close_account,
            record=shared.record,
            post=shared.post,
            clock=ports.clock,
            policy=policies.users,
            throttle=shared.throttle,
        ),
        erase=EraseUser(
            uow=shared.uow, guard=shared.guard_user, close=close_account, erasing=shared.erasing, clock=ports.clock
        ),
        reset_password=ResetPassword(
            uow=shared.uow,
            hasher=ports.hasher,
            guard=shared.guard_user,
            record=shared.record,
            revoke=shared.revoke,
            clock=ports.clock,
            entropy=ports.entropy,
            new_passwords=shared.new_passwords,
        ),
        force_password_change=ForcePasswordChange(
            uow=shared.uow, guard=shared.guard_user, record=shared.record, clock=ports.clock
        ),
        change_roles=ChangeRoles(uow=shared.uow, change=change_roles),
        set_roles=SetRoles(uow=shared.uow, change=change_roles),
        list_roles=ListRolesOfUser(uow=shared.uow),
        explain_permission=ExplainPermission(uow=shared.uow),
        import_all=ImportUsers(
            uow=shared.uow,
            check=ArrivalCheck(transfer=ports.hash_transfer, ids=shared.ids),
            transfer=ports.hash_transfer,
            record=shared.record,
            clock=ports.clock,
        ),
        export_all=ExportUsers(uow=shared.uow, transfer=ports.hash_transfer, record=shared.record, clock=ports.clock),
    )


def access_room(ports: Ports, shared: Shared) -> AccessRoom:
    """The roles there are."""
    guard_role = RoleGuard(record=shared.record, clock=ports.clock)
    return AccessRoom(
        list_roles=ListRoles(uow=shared.uow),
        look_up_role=LookUpRole(uow=shared.uow),
        define_role=DefineRole(
            uow=shared.uow,
            guard=guard_role,
            record=shared.record,
            revoke=shared.revoke_rights,
            clock=ports.clock,
            answers=shared.answers,
        ),
        delete_role=DeleteRole(uow=shared.uow, guard=guard_role, record=shared.record, clock=ports.clock),
        preview_role=PreviewRole(uow=shared.uow),
    )
