"""Sessions: they go on, and they end."""

from typing import Final

from auth_core import InvalidRefreshToken
from auth_core.audit.events import EventKind
from auth_core.testing import an_origin
from tests.integration.postgres.cutting_proxy import prepared_statement
from tests.integration.postgres.writes.people import HAS_ENDED
from tests.integration.postgres.writes.scene import Scene, Write


async def _signed_in_twice(scene: Scene) -> None:
    await scene.person.log_in()


async def _moved_on_twice(scene: Scene) -> None:
    stolen = scene.person.tokens
    await scene.person.refresh()
    await scene.person.refresh()
    scene.person.tokens = stolen


WRITES: Final = (
    Write(
        name="sessions.end_of_user",
        act=lambda scene: scene.auth.sessions.end_of_user(
            user_id=scene.person.id, session_id=scene.person.session_id, actor=None, origin=an_origin()
        ),
        happened=HAS_ENDED,
        event=EventKind.SESSION_ENDED,
    ),
    Write(
        name="sessions.end_all_of_user",
        act=lambda scene: scene.auth.sessions.end_all_of_user(user_id=scene.person.id, actor=None, origin=an_origin()),
        happened=HAS_ENDED,
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
        happened=HAS_ENDED,
        event=EventKind.REFRESH_TOKEN_REUSED,
        refusal=InvalidRefreshToken,
    ),
    Write(
        name="sessions.log_out",
        act=lambda scene: scene.person.log_out(),
        happened=HAS_ENDED,
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
        happened=HAS_ENDED,
        event=EventKind.SESSIONS_ENDED,
        # What was opened in between ends too; the second event says how many those were.
        times=2,
    ),
    Write(
        name="sessions.revoke",
        act=lambda scene: scene.auth.sessions.revoke(
            user_id=scene.person.id, session_id=scene.person.session_id, origin=an_origin()
        ),
        happened=HAS_ENDED,
        event=EventKind.SESSION_ENDED,
    ),
)
