"""The page of what webhooks are told, from its catalogue."""

from typing import Final

from auth_core.webhooks.catalogue import CATALOGUE
from docs.generate import markdown
from docs.generate.markdown import code, codes, table

_INTRODUCTION: Final = """\
What a webhook can be told. The type is the name the event has in the [audit trail](events.md); there it has more, and
`event_id` is where to find it. [Tell programs what happens](../guides/webhooks.md) says how to receive it."""
_MEMBERS: Final = """\
Every body is `{"type": …, "timestamp": …, "data": …}`: the time is that of the event, in UTC with milliseconds. Every
`data` has `event_id`, `user_id` (whom it happened to), `actor_id` (who did it) and `session_id`; the last three are
null where there is none, and `actor_id` is null as well when an operator did it, or the service itself. What a type has
besides is in the table. Members may be added, and none is taken away.

No body says who somebody is: there is no name, no address, no network address and no secret in it. When what is
personal in an event has been erased before it was told, the members of the last column are missing."""
_TEST: Final = """\
`webhook.test` is posted by order of an operator only, whatever a webhook is told otherwise; its `data` has
`webhook_id`."""


def page() -> str:
    """Return the page."""
    return markdown.page(
        "What webhooks are told",
        "src/auth_core/webhooks/catalogue.py",
        _INTRODUCTION,
        _MEMBERS,
        table(
            ("type", "what happened", "besides in `data`"),
            [
                (code(kind.value), told.meaning, codes([*told.plain, *told.lists.values()]))
                for kind, told in CATALOGUE.items()
            ],
        ),
        _TEST,
    )
