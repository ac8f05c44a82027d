"""Bytes as text that is handed out and taken back: in one spelling, so that whoever changes a letter is refused."""

from base64 import urlsafe_b64decode, urlsafe_b64encode


def written(packed: bytes) -> str:
    """Return the text for `packed`."""
    return urlsafe_b64encode(packed).decode("ascii")


def read(text: str) -> bytes:
    """Return what was written. Raises: ValueError for everything that `written` does not return."""
    packed = urlsafe_b64decode(text.encode("ascii"))
    if written(packed) != text:
        raise ValueError(text)
    return packed
