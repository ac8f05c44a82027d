"""Our choices about webhooks."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from auth_core.outbox.policy import DeliveryPolicy
from auth_core.webhooks.reach import Reach

LONGEST_OVERLAP: Final = timedelta(days=7)
"""How long a replaced secret can sign at most."""

WEBHOOK_DELIVERY: Final = DeliveryPolicy(
    batch=20,
    lease=timedelta(minutes=2),
    send_within=timedelta(seconds=15),
    attempts=20,
    first_delay=timedelta(seconds=10),
    longest_delay=timedelta(hours=12),
)
"""Tried again for some two days, and at most for four: over a week-end on which nobody looks."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WebhookPolicy:
    """How events are told elsewhere.

    `delivery` says how often and how long it is tried, and how long it can be seen what became of it. `overlap` is how
    long a replaced secret signs unless whoever replaces it says otherwise. There are about `most` webhooks at most.
    `reach` says which addresses may be sent to.
    """

    delivery: DeliveryPolicy = WEBHOOK_DELIVERY
    overlap: timedelta = timedelta(days=1)
    most: int = 50
    reach: Reach = Reach()

    def __post_init__(self) -> None:
        if not timedelta(0) <= self.overlap <= LONGEST_OVERLAP:
            raise ValueError("overlap must lie between 0 and 7 days")
        if not 1 <= self.most <= 1000:
            raise ValueError("most must lie between 1 and 1,000")
