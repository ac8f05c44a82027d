"""Items are done as the single calls are: each a transaction and an event of its own."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from uuid import UUID

from auth_core.credentials.passwords.errors import Busy
from auth_core.errors import AuthError
from auth_core.idempotency.errors import AnsweredBefore
from auth_core.idempotency.model import Once, idempotency_key
from auth_core.ids import UserId
from auth_core.origin import Origin
from auth_core.rooms import UsersRoom
from auth_core.users.model import User
from auth_http.bulk.items import Item, ItemAnswer, ToCreate, ToDelete, ToDisable, ToDo, ToEnable, ToRestore, ToUpdate
from auth_http.problems import Problem
from auth_http.request_problems import RequestRefused, problem_told
from auth_http.schemas.people import UserAnswer


async def nobody_asks(_: ToDo) -> None:
    """Let the operator of the machine pass, who needs no permission."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Bulk:
    """Does items for one caller.

    `admit` is asked before each item whether the caller may still do this. No more items than `turns` lets pass are
    done at a time, whoever asks: those who log in meanwhile wait for one password of ours, and not for a thousand.
    """

    users: UsersRoom
    actor: UserId | None
    origin: Origin
    turns: asyncio.Semaphore
    admit: Callable[[ToDo], Awaitable[None]] = nobody_asks

    async def do(self, item: Item, *, until: float | None = None) -> ItemAnswer:
        """Do one item, unless its turn comes only after `until`, a time of the event loop; then it is busy."""
        if isinstance(item.asked, Problem):
            return ItemAnswer.of(item.key, item.asked)
        if not await self._turn(until):
            return ItemAnswer.of(item.key, problem_told(Busy(Busy.SHORTLY)))
        try:
            await self.admit(item.asked)
            return await self._do(item, item.asked)
        except (AuthError, RequestRefused) as error:
            return ItemAnswer.of(item.key, problem_told(error))
        finally:
            self.turns.release()

    async def _turn(self, until: float | None) -> bool:
        """Wait for a turn, and say whether it came in time."""
        try:
            async with asyncio.timeout_at(until):
                await self.turns.acquire()
        except TimeoutError:
            return False
        if until is None or asyncio.get_running_loop().time() < until:
            return True
        self.turns.release()
        return False

    async def _do(self, item: Item, asked: ToDo) -> ItemAnswer:
        def answer(user: User) -> ItemAnswer:
            status = 201 if isinstance(asked, ToCreate) else 200
            return ItemAnswer(key=asked.key, status=status, user=UserAnswer.of(user))

        try:
            once = Once[User](
                key=idempotency_key(asked.key),
                caller=self.actor,
                request=b"an item of many\n" + item.written,
                write=lambda user: answer(user).model_dump_json().encode(),
            )
            return answer(await self._call(asked, once))
        except AnsweredBefore as before:
            return ItemAnswer.model_validate_json(before.answer.reveal())

    async def _call(self, asked: ToDo, once: Once[User]) -> User:
        users, actor, origin = self.users, self.actor, self.origin
        match asked:
            case ToCreate():
                return await users.create(
                    email=asked.email,
                    password=asked.password,
                    first_name=asked.first_name,
                    last_name=asked.last_name,
                    roles=asked.roles,
                    must_change_password=asked.must_change_password,
                    actor=actor,
                    origin=origin,
                    once=once,
                )
            case ToUpdate():
                return await users.update(user_id=_id_in(asked), **asked.changes, actor=actor, origin=origin, once=once)
            case ToDisable():
                return await users.disable(user_id=_id_in(asked), actor=actor, origin=origin, once=once)
            case ToEnable():
                return await users.enable(user_id=_id_in(asked), actor=actor, origin=origin, once=once)
            case ToDelete():
                return await users.delete(user_id=_id_in(asked), actor=actor, origin=origin, once=once)
            case ToRestore():
                return await users.restore(user_id=_id_in(asked), actor=actor, origin=origin, once=once)


def _id_in(asked: ToUpdate | ToDisable | ToEnable | ToDelete | ToRestore) -> UserId:
    return UserId(UUID(asked.user_id))
