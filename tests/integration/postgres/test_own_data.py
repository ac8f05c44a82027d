"""Everything that is held on somebody is found in the database, and nothing of anybody else."""

import pytest

from auth_core import AuthCore
from auth_core.sessions import export_own_data
from auth_core.testing import an_origin
from tests.integration.postgres.person import NEW_PASSWORD, PASSWORD, signed_in


async def test_what_is_held_is_theirs_and_comes_page_by_page(auth: AuthCore, monkeypatch: pytest.MonkeyPatch) -> None:
    somebody, other = await signed_in(auth), await signed_in(auth)
    await auth.passwords.change_password(
        user_id=somebody.id,
        session_id=somebody.session_id,
        current_password=PASSWORD,
        new_password=NEW_PASSWORD,
        origin=an_origin(),
    )
    monkeypatch.setattr(export_own_data, "LARGEST_PAGE", 2)
    told = await auth.sessions.export_own(user_id=somebody.id)

    assert told.profile.user.id == somebody.id != other.id
    assert told.password is not None
    assert told.password.changes == 1
    assert [session.id for session in told.sessions] == [somebody.session_id]
    assert sorted(event.kind for event in told.events) == ["login.succeeded", "password.changed", "user.registered"]
    assert {event.subject for event in told.events} == {somebody.id}
