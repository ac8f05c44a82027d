"""Watches two calls: every commit, every answer, and in the end everything anybody holds."""

from dataclasses import dataclass, field

from auth_core import AuthCore, InvalidRefreshToken, InvalidToken, Origin, Redacted
from auth_core.clock import Clock
from auth_core.ids import SessionId
from auth_core.login.model import LoggedIn
from auth_core.sessions.model import Session, TokenPair
from auth_core.users.model import UserStatus
from tests.proof.interleavings.calls import Call
from tests.proof.interleavings.people import Person
from tests.proof.interleavings.records import Records
from tests.proof.simulation.accounts import UserRow
from tests.proof.simulation.clients import Account
from tests.proof.simulation.ledger import AtWork
from tests.proof.simulation.verdicts import Verdicts


@dataclass(slots=True, kw_only=True)
class Judge:
    """Keeps the ledger of the simulation and its verdicts over a real store. Raises: AssertionError.

    `processes` are those of the two calls; `witness` has seen nothing and knows only what is stored.
    """

    person: Person
    calls: tuple[Call, Call]
    processes: tuple[AuthCore, AuthCore]
    witness: AuthCore
    records: Records
    clock: Clock
    answers: dict[int, str] = field(default_factory=dict[int, str])
    _verdicts: Verdicts = field(init=False)
    _began: dict[int, int] = field(default_factory=dict[int, int])
    _commits: dict[int, list[int]] = field(default_factory=lambda: {1: list[int](), 2: list[int]()})

    async def open(self) -> None:
        """Take note of how things stand."""
        await self.records.begin()
        ledger, person = self.records.ledger, self.person
        self._verdicts = Verdicts(ledger, self.records.rows, dict(person.texts))
        user: UserRow = self.records.rows.committed["user", person.id]
        if user.user.status is UserStatus.DISABLED:
            ledger.disabled[person.id] = [(0, True)]
        for session, generation in person.texts:
            stored: Session = self.records.rows.committed["session", session]
            if generation < stored.generation:
                ledger.advanced[session, generation] = (0, stored.advanced_at)

    def begins(self, who: int) -> None:
        self._began[who] = self.records.ledger.number

    async def has_committed(self, who: int) -> None:
        call, ledger = self.calls[who - 1], self.records.ledger
        link = None if call.presents is None else self.person.link(call.presents)
        ledger.at_work = AtWork(link, self.person.stored.reveal())
        before = ledger.number
        await self.records.has_committed()
        if ledger.number > before:
            self._commits[who].append(ledger.number)

    def has_ended(self, who: int, answer: object) -> None:
        call = self.calls[who - 1]
        began = self._began[who]
        if isinstance(answer, BaseException):
            assert isinstance(answer, call.refusal or ()), f"{call} failed: {answer!r}"
            self._refused(call, began)
            self.answers[who] = "refused"
            return
        match answer:
            case LoggedIn():
                self.person.takes(answer.tokens)
                assert answer.tokens.session.id in self._verdicts.ledger.opened, "a log-in left no session"
                self.answers[who] = "done"
            case TokenPair():
                assert call.presents is not None
                self._traded(who, call.presents, answer)
            case _:
                self._acknowledged(who, call)
                self.answers[who] = "done"

    async def look_at_rest(self) -> None:
        """Present all that anybody holds to a process that has seen nothing."""
        for pair in self.person.access_tokens.values():
            await self._use(pair)
        for session in {session for session, _ in self.person.texts}:
            await self._refresh(session)

    def _traded(self, who: int, back: int, pair: TokenPair) -> None:
        link = self.person.link(back)
        self._verdicts.traded(link, pair, began=self._began[who], now=self.clock.now())
        self.person.takes(pair)
        moved = self.records.ledger.advanced.get(link, (0, None))[0]
        self.answers[who] = "advanced" if moved in self._commits[who] else "repeated"

    def _refused(self, call: Call, began: int) -> None:
        """A refusal has a cause, and it was committed before, or while the call was at work."""
        if call.presents is not None:
            self._verdicts.refused(self.person.link(call.presents), began=began)
            return
        changed = self.records.rows.committed["password", self.person.id].version > 1
        disabled = self.records.ledger.was_disabled(self.person.id, since=began)
        assert changed or disabled, f"{call} was refused without a cause"

    def _acknowledged(self, who: int, call: Call) -> None:
        """What was acknowledged is done, and in force in the process that did it."""
        if call.action is None:
            return
        person, ledger = self.person, self.records.ledger
        own = person.there if call.from_there else person.here
        self._verdicts.acknowledged(call.action, Account(person.id, person.email), own, began=self._began[who])
        revoked = self.processes[who - 1].revocation.revoked
        for pair in person.access_tokens.values():
            if ledger.ended.get(pair.session.id) in self._commits[who]:
                assert revoked.covers(
                    session_id=pair.session.id,
                    user_id=person.id,
                    version=pair.principal.security_version,
                    roles=(),
                    roles_version=0,
                ), f"{call} was acknowledged and is not in force in its own process"

    async def _use(self, pair: TokenPair) -> None:
        """An access token counts if its session and its user's rights stand, by the store and by the feed."""
        session: Session = self.records.rows.committed["session", pair.session.id]
        user: UserRow = self.records.rows.committed["user", self.person.id]
        version = pair.principal.security_version
        stands = session.ended_at is None and user.principal is not None and user.version <= version
        try:
            await self.witness.tokens.verify_access_token(token=pair.access_token.reveal())
            accepted = True
        except InvalidToken:
            accepted = False
        assert stands or not accepted, "an access token of what has ended was accepted"
        assert accepted or not stands, "an access token that stands was refused"
        revoked = self.records.revoked.covers(
            session_id=session.id, user_id=self.person.id, version=version, roles=(), roles_version=0
        )
        # What was changed by hand, past the service, nobody is told of; asking the store finds it out.
        by_hand = self.person.beginning.status is UserStatus.DISABLED
        assert revoked or stands or by_hand, "an access token of what has ended is not revoked"
        assert not (revoked and stands), "an access token was revoked that stands"

    async def _refresh(self, session: SessionId) -> None:
        """The newest link of a live session works, whoever holds it; of one that has ended none does."""
        stored: Session = self.records.rows.committed["session", session]
        user: UserRow = self.records.rows.committed["user", self.person.id]
        held = sorted(generation for each, generation in self.person.texts if each == session)
        if stored.ended_at is None and user.principal is not None:
            assert held[-1] == stored.generation, "the chain moved on, and nobody was given the link"
            assert await self._present(session, held[-1]), "a link that was acknowledged does not work"
            return
        for generation in (held[0], held[-1]):
            assert not await self._present(session, generation), "a link of a session that has ended works"

    async def _present(self, session: SessionId, generation: int) -> bool:
        text = self.person.texts[session, generation]
        try:
            await self.witness.sessions.refresh(refresh_token=Redacted(text), origin=Origin())
        except InvalidRefreshToken:
            return False
        return True
