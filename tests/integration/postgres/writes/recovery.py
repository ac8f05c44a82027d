"""What is done with a token that came by mail, and what sends one."""

from dataclasses import replace
from typing import Final

from auth_core import UnusableToken
from auth_core.audit.events import EventKind
from auth_core.testing import a_one_time_token, an_origin
from auth_core.verification.model import Purpose
from tests.integration.postgres.cutting_proxy import commit, nth
from tests.integration.postgres.person import NEW_PASSWORD, PASSWORD
from tests.integration.postgres.writes.people import HAS_NEW_PASSWORD, invited, keep_token
from tests.integration.postgres.writes.scene import Act, Scene, Write

_WAS_SENT: Final = "SELECT count(*) > 0 FROM auth.one_time_tokens WHERE user_id = :user_id AND purpose = '{}'"
_HAS_THE_OTHER_ADDRESS: Final = "SELECT email_canonical = :email FROM auth.users WHERE id = :user_id"


def _sent(purpose: Purpose) -> Act:
    """Let a token be on its way: to the address of the person, or to the other one when it is about that."""

    async def send(scene: Scene) -> None:
        user = await scene.auth.users.look_up_by_email(email=scene.person.email)
        about_another = purpose in (Purpose.CHANGE_EMAIL, Purpose.UNDO_EMAIL_CHANGE)
        token = replace(
            a_one_time_token(user, purpose, at=scene.clock.now()),
            address=scene.email if about_another else user.email.address,
        )
        await keep_token(scene, token)

    return send


WRITES: Final = (
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
        before=invited,
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
        happened=HAS_NEW_PASSWORD,
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
        happened=_HAS_THE_OTHER_ADDRESS,
        event=EventKind.EMAIL_CHANGED,
        # The address is changed: whoever asks for one that is theirs is told.
        again=UnusableToken,
    ),
    Write(
        name="recovery.undo_email_change",
        before=_sent(Purpose.UNDO_EMAIL_CHANGE),
        act=lambda scene: scene.auth.recovery.undo_email_change(token=scene.token, origin=an_origin()),
        happened=_HAS_THE_OTHER_ADDRESS,
        event=EventKind.EMAIL_CHANGE_UNDONE,
        # The mail with which to choose a password is on its way.
        again=UnusableToken,
        moment=lambda: nth(2, commit),
    ),
)
