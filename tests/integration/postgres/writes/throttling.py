"""Attempts that are forgiven."""

from typing import Final

from auth_core.audit.events import EventKind
from auth_core.testing import an_origin
from tests.integration.postgres.writes.scene import Write

WRITES: Final = (
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
)
