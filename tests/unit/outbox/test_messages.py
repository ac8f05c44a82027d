"""What is kept of a message: everything it says, and nothing of it in clear."""

from dataclasses import fields
from datetime import datetime
from typing import Any
from uuid import UUID

import pytest

from auth_adapters.key_vault import KeyVault
from auth_adapters.master_secret import MasterSecret, Purpose
from auth_adapters.message_vault import SealingMessageVault
from auth_adapters.system import SystemEntropy
from auth_core.ids import MessageId
from auth_core.outbox.errors import UnreadableMessage
from auth_core.outbox.messages import Message, PasswordChanged, ResetPassword
from auth_core.outbox.model import SealedMessage
from auth_core.outbox.ports import MessageVault
from auth_core.outbox.writing import MESSAGES, read, written
from auth_core.redacted import Redacted
from auth_core.testing import NOON, UnsafeOpenVault
from auth_core.upkeep.model import Seal

ONE, OTHER = MessageId(UUID(int=1)), MessageId(UUID(int=2))
CANARY = "canary-token-of-a-reset"


def vault(current: bytes = b"n" * 32, *previous: bytes) -> SealingMessageVault:
    first, *others = (MasterSecret(Redacted(each)).derive(Purpose.MESSAGES) for each in (current, *previous))
    return SealingMessageVault(KeyVault(first, previous=others, entropy=SystemEntropy()))


def example(kind: type[Message]) -> Message:
    """Return a message of this kind that says something everywhere."""
    values: dict[str, Any] = {
        each.name: NOON if "datetime" in str(each.type) else Redacted(CANARY) if "Redacted" in str(each.type) else "x"
        for each in fields(kind)
    }
    return kind(**values)


def plain(message: Message) -> dict[str, object]:
    values = {each.name: getattr(message, each.name) for each in fields(message)}
    return {name: value.reveal() if isinstance(value, Redacted) else value for name, value in values.items()}


@pytest.mark.parametrize("kind", MESSAGES.values())
@pytest.mark.parametrize("seals", [vault(), UnsafeOpenVault()])
def test_what_was_sealed_says_the_same_when_it_is_opened(kind: type[Message], seals: MessageVault) -> None:
    message = example(kind)

    opened = seals.open(seals.seal(message, message_id=ONE))

    assert type(opened) is kind
    assert plain(opened) == plain(message)


def test_kinds_are_told_apart_and_keep_their_names() -> None:
    # Written down: they are stored, and messages of the release before are still to be delivered by the next.
    assert sorted(MESSAGES) == [
        "account_deleted",
        "address_taken",
        "confirm_email_change",
        "email_changed",
        "invitation",
        "new_device",
        "password_changed",
        "reset_password",
        "verify_address",
    ]


def test_what_is_stored_gives_no_token_away() -> None:
    sealed = vault().seal(ResetPassword(token=Redacted(CANARY), expires_at=NOON), message_id=ONE)

    assert CANARY.encode() not in sealed.payload.reveal()
    assert CANARY not in repr(sealed)
    assert CANARY not in repr(vault().open(sealed))


@pytest.mark.parametrize(
    "moved", [{"id": OTHER}, {"kind": "verify_address"}, {"payload": Redacted(b"\x01" + bytes(80))}]
)
def test_a_message_opens_in_its_own_place_only(moved: dict[str, Any]) -> None:
    sealed = vault().seal(ResetPassword(token=Redacted(CANARY), expires_at=NOON), message_id=ONE)
    there: dict[str, Any] = {"id": sealed.id, "kind": sealed.kind, "payload": sealed.payload}

    with pytest.raises(UnreadableMessage):
        vault().open(SealedMessage(**{**there, **moved}))


def test_it_is_sealed_anew_under_the_next_secret_once() -> None:
    message = ResetPassword(token=Redacted(CANARY), expires_at=NOON)
    old = vault(b"o" * 32).seal(message, message_id=ONE)
    both, new = vault(b"n" * 32, b"o" * 32), vault(b"n" * 32)

    resealed = both.reseal(old)

    assert isinstance(resealed, SealedMessage)
    assert plain(new.open(resealed)) == plain(message)
    assert both.reseal(resealed) is Seal.CURRENT
    assert new.reseal(old) is Seal.UNREADABLE


@pytest.mark.parametrize(
    "text", [b"", b"{", b"[]", b"{}", b'{"at": 5, "address": null}', b'{"at": "noon", "address": ""}']
)
def test_what_we_have_not_written_is_not_read(text: bytes) -> None:
    with pytest.raises(UnreadableMessage):
        read("password_changed", Redacted(text))


def test_a_kind_nobody_knows_is_not_read() -> None:
    with pytest.raises(UnreadableMessage, match="later release"):
        read("from_the_future", Redacted(b"{}"))


def test_what_a_later_release_adds_is_passed_over() -> None:
    text = written(PasswordChanged(at=NOON, address="192.0.2.1")).reveal()

    message = read("password_changed", Redacted(text.replace(b"{", b'{"mood":"bright",', 1)))

    assert message == PasswordChanged(at=NOON, address="192.0.2.1")


def test_times_keep_their_zone() -> None:
    message = read("password_changed", written(PasswordChanged(at=NOON, address=None)))

    assert isinstance(message, PasswordChanged)
    assert message.at == NOON
    assert isinstance(message.at, datetime)
    assert message.at.utcoffset() == NOON.utcoffset()
