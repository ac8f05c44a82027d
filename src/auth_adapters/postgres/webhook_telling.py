"""The writing of deliveries along with the events they tell of: by the statement that records the event."""

from typing import Any, Final

from sqlalchemy import (
    ColumnElement,
    Insert,
    Select,
    Text,
    Uuid,
    any_,
    bindparam,
    cast,
    func,
    insert,
    literal,
    select,
)
from sqlalchemy.dialects.postgresql import ARRAY, array

from auth_adapters.postgres.queue import ARRIVALS
from auth_adapters.postgres.webhook_deliveries import DELIVERIES
from auth_adapters.postgres.webhooks import WEBHOOKS
from auth_core.outbox.model import State
from auth_core.webhooks.catalogue import EVERYTHING

_COLUMNS: Final = ("id", "webhook_id", "event_id", "kind", "state", "attempts", "created_at", "due_at")


def recorded_and_told(
    record: Insert, *, event_id: ColumnElement[Any], kind: ColumnElement[Any], at: ColumnElement[Any], notify: bool
) -> Select[Any]:
    """Return the statement that runs `record`, and adds a delivery for each webhook that wants the kind of its event.

    Where nobody has a webhook that costs a look at an empty table, and no round trip. With `notify` whoever delivers
    hears of the commit, if there is a delivery.
    """
    told = insert(DELIVERIES).from_select(_COLUMNS, _deliveries(event_id, kind, at)).returning(DELIVERIES.c.id).cte()
    hint = func.pg_notify(ARRIVALS, "", type_=Text) if notify else literal(1)
    return select(hint).select_from(told).add_cte(record.cte())


def told_of_all(events: Any, *, ids: str) -> Insert:  # noqa: ANN401 - a table, of which SQLAlchemy knows the columns
    """Return the statement that adds the deliveries for the events whose ids are given by this name."""
    which = events.c.id == any_(bindparam(ids, type_=ARRAY(Uuid)))
    return insert(DELIVERIES).from_select(_COLUMNS, _deliveries(events.c.id, events.c.kind, events.c.at).where(which))


def _deliveries(
    event_id: ColumnElement[Any], kind: ColumnElement[Any], at: ColumnElement[Any]
) -> Select[*tuple[Any, ...]]:
    wanted = cast(array([kind, literal(EVERYTHING, Text)]), ARRAY(Text))
    return select(
        func.gen_random_uuid(type_=Uuid),
        WEBHOOKS.c.id,
        event_id,
        kind,
        literal(State.WAITING.value, Text),
        literal(0),
        at,
        at,
    ).where(WEBHOOKS.c.disabled_at.is_(None), WEBHOOKS.c.types.overlap(wanted))
