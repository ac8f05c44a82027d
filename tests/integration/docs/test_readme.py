"""The walk in the README, by a real shell and curl against the real service."""

from pathlib import Path

from tests.integration.docs.served import Service
from tests.integration.docs.shell import run
from tests.unit.docs.markdown import executed_by

ONCE_MORE = 'curl -sS $AUTH/auth/me -H "Authorization: Bearer $ACCESS"'


def test_the_walk_ends_with_a_token_that_is_refused(service: Service, tmp_path: Path) -> None:
    (walk,) = executed_by(Path(__file__))
    assert "AUTH=http://127.0.0.1:8000\n" in walk.text
    text = walk.text.replace("http://127.0.0.1:8000", service.address)

    outcome = run(text, ONCE_MORE, environ={}, folder=tmp_path)

    register, login, me, sessions, refresh, logout, afterwards = outcome.statuses
    assert (register, login, me, sessions, refresh, logout) == (201, 200, 200, 200, 200, 204)
    assert afterwards == 401
    assert '"code": "revoked_token"' in outcome.said
    assert not outcome.complaints
