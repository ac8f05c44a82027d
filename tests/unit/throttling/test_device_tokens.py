"""Device tokens are ours, of one length, and outlive the key they were made under."""

from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

import pytest

from auth_adapters.device_tokens import LENGTH, HmacDeviceTokens
from auth_adapters.master_secret import MasterSecret, Purpose
from auth_core import Redacted
from auth_core.ids import UserId
from auth_core.testing import NOON
from auth_core.throttling.model import DeviceId, KnownDevice

DEVICE = KnownDevice(id=DeviceId(bytes(range(16))), user_id=UserId(UUID("0199a1f4-0d10-7c11-8a52-6f0c6cb5a001")))
OLD, NEW = (MasterSecret(Redacted(bytes([each]) * 32)).derive(Purpose.DEVICE_TOKENS) for each in (1, 2))
LONG_AGO = NOON - timedelta(days=180)


@dataclass(frozen=True)
class Read:
    tokens: HmacDeviceTokens

    def __call__(self, text: str) -> KnownDevice | None:
        return self.tokens.read(Redacted(text), since=LONG_AGO)


def test_what_was_signed_is_read() -> None:
    tokens = HmacDeviceTokens(OLD)

    token = tokens.sign(DEVICE, now=NOON)

    assert len(token.reveal()) == LENGTH
    assert "0199a1f4" not in repr(token)
    assert tokens.read(token, since=LONG_AGO) == DEVICE


def test_a_token_outlives_the_key_that_is_replaced_and_no_other() -> None:
    token = HmacDeviceTokens(OLD).sign(DEVICE, now=NOON)

    assert HmacDeviceTokens(NEW, previous=(OLD,)).read(token, since=LONG_AGO) == DEVICE
    assert HmacDeviceTokens(NEW).read(token, since=LONG_AGO) is None


def test_a_token_is_good_until_it_is_too_old() -> None:
    tokens = HmacDeviceTokens(OLD)
    token = tokens.sign(DEVICE, now=NOON)

    assert tokens.read(token, since=NOON) == DEVICE
    assert tokens.read(token, since=NOON + timedelta(hours=1)) is None


@pytest.mark.covers("THR-15")
def test_every_other_spelling_of_a_token_is_none() -> None:
    tokens = HmacDeviceTokens(OLD)
    text = tokens.sign(DEVICE, now=NOON).reveal()
    read = Read(tokens)

    changed = [text[:place] + ("A" if text[place] != "A" else "B") + text[place + 1 :] for place in range(LENGTH)]
    others = ["", text[:-1], text + "A", f" {text}", text + "=", text.replace(text[5], "\u00e4"), "\ud800" * LENGTH]

    assert {read(each) for each in (*changed, *others)} == {None}
