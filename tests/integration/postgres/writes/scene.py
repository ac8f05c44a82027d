"""What a use case that writes is called with, and what is known of the call."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

from sqlalchemy.ext.asyncio import AsyncEngine

from auth_adapters.system import SystemEntropy
from auth_core import AuthCore, AuthError, ClientCredentials, Redacted
from auth_core.audit.events import EventKind
from auth_core.ids import ClientId, MessageId, WebhookId
from auth_core.oauth.model import IssuedSecret
from auth_core.testing import MovableClock, a_role, a_service_client, an_email
from auth_core.verification.secret import new_token
from tests.integration.postgres.cutting_proxy import Moment, commit
from tests.integration.postgres.person import Person, signed_in
from tests.integration.postgres.questions import scalar


@dataclass(slots=True)
class Scene:
    """A service whose connections can be cut, somebody signed in, and a way past the service."""

    auth: AuthCore
    operator: AsyncEngine
    clock: MovableClock
    person: Person
    email: str = field(default_factory=an_email)
    kid: str = ""
    client: IssuedSecret | None = None
    token: Redacted[str] = field(default_factory=lambda: new_token(SystemEntropy()))
    role: str = field(default_factory=lambda: a_role().name)
    message_id: MessageId | None = None
    client_name: str = field(default_factory=lambda: a_service_client().name)
    webhook_id: WebhookId | None = None

    @property
    def client_id(self) -> ClientId:
        assert self.client is not None
        return self.client.client.id

    @property
    def known_message(self) -> MessageId:
        assert self.message_id is not None
        return self.message_id

    @property
    def known_webhook(self) -> WebhookId:
        assert self.webhook_id is not None
        return self.webhook_id

    def credentials(self, *, wrong: bool = False) -> ClientCredentials:
        """What the client shows of itself."""
        assert self.client is not None
        secret = Redacted("authcs_wrong") if wrong else self.client.secret
        return ClientCredentials(client_id=str(self.client_id), secret=secret)

    async def ask(self, question: str) -> object:
        """Return the one value that is asked for: what stands in `known` can be named."""
        known = {
            "user_id": self.person.id,
            "session_id": self.person.session_id,
            "email": self.email.lower(),
            "kid": self.kid,
            "role": self.role,
            "client_name": self.client_name,
            "message_id": str(self.message_id),
            "webhook_id": str(self.webhook_id),
            "client_id": str(self.client.client.id) if self.client else "",
        }
        return await scalar(
            self.operator, question, **{name: value for name, value in known.items() if f":{name}" in question}
        )


type Act = Callable[[Scene], Awaitable[object]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Write:
    """One of them.

    `happened` asks the store whether it has. `event` is what the trail tells of it, `times` how often it does when the
    first call had come about and the second did as well: where that is not once, a repetition is another effect.
    `again` is what the second is told then; `refusal` what the call is told in any case.
    """

    name: str
    act: Act
    happened: str
    event: EventKind | None = None
    times: int = 1
    again: type[AuthError] | None = None
    refusal: type[AuthError] | None = None
    moment: Callable[[], Moment] = lambda: commit
    before: Act | None = None

    def __str__(self) -> str:
        return self.name

    @property
    def use_case(self) -> str:
        return self.name.partition(" ")[0]


async def a_scene(auth: AuthCore, operator: AsyncEngine, clock: MovableClock, write: Write) -> Scene:
    """Return a scene that nobody has used before, in which the call has its effect yet to come."""
    scene = Scene(auth, operator, clock, await signed_in(auth))
    if write.before is not None:
        await write.before(scene)
    return scene
