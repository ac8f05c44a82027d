"""What an examination finds."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One thing that was looked at: whether it is well, what was seen, and how to mend it if it is not."""

    check: str
    ok: bool
    detail: str
    mend: str | None = None
