"""What is posted really: to vetted addresses only, over checked certificates, once, and following nothing."""

import asyncio
import socket
from collections.abc import AsyncIterator, Sequence
from datetime import timedelta
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from pathlib import Path

import pytest

from auth_adapters.webhooks.sender import HttpWebhookSender
from auth_core.webhooks.model import Answered, SignedRequest, Unreached
from auth_core.webhooks.reach import Reach
from tests.integration.mail.server import certificate
from tests.integration.webhooks.receiving import LoopbackReceiver, a_receiver, answer

LOOPBACK = Reach(networks=(ip_network("127.0.0.0/8"),), unsafe_http=True)
PRIVATE = "Its name leads to no address that may be sent to: they are of private networks."
BODY = b'{"type":"user.erased"}'


@pytest.fixture
async def receiver() -> AsyncIterator[LoopbackReceiver]:
    async with a_receiver() as receiver:
        yield receiver


@pytest.fixture
async def sender() -> AsyncIterator[HttpWebhookSender]:
    sender = HttpWebhookSender(LOOPBACK, patience=timedelta(seconds=5))
    yield sender
    await sender.close()


def to(url: str) -> SignedRequest:
    return SignedRequest(url=url, headers=(("webhook-id", "1"), ("content-type", "application/json")), body=BODY)


class Names:
    """Answers questions for names, each with what comes next, and counts them."""

    def __init__(self, *answers: str) -> None:
        self.answers = list(answers)
        self.asked: list[str] = []

    async def __call__(self, host: str, port: int) -> Sequence[IPv4Address | IPv6Address]:
        self.asked.append(host)
        return [ip_address(each) for each in self.answers.pop(0).split()]


async def test_what_is_posted_arrives_as_it_is(sender: HttpWebhookSender, receiver: LoopbackReceiver) -> None:
    assert await sender.post(to(receiver.url)) == Answered(status=204)

    [posted] = receiver.requests
    assert posted.line == "POST /hooks?tenant=7 HTTP/1.1"
    assert posted.body == BODY
    assert posted.headers == {
        "host": f"127.0.0.1:{receiver.port}",
        "webhook-id": "1",
        "content-type": "application/json",
        "content-length": str(len(BODY)),
    }


async def test_a_connection_is_used_again(sender: HttpWebhookSender, receiver: LoopbackReceiver) -> None:
    receiver.will(answer(200, body=b"thank you"), answer(500, body=b"x" * 5000))
    for _ in range(3):
        await sender.post(to(receiver.url))

    assert receiver.connections == 1


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
async def test_no_redirect_is_followed(sender: HttpWebhookSender, receiver: LoopbackReceiver, status: int) -> None:
    receiver.will(answer(status, f"Location: http://127.0.0.1:{receiver.port}/elsewhere"))

    assert await sender.post(to(receiver.url)) == Answered(status=status)
    assert len(receiver.requests) == 1


async def test_a_receiver_of_a_private_network_is_never_connected_to(receiver: LoopbackReceiver) -> None:
    sender = HttpWebhookSender(Reach())
    for host in ("127.0.0.1", "localhost", "127.1", "2130706433", "[::1]", "[::ffff:127.0.0.1]", "169.254.169.254"):
        assert await sender.post(to(f"http://{host}:{receiver.port}/")) == Unreached(PRIVATE)

    assert receiver.connections == 0
    await sender.close()


async def test_a_name_is_looked_up_once_and_what_was_judged_is_what_is_connected_to(
    receiver: LoopbackReceiver,
) -> None:
    names = Names("127.0.0.1", "127.0.0.2")  # a name that leads elsewhere the second time it is asked for
    sender = HttpWebhookSender(LOOPBACK, look_up=names)

    assert await sender.post(to(f"http://rebinds.example:{receiver.port}/")) == Answered(status=204)

    assert names.asked == ["rebinds.example"]
    assert receiver.requests[0].headers["host"] == f"rebinds.example:{receiver.port}"
    await sender.close()


async def test_of_several_addresses_only_those_that_are_admitted_are_tried(receiver: LoopbackReceiver) -> None:
    only_this = Reach(networks=(ip_network("127.0.0.1/32"),))
    names = Names("127.0.0.9 10.0.0.1 ::1 127.0.0.1", "10.0.0.1 ::1 100.64.0.1")
    sender = HttpWebhookSender(only_this, look_up=names)

    admitted = await sender.post(to(f"http://mixed.example:{receiver.port}/"))
    receiver.will(answer(204, "Connection: close"))
    refused = await sender.post(to(f"http://other.example:{receiver.port}/"))

    assert (admitted, refused) == (Answered(status=204), Unreached(PRIVATE))
    await sender.close()


