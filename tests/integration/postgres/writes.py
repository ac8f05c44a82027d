"""Every use case that writes: how it is called, when it has happened, and what whoever repeats it is told."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field, fields, replace
from datetime import timedelta
from typing import Final

from sqlalchemy.ext.asyncio import AsyncEngine

from auth_adapters.system import SystemEntropy
from auth_core import (
    AuditPolicy,
    AuthCore,
    AuthError,
    ClientCredentials,
    ClientNameTaken,
    ClientNotFound,
    EmailTaken,
    InvalidClient,
    InvalidCredentials,
    InvalidRefreshToken,
    Redacted,
    RoleNotFound,
    SetUpRefused,
    UnusableToken,
    UserNotFound,
    UserPolicy,
    WebhookDeliveryNotFound,
    WebhookNotFound,
    WrongPassword,
)
from auth_core.audit.events import EventKind
from auth_core.ids import ClientId, MessageId, WebhookId
from auth_core.oauth.model import ClientPermission, IssuedSecret
from auth_core.outbox.errors import MessageNotFound
from auth_core.outbox.model import State
from auth_core.outbox.policy import DeliveryPolicy
from auth_core.testing import MovableClock, a_letter, a_one_time_token, a_role, a_service_client, an_email, an_origin
from auth_core.users.moving import Arriving
from auth_core.verification.model import Purpose
from auth_core.verification.secret import digest_of, new_token
from auth_core.webhooks.policy import WEBHOOK_DELIVERY
from tests.integration.postgres.cutting_proxy import Moment, commit, nth, prepared_statement
from tests.integration.postgres.person import NEW_PASSWORD, PASSWORD, Person, signed_in
from tests.integration.postgres.questions import rows, scalar

READS: Final = {
    "users.look_up",
    "users.look_up_by_email",
    "users.list",
    "users.look_up_listed",
    "sessions.list",
    "sessions.export_own",
    "sessions.list_of_user",
    "tokens.verify_access_token",
    "tokens.publish_keys",
    "tokens.load_keys",
    "tokens.list_keys",
    "revocation.follow",
    "revocation.read",
    "users.list_roles",
    "recovery.look_at_invitation",
    "users.explain_permission",
    "access.list_roles",
    "access.look_up_role",
    "access.preview_role",
    "audit.list",
    "audit.export",
    "audit.read_head",
    "audit.verify",
    "outbox.look",
    "outbox.list",
    "throttling.look",
    "oauth.list_clients",
    "oauth.look_up_client",
    "oauth.look_up_client_by_name",
    "oauth.introspect",
    "webhooks.list",
    "webhooks.look_up",
    "webhooks.list_deliveries",
    "webhooks.look",
}
"""Use cases that change nothing in the store."""


@dataclass(slots=True)
class Scene:
    """A service whose connections can be cut, somebody signed in, and a way past the service."""

    auth: AuthCore
    operator: AsyncEngine
    clock: MovableClock
    person: Person
    email: str = field(default_factory=an_email)
    kid: str = ""
    client: IssuedSecret | None = None
    token: Redacted[str] = field(default_factory=lambda: new_token(SystemEntropy()))
    role: str = field(default_factory=lambda: a_role().name)
    message_id: MessageId | None = None
    client_name: str = field(default_factory=lambda: a_service_client().name)
    webhook_id: WebhookId | None = None

    @property
    def client_id(self) -> ClientId:
        assert self.client is not None
        return self.client.client.id

    @property
    def known_message(self) -> MessageId:
        assert self.message_id is not None
        return self.message_id

    @property
    def known_webhook(self) -> WebhookId:
        assert self.webhook_id is not None
        return self.webhook_id

    def credentials(self, *, wrong: bool = False) -> ClientCredentials:
        """What the client shows of itself."""
        assert self.client is not None
        secret = Redacted("authcs_wrong") if wrong else self.client.secret
        return ClientCredentials(client_id=str(self.client_id), secret=secret)

    async def ask(self, question: str) -> object:
        """Return the one value that is asked for: what stands in `known` can be named."""
        known = {
            "user_id": self.person.id,
            "session_id": self.person.session_id,
            "email": self.email.lower(),
            "kid": self.kid,
            "role": self.role,
            "client_name": self.client_name,
            "message_id": str(self.message_id),
            "webhook_id": str(self.webhook_id),
            "client_id": str(self.client.client.id) if self.client else "",
        }
        return await scalar(
            self.operator, question, **{name: value for name, value in known.items() if f":{name}" in question}
        )


type Act = Callable[[Scene], Awaitable[object]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Write:
    """One of them.

    `happened` asks the store whether it has. `event` is what the trail tells of it, `times` how often it does when the
    first call had come about and the second did as well: where that is not once, a repetition is another effect.
    `again` is what the second is told then; `refusal` what the call is told in any case.
    """

    name: str
    act: Act
    happened: str
    event: EventKind | None = None
    times: int = 1
    again: type[AuthError] | None = None
    refusal: type[AuthError] | None = None
    moment: Callable[[], Moment] = lambda: commit
    before: Act | None = None

    def __str__(self) -> str:
        return self.name

    @property
    def use_case(self) -> str:
        return self.name.partition(" ")[0]


def use_cases_of(auth: AuthCore) -> set[str]:
    """Return the names of all use cases, by room."""
    rooms = {each.name: getattr(auth, each.name) for each in fields(auth)}
    return {
        f"{name}.{each.name}"
        for name, room in rooms.items()
        for each in fields(room)
        if callable(getattr(room, each.name))
    }


async def a_scene(auth: AuthCore, operator: AsyncEngine, clock: MovableClock, write: Write) -> Scene:
    """Return a scene that nobody has used before, in which the call has its effect yet to come."""
    scene = Scene(auth, operator, clock, await signed_in(auth))
    if write.before is not None:
        await write.before(scene)
    return scene


def _account(scene: Scene) -> dict[str, object]:
    return {
        "email": scene.email,
        "password": PASSWORD,
        "first_name": "Ada",
        "last_name": "Lovelace",
        "origin": an_origin(),
    }


async def _moved_on_twice(scene: Scene) -> None:
    stolen = scene.person.tokens
    await scene.person.refresh()
    await scene.person.refresh()
    scene.person.tokens = stolen


async def _long_over(scene: Scene) -> None:
    await scene.auth.upkeep.purge()
    scene.clock.advance(timedelta(days=61))


async def _only_they(scene: Scene) -> None:
    await rows(scene.operator, "DELETE FROM auth.users WHERE id <> :user_id", user_id=scene.person.id)


async def _all_keys_sign(scene: Scene) -> None:
    scene.clock.advance(timedelta(hours=1))
    await scene.auth.tokens.load_keys()
    scene.kid = str(
        await scene.ask("SELECT kid FROM auth.signing_keys WHERE revoked_at IS NULL ORDER BY number DESC LIMIT 1")
    )


async def _a_client(scene: Scene) -> None:
    scene.client = await scene.auth.oauth.create_client(
        name=a_service_client().name, permissions=["tokens:revoke"], actor=None, origin=an_origin()
    )


async def _one_unsealed(scene: Scene) -> None:
    await scene.auth.audit.seal()
    await scene.person.log_in()


async def _sealed_and_never_shortened(scene: Scene) -> None:
    await rows(scene.operator, "DELETE FROM auth.audit_events WHERE kind = 'audit.shortened'")
    await scene.auth.audit.seal()


async def _remove_old(scene: Scene) -> None:
    kept_for_a_day = replace(scene.auth.audit.remove_old, policy=AuditPolicy(retention=timedelta(days=1)))
    await kept_for_a_day(origin=an_origin())


async def _little_room(scene: Scene) -> None:
    for row in await rows(scene.operator, "SELECT name FROM auth.audit_stretches() OFFSET 1"):
        await rows(scene.operator, f"DROP TABLE auth.{row.name}")


async def _signed_in_twice(scene: Scene) -> None:
    await scene.person.log_in()


async def _deleted(scene: Scene) -> None:
    await scene.auth.users.delete(user_id=scene.person.id, actor=None, origin=an_origin())


async def _deleted_long_ago(scene: Scene) -> None:
    scene.clock.advance(timedelta(days=31))
    await scene.auth.upkeep.erase_deleted()
    await _deleted(scene)
    scene.clock.advance(timedelta(days=31))


async def _unproven_long_ago(scene: Scene) -> None:
    await scene.auth.upkeep.erase_unproven()
    await rows(scene.operator, "UPDATE auth.users SET awaits_proof = true WHERE id = :user_id", user_id=scene.person.id)
    scene.clock.advance(timedelta(days=31))


async def _reset(scene: Scene) -> None:
    await scene.auth.users.reset_password(user_id=scene.person.id, actor=None, origin=an_origin())


async def _import_one(scene: Scene) -> None:
    row = Arriving(line=1, email=scene.email, first_name="Ada", last_name="Lovelace")
    async for _ in scene.auth.users.import_all([row], origin=an_origin()):
        pass


async def _nobody_was_exported(scene: Scene) -> None:
    await rows(scene.operator, "DELETE FROM auth.audit_events WHERE kind = 'users.exported'")


async def _export(scene: Scene) -> None:
    async for _ in scene.auth.users.export_all(origin=an_origin()):
        pass


async def _a_role(scene: Scene) -> None:
    await scene.auth.access.define_role(name=scene.role, actor=None, origin=an_origin())


_WAS_SENT: Final = "SELECT count(*) > 0 FROM auth.one_time_tokens WHERE user_id = :user_id AND purpose = '{}'"


def _sent(purpose: Purpose) -> Act:
    """Let a token be on its way: to the address of the person, or to the other one when it is about that."""

    async def send(scene: Scene) -> None:
        user = await scene.auth.users.look_up_by_email(email=scene.person.email)
        about_another = purpose in (Purpose.CHANGE_EMAIL, Purpose.UNDO_EMAIL_CHANGE)
        token = replace(
            a_one_time_token(user, purpose, at=scene.clock.now()),
            digest=digest_of(scene.token),
            address=scene.email if about_another else user.email.address,
        )
        async with scene.auth.recovery.verify_email.uow() as tx:
            await tx.one_time_tokens.add(token)

    return send


async def _invited(scene: Scene) -> None:
    """Let the person be one who was invited, with a token that is known."""
    user = await scene.auth.users.invite(email=scene.email, first_name="Ada", actor=None, origin=an_origin())
    scene.person.id, scene.person.email = user.id, scene.email
    token = a_one_time_token(user, Purpose.ACCEPT_INVITATION, at=scene.clock.now())
    async with scene.auth.recovery.verify_email.uow() as tx:
        await tx.one_time_tokens.add(
            replace(token, digest=digest_of(scene.token), binding=replace(token.binding, password_version=0))
        )


async def _a_message(scene: Scene) -> None:
    await rows(scene.operator, "DELETE FROM auth.outbox_messages")
    # The connections that are used then are there already: what is cut is the call, and not their beginning.
    await scene.auth.outbox.deliver()
    await scene.auth.outbox.look()
    letter = a_letter()
    async with scene.auth.outbox.list.uow() as tx:
        await tx.outbox.add(letter)
    scene.message_id = letter.sealed.id


async def _a_dead_message(scene: Scene) -> None:
    await _a_message(scene)
    assert scene.message_id is not None
    lane, now = scene.auth.outbox.deliver.lane, scene.clock.now()
    queue, claim = lane.queue, lane.ids.claim()
    await queue.claim(claim, limit=1, now=now, until=now + timedelta(minutes=2))
    assert await queue.end(scene.message_id, claim, State.DEAD, now=now)


async def _deliver_when_nobody_else_does(scene: Scene) -> None:
    """Let every claim run out first, that of a call before this one as well."""
    scene.clock.advance(DeliveryPolicy().lease)
    await scene.auth.outbox.deliver()


async def _a_webhook(scene: Scene) -> None:
    await rows(scene.operator, "DELETE FROM auth.webhooks")
    await rows(scene.operator, "DELETE FROM auth.webhook_deliveries")
    issued = await scene.auth.webhooks.create(
        url="https://receiver.example.com/", types=("role.defined",), actor=None, origin=an_origin()
    )
    scene.webhook_id = issued.webhook.id


async def _a_disabled_webhook(scene: Scene) -> None:
    await _a_webhook(scene)
    await scene.auth.webhooks.change(webhook_id=scene.known_webhook, disabled=True, actor=None, origin=an_origin())


async def _a_delivery(scene: Scene) -> None:
    await _a_webhook(scene)
    # The connections that are used then are there already: what is cut is the call, and not their beginning.
    await scene.auth.webhooks.deliver()
    await scene.auth.webhooks.look()
    await scene.auth.access.define_role(name=scene.role, permissions=[], parents=[], actor=None, origin=an_origin())
    page = await scene.auth.webhooks.list_deliveries(webhook_id=scene.known_webhook)
    scene.message_id = page.items[0].id


async def _a_dead_delivery(scene: Scene) -> None:
    await _a_delivery(scene)
    lane, now = scene.auth.webhooks.deliver.lane, scene.clock.now()
    claim = lane.ids.claim()
    await lane.queue.claim(claim, limit=4, now=now, until=now + timedelta(minutes=2))
    assert await lane.queue.end(scene.known_message, claim, State.DEAD, now=now)


async def _tell_when_nobody_else_does(scene: Scene) -> None:
    """Let every claim run out first, that of a call before this one as well."""
    scene.clock.advance(WEBHOOK_DELIVERY.lease)
    await scene.auth.webhooks.deliver()


async def _nobody_administers(scene: Scene) -> None:
    await rows(scene.operator, "DELETE FROM auth.role_assignments WHERE role = 'admin'")
    await rows(scene.operator, "DELETE FROM auth.set_up")


async def _set_up(scene: Scene) -> None:
    with_a_secret = replace(scene.auth.users.set_up, policy=UserPolicy(set_up_secret=_SECRET))
    await with_a_secret(secret=_SECRET, **_account(scene))  # type: ignore[arg-type]  # they are what it takes


_SECRET: Final = Redacted("the one who installs it knows it")
_IS_ADMIN: Final = "SELECT count(*) = 1 FROM auth.role_assignments WHERE user_id = :user_id AND role = 'admin'"
_HAS_ENDED: Final = "SELECT ended_at IS NOT NULL FROM auth.sessions WHERE id = :session_id"
_EXISTS: Final = "SELECT count(*) = 1 FROM auth.users WHERE email_canonical = :email"

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
        before=_invited,
        act=lambda scene: scene.auth.users.invite_again(user_id=scene.person.id, actor=None, origin=an_origin()),
        happened="SELECT version > 0 FROM auth.users WHERE id = :user_id",
        event=EventKind.INVITATION_SENT_AGAIN,
        # Another mail, with a token that takes the place of the first; with a key there is one.
        times=2,
    ),
    Write(
        name="users.withdraw_invitation",
        before=_invited,
        act=lambda scene: scene.auth.users.withdraw_invitation(user_id=scene.person.id, actor=None, origin=an_origin()),
        happened="SELECT count(*) = 0 FROM auth.users WHERE id = :user_id",
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
        act=_deleted,
        happened="SELECT deleted_at IS NOT NULL AND security_version = 1 FROM auth.users WHERE id = :user_id",
        event=EventKind.USER_DELETED,
    ),
    Write(
        name="users.leave",
        act=lambda scene: scene.auth.users.leave(
            user_id=scene.person.id, session_id=scene.person.session_id, password=PASSWORD, origin=an_origin()
        ),
        happened="SELECT deleted_at IS NOT NULL AND security_version = 1 FROM auth.users WHERE id = :user_id",
        event=EventKind.USER_DELETED,
        again=UserNotFound,
        moment=lambda: nth(2, commit),
    ),
    Write(
        name="users.erase",
        before=_deleted,
        act=lambda scene: scene.auth.users.erase(user_id=scene.person.id, actor=None, origin=an_origin()),
        happened="SELECT count(*) = 0 FROM auth.users WHERE id = :user_id",
        event=EventKind.USER_ERASED,
    ),
    Write(
        name="upkeep.erase_deleted",
        before=_deleted_long_ago,
        act=lambda scene: scene.auth.upkeep.erase_deleted(),
        happened="SELECT count(*) = 0 FROM auth.users WHERE id = :user_id",
        event=EventKind.USER_ERASED,
        moment=lambda: nth(2, commit),
    ),
    Write(
        name="upkeep.erase_unproven",
        before=_unproven_long_ago,
        act=lambda scene: scene.auth.upkeep.erase_unproven(),
        happened="SELECT count(*) = 0 FROM auth.users WHERE id = :user_id",
        event=EventKind.USER_ERASED,
        moment=lambda: nth(2, commit),
    ),
    Write(
        name="users.restore",
        before=_deleted,
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
    Write(
        name="access.define_role",
        act=lambda scene: scene.auth.access.define_role(
            name=scene.role, permissions=["invoices:read"], actor=None, origin=an_origin()
        ),
        happened="SELECT count(*) = 1 FROM auth.roles WHERE name = :role",
        event=EventKind.ROLE_DEFINED,
    ),
    Write(
        name="access.delete_role",
        before=_a_role,
        act=lambda scene: scene.auth.access.delete_role(name=scene.role, actor=None, origin=an_origin()),
        happened="SELECT count(*) = 0 FROM auth.roles WHERE name = :role",
        event=EventKind.ROLE_DELETED,
        again=RoleNotFound,
    ),
    Write(
        name="passwords.change_password",
        act=lambda scene: scene.person.change_password(),
        happened="SELECT version = 2 FROM auth.passwords WHERE user_id = :user_id",
        event=EventKind.PASSWORD_CHANGED,
        # Nobody can tell the caller from somebody who guesses. The new password is in force, and signs in.
        again=WrongPassword,
        moment=lambda: nth(2, commit),
    ),
    Write(
        name="recovery.verify_email",
        before=_sent(Purpose.VERIFY_EMAIL),
        act=lambda scene: scene.auth.recovery.verify_email(token=scene.token, origin=an_origin()),
        happened="SELECT email_verified_at IS NOT NULL FROM auth.users WHERE id = :user_id",
        event=EventKind.EMAIL_VERIFIED,
    ),
    Write(
        name="recovery.resend_verification",
        act=lambda scene: scene.auth.recovery.resend_verification(email=scene.person.email, origin=an_origin()),
        happened=_WAS_SENT.format("verify_email"),
        event=EventKind.EMAIL_PROOF_ASKED,
        # Another mail, with a token that takes the place of the first.
        times=2,
    ),
    Write(
        name="recovery.request_password_reset",
        act=lambda scene: scene.auth.recovery.request_password_reset(email=scene.person.email, origin=an_origin()),
        happened=_WAS_SENT.format("reset_password"),
        event=EventKind.PASSWORD_RESET_ASKED,
        # As above.
        times=2,
    ),
    Write(
        name="recovery.accept_invitation",
        before=_invited,
        act=lambda scene: scene.auth.recovery.accept_invitation(
            token=scene.token, password=NEW_PASSWORD, last_name="Lovelace", origin=an_origin()
        ),
        happened="SELECT status = 'active' FROM auth.users WHERE id = :user_id",
        event=EventKind.INVITATION_ACCEPTED,
        # The account is there, and the password signs in.
        again=UnusableToken,
        moment=lambda: nth(2, commit),
    ),
    Write(
        name="recovery.choose_password",
        before=_sent(Purpose.RESET_PASSWORD),
        act=lambda scene: scene.auth.recovery.choose_password(
            token=scene.token, new_password=NEW_PASSWORD, origin=an_origin()
        ),
        happened="SELECT version = 2 FROM auth.passwords WHERE user_id = :user_id",
        event=EventKind.PASSWORD_RECOVERED,
        # The new password is in force, and signs in.
        again=UnusableToken,
        moment=lambda: nth(2, commit),
    ),
    Write(
        name="recovery.request_email_change",
        act=lambda scene: scene.auth.recovery.request_email_change(
            user_id=scene.person.id,
            session_id=scene.person.session_id,
            new_email=scene.email,
            password=PASSWORD,
            origin=an_origin(),
        ),
        happened=_WAS_SENT.format("change_email"),
        event=EventKind.EMAIL_CHANGE_ASKED,
        # As above.
        times=2,
        moment=lambda: nth(2, commit),
    ),
    Write(
        name="recovery.confirm_email_change",
        before=_sent(Purpose.CHANGE_EMAIL),
        act=lambda scene: scene.auth.recovery.confirm_email_change(token=scene.token, origin=an_origin()),
        happened="SELECT email_canonical = :email FROM auth.users WHERE id = :user_id",
        event=EventKind.EMAIL_CHANGED,
        # The address is changed: whoever asks for one that is theirs is told.
        again=UnusableToken,
    ),
    Write(
        name="recovery.undo_email_change",
        before=_sent(Purpose.UNDO_EMAIL_CHANGE),
        act=lambda scene: scene.auth.recovery.undo_email_change(token=scene.token, origin=an_origin()),
        happened="SELECT email_canonical = :email FROM auth.users WHERE id = :user_id",
        event=EventKind.EMAIL_CHANGE_UNDONE,
        # The mail with which to choose a password is on its way.
        again=UnusableToken,
        moment=lambda: nth(2, commit),
    ),
    Write(
        name="login.log_in",
        act=lambda scene: scene.person.log_in(),
        happened="SELECT count(*) > 1 FROM auth.sessions WHERE user_id = :user_id",
        event=EventKind.LOGGED_IN,
        # The first session is there, and ends without ever having been used.
        times=2,
    ),
    Write(
        name="login.log_in with a new password",
        act=lambda scene: scene.auth.login.log_in(
            email=scene.person.email, password=PASSWORD, new_password=NEW_PASSWORD, origin=an_origin()
        ),
        happened="SELECT version = 2 FROM auth.passwords WHERE user_id = :user_id",
        event=EventKind.PASSWORD_CHANGED,
        # As with a change of the password: the new one signs in.
        again=InvalidCredentials,
    ),
    Write(
        name="sessions.end_of_user",
        act=lambda scene: scene.auth.sessions.end_of_user(
            user_id=scene.person.id, session_id=scene.person.session_id, actor=None, origin=an_origin()
        ),
        happened=_HAS_ENDED,
        event=EventKind.SESSION_ENDED,
    ),
    Write(
        name="sessions.end_all_of_user",
        act=lambda scene: scene.auth.sessions.end_all_of_user(user_id=scene.person.id, actor=None, origin=an_origin()),
        happened=_HAS_ENDED,
        event=EventKind.SESSIONS_ENDED,
    ),
    Write(
        name="sessions.refresh",
        act=lambda scene: scene.auth.sessions.refresh(refresh_token=scene.person.refresh_token, origin=an_origin()),
        happened="SELECT generation = 1 FROM auth.sessions WHERE id = :session_id",
        moment=lambda: prepared_statement,
    ),
    Write(
        name="sessions.refresh of a stolen link",
        before=_moved_on_twice,
        act=lambda scene: scene.auth.sessions.refresh(refresh_token=scene.person.refresh_token, origin=an_origin()),
        happened=_HAS_ENDED,
        event=EventKind.REFRESH_TOKEN_REUSED,
        refusal=InvalidRefreshToken,
    ),
    Write(
        name="sessions.log_out",
        act=lambda scene: scene.person.log_out(),
        happened=_HAS_ENDED,
        event=EventKind.SESSION_ENDED,
    ),
    Write(
        name="sessions.log_out_elsewhere",
        before=_signed_in_twice,
        act=lambda scene: scene.person.log_out_elsewhere(),
        happened="SELECT count(*) = 1 FROM auth.sessions WHERE user_id = :user_id AND ended_at IS NULL",
        event=EventKind.SESSIONS_ENDED,
    ),
    Write(
        name="sessions.log_out_everywhere",
        act=lambda scene: scene.auth.sessions.log_out_everywhere(user_id=scene.person.id, origin=an_origin()),
        happened=_HAS_ENDED,
        event=EventKind.SESSIONS_ENDED,
        # What was opened in between ends too; the second event says how many those were.
        times=2,
    ),
    Write(
        name="sessions.revoke",
        act=lambda scene: scene.auth.sessions.revoke(
            user_id=scene.person.id, session_id=scene.person.session_id, origin=an_origin()
        ),
        happened=_HAS_ENDED,
        event=EventKind.SESSION_ENDED,
    ),
    Write(
        name="tokens.rotate_keys",
        before=_all_keys_sign,
        act=lambda scene: scene.auth.tokens.rotate_keys(origin=an_origin()),
        happened="SELECT kid <> :kid FROM auth.signing_keys ORDER BY number DESC LIMIT 1",
        event=EventKind.SIGNING_KEY_CREATED,
        moment=lambda: nth(2, commit),
    ),
    Write(
        name="tokens.revoke_key",
        before=_all_keys_sign,
        act=lambda scene: scene.auth.tokens.revoke_key(kid=scene.kid, actor=None, origin=an_origin()),
        happened="SELECT revoked_at IS NOT NULL FROM auth.signing_keys WHERE kid = :kid",
        event=EventKind.SIGNING_KEY_REVOKED,
    ),
    Write(
        name="oauth.create_client",
        act=lambda scene: scene.auth.oauth.create_client(name=scene.client_name, actor=None, origin=an_origin()),
        happened="SELECT count(*) = 1 FROM auth.service_clients WHERE name = :client_name",
        event=EventKind.CLIENT_CREATED,
        # Its secret was told to nobody: another is made for it (`oauth.rotate_secret`).
        again=ClientNameTaken,
    ),
    Write(
        name="oauth.change_client",
        before=_a_client,
        act=lambda scene: scene.auth.oauth.change_client(
            client_id=scene.client_id, disabled=True, actor=None, origin=an_origin()
        ),
        happened="SELECT disabled_at IS NOT NULL FROM auth.service_clients WHERE id = cast(:client_id AS uuid)",
        event=EventKind.CLIENT_DISABLED,
    ),
    Write(
        name="oauth.rotate_secret",
        before=_a_client,
        act=lambda scene: scene.auth.oauth.rotate_secret(client_id=scene.client_id, actor=None, origin=an_origin()),
        happened="SELECT cardinality(replaced_digests) > 0 FROM auth.service_clients "
        "WHERE id = cast(:client_id AS uuid)",
        event=EventKind.CLIENT_SECRET_ROTATED,
        # The first secret was told to nobody.
        times=2,
    ),
    Write(
        name="oauth.delete_client",
        before=_a_client,
        act=lambda scene: scene.auth.oauth.delete_client(client_id=scene.client_id, actor=None, origin=an_origin()),
        happened="SELECT count(*) = 0 FROM auth.service_clients WHERE id = cast(:client_id AS uuid)",
        event=EventKind.CLIENT_DELETED,
        again=ClientNotFound,
    ),
    Write(
        name="oauth.authenticate with a wrong secret",
        before=_a_client,
        act=lambda scene: scene.auth.oauth.authenticate(
            scene.credentials(wrong=True), needs=ClientPermission.REVOKE, origin=an_origin()
        ),
        happened="SELECT count(*) > 0 FROM auth.audit_events "
        "WHERE kind = 'client.authentication_failed' AND details ->> 'client_id' = :client_id",
        event=EventKind.CLIENT_AUTHENTICATION_FAILED,
        # Every attempt is one.
        times=2,
        refusal=InvalidClient,
    ),
    Write(
        name="oauth.revoke",
        before=_a_client,
        act=lambda scene: scene.auth.oauth.revoke(
            credentials=scene.credentials(), token=scene.person.refresh_token, origin=an_origin()
        ),
        happened=_HAS_ENDED,
        event=EventKind.SESSION_ENDED,
    ),
    Write(
        name="audit.seal",
        before=_one_unsealed,
        act=lambda scene: scene.auth.audit.seal(),
        happened="SELECT count(*) = 0 FROM auth.audit_events "
        "WHERE id NOT IN (SELECT unnest(event_ids) FROM auth.audit_batches)",
    ),
    Write(
        name="audit.erase",
        act=lambda scene: scene.auth.audit.erase(user_id=scene.person.id, actor=None, origin=an_origin()),
        happened="SELECT count(*) > 0 FROM auth.audit_events "
        "WHERE kind = 'audit.personal_data_erased' AND subject = :user_id",
        event=EventKind.TRAIL_ERASED,
        # The order is committed before it is carried out, and each repetition is an order.
        times=2,
    ),
    Write(
        name="audit.make_room",
        before=_little_room,
        act=lambda scene: scene.auth.audit.make_room(),
        happened="SELECT count(*) > 1 FROM auth.audit_stretches()",
    ),
    Write(
        name="audit.remove_old",
        before=_sealed_and_never_shortened,
        act=_remove_old,
        happened="SELECT count(*) > 0 FROM auth.audit_events WHERE kind = 'audit.shortened'",
        event=EventKind.TRAIL_SHORTENED,
        # As above.
        times=2,
    ),
    Write(
        name="outbox.deliver",
        before=_a_message,
        act=_deliver_when_nobody_else_does,
        happened="SELECT attempts > 0 FROM auth.outbox_messages WHERE id = cast(:message_id AS uuid)",
        moment=lambda: prepared_statement,
    ),
    Write(
        name="outbox.deliver that cannot settle",
        before=_a_message,
        act=_deliver_when_nobody_else_does,
        happened="SELECT state = 'sent' FROM auth.outbox_messages WHERE id = cast(:message_id AS uuid)",
        moment=lambda: nth(2, prepared_statement),
    ),
    Write(
        name="outbox.retry",
        before=_a_dead_message,
        act=lambda scene: scene.auth.outbox.retry(message_id=scene.known_message, actor=None, origin=an_origin()),
        happened="SELECT state = 'waiting' FROM auth.outbox_messages WHERE id = cast(:message_id AS uuid)",
        event=EventKind.MESSAGE_RETRIED,
        # It waits, and cannot be told from one that always has.
        again=MessageNotFound,
    ),
    Write(
        name="outbox.drop",
        before=_a_message,
        act=lambda scene: scene.auth.outbox.drop(message_id=scene.known_message, actor=None, origin=an_origin()),
        happened="SELECT state = 'dropped' FROM auth.outbox_messages WHERE id = cast(:message_id AS uuid)",
        event=EventKind.MESSAGE_DROPPED,
        again=MessageNotFound,
    ),
    Write(
        name="webhooks.create",
        act=lambda scene: scene.auth.webhooks.create(
            url="https://receiver.example.com/", description=scene.email.lower(), actor=None, origin=an_origin()
        ),
        happened="SELECT count(*) > 0 FROM auth.webhooks WHERE description = :email",
        event=EventKind.WEBHOOK_CREATED,
        # Its secret was told to nobody: another is made, unless the call has a key.
        times=2,
    ),
    Write(
        name="webhooks.change",
        before=_a_webhook,
        act=lambda scene: scene.auth.webhooks.change(
            webhook_id=scene.known_webhook, disabled=True, actor=None, origin=an_origin()
        ),
        happened="SELECT disabled_at IS NOT NULL FROM auth.webhooks WHERE id = cast(:webhook_id AS uuid)",
        event=EventKind.WEBHOOK_DISABLED,
    ),
    Write(
        name="webhooks.change that enables",
        before=_a_disabled_webhook,
        act=lambda scene: scene.auth.webhooks.change(
            webhook_id=scene.known_webhook, disabled=False, actor=None, origin=an_origin()
        ),
        happened="SELECT disabled_at IS NULL FROM auth.webhooks WHERE id = cast(:webhook_id AS uuid)",
        event=EventKind.WEBHOOK_ENABLED,
    ),
    Write(
        name="webhooks.rotate_secret",
        before=_a_webhook,
        act=lambda scene: scene.auth.webhooks.rotate_secret(
            webhook_id=scene.known_webhook, actor=None, origin=an_origin()
        ),
        happened="SELECT cardinality(replaced_secrets) > 0 FROM auth.webhooks WHERE id = cast(:webhook_id AS uuid)",
        event=EventKind.WEBHOOK_SECRET_ROTATED,
        # The first secret was told to nobody.
        times=2,
    ),
    Write(
        name="webhooks.delete",
        before=_a_webhook,
        act=lambda scene: scene.auth.webhooks.delete(webhook_id=scene.known_webhook, actor=None, origin=an_origin()),
        happened="SELECT count(*) = 0 FROM auth.webhooks WHERE id = cast(:webhook_id AS uuid)",
        event=EventKind.WEBHOOK_DELETED,
        again=WebhookNotFound,
    ),
    Write(
        name="webhooks.try_out",
        before=_a_webhook,
        act=lambda scene: scene.auth.webhooks.try_out(webhook_id=scene.known_webhook, actor=None, origin=an_origin()),
        happened="SELECT count(*) > 0 FROM auth.audit_events "
        "WHERE kind = 'webhook.tested' AND details ->> 'webhook_id' = :webhook_id",
        event=EventKind.WEBHOOK_TESTED,
        times=2,
    ),
    Write(
        name="webhooks.deliver",
        before=_a_delivery,
        act=_tell_when_nobody_else_does,
        happened="SELECT attempts > 0 FROM auth.webhook_deliveries WHERE id = cast(:message_id AS uuid)",
        moment=lambda: prepared_statement,
    ),
    Write(
        name="webhooks.replay",
        before=_a_dead_delivery,
        act=lambda scene: scene.auth.webhooks.replay(
            webhook_id=scene.known_webhook, delivery_id=scene.known_message, actor=None, origin=an_origin()
        ),
        happened="SELECT state = 'waiting' FROM auth.webhook_deliveries WHERE id = cast(:message_id AS uuid)",
        event=EventKind.WEBHOOK_REPLAYED,
        # It waits, and cannot be told from one that always has.
        again=WebhookDeliveryNotFound,
    ),
    Write(
        name="webhooks.replay_failed",
        before=_a_dead_delivery,
        act=lambda scene: scene.auth.webhooks.replay_failed(
            webhook_id=scene.known_webhook, since=scene.clock.now(), actor=None, origin=an_origin()
        ),
        happened="SELECT state = 'waiting' FROM auth.webhook_deliveries WHERE id = cast(:message_id AS uuid)",
        event=EventKind.WEBHOOK_REPLAYED,
    ),
    Write(
        name="throttling.clear",
        act=lambda scene: scene.auth.throttling.clear(
            login_name=scene.person.email.lower(), subject=scene.person.id, actor=None, origin=an_origin()
        ),
        happened="SELECT count(*) > 0 FROM auth.audit_events WHERE kind = 'attempts.forgiven' AND subject = :user_id",
        event=EventKind.ATTEMPTS_FORGIVEN,
        # Full is full: but it was done twice, and is told twice.
        times=2,
    ),
    Write(
        name="upkeep.purge",
        before=_long_over,
        act=lambda scene: scene.auth.upkeep.purge(),
        happened="SELECT count(*) = 0 FROM auth.sessions WHERE id = :session_id",
        moment=lambda: prepared_statement,
    ),
    Write(
        name="upkeep.reseal",
        before=_only_they,
        act=lambda scene: scene.auth.upkeep.reseal(),
        happened="SELECT hash LIKE 'sealed anew:%' FROM auth.passwords WHERE user_id = :user_id",
        moment=lambda: nth(5, commit),
    ),
)
