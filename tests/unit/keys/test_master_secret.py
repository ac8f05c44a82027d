"""From one secret, a key for every purpose."""

import pytest

from auth_adapters.master_secret import MasterSecret, Purpose
from auth_core.redacted import Redacted

SECRET = bytes(range(32))


def test_what_was_derived_once_is_derived_for_ever() -> None:
    master = MasterSecret(Redacted(SECRET))

    derived = {purpose: master.derive(purpose) for purpose in Purpose}

    # Written down: another result would sign everybody out and make every stored password unreadable.
    assert {purpose: (key.id, key.secret.reveal().hex()) for purpose, key in derived.items()} == {
        Purpose.REFRESH_TOKENS: (
            "7255bdb4961d2c0d",
            "485bd3a273306bb1bce8c742153dda9f030ac5589d820f2698471170f25d3ef5",
        ),
        Purpose.PASSWORD_PEPPER: (
            "91a8aedec45993eb",
            "554c9fa8d9e91f9f7e177d35f6aa8cd362d3b9c470259c0a28c44239ce6ddc42",
        ),
        Purpose.SIGNING_KEYS: (
            "21392f836481d21d",
            "421d31a0db4424f295a6a6505053cc9c0e3e7a82e1790b1e80c5e0de1627f529",
        ),
        Purpose.AUDIT_HEADS: (
            "8a3ef88e2d2860a1",
            "1290cc78a1e99db5644f52d584863da13f66292ea10bc7c3aa7276ab0e20f76e",
        ),
        Purpose.FIRST_ANSWERS: (
            "4c6b905c610084d4",
            "33a4c612f0fecafbb0470c89f14934f54200441b7e55cd153f42996a6d14bec6",
        ),
        Purpose.MESSAGES: (
            "782c49f5c6d62ca3",
            "2d755596cd3eeccee4e96cde458c70f4870b92c314006fcaa1c26c0055e9be35",
        ),
    }


def test_every_purpose_and_every_secret_has_its_own_key() -> None:
    masters = [MasterSecret(Redacted(secret)) for secret in (SECRET, SECRET + b"\0", SECRET[:-1] + b"\0")]
    keys = [master.derive(purpose) for master in masters for purpose in Purpose]

    assert len({key.secret.reveal() for key in keys}) == len(keys)
    assert len({key.id for key in keys}) == len(keys)


@pytest.mark.covers("CFG-01", "R-J6")
@pytest.mark.parametrize("length", [0, 1, 16, 31])
def test_a_short_secret_is_refused_without_being_told(length: int) -> None:
    with pytest.raises(ValueError, match="at least 32 bytes") as refusal:
        MasterSecret(Redacted(b"\x5a" * length))

    assert "Z" not in str(refusal.value)


def test_no_key_shows_itself() -> None:
    master = MasterSecret(Redacted(SECRET))
    key = master.derive(Purpose.SIGNING_KEYS)

    assert key.secret.reveal().hex() not in repr(key)
    assert repr(key.secret.reveal()) not in repr(key)
