"""Users: who comes, changes and goes."""

from dataclasses import replace
from typing import Final

from auth_core import EmailTaken, Redacted, SetUpRefused, UserNotFound, UserPolicy
from auth_core.audit.events import EventKind
from auth_core.testing import an_origin
from auth_core.users.moving import Arriving
from tests.integration.postgres.cutting_proxy import commit, nth
from tests.integration.postgres.person import PASSWORD
from tests.integration.postgres.questions import rows
from tests.integration.postgres.writes.people import IS_GONE, deleted, invited
from tests.integration.postgres.writes.scene import Scene, Write

_SECRET: Final = Redacted("the one who installs it knows it")
_EXISTS: Final = "SELECT count(*) = 1 FROM auth.users WHERE email_canonical = :email"
_IS_ADMIN: Final = "SELECT count(*) = 1 FROM auth.role_assignments WHERE user_id = :user_id AND role = 'admin'"
_IS_DELETED: Final = "SELECT deleted_at IS NOT NULL AND security_version = 1 FROM auth.users WHERE id = :user_id"


def _account(scene: Scene) -> dict[str, object]:
    return {
        "email": scene.email,
        "password": PASSWORD,
        "first_name": "Ada",
        "last_name": "Lovelace",
        "origin": an_origin(),
    }


async def _nobody_administers(scene: Scene) -> None:
    await rows(scene.operator, "DELETE FROM auth.role_assignments WHERE role = 'admin'")
    await rows(scene.operator, "DELETE FROM auth.set_up")


async def _set_up(scene: Scene) -> None:
    with_a_secret = replace(scene.auth.users.set_up, policy=UserPolicy(set_up_secret=_SECRET))
    await with_a_secret(secret=_SECRET, **_account(scene))  # type: ignore[arg-type]  # they are what it takes


async def _import_one(scene: Scene) -> None:
    row = Arriving(line=1, email=scene.email, first_name="Ada", last_name="Lovelace")
    async for _ in scene.auth.users.import_all([row], origin=an_origin()):
        pass


async def _nobody_was_exported(scene: Scene) -> None:
    await rows(scene.operator, "DELETE FROM auth.audit_events WHERE kind = 'users.exported'")


async def _export(scene: Scene) -> None:
    async for _ in scene.auth.users.export_all(origin=an_origin()):
        pass


async def _reset(scene: Scene) -> None:
    await scene.auth.users.reset_password(user_id=scene.person.id, actor=None, origin=an_origin())


