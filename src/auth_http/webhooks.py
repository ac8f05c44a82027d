"""Who posts to receivers of webhooks, as the settings want it. What it needs is imported when something is posted."""

import asyncio
import threading
from typing import TYPE_CHECKING

from auth_adapters.extras import needs
from auth_core.assembly import Policies
from auth_core.webhooks.model import Response, SignedRequest
from auth_http.exit_codes import CannotRun, ExitCode
from auth_http.settings import Settings

if TYPE_CHECKING:
    from auth_adapters.webhooks.sender import HttpWebhookSender


class LateWebhookSender:
    """Makes a sender when it is first needed: who posts nothing neither waits for its imports nor holds them."""

    def __init__(self, settings: Settings, policies: Policies) -> None:
        self._settings = settings
        self._policy = policies.webhooks
        self._sender: HttpWebhookSender | None = None
        self._making = threading.Lock()

    def check(self) -> None:
        """See that there can be a sender; with certificates of the operator's, make it. Raises: CannotRun."""
        needs("webhooks", "httpcore2")
        if self._settings.webhook_ca_file is not None:
            self._open()

    async def post(self, request: SignedRequest) -> Response:
        """Post, as `HttpWebhookSender` does. Raises: CannotRun."""
        sender = self._sender
        if sender is None:
            # In a thread: imports and the certificates of the system take 40 ms, in which others want to be answered.
            sender = await asyncio.to_thread(self._open)
        return await sender.post(request)

    async def close(self) -> None:
        """Close the connections, if there are any."""
        if self._sender is not None:
            await self._sender.close()

    def _open(self) -> "HttpWebhookSender":
        with self._making:
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
