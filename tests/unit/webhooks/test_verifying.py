"""What receivers believe: signatures of the standard, made just now, and nothing else."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from standardwebhooks import Webhook, WebhookVerificationError

from auth_core.redacted import Redacted
from auth_core.webhooks.errors import InvalidWebhook
from auth_core.webhooks.signature import read, signature, signed_headers
from auth_core.webhooks.verifying import verify_webhook

# The vector of the reference implementations.
SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
OTHER = "whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD"
ID = "msg_p5jXN8AQM9LWM0D4loKWxJek"
SENT = datetime.fromtimestamp(1614265330, tz=UTC)
BODY = b'{"test": 2432232314}'
SIGNATURE = "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="
HEADERS = {"webhook-id": ID, "webhook-timestamp": "1614265330", "webhook-signature": SIGNATURE}
NOW = SENT + timedelta(minutes=1)


def test_the_vector_of_the_standard_is_signed_and_believed() -> None:
    assert signature(read(SECRET), message_id=ID, timestamp=1614265330, body=BODY) == SIGNATURE

    verified = verify_webhook(HEADERS, BODY, SECRET, now=NOW)

    assert (verified.id, verified.attempted_at, verified.body) == (ID, SENT, BODY)


def test_the_reference_library_believes_what_is_signed_here_and_the_other_way_round() -> None:
    now = datetime.now(UTC)
    ours = dict(signed_headers([read(OTHER), read(SECRET)], message_id="evt", at=now, body=BODY))
    theirs = {
        "Webhook-Id": "evt",
        "Webhook-Timestamp": str(int(now.timestamp())),
        "Webhook-Signature": Webhook(SECRET).sign("evt", now, BODY.decode()),
    }

    assert [Webhook(each).verify(BODY, ours) for each in (SECRET, OTHER)] == [{"test": 2432232314}] * 2
    assert verify_webhook(theirs, BODY, SECRET, now=now).id == "evt"
    with pytest.raises(WebhookVerificationError):
        Webhook(SECRET).verify(BODY + b" ", ours)


@pytest.mark.parametrize(
    "changed",
    [
        {"webhook-id": "msg_other"},
        {"webhook-timestamp": "1614265331"},
        {"webhook-timestamp": "1614265330.0"},
        {"webhook-timestamp": "٣"},
        {"webhook-signature": SIGNATURE.removeprefix("v1,")},
        {"webhook-signature": SIGNATURE.replace("v1,", "v2,")},
        {"webhook-signature": SIGNATURE.replace("g0", "g1")},
        {"webhook-signature": "\udcff"},
        {"webhook-signature": ""},
        {"webhook-id": ""},
    ],
)
def test_whatever_is_changed_of_the_headers_nothing_is_believed(changed: dict[str, str]) -> None:
    with pytest.raises(InvalidWebhook):
        verify_webhook(HEADERS | changed, BODY, SECRET, now=NOW)


def test_neither_another_body_nor_another_secret_nor_missing_headers_are_believed() -> None:
    cases: list[Any] = [(HEADERS, b"{}", SECRET), (HEADERS, BODY, OTHER), ({}, BODY, SECRET)]
    for headers, body, secret in cases:
        with pytest.raises(InvalidWebhook):
            verify_webhook(headers, body, secret, now=NOW)


@pytest.mark.parametrize("minutes", [-5, 5])
def test_what_was_sent_longer_ago_or_later_than_the_tolerance_is_not_believed(minutes: int) -> None:
    edge = SENT + timedelta(minutes=minutes)
    beyond = edge + timedelta(seconds=minutes / abs(minutes))

    assert verify_webhook(HEADERS, BODY, SECRET, now=edge).id == ID
    with pytest.raises(InvalidWebhook):
        verify_webhook(HEADERS, BODY, SECRET, now=beyond)
    assert verify_webhook(HEADERS, BODY, SECRET, now=beyond, tolerance=timedelta(minutes=6)).id == ID


def test_one_of_several_signatures_and_one_of_several_secrets_is_enough() -> None:
    several = HEADERS | {"webhook-signature": f"v1a,AAAA v1,AAAA {SIGNATURE}"}

    assert verify_webhook(several, BODY, [OTHER, Redacted(SECRET)], now=NOW).id == ID


@pytest.mark.parametrize("secret", ["whsec_", "whsec_c2hvcnQ=", "whsec_!!!", "whsec_" + "A" * 88, []])
def test_a_secret_that_is_none_is_a_mistake_of_ours_and_is_not_repeated(secret: str | list[str]) -> None:
    with pytest.raises(ValueError, match="secret") as caught:
        verify_webhook(HEADERS, BODY, secret, now=NOW)
    assert not secret or str(secret)[6:] not in str(caught.value) or secret == "whsec_"
