"""Over HTTP too, whoever asked for a change that may have come about is told so, and when to ask again."""

import json
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlencode

import pytest
from starlette.types import ASGIApp

from auth_core.testing import an_email
from auth_http.application import application
from auth_http.settings import Settings
from tests.integration.postgres.cutting_proxy import Loss, Moment, commit, nth, prepared_statement
from tests.integration.postgres.line import Line
from tests.integration.postgres.person import NEW_PASSWORD, PASSWORD, Person, signed_in
from tests.unit.http.asgi import FORM, JSON, Answer, ask
from tests.unit.http.parts import Parts

_NAMES: Final = {"first_name": "Augusta", "last_name": "King"}


@dataclass(frozen=True, slots=True)
class Request:
    """Something that changes something. `again` is what a repetition is answered when it had; forms have a `grant`."""

    method: str
    path: str
    again: int
    moment: Moment = commit
    grant: str | None = None

    def __str__(self) -> str:
        return " ".join(filter(None, (self.method, self.path, self.grant)))

    def content(self, person: Person, new_email: str) -> tuple[tuple[tuple[bytes, bytes], ...], bytes]:
        """Return the body, and the header that says what it is."""
        password, refresh_token = PASSWORD.reveal(), person.refresh_token.reveal()
        documents: dict[str, dict[str, str]] = {
            "/auth/register": {"email": new_email, "password": password, **_NAMES},
            "/auth/login": {"email": person.email, "password": password},
            "/auth/refresh": {"refresh_token": refresh_token},
            "/auth/me": _NAMES,
            "/auth/change-password": {"current_password": password, "new_password": NEW_PASSWORD.reveal()},
        }
        if self.grant == "password":
            return (FORM,), urlencode(
                {"grant_type": self.grant, "username": person.email, "password": password}
            ).encode()
        if self.grant is not None:
            return (FORM,), urlencode({"grant_type": self.grant, "refresh_token": refresh_token}).encode()
        document = documents.get(self.path)
        return ((JSON,), json.dumps(document).encode()) if document else ((), b"")


REQUESTS: Final = (
    Request("POST", "/auth/register", 409),
    Request("POST", "/auth/login", 200),
    Request("POST", "/auth/refresh", 200, prepared_statement),
    Request("POST", "/auth/token", 200, grant="password"),
    Request("POST", "/auth/token", 200, prepared_statement, grant="refresh_token"),
    Request("PATCH", "/auth/me", 200),
    Request("PUT", "/auth/me", 200),
    # Its session is signed out by then, and the token with it.
    Request("DELETE", "/auth/sessions/{session_id}", 401),
    Request("POST", "/auth/logout", 401),
    Request("POST", "/auth/logout-all", 401),
    # The current password is wrong by then, and the new one signs in.
    Request("POST", "/auth/change-password", 401, nth(2, commit)),
)


@pytest.fixture
def app(line: Line) -> ASGIApp:
    return application(Parts(settings=Settings(), auth=line.auth))


@pytest.mark.covers("DB-02", "DB-09")
@pytest.mark.parametrize("request_", REQUESTS, ids=str)
async def test_a_lost_commit_is_told_as_one_and_the_request_may_be_repeated(
    line: Line, app: ASGIApp, request_: Request
) -> None:
    person = await signed_in(line.auth)
    new_email = an_email()

    line.proxy.cut_at_next(request_.moment, Loss.REPLY)
    lost = await send(app, request_, person, new_email)
    again = await send(app, request_, person, new_email)

    assert (lost.status, told_in(lost)) == (503, "temporarily_unavailable" if request_.grant else "outcome_unknown")
    assert int(lost.header("retry-after") or 0) >= 1
    assert again.status == request_.again


async def send(app: ASGIApp, request: Request, person: Person, new_email: str) -> Answer:
    assert person.tokens is not None
    bearer = (b"authorization", f"Bearer {person.tokens.access_token.reveal()}".encode())
    headers, body = request.content(person, new_email)
    path = request.path.format(session_id=person.session_id)
    answer = await ask(app, request.method, path, *([] if request.grant else [bearer]), *headers, body=body)
    assert answer is not None
    return answer


def told_in(answer: Answer) -> str:
    """Return the code of the problem, or the error as OAuth has it (RFC 6749 §5.2), which knows no finer one."""
    return str(answer.json()["error"]) if answer.header("content-type") == "application/json" else answer.code
