"""A moment as a caller writes it."""

import re
from datetime import UTC, datetime
from typing import Annotated, Final

from pydantic import AfterValidator, AwareDatetime, BeforeValidator

_RFC_3339: Final = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}[Tt][0-9]{2}:[0-9]{2}:[0-9]{2}(?:\.[0-9]+)?(?:[Zz]|[+-][0-9]{2}:[0-9]{2})"
)


def _written_as_moment(given: object) -> object:
    """Refuse what the validator would take besides: it reads `0` as the beginning of 1970."""
    if isinstance(given, str) and _RFC_3339.fullmatch(given) is None:
        raise ValueError("this is no moment")
    return given


def _in_utc(moment: datetime) -> datetime:
    """Refuse what does not exist in UTC: there are such moments at both ends of the calendar, and databases fail."""
    try:
        moment.astimezone(UTC)
    except OverflowError:
        raise ValueError("this is no moment in UTC") from None
    return moment


InUtc = Annotated[AwareDatetime, AfterValidator(_in_utc)]
"""A moment with an offset, however it is written, that exists in UTC."""

Moment = Annotated[AwareDatetime, AfterValidator(_in_utc), BeforeValidator(_written_as_moment)]
"""A moment as RFC 3339 §5.6 has it."""
