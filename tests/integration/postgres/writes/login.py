"""Logging in."""

from typing import Final

from auth_core import InvalidCredentials
from auth_core.audit.events import EventKind
from auth_core.testing import an_origin
from tests.integration.postgres.person import NEW_PASSWORD, PASSWORD
from tests.integration.postgres.writes.people import HAS_NEW_PASSWORD
from tests.integration.postgres.writes.scene import Write

WRITES: Final = (
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
        happened=HAS_NEW_PASSWORD,
        event=EventKind.PASSWORD_CHANGED,
        # As with a change of the password: the new one signs in.
        again=InvalidCredentials,
    ),
)
