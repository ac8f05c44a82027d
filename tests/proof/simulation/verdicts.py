"""Judges answers: what a caller is told must be what the commits bear out."""

from dataclasses import dataclass, field
from datetime import datetime

from auth_core.ids import SessionId
from auth_core.sessions.model import Session, TokenPair
from tests.proof.simulation.clients import Account, Action
from tests.proof.simulation.ledger import Ledger
from tests.proof.simulation.rows import Rows

type LinkName = tuple[SessionId, int]


@dataclass(slots=True)
class Verdicts:
    """What was answered so far. Raises: AssertionError for an answer that should not have been given."""

    ledger: Ledger
    rows: Rows
    texts: dict[LinkName, str] = field(default_factory=dict[LinkName, str])

    def traded(self, link: LinkName, pair: TokenPair, *, began: int, now: datetime) -> None:
        """Judge a pair given for `link` to a call that began after commit `began`, when its clock showed `now`."""
        session, generation = link
        stored: Session = self.rows.committed["session", session]
        given = pair.session.generation
        assert pair.session.id == session, "a link of one session was traded for one of another"
        # The current link itself is given when its user was disabled and enabled again in between.
        again = given == generation and self.ledger.was_disabled(stored.user_id, since=began)
        assert given == generation + 1 or again, "a link was traded for another than its successor"
        assert given <= stored.generation, "a link was given before the chain had moved on for good"
        text = pair.refresh_token.reveal()
        assert self.texts.setdefault((session, given), text) == text, "one link, two texts"
        assert self.ledger.ended.get(session, began + 1) > began, "a session answered after it had ended"
        successor = self.ledger.advanced.get((session, generation + 1))
        assert successor is None or successor[0] > began, "a link was traded whose successor had been used"
        advanced = self.ledger.advanced.get(link)
        if advanced is not None and advanced[0] <= began:
            assert now - advanced[1] < self.ledger.retry_window, "a link was traded that had been used up"

    def refused(self, link: LinkName, *, began: int) -> None:
        """Judge a refusal: it needs an end of the session, or of the account."""
        session: Session = self.rows.committed["session", link[0]]
        ended = link[0] in self.ledger.ended
        assert ended or self.ledger.was_disabled(session.user_id, since=began), "an honest client was signed out"

    def acknowledged(self, action: Action, account: Account, session: SessionId | None, *, began: int) -> None:
        """Judge the acknowledgement of an end: it has come."""
        match action:
            case Action.LOG_OUT | Action.END_SESSION:
                assert session in self.ledger.ended, f"{action} was acknowledged and had not happened"
            case Action.LOG_OUT_EVERYWHERE | Action.DISABLE | Action.CHANGE_PASSWORD:
                spared = session if action is Action.CHANGE_PASSWORD else None
                for key in self.rows.of("session"):
                    each: Session = self.rows.committed[key]
                    theirs = each.user_id == account.id and each.id != spared
                    before = self.ledger.opened.get(each.id, 0) <= began
                    assert not theirs or not before or each.id in self.ledger.ended, f"a session outlived {action}"
            case _:
                pass
