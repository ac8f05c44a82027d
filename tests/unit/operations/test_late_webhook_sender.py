"""The sender of webhooks comes with the first of them, and what would keep it from coming is told at the start."""

import sys
from pathlib import Path

import pytest

from auth_adapters.extras import MissingExtra
from auth_core.webhooks.model import SignedRequest, Unreached
from auth_http.exit_codes import CannotRun, ExitCode
from auth_http.settings import Settings
from auth_http.webhooks import LateWebhookSender


def a_sender(ca_file: Path | None = None) -> LateWebhookSender:
    settings = Settings(webhook_ca_file=ca_file)
    return LateWebhookSender(settings, settings.policies())


async def test_whoever_posts_first_makes_it() -> None:
    sender = a_sender()
    sender.check()

    answer = await sender.post(SignedRequest(url="http://127.0.0.1:1/", headers=(), body=b""))
    await sender.close()

    assert isinstance(answer, Unreached)


async def test_one_that_has_posted_nothing_can_be_closed() -> None:
    sender = a_sender()
    sender.check()

    await sender.close()


@pytest.mark.parametrize("content", [None, b"no certificate"])
def test_certificates_that_cannot_be_used_are_told_at_the_start(tmp_path: Path, content: bytes | None) -> None:
    file = tmp_path / "ca.pem"
    if content is not None:
        file.write_bytes(content)

    with pytest.raises(CannotRun, match="AUTH_WEBHOOK_CA_FILE") as refused:
        a_sender(file).check()

    assert refused.value.code is ExitCode.BAD_SETTINGS


def test_a_package_that_is_missing_is_told_at_the_start(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "httpcore2", None)

    with pytest.raises(MissingExtra, match="webhooks"):
        a_sender().check()
