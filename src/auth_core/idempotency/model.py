"""A call that is to have its effect once."""

import hashlib
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final, NewType

from auth_core.idempotency.errors import InvalidIdempotencyKey
from auth_core.ids import UserId

IdempotencyKey = NewType("IdempotencyKey", str)
AnswerName = NewType("AnswerName", bytes)
"""Under which an answer is kept: a digest of the key and of who gave it."""

_KEY: Final = re.compile(r'("?)([\x21\x23-\x5b\x5d-\x7e]{1,128})\1', re.ASCII)


def idempotency_key(text: str) -> IdempotencyKey:
    """Read a key, with quotes around it (as a string of RFC 9651) or without. Raises: InvalidIdempotencyKey."""
    read = _KEY.fullmatch(text)
    if read is None:
        raise InvalidIdempotencyKey
    return IdempotencyKey(read[2])


@dataclass(frozen=True, slots=True)
class Unproven:
    """A caller who has proven nothing, and is told from others by something of what they ask for: an address.

    Whoever says the same and finds out the key is still told nothing but by asking for exactly the same; and a
    guess that is wrong costs the answer.
    """

    says: str


type Caller = UserId | Unproven | None
"""Who may be told the answer again; None is the operator of the machine."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Once[Result]:
    """What a use case is given to have its effect once.

    `request` says everything that is asked for, and may hold secrets; `write` makes the answer of the outcome, in
    whatever form the caller reads again when AnsweredBefore brings it back.
    """

    key: IdempotencyKey
    caller: Caller
    request: bytes = field(repr=False)
    write: Callable[[Result], bytes]

    @property
    def name(self) -> AnswerName:
        """Under which the answer is kept. Nothing of the request is in it: a digest of a password can be guessed."""
        match self.caller:
            case Unproven(says=says):
                caller = f"unproven\n{says}"
            case None:
                caller = "operator"
            case user_id:
                caller = f"user\n{user_id}"
        return AnswerName(hashlib.sha256(f"{caller}\n{self.key}".encode("utf-8", "surrogatepass")).digest())

    @property
    def digest(self) -> bytes:
        """The request in brief. It is kept sealed only."""
        return hashlib.sha256(self.request).digest()
