"""People in the states in which the writes of several rooms find them, and what is asked of them after."""

from dataclasses import replace
from typing import Final

from auth_core.testing import a_one_time_token, an_origin
from auth_core.verification.model import OneTimeToken, Purpose
from auth_core.verification.secret import digest_of
from tests.integration.postgres.writes.scene import Scene

IS_GONE: Final = "SELECT count(*) = 0 FROM auth.users WHERE id = :user_id"
HAS_NEW_PASSWORD: Final = "SELECT version = 2 FROM auth.passwords WHERE user_id = :user_id"
HAS_ENDED: Final = "SELECT ended_at IS NOT NULL FROM auth.sessions WHERE id = :session_id"


async def deleted(scene: Scene) -> None:
    await scene.auth.users.delete(user_id=scene.person.id, actor=None, origin=an_origin())


async def invited(scene: Scene) -> None:
    """Let the person be one who was invited, with a token that is known."""
    user = await scene.auth.users.invite(email=scene.email, first_name="Ada", actor=None, origin=an_origin())
    scene.person.id, scene.person.email = user.id, scene.email
    token = a_one_time_token(user, Purpose.ACCEPT_INVITATION, at=scene.clock.now())
    await keep_token(scene, replace(token, binding=replace(token.binding, password_version=0)))


async def keep_token(scene: Scene, token: OneTimeToken) -> None:
    """Let the token the scene knows be the one that was sent."""
    async with scene.auth.recovery.verify_email.uow() as tx:
        await tx.one_time_tokens.add(replace(token, digest=digest_of(scene.token)))