WRITES: Final = (
    Write(
        name="users.register",
        act=lambda scene: scene.auth.users.register(**_account(scene)),  # type: ignore[arg-type]  # they are what it takes
        happened=_EXISTS,
        event=EventKind.USER_REGISTERED,
        again=EmailTaken,
    ),
    Write(
        name="users.create",
        act=lambda scene: scene.auth.users.create(**_account(scene), actor=None),  # type: ignore[arg-type]  # as above
        happened=_EXISTS,
        event=EventKind.USER_CREATED,
        again=EmailTaken,
    ),
    Write(
        name="users.invite",
        act=lambda scene: scene.auth.users.invite(email=scene.email, actor=None, origin=an_origin()),
        happened=_EXISTS,
        event=EventKind.USER_INVITED,
        again=EmailTaken,
    ),
    Write(
        name="users.invite_again",
        before=invited,
        act=lambda scene: scene.auth.users.invite_again(user_id=scene.person.id, actor=None, origin=an_origin()),
        happened="SELECT version > 0 FROM auth.users WHERE id = :user_id",
        event=EventKind.INVITATION_SENT_AGAIN,
        # Another mail, with a token that takes the place of the first; with a key there is one.
        times=2,
    ),
    Write(
        name="users.withdraw_invitation",
        before=invited,
        act=lambda scene: scene.auth.users.withdraw_invitation(user_id=scene.person.id, actor=None, origin=an_origin()),
        happened=IS_GONE,
        event=EventKind.INVITATION_WITHDRAWN,
        again=UserNotFound,
    ),
    Write(
        name="users.set_up",
        before=_nobody_administers,
        act=_set_up,
        happened="SELECT count(*) = 1 FROM auth.role_assignments JOIN auth.users ON id = user_id "
        "WHERE email_canonical = :email AND role = 'admin'",
        event=EventKind.ADMINISTRATOR_SET_UP,
        # They are there, and sign in; with a key the answer would have been given again.
        again=SetUpRefused,
        # The first transaction only looks whether there is something to set up.
        moment=lambda: nth(2, commit),
    ),
    Write(
        name="users.import_all",
        act=_import_one,
        happened=_EXISTS,
        event=EventKind.USER_IMPORTED,
        moment=lambda: nth(2, commit),
    ),
    Write(
        name="users.export_all",
        before=_nobody_was_exported,
        act=_export,
        happened="SELECT count(*) > 0 FROM auth.audit_events WHERE kind = 'users.exported'",
        event=EventKind.USERS_EXPORTED,
        # It is begun twice.
        times=2,
    ),
    Write(
        name="users.update_profile",
        act=lambda scene: scene.auth.users.update_profile(
            user_id=scene.person.id, first_name="Augusta", origin=an_origin()
        ),
        happened="SELECT first_name = 'Augusta' FROM auth.users WHERE id = :user_id",
        event=EventKind.USER_UPDATED,
    ),
    Write(
        name="users.disable",
        act=lambda scene: scene.person.is_disabled(),
        happened="SELECT status = 'disabled' AND security_version = 1 FROM auth.users WHERE id = :user_id",
        event=EventKind.USER_DISABLED,
    ),
    Write(
        name="users.enable",
        before=lambda scene: scene.person.is_disabled(),
        act=lambda scene: scene.person.is_enabled(),
        happened="SELECT status = 'active' AND security_version = 2 FROM auth.users WHERE id = :user_id",
        event=EventKind.USER_ENABLED,
    ),
    Write(
        name="users.update",
        act=lambda scene: scene.auth.users.update(
            user_id=scene.person.id, first_name="Augusta", email=scene.email, actor=None, origin=an_origin()
        ),
        happened="SELECT first_name = 'Augusta' AND email_canonical = :email FROM auth.users WHERE id = :user_id",
        event=EventKind.USER_UPDATED,
    ),
    Write(
        name="users.delete",
        act=deleted,
        happened=_IS_DELETED,
        event=EventKind.USER_DELETED,
    ),
    Write(
        name="users.leave",
        act=lambda scene: scene.auth.users.leave(
            user_id=scene.person.id, session_id=scene.person.session_id, password=PASSWORD, origin=an_origin()
        ),
        happened=_IS_DELETED,
        event=EventKind.USER_DELETED,
        again=UserNotFound,
        moment=lambda: nth(2, commit),
    ),
    Write(
        name="users.erase",
        before=deleted,
        act=lambda scene: scene.auth.users.erase(user_id=scene.person.id, actor=None, origin=an_origin()),
        happened=IS_GONE,
        event=EventKind.USER_ERASED,
    ),
    Write(
        name="users.restore",
        before=deleted,
        act=lambda scene: scene.auth.users.restore(user_id=scene.person.id, actor=None, origin=an_origin()),
        happened="SELECT deleted_at IS NULL AND status = 'active' FROM auth.users WHERE id = :user_id",
        event=EventKind.USER_RESTORED,
    ),
    Write(
        name="users.reset_password",
        act=_reset,
        happened="SELECT version > 1 AND must_change FROM auth.passwords WHERE user_id = :user_id",
        event=EventKind.PASSWORD_RESET,
        # Nobody has seen the password that was made up first: there has to be another one.
        times=2,
        moment=lambda: nth(2, commit),
    ),
    Write(
        name="users.force_password_change",
        act=lambda scene: scene.auth.users.force_password_change(
            user_id=scene.person.id, actor=None, origin=an_origin()
        ),
        happened="SELECT must_change FROM auth.passwords WHERE user_id = :user_id",
        event=EventKind.PASSWORD_CHANGE_DEMANDED,
    ),
    Write(
        name="users.change_roles",
        act=lambda scene: scene.auth.users.change_roles(
            user_id=scene.person.id, add=["admin"], actor=None, origin=an_origin()
        ),
        happened=_IS_ADMIN,
        event=EventKind.USER_ROLES_CHANGED,
    ),
    Write(
        name="users.set_roles",
        act=lambda scene: scene.auth.users.set_roles(
            user_id=scene.person.id, roles=["admin", "user"], actor=None, origin=an_origin()
        ),
        happened=_IS_ADMIN,
        event=EventKind.USER_ROLES_CHANGED,
    ),
)