async def test_the_next_address_is_tried_when_the_first_does_not_answer(receiver: LoopbackReceiver) -> None:
    sender = HttpWebhookSender(LOOPBACK, look_up=Names("127.0.0.77 127.0.0.1"))

    assert await sender.post(to(f"http://two.example:{receiver.port}/")) == Answered(status=204)
    await sender.close()


async def test_a_name_that_is_none_is_told(sender: HttpWebhookSender) -> None:
    assert await sender.post(to("http://no-such-name.invalid/")) == Unreached("Its name cannot be looked up.")


async def test_no_proxy_of_the_environment_is_used(receiver: LoopbackReceiver, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("http_proxy", "https_proxy", "all_proxy", "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:1")
    sender = HttpWebhookSender(LOOPBACK)

    assert await sender.post(to(receiver.url)) == Answered(status=204)
    await sender.close()


async def test_a_certificate_is_checked_and_for_the_name_that_was_asked_for(tmp_path: Path) -> None:
    ours, context = certificate(tmp_path)
    async with a_receiver(context) as receiver:
        trusting = HttpWebhookSender(LOOPBACK, ca_file=ours)
        other_name = HttpWebhookSender(LOOPBACK, ca_file=ours, look_up=Names("127.0.0.1"))
        distrusting = HttpWebhookSender(LOOPBACK)

        trusted = await trusting.post(to(receiver.url))
        misnamed = await other_name.post(to(f"https://other.example:{receiver.port}/"))
        distrusted = await distrusting.post(to(receiver.url))

        assert trusted == Answered(status=204)
        assert isinstance(misnamed, Unreached)
        assert "mismatch" in misnamed.reason.lower()
        assert isinstance(distrusted, Unreached)
        assert "self-signed" in distrusted.reason.lower()
        assert len(receiver.requests) == 1
        for each in (trusting, other_name, distrusting):
            await each.close()


async def test_whoever_does_not_answer_in_time_has_not_taken_it(receiver: LoopbackReceiver) -> None:
    sender = HttpWebhookSender(LOOPBACK, patience=timedelta(milliseconds=100))
    receiver.will(None)

    assert await sender.post(to(receiver.url)) == Unreached("The receiver did not answer in time.")
    await sender.close()


async def test_an_endless_body_neither_delays_nor_spoils_the_answer(
    sender: HttpWebhookSender, receiver: LoopbackReceiver
) -> None:
    receiver.will(b"HTTP/1.1 200 OK\r\nContent-Length: 1000000000\r\n\r\n" + b"x" * 100_000)

    async with asyncio.timeout(4):
        assert await sender.post(to(receiver.url)) == Answered(status=200)


@pytest.mark.parametrize(
    ("said", "reason"),
    [
        (b"SSH-2.0-OpenSSH\r\n\r\n", "The receiver does not speak HTTP/1.1."),
        (b"HTTP/1.1 200 OK\r\n" + b"X: y\r\n" * 50_000, "The receiver does not speak HTTP/1.1."),
    ],
)
async def test_what_is_no_answer_is_none(
    sender: HttpWebhookSender, receiver: LoopbackReceiver, said: bytes, reason: str
) -> None:
    receiver.will(said)

    assert await sender.post(to(receiver.url)) == Unreached(reason)


async def test_nobody_listens(sender: HttpWebhookSender) -> None:
    with socket.socket() as bound:
        bound.bind(("127.0.0.1", 0))  # and does not listen
        response = await sender.post(to(f"http://127.0.0.1:{bound.getsockname()[1]}/"))

    assert isinstance(response, Unreached)
    assert response.reason.startswith("The receiver cannot be reached or trusted: ")


@pytest.mark.parametrize(
    ("status", "said", "wait"),
    [
        (503, "120", timedelta(minutes=2)),
        (429, "7", timedelta(seconds=7)),
        (500, "120", None),
        (503, "Fri, 01 Jan 2027 00:00:00 GMT", None),
        (503, "-1", None),
        (503, "9999999", None),
    ],
)
async def test_whoever_asks_to_be_left_alone_is_understood(
    sender: HttpWebhookSender, receiver: LoopbackReceiver, status: int, said: str, wait: timedelta | None
) -> None:
    receiver.will(answer(status, f"Retry-After: {said}"))

    assert await sender.post(to(receiver.url)) == Answered(status=status, wait=wait)
