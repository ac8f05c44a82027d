"""A secret that does not show itself."""

from typing import Final, Never, final

_STARS: Final = "********"


@final
class Redacted[T]:
    """Holds a secret; prints as stars wherever it is printed, and only `reveal()` gives it back.

    It cannot be pickled and has no equality of its own, so that it neither crosses a process boundary nor is
    compared in variable time by accident.
    """

    __slots__ = ("__secret",)

    def __init__(self, secret: T) -> None:
        self.__secret = secret

    def reveal(self) -> T:
        """Return the secret. Every call of this is a place to look at in a review."""
        return self.__secret

    def __repr__(self) -> str:
        return f"Redacted({_STARS})"

    def __str__(self) -> str:
        return _STARS

    def __format__(self, spec: str) -> str:
        return _STARS

    def __reduce__(self) -> Never:
        raise TypeError("a Redacted value cannot be pickled: it must not leave this process")
