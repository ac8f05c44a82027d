"""Programs are told by `serve` itself, or by `auth-service worker` beside it, whatever is killed when."""

import asyncio
import json
import signal
import subprocess
import sys
from collections.abc import AsyncIterator, Callable, Generator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import NullPool, text
from sqlalchemy.ext.asyncio import create_async_engine
from standardwebhooks import Webhook

from auth_core import InvalidWebhook, Redacted
from auth_core.testing import an_email
from tests.integration.operations.service_process import ServiceProcess, command, environment, eventually, serving
from tests.integration.webhooks.receiving import LoopbackReceiver, a_receiver, answer

type Settings = dict[str, str]


@pytest.fixture
async def receiver() -> AsyncIterator[LoopbackReceiver]:
    async with a_receiver() as receiver:
        yield receiver


@dataclass(frozen=True, slots=True)
class Operator:
    """Whoever types commands, and can reach into the database."""

    folder: Path
    settings: Settings
    address: Redacted[str]

    async def types(self, *arguments: str) -> Any:  # noqa: ANN401 - a document may be anything
        """Run a command and return the document it prints."""
        ran = await asyncio.to_thread(
            lambda: command("webhooks", *arguments, "--json", folder=self.folder, settings=self.settings)
        )
        assert ran.returncode == 0, ran.stderr
        return json.loads(ran.stdout)

    async def hastens(self) -> None:
        """Let everything that waits be due, as it is when its lease or its wait has run out."""
        engine = create_async_engine(self.address.reveal(), poolclass=NullPool, isolation_level="AUTOCOMMIT")
        async with engine.connect() as connection:
            await connection.execute(text("UPDATE auth.webhook_deliveries SET due_at = now() WHERE over_at IS NULL"))
        await engine.dispose()


@pytest.fixture
def operator(tmp_path: Path, settings: Settings, address: Redacted[str]) -> Operator:
    ours = {"AUTH_WEBHOOK_NETWORKS": "127.0.0.0/8", "AUTH_WEBHOOK_UNSAFE_HTTP": "true", "AUTH_LOG_FORMAT": "json"}
    return Operator(tmp_path, settings | ours, address)


@pytest.fixture
async def webhook(operator: Operator, receiver: LoopbackReceiver) -> AsyncIterator[dict[str, Any]]:
    created = await operator.types("create", receiver.url, "--type", "user.registered")
    yield created
    await operator.types("delete", created["id"])


def register(service: ServiceProcess) -> UUID:
    document = {"email": an_email(), "password": "correct horse battery staple", "first_name": "A", "last_name": "B"}
    status, user = service.ask("POST", "/auth/register", document)
    assert status == 201
    return UUID(user["id"])


async def registered(operator: Operator, **settings: str) -> UUID:
    """Let somebody register where nobody delivers, and stop that service."""

    def serve() -> UUID:
        without = operator.settings | {"AUTH_DELIVERY": "off"} | settings
        with serving(folder=operator.folder, settings=without) as service:
            return register(service)

    return await asyncio.to_thread(serve)


@contextmanager
def a_worker(operator: Operator, name: str = "worker.log") -> Generator[subprocess.Popen[bytes]]:
    with (operator.folder / name).open("wb") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "auth_http", "worker"],
            cwd=operator.folder,
            env=environment(operator.settings),
            stdout=log,
            stderr=log,
        )
    with process:
        yield process
        process.kill()


async def settled(operator: Operator, webhook: dict[str, Any], state: str) -> list[dict[str, Any]]:
    """Return the deliveries in this state once there are some."""
    async with asyncio.timeout(40):
        while True:
            listed = await operator.types("deliveries", webhook["id"], "--state", state)
            if listed["items"]:
                found: list[dict[str, Any]] = listed["items"]
                return found


async def test_serve_tells_what_was_committed_and_again_after_a_failure_with_the_same_id(
    operator: Operator, receiver: LoopbackReceiver, webhook: dict[str, Any]
) -> None:
    receiver.will(answer(500), answer(302, f"Location: {receiver.url}"))

    def serve(then: Callable[[], None]) -> tuple[UUID, str]:
        with serving(folder=operator.folder, settings=operator.settings) as service:
            user_id = register(service)
            then()
            assert service.end(signal.SIGTERM) == 0
            return user_id, service.said

    loop = asyncio.get_running_loop()

    def hasten_twice() -> None:
        for count in (1, 2):
            eventually(partial(_has_said, operator, "webhook_deferred", count))
            asyncio.run_coroutine_threadsafe(operator.hastens(), loop).result(20)
        eventually(partial(_has_said, operator, "webhook_sent", 1))

    user_id, said = await asyncio.to_thread(serve, hasten_twice)

    posted = receiver.requests
    assert len(posted) == 3, "no redirect was followed"
    assert len({each.id for each in posted}) == len({each.body for each in posted}) == 1
    told = Webhook(webhook["secret"]).verify(posted[-1].body, posted[-1].headers)
    assert (told["type"], told["data"]["user_id"]) == ("user.registered", str(user_id))
    assert "127.0.0.1:" + str(receiver.port) not in said
    assert "whsec_" not in said
    [filed] = await settled(operator, webhook, "sent")
    assert (filed["event_id"], filed["attempts"]) == (posted[0].id, 3)


