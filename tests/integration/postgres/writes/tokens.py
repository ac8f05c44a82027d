"""The keys that sign access tokens."""

from datetime import timedelta
from typing import Final

from auth_core.audit.events import EventKind
from auth_core.testing import an_origin
from tests.integration.postgres.cutting_proxy import commit, nth
from tests.integration.postgres.writes.scene import Scene, Write


async def _all_keys_sign(scene: Scene) -> None:
    scene.clock.advance(timedelta(hours=1))
    await scene.auth.tokens.load_keys()
    scene.kid = str(
        await scene.ask("SELECT kid FROM auth.signing_keys WHERE revoked_at IS NULL ORDER BY number DESC LIMIT 1")
    )


WRITES: Final = (
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
)
