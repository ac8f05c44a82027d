"""A password that is changed by whoever has it."""

from typing import Final

from auth_core import WrongPassword
from auth_core.audit.events import EventKind
from tests.integration.postgres.cutting_proxy import commit, nth
from tests.integration.postgres.writes.people import HAS_NEW_PASSWORD
from tests.integration.postgres.writes.scene import Write

WRITES: Final = (
    Write(
        name="passwords.change_password",
        act=lambda scene: scene.person.change_password(),
        happened=HAS_NEW_PASSWORD,
        event=EventKind.PASSWORD_CHANGED,
        # Nobody can tell the caller from somebody who guesses. The new password is in force, and signs in.
        again=WrongPassword,
        moment=lambda: nth(2, commit),
    ),
)
