"""What a caller has seen of a thing before they change it, so that nobody's change is lost unseen."""

from collections.abc import Collection

type Seen = Collection[str] | None
"""The tags of the states the caller knows, one of which is to be the present one; None for whatever it is."""


def is_outdated(seen: Seen, tag: str) -> bool:
    """Say whether the state `tag` is another one than the caller has seen. Ask with the thing locked."""
    return seen is not None and tag not in seen
