"""A listing, a page at a time: by key, never by offset, so that the last page costs what the first one does."""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Page[Item, Key]:
    """Some items of a listing in its order, and the key to ask for what follows; None when nothing does."""

    items: Sequence[Item]
    next: Key | None