async def test_a_worker_that_is_killed_between_the_post_and_the_settling_is_followed_by_another_with_the_same_id(
    operator: Operator, receiver: LoopbackReceiver, webhook: dict[str, Any]
) -> None:
    await registered(operator)
    receiver.will(None)

    with a_worker(operator) as killed:
        receiver.on_posted = killed.kill
        await receiver.come(1)
        assert await asyncio.to_thread(killed.wait, 20) == -signal.SIGKILL
    [left] = (await operator.types("deliveries", webhook["id"]))["items"]
    await operator.hastens()
    with a_worker(operator, "next.log") as worker:
        await receiver.come(2)
        [filed] = await settled(operator, webhook, "sent")
        worker.send_signal(signal.SIGTERM)
        assert await asyncio.to_thread(worker.wait, 20) == 0

    first, second = receiver.requests
    assert (left["state"], left["attempts"]) == ("waiting", 1)
    assert (first.id, first.body) == (second.id, second.body)
    assert second.verified(Redacted(webhook["secret"])).id == first.id
    assert (filed["event_id"], filed["attempts"]) == (first.id, 2)


async def test_a_receiver_that_is_gone_is_disabled_and_what_it_missed_is_replayed_by_command(
    operator: Operator, receiver: LoopbackReceiver, webhook: dict[str, Any]
) -> None:
    await registered(operator)
    receiver.will(answer(410))
    with a_worker(operator):
        [dead] = await settled(operator, webhook, "dead")
        [disabled] = [each for each in await operator.types("list") if each["id"] == webhook["id"]]
        await registered(operator)  # which it is never told
        await operator.types("enable", webhook["id"])
        by_time = await operator.types("replay", webhook["id"], "--since", dead["over_at"])
        await receiver.come(2)
        [sent] = await settled(operator, webhook, "sent")
        by_id = await operator.types("replay", webhook["id"], "--delivery", sent["id"])
        await receiver.come(3)

    assert dead["reason"] == "The receiver answered 410. The webhook is disabled."
    assert disabled["disabled_because"] == "gone"
    assert (by_time, by_id) == ({"replayed": 1}, {"replayed": 1})
    assert len({each.id for each in receiver.requests}) == 1


async def test_both_secrets_sign_until_the_overlap_is_over(
    operator: Operator, receiver: LoopbackReceiver, webhook: dict[str, Any]
) -> None:
    rotated = await operator.types("rotate", webhook["id"], "--overlap-hours", "1")
    await registered(operator)
    with a_worker(operator):
        [during] = list(await receiver.come(1))
        at_once = await operator.types("rotate", webhook["id"], "--overlap-hours", "0")
        await registered(operator)
        after = (await receiver.come(2))[-1]

    old, new, newest = (Redacted(each["secret"]) for each in (webhook, rotated, at_once))
    assert [during.verified(each).id for each in (old, new)] == [during.id] * 2
    assert after.verified(newest).id == after.id
    for each in (old, new):
        with pytest.raises(InvalidWebhook):
            after.verified(each)


async def test_nothing_is_posted_to_a_private_address_unless_an_operator_allows_it(
    operator: Operator, receiver: LoopbackReceiver
) -> None:
    by_name = await operator.types("create", f"http://localhost:{receiver.port}/", "--type", "user.erased")
    public_only = operator.settings | {"AUTH_WEBHOOK_NETWORKS": ""}

    refused = await asyncio.to_thread(
        lambda: command("webhooks", "test", by_name["id"], folder=operator.folder, settings=public_only)
    )
    not_made = await asyncio.to_thread(
        lambda: command("webhooks", "create", "http://127.0.0.1/", folder=operator.folder, settings=public_only)
    )
    allowed = await operator.types("test", by_name["id"])
    await operator.types("delete", by_name["id"])

    assert (refused.returncode, not_made.returncode) == (1, 65)
    assert "private networks" in refused.stdout
    assert allowed == {"taken": True, "status": 204, "reason": "The receiver answered 204."}
    assert receiver.connections == 1


def _has_said(operator: Operator, event: str, times: int) -> bool:
    said = "".join(each.read_text(encoding="utf-8") for each in operator.folder.glob("output-*"))
    return said.count(f'"{event}"') == times
