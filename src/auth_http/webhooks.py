"""Who posts to receivers of webhooks, as the settings want it. What it needs is imported when something is posted."""

from typing import TYPE_CHECKING

from auth_core.assembly import Policies
from auth_core.webhooks.model import Response, SignedRequest
from auth_http.exit_codes import CannotRun, ExitCode
from auth_http.settings import Settings

if TYPE_CHECKING:
    from auth_adapters.webhooks.sender import HttpWebhookSender


class LateWebhookSender:
    """Makes a sender when it is first needed: commands that post nothing do not wait for its imports."""

    def __init__(self, settings: Settings, policies: Policies) -> None:
        self._settings = settings
        self._policy = policies.webhooks
        self._sender: HttpWebhookSender | None = None

    def open(self) -> "HttpWebhookSender":
        """Return the sender. Raises: CannotRun."""
        if self._sender is None:
            from auth_adapters.webhooks.sender import HttpWebhookSender  # noqa: PLC0415 - see above

            try:
                self._sender = HttpWebhookSender(
                    self._policy.reach,
                    patience=self._policy.delivery.send_within,
                    ca_file=self._settings.webhook_ca_file,
                )
            except OSError:  # ssl.SSLError is one
                raise CannotRun(
                    "AUTH_WEBHOOK_CA_FILE cannot be read, or holds no certificates in PEM.", ExitCode.BAD_SETTINGS
                ) from None
        return self._sender

    async def post(self, request: SignedRequest) -> Response:
        """Post, as `HttpWebhookSender` does. Raises: CannotRun."""
        return await self.open().post(request)

    async def close(self) -> None:
        """Close the connections, if there are any."""
        if self._sender is not None:
            await self._sender.close()
