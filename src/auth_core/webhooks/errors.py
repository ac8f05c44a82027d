"""What can go wrong with webhooks."""

from auth_core.errors import Conflict, Fault, NotFound, Rejected


class InvalidWebhookUrl(Rejected):
    """Nothing is sent to this address."""

    code = "invalid_webhook_url"
    detail = (
        "A webhook needs an address such as https://example.com/hooks: https, no user name, no fragment, at most 2,000 "
        "characters of ASCII, and no host of a private network."
    )

    def __init__(self) -> None:
        super().__init__(Fault("url", self.code, self.detail))


class InvalidWebhookDescription(Rejected):
    """The text cannot describe a webhook."""

    code = "invalid_webhook_description"
    detail = "A description is one line of up to 200 characters that can be printed."

    def __init__(self) -> None:
        super().__init__(Fault("description", self.code, self.detail))


class UnknownEventType(Rejected):
    """There are no events of this type, or none that are told elsewhere."""

    code = "unknown_event_type"
    detail = "A webhook is told of one or more of the documented types of events, or of every one by *."

    def __init__(self) -> None:
        super().__init__(Fault("types", self.code, self.detail))


class WebhookOverlapTooLong(Rejected):
    """A replaced secret cannot sign for that long."""

    code = "webhook_overlap_too_long"
    detail = "A replaced secret may sign for 7 days at most."

    def __init__(self) -> None:
        super().__init__(Fault("overlap_seconds", self.code, self.detail))


class TooManyWebhooks(Conflict):
    """There are as many webhooks as there may be."""

    code = "too_many_webhooks"
    detail = "There are as many webhooks as there may be. Delete one that is not needed."


class WebhookNotFound(NotFound):
    """There is no such webhook."""

    code = "webhook_not_found"
    detail = "There is no such webhook."


class WebhookDeliveryNotFound(NotFound):
    """There is no such delivery, or it is still under way."""

    code = "webhook_delivery_not_found"
    detail = "This webhook has no such delivery that is over."


class InvalidDeliveryCursor(Rejected):
    """The text is no place in the listing of deliveries. Begin at the first page instead."""

    code = "invalid_delivery_cursor"
    detail = "This is no place in the list of deliveries. Leave it out to begin with the first page."

    def __init__(self) -> None:
        super().__init__(Fault("cursor", self.code, self.detail))


class InvalidWebhook(Exception):
    """What was received is not to be believed: it was not signed with a secret of yours, or not just now.

    Its words are for the receiver's own log. Whoever sent it is answered 400, and nothing else.
    """


class UnreadableSecret(Exception):
    """A stored secret cannot be opened."""
