"""The real core, over whatever ports it is given, answering scripts."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from auth_core import (
    AuthCore,
    InvalidCredentials,
    InvalidRefreshToken,
    InvalidToken,
    Origin,
    Policies,
    Ports,
    Redacted,
    SessionNotFound,
    WrongPassword,
    assemble,
)
from auth_core.audit.events import AuditEvent
from auth_core.ids import SessionId, UserId
from auth_core.sessions.model import TokenPair
from auth_core.testing import MovableClock, an_email
from auth_core.users.model import UserStatus
from tests.proof.forging import forged, unissued
from tests.proof.service import Reply, Said
from tests.proof.steps import (
    USERS,
    ChangePassword,
    Ending,
    EndSession,
    LogIn,
    LogOut,
    LogOutEverywhere,
    OfHolder,
    OfNobody,
    Present,
    Presentation,
    PresentForged,
    PresentTogether,
    PresentUnissued,
    Purge,
    Restart,
    Switch,
    TimePasses,
    Verify,
)
from tests.proof.watched import Watch, watched

_ORIGIN: Final = Origin(address="192.0.2.1", user_agent="a script", request_id="1")
_WRONG_PASSWORD: Final = Redacted("not the password of anybody")

type Assembled = Callable[[Ports, Policies], AuthCore]


@dataclass(slots=True)
class Account:
    """Somebody with an account. `password` counts the passwords they have had."""

    id: UserId
    email: str
    password: int = 0

    @property
    def current_password(self) -> Redacted[str]:
        return _passphrase(self.password)

    @property
    def next_password(self) -> Redacted[str]:
        return _passphrase(self.password + 1)


@dataclass(frozen=True, slots=True)
class RealLink:
    """What somebody holds."""

    user: int
    session: int
    generation: int
    session_id: SessionId
    refresh_token: str
    access_token: str


class RealService:
    """The front door of the core, as scripts use it.

    `make_ports` is called for the first process and for every one that takes its place: what it gives each time shares
    nothing but the store, the clock and the secrets.
    """

    def __init__(
        self,
        make_ports: Callable[[], Ports],
        *,
        policies: Policies,
        clock: MovableClock,
        assembled: Assembled = assemble,
    ) -> None:
        self._make_ports = make_ports
        self._policies = policies
        self._clock = clock
        self._assembled = assembled
        self._watch = Watch()
        self._reported = 0
        self._accounts: list[Account] = []
        self._numbers: dict[SessionId, int] = {}
        self._texts: dict[tuple[int, int], str] = {}
        self._start_process()

    async def open(self) -> None:
        """Make the key to sign with, and the accounts."""
        await self._auth.tokens.rotate_keys(if_due=True, origin=Origin())
        for _ in range(USERS):
            email = an_email()
            user = await self._auth.users.register(
                email=email, password=_passphrase(0), first_name="Ada", last_name="Lovelace", origin=_ORIGIN
            )
            assert user is not None
            self._accounts.append(Account(user.id, email))
        self._new_events()

    async def perform(self, step: OfHolder, link: RealLink) -> Reply[RealLink]:
        asked, advances = self._watch.asked, self._watch.advances
        presents, given = False, None
        match step:
            case Present() | PresentTogether() | PresentForged() | PresentUnissued():
                presents = True
                said, given = await self._present_by(step, link)
            case Verify():
                said = await self._verify(link)
            case _:
                said = await self._end_by(step, link)
        return Reply(
            said=said,
            link=given,
            stored=presents and self._watch.asked > asked,
            advances=self._watch.advances - advances,
            events=self._new_events(),
        )

    async def happen(self, step: OfNobody) -> Reply[RealLink]:
        said, given = await self._happen(step)
        return Reply(said=said, link=given, events=self._new_events())

    async def live(self) -> tuple[tuple[int, int], ...]:
        found = [each for account in self._accounts for each in await self._auth.sessions.list(user_id=account.id)]
        return tuple(sorted((self._numbers[each.id], each.generation) for each in found))

    async def check_trail(self) -> None:
        """Compare the trail as it is stored with the events of the transactions that were seen to commit."""
        stored: list[AuditEvent] = []
        async with self._ports.uow() as tx:
            for account in self._accounts:
                stored += await tx.audit.latest(subject=account.id, limit=100_000)
        recorded = [each for each in self._watch.events if each.subject is not None]
        assert sorted(each.id for each in stored) == sorted(each.id for each in recorded), "the trail is not complete"

    async def _present_by(self, step: Presentation, link: RealLink) -> tuple[Said, RealLink | None]:
        token, signer = link.refresh_token, self._ports.refresh_tokens
        match step:
            case Present():
                return await self._present(link, token)
            case PresentTogether():
                answers = await asyncio.gather(*(self._present(link, token) for _ in range(step.times)))
                told = {(said, given and given.refresh_token) for said, given in answers}
                return answers[0] if len(told) == 1 else (Said.NOT_THE_SAME, None)
            case PresentForged():
                text = forged(step.forgery, refresh_token=token, access_token=link.access_token, signer=signer)
                return await self._present(link, text)
            case PresentUnissued():
                return await self._present(link, unissued(ahead=step.ahead, refresh_token=token, signer=signer))

    async def _end_by(self, step: Ending, link: RealLink) -> Said:
        account, sessions = self._accounts[link.user], self._auth.sessions
        match step:
            case LogOut():
                await sessions.log_out(user_id=account.id, session_id=link.session_id, origin=_ORIGIN)
            case LogOutEverywhere():
                await sessions.log_out_everywhere(user_id=account.id, origin=_ORIGIN)
            case EndSession():
                who = self._accounts[link.user if step.as_its_user else (link.user + 1) % USERS]
                try:
                    await sessions.revoke(user_id=who.id, session_id=link.session_id, origin=_ORIGIN)
                except SessionNotFound:
                    return Said.NOT_FOUND
            case ChangePassword():
                return await self._change_password(step, link, account)
        return Said.DONE

    async def _verify(self, link: RealLink) -> Said:
        try:
            await self._auth.tokens.verify_access_token(token=link.access_token)
        except InvalidToken:
            return Said.REFUSED
        return Said.ACCEPTED

    async def _happen(self, step: OfNobody) -> tuple[Said, RealLink | None]:
        match step:
            case LogIn():
                return await self._log_in(step)
            case TimePasses():
                self._clock.advance(step.by)
            case Switch():
                await self._switch(step)
            case Restart():
                self._start_process()
                await self._auth.tokens.load_keys()
            case Purge():
                await self._auth.upkeep.purge()
        return Said.DONE, None

    async def _present(self, link: RealLink, token: str) -> tuple[Said, RealLink | None]:
        try:
            pair = await self._auth.sessions.refresh(refresh_token=Redacted(token), origin=_ORIGIN)
        except InvalidRefreshToken:
            return Said.REFUSED, None
        return Said.PAIR, self._link(link.user, pair)

    async def _log_in(self, step: LogIn) -> tuple[Said, RealLink | None]:
        account = self._accounts[step.user]
        password = account.current_password if step.right_password else _WRONG_PASSWORD
        try:
            logged_in = await self._auth.login.log_in(email=account.email, password=password, origin=_ORIGIN)
        except InvalidCredentials:
            return Said.REFUSED, None
        self._numbers[logged_in.tokens.session.id] = len(self._numbers)
        return Said.PAIR, self._link(step.user, logged_in.tokens)

    async def _change_password(self, step: ChangePassword, link: RealLink, account: Account) -> Said:
        try:
            await self._auth.passwords.change_password(
                user_id=account.id,
                session_id=link.session_id,
                current_password=account.current_password if step.right_password else _WRONG_PASSWORD,
                new_password=account.next_password,
                origin=_ORIGIN,
            )
        except WrongPassword:
            return Said.REFUSED
        account.password += 1
        return Said.DONE

    async def _switch(self, step: Switch) -> None:
        user_id = self._accounts[step.user].id
        if step.past_the_service:
            status = UserStatus.ACTIVE if step.active else UserStatus.DISABLED
            async with self._ports.uow() as tx:
                await tx.users.set_status(user_id, status, now=self._clock.now())
        elif step.active:
            await self._auth.users.enable(user_id=user_id, actor=None, origin=_ORIGIN)
        else:
            await self._auth.users.disable(user_id=user_id, actor=None, origin=_ORIGIN)

    def _start_process(self) -> None:
        self._ports = self._make_ports()
        self._auth = self._assembled(watched(self._ports, self._watch), self._policies)

    def _link(self, user: int, pair: TokenPair) -> RealLink:
        """Return what the holder of `pair` holds. One link is one text, however often it is given."""
        text, session = pair.refresh_token.reveal(), pair.session
        link = RealLink(
            user, self._numbers[session.id], session.generation, session.id, text, pair.access_token.reveal()
        )
        assert self._texts.setdefault((link.session, link.generation), text) == text, "one link, two texts"
        return link

    def _new_events(self) -> tuple[str, ...]:
        new = self._watch.events[self._reported :]
        self._reported = len(self._watch.events)
        return tuple(self._told(each) for each in new)

    def _told(self, event: AuditEvent) -> str:
        """Return the event as scripts tell it: what happened, and to which session."""
        return event.kind.value if event.session_id is None else f"{event.kind.value}({self._number(event)})"

    def _number(self, event: AuditEvent) -> int:
        assert event.session_id is not None
        return self._numbers[event.session_id]


def _passphrase(number: int) -> Redacted[str]:
    return Redacted(f"passphrase number {number}")
