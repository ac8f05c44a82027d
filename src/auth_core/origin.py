"""Where a call came from: kept with sessions and audit events, believed for nothing else."""

from dataclasses import dataclass
from typing import Final

from auth_core.text import printable

_LONGEST_ADDRESS: Final = 64
_LONGEST_USER_AGENT: Final = 256
_LONGEST_REQUEST_ID: Final = 64


@dataclass(frozen=True, slots=True, kw_only=True)
class Origin:
    """The caller's address, user agent and request id, as far as the entry point knows them.

    What callers say of themselves is cut to a sane length and stripped of everything unprintable on the way in, so
    that whoever shows it later need not think about it.
    """

    address: str | None = None
    user_agent: str | None = None
    request_id: str | None = None

    def __post_init__(self) -> None:
        for name, said, longest in (
            ("address", self.address, _LONGEST_ADDRESS),
            ("user_agent", self.user_agent, _LONGEST_USER_AGENT),
            ("request_id", self.request_id, _LONGEST_REQUEST_ID),
        ):
            if said is not None and (kept := printable(said)[:longest] or None) is not said:
                object.__setattr__(self, name, kept)
